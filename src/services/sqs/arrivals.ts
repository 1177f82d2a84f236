/**
 * All messages that still exist, oldest first: retention takes from the head, the age of the oldest is read near it.
 * Doubly linked through the messages, so that any of them leaves in constant time.
 */
import { type MessageStore, NONE, ROW_MASK } from './message-store.ts';

/** Messages in the order in which they came to the queue. */
export class Arrivals {
  head = NONE;
  #tail = NONE;
  /** The oldest that counts for the age; those before it never will again. */
  #oldest = NONE;
  readonly #store: MessageStore;
  readonly #counts: (slot: number) => boolean;

  /** `counts`: whether a message counts for the age of the oldest; once it doesn't, it never does again. */
  constructor(store: MessageStore, counts: (slot: number) => boolean) {
    this.#store = store;
    this.#counts = counts;
  }

  get oldest(): number {
    return this.#oldest;
  }

  append(slot: number): void {
    const store = this.#store;
    const tail = this.#tail;
    const page = store.page(slot);
    const row = slot & ROW_MASK;
    page.older[row] = tail;
    page.newer[row] = NONE;
    if (tail === NONE) this.head = slot;
    else store.setNewer(tail, slot);
    this.#tail = slot;
    if (this.#oldest === NONE) this.#oldest = slot;
  }

  remove(slot: number): void {
    const store = this.#store;
    const page = store.page(slot);
    const row = slot & ROW_MASK;
    const older = page.older[row] as number;
    const newer = page.newer[row] as number;
    if (older === NONE) this.head = newer;
    else store.setNewer(older, newer);
    if (newer === NONE) this.#tail = older;
    else store.setOlder(newer, older);
    if (slot === this.#oldest) this.#advance(newer);
  }

  /** The message no longer counts for the age. */
  pass(slot: number): void {
    if (slot === this.#oldest) this.#advance(this.#store.newer(slot));
  }

  #advance(from: number): void {
    let slot = from;
    while (slot !== NONE && !this.#counts(slot)) slot = this.#store.newer(slot);
    this.#oldest = slot;
  }
}
