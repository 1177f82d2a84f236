/**
 * Who reads which shard of a stream, and from where. That is all in which an SDK loop and KCL differ; reading and handling are the same (stream-consumer.ts).
 *
 *   ShardOwners ── begin(instance, shard, position), stop ─▶ ShardReading
 *               ◀─ instance came, went; record finished; shard ended ──
 */
import type { ChildShard, ShardDescription, ShardFilter, StartingPosition } from '../services/kinesis/operations.ts';
import type { StreamPosition } from './settings.ts';

/** What owners may have done. */
export interface ShardReading {
  /** An instance reads a shard from now on, from a position; it does not yet. */
  begin(instance: number, ShardId: number, position: StartingPosition): void;
  /** It stops at once: what it has in hand of the shard is dropped. */
  stop(instance: number, ShardId: number): void;
  /** It reads no more of the shard; when what it has in hand of it is done, owners hear `onDrained`, perhaps at once. */
  drain(instance: number, ShardId: number): void;
  isReading(ShardId: number): boolean;
  /** Whether that instance has not done with the shard. */
  isReadBy(instance: number, ShardId: number): boolean;
  isAlive(instance: number): boolean;
  /** Asks the stream, tries again when it gets no answer, and tells it unless the instance has gone meanwhile. */
  listShards(instance: number, filter: ShardFilter, then: (shards: readonly ShardDescription[]) => void): void;
  /** Nobody of this consumer will read what these shards have now. */
  passOver(isPassed: (ShardId: number) => boolean): void;
}

/** What owners are told. */
export interface ShardOwners {
  /** An instance begins, or is there again after a crash: it reads nothing yet. */
  onInstance(instance: number): void;
  /** It has crashed: what it was reading was stopped. */
  onCrash(instance: number): void;
  /** All records of the shard up to this one are done; `inHand`: records behind it that came with the same read. */
  onFinished(instance: number, ShardId: number, SequenceNumber: number, inHand: number): void;
  /** A closed shard has been read to its end, and all of it is done. It is not read any more. */
  onShardEnd(instance: number, ShardId: number, children: readonly ChildShard[]): void;
  /** What was to be drained is done. The shard is not read any more by that instance. */
  onDrained(instance: number, ShardId: number): void;
  /** Whether the instance is cut off from what owners share, if that is more than memory. */
  cut(instance: number, on: boolean): void;
}

interface Known {
  readonly parents: readonly number[];
  hasEnded: boolean;
}

/**
 * The SDK loop: shard n is read by instance n modulo their number, parents before their children. Positions are in memory: after a crash an instance begins again where the
 * consumer began. Instances tell each other which shards have ended (assumed).
 */
export class NumberedShards implements ShardOwners {
  readonly #reading: ShardReading;
  readonly #instances: number;
  readonly #position: StartingPosition;
  readonly #known = new Map<number, Known>();

  constructor(reading: ShardReading, instances: number, position: StreamPosition) {
    this.#reading = reading;
    this.#instances = instances;
    this.#position = startingPosition(position);
  }

  onInstance(instance: number): void {
    this.#reading.listShards(instance, filterOf(this.#position), (shards) => this.#take(instance, shards));
  }

  onCrash(): void {}

  onFinished(): void {}

  onDrained(): void {}

  cut(): void {}

  onShardEnd(_instance: number, ShardId: number, children: readonly ChildShard[]): void {
    const known = this.#known.get(ShardId);
    if (known !== undefined) known.hasEnded = true;
    for (const child of children) {
      if (!this.#known.has(child.ShardId)) this.#note(child.ShardId, child.ParentShards);
      this.#beginIfDue(child.ShardId, TRIM_HORIZON);
    }
  }

  /** What it owns of the shards that there are, and what others do not know of yet; of those that it read before the crash it knows nothing any more. */
  #take(instance: number, shards: readonly ShardDescription[]): void {
    const listed = new Set(shards.map(({ ShardId }) => ShardId));
    const isOwn = (shard: number): boolean => shard % this.#instances === instance;
    for (const { ShardId, ParentShardId, AdjacentParentShardId } of shards) {
      const parents = [ParentShardId, AdjacentParentShardId].filter((parent) => listed.has(parent));
      const known = this.#known.get(ShardId);
      if (known === undefined) this.#note(ShardId, parents);
      else if (isOwn(ShardId)) known.hasEnded = false;
    }
    // What it begins behind is over for it, and what came of that may be read.
    for (const [shard, known] of this.#known) if (isOwn(shard) && !listed.has(shard)) known.hasEnded = true;
    this.#reading.passOver((shard) => isOwn(shard) && !listed.has(shard));
    for (const { ShardId } of shards) {
      const isChild = (this.#known.get(ShardId)?.parents ?? []).some((parent) => listed.has(parent));
      this.#beginIfDue(ShardId, isChild ? TRIM_HORIZON : this.#position);
    }
  }

  #note(shard: number, parents: readonly number[]): void {
    this.#known.set(shard, { parents, hasEnded: false });
  }

  /** A shard is begun when all that came before it is done. */
  #beginIfDue(shard: number, position: StartingPosition): void {
    const known = this.#known.get(shard);
    const owner = shard % this.#instances;
    if (known === undefined || known.hasEnded || this.#reading.isReading(shard) || !this.#reading.isAlive(owner))
      return;
    // A parent of which nobody has heard comes from another shard that is still being read.
    if (known.parents.some((parent) => this.#known.get(parent)?.hasEnded !== true)) return;
    this.#reading.begin(owner, shard, position);
  }
}

const TRIM_HORIZON: StartingPosition = { Type: 'TRIM_HORIZON' };

/** In the words of the service. */
export function startingPosition(position: StreamPosition): StartingPosition {
  return typeof position === 'string' ? { Type: position } : { Type: 'AT_TIMESTAMP', Timestamp: position.atUs };
}

/** The shards that somebody has to read who begins there. */
export function filterOf({ Type, Timestamp = 0 }: StartingPosition): ShardFilter {
  if (Type === 'LATEST') return { Type: 'AT_LATEST' };
  return Type === 'AT_TIMESTAMP' ? { Type: 'FROM_TIMESTAMP', Timestamp } : { Type: 'FROM_TRIM_HORIZON' };
}
