/** The rules of the house: who may import whom, what the engine may not say, and no cycles. */
import { posix } from 'node:path';
import { lineAt, readSource, type Source } from './source.ts';

/** Path relative to `src`, with forward slashes, to its text. */
export type Tree = ReadonlyMap<string, string>;

export interface Finding {
  readonly rule: 'room' | 'package' | 'missing' | 'computed' | 'cycle' | 'word';
  /** `kernel/heap.ts:12`. */
  readonly at: string;
  readonly text: string;
}

/** A constant, for every room. */
const VERSION = 'version.ts';
const PORTS = 'services/ports.ts';
const SETTINGS = /^(?:services\/[^/]+|calls|scaling|workload)\/(?:settings|schema)\.ts$/;
/** What a service can be asked, as types, and what a sequence number says: the seam between it and its clients. */
const SEAM = /^services\/[^/]+\/(?:[^/]+\/)?(?:operations|ports|settings|sequence)\.ts$/;
/** What queues and topics have in common. */
const MESSAGING = /^services\/messaging\/[^/]+\.ts$/;
/** Autoscaling as it is written: a part of the settings of what it scales. */
const SCALING = /^scaling\/(?:settings|schema)\.ts$/;
const DOOR = /^(?:[^/]+|services\/[^/]+)\/index\.ts$/;

/** What a file of a room may import besides its own room. */
interface Row {
  /** Whole rooms. */
  readonly rooms: readonly string[];
  /** Single files of other rooms. */
  readonly files?: readonly (string | RegExp)[];
  readonly packages: readonly string[];
  /** Rooms of which only types may be taken. */
  readonly typesOf?: readonly string[];
}

const ENGINE_ROWS: Readonly<Record<string, Row>> = {
  kernel: { rooms: [], packages: ['seedrandom'] },
  stats: { rooms: [], packages: ['simple-statistics'] },
  facts: { rooms: [], packages: [] },
  services: {
    rooms: ['kernel', 'facts', 'calls'],
    files: [PORTS, SCALING, MESSAGING],
    packages: ['zod', 'ipaddr.js', '@noble/hashes'],
  },
  calls: { rooms: ['kernel', 'facts'], files: [PORTS], packages: ['zod'] },
  scaling: { rooms: ['kernel', 'facts', 'calls'], files: [PORTS], packages: ['zod'] },
  workload: { rooms: ['kernel', 'facts', 'calls'], files: [PORTS, SEAM, SCALING], packages: ['zod'] },
  history: { rooms: ['kernel', 'stats'], packages: [] },
  guarantees: { rooms: ['stats'], typesOf: ['history'], packages: [] },
  scenario: { rooms: ['facts'], files: [SETTINGS], packages: ['yaml', 'zod', '@noble/hashes'] },
  access: { rooms: ['kernel', 'facts', 'services', 'calls', 'workload', 'scenario'], packages: [] },
  experiment: {
    rooms: [
      'access',
      'kernel',
      'stats',
      'facts',
      'services',
      'calls',
      'scaling',
      'workload',
      'history',
      'guarantees',
      'scenario',
    ],
    packages: [],
  },
  search: { rooms: ['kernel', 'guarantees', 'scenario', 'experiment'], packages: ['fast-check', 'yaml'] },
};

const ROWS: Readonly<Record<string, Row>> = {
  ...ENGINE_ROWS,
  report: {
    rooms: ['stats', 'facts'],
    files: ['experiment/result.ts'],
    packages: ['vega', 'vega-lite', 'cli-table3', 'picocolors'],
  },
  testing: {
    rooms: ['experiment', 'search', 'scenario', 'guarantees', 'history'],
    files: ['report/record-words.ts'],
    packages: [],
  },
  wire: { rooms: ['kernel', 'history', 'services'], packages: [] },
  cli: {
    rooms: [],
    files: [DOOR, 'experiment/result.ts'],
    packages: ['yargs', 'piscina', 'cli-progress', '@resvg/resvg-js'],
  },
  // The public door.
  '': { rooms: [], files: [DOOR], packages: [] },
};

/** `process` and its like are banned as names, not as a property (`x.process`), a key (`process:`) or a generic method (`process<T>`). */
const asName = (word: string): RegExp => new RegExp(`(?<![.\\w$#])${word}(?![\\w$])(?!\\s*\\??:)`, 'g');
const BANNED: readonly (readonly [string, RegExp, string])[] = [
  ['Math.random', /\bMath\s*\.\s*random\b/g, 'draw from a named stream'],
  ['Math.pow', /\bMath\s*\.\s*pow\b/g, 'multiply, or Math.exp(b * Math.log(a))'],
  ['**', /\*\*/g, 'multiply, or Math.exp(b * Math.log(a))'],
  ['randomUUID', /\brandomUUID\b/g, 'ids come from counters'],
  ['locale', /\.\s*(?:toLocale\w+|localeCompare)\b/g, 'locales differ between machines'],
  ['process', /(?<![.\w$#])process(?![\w$<])(?!\s*\??:)/g, 'nothing ambient inside the engine'],
  ...['Date', 'performance', 'Intl', 'Promise', 'globalThis', 'crypto', 'Buffer'].map(
    (word) => [word, asName(word), 'nothing ambient inside the engine'] as const,
  ),
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'async', 'await'].map(
    (word) => [word, asName(word), 'virtual time has one scheduler: the kernel'] as const,
  ),
];

/** All that is wrong with the tree, in path order. */
export function judge(tree: Tree): Finding[] {
  const sources = new Map(
    [...tree].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, text]) => [path, readSource(text)]),
  );
  const findings: Finding[] = [];
  for (const [path, source] of sources) {
    findings.push(...judgeImports(path, source, sources), ...judgeWords(path, source));
  }
  return [...findings, ...findCycles(sources)];
}

function judgeImports(path: string, source: Source, tree: ReadonlyMap<string, Source>): Finding[] {
  const findings: Finding[] = [];
  const row = ROWS[roomOf(path).split('/')[0] ?? ''];
  for (const { specifier, typeOnly, line } of source.imports) {
    const at = `${path}:${line}`;
    const add = (rule: Finding['rule'], text: string): void => {
      findings.push({ rule, at, text });
    };
    if (row === undefined) add('room', `the room "${roomOf(path)}" has no row in the house table`);
    else if (specifier === null) add('computed', 'a computed import cannot be checked');
    else if (!specifier.startsWith('.')) {
      if (!packageAllowed(path, row, specifier)) add('package', `"${specifier}" may not be imported here`);
    } else {
      const target = posix.join(posix.dirname(path), specifier);
      if (!tree.has(target)) add('missing', `"${specifier}" is no source file (imports carry the .ts ending)`);
      else if (!mayImport(path, row, target, typeOnly))
        add('room', `${roomOf(path) || 'index'} may not import ${target}`);
    }
  }
  return findings;
}

function packageAllowed(path: string, row: Row, specifier: string): boolean {
  const room = roomOf(path).split('/')[0] ?? '';
  if (specifier.startsWith('node:')) return !(room in ENGINE_ROWS);
  return row.packages.some((name) => specifier === name || specifier.startsWith(`${name}/`));
}

function mayImport(path: string, row: Row, target: string, typeOnly: boolean): boolean {
  const [from, to] = [roomOf(path), roomOf(target)];
  if (from === to || target === VERSION) return true;
  if ((row.files ?? []).some((file) => (typeof file === 'string' ? file === target : file.test(target)))) return true;
  const room = to.split('/')[0] ?? '';
  return row.rooms.includes(room) || (typeOnly && (row.typesOf ?? []).includes(room));
}

/** `kernel`, `services/sqs`, `services` (its own files), or '' for a file at the top. */
function roomOf(path: string): string {
  const parts = path.split('/');
  if (parts.length === 1) return '';
  return parts[0] === 'services' && parts.length > 2 ? `services/${parts[1]}` : (parts[0] ?? '');
}

function judgeWords(path: string, source: Source): Finding[] {
  if (!((roomOf(path).split('/')[0] as string) in ENGINE_ROWS)) return [];
  return BANNED.flatMap(([word, pattern, instead]) =>
    [...source.code.matchAll(pattern)].map((match) => ({
      rule: 'word' as const,
      at: `${path}:${lineAt(source.code, match.index)}`,
      text: `${word} is banned in the engine: ${instead}`,
    })),
  );
}

/** One finding for each edge that closes a cycle, found depth first. Types count: a file that needs itself to be read is hard to read. */
function findCycles(tree: ReadonlyMap<string, Source>): Finding[] {
  const findings: Finding[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    if (done.has(path)) return;
    const start = trail.indexOf(path);
    if (start >= 0) {
      const cycle = [...trail.slice(start), path];
      findings.push({ rule: 'cycle', at: `${trail.at(-1) ?? path}:1`, text: cycle.join(' → ') });
      return;
    }
    trail.push(path);
    for (const { specifier } of tree.get(path)?.imports ?? []) {
      if (specifier?.startsWith('.') !== true) continue;
      const target = posix.join(posix.dirname(path), specifier);
      if (tree.has(target)) visit(target);
    }
    trail.pop();
    done.add(path);
  };
  for (const path of tree.keys()) visit(path);
  return findings;
}
