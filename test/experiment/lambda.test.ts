/** Functions in a scenario: wired to queues, accounts, faults, access and the bill. */
import { describe, expect, test } from 'vitest';
import { type ReplicationOutcome, runReplication, runScenario } from '../../src/experiment/index.ts';
import type { ResolvedScenario } from '../../src/scenario/index.ts';
import { resolve } from '../support/street.ts';

const LATENCY = 'latency: { send: 1ms, receive: 1ms, delete: 1ms }';

/** A traffic at regular instants into a queue with a function behind it. */
function text(lambda: string, { traffic = 'rate: 10/s', queue = '', resources = '', rest = '' } = {}): string {
  return `seed: 1
horizon: 100s
replications: 1
traffic: { t: { arrivals: regular, ${traffic} } }
designs:
  d:
    traffic: { t: q }
    resources:
      q: { type: sqs, ${LATENCY}, ${queue} }
      f: { type: lambda, source: q, coldStart: 100ms, ${lambda} }
${resources}
${rest}`;
}

function metric(outcome: ReplicationOutcome, resource: string, name: string) {
  const all = outcome.resources.find((one) => one.name === resource)?.metrics;
  const found = all?.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no ${name} of ${resource}`);
  return found;
}
const one = (scenario: ResolvedScenario): ReplicationOutcome => runReplication(scenario, 'd', 0);
const traffic = (outcome: ReplicationOutcome) => {
  const found = outcome.traffic[0]?.outcome;
  if (found === undefined) throw new Error('no traffic');
  return found;
};

describe('a function behind a queue', () => {
  test('completes what comes, once each, and the run ends when nothing is left', () => {
    const outcome = one(resolve(text('handler: { time: 5ms }')));
    expect(traffic(outcome)).toMatchObject({ offered: 1000, completed: 1000, duplicates: 0, lost: 0 });
    expect(outcome.endUs).toBeLessThan(101e6);
  });

  test('calls services as a consumer does, with the same luck', () => {
    const service =
      '      s: { type: service, servers: unlimited, serviceTime: { exponential: { mean: 100ms } }, failureRate: 10% }';
    const handler = 'handler: { time: { exponential: { mean: 20ms } }, calls: [ { to: s } ] }';
    // The names select the luck, so they are the same.
    const lambda = one(resolve(text(`batchSize: 1, ${handler}`, { resources: service })));
    const consumer = text(handler, { resources: service }).replace(
      'f: { type: lambda, source: q, coldStart: 100ms,',
      'f: { type: consumer, source: q, instances: 50, batchSize: 1,',
    );
    const other = one(resolve(consumer));
    expect(metric(lambda, 'f', 'CallAttempts').sum).toBe(metric(other, 'f', 'CallAttempts').sum);
    expect(metric(lambda, 'f', 'Errors').sum).toBe(metric(other, 'f', 'HandlerFailures').sum);
    expect(metric(lambda, 'f', 'Errors').sum).toBeGreaterThan(60);
  });

  test('reads a dead-letter queue too: then nothing is parked there', () => {
    const lambda = 'handler: { failureRate: 100% }';
    const queue = 'visibilityTimeout: 5s, redrive: { maxReceiveCount: 2, deadLetterQueue: dead }';
    const dead = `      dead: { type: sqs, ${LATENCY} }`;
    const parked = one(resolve(text(lambda, { queue, resources: dead })));
    expect(traffic(parked)).toMatchObject({ deadLettered: 1000, completed: 0, inSystem: 0 });
    const reader = '      again: { type: lambda, source: dead, handler: {} }';
    const read = one(resolve(text(lambda, { queue, resources: `${dead}\n${reader}` })));
    expect(traffic(read)).toMatchObject({ deadLettered: 0, completed: 1000, inSystem: 0 });
  });

  test('is billed for its invocations, and for its time by its memory [lambda.price]', () => {
    const result = runScenario(resolve(text('batchSize: 1, memory: 512MiB, handler: { time: 40ms }')));
    const { lines } = result.designs['d']?.cost ?? { lines: [] };
    const line = (item: string) => lines.find((it) => it.resource === 'f' && it.item === item);
    const invocations = result.designs['d']?.resources['f']?.metrics['Invocations']?.sum ?? 0;
    const colds = result.designs['d']?.resources['f']?.metrics['ColdStarts']?.sum ?? 0;
    expect(invocations).toBeGreaterThan(990);
    expect(line('invocations')).toMatchObject({ quantity: invocations, priceUsd: 0.2, per: 1e6 });
    // The last one may still be at work when the window ends.
    const gbSeconds = line('compute')?.quantity ?? 0;
    expect(gbSeconds).toBeLessThanOrEqual((invocations * 0.04 + colds * 0.1) * 0.5 + 1e-9);
    expect(gbSeconds).toBeGreaterThan(((invocations - 2) * 0.04 + colds * 0.1) * 0.5);
    expect(line('compute')?.usd).toBeCloseTo(gbSeconds * 0.0000166667, 12);
  });
});

/** What lets a function of another account poll. */
const POLICY = `{ Statement: { Effect: Allow, Principal: { AWS: '222222222222' }, Action: 'sqs:*', Resource: '*' } }`;

describe('functions of one account', () => {
  const other = (role = '') =>
    `      p: { type: sqs, policy: ${POLICY}, ${LATENCY} }\n      g: { type: lambda, source: p, batchSize: 1, ${role} coldStart: 0s, handler: { time: 1s } }`;
  const both = (role = '') =>
    text('batchSize: 1, handler: { time: 1s }', {
      traffic: 'rate: 40/s',
      resources: other(role),
      rest: 'aws: { lambdaConcurrency: 50 }',
    })
      .replace('traffic: { t:', 'traffic: { u: { arrivals: regular, rate: 40/s }, t:')
      .replace('    traffic: { t: q }', '    traffic: { t: q, u: p }');

  test('share its concurrency, and others do not [lambda.account-concurrency]', () => {
    const shared = one(resolve(both()));
    const most = (outcome: ReplicationOutcome) =>
      (metric(outcome, 'f', 'ConcurrentExecutions').mean ?? 0) +
      (metric(outcome, 'g', 'ConcurrentExecutions').mean ?? 0);
    // 80 a second that take 1 s each, and room for 50.
    expect(most(shared)).toBeGreaterThan(45);
    expect(most(shared)).toBeLessThanOrEqual(50);
    expect(metric(shared, 'f', 'Throttles').sum).toBeGreaterThan(0);
    const apart = one(resolve(both(`role: { account: '222222222222' },`)));
    expect(most(apart)).toBeGreaterThan(70);
  });
});

describe('faults of a function', () => {
  const faulty = (effect: string) =>
    one(
      resolve(
        text('batchSize: 1, handler: { time: 20ms }', {
          queue: 'visibilityTimeout: 10s',
          rest: `faults: [ { at: 20s, for: 20s, ${effect} } ]`,
        }),
      ),
    );
  const calm = (outcome: ReplicationOutcome) => metric(outcome, 'f', 'Errors').sum;

  test('slow: its invocations take longer meanwhile', () => {
    const outcome = faulty('resource: f, slow: 5x');
    // 1,000 of 20 ms, of which 200 take 100 ms.
    expect(metric(outcome, 'f', 'Duration').mean).toBeCloseTo(0.8 * 20 + 0.2 * 100, 0);
    expect(calm(outcome)).toBe(0);
  });

  test('errors: its handler fails meanwhile, and what failed comes back', () => {
    const outcome = faulty('resource: f, errors: 50%');
    expect(calm(outcome)).toBeGreaterThan(80);
    expect(traffic(outcome)).toMatchObject({ completed: 1000, duplicates: 0 });
  });

  test('down: nothing is invoked meanwhile, and nothing is lost', () => {
    const outcome = faulty('resource: f, down: true');
    expect([calm(outcome), metric(outcome, 'f', 'Throttles').sum]).toEqual([0, 0]);
    const series = metric(outcome, 'f', 'Invocations').series;
    const seconds = (from: number, to: number) =>
      series.slice(from * 6, to * 6).reduce<number>((sum, value) => sum + (value ?? 0), 0);
    expect(seconds(21, 39)).toBe(0);
    expect(traffic(outcome)).toMatchObject({ completed: 1000, lost: 0 });
  });

  test('a link that loses its polls holds the queue up', () => {
    const outcome = faulty('link: [f, q], lose: { requests: 100% }');
    expect(metric(outcome, 'q', 'ApproximateNumberOfMessagesVisible').max).toBeGreaterThan(150);
    expect(traffic(outcome)).toMatchObject({ completed: 1000, lost: 0 });
  });
});

describe('the role of a function', () => {
  test('polls the queue: what it may not do it does not get', () => {
    const policy = '[ { Statement: { Effect: Allow, Action: "sqs:SendMessage", Resource: "*" } } ]';
    const result = runScenario(resolve(text(`role: { policies: ${policy} }, handler: {}`)));
    const design = result.designs['d'];
    expect(design?.traffic['t']).toMatchObject({ completed: 0, inSystem: 1000 });
    expect(design?.resources['q']?.denials).toMatchObject([{ caller: 'f', action: 'ReceiveMessage' }]);
  });
});

describe('asynchronous invocations', () => {
  /** `count` messages at once through a topic, which has its answer when Lambda has taken an event in. */
  function invoked(lambda: string, count: number) {
    const scenario = resolve(`seed: 1
horizon: 100s
drain: 1h
replications: 1
traffic: { t: { rate: 0/s, changes: [ { at: 0s, burst: ${count} } ] } }
designs:
  d:
    traffic: { t: topic }
    resources:
      topic: { type: sns, latency: { publish: 0s, delivery: 0s }, subscriptions: [ { to: f } ] }
      f: { type: lambda, ${lambda} }`);
    const { traffic, resources } = runReplication(scenario, 'd', 0);
    const of = (resource: string, name: string): number | null | undefined =>
      resources.find((it) => it.name === resource)?.metrics.find((it) => it.name === name)?.sum;
    return {
      outcome: traffic[0]?.outcome,
      sum: (name: string) => of('f', name),
      delivered: of('topic', 'NumberOfNotificationsDelivered'),
    };
  }

  test('are completed when they are handled', () => {
    const { delivered, outcome, sum } = invoked('handler: { time: 1s }', 20);
    expect(delivered).toBe(20);
    expect(outcome).toMatchObject({ offered: 20, completed: 20, lost: 0, inSystem: 0 });
    expect(sum('AsyncEventsReceived')).toBe(20);
    expect(sum('Invocations')).toBe(20);
  });

  test('are lost where they were dropped', () => {
    const { outcome, sum } = invoked('handler: { failureRate: 100% }', 5);
    expect(outcome).toMatchObject({ offered: 5, completed: 0, lost: 5, inSystem: 0 });
    // Three attempts each; metrics end with the horizon, the retries come after it.
    expect(sum('Errors')).toBe(10);
  });
});
