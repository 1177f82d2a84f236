/**
 * What a cache holds: keys with the instant at which each expires, in the order of their last use. The entry used longest ago makes
 * room for a new one. An entry that has expired keeps its place until somebody asks for it or it is pushed out, as in memcached.
 */
import { grownFloat64, grownInt32 } from '../../calls/index.ts';

/** What a lookup finds. */
export const Found = { nothing: 0, fresh: 1, stale: 2 } as const;
export type Found = (typeof Found)[keyof typeof Found];

const FIRST_SLOTS = 64;
const NONE = -1;

export class CacheEntries {
  readonly #capacity: number;
  readonly #staleUs: number;
  readonly #slots = new Map<number, number>();
  #key = new Float64Array(FIRST_SLOTS);
  #expires = new Float64Array(FIRST_SLOTS);
  /** Neighbours in the order of use. */
  #newer = new Int32Array(FIRST_SLOTS);
  #older = new Int32Array(FIRST_SLOTS);
  #newest = NONE;
  #oldest = NONE;
  #used = 0;
  readonly #free: number[] = [];

  /** `staleUs`: how long an entry may still be used after it has expired. */
  constructor(capacity: number, staleUs: number) {
    this.#capacity = capacity;
    this.#staleUs = staleUs;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** At the instant at which it expires an entry is not fresh any more. */
  lookUp(key: number, nowUs: number): Found {
    const slot = this.#slots.get(key);
    if (slot === undefined) return Found.nothing;
    const expires = this.#expires[slot] as number;
    if (nowUs >= expires + this.#staleUs) {
      this.#remove(slot);
      return Found.nothing;
    }
    if (slot !== this.#newest) {
      this.#unlink(slot);
      this.#linkNewest(slot);
    }
    return nowUs < expires ? Found.fresh : Found.stale;
  }

  fill(key: number, expiresUs: number): void {
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      if (this.#slots.size >= this.#capacity) this.#remove(this.#oldest);
      slot = this.#take();
      this.#slots.set(key, slot);
      this.#key[slot] = key;
    } else this.#unlink(slot);
    this.#expires[slot] = expiresUs;
    this.#linkNewest(slot);
  }

  clear(): void {
    this.#slots.clear();
    this.#newest = NONE;
    this.#oldest = NONE;
    this.#used = 0;
    this.#free.length = 0;
  }

  #remove(slot: number): void {
    this.#unlink(slot);
    this.#slots.delete(this.#key[slot] as number);
    this.#free.push(slot);
  }

  #unlink(slot: number): void {
    const newer = this.#newer[slot] as number;
    const older = this.#older[slot] as number;
    if (newer >= 0) this.#older[newer] = older;
    else this.#newest = older;
    if (older >= 0) this.#newer[older] = newer;
    else this.#oldest = newer;
  }

  #linkNewest(slot: number): void {
    this.#newer[slot] = NONE;
    this.#older[slot] = this.#newest;
    if (this.#newest >= 0) this.#newer[this.#newest] = slot;
    else this.#oldest = slot;
    this.#newest = slot;
  }

  #take(): number {
    const reused = this.#free.pop();
    if (reused !== undefined) return reused;
    const slot = this.#used++;
    if (slot === this.#key.length) this.#grow();
    return slot;
  }

  #grow(): void {
    const length = this.#key.length * 2;
    this.#key = grownFloat64(this.#key, length);
    this.#expires = grownFloat64(this.#expires, length);
    this.#newer = grownInt32(this.#newer, length);
    this.#older = grownInt32(this.#older, length);
  }
}
