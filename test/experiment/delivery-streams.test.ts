import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/index.ts';
import type { DesignResult } from '../../src/experiment/result.ts';
import { resolve } from '../support/street.ts';

interface Brook {
  readonly traffic?: string;
  readonly entry?: string;
  /** Lines of resources. */
  readonly resources?: string;
  readonly rest?: string;
  readonly horizon?: string;
}

/** A design into which `t` enters at `f`; puts take no time, and what is built in takes 100 ms. */
function brook({
  traffic = 'rate: 10/s, arrivals: regular, size: 1KiB',
  entry = 'f',
  resources = firehose(),
  rest = '',
  horizon = '10m',
}: Brook): DesignResult {
  const scenario = resolve(`seed: 1
horizon: ${horizon}
drain: 1h
replications: 1
traffic: { t: { ${traffic} } }
designs:
  d:
    traffic: { t: ${entry} }
    resources:
      ${resources}
${rest}`);
  return runScenario(scenario).designs['d'] as DesignResult;
}

function firehose(settings = 'buffering: { interval: 60s }'): string {
  return `f: { type: firehose, time: 100ms, latency: { put: 0s }, ${settings} }`;
}

const metric = (design: DesignResult, resource: string, name: string) =>
  design.resources[resource]?.metrics[name] as { readonly sum?: number; readonly mean: number; readonly max: number };
const trafficOf = (design: DesignResult) => design.traffic['t'] as NonNullable<DesignResult['traffic'][string]>;

describe('a delivery stream in a design', () => {
  test('of a trickle makes each record wait for its interval, half of it on average', () => {
    const { completed, completionMs } = trafficOf(brook({}));
    expect(completed).toBe(6000);
    // The first arrival is at 100 ms, and a delivery takes 100 ms.
    expect(Math.abs((completionMs.mean ?? 0) - 30_100)).toBeLessThan(100);
    expect(completionMs.max).toBeLessThanOrEqual(60_100);
  });

  test('of much traffic delivers what its size is, long before the interval is over', () => {
    const design = brook({
      traffic: 'rate: 400/s, arrivals: regular, size: 10KiB',
      resources: firehose('buffering: { interval: 60s, size: 1MiB }'),
      horizon: '30s',
    });
    const { completionMs } = trafficOf(design);
    // 103 records of 10 KiB fill a buffer: the first waits for 102 others, 2.5 ms each.
    expect(completionMs.p50 ?? 0).toBeLessThan(240);
    // But for the last ones, for which nobody fills the buffer.
    expect(completionMs.p99 ?? 0).toBeLessThan(400);
    expect(metric(design, 'f', 'DeliveryToS3.ObjectCount').sum).toBe(Math.floor(12_000 / 103));
  });

  test('takes batches of 500, and bills each record in steps of 5 KB', () => {
    const design = brook({ traffic: 'rate: 100/s, arrivals: regular, size: 1KiB, batch: { size: 500, linger: 5s }' });
    expect(metric(design, 'f', 'IncomingPutRequests').sum).toBe(120);
    expect(trafficOf(design).completed).toBe(60_000);
    const [line] = design.cost?.lines ?? [];
    expect(line?.quantity).toBeCloseTo((60_000 * 5_120) / 1_073_741_824, 6);
    expect(line?.priceUsd).toBe(0.029);
    expect(design.cost?.totalUsd).toBeCloseTo((60_000 * 5_120 * 0.029) / 1_073_741_824, 6);
  });

  test('bills conversion, partitions and a VPC on top of that', () => {
    const itemsOf = (settings: string, traffic?: string): string[] =>
      (brook({ resources: firehose(settings), ...(traffic === undefined ? {} : { traffic }) }).cost?.lines ?? []).map(
        ({ item }) => item,
      );
    const data = 'data in, each record in steps of 5 KB';
    const buffering = 'buffering: { interval: 60s, size: 64MiB }';
    expect(itemsOf(`conversion: {}, ${buffering}`)).toEqual([data, 'data converted']);
    expect(itemsOf(`partitioning: {}, ${buffering}`, 'rate: 10/s, key: { uniform: { keys: 3 } }')).toEqual([
      data,
      'data in partitions',
      'objects of partitions',
    ]);
    expect(itemsOf('vpc: true, destination: opensearch')).toEqual([data, 'data into a VPC']);
  });

  test('makes an object for each key of the requests where it partitions', () => {
    const design = brook({
      traffic: 'rate: 10/s, arrivals: regular, key: { uniform: { keys: 3 } }',
      resources: firehose('partitioning: {}, buffering: { interval: 60s, size: 64MiB }'),
      horizon: '60s',
    });
    expect(trafficOf(design).completed).toBe(600);
    expect(metric(design, 'f', 'PartitionCount').max).toBe(3);
  });

  test('throttles what is more than its limits, and takes more a minute later', () => {
    const design = brook({
      traffic: 'rate: 10/s, arrivals: regular, size: 900KiB',
      horizon: '3m',
    });
    const { accepted, rejected, completed } = trafficOf(design);
    // 5 MiB a second are 5.7 of 900 KiB; twice that a minute later is more than come.
    expect(Math.abs(rejected - 60 * (10 - 5.69))).toBeLessThan(10);
    expect([completed, accepted + rejected]).toEqual([accepted, 1800]);
    expect(metric(design, 'f', 'ThrottledRecords').sum).toBe(rejected);
  });
});

describe('what becomes of its records', () => {
  const OUTAGE = 'faults: [ { at: 60s, for: 5m, resource: e, down: true } ]';
  const endpoint = (settings: string): string => `e: { type: sink, time: 100ms }
      ${firehose(`destination: http, to: e, buffering: { interval: 10s }, ${settings}`)}`;

  test('is the backup, where the destination is away for longer than it is tried: dead-lettered', () => {
    const design = brook({ resources: endpoint('retryDuration: 60s'), rest: OUTAGE });
    const { offered, completed, deadLettered, lost, duplicates } = trafficOf(design);
    expect([completed + deadLettered, lost, duplicates]).toEqual([offered, 0, 0]);
    expect(metric(design, 'f', 'BackupToS3.Records').sum).toBe(deadLettered);
    // What came in the outage, but for about its last minute.
    expect(deadLettered).toBeGreaterThan(2000);
    expect(deadLettered).toBeLessThan(3000);
  });

  test('is the destination all the same, where it is tried for longer', () => {
    const { offered, completed, completionMs } = trafficOf(
      brook({ resources: endpoint('retryDuration: 30m'), rest: OUTAGE }),
    );
    expect(completed).toBe(offered);
    expect(completionMs.max ?? 0).toBeGreaterThan(300_000);
  });

  test('is there twice, where the destination had it and its answer was lost', () => {
    const loses = 'faults: [ { at: 60s, for: 60s, link: [f, e], lose: { replies: 100% } } ]';
    const { offered, completed, duplicates } = trafficOf(brook({ resources: endpoint(''), rest: loses }));
    expect(completed).toBe(offered);
    // Six buffers of ten seconds.
    expect(duplicates).toBeGreaterThanOrEqual(500);
    expect(duplicates).toBeLessThanOrEqual(700);
  });

  test('is both where all are backed up, and counts once', () => {
    const design = brook({ resources: endpoint('backup: all') });
    const { offered, completed, duplicates, deadLettered } = trafficOf(design);
    expect([completed, duplicates, deadLettered]).toEqual([offered, 0, 0]);
    expect(metric(design, 'f', 'BackupToS3.Records').sum).toBeGreaterThan(0);
  });

  test.each([
    ['a sink', 'to: s3', 's3: { type: sink, failureRate: 1 }'],
    ['a service', 'to: s3', 's3: { type: service, serviceTime: 50ms, failureRate: 1 }'],
    ['a bucket behind Redshift', 'destination: redshift, bucket: s3', 's3: { type: sink, failureRate: 1 }'],
  ])('is under way as long as S3 does not take it, however long nothing is heard of it: %s', (_, where, s3) => {
    const resources = `f: { type: firehose, ${where}, latency: { put: 0s }, buffering: { interval: 60s } }
      ${s3}`;
    const { guarantees } = brook({ traffic: 'rate: 2/s, arrivals: regular', resources, horizon: '2s' });
    expect(guarantees.find(({ name, resource }) => name === 'conservation' && resource === 'f')).toMatchObject({
      verdict: 'held',
      counts: { owed: 4, delivered: 0, givenUp: 0, underWay: 4 },
    });
  });

  test('is loss only when S3 has been away for a day', () => {
    const late = resolve(`seed: 1
horizon: 1h
drain: 40h
replications: 1
traffic: { t: { rate: 1/m, arrivals: regular } }
designs:
  d:
    traffic: { t: f }
    resources:
      e: { type: sink }
      f: { type: firehose, to: e }
faults: [ { at: 0s, for: 30h, resource: e, down: true } ]`);
    const { lost, completed, offered } = trafficOf(runScenario(late).designs['d'] as DesignResult);
    // Ten deliveries are tried for a day and lost; what waits behind them is one buffer, which is there after the outage.
    expect([lost + completed, lost]).toEqual([offered, 49]);
  });

  test('is done where the function drops it, and in the backup where it fails on it', () => {
    const transform = 'transform: { time: 1s, droppedRecords: 20%, failedRecords: 10% }, buffering: { interval: 60s }';
    const design = brook({ traffic: 'rate: 20/s, arrivals: regular', resources: firehose(transform) });
    const { offered, completed, deadLettered } = trafficOf(design);
    expect(completed + deadLettered).toBe(offered);
    expect(Math.abs(deadLettered / offered - 0.1)).toBeLessThan(0.02);
    const delivered = metric(design, 'f', 'DeliveryToS3.Records').sum ?? 0;
    // But for the last two minutes, which are delivered after the horizon.
    expect(delivered / offered).toBeGreaterThan(0.5);
    expect(delivered / offered).toBeLessThan(0.7);
  });

  test('is as if nothing had been where invocations fail and are repeated', () => {
    const transform = 'transform: { time: 1s, failureRate: 20%, retries: 20 }, buffering: { interval: 60s }';
    const { offered, completed } = trafficOf(brook({ resources: firehose(transform) }));
    expect(completed).toBe(offered);
  });

  test('goes through the bucket before Redshift copies it', () => {
    const design = brook({
      resources: `copies: { type: sink, time: 20s }
      bucket: { type: sink, time: 1s }
      ${firehose('destination: redshift, to: copies, bucket: bucket, buffering: { interval: 60s }')}`,
    });
    const { offered, completed, completionMs, duplicates } = trafficOf(design);
    expect([completed, duplicates]).toEqual([offered, 0]);
    expect(completionMs.p50 ?? 0).toBeGreaterThan(21_000);
    expect(metric(design, 'bucket', 'MessagesReceived').sum).toBe(10);
  });
});

describe('a delivery stream that reads a stream', () => {
  const KEYED = 'rate: 20/s, arrivals: regular, key: { uniform: { keys: 50 } }';
  const stream = (settings = '') => `s: { type: kinesis, latency: { put: 10ms, get: 10ms }, ${settings} }`;

  test('is a reader like others, within a second of each record', () => {
    const design = brook({
      traffic: KEYED,
      entry: 's',
      resources: `${stream('shards: 2')}
      ${firehose('source: s, buffering: { interval: 60s }')}
      own: { type: consumer, source: s, handler: {} }`,
    });
    const { f, own } = design.resources['s']?.subscriptions ?? {};
    expect([f?.completed, own?.completed, trafficOf(design).completed]).toEqual([12_000, 12_000, 12_000]);
    // Up to a second until it is read, up to a minute in the buffer.
    expect(f?.completionMs.max ?? 0).toBeLessThan(61_300);
    expect(metric(design, 'f', 'DataReadFromKinesisStream.Records').sum).toBeGreaterThan(11_900);
    // Two shards once a second by each of the two readers.
    expect(Math.abs((metric(design, 's', 'GetRecords.Success').sum ?? 0) - 2400)).toBeLessThan(60);
  });

  test('leaves what it can’t deliver in the stream, and has it after the outage', () => {
    const design = brook({
      traffic: KEYED,
      entry: 's',
      resources: `e: { type: sink, time: 100ms }
      ${stream()}
      ${firehose('source: s, to: e, buffering: { interval: 10s }')}`,
      rest: 'faults: [ { at: 60s, for: 8m, resource: e, down: true } ]',
    });
    const { completed, duplicates, completionMs } = trafficOf(design);
    expect([completed, duplicates]).toEqual([12_000, 0]);
    expect(completionMs.max ?? 0).toBeGreaterThan(480_000);
    // It reads on after the outage, from where it was: its iterator is too old by then.
    expect(metric(design, 's', 'GetRecords.Success').sum).toBeLessThan(200);
  });

  test('reads parents before children when shards are split and merged', () => {
    const design = brook({
      traffic: KEYED,
      entry: 's',
      resources: `${stream('reshard: [ { at: 1m, shards: 4 }, { at: 3m, shards: 2 }, { at: 5m, shards: 3 } ], shards: 2')}
      ${firehose('source: s, buffering: { interval: 10s }')}`,
    });
    const { f } = design.resources['s']?.subscriptions ?? {};
    expect([f?.completed, f?.lost, f?.duplicates]).toEqual([12_000, 0, 0]);
    expect(trafficOf(design).outOfOrder).toBe(0);
  });

  test('takes apart what the Kinesis Producer Library put together', () => {
    const design = brook({
      traffic: `${KEYED}, producer: kpl`,
      entry: 's',
      resources: `${stream()}
      ${firehose('source: s, buffering: { interval: 10s }')}`,
    });
    const { completed, duplicates } = trafficOf(design);
    expect([completed, duplicates]).toEqual([12_000, 0]);
    expect(metric(design, 'f', 'DataReadFromKinesisStream.Records').sum).toBeGreaterThan(11_900);
  });

  test('doesn’t read while it is down', () => {
    const design = brook({
      traffic: KEYED,
      entry: 's',
      resources: `${stream()}
      ${firehose('source: s, buffering: { interval: 0s }')}`,
      rest: 'faults: [ { at: 60s, for: 60s, resource: f, down: true } ]',
    });
    expect(trafficOf(design).completed).toBe(12_000);
    expect(trafficOf(design).completionMs.max ?? 0).toBeGreaterThan(55_000);
  });
});

describe('a topic', () => {
  test('delivers to a delivery stream, and is billed for it', () => {
    const design = brook({
      entry: 'topic',
      resources: `topic: { type: sns, subscriptions: [ { to: f } ] }
      ${firehose('buffering: { interval: 10s }')}`,
    });
    const { f } = design.resources['topic']?.subscriptions ?? {};
    expect([f?.completed, trafficOf(design).completed]).toEqual([6000, 6000]);
    expect((design.cost?.lines ?? []).map(({ item }) => item)).toContain('deliveries to Firehose');
  });

  test('has it again later where it was down', () => {
    const design = brook({
      entry: 'topic',
      resources: `topic: { type: sns, subscriptions: [ { to: f } ] }
      ${firehose('buffering: { interval: 10s }')}`,
      rest: 'faults: [ { at: 60s, for: 30s, resource: f, down: true } ]',
    });
    expect(trafficOf(design).completed).toBe(6000);
  });
});
