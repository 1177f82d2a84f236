/** All shards of a stream: the open ones by hash key, the closed ones for as long as their records are kept, and how they are cut and joined. */
import type { Simulation } from '../../kernel/index.ts';
import { kinesisErrors, KinesisModelError, type StreamErrors } from './errors.ts';
import { HASH_KEYS } from './hash-keys.ts';
import type { KinesisError, ShardDescription, ShardFilter, StartingPosition } from './operations.ts';
import { MAX_SHARDS, placeOf, shardOf } from './sequence.ts';
import type { StreamSettings } from './settings.ts';
import { type OnExpired, Shard } from './shard.ts';
import { ShardMap } from './shard-map.ts';

export class Shards {
  readonly map = new ShardMap();
  readonly #sim: Simulation;
  readonly #errors: StreamErrors;
  readonly #all: Shard[] = [];
  readonly #onExpired: OnExpired | null;
  readonly #bornUs: number;
  #maxRecordKiB: number;
  #retentionUs: number;

  constructor(sim: Simulation, settings: StreamSettings, errors: StreamErrors, onExpired: OnExpired | null) {
    this.#sim = sim;
    this.#errors = errors;
    this.#onExpired = onExpired;
    this.#bornUs = sim.now;
    this.#maxRecordKiB = settings.maxRecordSizeKiB;
    this.#retentionUs = settings.retentionUs;
    const starts = uniformStarts(settings.shards);
    this.map.set(starts.map((start, i) => this.#add([], start, (starts[i + 1] ?? HASH_KEYS) - 1n)));
  }

  get retentionUs(): number {
    return this.#retentionUs;
  }
  get maxRecordKiB(): number {
    return this.#maxRecordKiB;
  }
  /** What came at this instant or before is gone. */
  get horizonUs(): number {
    return this.#sim.now - this.#retentionUs;
  }

  /** The shard of this number, unless it never was or has expired. */
  find(id: number): Shard | undefined {
    const shard = this.#all[id];
    if (shard !== undefined) this.#age(shard);
    return shard === undefined || shard.expired ? undefined : shard;
  }
  /** Expired ones too. */
  ever(id: number): Shard {
    const shard = this.#all[id] as Shard;
    this.#age(shard);
    return shard;
  }

  /** Shards that ever were. */
  get count(): number {
    return this.#all.length;
  }

  /** What is too old by now is gone for good, whatever the retention will be. */
  setRetention(retentionUs: number): void {
    for (const shard of this.#all) this.#age(shard);
    this.#retentionUs = retentionUs;
    for (const shard of this.#all) this.#age(shard);
  }

  setMaxRecordKiB(kib: number): void {
    this.#maxRecordKiB = kib;
    for (const { writes } of this.map.open) writes.setBurst(kib, this.#sim.now);
  }

  /** The place in the shard's log at which a position begins, or why it has none. */
  placeOf(shard: Shard, { Type, SequenceNumber, Timestamp }: StartingPosition): number | KinesisError {
    const { log } = shard;
    const byNumber = Type === 'AT_SEQUENCE_NUMBER' || Type === 'AFTER_SEQUENCE_NUMBER';
    if (byNumber !== (SequenceNumber !== undefined)) {
      return byNumber
        ? kinesisErrors.positionWithoutSequenceNumber(Type)
        : kinesisErrors.positionWithSequenceNumber(Type);
    }
    if (SequenceNumber !== undefined) {
      const problem = this.#sequenceProblem(shard, SequenceNumber);
      if (problem !== null) return problem;
      return placeOf(SequenceNumber) + (Type === 'AFTER_SEQUENCE_NUMBER' ? 1 : 0);
    }
    if (Type === 'TRIM_HORIZON') return log.head;
    if (Type === 'LATEST') return log.next;
    if (Timestamp === undefined) return kinesisErrors.timestampMissing;
    if (Timestamp > this.#sim.now) return this.#errors.timestampInFuture(Timestamp);
    return log.firstFrom(Timestamp);
  }

  /** Whether some shard of this stream has given it, or it is the first or last of one. */
  knows(sequence: number): boolean {
    const shard = this.#all[shardOf(sequence)];
    return shard !== undefined && this.#sequenceProblem(shard, sequence) === null;
  }

  list(filter: ShardFilter): ShardDescription[] {
    for (const shard of this.#all) this.#age(shard);
    const horizonUs = Math.max(this.horizonUs, this.#bornUs);
    return this.#all
      .filter((shard) => !shard.expired && matches(shard, filter, horizonUs))
      .map((one) => one.describe());
  }

  // --- resharding, at once ---

  split(shard: Shard, at: bigint): void {
    this.map.set(this.map.open.flatMap((one) => (one === shard ? this.#cut(one, [at]) : [one])));
  }

  merge(lower: Shard, upper: Shard): void {
    const merged = this.#join(lower, upper);
    this.map.set(this.map.open.flatMap((one) => (one === lower ? [merged] : one === upper ? [] : [one])));
  }

  /** So many shards of equal size, by splits and merges: shards in between live for no time. */
  makeUniform(count: number): void {
    const starts = uniformStarts(count);
    let next = 0;
    const pieces = this.map.open.flatMap((shard) => {
      const inside: bigint[] = [];
      while (next < count && (starts[next] as bigint) <= shard.end) {
        const start = starts[next++] as bigint;
        if (start > shard.start) inside.push(start);
      }
      return this.#cut(shard, inside);
    });
    const wanted = new Set(starts);
    const open: Shard[] = [];
    for (const piece of pieces) {
      if (wanted.has(piece.start)) open.push(piece);
      else open.push(this.#join(open.pop() as Shard, piece));
    }
    this.map.set(open);
  }

  /** Splits a shard at these keys, from the left. */
  #cut(shard: Shard, keys: readonly bigint[]): Shard[] {
    const pieces: Shard[] = [];
    let rest = shard;
    for (const key of keys) {
      rest.closedUs = this.#sim.now;
      pieces.push(this.#add([rest], rest.start, key - 1n));
      rest = this.#add([rest], key, rest.end);
    }
    pieces.push(rest);
    return pieces;
  }

  #join(lower: Shard, upper: Shard): Shard {
    lower.closedUs = this.#sim.now;
    upper.closedUs = this.#sim.now;
    return this.#add([lower, upper], lower.start, upper.end);
  }

  #add(parents: readonly Shard[], start: bigint, end: bigint): Shard {
    const id = this.#all.length;
    if (id >= MAX_SHARDS) throw new KinesisModelError('too-many-shards', `more than ${MAX_SHARDS} shards in a stream`);
    const shard = new Shard({
      id,
      parents,
      start,
      end,
      createdUs: this.#sim.now,
      maxRecordKiB: this.#maxRecordKiB,
      rateExceeded: this.#errors.rateExceeded(id),
      onExpired: this.#onExpired,
    });
    this.#all.push(shard);
    return shard;
  }

  #age(shard: Shard): void {
    const horizonUs = this.horizonUs;
    shard.log.trim(horizonUs);
    if (shard.closedUs !== -1 && shard.closedUs <= horizonUs) shard.expired = true;
  }

  #sequenceProblem(shard: Shard, sequence: number): KinesisError | null {
    const of = shardOf(sequence);
    if (of !== shard.id) return kinesisErrors.sequenceOfOtherShard(of, shard.id);
    const place = placeOf(sequence);
    const last = shard.closedUs === -1 ? shard.log.next - 1 : shard.log.next;
    return place >= shard.startPlace && place <= last ? null : this.#errors.sequenceInvalid(sequence, shard.id);
  }
}

/** The starts of so many equal ranges; what does not divide goes to the last. */
function uniformStarts(count: number): bigint[] {
  const width = HASH_KEYS / BigInt(count);
  return Array.from({ length: count }, (_, i) => width * BigInt(i));
}

function matches(shard: Shard, filter: ShardFilter, horizonUs: number): boolean {
  const { closedUs, createdUs } = shard;
  const isOpenAfter = (us: number): boolean => closedUs === -1 || closedUs > us;
  switch (filter.Type) {
    case 'AT_LATEST':
      return closedUs === -1;
    case 'AT_TRIM_HORIZON':
      return createdUs <= horizonUs && isOpenAfter(horizonUs);
    case 'FROM_TRIM_HORIZON':
      return true;
    case 'AT_TIMESTAMP':
      return createdUs <= filter.Timestamp && isOpenAfter(filter.Timestamp);
    case 'FROM_TIMESTAMP':
      return isOpenAfter(filter.Timestamp);
    case 'AFTER_SHARD_ID':
      return shard.id > filter.ShardId;
  }
}
