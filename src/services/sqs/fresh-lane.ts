/**
 * Visible messages that nobody has received yet: first come, first served, linked through the messages one way only.
 * What expires in its middle stays as a dead link until the lane comes to it.
 */
import { type MessageStore, NONE, Place } from './message-store.ts';

export class FreshLane {
  /** Never a dead one. */
  head = NONE;
  /** Ever added and ever taken from the head: the back of the queue is found by them. */
  added = 0;
  taken = 0;
  #tail = NONE;
  readonly #store: MessageStore;

  constructor(store: MessageStore) {
    this.#store = store;
  }

  append(slot: number): void {
    this.#store.setLink(slot, NONE);
    if (this.#tail === NONE) this.head = slot;
    else this.#store.setLink(this.#tail, slot);
    this.#tail = slot;
    this.added++;
  }

  takeHead(): number {
    const slot = this.head;
    this.#behead();
    return slot;
  }

  /** Takes one from anywhere, `before` being the one in front of it. */
  takeAfter(before: number, slot: number): void {
    if (before === NONE) {
      this.#behead();
      return;
    }
    const after = this.#store.link(slot);
    this.#store.setLink(before, after);
    if (after === NONE) this.#tail = before;
    this.taken++;
  }

  /** Takes out one that is gone; its slot is freed now, or when the lane comes to it. */
  bury(slot: number): void {
    if (slot === this.head) {
      this.#behead();
      this.#store.release(slot);
    } else {
      this.#store.setPlace(slot, Place.dead);
    }
  }

  /** Puts the head behind the next `places` ones, or the last if they are fewer; false when nothing is behind it. */
  setBack(places: number): boolean {
    const store = this.#store;
    const slot = this.head;
    this.#dropDeadAfter(slot);
    let before = store.link(slot);
    if (before === NONE) return false;
    this.head = before;
    for (let i = 1; i < places && store.link(before) !== NONE; i++) before = store.link(before);
    const after = store.link(before);
    store.setLink(before, slot);
    store.setLink(slot, after);
    if (after === NONE) this.#tail = slot;
    return true;
  }

  /** The next behind `before` (NONE: the head), without the dead ones between, which are dropped; NONE at the end. */
  nextAfter(before: number): number {
    if (before === NONE) return this.head;
    this.#dropDeadAfter(before);
    return this.#store.link(before);
  }

  /** Puts messages that were taken back, oldest first, each before the first that is younger. */
  insertByAge(slots: readonly number[]): void {
    const store = this.#store;
    let before = NONE;
    for (const slot of slots) {
      let after = this.nextAfter(before);
      while (after !== NONE && store.ordinal(after) < store.ordinal(slot)) {
        before = after;
        after = this.nextAfter(before);
      }
      store.setLink(slot, after);
      if (before === NONE) this.head = slot;
      else store.setLink(before, slot);
      if (after === NONE) this.#tail = slot;
      before = slot;
    }
    this.taken -= slots.length;
  }

  #behead(): void {
    const slot = this.head;
    this.#dropDeadAfter(slot);
    this.taken++;
    this.head = this.#store.link(slot);
    if (this.head === NONE) this.#tail = NONE;
  }

  #dropDeadAfter(slot: number): void {
    const store = this.#store;
    let next = store.link(slot);
    if (next === NONE || store.place(next) !== Place.dead) return;
    do {
      const after = store.link(next);
      store.release(next);
      this.taken++;
      next = after;
    } while (next !== NONE && store.place(next) === Place.dead);
    store.setLink(slot, next);
    if (next === NONE) this.#tail = slot;
  }
}
