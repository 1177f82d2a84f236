/** Messages on their way from a topic to its subscriptions, in columns; a free row's `next` is the next free one. */
import { FIRST_SLOTS, grownFloat64, grownInt32, grownUint32, Slots } from '../../calls/index.ts';

export const NONE = -1;

export class Deliveries {
  subscription = new Int32Array(FIRST_SLOTS);
  body = new Float64Array(FIRST_SLOTS);
  bytes = new Int32Array(FIRST_SLOTS);
  /** As its endpoint is told; -1: it is not. */
  group = new Float64Array(FIRST_SLOTS);
  deduplicationId = new Float64Array(FIRST_SLOTS);
  publishedUs = new Float64Array(FIRST_SLOTS);
  /** FIFO topics: when it may be at its endpoint. */
  dueUs = new Float64Array(FIRST_SLOTS);
  /** Of all its attempts: 0, or that of a copy. */
  root = new Uint32Array(FIRST_SLOTS);
  /** Attempts that failed. */
  failures = new Int32Array(FIRST_SLOTS);
  /** FIFO topics: the group of its lane, and the next in it. */
  laneGroup = new Float64Array(FIRST_SLOTS);
  next = new Int32Array(FIRST_SLOTS);
  readonly #slots = new Slots((length) => this.#grow(length));

  take(): number {
    return this.#slots.take();
  }

  give(slot: number): void {
    this.#slots.give(slot);
  }

  #grow(length: number): void {
    this.subscription = grownInt32(this.subscription, length);
    this.body = grownFloat64(this.body, length);
    this.bytes = grownInt32(this.bytes, length);
    this.group = grownFloat64(this.group, length);
    this.deduplicationId = grownFloat64(this.deduplicationId, length);
    this.publishedUs = grownFloat64(this.publishedUs, length);
    this.dueUs = grownFloat64(this.dueUs, length);
    this.failures = grownInt32(this.failures, length);
    this.root = grownUint32(this.root, length);
    this.laneGroup = grownFloat64(this.laneGroup, length);
    this.next = grownInt32(this.next, length);
  }
}
