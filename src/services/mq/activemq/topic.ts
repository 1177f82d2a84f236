/**
 * A topic: a copy for each of its subscriptions, and for each queue of a virtual topic. Durable subscriptions are there while nobody is connected, the others only as long
 * as their consumer is.
 */
import type { DropReason, MessageInput } from '../broker/ports.ts';
import type { Journal } from './journal.ts';
import type { Kept, Waiter } from './kept.ts';
import type { Destination, StoredQueue } from './stored-queue.ts';

export interface TopicPorts {
  readonly journal: Journal;
  readonly kept: Kept;
  /** Nobody was there. */
  onUnroutable(body: number): void;
  onRemoved(subscription: StoredQueue): void;
}

export class Topic implements Destination {
  readonly name: string;
  /** `Consumer.x.VirtualTopic.y`: queues that have a copy each. */
  readonly queues: StoredQueue[] = [];
  readonly #subscriptions: StoredQueue[] = [];
  readonly #ports: TopicPorts;

  constructor(name: string, ports: TopicPorts) {
    this.name = name;
    this.#ports = ports;
  }

  get subscriptions(): readonly StoredQueue[] {
    return this.#subscriptions;
  }

  add(subscription: StoredQueue): void {
    this.#subscriptions.push(subscription);
  }
  /** Its messages are gone. */
  remove(subscription: StoredQueue, reason: DropReason = 'purged'): void {
    const at = this.#subscriptions.indexOf(subscription);
    if (at < 0) return;
    this.#subscriptions.splice(at, 1);
    subscription.queue.remove(reason);
    subscription.meter.consumersChanged();
    this.#ports.onRemoved(subscription);
  }

  /** Written once where somebody subscribes durably, and given out after that. */
  send(message: MessageInput, waiter: Waiter | null): void {
    if (this.#subscriptions.length + this.queues.length === 0) this.#ports.onUnroutable(message.body);
    for (const queue of this.queues) {
      waiter?.more();
      queue.send(message, waiter);
    }
    if (message.persistent && this.#subscriptions.some((one) => one.isDurable)) this.#writeAndDeliver(message, waiter);
    else {
      this.#deliver(message);
      waiter?.done();
    }
  }

  deliver(message: MessageInput): void {
    if (this.#subscriptions.length + this.queues.length === 0) this.#ports.onUnroutable(message.body);
    for (const queue of this.queues) queue.deliver(message);
    this.#deliver(message);
  }

  #deliver(message: MessageInput): void {
    // Whoever subscribes because of it isn't given it.
    const subscriptions = [...this.#subscriptions];
    for (const subscription of subscriptions) subscription.deliver(message);
  }

  #writeAndDeliver(message: MessageInput, waiter: Waiter | null): void {
    const copy = this.#ports.kept.keep(message);
    this.#ports.journal.append({
      bytes: message.bytes,
      onStored: () => {
        this.#deliver(copy);
        this.#ports.kept.letGo(copy);
        waiter?.done();
      },
      onLost: () => this.#ports.kept.letGo(copy),
    });
  }
}
