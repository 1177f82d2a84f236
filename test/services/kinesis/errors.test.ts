import { describe, expect, test } from 'vitest';
import {
  type KinesisError,
  KinesisModelError,
  KinesisStream,
  streamSettings,
} from '../../../src/services/kinesis/index.ts';
import { Bench, codeOf, HOUR, MIB, SECOND } from './harness.ts';

const HALF = 2n ** 127n;
const VALIDATION = 'ValidationException';
const INVALID = 'InvalidArgumentException';
const LIMIT = 'LimitExceededException';
const IN_USE = 'ResourceInUseException';
const NOT_FOUND = 'ResourceNotFoundException';

function text(error: KinesisError | null): string {
  return error === null ? 'fine' : `${error.code}: ${error.message}`;
}

describe('PutRecord refuses [kinesis.putrecord-errors]', () => {
  const put = (bench: Bench, bytes: number, key = 0): string | null =>
    codeOf(bench.stream.PutRecord({ Data: 1, bytes, PartitionKey: key }).error);

  test('a record above 1 MiB with its key, or above what the stream says [kinesis.record-payload]', () => {
    const bench = new Bench();
    expect(put(bench, MIB - 1)).toBeNull();
    expect(put(bench, MIB)).toBe(VALIDATION);
    expect(put(bench, Number.NaN)).toBe(VALIDATION);
    expect(bench.stream.UpdateMaxRecordSize(10_240)).toBeNull();
    bench.after(10 * SECOND);
    expect(put(bench, 10 * MIB)).toBe(VALIDATION);
    expect(put(bench, 10 * MIB - 1)).toBeNull();
    expect(codeOf(bench.stream.UpdateMaxRecordSize(1023))).toBe(VALIDATION);
    expect(codeOf(bench.stream.UpdateMaxRecordSize(10_241))).toBe(VALIDATION);
    expect(bench.stream.DescribeStreamSummary().MaxRecordSizeInKiB).toBe(10_240);
  });

  test('no key, an empty one, one of 257 characters; characters are not units', () => {
    const bench = new Bench({}, { keyText: (key) => (key === 1 ? '' : '\u{1f980}'.repeat(key)) });
    expect([-1, 1, 257].map((key) => put(bench, 1, key))).toEqual([VALIDATION, VALIDATION, VALIDATION]);
    expect(put(bench, 1, 256)).toBeNull();
  });

  test('an explicit hash key outside the space', () => {
    const { stream } = new Bench();
    for (const ExplicitHashKey of [-1n, 2n ** 128n]) {
      expect(text(stream.PutRecord({ Data: 1, bytes: 1, PartitionKey: 0, ExplicitHashKey }).error)).toBe(
        `InvalidArgumentException: Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${ExplicitHashKey}`,
      );
    }
  });

  test('a number to order by that this stream has not given', () => {
    const bench = new Bench();
    const given = bench.put(1) as number;
    const after = (SequenceNumberForOrdering: number) =>
      bench.stream.PutRecord({ Data: 2, bytes: 1, PartitionKey: 0, SequenceNumberForOrdering });
    expect(codeOf(after(given + 2 ** 20).error)).toBe(INVALID);
    expect(codeOf(after(given + 1).error)).toBe(INVALID);
    const { error, SequenceNumber } = after(given);
    expect(error).toBeNull();
    expect(SequenceNumber).toBeGreaterThan(given);
  });

  test('what is over the rate, by the name of the shard', () => {
    const bench = new Bench();
    bench.put(1, { bytes: MIB - 1 });
    expect(text(bench.stream.PutRecord({ Data: 1, bytes: 1, PartitionKey: 0 }).error)).toBe(
      'ProvisionedThroughputExceededException: Rate exceeded for shard shardId-000000000000 in stream clicks under account 123456789012.',
    );
  });
});

describe('PutRecords refuses as a whole', () => {
  const of = (count: number, bytes: number) => {
    const bench = new Bench({ shards: 20, maxRecordSizeKiB: 10_240 });
    const { error } = bench.putMany(Array.from({ length: count }, (_, i) => [i, i % 10, bytes] as const));
    return codeOf(error);
  };
  test('none, more than 500, more than 10 MiB with keys, and a record that is too large [kinesis.putrecords-limits]', () => {
    expect(of(0, 1)).toBe(VALIDATION);
    expect(of(501, 1)).toBe(VALIDATION);
    expect(of(500, 1)).toBeNull();
    expect(of(2, 5 * MIB - 1)).toBeNull();
    expect(of(2, 5 * MIB)).toBe(INVALID);
    expect(of(1, 10 * MIB)).toBe(VALIDATION);
  });
});

test('PutRecords may fail inside, record by record [kinesis.putrecords]', () => {
  const bench = new Bench({ internalFailureRate: 0.5 });
  const output = bench.putMany(Array.from({ length: 200 }, (_, i) => [i, 0, 1] as const));
  expect(output.FailedRecordCount).toBeGreaterThan(60);
  expect(output.FailedRecordCount).toBeLessThan(140);
  const codes = output.entryErrors.slice(0, 200).map((one) => one?.code ?? null);
  expect(codes.filter((code) => code === 'InternalFailure')).toHaveLength(output.FailedRecordCount);
  expect(bench.metrics.total('PutRecords.FailedRecords')).toBe(output.FailedRecordCount);
  expect(bench.read(0)).toHaveLength(200 - output.FailedRecordCount);
});

describe('GetShardIterator refuses [kinesis.getsharditerator-errors] [kinesis.iterator-types]', () => {
  const { stream } = new Bench({ shards: 2 });
  const of = (shard: number, position: Parameters<typeof stream.GetShardIterator>[1]): string =>
    text(stream.GetShardIterator(shard, position).error);

  test('a shard that is not there', () => {
    expect(of(2, { Type: 'LATEST' })).toBe(
      'ResourceNotFoundException: Shard shardId-000000000002 in stream clicks under account 123456789012 does not exist',
    );
  });

  test('a position with a number too many, or too few', () => {
    for (const Type of ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'] as const)
      expect(of(0, { Type, SequenceNumber: 1 })).toMatch(
        /^InvalidArgumentException: .* and also a StartingSequenceNumber\.$/,
      );
    for (const Type of ['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER'] as const)
      expect(of(0, { Type })).toMatch(/^InvalidArgumentException: .* and no StartingSequenceNumber\.$/);
  });

  test('a sequence number of another shard, and one that was not given yet', () => {
    const bench = new Bench({ shards: 2 });
    const other = bench.put(1) as number;
    expect(other % 2).toBe(1);
    const at = (SequenceNumber: number, shard: number): string =>
      text(bench.stream.GetShardIterator(shard, { Type: 'AT_SEQUENCE_NUMBER', SequenceNumber }).error);
    expect(at(other, 0)).toBe(
      'InvalidArgumentException: Invalid StartingSequenceNumber. It encodes shardId-000000000001, while it was used in a call to a shard with shardId-000000000000',
    );
    expect(at(other, 1)).toBe('fine');
    expect(at(other + 2 ** 20, 1)).toMatch(
      /^InvalidArgumentException: .* is invalid because it did not come from this stream\.$/,
    );
  });

  test('a timestamp in the future, and none', () => {
    expect(of(0, { Type: 'AT_TIMESTAMP', Timestamp: 1 })).toMatch(/^InvalidArgumentException/);
    expect(of(0, { Type: 'AT_TIMESTAMP' })).toMatch(/^InvalidArgumentException/);
    expect(of(0, { Type: 'AT_TIMESTAMP', Timestamp: 0 })).toBe('fine');
  });
});

test('GetRecords refuses an iterator that was never given, and limits outside 1 to 10,000 [kinesis.getrecords-errors]', () => {
  const bench = new Bench();
  for (const iterator of [-1, 0, 1, 1.5, 99]) expect(codeOf(bench.stream.GetRecords(iterator).error)).toBe(INVALID);
  const iterator = bench.iterator(0);
  for (const limit of [0, -1, 10_001, Number.NaN])
    expect(codeOf(bench.stream.GetRecords(iterator, limit).error)).toBe(VALIDATION);
  expect(bench.stream.GetRecords(iterator, 10_000).error).toBeNull();
});

describe('SplitShard and MergeShards refuse [kinesis.splitshard-mergeshards]', () => {
  test('keys at the ends of the shard', () => {
    const bench = new Bench({ shards: 2 });
    for (const key of [0n, 1n, HALF - 1n, HALF]) {
      expect(text(bench.stream.SplitShard(0, key))).toMatch(
        /^InvalidArgumentException: NewStartingHashKey .* is not both/,
      );
    }
    bench.after(SECOND);
    expect(bench.stream.SplitShard(0, 2n)).toBeNull();
    bench.after(SECOND);
    expect(bench.stream.SplitShard(1, 2n ** 128n - 2n)).toBeNull();
  });

  test('shards that are not there, are closed, or are no neighbours in this order', () => {
    const bench = new Bench({ shards: 3 });
    expect(codeOf(bench.stream.SplitShard(3, 5n))).toBe(NOT_FOUND);
    expect(codeOf(bench.stream.MergeShards(0, 3))).toBe(NOT_FOUND);
    expect(codeOf(bench.stream.MergeShards(3, 0))).toBe(NOT_FOUND);
    expect(text(bench.stream.MergeShards(0, 2))).toMatch(/are not an adjacent pair of shards eligible for merging$/);
    bench.after(SECOND);
    expect(codeOf(bench.stream.MergeShards(1, 0))).toBe(INVALID);
    expect(bench.stream.MergeShards(0, 1)).toBeNull();
    bench.after(SECOND);
    expect(text(bench.stream.SplitShard(0, 5n))).toMatch(/^InvalidArgumentException: .* is closed\.$/);
    expect(codeOf(bench.stream.MergeShards(0, 1))).toBe(INVALID);
  });

  test('while the stream is UPDATING, as all that changes it [kinesis.control-plane-errors]', () => {
    const bench = new Bench({ shards: 2 });
    expect(bench.stream.MergeShards(0, 1)).toBeNull();
    const { stream } = bench;
    expect(text(stream.SplitShard(0, 5n))).toBe(
      'ResourceInUseException: Stream clicks under account 123456789012 not ACTIVE, instead in state UPDATING',
    );
    const others = [
      stream.MergeShards(0, 1),
      stream.UpdateShardCount(2).error,
      stream.UpdateStreamMode('ON_DEMAND'),
      stream.UpdateMaxRecordSize(2048),
      stream.IncreaseStreamRetentionPeriod(48),
      stream.DecreaseStreamRetentionPeriod(24),
    ];
    expect(others.map(codeOf)).toEqual([IN_USE, IN_USE, IN_USE, IN_USE, IN_USE, IN_USE]);
    bench.after(SECOND);
    expect(stream.UpdateMaxRecordSize(2048)).toBeNull();
  });

  test('more than five a second, each; and on-demand streams', () => {
    const bench = new Bench();
    for (let i = 0; i < 5; i++) expect(codeOf(bench.stream.SplitShard(0, 0n))).toBe(INVALID);
    expect(codeOf(bench.stream.SplitShard(0, HALF))).toBe(LIMIT);
    expect(codeOf(bench.stream.MergeShards(0, 1))).toBe(NOT_FOUND);
    bench.after(SECOND / 5);
    expect(bench.stream.SplitShard(0, HALF)).toBeNull();
    const onDemand = new Bench({ mode: 'ON_DEMAND' }).stream;
    expect(
      [onDemand.SplitShard(0, HALF / 8n), onDemand.MergeShards(0, 1), onDemand.UpdateShardCount(8).error].map(codeOf),
    ).toEqual([VALIDATION, VALIDATION, VALIDATION]);
  });

  test('more shards than the account may have [kinesis.shard-quota]', () => {
    const bench = new Bench({ shards: 3, shardQuota: 3 });
    expect(text(bench.stream.SplitShard(0, 5n))).toMatch(
      /^LimitExceededException: This request would exceed the shard limit .* Limit: 3\./,
    );
    expect(codeOf(bench.stream.UpdateShardCount(4).error)).toBe(LIMIT);
    expect(bench.stream.MergeShards(0, 1)).toBeNull();
  });
});

describe('UpdateShardCount refuses [kinesis.updateshardcount]', () => {
  test('none, more than double, less than half, more than 10,000', () => {
    const { stream } = new Bench({ shards: 5 });
    expect(codeOf(stream.UpdateShardCount(0).error)).toBe(VALIDATION);
    expect(text(stream.UpdateShardCount(11).error)).toBe(
      'LimitExceededException: UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: 5, Target shard count: 11',
    );
    expect(text(stream.UpdateShardCount(2).error)).toBe(
      'LimitExceededException: UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: 5, Target shard count: 2',
    );
    expect(text(stream.UpdateShardCount(10_001).error)).toMatch(
      /^LimitExceededException: Target shard count or number/,
    );
    expect(stream.UpdateShardCount(3).error).toBeNull();
  });

  test('more than ten calls a second', () => {
    const { stream } = new Bench();
    for (let i = 0; i < 10; i++) expect(codeOf(stream.UpdateShardCount(0).error)).toBe(VALIDATION);
    expect(codeOf(stream.UpdateShardCount(2).error)).toBe(LIMIT);
  });
});

test('retention is refused outside 24 hours to 365 days, and in the wrong direction [kinesis.retention]', () => {
  const bench = new Bench({ retentionUs: 48 * HOUR });
  const of = (error: KinesisError | null): string => {
    bench.after(SECOND);
    return text(error);
  };
  expect(of(bench.stream.IncreaseStreamRetentionPeriod(8761))).toMatch(
    /Maximum allowed retention period is 8760 hours/,
  );
  expect(of(bench.stream.DecreaseStreamRetentionPeriod(23))).toMatch(/Minimum allowed retention period is 24 hours/);
  expect(of(bench.stream.DecreaseStreamRetentionPeriod(Number.NaN))).toMatch(/^InvalidArgumentException/);
  expect(of(bench.stream.IncreaseStreamRetentionPeriod(47))).toMatch(/can not be shorter than existing/);
  expect(of(bench.stream.DecreaseStreamRetentionPeriod(49))).toMatch(/can not be longer than existing/);
  expect(of(bench.stream.IncreaseStreamRetentionPeriod(8760))).toBe('fine');
  for (let i = 0; i < 5; i++) bench.stream.DecreaseStreamRetentionPeriod(24);
  expect(codeOf(bench.stream.DecreaseStreamRetentionPeriod(24))).toBe(LIMIT);
});

test('more than 1,000 calls of ListShards a second are refused [kinesis.control-plane-tps]', () => {
  const { stream } = new Bench();
  for (let i = 0; i < 1000; i++) stream.ListShards({ Type: 'AT_LATEST' });
  expect(codeOf(stream.ListShards().error)).toBe(LIMIT);
});

test.each([
  { shards: 0 },
  { retentionUs: 23 * HOUR },
  { retentionUs: 8761 * HOUR },
  { maxRecordSizeKiB: 1023 },
  { maxRecordSizeKiB: 10_241 },
  { distributionStrategy: 'AUTO' as const },
])('settings that no stream has are a programmer’s error: %o', (changes) => {
  const bench = new Bench();
  expect(() => new KinesisStream(bench.sim, streamSettings({ name: 's', ...changes }))).toThrow(KinesisModelError);
});

test('keys are places in columns, so there are not too many of them', () => {
  expect(() => new Bench().put(1, { key: 2 ** 24 })).toThrow(KinesisModelError);
  expect(new Bench().put(1, { key: 5000 })).toBeTypeOf('number');
});
