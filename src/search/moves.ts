/** Steps by which a scenario may get smaller. Whether one makes sense is seen when it is played: what is no scenario any more breaks nothing. */
import { formatDuration, readDuration } from '../scenario/index.ts';
import { type Document, isMap, leavesOf, listAt, mapAt, type Path, placesOf, valueAt, withValue } from './document.ts';

export type Move = (document: Document) => Document;

/** With the design's own resources beside those of every design: a single design needs no room of its own. */
export function hoisted(document: Document): Document {
  const [design] = Object.keys(mapAt(document, 'designs'));
  if (design === undefined) return document;
  const resources = { ...mapAt(document, 'resources'), ...mapAt(document, 'designs', design, 'resources') };
  return { ...document, resources, designs: { [design]: { traffic: mapAt(document, 'designs', design, 'traffic') } } };
}

// --- whole parts ---

/** A fault, a traffic, or a resource less, with all that names it; a load that is told in one line. */
export function partsLess(document: Document): Move[] {
  const traffics = Object.keys(mapAt(document, 'traffic'));
  const resources = Object.keys(mapAt(document, 'resources'));
  const moves: Move[] = [];
  listAt(document, 'faults').forEach((_, i) => moves.push((from) => withValue(from, ['faults', i], undefined)));
  if (traffics.length > 1) for (const name of traffics) moves.push((from) => withoutTraffic(from, name));
  for (const name of resources) moves.push((from) => withoutResource(from, name));
  for (const name of traffics) {
    for (const burst of [1, 2, 3, 5]) {
      moves.push((from) => withLoad(from, name, burst));
      moves.push((from) => withFaultsAtOnce(withLoad(from, name, burst)));
    }
  }
  return moves;
}

function withoutTraffic(document: Document, name: string): Document {
  let less = withValue(document, ['traffic', name], undefined);
  for (const design of Object.keys(mapAt(less, 'designs'))) {
    less = withValue(less, ['designs', design, 'traffic', name], undefined);
  }
  return withoutMentions(less, name);
}

function withoutResource(document: Document, name: string): Document {
  return withoutMentions(withValue(document, ['resources', name], undefined), name);
}

/** Faults, guarantees, calls, subscriptions, dead letters that speak of a name that is gone; readers of a queue that is gone too. */
function withoutMentions(document: Document, name: string): Document {
  const names = (value: unknown): boolean =>
    typeof value === 'string' && (value === name || value.startsWith(`${name}[`) || value.endsWith(` of ${name}`));
  const prune = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter((one) => !isOf(one)).map(prune);
    if (!isMap(value)) return value;
    const kept = Object.entries(value).filter(([key, inner]) => !(key === 'redrive' && isMap(inner) && isOf(inner)));
    return Object.fromEntries(kept.map(([key, inner]) => [key, prune(inner)]));
  };
  const isOf = (one: unknown): boolean =>
    names(one) ||
    (isMap(one) && Object.entries(one).some(([key, value]) => key !== 'type' && (names(value) || isLinkOf(value))));
  const isLinkOf = (value: unknown): boolean => Array.isArray(value) && value.some((end) => end === name);
  const readers = Object.entries(mapAt(document, 'resources')).filter(([, one]) => valueAt(one, ['source']) === name);
  // In their places: the order of the steps after this one is that of the text.
  const pruned = prune({ ...document, traffic: {}, designs: {} }) as Document;
  const less: Document = { ...pruned, traffic: document['traffic'], designs: document['designs'] };
  return readers.reduce((so, [reader]) => withoutResource(so, reader), less);
}

/** So many requests at once, right away. */
function withLoad(document: Document, traffic: string, burst: number): Document {
  const { rate, changes, arrivals, trace, users, think, ...rest } = mapAt(document, 'traffic', traffic);
  return withValue(document, ['traffic', traffic], { rate: '0/s', changes: [{ at: '0s', burst }], ...rest });
}

function withFaultsAtOnce(document: Document): Document {
  return {
    ...document,
    faults: listAt(document, 'faults').map((fault) => (isMap(fault) ? { ...fault, at: '0s' } : fault)),
  };
}

// --- single settings ---

/** What a run is long enough for with the least to read. */
const DRAINS = ['1m', '5m', '1h'];

/** One setting less, or one list entry; outer ones first. */
export function settingsLess(document: Document): Move[] {
  const moves: Move[] = [];
  for (const path of placesOf(document)) {
    moves.push((from) => (valueAt(from, path) === undefined ? from : withValue(from, path, undefined)));
  }
  if (document['drain'] !== undefined) for (const drain of DRAINS) moves.push((from) => ({ ...from, drain }));
  return moves;
}

// --- values ---

/** Another value in the place of one: simpler forms first, then rounder numbers, then half of it. */
export function rounderValues(document: Document): Move[] {
  const moves: Move[] = [];
  const replace = (path: Path, value: unknown): void => {
    moves.push((from) => (valueAt(from, path.slice(0, -1)) === undefined ? from : withValue(from, path, value)));
  };
  for (const path of placesOf(document)) {
    const plain = plainOf(valueAt(document, path));
    if (plain !== undefined) replace(path, plain);
  }
  for (const { path, value } of leavesOf(document)) {
    if (path[0] === 'guarantees' || path[0] === 'designs') continue;
    for (const other of rounder(value)) replace(path, other);
  }
  return moves;
}

/** `{ exponential: { mean: 20ms } }` → `20ms`. */
function plainOf(value: unknown): unknown {
  if (!isMap(value)) return undefined;
  const inner = Object.values(value);
  const [only] = inner;
  return inner.length === 1 && isMap(only) ? (only['mean'] ?? only['p50'] ?? only['min']) : undefined;
}

const DURATIONS = [
  '0s',
  '1ms',
  '10ms',
  '100ms',
  '1s',
  '2s',
  '3s',
  '5s',
  '10s',
  '20s',
  '30s',
  '1m',
  '2m',
  '5m',
  '10m',
  '1h',
];
const NUMBERS = [1, 2, 3, 4, 5, 10, 20, 50, 100];
const SHARES = [1, 0.5, 0.1];

function rounder(value: unknown): unknown[] {
  if (typeof value === 'number') return Number.isInteger(value) ? [...NUMBERS, Math.ceil(value / 2)] : SHARES;
  if (typeof value !== 'string') return [];
  const share = /^([\d.]+)%$/.exec(value);
  if (share !== null) return ['100%', '50%', '10%'];
  const [, number, unit] = /^([\d.]+)(x|\/s|\/m|\/h|KiB|MiB|B)$/.exec(value) ?? [];
  if (number !== undefined) return [...NUMBERS, Math.ceil(Number(number) / 2)].map((each) => `${each}${unit}`);
  const read = readDuration(value);
  if (!('value' in read)) return [];
  return [...DURATIONS, formatDuration(Math.floor(read.value / 2))];
}
