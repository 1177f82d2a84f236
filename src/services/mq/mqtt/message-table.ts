/**
 * Messages that somebody still needs, once each, however many sessions have a copy: columns, and a count of the copies. A free row's count leads to the next free one.
 *
 *   retained ─┐
 *   session 3 ─┼─▶ row ─▶ body · bytes · topic · id · acceptedUs, holds 3
 *   session 7 ─┘
 */
import { MqModelError } from '../broker/errors.ts';

/** Rows and flags of a copy share 31 bits. */
const MAX_ROWS = 1 << 27;
const FIRST_ROWS = 64;

/** Whoever wants to know how long a body is needed. */
export interface BodyHolds {
  retain(body: number): void;
  release(body: number): void;
}

export class MessageTable {
  body = new Float64Array(FIRST_ROWS);
  bytes = new Float64Array(FIRST_ROWS);
  id = new Float64Array(FIRST_ROWS);
  acceptedUs = new Float64Array(FIRST_ROWS);
  readonly topic: string[] = [];
  #holds = new Int32Array(FIRST_ROWS);
  #used = 0;
  #free = -1;
  #count = 0;
  #totalBytes = 0;
  readonly #bodies: BodyHolds | null;

  constructor(bodies: BodyHolds | null) {
    this.#bodies = bodies;
  }

  /** Messages held. */
  get count(): number {
    return this.#count;
  }
  /** Of their payloads. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** With one hold, the taker's. */
  take(topic: string, body: number, bytes: number, id: number, acceptedUs: number): number {
    let row = this.#free;
    if (row >= 0) this.#free = this.#holds[row] as number;
    else {
      row = this.#used++;
      if (row === this.body.length) this.#grow();
    }
    this.body[row] = body;
    this.bytes[row] = bytes;
    this.id[row] = id;
    this.acceptedUs[row] = acceptedUs;
    this.topic[row] = topic;
    this.#holds[row] = 1;
    this.#count++;
    this.#totalBytes += bytes;
    if (this.#bodies !== null) this.#bodies.retain(body);
    return row;
  }

  hold(row: number): void {
    this.#holds[row] = (this.#holds[row] as number) + 1;
  }

  release(row: number): void {
    const left = (this.#holds[row] as number) - 1;
    this.#holds[row] = left;
    if (left > 0) return;
    this.#count--;
    this.#totalBytes -= this.bytes[row] as number;
    this.topic[row] = '';
    this.#holds[row] = this.#free;
    this.#free = row;
    if (this.#bodies !== null) this.#bodies.release(this.body[row] as number);
  }

  #grow(): void {
    const rows = this.body.length * 2;
    if (rows > MAX_ROWS)
      throw new MqModelError('too-many-messages', `more than ${MAX_ROWS / 2} messages in one broker`);
    this.body = wider(this.body, rows);
    this.bytes = wider(this.bytes, rows);
    this.id = wider(this.id, rows);
    this.acceptedUs = wider(this.acceptedUs, rows);
    const holds = new Int32Array(rows);
    holds.set(this.#holds);
    this.#holds = holds;
  }
}

function wider(column: Float64Array, rows: number): Float64Array<ArrayBuffer> {
  const copy = new Float64Array(rows);
  copy.set(column);
  return copy;
}
