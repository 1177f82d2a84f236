/** Wildcards of policies: `*` any number of characters, `?` exactly one. */

/** @returns a test of whole texts */
export function glob(pattern: string, options: { readonly ignoreCase?: boolean } = {}): (text: string) => boolean {
  if (!/[*?]/.test(pattern)) {
    if (options.ignoreCase !== true) return (text) => text === pattern;
    const lower = pattern.toLowerCase();
    return (text) => text.toLowerCase() === lower;
  }
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*+/g, '[^]*')
    .replace(/\?/g, '[^]');
  const expression = new RegExp(`^${source}$`, options.ignoreCase === true ? 'i' : '');
  return (text) => expression.test(text);
}

/** Parts of an ARN: `arn:partition:service:region:account:resource`; the last may hold colons itself. */
const ARN_PARTS = 6;

/**
 * A pattern over ARNs: each of the six parts is compared by itself, so that a `*` does not reach over a colon, but for one at the very
 * end, which does.
 */
export function arnGlob(pattern: string): (arn: string) => boolean {
  if (pattern === '*') return () => true;
  const parts = split(pattern);
  if (parts.length < ARN_PARTS && pattern.endsWith('*')) return glob(pattern);
  const tests = parts.map((part) => glob(part));
  return (arn) => {
    const found = split(arn);
    return found.length === tests.length && tests.every((test, i) => test(found[i] as string));
  };
}

function split(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= ARN_PARTS ? parts : [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(':')];
}
