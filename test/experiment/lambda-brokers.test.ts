/** Functions that read a broker, in whole designs: both engines, what fails, and what becomes of it in the result. */
import { describe, expect, test } from 'vitest';
import { type ReplicationOutcome, runReplication } from '../../src/experiment/index.ts';
import { History } from '../../src/history/index.ts';
import { resolve } from '../support/street.ts';

interface Parts {
  readonly engine: 'rabbitmq' | 'activemq';
  readonly queue?: string;
  readonly broker?: string;
  readonly lambda?: string;
  readonly handler?: string;
  readonly traffic?: string;
  readonly more?: string;
  readonly faults?: string;
}

function scenario(parts: Parts): string {
  const {
    engine,
    queue = '',
    broker = '',
    lambda = '',
    handler = 'time: 5ms',
    traffic = '',
    more = '',
    faults = '',
  } = parts;
  return `
seed: 4
horizon: 3m
drain: 10m
traffic: { t: { rate: 10/s, changes: [ { at: 1m, rate: 0/s } ], ${traffic} } }
resources:
  b: { type: mq, engine: ${engine}, queues: [{ name: q, ${queue} }${more}], ${broker} }
  f: { type: lambda, source: b, handler: { ${handler} }, ${lambda} }
designs: { d: { traffic: { t: b } } }
${faults === '' ? '' : `faults: [ ${faults} ]`}
`;
}

function run(parts: Parts): { outcome: ReplicationOutcome; history: History } {
  const history = new History();
  return { outcome: runReplication(resolve(scenario(parts)), 'd', 0, { history }), history };
}

const traffic = ({ traffic: [only] }: ReplicationOutcome) => {
  if (only === undefined) throw new Error('no traffic');
  return only.outcome;
};
const sum = ({ resources }: ReplicationOutcome, resource: string, metric: string): number =>
  resources.find(({ name }) => name === resource)?.metrics.find(({ name }) => name === metric)?.sum ?? 0;

const ENGINES = ['rabbitmq', 'activemq'] as const;

describe.each(ENGINES)('a function that reads %s', (engine) => {
  test('has all that is published, in batches, once', () => {
    const { outcome } = run({ engine });
    const { offered, completed, duplicates } = traffic(outcome);
    expect([completed, duplicates, offered > 400]).toEqual([offered, 0, true]);
    expect(sum(outcome, 'f', 'PolledEventCount')).toBe(offered);
    expect(sum(outcome, 'f', 'InvokedEventCount')).toBe(offered);
    // Half a second of it each.
    expect(offered / sum(outcome, 'f', 'Invocations')).toBeGreaterThan(4);
    expect(offered / sum(outcome, 'f', 'Invocations')).toBeLessThan(8);
  });

  test('takes no more than a batch at once', () => {
    const { outcome, history } = run({ engine, lambda: 'batchSize: 3', handler: 'time: 50ms' });
    const { offered, completed } = traffic(outcome);
    expect(completed).toBe(offered);
    expect(offered / sum(outcome, 'f', 'Invocations')).toBeLessThanOrEqual(3);
    expect(offered / sum(outcome, 'f', 'Invocations')).toBeGreaterThan(2.2);
    const ofOne = new Map<number, number>();
    let most = 0;
    for (const record of history) {
      if (record.client !== 'f' || record.do === 'handle') continue;
      const change = record.do === 'receive' ? 1 : record.do === 'delete' && record.is === 'invoke' ? -1 : 0;
      const held = (ofOne.get(record.who ?? 0) ?? 0) + change;
      ofOne.set(record.who ?? 0, held);
      most = Math.max(most, held);
    }
    expect(most).toBe(3);
  });

  test('does all of a batch again when one of it fails, and loses nothing', () => {
    // So slow that others come while a batch is worked on; they are not refused with it.
    const { outcome } = run({ engine, handler: 'time: 20ms, failureRate: 1%', lambda: 'timeout: 60s' });
    const { offered, completed, duplicates, lost } = traffic(outcome);
    // All is acknowledged: nothing is held when traffic is over.
    expect([completed, lost, outcome.endUs]).toEqual([offered, 0, 180_000_000]);
    expect(duplicates).toBeGreaterThan(0);
    // What was done in vain is what was done again, and what failed.
    const failed = sum(outcome, 'f', 'FailedInvokeEventCount');
    expect(duplicates).toBeLessThan(failed);
    expect(sum(outcome, 'f', 'MessagesRedelivered')).toBe(failed);
    expect(sum(outcome, 'f', 'InvokedEventCount')).toBe(offered + failed);
  });

  test('comes back when its broker dies in the middle of its batches', () => {
    const { outcome } = run({
      engine,
      handler: 'time: 100ms',
      lambda: 'batchSize: 20, timeout: 10s',
      faults: '{ at: 20s, resource: b, crash: 100% }, { at: 40s, resource: b, disconnect: 100% }',
    });
    const { accepted, completed, duplicates, lost } = traffic(outcome);
    expect([lost, completed >= accepted, duplicates > 0]).toEqual([0, true, true]);
  });

  test('waits for what its link to the broker has cut off', () => {
    const { outcome } = run({ engine, faults: '{ at: 20s, for: 20s, link: [f, b], unreachable: 100% }' });
    const { offered, completed, lost } = traffic(outcome);
    expect([completed, lost]).toEqual([offered, 0]);
  });

  test('works on one batch at a time while it is throttled, and then goes on', () => {
    const { outcome } = run({ engine, faults: '{ at: 20s, for: 20s, resource: f, down: true }' });
    const { offered, completed, duplicates } = traffic(outcome);
    expect([completed, duplicates]).toEqual([offered, 0]);
    expect(sum(outcome, 'f', 'MessagesRedelivered')).toBe(0);
  });

  test('tells its history what it received, did and acknowledged', () => {
    const { outcome, history } = run({ engine });
    const { offered } = traffic(outcome);
    const count = (what: string, on: string, is: string): number =>
      [...history].filter((one) => one.client === 'f' && one.do === what && one.on === on && one.is === is).length;
    expect([count('receive', 'b', 'ok'), count('handle', 'f', 'ok'), count('delete', 'b', 'invoke')]).toEqual([
      offered,
      offered,
      offered,
    ]);
  });
});

describe('a message on which a function always fails', () => {
  const poison = { traffic: 'poison: 1%', handler: 'time: 5ms', lambda: 'batchSize: 1' };

  test('goes to ActiveMQ’s dead letters after six redeliveries, a second apart', () => {
    const { outcome } = run({ ...poison, engine: 'activemq' });
    const { offered, completed, deadLettered } = traffic(outcome);
    expect(deadLettered).toBeGreaterThan(0);
    expect([completed + deadLettered, outcome.endUs]).toEqual([offered, 180_000_000]);
    expect(sum(outcome, 'f', 'FailedInvokeEventCount')).toBe(7 * deadLettered);
  });

  test('goes where a quorum queue of RabbitMQ sends what was delivered too often', () => {
    const { outcome } = run({
      ...poison,
      engine: 'rabbitmq',
      queue: 'kind: quorum, deliveryLimit: 3, deadLetterQueue: dead',
      more: ', { name: dead }',
    });
    const { offered, completed, deadLettered } = traffic(outcome);
    expect(deadLettered).toBeGreaterThan(0);
    expect([completed + deadLettered, outcome.endUs]).toEqual([offered, 180_000_000]);
    expect(sum(outcome, 'f', 'FailedInvokeEventCount')).toBe(4 * deadLettered);
  });

  test('of a classic queue blocks it for ever, and takes the others of its batch along', () => {
    const { outcome } = run({ ...poison, engine: 'rabbitmq', queue: 'kind: classic', lambda: 'batchSize: 100' });
    const { offered, completed, duplicates } = traffic(outcome);
    expect(completed).toBeLessThan(offered);
    expect(duplicates).toBeGreaterThan(offered);
  });
});
