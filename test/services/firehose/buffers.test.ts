import { describe, expect, test } from 'vitest';
import { type DestinationKind, DESTINATIONS, PARTNERS } from '../../../src/services/firehose/index.ts';
import { Bench, MIB, SECOND } from './harness.ts';

const KIB = 1024;
const defaultsOf = (destination: DestinationKind) => {
  const { bufferBytes, maxBufferBytes, bufferUs, maxBufferUs } = DESTINATIONS[destination];
  return [bufferBytes / MIB, maxBufferBytes / MIB, bufferUs / SECOND, maxBufferUs / SECOND];
};

describe('hints, by destination: size and its most, interval and its most', () => {
  test.each<[string, DestinationKind, number[]]>([
    ['S3 [firehose.buffer-interval] [firehose.buffer-size-s3]', 's3', [5, 128, 300, 900]],
    ['Redshift', 'redshift', [5, 128, 300, 900]],
    ['OpenSearch [firehose.buffer-size-opensearch]', 'opensearch', [5, 100, 300, 900]],
    ['HTTP [firehose.buffer-size-http]', 'http', [5, 64, 300, 900]],
    ['Splunk [firehose.buffer-size-splunk] [firehose.buffer-interval]', 'splunk', [5, 5, 60, 60]],
    ['Snowflake [firehose.buffer-size-snowflake] [firehose.buffer-interval]', 'snowflake', [128, 128, 0, 900]],
    ['Datadog', 'datadog', [4, 64, 300, 900]],
    ['New Relic', 'newrelic', [1, 64, 300, 900]],
  ])('%s', (_name, destination, hints) => {
    expect(defaultsOf(destination)).toEqual(hints);
  });

  test('format conversion collects 128 MiB where nothing is said, partitions 64 [firehose.buffer-size-s3]', () => {
    expect(new Bench({ conversion: {} }).settings.buffer.bytes).toBe(128 * MIB);
    expect(new Bench({ partitions: 500 }).settings.buffer.bytes).toBe(64 * MIB);
  });

  test('every named partner takes records', () => {
    for (const destination of PARTNERS) {
      const bench = new Bench({ destination });
      bench.put(1);
      bench.after(300 * SECOND);
      expect([destination, bench.fates(), bench.total('DeliveryToHttpEndpoint.Records')]).toEqual([
        destination,
        ['0 delivered'],
        1,
      ]);
    }
  });
});

describe('a buffer is closed [firehose.flush]', () => {
  const small = { buffer: { bytes: MIB, intervalUs: 60 * SECOND } };

  test('by the record that fills it, which goes with it', () => {
    const bench = new Bench(small);
    bench.put(MIB / 2, MIB / 2 - 1);
    expect(bench.bucket.attempts).toEqual([]);
    bench.put(900 * KIB, 1);
    expect(bench.bucket.attempts).toMatchObject([{ data: [0, 1, 2], bytes: MIB - 1 + 900 * KIB }]);
  });

  test('by its interval, and one that came in at that instant waits for the next', () => {
    const bench = new Bench(small);
    bench.after(30 * SECOND);
    bench.put(1);
    bench.sim.schedule(30 * SECOND, () => bench.put(1), undefined);
    bench.after(30 * SECOND);
    expect(bench.bucket.attempts).toMatchObject([{ us: 60 * SECOND, data: [0] }]);
    bench.after(60 * SECOND);
    expect(bench.bucket.attempts.slice(1)).toMatchObject([{ us: 120 * SECOND, data: [1] }]);
  });

  test('an interval counts from when it was last closed, or from its first record', () => {
    const timesOf = (intervalFrom: 'lastDelivery' | 'firstRecord'): number[] => {
      const bench = new Bench({ ...small, intervalFrom });
      bench.after(20 * SECOND);
      bench.put(600 * KIB, 600 * KIB);
      bench.after(10 * SECOND);
      bench.put(1);
      bench.after(100 * SECOND);
      bench.put(1);
      bench.after(100 * SECOND);
      return bench.bucket.attempts.map(({ us }) => us / SECOND);
    };
    expect(timesOf('lastDelivery')).toEqual([20, 80, 140]);
    expect(timesOf('firstRecord')).toEqual([20, 90, 190]);
  });

  test('at 10,000 records of an HTTP endpoint, also where delivery lags', () => {
    const bench = new Bench({ destination: 'http', outstanding: 1 });
    bench.endpoint.latencyUs = 10 * SECOND;
    for (let i = 0; i < 45; i++) bench.putMany(500, 1);
    bench.after(400 * SECOND);
    expect(bench.endpoint.attempts.map(({ data }) => data.length)).toEqual([10_000, 10_000, 2500]);
  });

  test('its size is measured before compression and conversion', () => {
    const bench = new Bench({ ...small, compression: { format: 'GZIP', ratio: 0.1, usPerMiB: SECOND } });
    bench.put(MIB / 2, MIB / 2);
    expect(bench.bucket.attempts).toEqual([]);
    bench.after(SECOND);
    expect(bench.bucket.attempts).toMatchObject([{ us: SECOND, bytes: Math.ceil(MIB * 0.1) }]);
    expect(bench.total('DeliveryToS3.Bytes')).toBe(Math.ceil(MIB * 0.1));
    expect(bench.total('IncomingBytes')).toBe(MIB);
  });

  test('with 0 s, what comes is there within five seconds [firehose.buffer-interval] [firehose.latency-zero-buffering]', () => {
    const bench = new Bench({ buffer: { bytes: MIB, intervalUs: 0 } });
    bench.bucket.latencyUs = SECOND;
    let late = 0;
    const tick = (): void => {
      bench.put(100);
      bench.sim.schedule(700_001, tick, undefined);
    };
    bench.sim.schedule(0, tick, undefined);
    bench.after(100 * SECOND);
    for (const { us, data } of bench.ends) for (const d of data) late = Math.max(late, us - d * 700_001);
    expect(bench.ends.length).toBeGreaterThan(40);
    expect(late).toBeLessThanOrEqual(5 * SECOND);
  });
});

describe('theory', () => {
  /** Delays from put to closed buffer, seconds, of Poisson arrivals. */
  const delays = (perSecond: number, bytes: number, seconds: number, given: object): number[] => {
    const bench = new Bench({ quotaStepShare: 0, ...given });
    const luck = bench.sim.stream('arrivals');
    const putUs: number[] = [];
    const tick = (): void => {
      putUs.push(bench.sim.now);
      bench.put(bytes);
      bench.sim.schedule(Math.round((-Math.log(luck.uniform()) / perSecond) * SECOND), tick, undefined);
    };
    bench.sim.schedule(0, tick, undefined);
    bench.after(seconds * SECOND);
    return bench.ends.flatMap(({ us, data }) => data.map((d) => (us - (putUs[d] as number)) / SECOND));
  };
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

  // A record comes at any time of the interval that it waits for: uniform on (0, 60], mean 30, each tenth of the interval with a tenth of the records.
  test.each([0.05, 1])(
    'at %s records a second and 60 s, the delay is uniform from 0 to 60 s, 30 ± 1 on average',
    (rate) => {
      const found = delays(rate, 100, 8000 / rate, { buffer: { bytes: 5 * MIB, intervalUs: 60 * SECOND } });
      expect(found.length).toBeGreaterThan(7000);
      expect(Math.abs(mean(found) - 30)).toBeLessThan(1);
      expect(Math.max(...found)).toBeLessThanOrEqual(60);
      for (let tenth = 0; tenth < 10; tenth++) {
        const share = found.filter((delay) => Math.floor((60 - delay) / 6) === tenth).length / found.length;
        // Five standard deviations of a share of 0.1 among 7,000.
        expect(Math.abs(share - 0.1)).toBeLessThan(0.018);
      }
    },
  );

  // 5 MiB of records of 1 KiB are b = 5120; the i-th of them waits for b − i more arrivals at rate λ: (b − 1) / 2λ on average.
  test('at high traffic the size closes first, and the mean wait is (b − 1) / 2λ', () => {
    const rate = 1500;
    const found = delays(rate, KIB, 70, { buffer: { bytes: 5 * MIB, intervalUs: 300 * SECOND } });
    expect(found.length).toBeGreaterThan(95_000);
    const theory = (5120 - 1) / (2 * rate);
    // Arrivals of 20 buffers: 1.5 % is four standard deviations of their length, 1 / √(20 · 5120) each … and their sum.
    expect(Math.abs(mean(found) / theory - 1)).toBeLessThan(0.015);
  });
});

describe('where delivery lags [firehose.backlog]', () => {
  const slow = { outstanding: 1, buffer: { bytes: MIB, intervalUs: 10 * SECOND }, quotaStepShare: 0 };

  test('buffers grow instead of closing, and go as soon as there is room', () => {
    const bench = new Bench(slow);
    bench.bucket.latencyUs = 30 * SECOND;
    bench.put(MIB / 2, MIB / 2, MIB / 2, MIB / 2, MIB / 2);
    bench.after(12 * SECOND);
    bench.put(MIB / 2);
    bench.after(17 * SECOND);
    expect(bench.bucket.attempts).toHaveLength(1);
    bench.after(SECOND);
    expect(bench.bucket.attempts.slice(1)).toMatchObject([{ us: 30 * SECOND, data: [2, 3, 4, 5], bytes: 2 * MIB }]);
    // Back to the hints: nothing is left over from having waited.
    bench.after(31 * SECOND);
    bench.put(1);
    bench.after(9 * SECOND - 1);
    expect(bench.bucket.attempts).toHaveLength(2);
    bench.after(10 * SECOND);
    expect(bench.bucket.attempts).toHaveLength(3);
  });

  test('but not beyond what the destination may have at most; closed ones go first', () => {
    const bench = new Bench({ ...slow, destination: 'splunk', buffer: { bytes: MIB, intervalUs: 60 * SECOND } });
    bench.endpoint.latencyUs = 100 * SECOND;
    for (let i = 0; i < 3; i++) bench.putMany(4, MIB - 30_000);
    bench.after(2 * SECOND);
    for (let i = 0; i < 2; i++) bench.putMany(3, MIB - 50_000);
    expect(bench.stream.isBehind).toBe(true);
    bench.after(1000 * SECOND);
    const sizes = bench.endpoint.attempts.map(({ bytes }) => bytes / MIB);
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBeLessThan(6);
    expect(sizes.slice(1, -1).every((size) => size >= 5)).toBe(true);
    const order = bench.endpoint.attempts.flatMap(({ data }) => data);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(bench.stream.isBehind).toBe(false);
  });
});

test('freshness is the age of the oldest record that is not delivered', () => {
  const bench = new Bench({ buffer: { bytes: MIB, intervalUs: 60 * SECOND } });
  bench.bucket.latencyUs = 5 * SECOND;
  bench.after(10 * SECOND);
  bench.put(1);
  bench.after(10 * SECOND);
  bench.put(1);
  bench.after(42 * SECOND);
  bench.put(1);
  bench.after(100 * SECOND);
  expect(bench.metrics.values('DeliveryToS3.DataFreshness')).toEqual([10 * SECOND, 62 * SECOND, -1]);
});

test('records keep their data, size and time, however many there are', () => {
  const rows: number[][] = [];
  const bench = new Bench(
    { buffer: { bytes: 5 * MIB, intervalUs: 300 * SECOND } },
    {
      onEnd: ({ data, size, arrivedUs, count }) => {
        for (let i = 0; i < count; i++) rows.push([data[i] ?? -1, size[i] ?? -1, arrivedUs[i] ?? -1]);
      },
    },
  );
  for (let i = 0; i < 1000; i++) {
    bench.put(i + 1);
    bench.after(SECOND / 10);
  }
  bench.after(300 * SECOND);
  expect(rows).toEqual(Array.from({ length: 1000 }, (_, i) => [i, i + 1, (i * SECOND) / 10]));
});
