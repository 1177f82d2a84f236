import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/index.ts';
import type { DesignResult } from '../../src/experiment/result.ts';
import { resolve } from '../support/street.ts';

interface Brook {
  /** Of the traffic. */
  readonly traffic?: string;
  readonly stream?: string;
  readonly latency?: string;
  /** Lines of resources, besides the stream. */
  readonly readers?: string;
  readonly rest?: string;
  readonly horizon?: string;
}

/** A design with the stream `events`; round trips of a put and a read take 10 ms. */
function brook({
  traffic = 'rate: 20/s, arrivals: regular, key: { uniform: { keys: 50 } }',
  stream = '',
  latency = 'latency: { put: 10ms, get: 10ms, push: 50ms }',
  readers = 'r: { type: consumer, source: events, handler: {} }',
  rest = '',
  horizon = '60s',
}: Brook): DesignResult {
  const scenario = resolve(`seed: 1
horizon: ${horizon}
replications: 1
traffic: { t: { ${traffic} } }
designs:
  d:
    traffic: { t: events }
    resources:
      events: { type: kinesis, ${latency}, ${stream} }
      ${readers}
${rest}`);
  return runScenario(scenario).designs['d'] as DesignResult;
}

const metric = (design: DesignResult, resource: string, name: string) =>
  design.resources[resource]?.metrics[name] as { readonly sum?: number; readonly mean: number; readonly max: number };
const reader = (design: DesignResult, name: string) => design.resources['events']?.subscriptions?.[name];

describe('a stream in a design', () => {
  test('brings each record to each reader, and completes a request when the last has it', () => {
    const design = brook({
      readers: `polls: { type: consumer, source: events, handler: {} }
      pushed: { type: consumer, source: events, fanOut: true, handler: {} }`,
    });
    const [polls, pushed] = [reader(design, 'polls'), reader(design, 'pushed')];
    expect([polls?.completed, pushed?.completed, design.traffic['t']?.completed]).toEqual([1200, 1200, 1200]);
    // Half the put's round trip and the push.
    expect(pushed?.completionMs.p50).toBeCloseTo(55, 0);
    expect(design.traffic['t']?.completionMs.p50).toBe(polls?.completionMs.p50);
  });

  test('of 1,500 records a second takes 1,000, or 1 MiB, once the burst is spent', () => {
    const records = brook({ traffic: 'rate: 1500/s, arrivals: regular, key: a, size: 100B', horizon: '20s' });
    const bytes = brook({ traffic: 'rate: 15/s, arrivals: regular, key: a, size: 100KiB', horizon: '5m' });
    // A second's worth is the burst.
    expect(Math.abs((records.traffic['t']?.accepted ?? 0) - 21_000)).toBeLessThan(10);
    const perSecond = (metric(bytes, 'events', 'IncomingBytes').sum ?? 0) / 300;
    expect(Math.abs(perSecond / 1_048_576 - 1)).toBeLessThan(0.01);
  });

  test('tells of a batch only the records that failed, and its sender tries those again', () => {
    const design = brook({
      traffic:
        'rate: 400/s, arrivals: regular, key: { uniform: { keys: 50 } }, batch: { size: 200, linger: 1s }, retry: { attempts: 9, backoff: 100ms }',
      stream: 'internalFailureRate: 10%',
      horizon: '20s',
    });
    const traffic = design.traffic['t'];
    expect([traffic?.completed, traffic?.duplicates, traffic?.rejected]).toEqual([8000, 0, 0]);
    expect(metric(design, 'events', 'PutRecords.FailedRecords').sum).toBeGreaterThan(700);
    // What is tried again comes behind what was sent later.
    expect(traffic?.outOfOrder).toBeGreaterThan(100);
  });

  test('has a put whose answer was lost twice, for nothing knows it again', () => {
    const design = brook({
      traffic:
        'rate: 20/s, arrivals: regular, key: { uniform: { keys: 50 } }, timeout: 1s, retry: { attempts: 9, backoff: 100ms }',
      rest: 'faults: [ { at: 10s, for: 20s, resource: events, lose: { replies: 30% } } ]',
    });
    const lost = design.traffic['t'];
    expect(lost?.completed).toBe(1200);
    expect(lost?.duplicates).toBeGreaterThan(100);
  });

  test('completes at the put what nobody reads', () => {
    const design = brook({ readers: '' });
    expect([design.traffic['t']?.completed, design.resources['events']?.subscriptions]).toEqual([1200, undefined]);
    expect(design.traffic['t']?.completionMs.max).toBeLessThan(6);
  });

  test('gives a reader that comes later what it asks for, and the rest is lost for it', () => {
    const design = brook({
      readers: `now: { type: consumer, source: events, handler: {} }
      later: { type: consumer, source: events, from: 40s, startingPosition: { at: 20s }, handler: {} }`,
    });
    const later = reader(design, 'later');
    // The record of that instant included.
    expect([later?.lost, later?.completed]).toEqual([399, 801]);
    expect(design.traffic['t']?.lost).toBe(399);
  });

  test('is resharded by its operator as often as it takes, and loses nothing', () => {
    const design = brook({
      stream:
        'reshardTime: 2s, reshard: [ { at: 5s, shards: 6 }, { at: 20s, merge: coldest }, { at: 30s, split: hottest } ]',
    });
    expect(metric(design, 'events', 'OpenShardCount').max).toBe(6);
    expect(design.traffic['t']?.completed).toBe(1200);
    expect(design.traffic['t']?.outOfOrder).toBe(0);
    // 1 for 7 s, 2 for 2 s, 4 for 2 s, 6 for 11 s, 5 for 10 s, then 6 again.
    expect(metric(design, 'events', 'OpenShardCount').mean).toBeCloseTo((7 + 4 + 8 + 66 + 50 + 168) / 60, 1);
  });

  test('splits the shard that was offered most', () => {
    const hot = brook({
      traffic: 'rate: 30/s, arrivals: regular, key: a, size: 50KiB',
      stream: 'shards: 2, reshardTime: 1s, reshard: [ { at: 20s, split: hottest }, { at: 30s, split: hottest } ]',
    });
    expect(metric(hot, 'events', 'OpenShardCount').max).toBe(4);
    // One key stays in one shard, however often that is split: 20 records of 50 KiB a second.
    expect(hot.traffic['t']?.completed).toBeLessThan(1350);
    const salted = brook({
      traffic: 'rate: 30/s, arrivals: regular, key: a, size: 50KiB',
      stream: 'shards: 4, keySalt: 64',
    });
    expect(salted.traffic['t']?.completed).toBe(1800);
  });

  test('refuses for its rate where a fault says so', () => {
    const design = brook({
      rest: 'faults: [ { at: 10s, for: 20s, resource: events, throttle: 50% } ]',
    });
    const refused = design.traffic['t']?.rejected ?? 0;
    expect(Math.abs(refused - 200)).toBeLessThan(40);
    expect(metric(design, 'events', 'WriteProvisionedThroughputExceeded').sum).toBe(refused);
    expect(metric(design, 'events', 'ReadProvisionedThroughputExceeded').sum).toBeGreaterThan(3);
  });

  test('is out of reach, and is read on afterwards', () => {
    const design = brook({ rest: 'faults: [ { at: 10s, for: 20s, resource: events, down: true } ]' });
    expect([design.traffic['t']?.rejected, design.traffic['t']?.completed]).toEqual([400, 800]);
  });

  test('has its readers crash, who read again what they had read [kinesis.consumer-duplicates]', () => {
    const design = brook({ rest: 'faults: [ { at: 30s, for: 5s, resource: r, crash: 100% } ]' });
    expect(design.traffic['t']?.completed).toBe(1200);
    expect(Math.abs((design.traffic['t']?.duplicates ?? 0) - 590)).toBeLessThan(30);
  });

  test('gives the same bytes again', () => {
    const fault = 'faults: [ { at: 10s, for: 20s, resource: events, lose: { requests: 10%, replies: 10% } } ]';
    expect(JSON.stringify(brook({ rest: fault }))).toBe(JSON.stringify(brook({ rest: fault })));
  });
});

describe('the latency of a stream where nothing is said', () => {
  const meanMs = (reads: string): number =>
    reader(
      brook({ latency: 'latency: {}', readers: `r: { type: consumer, source: events, ${reads}, handler: {} }` }),
      'r',
    )?.completionMs.mean ?? 0;

  test('is under a second for a reader that polls once a second [kinesis.propagation-kcl]', () => {
    const mean = meanMs('idleTimeBetweenReads: 900ms');
    expect([mean > 500, mean < 1000]).toEqual([true, true]);
  });

  test('is about 200 ms for one that polls five times a second [kinesis.propagation-shared]', () => {
    expect(Math.abs(meanMs('idleTimeBetweenReads: 100ms') - 200)).toBeLessThan(30);
  });
});

describe('the cost of a stream', () => {
  const lines = (design: DesignResult): Record<string, number> =>
    Object.fromEntries(
      (design.cost?.lines ?? [])
        .filter(({ resource }) => resource === 'events')
        .map(({ item, quantity }) => [item, quantity]),
    );

  /** USD, of what was used at all. */
  const perUnit = (design: DesignResult): Record<string, number> =>
    Object.fromEntries(
      (design.cost?.lines ?? [])
        .filter(({ resource, quantity }) => resource === 'events' && quantity > 0)
        .map(({ item, quantity, usd }) => [item, Number((usd / quantity).toPrecision(6))]),
    );

  test('is shards by the hour and puts by 25 KiB, key included; fan-out by consumer, shard and hour and by the GB [kinesis.price-shard-hour] [kinesis.price-put-unit] [kinesis.price-efo] [kinesis.price-getrecords]', () => {
    const design = brook({
      traffic: 'rate: 10/s, arrivals: regular, key: abcde, size: 25KiB',
      stream: 'shards: 3',
      readers: `a: { type: consumer, source: events, fanOut: true, handler: {} }
      b: { type: consumer, source: events, fanOut: true, handler: {} }`,
    });
    const found = lines(design);
    expect(found['shards']).toBeCloseTo(3 / 60, 9);
    // Five bytes of a key make a second unit.
    expect(Math.abs((found['put payload units'] ?? 0) - 1200)).toBeLessThanOrEqual(2);
    expect(found['consumers of enhanced fan-out']).toBeCloseTo(6 / 60, 9);
    expect(found['pushed data']).toBeCloseTo((2 * 600 * 25_605) / 1_073_741_824, 4);
    // Polls are free: there is no line for them.
    expect(perUnit(design)).toEqual({
      shards: 0.015,
      'put payload units': 0.014e-6,
      'consumers of enhanced fan-out': 0.015,
      'pushed data': 0.013,
    });
  });

  test('is hours and GB on demand, of records of whole KiB, and what is kept for longer than a day [kinesis.price-on-demand] [kinesis.price-long-term]', () => {
    const design = brook({
      traffic: 'rate: 10/s, arrivals: regular, key: a, size: 100B',
      stream: 'streamMode: on-demand, retentionPeriod: 240h',
    });
    const found = lines(design);
    expect(perUnit(design)).toEqual({
      stream: 0.04,
      'data in': 0.08,
      'data out': 0.04,
      'records kept from a day to 7': 0.1,
      'records kept beyond 7 days': 0.023,
    });
    expect(found['stream']).toBeCloseTo(1 / 60, 9);
    expect(found['data in']).toBeCloseTo(600 / 1_048_576, 5);
    const gb = (600 * 101) / 1_073_741_824;
    expect(found['data out']).toBeCloseTo(gb, 6);
    // Six days of the window's traffic by the hour, for a sixtieth of an hour; and three days.
    expect(found['records kept from a day to 7']).toBeCloseTo((gb * 144) / 730, 7);
    expect(found['records kept beyond 7 days']).toBeCloseTo((gb * 72) / 730, 7);
  });
});
