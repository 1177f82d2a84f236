import { expect, test } from 'vitest';
import { Bench, MIB, rowsOf, SECOND } from './harness.ts';

const THROTTLED = 'ProvisionedThroughputExceededException';

/** Puts at a steady rate for so long; how many and how many bytes were taken after the burst was spent. */
function acceptedAfter(bench: Bench, perSecond: number, bytes: number, burstS: number, seconds: number) {
  let records = 0;
  let taken = 0;
  for (let i = 0; i < perSecond * seconds; i++) {
    const atUs = Math.round((i * SECOND) / perSecond);
    if (atUs > bench.sim.now) bench.sim.run({ until: atUs });
    const isTaken = typeof bench.put(i, { bytes: bytes - 1 }) === 'number';
    if (isTaken && atUs >= burstS * SECOND) {
      records++;
      taken += bytes;
    }
  }
  return { perSecond: records / (seconds - burstS), bytesPerSecond: taken / (seconds - burstS) };
}

test('a shard at 1,500 records a second of 100 bytes takes 1,000 a second, once its burst is spent [kinesis.shard-write]', () => {
  const bench = new Bench();
  const { perSecond } = acceptedAfter(bench, 1500, 100, 5, 25);
  expect(perSecond).toBeGreaterThan(990);
  expect(perSecond).toBeLessThan(1010);
  expect(bench.metrics.total('WriteProvisionedThroughputExceeded')).toBe(
    1500 * 25 - bench.metrics.total('IncomingRecords'),
  );
  expect(bench.stream.shardCounts(0).WriteProvisionedThroughputExceeded).toBe(
    bench.metrics.total('WriteProvisionedThroughputExceeded'),
  );
});

test.each([1, 10])('1.5 MiB a second of large records: 1 MiB a second, where records have %i MiB at most', (maxMiB) => {
  const bench = new Bench({ maxRecordSizeKiB: maxMiB * 1024 });
  const { bytesPerSecond } = acceptedAfter(bench, 6, MIB / 4, 30, 430);
  expect(bytesPerSecond / MIB).toBeGreaterThan(0.99);
  expect(bytesPerSecond / MIB).toBeLessThan(1.01);
});

test('the burst of a shard is its largest record, and a record of 10 MiB is taken every ten seconds [kinesis.shard-write-burst]', () => {
  const bench = new Bench({ maxRecordSizeKiB: 10_240 });
  expect(bench.put(0, { bytes: 10 * MIB - 1 })).toBeTypeOf('number');
  bench.after(10 * SECOND - 1);
  expect(bench.put(1, { bytes: 10 * MIB - 1 })).toBe(THROTTLED);
  bench.after(1);
  expect(bench.put(1, { bytes: 10 * MIB - 1 })).toBeTypeOf('number');
  const small = new Bench();
  expect(small.put(0, { bytes: MIB - 1 })).toBeTypeOf('number');
  expect(small.put(1, { bytes: 1 })).toBe(THROTTLED);
});

test('a record that finds no room for its bytes costs no record', () => {
  const bench = new Bench();
  for (let i = 0; i < 1000; i++) expect(bench.put(i, { bytes: i === 0 ? MIB - 3000 : 1 })).toBeTypeOf('number');
  bench.after(1000);
  // Room for one record, and for some 1,049 bytes more.
  expect(bench.put(1, { bytes: 5000 })).toBe(THROTTLED);
  expect(bench.put(1, { bytes: 1 })).toBeTypeOf('number');
});

test('PutRecords fails record by record, where a shard has no room, and says which [kinesis.putrecords]', () => {
  const bench = new Bench({ shards: 2 });
  // Keys 0 and 6 fall into different halves.
  const records = Array.from({ length: 500 }, (_, i) => [i, i < 300 ? 0 : 6, 4000] as const);
  const output = bench.putMany(records);
  expect(output.error).toBeNull();
  const taken = Math.floor(MIB / 4001);
  expect(output.FailedRecordCount).toBe(300 - taken);
  const codes = output.entryErrors.slice(0, output.count).map((one) => one?.code ?? null);
  expect(codes.slice(0, taken)).toEqual(Array<null>(taken).fill(null));
  expect(new Set(codes.slice(taken, 300))).toEqual(new Set([THROTTLED]));
  expect(new Set(codes.slice(300))).toEqual(new Set([null]));
  expect(output.SequenceNumber[299]).toBe(-1);
  expect(output.ShardId[299]).toBe(-1);
  expect(output.ShardId[300]).not.toBe(output.ShardId[0]);
  expect(bench.metrics.total('PutRecords.ThrottledRecords')).toBe(300 - taken);
  expect(bench.metrics.total('IncomingBytes')).toBe((500 - (300 - taken)) * 4001);
});

test('five reads a second of a shard, whoever calls [kinesis.shard-read]', () => {
  const bench = new Bench();
  const iterators = [bench.iterator(0), bench.iterator(0, { Type: 'LATEST' })];
  const read = (i: number): string | null => bench.stream.GetRecords(iterators[i % 2] as number).error?.code ?? null;
  expect([0, 1, 2, 3, 4].map(read)).toEqual([null, null, null, null, null]);
  expect(read(5)).toBe(THROTTLED);
  bench.after(SECOND / 5);
  expect(read(6)).toBeNull();
  expect(read(7)).toBe(THROTTLED);
  expect(bench.metrics.total('ReadProvisionedThroughputExceeded')).toBe(2);
  expect(bench.stream.shardCounts(0).ReadProvisionedThroughputExceeded).toBe(2);
});

/** A stream with so many records of so many bytes. */
function filled(records: number, bytes: number): Bench {
  const bench = new Bench({ maxRecordSizeKiB: 10_240 });
  for (let i = 0; i < records; i++) {
    while (typeof bench.put(i, { bytes: bytes - 1 }) === 'string') bench.after(SECOND);
  }
  bench.after(60 * SECOND);
  return bench;
}

test('a read gives 10 MiB or 10,000 records at most, and after 10 MiB there is none for five seconds [kinesis.getrecords-result]', () => {
  const bench = filled(50, MIB / 2);
  const first = bench.stream.GetRecords(bench.iterator(0));
  expect(first.count).toBe(20);
  const next = first.NextShardIterator;
  bench.after(5 * SECOND - 1);
  expect(bench.stream.GetRecords(next).error?.code).toBe(THROTTLED);
  bench.after(1);
  const second = bench.stream.GetRecords(next);
  expect(rowsOf(second).map(({ data }) => data)).toEqual(Array.from({ length: 20 }, (_, i) => 20 + i));
  const many = new Bench();
  for (let s = 0; s < 11; s++) {
    for (let i = 0; i < 1000; i++) many.put(i, { bytes: 1 });
    many.after(SECOND);
  }
  expect(many.read(0)).toHaveLength(10_000);
  many.after(SECOND);
  expect(many.read(0, { Type: 'TRIM_HORIZON' }, 7)).toHaveLength(7);
});

test('reads of a shard have 2 MiB a second together, and one that came too early has all refused for a second [kinesis.read-throttle-duration]', () => {
  const bench = filled(8, MIB / 2);
  const two = bench.iterator(0);
  // Two MiB: the credit of a second is used up, and the next call finds none.
  expect(bench.stream.GetRecords(two, 4).count).toBe(4);
  expect(bench.stream.GetRecords(two, 4).error?.code).toBe(THROTTLED);
  bench.after(SECOND - 1);
  expect(bench.stream.GetRecords(two, 1).error?.code).toBe(THROTTLED);
  bench.after(1);
  expect(bench.stream.GetRecords(two, 1).error).toBeNull();
});

test('over a minute three readers have no more than 2 MiB a second between them', () => {
  const bench = filled(60, MIB / 2);
  const iterators = [1, 2, 3].map(() => bench.iterator(0));
  let bytes = 0;
  for (let i = 0; i < 240; i++) {
    const output = bench.stream.GetRecords(iterators[i % 3] as number, 3);
    bytes += output.count * (MIB / 2);
    bench.after(SECOND / 4);
  }
  expect(bytes / MIB).toBeLessThanOrEqual(2 * 60 + 3.5);
  expect(bytes / MIB).toBeGreaterThan(40);
});

test('a shard gives twice what it takes, in on-demand mode too [kinesis.on-demand-read]', () => {
  const bench = new Bench({ mode: 'ON_DEMAND', shards: 1, maxRecordSizeKiB: 10_240 });
  let iterator = bench.iterator(0);
  let bytes = 0;
  for (let i = 0; i < 240; i++) {
    if (i % 2 === 0) bench.put(i, { bytes: MIB / 2 - 1 });
    bench.after(SECOND / 4);
  }
  for (let i = 0; i < 60; i++) {
    const output = bench.stream.GetRecords(iterator, 1);
    expect(output.error).toBeNull();
    bytes += output.bytes[0] as number;
    iterator = output.NextShardIterator;
    bench.after(SECOND / 4);
  }
  expect(bytes / MIB).toBe(2 * 15);
});

test('five iterators a second of a shard [kinesis.getsharditerator]', () => {
  const bench = new Bench();
  for (let i = 0; i < 5; i++) bench.iterator(0);
  expect(bench.stream.GetShardIterator(0, { Type: 'LATEST' }).error?.code).toBe(THROTTLED);
  bench.after(SECOND / 5);
  bench.iterator(0);
});
