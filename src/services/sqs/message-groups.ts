/**
 * The message groups of a FIFO queue, in columns; a group's index is given to another when it has been empty for long.
 *
 *   group ─▶ received (records: visible again, or in flight) … ─▶ never received (messages) … ─▶ newest
 *            └ a group's first message decides: in flight or delayed, and nothing of the group can be had
 */
import { GroupHeap } from './group-heap.ts';
import { type MessageStore, NONE, Place } from './message-store.ts';
import { type ReceiveRecords, Stage } from './receive-records.ts';

/** Groups kept although empty, and the first size of the columns. */
const FIRST_CAPACITY = 64;
const SWEEP_AT_LEAST = 16_384;

/** Where a group waits for its turn. */
export const Turn = {
  none: 0,
  /** In the heap of groups that can be received from. */
  ready: 1,
  /** Put aside until its partition has a call left. */
  parked: 2,
} as const;

export class MessageGroups {
  id = new Float64Array(FIRST_CAPACITY);
  /** Messages of it in flight. */
  inFlight = new Uint32Array(FIRST_CAPACITY);
  turn = new Uint8Array(FIRST_CAPACITY);
  firstRecord = new Uint32Array(FIRST_CAPACITY);
  firstFresh = new Uint32Array(FIRST_CAPACITY);
  readonly ready = new GroupHeap();

  #lastRecord = new Uint32Array(FIRST_CAPACITY);
  #lastFresh = new Uint32Array(FIRST_CAPACITY);
  readonly #indexOf = new Map<number, number>();
  readonly #free: number[] = [];
  #used = 0;
  #sweepAt = SWEEP_AT_LEAST;
  readonly #store: MessageStore;
  readonly #records: ReceiveRecords;

  constructor(store: MessageStore, records: ReceiveRecords) {
    this.#store = store;
    this.#records = records;
  }

  /** The index of the group with this id. */
  of(id: number): number {
    return this.#indexOf.get(id) ?? this.#add(id);
  }

  /** Number of the first message when it can be had, else -1. */
  first(group: number): number {
    const record = this.firstRecord[group] as number;
    if (record !== NONE) {
      const { stage, slot } = this.#records;
      return stage[record] === Stage.returned ? this.#store.ordinal(slot[record] as number) : -1;
    }
    const slot = this.firstFresh[group] as number;
    return slot !== NONE && this.#store.place(slot) === Place.fresh ? this.#store.ordinal(slot) : -1;
  }

  isEmpty(group: number): boolean {
    return this.firstRecord[group] === NONE && this.firstFresh[group] === NONE;
  }

  appendFresh(group: number, slot: number): void {
    this.#store.setLink(slot, NONE);
    if (this.firstFresh[group] === NONE) this.firstFresh[group] = slot;
    else this.#store.setLink(this.#lastFresh[group] as number, slot);
    this.#lastFresh[group] = slot;
  }

  takeFresh(group: number): number {
    const slot = this.firstFresh[group] as number;
    this.firstFresh[group] = this.#store.link(slot);
    return slot;
  }

  /** It is received for the first time: behind those that were before. */
  appendRecord(group: number, record: number): void {
    const { groupNext, groupPrevious } = this.#records;
    groupNext[record] = NONE;
    if (this.firstRecord[group] === NONE) {
      groupPrevious[record] = NONE;
      this.firstRecord[group] = record;
    } else {
      const last = this.#lastRecord[group] as number;
      groupPrevious[record] = last;
      groupNext[last] = record;
    }
    this.#lastRecord[group] = record;
  }

  removeRecord(group: number, record: number): void {
    const { groupNext, groupPrevious } = this.#records;
    const after = groupNext[record] as number;
    const before = groupPrevious[record] as number;
    if (before === NONE) this.firstRecord[group] = after;
    else groupNext[before] = after;
    if (after === NONE) this.#lastRecord[group] = before;
    else groupPrevious[after] = before;
  }

  /** The message has moved to another record. */
  replaceRecord(group: number, old: number, renewed: number): void {
    const { groupNext, groupPrevious } = this.#records;
    const after = groupNext[old] as number;
    const before = groupPrevious[old] as number;
    groupNext[renewed] = after;
    groupPrevious[renewed] = before;
    if (before === NONE) this.firstRecord[group] = renewed;
    else groupNext[before] = renewed;
    if (after === NONE) this.#lastRecord[group] = renewed;
    else groupPrevious[after] = renewed;
  }

  #add(id: number): number {
    if (this.#free.length === 0 && this.#used >= this.#sweepAt) this.#sweep();
    const group = this.#free.pop() ?? this.#used++;
    if (group === this.id.length) this.#grow();
    this.#indexOf.set(id, group);
    this.id[group] = id;
    this.inFlight[group] = 0;
    this.turn[group] = Turn.none;
    this.firstRecord[group] = NONE;
    this.firstFresh[group] = NONE;
    return group;
  }

  /** Gives up empty groups, and looks again when there are twice as many as are left. */
  #sweep(): void {
    this.ready.filter((group) => {
      if (!this.isEmpty(group)) return true;
      this.turn[group] = Turn.none;
      return false;
    });
    for (const [id, group] of this.#indexOf) {
      if (!this.isEmpty(group) || this.turn[group] !== Turn.none) continue;
      this.#indexOf.delete(id);
      this.#free.push(group);
    }
    this.#sweepAt = Math.max(SWEEP_AT_LEAST, 2 * this.#indexOf.size);
  }

  #grow(): void {
    const capacity = this.id.length * 2;
    this.id = wider(this.id, new Float64Array(capacity));
    this.inFlight = wider(this.inFlight, new Uint32Array(capacity));
    this.turn = wider(this.turn, new Uint8Array(capacity));
    this.firstRecord = wider(this.firstRecord, new Uint32Array(capacity));
    this.firstFresh = wider(this.firstFresh, new Uint32Array(capacity));
    this.#lastRecord = wider(this.#lastRecord, new Uint32Array(capacity));
    this.#lastFresh = wider(this.#lastFresh, new Uint32Array(capacity));
  }
}

function wider<T extends Uint8Array | Uint32Array | Float64Array>(column: T, longer: T): T {
  longer.set(column);
  return longer;
}
