/**
 * The messages of one queue in columns that double as the backlog grows. A message is in one list at a time, which goes through `older` and `newer`:
 *
 *   free rows · fresh ones of a priority, in order · what a holder has in hand          (those that came back are in a heap, by sequence)
 */
import { MqModelError } from './errors.ts';

/** No row. */
export const NONE = -1;
/** Never expires. */
export const NEVER = Number.POSITIVE_INFINITY;

/** Where a message is. */
export const Place = {
  free: 0,
  /** Ready, never given out since it came. */
  fresh: 1,
  /** Ready again, in its old place. */
  returned: 2,
  /** In somebody's hands. */
  held: 3,
  /** On its way out: whoever is told reads it still. */
  leaving: 4,
  /** Ready, but the consumer of its group can take no more. */
  parked: 5,
} as const;
export type Place = (typeof Place)[keyof typeof Place];

/** Of `flags`. */
export const PERSISTENT = 1;
/** May have been delivered before. */
export const REDELIVERED = 2;
/** On disk: survives its node. */
export const STORED = 4;

const FIRST_CAPACITY = 16;
const MAX_ROWS = 1 << 28;
/** Rows kept when the queue runs empty. */
const ROWS_KEPT = 65_536;

/** What holds messages: a consumer, or who gets them one by one. `H`: as the queue knows it. */
export class MessageRows<H> {
  body = new Float64Array(FIRST_CAPACITY);
  /** Payload and headers. */
  bytes = new Float64Array(FIRST_CAPACITY);
  id = new Float64Array(FIRST_CAPACITY);
  sequence = new Float64Array(FIRST_CAPACITY);
  enqueuedUs = new Float64Array(FIRST_CAPACITY);
  /** From this instant on it is too old; NEVER: it doesn't get old. */
  expiresUs = new Float64Array(FIRST_CAPACITY);
  group = new Float64Array(FIRST_CAPACITY);
  /** A number of the engine's, e.g. where it was published to. */
  route = new Float64Array(FIRST_CAPACITY);
  /** A number of whoever holds it, e.g. its delivery tag. */
  tag = new Float64Array(FIRST_CAPACITY);
  deliveries = new Uint32Array(FIRST_CAPACITY);
  older = new Int32Array(FIRST_CAPACITY);
  newer = new Int32Array(FIRST_CAPACITY);
  flags = new Uint8Array(FIRST_CAPACITY);
  priority = new Uint8Array(FIRST_CAPACITY);
  place = new Uint8Array(FIRST_CAPACITY);
  readonly holder: (H | null)[] = [];
  /** In use. */
  count = 0;
  /** One more than the highest row ever in use since it was empty. */
  used = 0;
  #capacity = FIRST_CAPACITY;
  #free = NONE;

  take(): number {
    let row = this.#free;
    if (row !== NONE) {
      this.#free = this.newer[row] as number;
    } else {
      if (this.used === this.#capacity) this.#resize(this.#capacity * 2);
      row = this.used++;
      this.holder[row] = null;
    }
    this.count++;
    return row;
  }

  giveBack(row: number): void {
    this.place[row] = Place.free;
    this.holder[row] = null;
    this.newer[row] = this.#free;
    this.#free = row;
    if (--this.count === 0) this.#empty();
  }

  /** All are gone: their ids mean nothing to anybody any more. */
  #empty(): void {
    if (this.used < ROWS_KEPT) return;
    this.used = 0;
    this.#free = NONE;
    this.holder.length = 0;
    if (this.#capacity > ROWS_KEPT) this.#resize(ROWS_KEPT);
    this.place.fill(Place.free);
  }

  #resize(capacity: number): void {
    if (capacity > MAX_ROWS) {
      throw new MqModelError('too-many-messages', `more than ${MAX_ROWS} messages in one queue`);
    }
    this.#capacity = capacity;
    this.body = resized(this.body, new Float64Array(capacity));
    this.bytes = resized(this.bytes, new Float64Array(capacity));
    this.id = resized(this.id, new Float64Array(capacity));
    this.sequence = resized(this.sequence, new Float64Array(capacity));
    this.enqueuedUs = resized(this.enqueuedUs, new Float64Array(capacity));
    this.expiresUs = resized(this.expiresUs, new Float64Array(capacity));
    this.group = resized(this.group, new Float64Array(capacity));
    this.route = resized(this.route, new Float64Array(capacity));
    this.tag = resized(this.tag, new Float64Array(capacity));
    this.deliveries = resized(this.deliveries, new Uint32Array(capacity));
    this.older = resized(this.older, new Int32Array(capacity));
    this.newer = resized(this.newer, new Int32Array(capacity));
    this.flags = resized(this.flags, new Uint8Array(capacity));
    this.priority = resized(this.priority, new Uint8Array(capacity));
    this.place = resized(this.place, new Uint8Array(capacity));
  }
}

interface Column<C> {
  readonly length: number;
  set(from: C): void;
  subarray(from: number, to: number): C;
}

function resized<C extends Column<C>>(from: C, to: C): C {
  to.set(from.length > to.length ? from.subarray(0, to.length) : from);
  return to;
}
