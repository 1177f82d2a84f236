import { describe, expect, it } from 'vitest';
import { type ReplicationOutcome, runReplication } from '../../src/experiment/replication.ts';
import type { MetricData } from '../../src/history/index.ts';
import { resolved } from '../scenario/base.ts';

const scenario = (autoscaling: string, more = ''): string => `seed: 1
horizon: 40m
drain: 40m
replications: 1
traffic:
  orders: { rate: 10/s, changes: [{ at: 5m, for: 10m, rate: 40/s }] }
designs:
  queued:
    traffic: { orders: inbox }
    resources:
      inbox: { type: sqs, visibilityTimeout: 60s }
      workers:
        type: consumer
        source: inbox
        handler: { time: 300ms }
        autoscaling: ${autoscaling}
${more}`;

const run = (text: string): ReplicationOutcome => runReplication(resolved(text), 'queued', 0);
const metric = (outcome: ReplicationOutcome, name: string): MetricData =>
  outcome.resources
    .find((one) => one.name === 'workers')
    ?.metrics.find((data) => data.name === name) as unknown as MetricData;

const BACKLOG = '{ min: 4, max: 30, target: { metric: backlogPerInstance, value: 100 } }';

describe('a consumer with autoscaling', () => {
  it('grows with its backlog and shrinks again, within its limits', () => {
    const running = metric(run(scenario(BACKLOG)), 'InstancesRunning').series as number[];
    expect(running[0]).toBe(4);
    const highest = Math.max(...running);
    expect(highest).toBeGreaterThan(12);
    expect(highest).toBeLessThanOrEqual(30);
    expect(running.at(-1)).toBeLessThan(highest);
    // Three whole periods above the target, one more until they are seen, a minute to start: nothing new before 5 + 3 + 1 + 1 minutes.
    const resolutionMinutes = 40 / 600;
    const firstMore = running.findIndex((level) => level > 4) * resolutionMinutes;
    expect(firstMore).toBeGreaterThanOrEqual(9.9);
    expect(firstMore).toBeLessThan(12.1);
  });

  it('lets the run end when nothing is left in the system', () => {
    const outcome = run(scenario(BACKLOG));
    expect(outcome.endUs).toBeLessThan(41 * 60e6);
    expect(outcome.traffic[0]?.outcome).toMatchObject({ lost: 0, inSystem: 0 });
  });

  it('is the same for the same seed', () => {
    const text = scenario(
      '{ min: 4, max: 30, startup: { exponential: { mean: 1m } }, target: { metric: utilisation, value: 60% } }',
    );
    expect(run(text)).toEqual(run(text));
  });

  it('keeps its capacity through a crash: those that lie down still count, and come back', () => {
    const crash = 'faults:\n  - { at: 20m, for: 1m, resource: workers, crash: 100% }\n';
    const outcome = run(scenario('{ min: 4, max: 4, target: { metric: utilisation, value: 60% } }', crash));
    expect(metric(outcome, 'InstancesRunning')).toMatchObject({ min: 0, max: 4 });
    expect(metric(outcome, 'DesiredInstances').max ?? 4).toBe(4);
    expect(metric(outcome, 'ScalingActivities').sum).toBe(0);
    expect(outcome.traffic[0]?.outcome).toMatchObject({ lost: 0, inSystem: 0 });
  });
});
