/**
 * When dead letters expire: they keep the time at which they were first sent, so they don't come in its order. A binary heap by that
 * time; an entry whose message is gone is dropped when met, and all such are swept when they outnumber the living.
 */
import type { MessageStore } from './message-store.ts';

export class MovedExpiry {
  readonly #store: MessageStore;
  readonly #sent: number[] = [];
  readonly #slot: number[] = [];
  readonly #ordinal: number[] = [];

  constructor(store: MessageStore) {
    this.#store = store;
  }

  add(slot: number, living: number): void {
    if (this.#slot.length > 64 && this.#slot.length > 2 * living) this.#sweep();
    this.#push(this.#store.sentUs(slot), slot, this.#store.ordinal(slot));
  }

  /** When the message sent first was sent; Infinity where there is none. */
  firstSentUs(): number {
    while (this.#slot.length > 0 && !this.#store.holds(this.#slot[0] as number, this.#ordinal[0] as number))
      this.#pop();
    return this.#slot.length === 0 ? Number.POSITIVE_INFINITY : (this.#sent[0] as number);
  }

  /** The slot of the message sent first; asked after `firstSentUs`. */
  takeFirst(): number {
    const slot = this.#slot[0] as number;
    this.#pop();
    return slot;
  }

  #sweep(): void {
    const sent = this.#sent.splice(0);
    const slot = this.#slot.splice(0);
    const ordinal = this.#ordinal.splice(0);
    for (let i = 0; i < slot.length; i++) {
      if (this.#store.holds(slot[i] as number, ordinal[i] as number)) {
        this.#push(sent[i] as number, slot[i] as number, ordinal[i] as number);
      }
    }
  }

  #push(sent: number, slot: number, ordinal: number): void {
    let i = this.#slot.length;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#comesBefore(sent, ordinal, parent)) break;
      this.#copy(parent, i);
      i = parent;
    }
    this.#set(i, sent, slot, ordinal);
  }

  #pop(): void {
    const sent = this.#sent.pop() as number;
    const slot = this.#slot.pop() as number;
    const ordinal = this.#ordinal.pop() as number;
    const size = this.#slot.length;
    if (size === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (
        child + 1 < size &&
        this.#comesBefore(this.#sent[child + 1] as number, this.#ordinal[child + 1] as number, child)
      )
        child++;
      if (this.#comesBefore(sent, ordinal, child)) break;
      this.#copy(child, i);
      i = child;
    }
    this.#set(i, sent, slot, ordinal);
  }

  #comesBefore(sent: number, ordinal: number, other: number): boolean {
    const otherSent = this.#sent[other] as number;
    return sent !== otherSent ? sent < otherSent : ordinal < (this.#ordinal[other] as number);
  }

  #copy(from: number, to: number): void {
    this.#set(to, this.#sent[from] as number, this.#slot[from] as number, this.#ordinal[from] as number);
  }

  #set(i: number, sent: number, slot: number, ordinal: number): void {
    this.#sent[i] = sent;
    this.#slot[i] = slot;
    this.#ordinal[i] = ordinal;
  }
}
