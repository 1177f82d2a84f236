/**
 * Reads a history written by anybody, line by line: what is not as docs/models/history.md says is refused where it stands.
 *
 *   line ─▶ JSON ─▶ checked record, texts numbered ─▶ chunk ──full──▶ judge, picker, chronicle
 */
import { History } from './history.ts';
import { HEADER } from './lines.ts';
import { BECAUSE, HistoryChunk, type HistoryRecord, Names, OPERATIONS, PHASES, writeRecord } from './record.ts';
import type { HistorySink } from './recorder.ts';

export class HistoryFormatError extends Error {
  override readonly name = 'HistoryFormatError';
  readonly line: number;
  /** Without the place. */
  readonly what: string;

  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
    this.line = line;
    this.what = what;
  }
}

/** A record whose ids are as they were written. */
export type WrittenRecord = Omit<HistoryRecord, IdKey> & { readonly [key in IdKey]?: number | string };

/** Names of things, which a log may write as texts. */
const IDS = ['entity', 'message', 'handle', 'group', 'deduplication'] as const;
type IdKey = (typeof IDS)[number];

const SAFE = 9_007_199_254_740_992;
const INT_32 = 2_147_483_648;
/** Whole numbers, with the first that is too large: what a column, or a number of a delivery, can hold. */
const WHOLE: Readonly<Record<string, number>> = {
  n: SAFE,
  call: SAFE,
  sequence: SAFE,
  who: INT_32,
  receives: INT_32,
  subscription: 65_536,
};
const TIMES = ['us', 'servedUs', 'valueUs'] as const;
const TEXTS = ['client', 'on', 'because'] as const;
const KEYS: ReadonlySet<string> = new Set(['do', 'is', ...TEXTS, ...TIMES, ...IDS, ...Object.keys(WHOLE)]);

/** A number of a request; beyond it begin those of deliveries. */
const MOST_ENTITY = 68_719_476_736;
/** Different texts that are kept apart: what a map holds. */
const MOST_TEXTS = 16_777_216;
const CHUNK = 1024;
/** Characters of a line that a message shows. */
const SHOWN = 40;

/** What is no call has one phase; a fault begins and ends. */
const PHASES_OF: Readonly<Record<string, readonly string[]>> = {
  owed: ['ok'],
  left: ['ok'],
  fault: ['invoke', 'ok'],
  healed: ['ok'],
  quiesced: ['ok'],
  read: ['ok'],
  measured: ['ok'],
  end: ['ok'],
};

/** What a record can't do without. */
const NEEDS: Readonly<Record<string, readonly ('on' | 'client' | 'valueUs')[]>> = {
  request: ['client'],
  send: ['on'],
  receive: ['on'],
  delete: ['on'],
  visibility: ['on'],
  purge: ['on'],
  handle: ['client', 'on'],
  publish: ['on'],
  deliver: ['on'],
  owed: ['on'],
  left: ['on'],
  read: ['on'],
  measured: ['on', 'valueUs'],
};

/** Numbers for texts, and back. */
class Texts {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];

  /** Equal texts of one column have one number. Throws RangeError where there are too many. */
  number(column: IdKey, text: string): number {
    const key = `${column}/${text}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.#texts.length === MOST_TEXTS) throw new RangeError(`more than ${MOST_TEXTS} different texts`);
    this.#numbers.set(key, this.#texts.length);
    return this.#texts.push(text) - 1;
  }

  text(number: number): string {
    return this.#texts[number] ?? '';
  }
}

/** Takes the lines of one log, in order. */
export class HistoryReader {
  /** Records that were read. */
  records = 0;
  readonly names = new Names();
  readonly #sink: HistorySink;
  readonly #chunk = new HistoryChunk(CHUNK);
  readonly #texts = new Texts();
  /** Whether a column has texts or numbers. */
  readonly #kinds = new Map<IdKey, 'text' | 'number'>();
  #line = 0;
  #lastUs = 0;
  #hasHeader = false;
  #hasEnded = false;
  /** Lines before the header, or empty, by the number of the record that came next: so that a record's line can be told. */
  readonly #skips: number[] = [];

  constructor(sink: HistorySink) {
    this.#sink = sink;
    this.names.of('');
  }

  /** The next line, without its end. Throws HistoryFormatError where it is not one of a history. */
  line(text: string): void {
    this.#line++;
    if (text.trim() === '') {
      this.#skips.push(this.records);
      return;
    }
    const told = this.#parsed(text);
    if (!this.#hasHeader) {
      this.#header(told);
      this.#skips.push(this.records);
      return;
    }
    this.#add(this.#recordOf(told));
  }

  /** After the last line. */
  end(): void {
    if (!this.#hasHeader)
      throw new HistoryFormatError(Math.max(1, this.#line), `the file is empty → expected ${HEADER}`);
    this.#pass();
  }

  /** Line of a record in the file, from 1. */
  lineOf(n: number): number {
    return n + 1 + this.#skips.filter((next) => next <= n).length;
  }

  /** A record with its texts in place of their numbers. */
  asWritten(record: HistoryRecord): WrittenRecord {
    const written: Record<string, unknown> = { ...record };
    for (const key of IDS) {
      const number = record[key];
      if (number !== undefined && this.#kinds.get(key) === 'text') written[key] = this.#texts.text(number);
    }
    return written as unknown as WrittenRecord;
  }

  #parsed(text: string): Record<string, unknown> {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    } catch {
      // Said below.
    }
    const isCut = text.trimStart().startsWith('{') && !text.trimEnd().endsWith('}');
    throw this.#error(`${shown(text)}${isCut ? ', which is cut off' : ''} → expected one JSON object`);
  }

  #header({ history }: Record<string, unknown>): void {
    if (history !== 'spillway/history@1') {
      const is = history === undefined ? 'there is no such line' : `history ${said(history)}`;
      throw this.#error(`${is} → expected ${HEADER} as the first line`);
    }
    this.#hasHeader = true;
  }

  #recordOf(told: Record<string, unknown>): Omit<HistoryRecord, 'n'> {
    for (const key of Object.keys(told)) {
      if (!KEYS.has(key)) throw this.#error(`${key}: unknown key → expected one of ${[...KEYS].join(', ')}`);
    }
    const { us } = told;
    if (us === undefined) throw this.#error('us is missing → expected microseconds since the start');
    this.#checkNumbers(told);
    this.#checkKind(told);
    if ((us as number) < this.#lastUs) {
      throw this.#error(
        `us ${said(us)}: before ${this.#lastUs}, that of the line before → expected lines in the order of time`,
      );
    }
    const record: Record<string, unknown> = { ...told };
    for (const key of IDS) if (told[key] !== undefined) record[key] = this.#id(key, told[key]);
    record['is'] ??= 'ok';
    return record as unknown as Omit<HistoryRecord, 'n'>;
  }

  #checkNumbers(told: Record<string, unknown>): void {
    for (const key of TIMES) {
      const value = told[key];
      if (value !== undefined && !(typeof value === 'number' && value >= 0 && value < SAFE))
        throw this.#error(`${key} ${said(value)} → expected a number from 0 on, microseconds`);
    }
    for (const [key, most] of Object.entries(WHOLE)) {
      const value = told[key];
      if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < most))
        throw this.#error(`${key} ${said(value)} → expected a whole number from 0 on, less than ${most}`);
    }
    for (const key of TEXTS) {
      const value = told[key];
      if (value !== undefined && typeof value !== 'string')
        throw this.#error(`${key} ${said(value)} → expected a text`);
    }
  }

  #checkKind(told: Record<string, unknown>): void {
    const { do: operation, is = 'ok' } = told;
    if (!(OPERATIONS as readonly unknown[]).includes(operation))
      throw this.#error(`do ${said(operation)} → expected one of ${OPERATIONS.join(', ')}`);
    const phases = PHASES_OF[operation as string] ?? PHASES;
    if (!(phases as readonly unknown[]).includes(is))
      throw this.#error(`is ${said(is)} of ${said(operation)} → expected one of ${phases.join(', ')}`);
    const { because = '' } = told;
    if (!BECAUSE.includes(because as string))
      throw this.#error(`because ${said(because)} → expected one of ${BECAUSE.slice(1).join(', ')}`);
    for (const key of NEEDS[operation as string] ?? []) {
      if (told[key] === undefined || told[key] === '')
        throw this.#error(`${key} is missing → expected it of each ${said(operation)}`);
    }
    if (told['subscription'] !== undefined && told['entity'] === undefined)
      throw this.#error('subscription without entity → expected the request whose delivery it is');
  }

  #id(key: IdKey, value: unknown): number {
    const kind = typeof value === 'string' ? 'text' : 'number';
    const most = key === 'entity' ? MOST_ENTITY : SAFE;
    const isWhole = Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < most;
    if (kind === 'number' && !isWhole)
      throw this.#error(`${key} ${said(value)} → expected a text, or a whole number from 0 on, less than ${most}`);
    const known = this.#kinds.get(key);
    if (known !== undefined && known !== kind)
      throw this.#error(`${key} ${said(value)}: a ${kind} after a ${known} → expected one or the other throughout`);
    this.#kinds.set(key, kind);
    if (kind === 'number') return value as number;
    try {
      return this.#texts.number(key, value as string);
    } catch (error) {
      throw this.#error(`${error instanceof Error ? error.message : String(error)} → expected fewer, or numbers`);
    }
  }

  #add(record: Omit<HistoryRecord, 'n'>): void {
    if (this.#hasEnded) throw this.#error(`${record.do} after the end → expected nothing more`);
    this.#hasEnded = record.do === 'end';
    this.#lastUs = record.us;
    if (this.#chunk.count === CHUNK) this.#pass();
    writeRecord(this.#chunk, this.#chunk.count, record, this.names);
    this.#chunk.count++;
    this.records++;
  }

  #pass(): void {
    this.#chunk.first = this.records - this.#chunk.count;
    this.#sink.take(this.#chunk, this.names);
    this.#chunk.clear();
  }

  #error(what: string): HistoryFormatError {
    return new HistoryFormatError(this.#line, what);
  }
}

/** A whole log at once. Throws HistoryFormatError at the first line that it can't read. */
export function parseHistory(text: string, most?: number): History {
  const history = new History(most);
  const reader = new HistoryReader(history);
  for (const line of text.split('\n')) reader.line(line);
  reader.end();
  return history;
}

/** Infinity, which JSON would call null, too. */
function said(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? '');
}

function shown(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}
