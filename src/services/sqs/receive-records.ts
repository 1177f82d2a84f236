/**
 * What a queue knows of messages that have been received: apart from the messages, since few of a backlog ever are at one time.
 *
 *   receipt handle = generation × 2^27 + record      each receive makes a new generation, and so does the end of the record;
 *                                                    a record whose generations are used up is never used again
 */
import { SqsModelError } from './errors.ts';
import { NONE } from './message-store.ts';

/** What a record's message is doing. */
export const Stage = {
  /** Record not in use. */
  none: 0,
  /** Taken off its lane, on its way to a receiver or to the dead-letter queue. */
  taken: 1,
  inFlight: 2,
  /** Visible again, before what has never been received. */
  returned: 3,
  /** Visible, at the back of the queue. */
  back: 4,
  /** Deleted, but a server out of reach holds a copy that comes back. */
  copy: 5,
} as const;
export type Stage = (typeof Stage)[keyof typeof Stage];

/** 2^27 records, 2^26 generations: together 53 bits. */
const INDEX_SPAN = 134_217_728;
const MAX_GENERATION = 67_108_863;
const FIRST_CAPACITY = 16;

/** A handle that is no handle of this queue. */
export const NOT_A_HANDLE = -2;
/** A handle of an earlier receive, or of a message that is gone. */
export const STALE_HANDLE = -1;

/** The records of one queue, in columns. */
export class ReceiveRecords {
  slot = new Uint32Array(0);
  /** Receives of its life, those in other queues included. */
  receives = new Uint32Array(0);
  /** Of these, before it came here. */
  receivesBefore = new Uint32Array(0);
  firstReceiveUs = new Float64Array(0);
  /** Of the newest handle: the 12 hours count from it. */
  receivedUs = new Float64Array(0);
  /** In flight: end of its visibility timeout. At the back: its place in the queue. */
  dueUs = new Float64Array(0);
  next = new Uint32Array(0);
  previous = new Uint32Array(0);
  stage = new Uint8Array(0);
  /** Visibility lane it waits in. */
  lane = new Uint8Array(0);
  /** Only where dead letters come in. */
  movedId = new Float64Array(0);
  movedUs = new Float64Array(0);
  /** Which of the queues that send dead letters here, counted from 1; 0: none of them. */
  movedFrom = new Uint16Array(0);
  /** Only in FIFO queues: neighbours in the message group, and the generation with which this message's handles began. */
  groupNext = new Uint32Array(0);
  groupPrevious = new Uint32Array(0);
  #firstGeneration = new Uint32Array(0);

  #generation = new Uint32Array(0);
  #used = 0;
  #free = NONE;
  readonly #maxGeneration: number;

  readonly #grouped: boolean;

  /** `grouped`: for a FIFO queue. */
  constructor(maxGeneration = MAX_GENERATION, grouped = false) {
    this.#maxGeneration = maxGeneration;
    this.#grouped = grouped;
  }

  /** A record for a message that has not been received in this queue. */
  take(slot: number): number {
    let record = this.#free;
    if (record === NONE) {
      record = this.#used++;
      if (record === this.slot.length) this.#grow();
    } else {
      this.#free = this.next[record] as number;
    }
    this.slot[record] = slot;
    this.receives[record] = 0;
    this.receivesBefore[record] = 0;
    this.firstReceiveUs[record] = -1;
    this.stage[record] = Stage.taken;
    if (this.#grouped) this.#firstGeneration[record] = (this.#generation[record] as number) + 1;
    return record;
  }

  release(record: number): void {
    this.stage[record] = Stage.none;
    if (!this.retireHandle(record)) return;
    this.next[record] = this.#free;
    this.#free = record;
  }

  /** Whether the record can give another handle; if not, its message must move to another record. */
  canReceive(record: number): boolean {
    return (this.#generation[record] as number) < this.#maxGeneration - 1;
  }

  /** The handle of a new receive; older ones are stale from now on. */
  newHandle(record: number): number {
    const generation = (this.#generation[record] as number) + 1;
    this.#generation[record] = generation;
    return generation * INDEX_SPAN + record;
  }

  /** Makes the newest handle stale; false when the record has no generation left for another message. */
  retireHandle(record: number): boolean {
    const generation = (this.#generation[record] as number) + 1;
    this.#generation[record] = generation;
    return generation < this.#maxGeneration - 1;
  }

  handle(record: number): number {
    return (this.#generation[record] as number) * INDEX_SPAN + record;
  }

  /** The record whose newest handle it is; else STALE_HANDLE or NOT_A_HANDLE. */
  resolve(handle: number): number {
    if (!(handle >= INDEX_SPAN && Number.isSafeInteger(handle))) return NOT_A_HANDLE;
    const generation = Math.floor(handle / INDEX_SPAN);
    const record = handle - generation * INDEX_SPAN;
    if (record >= this.#used) return NOT_A_HANDLE;
    const newest = this.#generation[record] as number;
    if (generation > newest) return NOT_A_HANDLE;
    return generation === newest && this.stage[record] !== Stage.none ? record : STALE_HANDLE;
  }

  /** Whether a stale handle is of an earlier receive of the message that the record holds now; FIFO queues only. */
  isEarlierReceive(handle: number): boolean {
    const generation = Math.floor(handle / INDEX_SPAN);
    const record = handle - generation * INDEX_SPAN;
    return this.stage[record] !== Stage.none && generation >= (this.#firstGeneration[record] as number);
  }

  /** Moves a message to a fresh record, for the old one has no handles left. */
  renew(record: number): number {
    const renewed = this.take(this.slot[record] as number);
    this.receives[renewed] = this.receives[record] as number;
    this.receivesBefore[renewed] = this.receivesBefore[record] as number;
    this.firstReceiveUs[renewed] = this.firstReceiveUs[record] as number;
    if (this.movedId.length > 0) {
      this.movedId[renewed] = this.movedId[record] as number;
      this.movedUs[renewed] = this.movedUs[record] as number;
      this.movedFrom[renewed] = this.movedFrom[record] as number;
    }
    this.release(record);
    return renewed;
  }

  /** From now on records can say where their message came from. */
  keepMoves(): void {
    if (this.movedId.length === this.slot.length) return;
    this.movedId = wider(this.movedId, this.slot.length);
    this.movedUs = wider(this.movedUs, this.slot.length);
    this.movedFrom = wider(this.movedFrom, this.slot.length);
  }

  #grow(): void {
    const moves = this.movedId.length > 0;
    const capacity = Math.max(FIRST_CAPACITY, Math.ceil(this.slot.length * 1.5));
    if (capacity > INDEX_SPAN) {
      throw new SqsModelError('too-many-messages', `more than ${INDEX_SPAN / 1.5} received messages kept in one queue`);
    }
    this.slot = wider(this.slot, capacity);
    this.receives = wider(this.receives, capacity);
    this.receivesBefore = wider(this.receivesBefore, capacity);
    this.firstReceiveUs = wider(this.firstReceiveUs, capacity);
    this.receivedUs = wider(this.receivedUs, capacity);
    this.dueUs = wider(this.dueUs, capacity);
    this.next = wider(this.next, capacity);
    this.previous = wider(this.previous, capacity);
    this.stage = wider(this.stage, capacity);
    this.lane = wider(this.lane, capacity);
    this.#generation = wider(this.#generation, capacity);
    if (moves) this.keepMoves();
    if (!this.#grouped) return;
    this.groupNext = wider(this.groupNext, capacity);
    this.groupPrevious = wider(this.groupPrevious, capacity);
    this.#firstGeneration = wider(this.#firstGeneration, capacity);
  }
}

/** Doubly linked through the records: in at the tail, out anywhere. */
export class RecordList {
  head = NONE;
  tail = NONE;
  readonly #records: ReceiveRecords;

  constructor(records: ReceiveRecords) {
    this.#records = records;
  }

  append(record: number): void {
    const { next, previous } = this.#records;
    next[record] = NONE;
    previous[record] = this.tail;
    if (this.tail === NONE) this.head = record;
    else next[this.tail] = record;
    this.tail = record;
  }

  remove(record: number): void {
    const { next, previous } = this.#records;
    const after = next[record] as number;
    const before = previous[record] as number;
    if (before === NONE) this.head = after;
    else next[before] = after;
    if (after === NONE) this.tail = before;
    else previous[after] = before;
  }
}

type Column = Uint8Array | Uint16Array | Uint32Array | Float64Array;

function wider<T extends Column>(column: T, capacity: number): T {
  const longer = new (column.constructor as new (length: number) => T)(capacity);
  longer.set(column);
  return longer;
}
