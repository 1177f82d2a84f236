import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/index.ts';
import { resolve } from '../support/street.ts';

/** Ten records a second for a minute into a stream of two shards that a function `f` reads. */
const text = (lambda: string, traffic = '', more = ''): string => `seed: 1
horizon: 1m
drain: 10m
replications: 1
traffic: { t: { rate: 10/s, arrivals: regular, key: { uniform: { keys: 20 } }, ${traffic} } }
designs:
  a:
    traffic: { t: s }
    resources:
      s: { type: kinesis, shards: 2 }
      q: { type: sqs }
      d: { type: sink }
      f: { type: lambda, source: s, coldStart: 100ms, handler: { time: 10ms }, ${lambda} }
${more}`;

const run = (yaml: string) => {
  const design = runScenario(resolve(yaml)).designs['a'];
  if (design === undefined) throw new Error('no design a');
  const metric = (resource: string, name: string) => design.resources[resource]?.metrics[name];
  return { design, traffic: design.traffic['t'], metric };
};

describe('a function of a stream in a scenario', () => {
  test('completes its requests, polled in about a second, pushed at once', () => {
    const polled = run(text(''));
    expect(polled.traffic).toMatchObject({ offered: 600, completed: 600, duplicates: 0 });
    expect(polled.traffic?.completionMs.p50).toBeGreaterThan(500);
    const pushed = run(text('fanOut: true'));
    expect(pushed.traffic).toMatchObject({ completed: 600 });
    expect(pushed.traffic?.completionMs.p50).toBeLessThan(200);
    expect(pushed.metric('f', 'IteratorAge')?.p50).toBeLessThan(200);
    expect(pushed.metric('s', 'GetRecords.Success')?.sum).toBe(0);
  });

  test('dead-letters what it leaves out, into a queue or to a sink; without one that is lost [lambda.on-failure-destination]', () => {
    const poison = 'poison: 5%';
    const settings = 'batchSize: 1, maximumRetryAttempts: 1';
    const told = run(text(`${settings}, onFailure: q`, poison));
    const { completed = 0, deadLettered = 0 } = told.traffic ?? {};
    expect(deadLettered).toBeGreaterThan(10);
    expect(completed + deadLettered).toBe(600);
    expect(told.metric('q', 'ApproximateNumberOfMessagesVisible')?.max).toBeLessThanOrEqual(deadLettered);
    const sunk = run(text(`${settings}, onFailure: d`, poison));
    expect(sunk.traffic?.deadLettered).toBe(deadLettered);
    const lost = run(text(settings, poison));
    expect(lost.traffic).toMatchObject({ completed, lost: deadLettered, deadLettered: 0 });
  });

  test('begins with the oldest record, the next one, or those since an instant [lambda.start-position]', () => {
    const lost = (position: string): number => run(text(`from: 30s, ${position}`)).traffic?.lost ?? -1;
    expect(lost('startingPosition: TRIM_HORIZON')).toBe(0);
    const latest = lost('startingPosition: LATEST');
    expect(latest).toBeGreaterThanOrEqual(299);
    expect(latest).toBeLessThan(310);
    const since = lost('startingPosition: { at: 10s }');
    expect(since).toBeGreaterThanOrEqual(98);
    expect(since).toBeLessThan(102);
  });

  test('goes on when Lambda is there again', () => {
    const faults = 'faults: [ { at: 10s, for: 20s, resource: f, down: true } ]';
    expect(run(text('', '', faults)).traffic).toMatchObject({ completed: 600, duplicates: 0 });
  });
});

describe('a producer beside the SDK', () => {
  const text = (producer: string, more = ''): string => `seed: 1
horizon: 1m
drain: 3m
replications: 1
traffic: { t: { rate: 200/s, arrivals: regular, size: 200B, key: { uniform: { keys: 50 } }, ${producer} } }
designs:
  a:
    traffic: { t: s }
    resources:
      s: { type: kinesis, shards: 2, reshard: [ { at: 20s, split: hottest } ] }
      k: { type: consumer, source: s, reader: kcl, instances: 2, handler: { time: 1ms } }
      f: { type: lambda, source: s, handler: { time: 1ms } }
${more}`;

  test('KPL puts many requests into few records, which KCL and Lambda take apart', () => {
    const { traffic, metric } = run(text('producer: kpl'));
    expect(traffic).toMatchObject({ offered: 12_000, completed: 12_000, duplicates: 0 });
    // Those that were on their way when the shard was split are tried again.
    expect(traffic?.outOfOrder).toBeLessThan(20);
    const records = metric('s', 'IncomingRecords')?.sum ?? 0;
    expect(records).toBeGreaterThan(1000);
    expect(records).toBeLessThan(2000);
    // Within the horizon; what waits for the leases of the children comes after it.
    expect(metric('k', 'MessagesHandled')?.sum).toBeGreaterThan(10_000);
    // Up to 100 ms for others, and the round trip.
    expect(traffic?.responseMs.p50).toBeGreaterThan(60);
    const single = run(text('producer: { kpl: { aggregation: false } }'));
    expect(single.metric('s', 'IncomingRecords')?.sum).toBeGreaterThan(11_900);
  });

  test('a crash in the middle of an aggregated record does all of it again, and loses none', () => {
    const faults = 'faults: [ { at: 30s, for: 20s, resource: k, crash: 100% } ]';
    const { traffic } = run(text('producer: kpl', faults).replace('time: 1ms', 'time: 4ms'));
    expect(traffic).toMatchObject({ completed: 12_000, lost: 0 });
    expect(traffic?.duplicates).toBeGreaterThan(0);
  });

  test('the Agent gathers 500 records or a minute, and tries again what a throttled shard did not take', () => {
    const calm = run(text('producer: agent'));
    expect(calm.traffic).toMatchObject({ completed: 12_000, duplicates: 0 });
    expect(calm.metric('s', 'PutRecords.Success')?.sum).toBeLessThan(40);
    expect(calm.traffic?.responseMs.max).toBeLessThan(3000);
    const slow = run(text('producer: { agent: { maxBufferAge: 1s } }'));
    expect(slow.metric('s', 'PutRecords.Success')?.sum).toBeGreaterThan(50);
    const faults = 'faults: [ { at: 10s, for: 10s, resource: s, throttle: 30% } ]';
    const throttled = run(text('producer: agent', faults));
    expect(throttled.traffic).toMatchObject({ completed: 12_000, lost: 0, rejected: 0 });
    expect(throttled.traffic?.attempts).toBeGreaterThan(12_500);
  });
});
