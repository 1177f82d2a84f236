import { describe, expect, it, test } from 'vitest';
import { runReplication } from '../../src/experiment/replication.ts';
import { errorsOf, resolved } from '../scenario/base.ts';

const scenario = (api: string): string => `seed: 1
horizon: 1h
drain: 10m
replications: 1
traffic:
  views: { rate: 20/s, changes: [{ at: 10m, rate: 40/s }] }
designs:
  direct:
    traffic: { views: api }
    resources:
      api: { type: service, serviceTime: 100ms, balance: leastConnections, ${api} }
`;

function levels(api: string, name: string): number[] {
  const { resources } = runReplication(resolved(scenario(api)), 'direct', 0);
  return resources[0]?.metrics.find((data) => data.name === name)?.series as number[];
}

describe('a service with autoscaling', () => {
  it('holds its utilisation: offered load 4 at 60 % is seven replicas', () => {
    const running = levels(
      'autoscaling: { min: 4, max: 30, target: { metric: utilisation, value: 60% } }',
      'ReplicasRunning',
    );
    expect(running[0]).toBe(4);
    // After the step to 40/s at ten minutes: three periods, the delay and the start later.
    expect(running.at(-1)).toBeGreaterThanOrEqual(7);
    expect(running.at(-1)).toBeLessThanOrEqual(8);
  });

  it('holds its requests per replica: 40/s at 5/s are eight', () => {
    const running = levels(
      'autoscaling: { min: 4, max: 30, target: { metric: requestsPerReplica, value: 5/s } }',
      'ReplicasRunning',
    );
    expect(running.at(-1)).toBeGreaterThanOrEqual(8);
    expect(running.at(-1)).toBeLessThanOrEqual(9);
  });

  it('begins with as many replicas as are written, and goes in steps', () => {
    const steps = '[ { above: 45%, add: 2 } ]';
    const desired = levels(`replicas: 5, autoscaling: { min: 4, max: 30, steps: ${steps} }`, 'DesiredReplicas');
    expect(desired[0]).toBe(5);
    expect(desired.at(-1)).toBe(9);
  });

  it('leaves a service without it as it was: no levels of replicas', () => {
    expect(levels('replicas: 5', 'ReplicasRunning')).toBeUndefined();
  });
});

const AT = 'designs.direct.resources.api';
test.each([
  [
    'servers: unlimited, autoscaling: { min: 1, max: 3, target: { metric: utilisation, value: 60% } }',
    'misfit',
    `${AT}.autoscaling`,
  ],
  [
    'autoscaling: { min: 1, max: 3, target: { metric: backlogPerInstance, value: 60 } }',
    'wrong-type',
    `${AT}.autoscaling.target.metric`,
  ],
  [
    'autoscaling: { min: 1, max: 3, target: { metric: requestsPerReplica, value: 60% } }',
    'out-of-range',
    `${AT}.autoscaling.target.value`,
  ],
  [
    'replicas: 4, autoscaling: { min: 1, max: 3, target: { metric: utilisation, value: 60% } }',
    'out-of-range',
    `${AT}.replicas`,
  ],
])('%s is refused', (written, code, path) => {
  expect(errorsOf(scenario(written)).map((error) => [error.code, error.path])).toEqual([[code, path]]);
});
