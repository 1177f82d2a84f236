import { describe, expect, test } from 'vitest';
import {
  FirehoseModelError,
  type FirehosePorts,
  type GivenFirehoseSettings,
} from '../../../src/services/firehose/index.ts';
import { Bench, codeOf, MIB, SECOND } from './harness.ts';

const KIB = 1024;
const VALIDATION = 'ValidationException';
const SLOW_DOWN = 'ServiceUnavailableException';

describe('a put is refused', () => {
  test('where a record is above 1,000 KiB, or has no size [firehose.record-size]', () => {
    const bench = new Bench();
    expect(bench.put(1_024_000, 1_024_001, Number.NaN, 0)).toEqual([0, VALIDATION, VALIDATION, 3]);
    const { error } = bench.stream.PutRecordBatch({ count: 2, Data: [0, 1], bytes: [1, 1_024_001] });
    expect(error?.message).toBe(
      "1 validation error detected: Value 'java.nio.HeapByteBuffer' at 'records.2.member.data' failed to satisfy constraint: Member must have length less than or equal to 1024000",
    );
  });

  test('where a batch has none, more than 500 records or more than 4 MiB [firehose.putrecordbatch-limits]', () => {
    const bench = new Bench();
    expect(codeOf(bench.putMany(0, 1).error)).toBe(VALIDATION);
    expect(codeOf(bench.putMany(501, 1).error)).toBe(VALIDATION);
    expect(codeOf(bench.putMany(500, 1).error)).toBeNull();
    expect(codeOf(bench.putMany(8, MIB / 2 - 1).error)).toBeNull();
    const { error, count } = bench.putMany(8, MIB / 2 + 1);
    expect([error?.code, error?.message, count]).toEqual([
      'InvalidArgumentException',
      'Records size exceeds 4 MB limit',
      0,
    ]);
  });

  test('where a stream is the source [firehose.source-kinesis]', () => {
    for (const source of ['KinesisStreamAsSource', 'MSKAsSource'] as const) {
      const bench = new Bench({ source });
      expect(bench.put(1)).toEqual(['InvalidArgumentException']);
      expect(bench.putMany(1, 1).error?.message).toBe(
        `This operation is not permitted on ${source} delivery stream type.`,
      );
      // No limits hold for what its reader hands over: ten times those of direct puts.
      const count = 5000;
      const Data = Array.from({ length: count }, (_, i) => i);
      bench.stream.accept({ count, Data, bytes: Data.map(() => 10 * KIB), MillisBehindLatest: 1500 });
      expect(bench.total('IncomingRecords')).toBe(count);
      expect(bench.metrics.values('KinesisMillisBehindLatest')).toEqual(source === 'MSKAsSource' ? [] : [1500]);
      bench.after(600 * SECOND);
      expect(bench.bucket.of('data').flatMap(({ data }) => data)).toEqual(Data);
    }
  });

  test('a reader without a source, and records of MSK above 10 MB, or 6 MB with a function, are programming errors [firehose.source-msk]', () => {
    expect(() => new Bench().stream.accept({ count: 0, Data: [], bytes: [] })).toThrow(FirehoseModelError);
    const accepts = (given: Partial<GivenFirehoseSettings>, bytes: number): boolean => {
      const bench = new Bench({ source: 'MSKAsSource', ...given }, { transformer: { invoke: () => {} } });
      try {
        bench.stream.accept({ count: 1, Data: [0], bytes: [bytes] });
      } catch {
        return false;
      }
      return true;
    };
    expect([10 * MIB, 10 * MIB + 1].map((bytes) => accepts({}, bytes))).toEqual([true, false]);
    expect([6 * MIB, 6 * MIB + 1].map((bytes) => accepts({ transform: {} }, bytes))).toEqual([true, false]);
  });
});

describe('the limits on direct puts', () => {
  /** Records a second that it takes at a rate of so many batches, over 1 s, after the burst. */
  const taken = (region: string, perSecond: number, count: number, bytes: number): number => {
    const bench = new Bench({ region, quotaStepShare: 0, destination: 's3' });
    let calls = 0;
    const tick = (): void => {
      bench.putMany(count, bytes);
      if (++calls < 3 * perSecond) bench.sim.schedule(SECOND / perSecond, tick, undefined);
    };
    bench.sim.schedule(0, tick, undefined);
    bench.after(2 * SECOND - 1);
    const before = bench.total('IncomingRecords');
    bench.after(SECOND);
    return bench.total('IncomingRecords') - before;
  };

  test('are 500,000 records, 2,000 requests, 5 MiB a second in three Regions [firehose.direct-put-rate]', () => {
    expect(taken('us-east-1', 2000, 500, 1)).toBeCloseTo(500_000, -3);
    expect(taken('us-west-2', 4000, 1, 1)).toBeCloseTo(2000, -1);
    expect(taken('eu-west-1', 50, 400, KIB)).toBeCloseTo(5 * KIB, -1);
  });

  test('and 100,000 records, 1,000 requests, 1 MiB a second elsewhere [firehose.direct-put-rate-other]', () => {
    expect(taken('eu-central-1', 500, 400, 1)).toBeCloseTo(100_000, -3);
    expect(taken('eu-central-1', 2000, 1, 1)).toBeCloseTo(1000, -1);
    expect(taken('eu-central-1', 10, 400, KIB)).toBeCloseTo(KIB, -1);
  });

  test('above them, records of a batch fail by themselves, and those alone need be sent again [firehose.putrecordbatch] [firehose.throttle]', () => {
    const bench = new Bench({ region: 'eu-central-1' });
    const output = bench.putMany(3, 500 * KIB);
    expect([output.error, output.FailedPutCount, output.count]).toEqual([null, 1, 3]);
    expect(output.entryErrors.slice(0, 3)).toEqual([
      null,
      null,
      { code: SLOW_DOWN, message: 'Slow down.', senderFault: false },
    ]);
    expect([...output.RecordId.subarray(0, 3)]).toEqual([0, 1, -1]);
    expect(bench.put(500 * KIB)).toEqual([SLOW_DOWN]);
    expect(bench.total('ThrottledRecords')).toBe(2);
    expect([bench.total('IncomingRecords'), bench.total('IncomingPutRequests')]).toEqual([2, 1]);
    bench.after(SECOND);
    expect(bench.put(500 * KIB)).toEqual([4]);
    bench.after(300 * SECOND);
    expect(bench.bucket.of('data').flatMap(({ data }) => data)).toEqual([0, 1, 4]);
  });

  test('a request too many is refused as a whole', () => {
    const bench = new Bench({ quota: { recordsPerSecond: 100, requestsPerSecond: 2, bytesPerSecond: MIB } });
    expect([bench.putMany(3, 1), bench.putMany(3, 1)].map(({ FailedPutCount }) => FailedPutCount)).toEqual([0, 0]);
    expect(codeOf(bench.putMany(3, 1).error)).toBe(SLOW_DOWN);
    expect(bench.total('ThrottledRecords')).toBe(3);
    bench.after(SECOND / 2);
    expect(codeOf(bench.putMany(3, 1).error)).toBeNull();
    expect(codeOf(bench.putMany(3, 1).error)).toBe(SLOW_DOWN);
  });

  test('rise step by step, all three in proportion, as long as puts are throttled, and not else [firehose.direct-put-auto-scale]', () => {
    const bench = new Bench({ region: 'eu-central-1' });
    const limits = (): readonly number[] => {
      const { RecordsPerSecondLimit, PutRequestsPerSecondLimit, BytesPerSecondLimit } =
        bench.stream.DescribeDeliveryStream();
      return [RecordsPerSecondLimit, PutRequestsPerSecondLimit, BytesPerSecondLimit / MIB];
    };
    bench.after(300 * SECOND);
    expect(limits()).toEqual([100_000, 1000, 1]);
    let until = bench.sim.now + 400 * SECOND;
    // 2.5 MiB a second: more than two steps give, and less than three.
    const tick = (): void => {
      bench.putMany(5, 512 * KIB);
      if (bench.sim.now < until) bench.sim.schedule(SECOND, tick, undefined);
    };
    bench.sim.schedule(0, tick, undefined);
    bench.after(59 * SECOND);
    expect(limits()).toEqual([100_000, 1000, 1]);
    bench.after(2 * SECOND);
    expect(limits()).toEqual([200_000, 2000, 2]);
    bench.after(60 * SECOND);
    expect(limits()).toEqual([300_000, 3000, 3]);
    const throttled = bench.total('ThrottledRecords');
    bench.after(200 * SECOND);
    expect(limits()).toEqual([300_000, 3000, 3]);
    expect(bench.total('ThrottledRecords')).toBe(throttled);
    until = 0;
    expect(bench.metrics.values('BytesPerSecondLimit')).toEqual([MIB, 2 * MIB, 3 * MIB]);
  });
});

test('a share of the records of a batch may fail inside the service', () => {
  const bench = new Bench({ internalFailureRate: 0.25 });
  const { FailedPutCount, entryErrors } = bench.putMany(400, 1);
  expect(FailedPutCount).toBeGreaterThan(60);
  expect(FailedPutCount).toBeLessThan(140);
  expect(entryErrors.find((one) => one !== null)?.code).toBe('InternalFailure');
  expect(bench.total('IncomingRecords')).toBe(400 - FailedPutCount);
});

test('the bill counts each record by steps of 5 KB, and what AWS vends as it is [firehose.rounding] [firehose.vended-logs]', () => {
  const billed = (vendedLogs: boolean, ...bytes: number[]): number => {
    const bench = new Bench({ vendedLogs });
    bench.put(...bytes);
    return bench.total('BilledBytes') / KIB;
  };
  expect(billed(false, 3 * KIB)).toBe(5);
  expect(billed(false, 12 * KIB)).toBe(15);
  expect(billed(false, 5 * KIB, 5 * KIB + 1, 1)).toBe(20);
  expect(billed(true, 3 * KIB, 12 * KIB)).toBe(15);
});

describe('records within records', () => {
  const within: NonNullable<FirehosePorts['subRecords']> = {
    count: (data) => data,
    data: (data, index) => data * 1000 + index,
    bytes: () => 10,
  };

  test('go on one by one, up to 500; more stay together [firehose.deaggregation] [firehose.kpl-aggregated]', () => {
    const bench = new Bench({ source: 'KinesisStreamAsSource' }, { subRecords: within });
    bench.stream.accept({ count: 3, Data: [1, 3, 501], bytes: [10, 30, 5010] });
    bench.after(300 * SECOND);
    const [{ data, bytes } = { data: [], bytes: 0 }] = bench.bucket.of('data');
    expect([data, bytes]).toEqual([[1, 3000, 3001, 3002, 501], 10 + 30 + 5010]);
    const full = new Bench({ source: 'KinesisStreamAsSource' }, { subRecords: within });
    full.stream.accept({ count: 1, Data: [500], bytes: [5000] });
    full.after(300 * SECOND);
    expect(full.total('DeliveryToS3.Records')).toBe(500);
    expect(full.total('IncomingRecords')).toBe(1);
  });

  test('are taken apart before the function', () => {
    const asked: number[] = [];
    const bench = new Bench(
      { source: 'KinesisStreamAsSource', transform: {} },
      { subRecords: within, transformer: { invoke: ({ records }) => void asked.push(records.count) } },
    );
    bench.stream.accept({ count: 2, Data: [4, 1], bytes: [40, 10] });
    bench.after(60 * SECOND);
    expect(asked).toEqual([5]);
  });
});

describe('UpdateDestination', () => {
  test('changes hints, retry duration and backup, and is refused with another version than the current one', () => {
    const bench = new Bench({ destination: 'opensearch' });
    const update = (CurrentDeliveryStreamVersionId: number, change = {}): string | null =>
      codeOf(bench.stream.UpdateDestination({ CurrentDeliveryStreamVersionId, ...change }));
    expect(update(2)).toBe('ConcurrentModificationException');
    expect(
      update(1, {
        BufferingHints: { SizeInMBs: 100, IntervalInSeconds: 0 },
        RetryDurationInSeconds: 7200,
        S3BackupMode: 'AllDocuments',
      }),
    ).toBeNull();
    expect(bench.stream.DescribeDeliveryStream()).toMatchObject({
      DeliveryStreamType: 'DirectPut',
      VersionId: 2,
      SizeInMBs: 100,
      IntervalInSeconds: 0,
      RetryDurationInSeconds: 7200,
      S3BackupMode: 'AllDocuments',
    });
    bench.put(1);
    bench.after(SECOND);
    expect(bench.endpoint.attempts).toHaveLength(1);
    bench.after(300 * SECOND);
    expect(bench.fates('source-backup')).toEqual(['0 backedUp']);
  });

  test.each([
    ['one hint without the other [firehose.both-hints]', { BufferingHints: { SizeInMBs: 2 } }],
    ['the other without the one [firehose.both-hints]', { BufferingHints: { IntervalInSeconds: 60 } }],
    ['a size out of range', { BufferingHints: { SizeInMBs: 101, IntervalInSeconds: 60 } }],
    ['an interval out of range', { BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 901 } }],
    ['a retry duration above two hours', { RetryDurationInSeconds: 7201 }],
    ['a backup mode of another destination', { S3BackupMode: 'AllEvents' }],
    ['the end of a full backup', { S3BackupMode: 'FailedDocumentsOnly' }],
    ['partitions after creation', { DynamicPartitioningEnabled: true }],
  ])('refuses %s', (_what, change) => {
    const bench = new Bench({ destination: 'opensearch', backup: 'all' });
    const error = bench.stream.UpdateDestination({ CurrentDeliveryStreamVersionId: 1, ...change });
    expect(error?.code).toBe('InvalidArgumentException');
    expect(bench.stream.DescribeDeliveryStream().VersionId).toBe(1);
  });

  test('and DescribeDeliveryStream may be called five times a second each [firehose.control-plane-tps]', () => {
    const bench = new Bench();
    const describes = [1, 2, 3, 4, 5, 6].map(() => codeOf(bench.stream.DescribeDeliveryStream().error));
    expect(describes).toEqual([null, null, null, null, null, 'LimitExceededException']);
    const updates = [1, 2, 3, 4, 5, 6].map((CurrentDeliveryStreamVersionId) =>
      codeOf(bench.stream.UpdateDestination({ CurrentDeliveryStreamVersionId })),
    );
    expect(updates).toEqual(describes);
  });
});

test.each<[string, Partial<GivenFirehoseSettings>]>([
  ['a buffer of S3 above 128 MiB', { buffer: { bytes: 129 * MIB, intervalUs: SECOND } }],
  ['a buffer below 1 MiB', { buffer: { bytes: MIB - 1, intervalUs: SECOND } }],
  ['an interval above 900 s', { buffer: { bytes: MIB, intervalUs: 901 * SECOND } }],
  ['an interval of Splunk above 60 s', { destination: 'splunk', buffer: { bytes: MIB, intervalUs: 61 * SECOND } }],
  ['a backup buffer of 0 s', { backupBuffer: { bytes: MIB, intervalUs: 0 } }],
  ['a backup buffer above 128 MiB', { backupBuffer: { bytes: 129 * MIB, intervalUs: SECOND } }],
  ['a retry duration above two hours', { destination: 'http', retryUs: 7201 * SECOND }],
  ['an acknowledgment of Splunk before 180 s', { destination: 'splunk', timeoutUs: 179 * SECOND }],
  ['an acknowledgment of Splunk after 600 s', { destination: 'splunk', timeoutUs: 601 * SECOND }],
  ['no delivery at once', { outstanding: 0 }],
  ['no partition at all', { partitions: 0 }],
  ['partitions elsewhere than in S3 [firehose.dynamic-partitions]', { destination: 'http', partitions: 500 }],
  [
    'partitions without interval [firehose.dynamic-partitioning-zero-buffering]',
    { partitions: 500, buffer: { bytes: 64 * MIB, intervalUs: 0 } },
  ],
  ['ZIP for Redshift [firehose.compression]', { destination: 'redshift', compression: { format: 'ZIP' } }],
  ['Snappy for Redshift [firehose.compression]', { destination: 'redshift', compression: { format: 'Snappy' } }],
  ['conversion elsewhere than in S3 [firehose.format-conversion]', { destination: 'redshift', conversion: {} }],
  ['conversion and compression [firehose.format-conversion]', { conversion: {}, compression: { format: 'GZIP' } }],
  [
    'conversion with less than 64 MiB [firehose.format-conversion]',
    { conversion: {}, buffer: { bytes: 63 * MIB, intervalUs: SECOND } },
  ],
  ['less than 0.2 MB for a function', { transform: { buffer: { bytes: 199_999, intervalUs: SECOND } } }],
  ['more than 3 MB for a function', { transform: { buffer: { bytes: 3_000_001, intervalUs: SECOND } } }],
  ['more than 900 s for a function', { transform: { buffer: { bytes: MIB, intervalUs: 901 * SECOND } } }],
  ['no invocation at once', { transform: { concurrency: 0 } }],
  ['a function that is not there', { transform: {} }],
])('a delivery stream cannot be made with %s', (_what, given) => {
  expect(() => new Bench(given)).toThrow(FirehoseModelError);
});

test('a destination other than S3 has an endpoint', () => {
  const { sim, bucket, settings, stream } = new Bench({ destination: 'http' });
  const Type = stream.constructor as new (...of: unknown[]) => unknown;
  expect(() => new Type(sim, settings, { bucket })).toThrow('no endpoint for http');
});
