/** Which shards of a stream come before which, as far as the workers of KCL have learnt it. Nothing of it ever changes, so they may know it together. */
import type { ChildShard, ShardDescription, ShardFilter, StartingPosition } from '../services/kinesis/operations.ts';

interface Known {
  readonly parents: readonly number[];
  readonly position: StartingPosition;
}

const TRIM_HORIZON: StartingPosition = { Type: 'TRIM_HORIZON' };

export class ShardLineage {
  readonly #start: StartingPosition;
  readonly #first: ShardFilter;
  readonly #known = new Map<number, Known>();
  #last = -1;

  /** `start`: where reading begins in the first shards; `first`: which those and their descendants are. */
  constructor(start: StartingPosition, first: ShardFilter) {
    this.#start = start;
    this.#first = first;
  }

  /** What to ask the stream for: at first where to begin, then what has come since. */
  get filter(): ShardFilter {
    return this.#last < 0 ? this.#first : { Type: 'AFTER_SHARD_ID', ShardId: this.#last };
  }

  /** Whether it was the first list. What that one does not show came before the start. */
  learn(shards: readonly ShardDescription[]): boolean {
    const isFirst = this.#last < 0;
    const listed = new Set(shards.map(({ ShardId }) => ShardId));
    for (const { ShardId, ParentShardId, AdjacentParentShardId } of shards) {
      const all = [ParentShardId, AdjacentParentShardId].filter((parent) => parent >= 0);
      this.#note(ShardId, isFirst ? all.filter((parent) => listed.has(parent)) : all);
      if (isFirst) this.#last = Math.max(this.#last, ShardId);
    }
    return isFirst;
  }

  /** What a reader is told at the end of a shard. */
  learnChildren(children: readonly ChildShard[]): void {
    for (const { ShardId, ParentShards } of children) this.#note(ShardId, ParentShards);
  }

  /** Those that may be begun when these have ended, the ended ones included. */
  due(hasEnded: (shard: number) => boolean): number[] {
    return [...this.#known].flatMap(([shard, { parents }]) => (parents.every(hasEnded) ? [shard] : []));
  }

  positionOf(shard: number): StartingPosition {
    return this.#known.get(shard)?.position ?? TRIM_HORIZON;
  }

  /** A child is read from its beginning. */
  #note(shard: number, parents: readonly number[]): void {
    if (this.#known.has(shard)) return;
    this.#known.set(shard, { parents, position: parents.length === 0 ? this.#start : TRIM_HORIZON });
  }
}
