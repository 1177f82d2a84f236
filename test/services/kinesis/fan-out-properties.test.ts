import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SubscribeToShardEvent, SubscriptionEnd } from '../../../src/services/kinesis/index.ts';
import { Bench, MIB, SECOND } from './harness.ts';

const LATENCY = 70_000;
const RATE = (2 * MIB) / SECOND;

/** Follows a stream from its beginning as AWS's clients do: children when all parents have ended, a new subscription when one is over. */
class Follower {
  readonly bench: Bench;
  readonly consumer: number;
  readonly data: number[] = [];
  readonly perShard = new Map<number, { us: number; bytes: number; early: boolean }[]>();
  readonly ended = new Set<number>();
  readonly begun = new Set<number>();
  readonly #continuations = new Map<number, number>();

  constructor(bench: Bench) {
    this.bench = bench;
    this.consumer = bench.consumer();
    this.subscribe(0, -1);
  }

  subscribe(shard: number, after: number): void {
    this.begun.add(shard);
    const position =
      after === -1
        ? { Type: 'TRIM_HORIZON' as const }
        : { Type: 'AFTER_SEQUENCE_NUMBER' as const, SequenceNumber: after };
    const { error } = this.bench.stream.SubscribeToShard(this.consumer, shard, position, this, shard);
    if (error !== null) throw new Error(`${error.code}: ${error.message}`);
  }

  onSubscribeToShardEvent(shard: number, event: SubscribeToShardEvent): void {
    const now = this.bench.sim.now;
    let bytes = 0;
    let early = false;
    for (let i = 0; i < event.count; i++) {
      this.data.push(event.Data[i] as number);
      bytes += event.bytes[i] as number;
      if (now < (event.ApproximateArrivalTimestamp[i] as number) + LATENCY) early = true;
    }
    const pushes = this.perShard.get(shard) ?? [];
    pushes.push({ us: now, bytes, early });
    this.perShard.set(shard, pushes);
    this.#continuations.set(shard, event.ContinuationSequenceNumber);
    if (event.ContinuationSequenceNumber !== -1) return;
    this.ended.add(shard);
    for (const { ShardId, ParentShards } of event.ChildShards)
      if (ParentShards.every((one) => this.ended.has(one)) && !this.begun.has(ShardId)) this.subscribe(ShardId, -1);
  }

  onSubscriptionEnd(shard: number, reason: SubscriptionEnd): void {
    if (reason === 'expired') this.subscribe(shard, this.#continuations.get(shard) ?? -1);
  }
}

const act = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      key: fc.nat(5),
      bytes: fc.integer({ min: 1, max: 900_000 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), us: fc.constantFrom(1, 50_000, 300_000, SECOND) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('split' as const) }) },
);

test('enhanced fan-out brings each record once, in the order of its key, no sooner than 70 ms and no faster than 2 MiB a second, through splits', () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 5, maxLength: 60 }), (acts) => {
      const bench = new Bench({ maxRecordSizeKiB: 10_240 });
      const follower = new Follower(bench);
      const keys: number[] = [];
      for (const one of acts) {
        if (one.do === 'put') {
          if (typeof bench.put(keys.length, one) === 'number') keys.push(one.key);
        } else if (one.do === 'wait') bench.after(one.us);
        else {
          const { Shards } = bench.stream.ListShards({ Type: 'AT_LATEST' });
          const { ShardId, StartingHashKey, EndingHashKey } = Shards[0] as (typeof Shards)[number];
          if (Shards.length < 4) bench.stream.SplitShard(ShardId, (StartingHashKey + EndingHashKey) / 2n);
        }
      }
      // Long enough for every subscription to expire once.
      bench.after(400 * SECOND);
      for (const key of [0, 1, 2]) if (typeof bench.put(keys.length, { key }) === 'number') keys.push(key);
      bench.after(SECOND);
      expect(follower.data.toSorted((a, b) => a - b)).toEqual(keys.map((_, i) => i));
      const last = new Map<number, number>();
      for (const data of follower.data) {
        const key = keys[data] as number;
        expect(last.get(key) ?? -1).toBeLessThan(data);
        last.set(key, data);
      }
      for (const pushes of follower.perShard.values()) {
        pushes.forEach(({ us, bytes, early }, i) => {
          expect(early).toBe(false);
          const next = pushes[i + 1];
          if (next !== undefined) expect(next.us - us).toBeGreaterThanOrEqual(Math.floor(bytes / RATE));
        });
      }
    }),
    { seed: 20261126, numRuns: 150 },
  );
});
