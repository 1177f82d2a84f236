/** Which open shard a hash key falls into: their starts, in order, each hash in exactly one range. */
import type { PartitionKeys } from './hash-keys.ts';
import { highBits } from './hash-keys.ts';
import type { Shard } from './shard.ts';

export class ShardMap {
  #open: readonly Shard[] = [];
  #high = new Float64Array(0);
  /** Moves on with each map, so that what was looked up in an older one is not used. */
  #version = 0;

  /** Open shards by their hash keys. */
  get open(): readonly Shard[] {
    return this.#open;
  }

  /** `open`: in the order of their hash keys, without gaps. */
  set(open: readonly Shard[]): void {
    this.#open = open;
    this.#high = Float64Array.from(open, ({ start }) => highBits(start));
    this.#version++;
  }

  ofKey(key: number, keys: PartitionKeys): Shard {
    let place = keys.placeOf(key, this.#version);
    if (place === -1) {
      const high = keys.highOf(key);
      place = this.#last(high);
      if (this.#high[place] === high) place = this.#exact(place, keys.exactOf(key));
      keys.setPlace(key, this.#version, place);
    }
    return this.#open[place] as Shard;
  }

  ofHashKey(hashKey: bigint): Shard {
    return this.#open[this.#exact(this.#last(highBits(hashKey)), hashKey)] as Shard;
  }

  /** The last shard whose start is not above, by the upper bits. */
  #last(high: number): number {
    let from = 0;
    let to = this.#high.length - 1;
    while (from < to) {
      const middle = (from + to + 1) >> 1;
      if ((this.#high[middle] as number) <= high) from = middle;
      else to = middle - 1;
    }
    return from;
  }

  /** Starts that have the same upper bits: the last of them that is not above by all. */
  #exact(last: number, hashKey: bigint): number {
    let place = last;
    while ((this.#open[place] as Shard).start > hashKey) place--;
    return place;
  }
}
