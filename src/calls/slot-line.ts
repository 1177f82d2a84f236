import { grownInt32 } from './growth.ts';
import { FIRST_SLOTS } from './slots.ts';

/** A first-come-first-served line of slots, each in it at most once; anybody may leave from the middle. */
export class SlotLine {
  #next = new Int32Array(FIRST_SLOTS);
  #previous = new Int32Array(FIRST_SLOTS);
  #head = -1;
  #tail = -1;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Who came first; -1 where nobody waits. */
  get first(): number {
    return this.#head;
  }

  join(slot: number): void {
    if (slot >= this.#next.length) this.#grow(slot);
    this.#next[slot] = -1;
    this.#previous[slot] = this.#tail;
    if (this.#tail >= 0) this.#next[this.#tail] = slot;
    else this.#head = slot;
    this.#tail = slot;
    this.#length++;
  }

  /** `slot` must be in the line. */
  leave(slot: number): void {
    const next = this.#next[slot] as number;
    const previous = this.#previous[slot] as number;
    if (previous >= 0) this.#next[previous] = next;
    else this.#head = next;
    if (next >= 0) this.#previous[next] = previous;
    else this.#tail = previous;
    this.#length--;
  }

  #grow(slot: number): void {
    let length = this.#next.length;
    while (length <= slot) length *= 2;
    this.#next = grownInt32(this.#next, length);
    this.#previous = grownInt32(this.#previous, length);
  }
}
