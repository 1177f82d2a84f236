/** A service whose replicas come and go, from the scenario to the result. */
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../../src/experiment/index.ts';
import { errorsOf, resolved } from '../../scenario/base.ts';

const scenario = (service: string, more = ''): string => `
seed: 1
horizon: 40m
warmup: 20m
replications: 1
traffic: { t: { rate: 20/s } }
designs:
  d:
    traffic: { t: db }
    resources:
      db: { type: service, serviceTime: { exponential: { mean: 200ms } }, ${service} }
${more}`;

const levels = (text: string): { running: number; utilisation: number; completed: number } => {
  const design = runScenario(resolved(text)).designs['d'];
  const metrics = design?.resources['db']?.metrics ?? {};
  const [running, utilisation] = [metrics['ReplicasRunning']?.mean, metrics['Utilisation']?.mean];
  const traffic = design?.traffic['t'];
  return {
    running: running ?? -1,
    utilisation: utilisation ?? -1,
    completed: (traffic?.completed ?? 0) / (traffic?.offered ?? 1),
  };
};

describe('at a constant load a service settles', () => {
  test('at the load ÷ the target of its utilisation, rounded up', () => {
    // 4 erlangs, replicas of 2 servers, at most 60 %: 4 ÷ 1.2 = 3.3; at least 2.
    const service =
      'servers: 2, balance: leastConnections, autoscaling: { min: 2, max: 20, target: { metric: utilisation, value: 60% } }';
    const { running, utilisation, completed } = levels(scenario(service));
    expect(running).toBe(4);
    expect(utilisation).toBeGreaterThan(0.47);
    expect(utilisation).toBeLessThan(0.53);
    expect(completed).toBe(1);
  });

  test('at the requests ÷ those that one replica shall take', () => {
    // 20/s for at most 5.5/s each; refused calls count too, so it finds its way out of a storm.
    const service =
      'servers: 4, maxQueue: 10, autoscaling: { min: 1, max: 20, target: { metric: requestsPerReplica, value: 5.5/s } }';
    expect(levels(scenario(service)).running).toBe(4);
  });

  test('at its maximum where that is too little', () => {
    const service = 'servers: 1, maxQueue: 5, autoscaling: { min: 1, max: 3, steps: [{ above: 70%, add: 1 }] }';
    expect(levels(scenario(service)).running).toBe(3);
  });
});

test('a fault may be aimed at a replica that is not there at first, and waits for it', () => {
  const service = 'servers: 1, autoscaling: { min: 1, max: 6, target: { metric: requestsPerReplica, value: 11/s } }';
  // Two replicas from about six minutes on; the second never works.
  const fault = 'faults:\n  - { at: 1m, resource: "db[1]", down: true }\n';
  const { running, utilisation, completed } = levels(scenario(service, fault));
  expect(running).toBe(2);
  expect(utilisation).toBeLessThan(0.51);
  expect(completed).toBeLessThan(0.6);
});

describe('one error each', () => {
  const AUTOSCALING = 'designs.d.resources.db.autoscaling';
  test.each([
    [
      'servers: unlimited, autoscaling: { min: 1, max: 2, target: { metric: utilisation, value: 60% } }',
      AUTOSCALING,
      'misfit',
    ],
    [
      'autoscaling: { min: 2, max: 4, target: { metric: backlogPerInstance, value: 6 } }',
      `${AUTOSCALING}.target.metric`,
      'wrong-type',
    ],
    [
      'replicas: 5, autoscaling: { min: 2, max: 4, target: { metric: utilisation, value: 60% } }',
      'designs.d.resources.db.replicas',
      'out-of-range',
    ],
  ])('%s', (service, path, code) => {
    expect(errorsOf(scenario(service)).map((error) => [error.path, error.code])).toEqual([[path, code]]);
  });

  test('a replica beyond the most that there may be', () => {
    const service = 'autoscaling: { min: 1, max: 6, target: { metric: utilisation, value: 60% } }';
    const fault = (replica: number) => `faults:\n  - { at: 1m, resource: "db[${replica}]", down: true }\n`;
    expect(errorsOf(scenario(service, fault(5)))).toEqual([]);
    expect(errorsOf(scenario(service, fault(6))).map(({ path }) => path)).toEqual(['faults.0.resource']);
  });
});
