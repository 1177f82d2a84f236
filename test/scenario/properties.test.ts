import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { formatErrors, parseScenario, toResultForm } from '../../src/scenario/index.ts';
import { BASE, parse } from './base.ts';

const duration = fc
  .tuple(fc.integer({ min: 1, max: 500 }), fc.constantFrom('us', 'ms', 's'))
  .map(([n, unit]) => `${n}${unit}`);
const distribution = fc.oneof(
  duration,
  duration.map((mean) => ({ exponential: { mean } })),
  fc.tuple(duration, fc.double({ min: 0, max: 5, noNaN: true })).map(([mean, cv]) => ({ lognormal: { mean, cv } })),
  fc.tuple(duration, fc.integer({ min: 1, max: 20 })).map(([mean, k]) => ({ erlang: { mean, k } })),
  fc.tuple(duration, duration).map(([a, b]) => ({
    mixture: [
      { weight: 1, of: a },
      { weight: 2, of: { exponential: { mean: b } } },
    ],
  })),
);
const share = fc.oneof(
  fc.integer({ min: 0, max: 100 }).map((n) => `${n}%`),
  fc.double({ min: 0, max: 1, noNaN: true }),
);
/** Swarm: each feature is there or not, by the toss of a coin. */
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const retry = fc.oneof(
  fc.constantFrom('none', 'sdk-standard'),
  fc.record({ attempts: fc.integer({ min: 1, max: 9 }), backoff: maybe(duration), budget: maybe(share) }),
);
const call = (to: string) =>
  fc.record({
    to: fc.constant(to),
    timeout: maybe(duration),
    retry: maybe(retry),
    probability: maybe(share),
    cancelOnTimeout: maybe(fc.boolean()),
    latency: maybe(distribution),
  });
const service = (calls: fc.Arbitrary<unknown>[]) =>
  fc.record({
    type: fc.constant('service'),
    serviceTime: distribution,
    servers: maybe(fc.oneof(fc.integer({ min: 1, max: 500 }), fc.constant('unlimited'))),
    maxQueue: maybe(fc.integer({ min: 0, max: 500 })),
    discipline: maybe(fc.constantFrom('fifo', 'lifo', 'processor-sharing')),
    slowdown: maybe(
      fc.oneof(
        duration.map((perConcurrent) => ({ perConcurrent })),
        fc.constant({ usl: { sigma: 0.1, kappa: 0.01 } }),
      ),
    ),
    replicas: maybe(fc.integer({ min: 1, max: 5 })),
    failureRate: maybe(share),
    shed: maybe(duration.map((maxWait) => ({ maxWait }))),
    calls: maybe(fc.tuple(...calls)),
  });
const consumer = fc.record({
  type: fc.constant('consumer'),
  source: fc.constant('queue'),
  instances: maybe(fc.integer({ min: 1, max: 50 })),
  concurrency: maybe(fc.integer({ min: 1, max: 50 })),
  batchSize: maybe(fc.integer({ min: 1, max: 10 })),
  waitTime: maybe(fc.integer({ min: 0, max: 20 }).map((s) => `${s}s`)),
  deletes: maybe(fc.constantFrom('perMessage', 'perBatch')),
  heartbeat: maybe(fc.constant({ every: '5s', extendTo: '30s' })),
  handler: fc.record({ time: maybe(distribution), calls: maybe(fc.tuple(call('db'))), failureRate: maybe(share) }),
});
const scenario = fc.record({
  seed: fc.oneof(fc.integer(), fc.stringMatching(/^[a-z]{1,9}$/)),
  horizon: fc.integer({ min: 1, max: 500 }).map((m) => `${m}m`),
  replications: maybe(fc.integer({ min: 1, max: 100 })),
  traffic: fc.record({
    t: fc.record({
      rate: fc.integer({ min: 0, max: 5000 }).map((n) => `${n}/m`),
      changes: maybe(
        fc.array(
          duration.map((at) => ({ at, for: '5s', rate: '9/s' })),
          { maxLength: 3 },
        ),
      ),
      arrivals: maybe(fc.constantFrom('poisson', 'regular', { erlang: { k: 2 } }, { bursty: { on: '1s', off: '2s' } })),
      size: maybe(fc.integer({ min: 1, max: 1000 }).map((n) => `${n}KiB`)),
      timeout: maybe(duration),
      retry: maybe(retry),
      poison: maybe(share),
    }),
  }),
  resources: fc.record({ db: service([]) }),
  designs: fc.record({
    sync: fc.record({ traffic: fc.constant({ t: 'api' }), resources: fc.record({ api: service([call('db')]) }) }),
    queued: fc.record({
      traffic: fc.constant({ t: 'queue' }),
      resources: fc.record({
        queue: fc.record({
          type: fc.constant('sqs'),
          visibilityTimeout: maybe(fc.integer({ min: 0, max: 43_200 }).map((s) => `${s}s`)),
          redrive: maybe(fc.constant({ maxReceiveCount: 3, deadLetterQueue: 'dlq' })),
        }),
        dlq: fc.constant({ type: 'sqs' }),
        workers: consumer,
      }),
    }),
  }),
});

test('a valid scenario resolves, from YAML and from JSON, to the same bytes, as often as it is read', () => {
  fc.assert(
    fc.property(scenario, (raw) => {
      const yaml = stringify(raw);
      const first = parse(yaml);
      expect(first.ok ? '' : formatErrors(first.errors)).toBe('');
      const bytes = JSON.stringify(first);
      expect(JSON.stringify(parse(yaml))).toBe(bytes);
      expect(JSON.stringify(parse(JSON.stringify(raw)))).toBe(bytes);
      if (first.ok) expect(() => JSON.stringify(toResultForm(first.scenario))).not.toThrow();
    }),
    { seed: 1, numRuns: 70 },
  );
});

test('no text makes the reader throw, and every error has a code, a place and an expectation', () => {
  /** Cuts, doubles or spoils a piece of a valid scenario: nearer to what people write than noise is. */
  const spoilt = fc
    .tuple(
      fc.nat(BASE.length),
      fc.nat(12),
      fc.oneof(
        fc.string({ maxLength: 6 }),
        fc.constantFrom('\t', '{', '[', ': ', '*a', '&a', '!!x', '- ', '\n', '"', '#', '|', '---\n', '%', '\u0000'),
      ),
    )
    .map(([at, cut, put]) => BASE.slice(0, at) + put + BASE.slice(at + cut));
  fc.assert(
    fc.property(fc.oneof(spoilt, fc.string({ maxLength: 60 })), (text) => {
      const outcome = parse(text);
      if (outcome.ok) return;
      expect(outcome.errors.length).toBeGreaterThan(0);
      const lines = text.split('\n').length;
      for (const error of outcome.errors) {
        expect(error.code).not.toBe('');
        expect(error.expected).not.toBe('');
        expect(error.message).not.toContain('undefined');
        expect(error.message).not.toContain('Invalid input');
        expect(error.line).toBeGreaterThan(0);
        expect(error.line).toBeLessThanOrEqual(lines + 1);
        expect(error.column).toBeGreaterThan(0);
      }
    }),
    { seed: 2, numRuns: 150 },
  );
});

test('no option makes the reader throw', () => {
  const path = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom(
      'faults.0',
      'designs',
      'designs.sync',
      'resources.db',
      'traffic.orders.changes.1',
      'objectives.0.that',
      'seed.x',
    ),
  );
  fc.assert(
    fc.property(path, fc.string({ maxLength: 20 }), (at, value) => {
      parse(BASE, { overrides: [{ path: at, value }] });
    }),
    { seed: 3, numRuns: 70 },
  );
});

test('reading leaves no trace in the objects of the language', () => {
  parseScenario(
    '__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }\ntraffic: { __proto__: { polluted: 1 } }\n',
    { file: 'x', name: 'x', readText: () => undefined },
  );
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
