import { expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/index.ts';
import { resolve } from '../support/street.ts';

const text = (call: string): string => `seed: 1
horizon: 100s
replications: 1
traffic: { t: { rate: 1/s, arrivals: regular } }
resources: { db: { type: service, servers: unlimited, serviceTime: 1s } }
designs:
  sync: { traffic: { t: api }, resources: { api: { type: service, servers: 10, serviceTime: 1ms, calls: [ ${call} ] } } }
  queued:
    traffic: { t: q }
    resources:
      q: { type: sqs }
      w: { type: consumer, source: q, instances: 10, handler: { calls: [ ${call} ] } }
`;

test('a caller has the attempts of its calls and those that timed out, so that retry amplification is seen inside', () => {
  const scenario = resolve(text('{ to: db, timeout: 100ms, retry: { attempts: 3, backoff: 10ms } }'));
  const { designs } = runScenario(scenario);
  const metrics = designs['sync']?.resources['api']?.metrics;
  // One request a second; the call of the last begins after the horizon.
  expect([metrics?.['CallAttempts']?.sum, metrics?.['CallTimeouts']?.sum]).toEqual([3 * 99, 3 * 99]);
  expect(designs['sync']?.traffic['t']?.attempts).toBe(100);
  // A consumer receives again what failed: one message in 30 s.
  const consumer = designs['queued']?.resources['w']?.metrics;
  expect(consumer?.['CallAttempts']?.sum).toBeGreaterThan(3 * 99);
  expect(consumer?.['CallTimeouts']?.sum).toBe(consumer?.['CallAttempts']?.sum);
});

test('a call in time is an attempt without a timeout, and who calls nobody has neither', () => {
  const { designs } = runScenario(resolve(text('{ to: db, timeout: 2s }')));
  expect(designs['sync']?.resources['api']?.metrics).toMatchObject({
    CallAttempts: { sum: 99 },
    CallTimeouts: { sum: 0 },
  });
  expect(designs['sync']?.resources['db']?.metrics).not.toHaveProperty('CallAttempts');
});

test('a run gives the same bytes again, and another seed others', () => {
  const scenario = resolve(text('{ to: db }').replace('arrivals: regular', 'arrivals: poisson'));
  const once = JSON.stringify(runScenario(scenario));
  expect(JSON.stringify(runScenario(scenario))).toBe(once);
  expect(JSON.stringify(runScenario({ ...scenario, seed: '2' }))).not.toBe(once);
});
