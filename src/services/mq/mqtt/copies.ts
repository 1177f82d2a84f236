/** A session's copy of a message in one whole number: row of the table, whether it comes from what is retained, QoS. */
import type { Qos } from './operations.ts';

export function copyOf(row: number, qos: Qos, retain: boolean): number {
  return (row << 3) | (retain ? 4 : 0) | qos;
}
export function rowOf(copy: number): number {
  return copy >> 3;
}
export function qosOf(copy: number): Qos {
  return (copy & 3) as Qos;
}
export function isRetained(copy: number): boolean {
  return (copy & 4) !== 0;
}

const FIRST_PLACES = 8;
/** Most sessions of a fleet never have anything that waits. */
const NOTHING = new Int32Array(0);

/** Copies that wait for a session, first in, first out: a ring. */
export class CopyQueue {
  #ring = NOTHING;
  #head = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  push(copy: number): void {
    if (this.#count === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#count++) & (this.#ring.length - 1)] = copy;
  }

  /** There is one. */
  shift(): number {
    const copy = this.#ring[this.#head] as number;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#count--;
    return copy;
  }

  #grow(): void {
    const ring = new Int32Array(Math.max(FIRST_PLACES, this.#ring.length * 2));
    const size = this.#ring.length;
    for (let i = 0; i < this.#count; i++) ring[i] = this.#ring[(this.#head + i) & (size - 1)] as number;
    this.#ring = ring;
    this.#head = 0;
  }
}
