/** A history that is kept: the chunks of a recorder up to a limit, or the lines of a log. */
import { HistoryChunk, type HistoryRecord, Names, recordAt, writeRecord } from './record.ts';
import type { HistorySink } from './recorder.ts';

const CHUNK = 4096;
/** Records that are kept unless told otherwise: some 200 MB. */
const MOST = 2_000_000;

export class History implements HistorySink {
  names = new Names();
  /** Records came that are not kept: whoever looks for an end can't know it. */
  truncated = false;
  readonly chunks: HistoryChunk[] = [];
  readonly #most: number;
  #records = 0;

  constructor(most: number = MOST) {
    this.#most = most;
    this.names.of('');
  }

  get records(): number {
    return this.#records;
  }

  take(chunk: HistoryChunk, names: Names): void {
    this.names = names;
    const room = Math.min(chunk.count, this.#most - this.#records);
    if (room < chunk.count) this.truncated = true;
    if (room <= 0) return;
    const copy = new HistoryChunk(room);
    copyColumns(chunk, copy, room);
    copy.first = chunk.first;
    copy.count = room;
    this.chunks.push(copy);
    this.#records += room;
  }

  /** Adds a record at the end: for logs and tests. Its instant is not before that of the last one, unless the log is wrong. */
  add(record: Omit<HistoryRecord, 'n'>): void {
    if (this.#records >= this.#most) {
      this.truncated = true;
      return;
    }
    let last = this.chunks.at(-1);
    if (last === undefined || last.count === last.length) {
      last = new HistoryChunk(CHUNK);
      last.first = this.#records;
      this.chunks.push(last);
    }
    writeRecord(last, last.count++, record, this.names);
    this.#records++;
  }

  record(n: number): HistoryRecord {
    const chunk = this.chunks.find(({ first, count }) => n >= first && n < first + count);
    if (chunk === undefined) throw new RangeError(`record ${n} of a history of ${this.#records}`);
    return recordAt(chunk, n - chunk.first, this.names);
  }

  *[Symbol.iterator](): Generator<HistoryRecord> {
    for (const chunk of this.chunks) {
      for (let row = 0; row < chunk.count; row++) yield recordAt(chunk, row, this.names);
    }
  }
}

type Column = Float64Array | Int32Array | Uint16Array | Uint8Array;

function copyColumns(from: HistoryChunk, into: HistoryChunk, count: number): void {
  const copy = <C extends Column>(column: C, target: C): void => target.set(column.subarray(0, count));
  copy(from.us, into.us);
  copy(from.servedUs, into.servedUs);
  copy(from.entity, into.entity);
  copy(from.message, into.message);
  copy(from.handle, into.handle);
  copy(from.group, into.group);
  copy(from.deduplication, into.deduplication);
  copy(from.sequence, into.sequence);
  copy(from.value, into.value);
  copy(from.call, into.call);
  copy(from.who, into.who);
  copy(from.receives, into.receives);
  copy(from.client, into.client);
  copy(from.resource, into.resource);
  copy(from.what, into.what);
  copy(from.outcome, into.outcome);
}

/** Keeps the records of the given numbers alone: evidence, fetched by running a replication again. */
export class Picker implements HistorySink {
  readonly found = new Map<number, HistoryRecord>();
  readonly #wanted: readonly number[];
  #next = 0;

  constructor(numbers: readonly number[]) {
    this.#wanted = [...new Set(numbers)].sort((a, b) => a - b);
  }

  take(chunk: HistoryChunk, names: Names): void {
    for (; this.#next < this.#wanted.length; this.#next++) {
      const n = this.#wanted[this.#next] as number;
      if (n >= chunk.first + chunk.count) return;
      this.found.set(n, recordAt(chunk, n - chunk.first, names));
    }
  }
}
