/**
 * Who owes what of the records of one stream. Each declared reader is a subscription: a record that was put is a delivery to each of them, held until that reader
 * has finished the record for the first time. The log holds the request itself, parked, until the record is too old: so a replay still knows it, and no run waits for it.
 *
 *   put ─▶ a delivery for each reader ─▶ finished (completed) │ passed over, given up (lost) │ too old (expired)
 *
 * A record that was finished and is read again is handled again: a duplicate.
 */
import { placeOf, sequenceOf, shardOf } from '../services/kinesis/sequence.ts';
import type { StartingPosition } from '../services/kinesis/operations.ts';
import { type Aggregate, Aggregates } from './aggregates.ts';
import type { RequestTable } from './requests.ts';

/** What the ledger asks of the log itself. */
export interface LedgerLog {
  placeAt(ShardId: number, position: StartingPosition): number;
  extentOf(ShardId: number): { readonly first: number; readonly next: number };
  dataAt(ShardId: number, place: number): number;
  readonly shardsEver: number;
}

/** One declared reader's side of the ledger. Rows are deliveries: handlers take them for requests. */
export interface StreamReader {
  /** It has read a record: the row of its delivery, held once more until `letGo`. */
  take(data: number): number;
  letGo(row: number): void;
  /** What is in a record that bears several requests, each to be taken by itself; undefined: it bears one, its data. */
  aggregateOf(data: number): Aggregate | undefined;
  /** It has handled the record; `sub`: its place in an aggregated one, default 0. */
  finish(row: number, SequenceNumber: number, sub?: number): void;
  /** It will not handle the record (any more): lost, unless somebody reads it again. */
  giveUp(row: number, SequenceNumber: number, sub?: number): void;
  /** It begins to read a shard there, now: what lies before it will not read. */
  begins(ShardId: number, position: StartingPosition): void;
  /** It reads nothing of what these shards have now. */
  passesOver(isPassed: (ShardId: number) => boolean): void;
}

/** Records of one shard that a reader owes nothing for any more: a bit for each place. */
class Settled {
  readonly #base: number;
  #bits = new Uint32Array(32);
  /** All places before it are settled. */
  upTo: number;

  constructor(first: number) {
    this.#base = first;
    this.upTo = first;
  }

  /** Whether it was not before. */
  add(place: number): boolean {
    if (place < this.upTo) return false;
    if (place === this.upTo) {
      this.upTo++;
      while (this.#has(this.upTo)) this.upTo++;
      return true;
    }
    if (this.#has(place)) return false;
    const at = place - this.#base;
    const word = at >> 5;
    if (word >= this.#bits.length) {
      const wider = new Uint32Array(Math.max(word + 1, this.#bits.length * 2));
      wider.set(this.#bits);
      this.#bits = wider;
    }
    this.#bits[word] = (this.#bits[word] as number) | (1 << (at & 31));
    return true;
  }

  #has(place: number): boolean {
    const at = place - this.#base;
    const word = this.#bits[at >> 5];
    return word !== undefined && (word & (1 << (at & 31))) !== 0;
  }
}

export class StreamLedger {
  /** Whoever aggregates says here what its records bear. */
  readonly aggregates = new Aggregates();
  readonly #requests: RequestTable;
  readonly #isEntry: boolean;
  readonly #readers: Reader[] = [];
  #log: LedgerLog | null = null;

  /** `isEntry`: a traffic sends into the stream, so that it is the one which accepts requests. */
  constructor(requests: RequestTable, isEntry: boolean) {
    this.#requests = requests;
    this.#isEntry = isEntry;
  }

  /** The stream whose records these are. */
  connect(log: LedgerLog): void {
    this.#log = log;
  }

  /** `subscription`: its number in the table of requests. Before the first put. */
  addReader(subscription: number): StreamReader {
    const log = (): LedgerLog => this.#log as LedgerLog;
    const reader = new Reader(this.#requests, subscription, log, this.aggregates);
    this.#readers.push(reader);
    return reader;
  }

  readonly onRecord = (data: number, SequenceNumber: number): void => {
    const requests = this.#requests;
    const rows = this.#rowsOf(data);
    for (const row of rows) {
      requests.retain(row);
      requests.park(row);
      if (this.#isEntry) requests.accept(row);
    }
    for (const reader of this.#readers) reader.owe(data, SequenceNumber);
    // Nobody reads it: to be stored is all that can become of it.
    if (this.#readers.length === 0) for (const row of rows) requests.complete(row);
  };

  readonly onExpired = (data: number, SequenceNumber: number): void => {
    const requests = this.#requests;
    for (const reader of this.#readers) reader.expire(data, SequenceNumber);
    for (const row of this.#rowsOf(data)) {
      requests.unpark(row);
      requests.release(row);
    }
    this.aggregates.drop(data);
  };

  #rowsOf(data: number): readonly number[] {
    return this.aggregates.of(data)?.rows ?? [data];
  }
}

/** An aggregated record of which not all is done: a mark for each part, and how many have none. */
interface Parts {
  readonly done: Uint8Array;
  left: number;
}

class Reader implements StreamReader {
  readonly #requests: RequestTable;
  readonly #subscription: number;
  readonly #log: () => LedgerLog;
  readonly #settled: (Settled | undefined)[] = [];
  readonly #aggregates: Aggregates;
  /** By sequence number. */
  readonly #parts = new Map<number, Parts>();

  constructor(requests: RequestTable, subscription: number, log: () => LedgerLog, aggregates: Aggregates) {
    this.#requests = requests;
    this.#subscription = subscription;
    this.#log = log;
    this.#aggregates = aggregates;
  }

  owe(data: number, SequenceNumber: number): void {
    const shard = shardOf(SequenceNumber);
    this.#settled[shard] ??= new Settled(placeOf(SequenceNumber));
    const rows = this.#aggregates.of(data)?.rows;
    if (rows === undefined) {
      this.take(data);
      return;
    }
    for (const row of rows) this.take(row);
    this.#parts.set(SequenceNumber, { done: new Uint8Array(rows.length), left: rows.length });
  }

  aggregateOf(data: number): Aggregate | undefined {
    return this.#aggregates.of(data);
  }

  take(request: number): number {
    return this.#requests.deliver(request, this.#subscription, this.#requests.bytes(request));
  }

  letGo(row: number): void {
    this.#requests.release(row);
  }

  finish(row: number, SequenceNumber: number, sub = 0): void {
    this.#requests.complete(row);
    this.giveUp(row, SequenceNumber, sub);
  }

  giveUp(row: number, SequenceNumber: number, sub = 0): void {
    if (this.#settlePart(SequenceNumber, sub)) this.#requests.release(row);
  }

  expire(data: number, SequenceNumber: number): void {
    for (const request of this.#settleRest(data, SequenceNumber)) {
      const row = this.take(request);
      this.#requests.expire(row);
      this.#requests.release(row);
      this.#requests.release(row);
    }
  }

  begins(ShardId: number, position: StartingPosition): void {
    this.#passOver(ShardId, this.#log().placeAt(ShardId, position));
  }

  passesOver(isPassed: (ShardId: number) => boolean): void {
    const log = this.#log();
    for (let shard = 0; shard < log.shardsEver; shard++)
      if (isPassed(shard)) this.#passOver(shard, log.extentOf(shard).next);
  }

  /** Lets go of what it owes before a place. */
  #passOver(ShardId: number, place: number): void {
    const settled = this.#settled[ShardId];
    if (settled === undefined) return;
    const log = this.#log();
    const { first, next } = log.extentOf(ShardId);
    for (let at = Math.max(settled.upTo, first); at < Math.min(place, next); at++) {
      for (const request of this.#settleRest(log.dataAt(ShardId, at), sequenceOf(at, ShardId))) {
        const row = this.take(request);
        this.#requests.release(row);
        this.#requests.release(row);
      }
    }
  }

  /** Settles one part of a record. Whether it owed something for it until now. */
  #settlePart(SequenceNumber: number, sub: number): boolean {
    const parts = this.#parts.get(SequenceNumber);
    if (parts === undefined) return this.#settle(SequenceNumber);
    if (parts.done[sub] === 1) return false;
    parts.done[sub] = 1;
    parts.left--;
    if (parts.left === 0) {
      this.#parts.delete(SequenceNumber);
      this.#settle(SequenceNumber);
    }
    return true;
  }

  /** Settles a record: the requests for which it owed something until now. */
  #settleRest(data: number, SequenceNumber: number): readonly number[] {
    if (!this.#settle(SequenceNumber)) return [];
    const parts = this.#parts.get(SequenceNumber);
    if (parts === undefined) return [data];
    this.#parts.delete(SequenceNumber);
    return (this.#aggregates.of(data)?.rows ?? []).filter((_, sub) => parts.done[sub] === 0);
  }

  /** Whether it owed something for it until now. */
  #settle(SequenceNumber: number): boolean {
    return this.#settled[shardOf(SequenceNumber)]?.add(placeOf(SequenceNumber)) ?? false;
  }
}
