/**
 * On-demand mode: a shard that takes more than half of what it may is split evenly, fifteen minutes after it first did so. When no shard takes more than half, the
 * stream has twice its peak; what grows faster than that is throttled meanwhile. Nothing is merged: capacity stays for 30 days after a peak, longer than runs are.
 *
 * A shard's traffic is measured over windows that its own puts begin, so that a stream at rest has no events.
 */
import { kinesisFacts as f } from '../../facts/index.ts';
import type { Simulation } from '../../kernel/index.ts';
import type { Shard } from './shard.ts';
import type { Shards } from './shards.ts';

const SECOND_US = 1_000_000;
const WINDOW_US = f.onDemandWindowSeconds.value * SECOND_US;
const WINDOW_BYTES = f.onDemandSplitBytesPerSecond.value * 1000 * f.onDemandWindowSeconds.value;
const WINDOW_RECORDS = (f.writeRecordsPerSecond.value / f.onDemandHeadroom.value) * f.onDemandWindowSeconds.value;
const SCALE_US = f.onDemandScaleMinutes.value * 60 * SECOND_US;

export class OnDemand {
  readonly #sim: Simulation;
  readonly #shards: Shards;
  readonly #maxShards: number;
  readonly #onSplit: (shard: Shard) => void;
  readonly #split: (shard: Shard) => void;
  active: boolean;

  /** `onSplit`: hears of a shard that was closed. */
  constructor(sim: Simulation, shards: Shards, active: boolean, maxShards: number, onSplit: (shard: Shard) => void) {
    this.#sim = sim;
    this.#shards = shards;
    this.active = active;
    this.#maxShards = maxShards;
    this.#onSplit = onSplit;
    this.#split = (shard) => this.#splitNow(shard);
  }

  /** A record was put into it. */
  see(shard: Shard, bytes: number): void {
    const now = this.#sim.now;
    if (now - shard.windowUs >= WINDOW_US) {
      shard.windowUs = now;
      shard.windowBytes = 0;
      shard.windowRecords = 0;
    }
    shard.windowBytes += bytes;
    shard.windowRecords++;
    if (shard.splitDue || (shard.windowBytes <= WINDOW_BYTES && shard.windowRecords <= WINDOW_RECORDS)) return;
    shard.splitDue = true;
    this.#sim.schedule(SCALE_US, this.#split, shard, 0);
  }

  #splitNow(shard: Shard): void {
    shard.splitDue = false;
    const isWhole = shard.end - shard.start < 3n;
    if (!this.active || shard.closedUs !== -1 || isWhole || this.#shards.map.open.length >= this.#maxShards) return;
    this.#shards.split(shard, (shard.start + shard.end + 1n) / 2n);
    this.#onSplit(shard);
  }
}
