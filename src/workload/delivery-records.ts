/**
 * Whose records a delivery stream has: the requests behind its data, held until their records have ended.
 *
 *   put ────▶ Data = row of the request ─────────────────────┐
 *   read ───▶ Data = number of (row of the delivery, sequence number) ─┴─▶ at the destination: completed │ backed up: dead-lettered │ lost
 *
 * A record that gets to the destination twice completes its request twice: a duplicate.
 */
import type { Content, Fate, Records } from '../services/firehose/operations.ts';
import { Outcome, type Witness } from '../services/ports.ts';
import type { RequestTable } from './requests.ts';
import type { StreamReader } from './stream-ledger.ts';

type Table = Pick<RequestTable, 'retain' | 'release' | 'complete' | 'deadLetter' | 'accept'>;

/** What is told to a history: a record was taken, is at the destination or in the backup (`ok`), or is kept nowhere (`failed`). Null: nobody listens. */
export type RecordWitness = Pick<Witness, 'owed' | 'delivered'> | null;

export interface DeliveryRecords {
  /** The row behind data. */
  rowOf(data: number): number;
  /** Somebody else needs its row, until `release`. */
  retain(data: number): void;
  release(data: number): void;
  /** It is where it should be, or its work is done otherwise. */
  done(data: number): void;
  /** It is in the backup. */
  backedUp(data: number): void;
  /** It will not get there any more. */
  lost(data: number): void;
}

/** What becomes of records when their way has ended. Copies of all records as they came (`source-backup`) tell nothing of their work. */
export function settleRecords(of: DeliveryRecords, { count, data }: Records, content: Content, fate: Fate): void {
  for (let i = 0; i < count; i++) {
    const one = data[i] as number;
    if (content !== 'source-backup') {
      if (fate === 'backedUp' || fate === 'skipped') of.backedUp(one);
      else if (fate === 'lost') of.lost(one);
    }
    of.release(one);
  }
}

/** Of a delivery stream that is put to. */
export class PutRecords implements DeliveryRecords {
  readonly #requests: Table;
  readonly #copies: number;
  readonly #witness: RecordWitness;

  /** `copies`: how often a record ends, once for each place that it goes to. */
  constructor(requests: Table, copies: number, witness: RecordWitness = null) {
    this.#requests = requests;
    this.#copies = copies;
    this.#witness = witness;
  }

  /** Before it is put, which may end it at once. */
  hold(request: number): void {
    for (let i = 0; i < this.#copies; i++) this.#requests.retain(request);
  }
  accepted(request: number): void {
    this.#witness?.owed(request, ITSELF, NONE, NONE, NONE);
    this.#requests.accept(request);
  }
  refused(request: number): void {
    for (let i = 0; i < this.#copies; i++) this.#requests.release(request);
  }

  rowOf(data: number): number {
    return data;
  }
  retain(data: number): void {
    this.#requests.retain(data);
  }
  release(data: number): void {
    this.#requests.release(data);
  }
  done(data: number): void {
    this.#witness?.delivered(data, Outcome.ok);
    this.#requests.complete(data);
  }
  backedUp(data: number): void {
    this.#witness?.delivered(data, Outcome.ok);
    this.#requests.deadLetter(data, false);
  }
  lost(data: number): void {
    this.#witness?.delivered(data, Outcome.failed);
  }
}

const NONE = -1;
/** The row's own entity, with no subscription of the delivery stream's. */
const ITSELF = -1;

/** Of one that reads a stream. */
export class ReadRecords implements DeliveryRecords {
  readonly #requests: Pick<Table, 'deadLetter'>;
  readonly #reader: StreamReader;
  readonly #copies: number;
  readonly #witness: RecordWitness;
  readonly #row: number[] = [];
  readonly #sequence: number[] = [];
  /** Which part of an aggregated record it is. */
  readonly #part: number[] = [];
  /** The next free number where it is free. */
  readonly #holds: number[] = [];
  #free = NONE;

  constructor(
    requests: Pick<Table, 'deadLetter'>,
    reader: StreamReader,
    copies: number,
    witness: RecordWitness = null,
  ) {
    this.#requests = requests;
    this.#reader = reader;
    this.#copies = copies;
    this.#witness = witness;
  }

  /** A record that was read, with its row, which is held: its data. */
  take(row: number, SequenceNumber: number, part = 0): number {
    const reused = this.#free;
    const data = reused === NONE ? this.#row.length : reused;
    if (reused !== NONE) this.#free = this.#holds[reused] as number;
    this.#row[data] = row;
    this.#sequence[data] = SequenceNumber;
    this.#part[data] = part;
    this.#holds[data] = this.#copies;
    this.#witness?.owed(row, ITSELF, NONE, NONE, NONE);
    return data;
  }

  rowOf(data: number): number {
    return this.#row[data] as number;
  }
  retain(data: number): void {
    this.#holds[data] = (this.#holds[data] as number) + 1;
  }
  release(data: number): void {
    const holds = (this.#holds[data] as number) - 1;
    this.#holds[data] = holds;
    if (holds > 0) return;
    this.#reader.letGo(this.#row[data] as number);
    this.#holds[data] = this.#free;
    this.#free = data;
  }
  done(data: number): void {
    this.#witness?.delivered(this.#row[data] as number, Outcome.ok);
    this.#reader.finish(this.#row[data] as number, this.#sequence[data] as number, this.#part[data]);
  }
  backedUp(data: number): void {
    this.#witness?.delivered(this.#row[data] as number, Outcome.ok);
    this.#requests.deadLetter(this.#row[data] as number, false);
    this.#giveUp(data);
  }
  lost(data: number): void {
    this.#witness?.delivered(this.#row[data] as number, Outcome.failed);
    this.#giveUp(data);
  }

  #giveUp(data: number): void {
    this.#reader.giveUp(this.#row[data] as number, this.#sequence[data] as number, this.#part[data]);
  }
}
