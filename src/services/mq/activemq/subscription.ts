/**
 * A consumer as the broker knows it: what it was sent and has not settled, in the order of dispatch, and its window.
 *
 *   dispatched ──delivered──▶ the window moves on       ──standard, individual──▶ done      ──poison, expired──▶ dead letters
 *
 * Messages acknowledged in a transaction stay dispatched until it is committed; rolled back they can be acknowledged again.
 */
import type { Consumer, Subscriber } from '../broker/consumer.ts';
import { AckType, type ConsumerInfo, LastDelivered, type MessageAck } from '../openwire/operations.ts';
import type { Waiter } from './kept.ts';
import type { StoredQueue } from './stored-queue.ts';

/** Sends a message to whoever consumes. */
export interface Dispatcher {
  dispatch(subscription: Subscription, row: number, id: number): void;
}

/** An acknowledgement that waits for its transaction. */
export interface TransactedAck {
  readonly subscription: Subscription;
  readonly id: number;
  readonly isIndividual: boolean;
}

export interface SubscriptionOptions {
  /** The client's number of it. */
  readonly number: number;
  readonly stored: StoredQueue;
  readonly info: ConsumerInfo;
  readonly dispatcher: Dispatcher;
  /** Whether what comes back after its line was cut counts as delivered. */
  readonly countsUnknown: boolean;
}

export class Subscription implements Subscriber {
  readonly number: number;
  readonly stored: StoredQueue;
  readonly info: ConsumerInfo;
  readonly #dispatcher: Dispatcher;
  readonly #countsUnknown: boolean;
  /** By message id, in the order of their dispatch: rows. */
  readonly #dispatched = new Map<number, number>();
  readonly #transacted = new Set<number>();
  readonly #ids: number[] = [];
  #consumer: Consumer | null = null;
  /** Delivered, so not counted against the prefetch. */
  #extension = 0;
  /** Messages it has pulled and not been given. */
  #wanted = 0;

  constructor({ number, stored, info, dispatcher, countsUnknown }: SubscriptionOptions) {
    this.number = number;
    this.stored = stored;
    this.info = info;
    this.#dispatcher = dispatcher;
    this.#countsUnknown = countsUnknown;
  }

  /** From now on it is sent messages. */
  start(): void {
    const { queue } = this.stored;
    const { prefetch, priority = 0, isExclusive = false } = this.info;
    queue.setStopped(true);
    this.#consumer = queue.subscribe({ subscriber: this, tag: this.number, prefetch: Math.max(1, prefetch), priority });
    if (prefetch === 0) queue.setPaused(this.#consumer, true);
    if (isExclusive) this.stored.exclusives.push(this.#consumer);
    this.stored.consumersChanged();
    queue.setStopped(false);
  }

  get #isPulling(): boolean {
    return this.info.prefetch === 0;
  }

  onMessage(consumer: Consumer, row: number): void {
    const id = this.stored.queue.rows.id[row] as number;
    this.#dispatched.set(id, row);
    if (this.#isPulling && --this.#wanted === 0) this.stored.queue.setPaused(consumer, true);
    this.#dispatcher.dispatch(this, row, id);
  }

  /** Its row, as long as it is dispatched; -1. */
  rowOf(id: number): number {
    return this.#dispatched.get(id) ?? -1;
  }

  // --- window ---

  pull(): void {
    this.#wanted++;
    this.#openForPull();
  }
  /** Whether it was still waiting. */
  cancelPull(): boolean {
    if (this.#wanted === 0) return false;
    if (--this.#wanted === 0) this.stored.queue.setPaused(this.#consumer as Consumer, true);
    return true;
  }

  #openForPull(): void {
    const consumer = this.#consumer as Consumer;
    const { queue } = this.stored;
    consumer.prefetch = consumer.inHand + this.#wanted;
    queue.setPaused(consumer, false);
  }

  #extend(by: number): void {
    const extension = Math.max(0, this.#extension + by);
    if (this.#isPulling || extension === this.#extension) return;
    this.#extension = extension;
    this.stored.queue.setPrefetch(this.#consumer as Consumer, this.info.prefetch + extension);
  }

  // --- acknowledgements ---

  /** False: it names nothing that is dispatched. In a transaction each message is noted in `noted`, and stays. */
  acknowledge(ack: Readonly<MessageAck>, noted: TransactedAck[] | null, waiter: Waiter | null): boolean {
    if (ack.type === AckType.delivered) {
      if (!this.#dispatched.has(ack.last)) return false;
      this.#extend(ack.count);
      return true;
    }
    const ids = this.#range(ack);
    if (ids === null) return false;
    switch (ack.type) {
      case AckType.redelivered:
        // The broker counts what comes back to it, and nothing else.
        return true;
      case AckType.standard:
      case AckType.individual:
        if (noted !== null) this.#note(ids, ack.type === AckType.individual, noted);
        else for (const id of ids) if (!this.#transacted.has(id)) this.#settle(id, waiter);
        return true;
      default:
        for (const id of ids) this.#drop(id, ack.type === AckType.expired ? 'expired' : 'rejected');
        return true;
    }
  }

  /** Null: the last, or the first, is not dispatched. */
  #range({ type, first, last }: Readonly<MessageAck>): readonly number[] | null {
    const ids = this.#ids;
    ids.length = 0;
    if (!this.#dispatched.has(last)) return null;
    if (type === AckType.individual || first === last) {
      ids.push(last);
      return ids;
    }
    if (first >= 0 && !this.#dispatched.has(first)) return null;
    let isWithin = first < 0;
    for (const id of this.#dispatched.keys()) {
      if (id === first) isWithin = true;
      if (isWithin) ids.push(id);
      if (id === last) break;
    }
    // What settles one may dispatch others, and be called again.
    return [...ids];
  }

  #settle(id: number, waiter: Waiter | null): void {
    const row = this.#takeOut(id);
    if (row < 0) return;
    waiter?.more();
    this.stored.acknowledge(row, waiter);
  }

  #drop(id: number, reason: 'expired' | 'rejected'): void {
    const row = this.#takeOut(id);
    if (row >= 0) this.stored.queue.drop(row, reason);
  }

  #takeOut(id: number): number {
    const row = this.#dispatched.get(id);
    if (row === undefined) return -1;
    this.#dispatched.delete(id);
    this.#transacted.delete(id);
    this.#extend(-1);
    return row;
  }

  #note(ids: readonly number[], isIndividual: boolean, noted: TransactedAck[]): void {
    for (const id of ids) {
      if (this.#transacted.has(id)) continue;
      this.#transacted.add(id);
      noted.push({ subscription: this, id, isIndividual });
      if (isIndividual) this.#extend(1);
    }
  }

  /** Its transaction is being committed: in nobody's hands from now on. Its row; -1 where it is gone. */
  hide(id: number): number {
    const row = this.#takeOut(id);
    if (row >= 0) this.stored.hide(row);
    return row;
  }

  /** Its transaction was rolled back. */
  undo({ id, isIndividual }: TransactedAck): void {
    if (this.#transacted.delete(id) && isIndividual) this.#extend(-1);
  }

  // --- end ---

  /** It is sent nothing more, and what it has comes back: counted as delivered up to `lastDelivered`, a message id or one of `LastDelivered`. */
  close(lastDelivered: number): void {
    const consumer = this.#consumer;
    if (consumer === null) return;
    this.#consumer = null;
    const { queue, exclusives } = this.stored;
    queue.setStopped(true);
    queue.cancel(consumer);
    const at = exclusives.indexOf(consumer);
    if (at >= 0) exclusives.splice(at, 1);
    this.stored.consumersChanged();
    const isUnknown = lastDelivered === LastDelivered.unknown;
    let isCounted = isUnknown ? this.#countsUnknown : this.#dispatched.has(lastDelivered);
    for (const [id, row] of this.#dispatched) {
      queue.requeue(row, isCounted);
      if (id === lastDelivered) isCounted = false;
    }
    this.#dispatched.clear();
    this.#transacted.clear();
    queue.setStopped(false);
  }

  /** Its broker is gone. */
  die(): void {
    this.#consumer = null;
    this.#dispatched.clear();
    this.#transacted.clear();
  }
}
