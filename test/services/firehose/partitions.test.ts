import { expect, test } from 'vitest';
import { Result } from '../../../src/services/firehose/index.ts';
import { Bench, MIB, SECOND } from './harness.ts';

const minute = { bytes: 64 * MIB, intervalUs: 60 * SECOND };

test('each partition has objects of its own, up to one and a half intervals after its records [firehose.dynamic-partitioning-freshness]', () => {
  const bench = new Bench({ partitions: 500, buffer: minute }, { partitionOf: (data) => data % 2 });
  bench.put(1, 1, 1);
  bench.after(29 * SECOND);
  bench.put(1);
  bench.after(100 * SECOND);
  // First stage until 30 s, then 60 s from the first record on.
  expect(bench.bucket.of('data').map(({ us, partition, data }) => [us / SECOND, partition, data])).toEqual([
    [90, 0, [0, 2]],
    [90, 1, [1, 3]],
  ]);
});

test('a partition is closed by its own size; the first stage by that of all', () => {
  const bench = new Bench(
    { partitions: 500, buffer: { bytes: MIB, intervalUs: 60 * SECOND } },
    { partitionOf: (data) => (data === 2 ? 7 : 8) },
  );
  bench.put(MIB / 2, MIB / 4, 100_000);
  bench.after(29 * SECOND);
  // Now the first stage is full, and neither partition is.
  bench.put(200_000);
  bench.after(11 * SECOND);
  bench.put(100_000);
  bench.after(60 * SECOND);
  expect(bench.bucket.of('data').map(({ us, data }) => [us / SECOND, data])).toEqual([
    [59, [0, 1, 3, 4]],
    [89, [2]],
  ]);
});

test('those beyond 500 active ones go to errors, until one has been delivered [firehose.dynamic-partitions] [firehose.over-the-partition-quota]', () => {
  const bench = new Bench({ partitions: 500, buffer: minute }, { partitionOf: (data) => data });
  const answers: (() => void)[] = [];
  bench.bucket.answer = ({ content }) => (content === 'data' && answers.length > 0 ? null : 'ok');
  bench.putMany(500, 1);
  bench.after(30 * SECOND);
  expect(bench.metrics.values('PartitionCount').at(-1)).toBe(500);
  expect(bench.metrics.values('PartitionCountExceeded')).toEqual([]);
  bench.put(1);
  bench.after(30 * SECOND);
  expect(bench.metrics.values('PartitionCountExceeded')).toEqual([1]);
  bench.after(300 * SECOND);
  expect(bench.bucket.of('partitions-exceeded')).toMatchObject([{ data: [500], prefix: 'activePartitionExceeded/' }]);
  expect(bench.metrics.values('PartitionCount').at(-1)).toBe(0);
  bench.put(1);
  bench.after(120 * SECOND);
  expect(
    bench.bucket
      .of('data')
      .map(({ data }) => data)
      .at(-1),
  ).toEqual([501]);
  expect(bench.total('DeliveryToS3.ObjectCount')).toBe(501);
});

test('a partition is active until its object is delivered, not only written', () => {
  const bench = new Bench({ partitions: 1, buffer: minute }, { partitionOf: (data) => data });
  bench.bucket.latencyUs = 45 * SECOND;
  bench.put(1);
  bench.after(100 * SECOND);
  bench.put(1);
  bench.after(40 * SECOND);
  expect(bench.metrics.values('PartitionCount')).toEqual([1, 0]);
  bench.after(400 * SECOND);
  expect(bench.fates('partitions-exceeded')).toEqual(['1 backedUp']);
});

test('a record without partition goes to errors; the function may name it', () => {
  const bench = new Bench(
    { partitions: 500, buffer: minute, transform: {} },
    {
      partitionOf: () => -1,
      transformer: {
        invoke: ({ result, partition }, owner, tag) => {
          result.fill(Result.ok);
          partition[1] = 5;
          owner.onTransformed(tag, true);
        },
      },
    },
  );
  bench.put(1, 1);
  bench.after(500 * SECOND);
  expect(bench.bucket.of('data')).toMatchObject([{ data: [1], partition: 5 }]);
  expect(bench.fates('partitioning-failed')).toEqual(['0 backedUp']);
});

test('records find their partitions, however many wait in the first stage', () => {
  const bench = new Bench({ partitions: 500, buffer: minute }, { partitionOf: (data) => data % 7 });
  for (let i = 0; i < 4; i++) bench.putMany(500, 1);
  bench.after(100 * SECOND);
  const found = bench.bucket.of('data');
  expect(found.map(({ partition }) => partition).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(found.every(({ partition, data }) => data.every((one) => one % 7 === partition))).toBe(true);
  expect(found.flatMap(({ data }) => data)).toHaveLength(2000);
});
