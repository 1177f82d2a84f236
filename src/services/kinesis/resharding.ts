/** Changes of a stream's shards and mode, as its owner asks for them: what may be asked for when, and the time while the stream is UPDATING. Reads and writes go on meanwhile; the new shards are there when it is over. */
import { kinesisFacts as f } from '../../facts/index.ts';
import type { Simulation } from '../../kernel/index.ts';
import { ActionRate } from '../messaging/throughput.ts';
import { kinesisErrors, type StreamErrors } from './errors.ts';
import type { KinesisError, UpdateShardCountOutput } from './operations.ts';
import type { OnDemand } from './on-demand.ts';
import { DailyCalls } from './rates.ts';
import type { StreamMode, StreamSettings } from './settings.ts';
import type { Shard } from './shard.ts';
import type { Shards } from './shards.ts';

const FACTOR = f.updateShardCountFactor.value;
const MAX_TARGET = f.updateShardCountMax.value;

function callsPerSecond(perSecond: number): ActionRate {
  return new ActionRate(1, perSecond, perSecond);
}

export class Resharding {
  readonly #sim: Simulation;
  readonly #settings: StreamSettings;
  readonly #shards: Shards;
  readonly #onDemand: OnDemand;
  readonly #errors: StreamErrors;
  readonly #onClosed: (shard: Shard) => void;
  readonly #splitCalls = callsPerSecond(f.reshardPerSecond.value);
  readonly #mergeCalls = callsPerSecond(f.reshardPerSecond.value);
  readonly #countCalls = callsPerSecond(f.updateShardCountPerSecond.value);
  readonly #counts = new DailyCalls(f.updateShardCountPerDay.value);
  readonly #switches = new DailyCalls(f.modeSwitchesPerDay.value);
  status: 'ACTIVE' | 'UPDATING' = 'ACTIVE';

  /** `onClosed`: hears of each shard that was closed. */
  constructor(
    sim: Simulation,
    settings: StreamSettings,
    shards: Shards,
    onDemand: OnDemand,
    errors: StreamErrors,
    onClosed: (shard: Shard) => void,
  ) {
    this.#sim = sim;
    this.#settings = settings;
    this.#shards = shards;
    this.#onDemand = onDemand;
    this.#errors = errors;
    this.#onClosed = onClosed;
  }

  split(id: number, at: bigint): KinesisError | null {
    if (!this.#splitCalls.take(0, 1, this.#sim.now)) return kinesisErrors.callRate;
    const shard = this.#shards.find(id);
    if (shard === undefined) return this.#errors.shardMissing(id);
    const problem = this.#reshardProblem('SplitShard', [shard], 1);
    if (problem !== null) return problem;
    const { start, end } = shard;
    if (at <= start + 1n || at >= end) return this.#errors.splitKey(at, id, start, end);
    return this.#whenActive(() => this.#shards.split(shard, at));
  }

  merge(lowerId: number, upperId: number): KinesisError | null {
    if (!this.#mergeCalls.take(0, 1, this.#sim.now)) return kinesisErrors.callRate;
    const lower = this.#shards.find(lowerId);
    const upper = this.#shards.find(upperId);
    if (lower === undefined) return this.#errors.shardMissing(lowerId);
    if (upper === undefined) return this.#errors.shardMissing(upperId);
    const problem = this.#reshardProblem('MergeShards', [lower, upper], 0);
    if (problem !== null) return problem;
    if (lower.end + 1n !== upper.start) return this.#errors.notAdjacent(lowerId, upperId);
    return this.#whenActive(() => this.#shards.merge(lower, upper));
  }

  updateCount(target: number): UpdateShardCountOutput {
    const open = this.#shards.map.open.length;
    const error = this.#countProblem(target, open) ?? this.#whenActive(() => this.#shards.makeUniform(target));
    if (error === null) this.#counts.count(this.#sim.now);
    return { error, CurrentShardCount: open, TargetShardCount: target };
  }

  /** The shards stay as they are. To the mode that it has: nothing happens (assumed). */
  updateMode(mode: StreamMode): KinesisError | null {
    if (this.status !== 'ACTIVE') return this.#errors.notActive(this.status);
    const onDemand = mode === 'ON_DEMAND';
    if (this.#onDemand.active === onDemand) return null;
    if (!this.#switches.hasRoom(this.#sim.now)) return this.#errors.tooManyUpdates(f.modeSwitchesPerDay.value);
    this.#switches.count(this.#sim.now);
    return this.#whenActive(() => {
      this.#onDemand.active = onDemand;
    });
  }

  #reshardProblem(operation: string, shards: readonly Shard[], more: number): KinesisError | null {
    if (this.#onDemand.active) return this.#errors.onDemand(operation);
    for (const { id, closedUs } of shards) if (closedUs !== -1) return this.#errors.shardClosed(id);
    return this.#quotaProblem(more);
  }

  #countProblem(target: number, open: number): KinesisError | null {
    if (!this.#countCalls.take(0, 1, this.#sim.now)) return kinesisErrors.callRate;
    if (this.#onDemand.active) return this.#errors.onDemand('UpdateShardCount');
    if (!(Number.isInteger(target) && target >= 1)) return kinesisErrors.targetTooLow(target);
    if (this.status !== 'ACTIVE') return this.#errors.notActive(this.status);
    if (target > MAX_TARGET) return kinesisErrors.targetOverLimit(target, open, MAX_TARGET);
    if (target > open * FACTOR) return kinesisErrors.targetTooHigh(target, open);
    if (target < open / FACTOR) return kinesisErrors.targetBelowHalf(target, open);
    if (!this.#counts.hasRoom(this.#sim.now)) return this.#errors.tooManyUpdates(f.updateShardCountPerDay.value);
    return this.#quotaProblem(target - open);
  }

  #quotaProblem(more: number): KinesisError | null {
    const open = this.#shards.map.open.length;
    return more > 0 && open + more > this.#settings.shardQuota ? this.#errors.shardQuota(open, more) : null;
  }

  /** Begins to update; the change is made when that is over. */
  #whenActive(change: () => void): KinesisError | null {
    if (this.status !== 'ACTIVE') return this.#errors.notActive(this.status);
    this.status = 'UPDATING';
    this.#sim.schedule(this.#settings.reshardUs, this.#finish, change, 0);
    return null;
  }

  readonly #finish = (change: () => void): void => {
    const before = this.#shards.map.open;
    this.status = 'ACTIVE';
    change();
    for (const shard of before) if (shard.closedUs !== -1) this.#onClosed(shard);
  };
}
