/** zod's issues → findings: the one branch that was meant, one finding a key, and what was expected in our words. */
import type { z } from 'zod';
import type { Finding, Path } from './document.ts';
import type { ScenarioErrorCode } from './errors.ts';
import { nearest } from './suggest.ts';
import { KEYS } from './words.ts';

type Issue = z.core.$ZodIssue;

/** Reads `raw` by the schema; what is wrong goes to `findings`, and the value is null then. */
export function readBy<T>(schema: z.ZodType<T>, raw: unknown, path: Path, findings: Finding[]): T | null {
  const read = schema.safeParse(raw, { jitless: true, error: inOurWords });
  if (read.success) return read.data;
  const found = read.error.issues.flatMap((issue) => findingsOf(issue, path, raw, path.length));
  findings.push(...found.filter((one) => !isEcho(one, found)));
  return null;
}

/** What was expected where a schema says nothing itself. */
function inOurWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_WORDS.get(issue.expected) ?? `a ${issue.expected}`;
    case 'too_small':
      return `at least ${String(issue.minimum)}`;
    case 'too_big':
      return `at most ${String(issue.maximum)}`;
    default:
      return 'another value';
  }
}

const TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ['array', 'a list'],
  ['record', 'settings by name, such as { a: … }'],
  ['object', 'settings, such as { a: … }'],
  ['string', 'a text'],
  ['boolean', 'true or false'],
  ['int', 'a whole number'],
]);

/** A misspelt key is one mistake: that the right one is missing, or that none of several is given, follows from it. */
function isEcho(one: Finding, all: readonly Finding[]): boolean {
  if (one.code !== 'missing' && one.code !== 'one-of') return false;
  const at = one.path.join('.');
  return all.some((other) => {
    if (other.code !== 'unknown-key') return false;
    const above = other.path.slice(0, -1);
    if (one.code === 'one-of') return above.join('.') === at;
    return other.suggestion !== undefined && [...above, other.suggestion].join('.') === at;
  });
}

function findingsOf(issue: Issue, base: Path, raw: unknown, depth: number): Finding[] {
  const path = [...base, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue, path);
  const missing = valueAt(raw, path.slice(depth)) === undefined;
  if (issue.code === 'invalid_union') {
    const branch = missing ? undefined : meant(issue.errors);
    if (branch !== undefined) return branch.flatMap((inner) => findingsOf(inner, path, raw, depth));
    return [{ code: missing ? 'missing' : 'wrong-type', path, expected: issue.message }];
  }
  const { code, suggestion } = customOf(issue);
  const value = valueAt(raw, path.slice(depth));
  const values = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  return [
    {
      code: missing && code !== 'one-of' && code !== 'misfit' ? 'missing' : code,
      path,
      expected: issue.message,
      suggestion: suggestion ?? (typeof value === 'string' && values.length > 1 ? nearest(value, values) : undefined),
    },
  ];
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, path: Path): Finding[] {
  const known = issue.message.split(KEYS).slice(1);
  return issue.keys.map((key) => ({
    code: 'unknown-key',
    path: [...path, key],
    expected: known.length === 0 ? 'no such key' : `one of ${known.join(', ')}`,
    suggestion: nearest(key, known),
    atKey: true,
  }));
}

/** The branch whose outer shape fits: an error deeper inside says more than "wrong type". */
function meant(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches.find((issues) => !issues.some((issue) => issue.path.length === 0 && misshapen(issue)));
}

function misshapen(issue: Issue): boolean {
  if (issue.code === 'invalid_union') return meant(issue.errors) === undefined;
  if (issue.code === 'custom') return customOf(issue).code === 'wrong-type';
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

function customOf(issue: Issue): { readonly code: ScenarioErrorCode; readonly suggestion: string | undefined } {
  if (issue.code === 'custom') {
    const { code, suggestion } = (issue.params ?? {}) as { code?: ScenarioErrorCode; suggestion?: string };
    return { code: code ?? 'wrong-type', suggestion };
  }
  return {
    code: issue.code === 'too_small' || issue.code === 'too_big' ? 'out-of-range' : 'wrong-type',
    suggestion: undefined,
  };
}

/** What stands at the path in plain data, or undefined. */
export function valueAt(raw: unknown, path: Path): unknown {
  let value = raw;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
