/** A history as lines of JSON, one record each, and back: docs/models/history.md says what they mean. */
import { History } from './history.ts';
import { type HistoryChunk, type HistoryRecord, type Names, OPERATIONS, PHASES, recordAt } from './record.ts';
import type { HistorySink } from './recorder.ts';

/** First line of every log. */
const HEADER = '{"history":"spillway/history@1"}';

/** Writes each record as a line, without its end, up to `most`; then it counts. */
export class HistoryLines implements HistorySink {
  lines = 0;
  dropped = 0;
  readonly #write: (line: string) => void;
  readonly #most: number;

  constructor(write: (line: string) => void, most: number) {
    this.#write = write;
    this.#most = most;
    write(HEADER);
  }

  take(chunk: HistoryChunk, names: Names): void {
    for (let row = 0; row < chunk.count; row++) {
      if (this.lines >= this.#most) {
        this.dropped += chunk.count - row;
        return;
      }
      this.#write(JSON.stringify(recordAt(chunk, row, names)));
      this.lines++;
    }
  }
}

export class HistoryFormatError extends Error {
  override readonly name = 'HistoryFormatError';
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.line = line;
  }
}

const NUMBERS = [
  'us',
  'who',
  'call',
  'subscription',
  'receives',
  'sequence',
  'servedUs',
  'valueUs',
  'deduplication',
] as const;
/** Names of things, which a log may write as texts. */
const IDS = ['entity', 'message', 'handle', 'group', 'deduplication'] as const;

/** Reads a log. Ids may be texts: equal texts are one and the same. Throws HistoryFormatError at the first line that it can't read. */
export function parseHistory(text: string, most?: number): History {
  const history = new History(most);
  const ids = new Map<string, number>();
  let header = false;
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    const at = index + 1;
    const record = parsed(line, at);
    if (!header) {
      if (record['history'] !== 'spillway/history@1')
        throw new HistoryFormatError(at, `expected ${HEADER} as the first line`);
      header = true;
      return;
    }
    history.add(recordOf(record, ids, at));
  });
  if (!header) throw new HistoryFormatError(1, `expected ${HEADER} as the first line`);
  return history;
}

function parsed(line: string, at: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new HistoryFormatError(at, 'expected one JSON object');
}

function recordOf(record: Record<string, unknown>, ids: Map<string, number>, at: number): Omit<HistoryRecord, 'n'> {
  const said: Record<string, unknown> = { ...record };
  delete said['n'];
  for (const key of IDS) {
    if (typeof said[key] === 'string') said[key] = idOf(said[key], key, ids);
  }
  for (const key of NUMBERS) {
    if (said[key] !== undefined && !(typeof said[key] === 'number' && said[key] >= 0))
      throw new HistoryFormatError(at, `${key} ${JSON.stringify(said[key])}: expected a number from 0 on`);
  }
  for (const key of IDS) {
    if (said[key] !== undefined && !(Number.isSafeInteger(said[key]) && (said[key] as number) >= 0))
      throw new HistoryFormatError(at, `${key} ${JSON.stringify(said[key])}: expected a text or a whole number`);
  }
  if (typeof said['us'] !== 'number') throw new HistoryFormatError(at, 'us is missing: microseconds since the start');
  if (!OPERATIONS.includes(said['do'] as (typeof OPERATIONS)[number]))
    throw new HistoryFormatError(at, `do ${JSON.stringify(said['do'])}: expected one of ${OPERATIONS.join(', ')}`);
  said['is'] ??= 'ok';
  if (!PHASES.includes(said['is'] as (typeof PHASES)[number]))
    throw new HistoryFormatError(at, `is ${JSON.stringify(said['is'])}: expected one of ${PHASES.join(', ')}`);
  for (const key of ['client', 'on', 'because']) {
    if (said[key] !== undefined && typeof said[key] !== 'string')
      throw new HistoryFormatError(at, `${key}: expected a text`);
  }
  return said as unknown as Omit<HistoryRecord, 'n'>;
}

/** Texts are numbered apart from one another by the column they stand in. */
function idOf(text: string, key: string, ids: Map<string, number>): number {
  const name = `${key}/${text}`;
  const known = ids.get(name);
  if (known !== undefined) return known;
  ids.set(name, ids.size);
  return ids.size - 1;
}
