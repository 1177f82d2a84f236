/** Who reshards a stream by script: calls the operations that an operator would, looks at each shard's traffic of the last minute first, and tries again what was refused because another change is under way. */
import type { Simulation } from '../kernel/index.ts';
import type { KinesisSettings, KinesisStream, ReshardSettings, ShardDescription } from '../services/kinesis/index.ts';
import { ExperimentError } from './errors.ts';

const LOOKS_BACK_US = 60_000_000;
/** Between two calls while the stream is UPDATING, or the rate of calls is exceeded (assumed). */
const RETRY_US = 5_000_000;
/** Errors that another time may not bring. */
const PASSING = new Set(['ResourceInUseException', 'LimitExceededException', 'ProvisionedThroughputExceededException']);
/** Expiries, releases, faults. */
const BEFORE_ORDINARY = 0;

interface Task {
  readonly what: ReshardSettings;
  /** What each shard had been offered a minute before; empty: not looked at. */
  offered: ReadonlyMap<number, number>;
}

export class ReshardOperator {
  readonly #sim: Simulation;
  readonly #stream: KinesisStream;
  readonly #settings: KinesisSettings;

  readonly #look = (task: Task): void => {
    task.offered = new Map(this.#openShards().map(({ ShardId }) => [ShardId, this.#offeredTo(ShardId)]));
  };
  readonly #act = (task: Task): void => {
    this.#begin(task);
  };

  constructor(sim: Simulation, stream: KinesisStream, settings: KinesisSettings) {
    this.#sim = sim;
    this.#stream = stream;
    this.#settings = settings;
  }

  start(): void {
    for (const what of this.#settings.reshard) {
      const task: Task = { what, offered: new Map() };
      const lookUs = what.atUs - LOOKS_BACK_US;
      if (what.kind !== 'updateShardCount' && lookUs > 0)
        this.#sim.scheduleAt(lookUs, this.#look, task, BEFORE_ORDINARY);
      this.#sim.scheduleAt(what.atUs, this.#act, task, BEFORE_ORDINARY);
    }
  }

  #begin(task: Task): void {
    const { what } = task;
    if (what.kind === 'updateShardCount') this.#update(task, what.shards);
    else if (what.kind === 'splitHottest') this.#split(task);
    else this.#merge(task);
  }

  /** As far as one call goes, and on when that is over. */
  #update(task: Task, target: number): void {
    const open = this.#openShards().length;
    if (open === target) return;
    const step = Math.min(Math.max(target, Math.ceil(open / 2)), open * 2);
    const { error } = this.#stream.UpdateShardCount(step);
    this.#after(task, error);
    if (error === null && step !== target) {
      this.#sim.schedule(this.#settings.reshardTimeUs, this.#act, task, BEFORE_ORDINARY);
    }
  }

  #split(task: Task): void {
    const open = this.#openShards();
    const seen = open.filter(({ ShardId }) => isSeen(task, ShardId));
    const [first, ...others] = seen.length > 0 ? seen : open;
    if (first === undefined) return;
    const hottest = others.reduce(
      (most, one) => (this.#since(task, one) > this.#since(task, most) ? one : most),
      first,
    );
    const middle = (hottest.StartingHashKey + hottest.EndingHashKey + 1n) / 2n;
    this.#after(task, this.#stream.SplitShard(hottest.ShardId, middle));
  }

  #merge(task: Task): void {
    const open = this.#openShards();
    const isAnySeen = open.some((one, i) => i > 0 && areSeen(task, open[i - 1] as ShardDescription, one));
    let coldest = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i + 1 < open.length; i++) {
      const [lower, upper] = [open[i], open[i + 1]] as [ShardDescription, ShardDescription];
      const sum = this.#since(task, lower) + this.#since(task, upper);
      if (sum >= least || (isAnySeen && !areSeen(task, lower, upper))) continue;
      least = sum;
      coldest = i;
    }
    const [lower, upper] = [open[coldest], open[coldest + 1]];
    // A single shard has no neighbour.
    if (lower === undefined || upper === undefined) return;
    this.#after(task, this.#stream.MergeShards(lower.ShardId, upper.ShardId));
  }

  #after(task: Task, error: { readonly code: string; readonly message: string } | null): void {
    if (error === null) return;
    if (PASSING.has(error.code)) {
      this.#sim.schedule(RETRY_US, this.#act, task, BEFORE_ORDINARY);
      return;
    }
    throw new ExperimentError(
      'reshard',
      `${this.#settings.name}: reshard at ${task.what.atUs / 1e6} s: ${error.message}`,
    );
  }

  /** In the order of their hash keys. */
  #openShards(): ShardDescription[] {
    const { Shards } = this.#stream.ListShards({ Type: 'AT_LATEST' });
    return [...Shards].sort((a, b) => (a.StartingHashKey < b.StartingHashKey ? -1 : 1));
  }

  #since({ offered }: Task, { ShardId }: ShardDescription): number {
    return this.#offeredTo(ShardId) - (offered.get(ShardId) ?? 0);
  }

  /** Records, those that were throttled included. */
  #offeredTo(shard: number): number {
    const { IncomingRecords, WriteProvisionedThroughputExceeded } = this.#stream.shardCounts(shard);
    return IncomingRecords + WriteProvisionedThroughputExceeded;
  }
}

/** Whether a shard was there when he looked: of a younger one he can't tell what it has in a minute. */
function isSeen({ offered }: Task, shard: number): boolean {
  return offered.size === 0 || offered.has(shard);
}

function areSeen(task: Task, lower: ShardDescription, upper: ShardDescription): boolean {
  return isSeen(task, lower.ShardId) && isSeen(task, upper.ShardId);
}
