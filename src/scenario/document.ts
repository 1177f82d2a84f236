/**
 * Text → YAML document with places. What YAML itself forbids, and what would surprise a reader (aliases, tabs, names such as
 * `__proto__`), is told here; nothing below this file knows YAML.
 */
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import type { ScenarioErrorCode } from './errors.ts';

export type Path = readonly (string | number)[];

/** An error on its way to a place: `path` from the root, or `offset` into the text where there is no path. */
export interface Finding {
  readonly code: ScenarioErrorCode;
  readonly path: Path;
  readonly expected: string;
  readonly suggestion?: string | undefined;
  /** The place is the key, not its value. */
  readonly atKey?: boolean;
  /** Place in the text where the path has none. */
  readonly offset?: number;
  /** Shown instead of what stands at the path. */
  readonly value?: string;
}

export interface ScenarioDocument {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

/** The most text of one scenario: 10 MiB of UTF-8. */
export const MAX_BYTES = 10 * 1024 * 1024;
/** Deeper than any scenario; a limit so that reading ends in an error and not in a full stack. */
const MAX_DEPTH = 64;

/** Names that would reach into every object of the language. */
export const FORBIDDEN: ReadonlySet<string> = new Set([
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  'valueOf',
  '__defineGetter__',
  '__defineSetter__',
]);

/** Parses, or tells why it cannot. `fatal`: nothing else can be judged. */
export function readDocument(text: string): {
  readonly read: ScenarioDocument | null;
  readonly findings: readonly Finding[];
} {
  const before = beforeYaml(text);
  if (before !== null) return { read: null, findings: [before] };
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      version: '1.2',
      strict: true,
      uniqueKeys: true,
      stringKeys: false,
      merge: false,
      logLevel: 'error',
    });
  } catch {
    return { read: null, findings: [tooDeep(0)] };
  }
  // A warning is about something that was not understood: an unknown tag, a strange directive. Nothing may go unsaid.
  const problems = [...document.errors, ...document.warnings];
  const findings = problems.map((error): Finding => yamlFinding(error.code, error.message, error.pos[0], text));
  const old = document.directives.yaml.version === '1.1';
  if (old)
    findings.push({
      code: 'syntax',
      path: [],
      offset: 0,
      value: '%YAML 1.1',
      expected: 'YAML 1.2, where yes and no are words',
    });
  const fatal = old || problems.some((error) => error.code !== 'DUPLICATE_KEY');
  const alias = fatal ? null : firstAlias(document);
  if (alias !== null) findings.push(alias);
  if (fatal || alias !== null) return { read: null, findings: withoutEchoes(findings) };
  findings.push(...oddKeys(document));
  if (document.contents === null || !isMap(document.contents)) {
    const empty = document.contents === null || (isScalar(document.contents) && document.contents.value === null);
    findings.push({
      code: empty ? 'empty' : 'wrong-type',
      path: [],
      offset: 0,
      value: empty ? '' : 'the whole file',
      expected: 'a map of settings: title, seed, horizon, traffic, designs, …',
    });
    return { read: null, findings };
  }
  return { read: { document, lines }, findings };
}

/** After its first error a parser only guesses: what follows from it is noise. Names that occur twice are told in any case. */
function withoutEchoes(findings: readonly Finding[]): readonly Finding[] {
  const fatal = findings.filter((one) => one.code !== 'duplicate-name');
  const first = Math.min(...fatal.map((one) => one.offset ?? 0));
  return findings.filter(
    (one) => one.code === 'duplicate-name' || one === fatal.find((other) => other.offset === first),
  );
}

/** What can be told from the text alone. */
function beforeYaml(text: string): Finding | null {
  if (text.length > MAX_BYTES || (text.length * 3 > MAX_BYTES && utf8Bytes(text) > MAX_BYTES)) {
    return {
      code: 'too-large',
      path: [],
      offset: 0,
      expected: 'a file of at most 10 MiB; recordings belong into CSV files of their own',
    };
  }
  // These are the characters that a wrong encoding leaves behind
  const strange = text.search(/[\u0000\uFFFD\uFFFE]|(?<!^)\uFEFF/);
  if (strange >= 0) {
    return {
      code: 'not-utf8',
      path: [],
      offset: strange,
      value: 'bytes that are no text',
      expected: 'UTF-8; save the file again in that encoding',
    };
  }
  return null;
}

function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Each half of a surrogate pair counts for two of its four bytes.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
  }
  return bytes;
}

function yamlFinding(code: string, message: string, offset: number, text: string): Finding {
  if (code === 'DUPLICATE_KEY') {
    const name = /^[^\s:,{}]*/.exec(text.slice(offset))?.[0] ?? '';
    return {
      code: 'duplicate-name',
      path: [],
      offset,
      value: name,
      expected: 'each name and each setting once in its map',
    };
  }
  if (code === 'TAB_AS_INDENT' || text[offset] === '\t') {
    return {
      code: 'tab',
      path: [],
      offset,
      value: 'a tab',
      expected: 'spaces: YAML takes no tab at the start of a line',
    };
  }
  if (code === 'MULTIPLE_DOCS')
    return { code: 'syntax', path: [], offset, value: 'a second document', expected: 'one scenario a file' };
  if (code === 'RESOURCE_EXHAUSTION') return tooDeep(offset);
  const [first = message] = message.split('\n');
  const expected = MENDS.get(code) ?? 'valid YAML 1.2';
  return { code: 'syntax', path: [], offset, value: first.replace(/[.:]$/, ''), expected };
}

/** What mends the slips that people make most, by the parser's code. */
const MENDS: ReadonlyMap<string, string> = new Map([
  ['BLOCK_AS_IMPLICIT_KEY', 'quotes around a text with ": " in it, or a line of its own for what is nested'],
  ['MULTILINE_IMPLICIT_KEY', 'a key on one line, followed by a colon and a space'],
  ['MISSING_CHAR', 'the quote, bracket, comma or colon that closes what was opened'],
  ['BAD_INDENT', 'keys of one map below each other, with as many spaces before each'],
  ['BLOCK_IN_FLOW', 'what stands between { } or [ ] to stay in that form'],
  ['TAG_RESOLVE_FAILED', 'a plain value: a scenario has no tags'],
  ['UNEXPECTED_TOKEN', 'valid YAML 1.2; a text that starts with a special character goes into quotes'],
  ['BAD_SCALAR_START', 'quotes around a text that starts with a special character'],
]);

function tooDeep(offset: number): Finding {
  return { code: 'too-deep', path: [], offset, value: 'nested too deeply', expected: `at most ${MAX_DEPTH} levels` };
}

/** An alias makes a small file large; a scenario needs none, so the first one is refused. Depth is watched on the same walk. */
function firstAlias(document: Document.Parsed): Finding | null {
  let found: Finding | null = null;
  try {
    visit(document, {
      Node(_key, node, ancestors) {
        if (isAlias(node)) {
          found = {
            code: 'alias',
            path: [],
            offset: node.range?.[0] ?? 0,
            value: `*${node.source}`,
            expected: 'no alias: write the settings out where they are used',
          };
        } else if (ancestors.length > MAX_DEPTH * 2) {
          found = tooDeep(node.range?.[0] ?? 0);
        }
        return found === null ? undefined : visit.BREAK;
      },
    });
  } catch {
    return tooDeep(0);
  }
  return found;
}

/** Keys that are no names; each is told and taken out, so that the rest can still be judged. */
function oddKeys(document: Document.Parsed): Finding[] {
  const findings: Finding[] = [];
  visit(document, {
    Pair(_key, pair, ancestors) {
      const key = pair.key;
      const value = isScalar(key) ? key.value : undefined;
      const offset = (key as Node | null)?.range?.[0] ?? 0;
      if (isScalar(key) && typeof value === 'string' && !FORBIDDEN.has(value) && value !== '<<') {
        return undefined;
      }
      if (isScalar(key) && (typeof value === 'number' || typeof value === 'boolean')) return undefined;
      const shown = isScalar(key) ? String(value) : 'a key that is no name';
      const code = value === '<<' ? 'alias' : 'bad-name';
      const expected =
        value === '<<'
          ? 'no merge key: write the settings out where they are used'
          : 'another name: this one means something to every JavaScript object';
      findings.push({
        code,
        path: isScalar(key) ? [...pathOf(ancestors), shown] : pathOf(ancestors),
        offset,
        value: shown,
        expected:
          isScalar(key) && value !== null ? expected : 'a name: a letter, then at most 79 letters, digits, _ or -',
      });
      return visit.REMOVE;
    },
  });
  return findings;
}

/** Path of the innermost of the ancestors of a pair. */
function pathOf(ancestors: readonly unknown[]): string[] {
  return ancestors.flatMap((one, i) => {
    if (isPair(one)) return [isScalar(one.key) ? String(one.key.value) : ''];
    return isSeq(one) ? [String(one.items.indexOf(ancestors[i + 1]))] : [];
  });
}

/** What stands at the path, or undefined. Positions in lists may be given as text (`0`). */
export function nodeAt(document: Document.Parsed | Document, path: Path): Node | undefined {
  let node: unknown = document.contents;
  for (const step of path) {
    if (!isCollection(node)) return undefined;
    node = isMap(node) ? pairOf(node.items, step)?.value : isSeq(node) ? node.items[Number(step)] : undefined;
  }
  return (node ?? undefined) as Node | undefined;
}

function pairOf(items: readonly Pair[], key: string | number): Pair | undefined {
  return items.find(
    (pair) => isPair(pair) && (isScalar(pair.key) ? String(pair.key.value) : String(pair.key)) === String(key),
  );
}

/** Offset of what stands at the path; where nothing does, of the nearest thing above it. */
export function offsetOf(document: Document.Parsed, path: Path, atKey: boolean): number | null {
  for (let length = path.length; length >= 0; length--) {
    const node = nodeAt(document, path.slice(0, length));
    const parent = length > 0 ? nodeAt(document, path.slice(0, length - 1)) : undefined;
    const key = isMap(parent) ? (pairOf(parent.items, path[length - 1] ?? '')?.key as Node | undefined) : undefined;
    if (node === undefined && key === undefined) continue;
    const wanted = atKey && length === path.length ? (key ?? node) : (node ?? key);
    if (wanted?.range) return wanted.range[0];
    if (key?.range) return key.range[0];
    // Made by an option: it has no place in the text.
    if (length === path.length) return null;
  }
  return 0;
}
