import { describe, expect, test } from 'vitest';
import { BASE, changed, resolved } from './base.ts';

describe('defaults', () => {
  const scenario = resolved(`seed: lucky
horizon: 10m
traffic: { t: { rate: 5/s } }
designs:
  d:
    traffic: { t: q }
    resources:
      q: { type: sqs }
      s: { type: service, serviceTime: 1ms }
      c: { type: consumer, source: q, handler: { calls: [ { to: s } ] } }
`);

  test('of the root', () => {
    const { traffic, designs, assumptions, ...root } = scenario;
    expect(root).toEqual({
      name: 'x',
      title: 'x',
      description: '',
      seed: 'lucky',
      horizonUs: 600_000_000,
      drainUs: 600_000_000,
      judged: 1,
      warmupUs: 0,
      warmupRule: 'given',
      study: 'terminating',
      replications: 10,
      precision: null,
      confidence: 0.95,
      facts: '2026-11',
      ties: 'inOrder',
      resolutionUs: 1_000_000,
      prices: { freeTier: false, own: {} },
      faults: [],
      objectives: [],
    });
  });

  test('of a traffic', () => {
    expect(scenario.traffic[0]).toEqual({
      name: 't',
      source: { kind: 'rate', base: { kind: 'constant', perSecond: 5 }, changes: [], arrivals: { kind: 'poisson' } },
      size: { kind: 'constant', value: 1024 },
      key: null,
      attributes: [],
      batch: null,
      timeoutUs: null,
      retry: {
        attempts: 1,
        backoff: { baseUs: 100_000, capUs: 20_000_000, factor: 2, jitter: 'full' },
        throttlingBackoff: null,
        budget: null,
        adaptive: false,
      },
      breaker: null,
      hedge: null,
      bulkhead: null,
      cancelOnTimeout: false,
      duplicates: 0,
      poison: 0,
    });
  });

  test('of a queue: those of AWS', () => {
    expect(scenario.designs[0]?.resources[0]).toMatchObject({
      type: 'sqs',
      name: 'q',
      fifo: false,
      visibilityTimeoutUs: 30_000_000,
      delayUs: 0,
      messageRetentionPeriodUs: 345_600_000_000,
      receiveMessageWaitTimeUs: 0,
      maximumMessageSizeBytes: 1_048_576,
      redrive: null,
      maxInFlight: 120_000,
      distribution: { deleteMiss: 0, receiveMiss: 0, reorder: 0 },
    });
  });

  test('of a service', () => {
    expect(scenario.designs[0]?.resources[1]).toEqual({
      type: 'service',
      name: 's',
      servers: 1,
      serviceTime: { kind: 'constant', value: 1000 },
      maxQueue: null,
      discipline: 'fifo',
      slowdown: null,
      connections: null,
      replicas: 1,
      balance: 'roundRobin',
      zones: [],
      failureRate: 0,
      shedAfterUs: null,
      calls: [],
      blocking: true,
      cache: null,
      optimisticLocking: false,
      autoscaling: null,
      price: { usdPerHour: 0.0123425, source: 'assumed' },
    });
  });

  test('of a consumer and of a call', () => {
    expect(scenario.designs[0]?.resources[2]).toMatchObject({
      type: 'consumer',
      name: 'c',
      source: 'q',
      instances: 1,
      concurrency: 1,
      batchSize: 10,
      waitTimeUs: 20_000_000,
      visibilityTimeoutUs: null,
      deletes: 'perMessage',
      partialFailure: false,
      onFailureVisibilityUs: null,
      heartbeat: null,
      restartDelayUs: 10_000_000,
      handler: {
        time: { kind: 'constant', value: 0 },
        failureRate: 0,
        calls: [
          {
            to: 's',
            probability: 1,
            timeoutUs: null,
            breaker: null,
            hedge: null,
            bulkhead: null,
            cancelOnTimeout: false,
            latency: { kind: 'constant', value: 0 },
          },
        ],
      },
    });
  });
});

describe('what is written is what runs', () => {
  const retryOf = (written: string) => resolved(changed('retry: none', `retry: ${written}`)).designs[0]?.resources[1];
  const full = { baseUs: 100_000, capUs: 20_000_000, factor: 2, jitter: 'full' };
  test.each([
    ['none', { attempts: 1, budget: null }],
    [
      'sdk-standard',
      {
        attempts: 3,
        backoff: { baseUs: 50_000, capUs: 20_000_000, factor: 2, jitter: 'full' },
        throttlingBackoff: { baseUs: 1_000_000, capUs: 20_000_000, factor: 2, jitter: 'full' },
        budget: { capacity: 500, cost: 14, throttlingCost: 5, refund: 1 },
        adaptive: false,
      },
    ],
    ['sdk-adaptive', { attempts: 3, budget: { capacity: 500 }, adaptive: true }],
    ['{ attempts: 4 }', { attempts: 4, backoff: full, budget: null }],
    [
      '{ attempts: 2, backoff: 300ms }',
      { attempts: 2, backoff: { baseUs: 300_000, capUs: 300_000, factor: 1, jitter: 'none' } },
    ],
    [
      '{ attempts: 2, backoff: { base: 1s, factor: 3x, jitter: decorrelated } }',
      { backoff: { baseUs: 1_000_000, capUs: 20_000_000, factor: 3, jitter: 'decorrelated' } },
    ],
    [
      '{ attempts: 2, backoff: { base: 30s } }',
      { backoff: { baseUs: 30_000_000, capUs: 30_000_000, factor: 2, jitter: 'full' } },
    ],
    [
      '{ attempts: 2, budget: { capacity: 50, cost: 5 } }',
      { budget: { capacity: 50, cost: 5, throttlingCost: 5, refund: 1 } },
    ],
    ['{ attempts: 2, budget: 20% }', { budget: { capacity: 10, cost: 1, throttlingCost: 1, refund: 0.2 } }],
  ])('retry: %s', (written, expected) => {
    expect(retryOf(written)).toMatchObject({ calls: [{ retry: expected }] });
  });

  const timeOf = (written: string) => {
    const service = resolved(changed('{ lognormal: { mean: 80ms, cv: 0.5 } }', written)).designs[0]?.resources[0];
    return service?.type === 'service' ? service.serviceTime : null;
  };
  test.each([
    ['5ms', { kind: 'constant', value: 5000 }],
    ['{ exponential: { mean: 2.5ms } }', { kind: 'exponential', mean: 2500 }],
    ['{ normal: { mean: 5ms, sd: 1ms } }', { kind: 'normal', mean: 5000, sd: 1000 }],
    ['{ uniform: { min: 1ms, max: 2ms } }', { kind: 'uniform', min: 1000, max: 2000 }],
    ['{ lognormal: { p50: 1ms, p99: 9ms } }', { kind: 'lognormal', p50: 1000, p99: 9000 }],
    ['{ erlang: { mean: 1ms, k: 4 } }', { kind: 'erlang', mean: 1000, k: 4 }],
    ['{ hyperexponential: { mean: 1ms, cv: 2 } }', { kind: 'hyperexponential', mean: 1000, cv: 2 }],
    ['{ pareto: { min: 1ms, shape: 1.5 } }', { kind: 'pareto', min: 1000, shape: 1.5 }],
    ['{ weibull: { mean: 1ms, shape: 0.7 } }', { kind: 'weibull', mean: 1000, shape: 0.7 }],
    ['{ empirical: { file: times.csv, column: ms, unit: ms } }', { kind: 'empirical', values: [12_000, 15_500] }],
    [
      '{ mixture: [ { weight: 9, of: 1ms }, { weight: 1, of: { exponential: { mean: 1s } } } ] }',
      {
        kind: 'mixture',
        parts: [
          { weight: 9, of: { kind: 'constant', value: 1000 } },
          { weight: 1, of: { kind: 'exponential', mean: 1_000_000 } },
        ],
      },
    ],
  ])('serviceTime: %s', (written, expected) => {
    expect(timeOf(written)).toEqual(expected);
  });

  const sourceOf = (written: string) =>
    resolved(
      changed(
        '    rate: 200/s\n    changes:\n      - { at: 5m, for: 2m, rate: 2000/s }\n      - { at: 10m, for: 5m, ramp: 400/s }\n    arrivals: poisson\n',
        written,
      ),
    ).traffic[0]?.source;
  test.each([
    [
      '    rate: { daily: { low: 5/s, high: 40/s, peak: 14h } }\n',
      { base: { kind: 'daily', lowPerSecond: 5, highPerSecond: 40, peakUs: 50_400_000_000 } },
    ],
    [
      '    rate: 1/s\n    changes: [ { at: 1m, rate: 2/s }, { at: 2m, for: 1m, ramp: 9/s, back: true } ]\n',
      {
        changes: [
          { kind: 'step', atUs: 60_000_000, forUs: null, perSecond: 2 },
          { kind: 'ramp', atUs: 120_000_000, forUs: 60_000_000, perSecond: 9, back: true },
        ],
      },
    ],
    [
      '    rate: 1/s\n    arrivals: { bursty: { on: 5s, off: 20s } }\n',
      { arrivals: { kind: 'bursty', onUs: 5_000_000, offUs: 20_000_000 } },
    ],
    ['    rate: 1/s\n    arrivals: { erlang: { k: 3 } }\n', { arrivals: { kind: 'erlang', k: 3 } }],
    ['    rate: 1/s\n    arrivals: regular\n', { arrivals: { kind: 'regular' } }],
    [
      '    users: 500\n    think: { exponential: { mean: 2s } }\n',
      { kind: 'users', users: 500, think: { kind: 'exponential', mean: 2_000_000 } },
    ],
  ])('source:%s', (written, expected) => {
    expect(sourceOf(written)).toMatchObject(expected);
  });

  const keyOf = (written: string) => resolved(changed('size: 2KiB', `key: ${written}`)).traffic[0]?.key;
  test.each([
    ['{ zipf: { keys: 100, exponent: 1.1 } }', { kind: 'zipf', keys: 100, exponent: 1.1 }],
    ['{ uniform: { keys: 7 } }', { kind: 'uniform', keys: 7 }],
    ['{ hot: { keys: 7, share: 50% } }', { kind: 'hot', keys: 7, share: 0.5 }],
    ['tenant-1', { kind: 'constant', value: 'tenant-1' }],
    ['2026', { kind: 'constant', value: '2026' }],
  ])('key: %s', (written, expected) => {
    expect(keyOf(written)).toEqual(expected);
  });

  test('attributes keep their values and weights', () => {
    const scenario = resolved(changed('size: 2KiB', 'attributes: { tier: { choice: { gold: 0.1, silver: 0.9 } } }'));
    expect(scenario.traffic[0]?.attributes).toEqual([
      {
        name: 'tier',
        choice: [
          { value: 'gold', weight: 0.1 },
          { value: 'silver', weight: 0.9 },
        ],
      },
    ]);
  });

  test('resources of every design stand before its own, in declared order', () => {
    expect(resolved(BASE).designs.map((design) => design.resources.map((one) => one.name))).toEqual([
      ['db', 'api'],
      ['db', 'orders', 'dlq', 'workers'],
    ]);
  });

  test('entries stand in the order of the traffics, whatever the order in the design', () => {
    expect(
      resolved(changed('{ orders: api, clicks: api }', '{ clicks: api, orders: api }')).designs[0]?.entries.map(
        (entry) => entry.traffic,
      ),
    ).toEqual(['orders', 'clicks']);
  });

  test('a seed keeps its text, so that 1 and "1" are the same run and 01 is another', () => {
    const seedOf = (written: string) => resolved(changed('seed: 1\n', `seed: ${written}\n`)).seed;
    expect([seedOf('1'), seedOf('"1"'), seedOf('"01"'), seedOf('abc')]).toEqual(['1', '1', '01', 'abc']);
  });

  test('JSON is a scenario too', () => {
    const json = JSON.stringify({
      seed: 1,
      horizon: '1m',
      traffic: { t: { rate: '1/s' } },
      designs: { d: { traffic: { t: 's' }, resources: { s: { type: 'service', serviceTime: '1ms' } } } },
    });
    expect(resolved(json).designs[0]?.resources).toHaveLength(1);
  });
});

describe('recordings', () => {
  test('one row a request: rows, requests, length and the hash of the file', () => {
    const source = resolved(BASE).traffic[1]?.source;
    expect(source).toMatchObject({
      kind: 'trace',
      everyUs: null,
      recording: { rows: 3, requests: 3, lengthUs: 2_500_000, instantsUs: [0, 1_000_000, 2_500_000], counts: null },
    });
    // printf 'at,what\n0,a\n1,b\n2.5,c\n' | sha256sum
    expect(source?.kind === 'trace' ? source.recording.sha256 : '').toBe(
      '94b0a38e484683127a5f092b4ba97bdd054fb8a057aa4ee64b34c9faf64053c8',
    );
  });

  test('horizon: trace ends with the longest recording', () => {
    expect(resolved(changed('horizon: 30m', 'horizon: trace\ndrain: 30m')).horizonUs).toBe(2_500_000);
  });

  test('horizon: trace without a recording is an error', () => {
    const text = changed('horizon: 30m', 'horizon: trace').replace(
      '    trace: { file: clicks.csv, time: at }\n',
      '    rate: 1/s\n',
    );
    expect(() => resolved(text)).toThrow('no traffic here is a recording');
  });
});

describe('faults', () => {
  const faultOf = (written: string) =>
    resolved(changed('{ at: 12m, for: 3m, resource: db, slow: 5x }', written)).faults[0];
  test.each([
    [
      '{ at: 1m, for: 1m, resource: "db[1]", down: true }',
      { target: { kind: 'resource', resource: 'db', replica: 1, zone: null, share: null }, down: true },
    ],
    ['{ at: 1m, for: 1m, resource: db, share: 25%, errors: 5% }', { target: { share: 0.25 }, errors: 0.05 }],
    ['{ at: 1m, for: 1m, resource: db, zone: a, slow: 2x }', { target: { zone: 'a' }, slow: 2 }],
    [
      '{ at: 1m, for: 1m, link: [workers, orders], lose: { requests: 1%, replies: 2% } }',
      { target: { kind: 'link', from: 'workers', to: 'orders' }, loseRequests: 0.01, loseReplies: 0.02 },
    ],
    [
      '{ at: 1m, for: 1m, link: [clicks, api], lose: { replies: 2% } }',
      { target: { kind: 'link', from: 'clicks', to: 'api' } },
    ],
    ['{ at: 1m, for: 1m, resource: orders, duplicate: 5% }', { duplicate: 0.05 }],
    [
      '{ at: 1m, for: 10s, resource: orders, unreachable: 30%, design: queued }',
      { unreachable: 0.3, design: 'queued' },
    ],
    ['{ at: 1m, resource: workers, crash: 50% }', { crash: 0.5, forUs: null }],
  ])('%s', (written, expected) => {
    expect(faultOf(written)).toMatchObject(expected);
  });
});

describe('objectives are in the unit of the result', () => {
  const objectiveOf = (written: string) =>
    resolved(changed('- completion.p99 of orders < 2s', `- ${written}`)).objectives[0];
  test.each([
    ['completion.p99 of orders < 2s', { subject: { field: 'completionMs', statistic: 'p99' }, op: '<', limit: 2000 }],
    [
      'completionMs.mean of orders <= 1.5ms',
      { subject: { field: 'completionMs', statistic: 'mean' }, op: '<=', limit: 1.5 },
    ],
    ['response.p999 of orders < 1m', { subject: { field: 'responseMs', statistic: 'p999' }, limit: 60_000 }],
    ['response.ok of orders > 1,000', { subject: { field: 'response.ok', statistic: null }, op: '>', limit: 1000 }],
    ['goodput of orders >= 150/s', { subject: { field: 'goodputPerSecond', statistic: null }, limit: 150 }],
    ['throughput of orders >= 90/m', { subject: { field: 'throughputPerSecond' }, limit: 1.5 }],
    ['lost of orders == 0', { subject: { field: 'lost', statistic: null }, op: '==', limit: 0 }],
    ['completed.share of orders > 99%', { subject: { field: 'completed', statistic: 'share' }, limit: 0.99 }],
    ['wastedServer of orders < 1h', { subject: { field: 'wastedServerMs' }, limit: 3_600_000 }],
    [
      'metrics.ApproximateAgeOfOldestMessage.max of resource orders < 60s',
      {
        subject: { kind: 'metric', resource: 'orders', metric: 'ApproximateAgeOfOldestMessage', statistic: 'max' },
        limit: 60,
      },
    ],
    ['metrics.Utilisation.mean of resource db < 80%', { subject: { resource: 'db' }, limit: 0.8 }],
    ['metrics.WaitMs.p99 of resource db != 5ms', { op: '!=', limit: 5 }],
    ['metrics.SentMessageSize.max of resource orders <= 2KiB', { limit: 2048 }],
    ['metrics.QueueLength.max of resource db < 12.5', { limit: 12.5 }],
    ['metrics.NumberOfMessagesSent.sum of resource orders > 1,000', { limit: 1000 }],
    ['metrics.NumberOfMessagesSent.mean of resource orders > 90/m', { limit: 1.5 }],
  ])('%s', (written, expected) => {
    expect(objectiveOf(written)).toMatchObject({ text: written, design: null, expect: 'met', ...expected });
  });
});
