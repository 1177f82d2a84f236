import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  HASH_KEYS,
  hashKeyOf,
  type ListShardsOutput,
  shardName,
  type ShardDescription,
} from '../../../src/services/kinesis/index.ts';
import { Bench, codeOf, HOUR, rowsOf, SECOND } from './harness.ts';

const LAST = 2n ** 128n - 1n;
const listed = ({ error, Shards }: ListShardsOutput): readonly ShardDescription[] => {
  expect(error).toBeNull();
  return Shards;
};
const ids = (output: ListShardsOutput): number[] => listed(output).map(({ ShardId }) => ShardId);

describe('where a record goes', () => {
  test('the hash of a key is its MD5, a number of 128 bits', () => {
    for (const text of ['', 'user-1', 'größe', '\u{1f980}'])
      expect(hashKeyOf(text)).toBe(BigInt(`0x${createHash('md5').update(text).digest('hex')}`));
    expect(HASH_KEYS).toBe(LAST + 1n);
  });

  test('shards share the space evenly, and the last has the rest', () => {
    const bench = new Bench({ shards: 3 });
    const third = (LAST + 1n) / 3n;
    expect(
      listed(bench.stream.ListShards()).map(({ StartingHashKey, EndingHashKey }) => [StartingHashKey, EndingHashKey]),
    ).toEqual([
      [0n, third - 1n],
      [third, 2n * third - 1n],
      [2n * third, LAST],
    ]);
  });

  test('an explicit hash key overrides the key, and counts to the last bit', () => {
    const bench = new Bench({ shards: 2 });
    const put = (ExplicitHashKey: bigint): number =>
      bench.stream.PutRecord({ Data: 1, bytes: 1, PartitionKey: 0, ExplicitHashKey }).ShardId;
    const half = (LAST + 1n) / 2n;
    expect([0n, half - 1n, half, LAST].map(put)).toEqual([0, 0, 1, 1]);
  });

  test('a key whose hash is the first or the last of a range goes where it belongs', () => {
    const hash = hashKeyOf('5');
    const first = new Bench();
    first.stream.SplitShard(0, hash);
    first.after(SECOND);
    expect(first.stream.PutRecord({ Data: 1, bytes: 1, PartitionKey: 5 }).ShardId).toBe(2);
    const last = new Bench();
    last.stream.SplitShard(0, hash + 1n);
    last.after(SECOND);
    expect(last.stream.PutRecord({ Data: 1, bytes: 1, PartitionKey: 5 }).ShardId).toBe(1);
  });

  test('a key stays with its shard when many others have come, and goes to the right child after a split', () => {
    const bench = new Bench({ shards: 16 });
    const shardOf = (key: number): number => {
      bench.after(SECOND);
      return bench.stream.PutRecord({ Data: 1, bytes: 1, PartitionKey: key }).ShardId;
    };
    const keys = Array.from({ length: 20 }, (_, i) => i);
    const before = keys.map(shardOf);
    shardOf(5000);
    expect(keys.map(shardOf)).toEqual(before);
    bench.stream.UpdateShardCount(32);
    bench.after(SECOND);
    const open = listed(bench.stream.ListShards({ Type: 'AT_LATEST' }));
    const right = keys.map((key) => {
      const hash = hashKeyOf(String(key));
      return open.find((one) => one.StartingHashKey <= hash && hash <= one.EndingHashKey)?.ShardId;
    });
    expect(keys.map(shardOf)).toEqual(right);
  });

  test('the text of a key decides, and its bytes count [kinesis.partition-key]', () => {
    const bench = new Bench({ shards: 2 }, { keyText: (key) => (key === 0 ? 'größe' : 'x'.repeat(key)) });
    expect(bench.put(1, { key: 0, bytes: 10 })).toBeTypeOf('number');
    expect(bench.metrics.total('IncomingBytes')).toBe(17);
    expect(bench.put(1, { key: 256 })).toBeTypeOf('number');
    expect(bench.put(1, { key: 257 })).toBe('ValidationException');
  });

  test('AUTO distribution takes the shards in turn, without keys, and can be switched at once [kinesis.partition-key-optional] [kinesis.switching-distribution-strategy]', () => {
    const bench = new Bench({ mode: 'ON_DEMAND', distributionStrategy: 'AUTO' });
    const shards = [1, 2, 3, 4, 5].map(() => bench.stream.PutRecord({ Data: 1, bytes: 1, PartitionKey: -1 }).ShardId);
    expect(shards).toEqual([0, 1, 2, 3, 0]);
    expect(bench.read(0)[0]?.key).toBe(-1);
    expect(codeOf(bench.stream.UpdateStreamMode('PROVISIONED'))).toBe('ValidationException');
    expect(bench.stream.UpdateStreamRecordDistributionStrategy('USER_PARTITION_KEY')).toBeNull();
    expect(bench.put(1, { key: -1 })).toBe('ValidationException');
    expect(bench.read(0)).toHaveLength(2);
    expect(codeOf(new Bench().stream.UpdateStreamRecordDistributionStrategy('AUTO'))).toBe('ValidationException');
  });
});

describe('reading', () => {
  test('a record can be read at the instant at which it is put [kinesis.record-readable-after-putrecord]', () => {
    const bench = new Bench();
    const iterator = bench.iterator(0);
    bench.put(42);
    const output = bench.stream.GetRecords(iterator);
    expect(rowsOf(output).map(({ data }) => data)).toEqual([42]);
    expect(output.MillisBehindLatest).toBe(0);
  });

  test('each iterator type begins where it says [kinesis.iterator-types]', () => {
    const bench = new Bench();
    const sequences: number[] = [];
    for (let i = 0; i < 5; i++) {
      bench.after(SECOND);
      sequences.push(bench.put(i) as number);
    }
    bench.after(SECOND);
    const of = (position: Parameters<Bench['read']>[1]): number[] => {
      bench.after(SECOND);
      return bench.read(0, position).map(({ data }) => data);
    };
    const SequenceNumber = sequences[2] as number;
    expect(of({ Type: 'TRIM_HORIZON' })).toEqual([0, 1, 2, 3, 4]);
    expect(of({ Type: 'LATEST' })).toEqual([]);
    expect(of({ Type: 'AT_SEQUENCE_NUMBER', SequenceNumber })).toEqual([2, 3, 4]);
    expect(of({ Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber })).toEqual([3, 4]);
    expect(of({ Type: 'AT_TIMESTAMP', Timestamp: 3 * SECOND })).toEqual([2, 3, 4]);
    expect(of({ Type: 'AT_TIMESTAMP', Timestamp: 3 * SECOND + 1 })).toEqual([3, 4]);
    expect(of({ Type: 'AT_TIMESTAMP', Timestamp: -5 })).toEqual([0, 1, 2, 3, 4]);
    const [shard] = listed(bench.stream.ListShards());
    const first = shard?.StartingSequenceNumber as number;
    expect(of({ Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: first })).toEqual([0, 1, 2, 3, 4]);
    expect(first).toBeLessThan(sequences[0] as number);
  });

  test('LATEST is the instant at which the iterator was given', () => {
    const bench = new Bench();
    bench.put(1);
    const iterator = bench.iterator(0, { Type: 'LATEST' });
    bench.put(2);
    expect(rowsOf(bench.stream.GetRecords(iterator)).map(({ data }) => data)).toEqual([2]);
  });

  test('an empty part gives no records, and an iterator to go on with [kinesis.getrecords-on-an-empty-part]', () => {
    const bench = new Bench();
    const output = bench.stream.GetRecords(bench.iterator(0));
    expect(output.count).toBe(0);
    expect(output.NextShardIterator).toBeGreaterThan(0);
  });

  test('an iterator is good for 300 seconds, as often as one likes [kinesis.iterator-life] [kinesis.getrecords-errors]', () => {
    const bench = new Bench();
    bench.put(1);
    const iterator = bench.iterator(0);
    bench.after(300 * SECOND);
    expect(bench.stream.GetRecords(iterator).count).toBe(1);
    expect(bench.stream.GetRecords(iterator).count).toBe(1);
    bench.after(1);
    expect(bench.stream.GetRecords(iterator).error?.code).toBe('ExpiredIteratorException');
    // Many others were given meanwhile.
    for (let i = 0; i < 200; i++) {
      bench.after(SECOND);
      bench.iterator(0);
    }
    expect(bench.stream.GetRecords(iterator).error?.code).toBe('ExpiredIteratorException');
  });

  test('hundreds of iterators at once are told from one another', () => {
    const bench = new Bench({ shards: 100 });
    for (let i = 0; i < 500; i++) bench.put(i, { key: i });
    const iterators = Array.from({ length: 400 }, (_, i) => bench.iterator(i % 100));
    bench.after(SECOND);
    iterators.forEach((iterator, i) => {
      const first = bench.stream.GetRecords(iterator, 1);
      expect(first.error).toBeNull();
      if (first.count > 0) expect((first.SequenceNumber[0] as number) % 2 ** 20).toBe(i % 100);
    });
  });

  test('how far behind a reader is: the age of the last record it was given, while there are more', () => {
    const bench = new Bench();
    bench.put(1);
    bench.after(3 * SECOND);
    bench.put(2);
    bench.after(2 * SECOND);
    const first = bench.stream.GetRecords(bench.iterator(0), 1);
    expect(first.MillisBehindLatest).toBe(5000);
    expect(bench.stream.GetRecords(first.NextShardIterator).MillisBehindLatest).toBe(0);
    expect(bench.metrics.observed.get('GetRecords.IteratorAgeMilliseconds')).toEqual([5000, 0]);
    expect(bench.metrics.total('GetRecords.Records')).toBe(2);
    expect(bench.metrics.total('GetRecords.Bytes')).toBe(202);
    expect(bench.stream.shardCounts(0)).toMatchObject({ IncomingRecords: 2, OutgoingRecords: 2, OutgoingBytes: 202 });
  });

  test('a record bears the instant at which it came [kinesis.arrival-timestamp]', () => {
    const bench = new Bench();
    bench.after(1234);
    bench.put(1);
    bench.after(SECOND);
    expect(bench.read(0)[0]?.atUs).toBe(1234);
  });

  test('a put that is tried again makes a second record with a number of its own [kinesis.producer-duplicates]', () => {
    const bench = new Bench();
    const numbers = [bench.put(7), bench.put(7)];
    expect(numbers[0]).not.toBe(numbers[1]);
    expect(bench.read(0).map(({ data }) => data)).toEqual([7, 7]);
  });
});

describe('retention [kinesis.retention]', () => {
  test('a record is gone when it is as old as the retention period, and not before', () => {
    const bench = new Bench();
    bench.put(1);
    bench.after(24 * HOUR - 1);
    expect(bench.read(0)).toHaveLength(1);
    bench.after(1);
    expect(bench.read(0)).toHaveLength(0);
  });

  test('whoever wants to know is told of each record that is gone, once', () => {
    const gone: number[] = [];
    const bench = new Bench({ shards: 2 }, { onExpired: (data) => gone.push(data) });
    // Keys 0 and 6 fall into different halves.
    for (const key of [0, 6, 0]) {
      bench.put(gone.length + bench.sim.now, { key });
      bench.after(1);
    }
    bench.after(24 * HOUR - 3);
    bench.put(99, { key: 0 });
    expect(gone).toEqual([0]);
    bench.after(2);
    bench.stream.ListShards();
    expect(new Set(gone)).toEqual(new Set([0, 1, 2]));
    expect(gone).toHaveLength(3);
    for (let i = 0; i < 3000; i++) {
      bench.put(i);
      bench.after(10_000);
    }
    bench.after(24 * HOUR);
    bench.stream.ListShards();
    expect(gone.slice(3)).toEqual([99, ...Array.from({ length: 3000 }, (_, i) => i)]);
  });

  test('a longer period brings nothing back, a shorter one hides at once', () => {
    const bench = new Bench();
    bench.put(1);
    bench.after(24 * HOUR);
    bench.put(2);
    expect(bench.stream.IncreaseStreamRetentionPeriod(8760)).toBeNull();
    expect(bench.read(0).map(({ data }) => data)).toEqual([2]);
    bench.after(8760 * HOUR - 1);
    expect(bench.read(0)).toHaveLength(1);
    expect(bench.stream.DecreaseStreamRetentionPeriod(24)).toBeNull();
    expect(bench.read(0)).toHaveLength(0);
  });

  test('an iterator to what is gone goes on with what is there', () => {
    const bench = new Bench();
    const SequenceNumber = bench.put(1) as number;
    bench.after(HOUR);
    bench.put(2);
    bench.after(23 * HOUR);
    expect(bench.read(0, { Type: 'AT_SEQUENCE_NUMBER', SequenceNumber }).map(({ data }) => data)).toEqual([2]);
  });
});

describe('resharding', () => {
  const half = (LAST + 1n) / 2n;

  test('a split closes the shard and opens two, when UPDATING is over; writes and reads go on [kinesis.reshard-states]', () => {
    const bench = new Bench();
    const before = bench.put(1) as number;
    expect(bench.stream.SplitShard(0, half)).toBeNull();
    expect(bench.stream.DescribeStreamSummary().StreamStatus).toBe('UPDATING');
    const meanwhile = bench.put(2) as number;
    expect(bench.read(0)).toHaveLength(2);
    bench.after(SECOND);
    expect(bench.stream.DescribeStreamSummary()).toMatchObject({ StreamStatus: 'ACTIVE', OpenShardCount: 2 });
    const after = bench.put(3) as number;
    expect(before < meanwhile && meanwhile < after).toBe(true);
    const [parent, lower, upper] = listed(bench.stream.ListShards());
    expect(parent?.EndingSequenceNumber).toBeGreaterThan(meanwhile);
    expect(lower).toMatchObject({ ParentShardId: 0, StartingHashKey: 0n, EndingHashKey: half - 1n });
    expect(upper).toMatchObject({ ParentShardId: 0, AdjacentParentShardId: -1, StartingHashKey: half });
    bench.after(24 * HOUR - 2);
    expect(ids(bench.stream.ListShards())).toEqual([0, 1, 2]);
    bench.after(2);
    expect(ids(bench.stream.ListShards())).toEqual([1, 2]);
    expect(bench.stream.GetShardIterator(0, { Type: 'LATEST' }).error?.code).toBe('ResourceNotFoundException');
  });

  test('the end of a closed shard says what goes on there [kinesis.end-of-shard] [kinesis.iterator-on-closed-shard]', () => {
    const bench = new Bench({ shards: 2 });
    bench.put(1, { key: 0 });
    const held = [bench.iterator(0), bench.iterator(1)];
    expect(bench.stream.MergeShards(0, 1)).toBeNull();
    bench.after(SECOND);
    for (const iterator of [...held, bench.iterator(0, { Type: 'LATEST' })]) {
      const output = bench.stream.GetRecords(iterator);
      expect(output.NextShardIterator).toBe(-1);
      expect(output.ChildShards).toEqual([
        { ShardId: 2, ParentShards: [0, 1], StartingHashKey: 0n, EndingHashKey: LAST },
      ]);
    }
    const [closed] = listed(bench.stream.ListShards());
    const end = { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: closed?.EndingSequenceNumber as number } as const;
    expect(bench.stream.GetRecords(bench.iterator(0, end)).NextShardIterator).toBe(-1);
  });

  test('an iterator outlives the records of its shard, and says what goes on there', () => {
    const bench = new Bench();
    bench.stream.SplitShard(0, half);
    bench.after(24 * HOUR);
    const iterator = bench.iterator(0);
    bench.after(2 * SECOND);
    const output = bench.stream.GetRecords(iterator);
    expect(output.NextShardIterator).toBe(-1);
    expect(output.ChildShards).toHaveLength(2);
  });

  test('UpdateShardCount makes even shards, of at most two parents each [kinesis.updateshardcount]', () => {
    const bench = new Bench({ shards: 2 });
    expect(bench.stream.UpdateShardCount(3)).toMatchObject({ error: null, CurrentShardCount: 2, TargetShardCount: 3 });
    bench.after(SECOND);
    const open = listed(bench.stream.ListShards({ Type: 'AT_LATEST' }));
    const third = (LAST + 1n) / 3n;
    expect(open.map(({ StartingHashKey }) => StartingHashKey).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      0n,
      third,
      2n * third,
    ]);
    expect(ids(bench.stream.ListShards()).length).toBeGreaterThan(5);
  });

  test('ten times in 24 hours, then no more', () => {
    const bench = new Bench({ shards: 2 });
    for (let i = 0; i < 10; i++) {
      expect(bench.stream.UpdateShardCount(i % 2 === 0 ? 3 : 2).error).toBeNull();
      bench.after(HOUR);
    }
    expect(codeOf(bench.stream.UpdateShardCount(3).error)).toBe('LimitExceededException');
    bench.after(14 * HOUR);
    expect(bench.stream.UpdateShardCount(3).error).toBeNull();
  });

  test('ListShards knows what was open when [kinesis.listshards-filter]', () => {
    const bench = new Bench();
    bench.after(HOUR);
    bench.stream.SplitShard(0, half);
    bench.after(HOUR);
    const at = HOUR + SECOND;
    expect(ids(bench.stream.ListShards({ Type: 'AT_LATEST' }))).toEqual([1, 2]);
    expect(ids(bench.stream.ListShards({ Type: 'AT_TRIM_HORIZON' }))).toEqual([0]);
    expect(ids(bench.stream.ListShards({ Type: 'FROM_TRIM_HORIZON' }))).toEqual([0, 1, 2]);
    expect(ids(bench.stream.ListShards({ Type: 'AT_TIMESTAMP', Timestamp: at - 1 }))).toEqual([0]);
    expect(ids(bench.stream.ListShards({ Type: 'AT_TIMESTAMP', Timestamp: at }))).toEqual([1, 2]);
    expect(ids(bench.stream.ListShards({ Type: 'FROM_TIMESTAMP', Timestamp: at - 1 }))).toEqual([0, 1, 2]);
    expect(ids(bench.stream.ListShards({ Type: 'AFTER_SHARD_ID', ShardId: 1 }))).toEqual([2]);
    bench.after(24 * HOUR);
    expect(ids(bench.stream.ListShards({ Type: 'AT_TRIM_HORIZON' }))).toEqual([1, 2]);
  });
});

describe('on demand', () => {
  /** So many bytes a second of each key, every second. */
  function load(bench: Bench, seconds: number, keys: readonly number[], bytes: number): number {
    let throttled = 0;
    for (let s = 0; s < seconds; s++) {
      for (const key of keys) {
        for (let i = 0; i < 10; i++) if (typeof bench.put(i, { key, bytes: bytes / 10 }) === 'string') throttled++;
      }
      bench.after(SECOND);
    }
    return throttled;
  }
  const minutes = (count: number): number => count * 60;

  test('a stream begins with 4 MB a second [kinesis.on-demand-start-capacity]', () => {
    const { stream } = new Bench({ mode: 'ON_DEMAND' });
    expect(stream.DescribeStreamSummary()).toMatchObject({ StreamMode: 'ON_DEMAND', OpenShardCount: 4 });
  });

  test('a shard with more than 500 KB a second is split evenly after 15 minutes, one with less is not [kinesis.on-demand-scaling-rule]', () => {
    const bench = new Bench({ mode: 'ON_DEMAND', shards: 1 });
    load(bench, minutes(20), [0], 499_000);
    expect(bench.stream.DescribeStreamSummary().OpenShardCount).toBe(1);
    load(bench, minutes(15), [0], 520_000);
    expect(bench.stream.DescribeStreamSummary().OpenShardCount).toBe(1);
    // However many records came since: one split is due.
    expect(bench.sim.pending).toBe(1);
    load(bench, minutes(2), [0], 520_000);
    expect(bench.stream.DescribeStreamSummary().OpenShardCount).toBe(2);
    const [one] = listed(bench.stream.ListShards({ Type: 'AT_LATEST' }));
    expect(one).toMatchObject({ StartingHashKey: 0n, EndingHashKey: (LAST + 1n) / 2n - 1n, ParentShardId: 0 });
  });

  test('more than twice as much at once is throttled until the shards are split; one hot key always is [kinesis.on-demand-hot-key]', () => {
    const bench = new Bench({ mode: 'ON_DEMAND', shards: 1 });
    // Keys 0 and 6 fall into different halves.
    expect(load(bench, minutes(14), [0, 6], 900_000)).toBeGreaterThan(0);
    load(bench, minutes(3), [0, 6], 900_000);
    expect(load(bench, minutes(5), [0, 6], 900_000)).toBe(0);
    expect(load(bench, minutes(40), [0], 1_500_000)).toBeGreaterThan(minutes(40));
  });

  test('a stream does not grow beyond what its Region allows [kinesis.on-demand-max]', () => {
    const bench = new Bench({ mode: 'ON_DEMAND', shards: 1, onDemandMaxShards: 1 });
    load(bench, minutes(17), [0], 900_000);
    expect(bench.stream.DescribeStreamSummary().OpenShardCount).toBe(1);
  });

  test('modes can be switched twice in 24 hours, and shards stay as they are [kinesis.mode-switch]', () => {
    const bench = new Bench({ shards: 3 });
    for (const mode of ['ON_DEMAND', 'PROVISIONED'] as const) {
      expect(bench.stream.UpdateStreamMode(mode)).toBeNull();
      expect(bench.stream.DescribeStreamSummary().StreamStatus).toBe('UPDATING');
      bench.after(SECOND);
      expect(bench.stream.DescribeStreamSummary()).toMatchObject({ StreamMode: mode, OpenShardCount: 3 });
    }
    expect(codeOf(bench.stream.UpdateStreamMode('ON_DEMAND'))).toBe('LimitExceededException');
    bench.after(24 * HOUR);
    expect(bench.stream.UpdateStreamMode('ON_DEMAND')).toBeNull();
  });
});

test('shards are named as AWS names them', () => {
  expect(shardName(7)).toBe('shardId-000000000007');
});
