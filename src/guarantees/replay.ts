/** What a stream promises of what is in it: it was put, it stays as it is, and who reads on misses nothing. */
import type { Checker, End, Fold } from './checker.ts';
import { FlagColumn, NumberColumn, RecordColumn } from './columns.ts';
import * as What from './codes.ts';
import { NumberSet } from './places.ts';
import type { PromiseSettings } from './promises.ts';
import { RecordPlaces, requestOf, shardOf } from './record-places.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised } from './verdict.ts';

/**
 * {requests of which records are read} ⊆ {requests that somebody began to put before}.
 *
 * Nothing is read that was not put.
 */
export const conservationOfRecords: Checker = { guarantee: 'conservation', start: () => new RecordsFold() };

class RecordsFold implements Fold {
  readonly wants = [What.sendInvoke, What.receiveOk, What.left];
  readonly #known = new NumberSet();
  #read = 0;
  #found: Finding | null = null;

  scan({ rows, count, chunk, isOther }: Sightings): void {
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const what = chunk.what[row] as number;
      const entity = chunk.entity[row] as number;
      if (entity < 0 || isOther[row] !== 0) continue;
      if (what === What.sendInvoke) this.#known.add(requestOf(entity));
      else if (what === What.receiveOk || what === What.left) {
        this.#read++;
        if (!this.#known.has(requestOf(entity))) this.#notPut(chunk.first + row);
      }
    }
  }

  #notPut(n: number): void {
    this.#found ??= broken({}, `Record ${n} tells of a record that nobody put.`, [n]);
  }

  finish(): Finding {
    const counts = { read: this.#read };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#read === 0 ? notExercised(counts, 'Nothing was read.') : held(counts);
  }
}

/**
 * For all that tells of sequence number s, puts and reads: request(s) and key(s) are the same. For each reader and shard, a < s < b where a and b were read, s acknowledged
 * and within its retention: s was read.
 *
 * Records never change, whoever reads them and how often, and nobody who reads on misses one.
 */
export const replay: Checker = { guarantee: 'replay', start: (settings) => new Replay(settings) };

/** What one reader has read of one shard: from, to, and the record that says so. */
class Reading {
  low = Number.POSITIVE_INFINITY;
  high = -1;
  highN = -1;
}

class Replay implements Fold {
  readonly wants = [What.sendOk, What.receiveOk];
  readonly #retentionUs: number;
  /** Whether readers may leave something out by their own choice: who begins at LATEST, and does so again. */
  readonly #mayLeap: boolean;
  /** Whether a record bears several requests, under one number. */
  readonly #isAggregated: boolean;
  readonly #records = new RecordPlaces();
  readonly #sequence = new NumberColumn();
  readonly #request = new NumberColumn();
  readonly #key = new NumberColumn();
  readonly #firstN = new RecordColumn();
  readonly #sentUs = new NumberColumn();
  readonly #sentN = new RecordColumn();
  /** By client. */
  readonly #readers = new Map<number, { readonly read: FlagColumn; readonly shards: Map<number, Reading> }>();
  #reads = 0;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings) {
    this.#retentionUs = settings.number('retentionUs');
    this.#mayLeap = settings.flag('mayLeap');
    this.#isAggregated = settings.flag('isAggregated');
  }

  scan(all: Sightings): void {
    const { rows, count, chunk, isOther } = all;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const what = chunk.what[row] as number;
      if (isOther[row] !== 0 || (chunk.entity[row] as number) < 0 || (chunk.sequence[row] as number) < 0) continue;
      if (what === What.sendOk) this.#isPut(all, row, this.#meet(all, row));
      else if (what === What.receiveOk) this.#isRead(all, row, this.#meet(all, row));
    }
  }

  /** The record, looked at whether it is what it was before. */
  #meet({ chunk }: Sightings, row: number): number {
    const sequence = chunk.sequence[row] as number;
    const record = this.#records.place(sequence);
    const request = requestOf(chunk.entity[row] as number);
    const key = chunk.group[row] as number;
    const first = this.#firstN.get(record);
    if (first < 0) {
      this.#sequence.set(record, sequence);
      this.#request.set(record, request);
      this.#key.set(record, key);
      this.#firstN.set(record, chunk.first + row);
    } else if (!this.#isAggregated && (this.#request.get(record) !== request || areTwo(this.#key.get(record), key))) {
      const sentence = 'Two records have one sequence number, or one has changed.';
      this.#found ??= broken({}, sentence, [first, chunk.first + row]);
    }
    return record;
  }

  #isPut({ chunk, earliestUs }: Sightings, row: number, record: number): void {
    if (this.#sentN.get(record) >= 0) return;
    this.#sentUs.set(record, earliestUs[row] as number);
    this.#sentN.set(record, chunk.first + row);
  }

  #isRead({ chunk }: Sightings, row: number, record: number): void {
    this.#reads++;
    const client = chunk.client[row] as number;
    const sequence = chunk.sequence[row] as number;
    const reader = this.#readers.get(client) ?? { read: new FlagColumn(), shards: new Map<number, Reading>() };
    this.#readers.set(client, reader);
    reader.read.add(record, 1);
    const reading = reader.shards.get(shardOf(sequence)) ?? new Reading();
    reader.shards.set(shardOf(sequence), reading);
    reading.low = Math.min(reading.low, sequence);
    if (sequence <= reading.high) return;
    reading.high = sequence;
    reading.highN = chunk.first + row;
  }

  finish(end: End): Finding {
    const missed = this.#mayLeap ? [] : this.#missed(end);
    const counts = { reads: this.#reads, missed: missed.length };
    if (this.#found !== null) return { ...this.#found, counts };
    const [first] = missed;
    if (first !== undefined) return broken(counts, 'A reader went on behind a record without having read it.', first);
    return this.#reads === 0 ? notExercised(counts, 'Nothing was read.') : held(counts);
  }

  /** Of each record that a reader has left out: its put, and the read behind it. */
  #missed({ endUs }: End): number[][] {
    const missed: number[][] = [];
    for (let record = 0; record < this.#records.size; record++) {
      const sentN = this.#sentN.get(record);
      if (sentN < 0 || this.#sentUs.get(record) + this.#retentionUs <= endUs) continue;
      const sequence = this.#sequence.get(record);
      for (const { read, shards } of this.#readers.values()) {
        const reading = shards.get(shardOf(sequence));
        if (reading === undefined || read.has(record, 1)) continue;
        if (reading.low < sequence && sequence < reading.high) missed.push([sentN, reading.highN]);
      }
    }
    return missed;
  }
}

/** Of two keys, of which one may not be told. */
function areTwo(key: number, other: number): boolean {
  return key >= 0 && other >= 0 && key !== other;
}
