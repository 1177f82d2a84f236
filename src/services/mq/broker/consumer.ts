/** Who has messages of a queue in hand, and consumers in turn. */
import { NONE } from './message-rows.ts';

/** Whoever serves a consumer: the protocol's side of it. */
export interface Subscriber {
  /**
   * A message is given out; `queue.read(row)` tells it. It is in the consumer's hands until it is settled by its row, which is good as long as the queue `holds` it under its id.
   * Where no acknowledgement is asked for (`noAck`) it is gone when this returns.
   */
  onMessage(consumer: Consumer, row: number): void;
}

/** Has messages in hand: a consumer, or whoever gets them one by one. They are in the order in which they were given out. */
export class Holder {
  inHand = 0;
  bytesInHand = 0;
  /** For the queue: first and last of what it holds. */
  head = NONE;
  tail = NONE;
}

export interface ConsumerOptions {
  readonly subscriber: Subscriber;
  /** A number of the subscriber's. */
  readonly tag: number;
  /** Messages in hand at most; 0: no limit. */
  readonly prefetch: number;
  /** Nothing is acknowledged: what is given out is gone. */
  readonly noAck?: boolean;
  /** Higher ones first, as long as they have credit; default 0. */
  readonly priority?: number;
}

export class Consumer extends Holder {
  readonly subscriber: Subscriber;
  readonly tag: number;
  readonly noAck: boolean;
  readonly priority: number;
  /** Change it by the queue. */
  prefetch: number;
  /** Whoever serves it can take no more. Change it by the queue. */
  isPaused = false;
  isCancelled = false;
  /** For `Turn`. */
  next: Consumer | null = null;
  previous: Consumer | null = null;
  inTurn = false;

  constructor({ subscriber, tag, prefetch, noAck = false, priority = 0 }: ConsumerOptions) {
    super();
    this.subscriber = subscriber;
    this.tag = tag;
    this.prefetch = prefetch;
    this.noAck = noAck;
    this.priority = priority;
  }

  get hasCredit(): boolean {
    return !this.isPaused && (this.noAck || this.prefetch === 0 || this.inHand < this.prefetch);
  }
}

interface Line {
  readonly priority: number;
  head: Consumer | null;
  tail: Consumer | null;
}

/** Consumers that can take a message, in turn: who was given one goes to the end. Those of a higher priority first. */
export class Turn {
  readonly #lines: Line[] = [];
  #waiting = 0;

  get isEmpty(): boolean {
    return this.#waiting === 0;
  }

  /** Asked only where there is one. */
  first(): Consumer {
    for (const { head } of this.#lines) if (head !== null) return head;
    throw new Error('nobody is in turn');
  }

  append(consumer: Consumer): void {
    const line = this.#lineOf(consumer.priority);
    consumer.inTurn = true;
    consumer.previous = line.tail;
    consumer.next = null;
    if (line.tail === null) line.head = consumer;
    else line.tail.next = consumer;
    line.tail = consumer;
    this.#waiting++;
  }

  remove(consumer: Consumer): void {
    const line = this.#lineOf(consumer.priority);
    const { previous, next } = consumer;
    if (previous === null) line.head = next;
    else previous.next = next;
    if (next === null) line.tail = previous;
    else next.previous = previous;
    consumer.inTurn = false;
    consumer.previous = null;
    consumer.next = null;
    this.#waiting--;
  }

  /** Who was given one goes to the end of its line. */
  rotate(consumer: Consumer): void {
    if (consumer.next === null) return;
    this.remove(consumer);
    this.append(consumer);
  }

  #lineOf(priority: number): Line {
    const lines = this.#lines;
    for (const line of lines) if (line.priority === priority) return line;
    const line = { priority, head: null, tail: null };
    lines.push(line);
    lines.sort((a, b) => b.priority - a.priority);
    return line;
  }
}
