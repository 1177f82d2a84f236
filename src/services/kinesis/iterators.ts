/** Shard iterators: a position in a shard and when it was given, in a ring of five minutes. Each may be used as often as one likes until it expires. */
import { kinesisFacts } from '../../facts/index.ts';

const LIFE_US = kinesisFacts.iteratorSeconds.value * 1_000_000;
const FIRST_CAPACITY = 64;

export class Iterators {
  #shard = new Int32Array(FIRST_CAPACITY);
  #position = new Float64Array(FIRST_CAPACITY);
  #givenUs = new Float64Array(FIRST_CAPACITY);
  #mask = FIRST_CAPACITY - 1;
  /** The oldest that is kept, and the one that comes next. Iterators are numbered from 1. */
  #first = 1;
  #next = 1;

  create(shard: number, position: number, nowUs: number): number {
    while (this.#first < this.#next && this.#isOver(this.#first, nowUs)) this.#first++;
    if (this.#next - this.#first > this.#mask) this.#grow();
    const row = this.#next & this.#mask;
    this.#shard[row] = shard;
    this.#position[row] = position;
    this.#givenUs[row] = nowUs;
    return this.#next++;
  }

  /** Whether it was ever given. */
  has(iterator: number): boolean {
    return Number.isInteger(iterator) && iterator >= 1 && iterator < this.#next;
  }
  /** At its 300th second it is still good. */
  isExpired(iterator: number, nowUs: number): boolean {
    return iterator < this.#first || this.#isOver(iterator, nowUs);
  }
  shard(iterator: number): number {
    return this.#shard[iterator & this.#mask] as number;
  }
  position(iterator: number): number {
    return this.#position[iterator & this.#mask] as number;
  }

  #isOver(iterator: number, nowUs: number): boolean {
    return nowUs - (this.#givenUs[iterator & this.#mask] as number) > LIFE_US;
  }

  #grow(): void {
    const mask = this.#mask * 2 + 1;
    const shard = new Int32Array(mask + 1);
    const position = new Float64Array(mask + 1);
    const givenUs = new Float64Array(mask + 1);
    for (let i = this.#first; i < this.#next; i++) {
      shard[i & mask] = this.shard(i);
      position[i & mask] = this.position(i);
      givenUs[i & mask] = this.#givenUs[i & this.#mask] as number;
    }
    this.#shard = shard;
    this.#position = position;
    this.#givenUs = givenUs;
    this.#mask = mask;
  }
}
