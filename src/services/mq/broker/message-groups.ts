/**
 * Message groups: who is given a message of a group is given all of them, as long as it is there. Messages whose consumer has no credit are parked aside, so that
 * others behind them can go on; each consumer that has credit has its first parked one among the ready ones.
 */
import type { Consumer } from './consumer.ts';
import { NONE } from './message-rows.ts';
import { ReturnedHeap } from './returned-heap.ts';

export class MessageGroups {
  /** All that is parked. */
  count = 0;
  readonly #limit: number;
  /** Those not used for longest first. */
  readonly #owners = new Map<number, Consumer>();
  readonly #parked = new Map<Consumer, ReturnedHeap>();

  /** `limit`: groups remembered. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whose group it is; nobody's becomes the next one's. */
  ownerOf(group: number, next: Consumer): Consumer {
    const owner = this.#owners.get(group);
    if (owner === undefined) {
      if (this.#owners.size >= this.#limit) this.#forgetOldest();
    } else this.#owners.delete(group);
    this.#owners.set(group, owner ?? next);
    return owner ?? next;
  }

  #forgetOldest(): void {
    for (const group of this.#owners.keys()) {
      this.#owners.delete(group);
      return;
    }
  }

  park(owner: Consumer, sequence: number, row: number): void {
    let heap = this.#parked.get(owner);
    if (heap === undefined) {
      heap = new ReturnedHeap();
      this.#parked.set(owner, heap);
    }
    heap.push(sequence, row);
    this.count++;
  }

  /** The first that is parked for it, which is parked no more; NONE: nothing is. */
  unpark(owner: Consumer): number {
    const heap = this.#parked.get(owner);
    if (heap === undefined || heap.size === 0) return NONE;
    const row = heap.topRow;
    heap.pop();
    this.count--;
    return row;
  }

  /** It has left, and its groups are nobody's. What is parked for it is to be unparked before. */
  forget(owner: Consumer): void {
    this.#parked.delete(owner);
    for (const [group, of] of this.#owners) if (of === owner) this.#owners.delete(group);
  }
}
