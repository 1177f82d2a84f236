import { describe, expect, test } from 'vitest';
import type { StartingPosition, Subscriber } from '../../../src/services/kinesis/index.ts';
import { Bench, codeOf, HOUR, MIB, SECOND } from './harness.ts';

const LATENCY = 70_000;
const TRIM_HORIZON: StartingPosition = { Type: 'TRIM_HORIZON' };

interface Push {
  readonly us: number;
  readonly data: readonly number[];
  readonly continuation: number;
  readonly behindMs: number;
  readonly children: number;
}

/** Writes down what it is pushed. */
class Diary implements Subscriber {
  readonly pushes: Push[] = [];
  readonly ends: (readonly [us: number, reason: string])[] = [];
  readonly bench: Bench;

  constructor(bench: Bench) {
    this.bench = bench;
  }
  onSubscribeToShardEvent(...[, event]: Parameters<Subscriber['onSubscribeToShardEvent']>): void {
    this.pushes.push({
      us: this.bench.sim.now,
      data: [...event.Data.subarray(0, event.count)],
      continuation: event.ContinuationSequenceNumber,
      behindMs: event.MillisBehindLatest,
      children: event.ChildShards.length,
    });
  }
  onSubscriptionEnd(...[, reason]: Parameters<Subscriber['onSubscriptionEnd']>): void {
    this.ends.push([this.bench.sim.now, reason]);
  }
  get data(): number[] {
    return this.pushes.flatMap(({ data }) => data);
  }
}

function subscribed(bench: Bench, position = TRIM_HORIZON, consumer = bench.consumer()): Diary & { id: number } {
  const diary = Object.assign(new Diary(bench), { id: -1 });
  const { error, subscription } = bench.stream.SubscribeToShard(consumer, 0, position, diary, 1);
  if (error !== null) throw new Error(error.message);
  diary.id = subscription;
  return diary;
}

describe('pushes', () => {
  test('come 70 ms after the put, whatever the number of consumers [kinesis.propagation-efo]', () => {
    const bench = new Bench();
    const diaries = ['a', 'b', 'c'].map((name) => subscribed(bench, { Type: 'LATEST' }, bench.consumer(name)));
    const at = bench.sim.now;
    const sequence = bench.put(1) as number;
    bench.after(30_000);
    bench.put(2);
    bench.after(SECOND);
    for (const diary of diaries) {
      expect(diary.pushes.map(({ us, data }) => [us - at, data])).toEqual([
        [LATENCY, [1]],
        [LATENCY + 30_000, [2]],
      ]);
      expect(diary.pushes[0]).toMatchObject({ continuation: sequence, children: 0 });
    }
    expect(bench.metrics.total('SubscribeToShardEvent.Records')).toBe(6);
    expect(bench.metrics.total('SubscribeToShardEvent.Bytes')).toBe(606);
  });

  test('a consumer has 2 MiB a second of a shard to itself, beside those who poll [kinesis.efo-throughput]', () => {
    const bench = new Bench({ maxRecordSizeKiB: 10_240 });
    for (let i = 0; i < 400; i++) {
      bench.put(i, { bytes: MIB / 4 - 1 });
      bench.after(SECOND / 4);
    }
    const consumers = [bench.consumer('a'), bench.consumer('b')];
    const diaries = consumers.map((consumer) => subscribed(bench, TRIM_HORIZON, consumer));
    const at = bench.sim.now;
    bench.after(20 * SECOND);
    for (const diary of diaries) expect(diary.data.length).toBe(4 + (20 * 2 * MIB) / (MIB / 4));
    expect(diaries[0]?.pushes[1]?.us).toBe(at + SECOND / 2);
    expect(diaries[0]?.pushes[0]?.behindMs).toBeGreaterThan(99_000);
    expect(bench.read(0, TRIM_HORIZON, 1)).toHaveLength(1);
  });

  test('begin where they were told to, and go on from a continuation without a gap [kinesis.efo-push]', () => {
    const bench = new Bench();
    for (let i = 0; i < 4; i++) bench.put(i);
    const consumer = bench.consumer();
    const first = subscribed(bench, TRIM_HORIZON, consumer);
    bench.after(SECOND);
    expect(first.data).toEqual([0, 1, 2, 3]);
    bench.after(300 * SECOND);
    bench.put(4);
    const SequenceNumber = first.pushes.at(-1)?.continuation as number;
    const second = subscribed(bench, { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber }, consumer);
    bench.after(SECOND);
    expect(second.data).toEqual([4]);
    expect(first.data).toHaveLength(4);
  });

  test('end with the shard, and say what goes on there', () => {
    const bench = new Bench();
    const diary = subscribed(bench);
    bench.put(1);
    bench.after(10 * SECOND);
    bench.stream.SplitShard(0, 2n ** 127n);
    bench.after(2 * SECOND);
    expect(diary.data).toEqual([1]);
    expect(diary.pushes.at(-1)).toMatchObject({ continuation: -1, children: 2, data: [] });
    expect(diary.ends.map(([, reason]) => reason)).toEqual(['shardEnd']);
  });

  test('skip what expired while the pipe was busy', () => {
    const bench = new Bench({ maxRecordSizeKiB: 10_240 });
    const consumer = bench.consumer();
    bench.put(0, { bytes: MIB - 1 });
    bench.put(1, { bytes: MIB - 1 });
    bench.after(24 * HOUR - SECOND / 4);
    const diary = subscribed(bench, TRIM_HORIZON, consumer);
    bench.put(2);
    bench.after(SECOND);
    expect(diary.data).toEqual([0, 2]);
  });
});

describe('a subscription [kinesis.subscribetoshard]', () => {
  test('lasts five minutes', () => {
    const bench = new Bench();
    const diary = subscribed(bench);
    const at = bench.sim.now;
    bench.after(300 * SECOND - LATENCY);
    bench.put(1);
    bench.after(SECOND);
    expect(diary.ends).toEqual([[at + 300 * SECOND, 'expired']]);
    // At one instant it ends first.
    expect(diary.data).toEqual([]);
  });

  test('is refused again within five seconds, and then takes over; more than one call a second is too many', () => {
    const bench = new Bench();
    const consumer = bench.consumer();
    const first = subscribed(bench, TRIM_HORIZON, consumer);
    const again = (): string | null =>
      codeOf(bench.stream.SubscribeToShard(consumer, 0, TRIM_HORIZON, new Diary(bench), 1).error);
    bench.after(SECOND - 1);
    expect(again()).toBe('LimitExceededException');
    expect(bench.metrics.total('SubscribeToShard.RateExceeded')).toBe(1);
    bench.after(1);
    expect(again()).toBe('ResourceInUseException');
    bench.after(4 * SECOND);
    expect(first.ends).toEqual([]);
    const second = subscribed(bench, { Type: 'LATEST' }, consumer);
    expect(first.ends.map(([, reason]) => reason)).toEqual(['replaced']);
    bench.put(9);
    bench.after(SECOND);
    expect([first.data, second.data]).toEqual([[], [9]]);
  });

  test('ends when its client goes, or its consumer', () => {
    const bench = new Bench();
    const consumer = bench.consumer('a');
    const one = subscribed(bench, TRIM_HORIZON, consumer);
    const two = subscribed(bench, TRIM_HORIZON, bench.consumer('b'));
    bench.stream.cancelSubscription(two.id);
    bench.stream.cancelSubscription(two.id);
    expect(bench.stream.DeregisterStreamConsumer(consumer)).toBeNull();
    expect([one.ends, two.ends].map((ends) => ends.map(([, reason]) => reason))).toEqual([
      ['deregistered'],
      ['cancelled'],
    ]);
    bench.put(1);
    bench.after(SECOND);
    expect([...one.data, ...two.data]).toEqual([]);
    expect(codeOf(bench.stream.DeregisterStreamConsumer(consumer))).toBe('ResourceNotFoundException');
  });

  test('is refused to consumers that are not there or not yet ACTIVE, and of shards that are not there [kinesis.subscribetoshard-errors]', () => {
    const bench = new Bench();
    const diary = new Diary(bench);
    const { consumer } = bench.stream.RegisterStreamConsumer('a');
    const of = (who: number, shard: number, position = TRIM_HORIZON): string | null =>
      codeOf(bench.stream.SubscribeToShard(who, shard, position, diary, 1).error);
    expect(of(7, 0)).toBe('ResourceNotFoundException');
    expect(of(consumer, 5)).toBe('ResourceNotFoundException');
    expect(of(consumer, 0)).toBe('ResourceInUseException');
    bench.after(SECOND);
    expect(of(consumer, 0, { Type: 'AT_SEQUENCE_NUMBER' })).toBe('InvalidArgumentException');
    bench.after(SECOND);
    expect(of(consumer, 0)).toBeNull();
  });
});

test('20 consumers of a stream, five of them CREATING, each name once [kinesis.efo-consumers]', () => {
  const bench = new Bench();
  const register = (name: string): string | null => codeOf(bench.stream.RegisterStreamConsumer(name).error);
  for (let i = 0; i < 5; i++) expect(register(`c${i}`)).toBeNull();
  expect(register('d')).toBe('LimitExceededException');
  bench.after(SECOND / 2);
  // Calls are left, but five are still CREATING.
  expect(register('d')).toBe('LimitExceededException');
  expect(bench.stream.ListStreamConsumers()[0]?.ConsumerStatus).toBe('CREATING');
  bench.after(SECOND);
  expect(register('c3')).toBe('ResourceInUseException');
  for (let i = 5; i < 20; i++) {
    bench.after(2 * SECOND);
    expect(register(`c${i}`)).toBeNull();
  }
  bench.after(2 * SECOND);
  expect(register('c20')).toBe('LimitExceededException');
  expect(bench.stream.ListStreamConsumers()).toHaveLength(20);
  expect(bench.stream.DescribeStreamSummary().ConsumerCount).toBe(20);
  const advantage = new Bench({ maxConsumers: 50 });
  for (let i = 0; i < 50; i++) {
    advantage.after(2 * SECOND);
    expect(advantage.stream.RegisterStreamConsumer(`c${i}`).error).toBeNull();
  }
});
