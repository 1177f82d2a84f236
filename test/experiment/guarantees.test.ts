import { describe, expect, test } from 'vitest';
import { runReplication, runScenario } from '../../src/experiment/index.ts';
import { History } from '../../src/history/index.ts';
import { resolve } from '../support/street.ts';

const SHOP = `
seed: 1
horizon: 60s
drain: 30m
replications: 2
traffic: { orders: { rate: 20/s, key: { uniform: { keys: 5 } }, poison: 2%, duplicates: 5% } }
designs:
  careful:
    traffic: { orders: orders }
    resources:
      orders: { type: sqs, fifo: true, visibilityTimeout: 5s, redrive: { maxReceiveCount: 3, deadLetterQueue: dead } }
      dead: { type: sqs, fifo: true }
      workers: { type: consumer, source: orders, instances: 4, handler: { time: 20ms } }
  parallel:
    traffic: { orders: orders }
    resources:
      orders: { type: sqs, fifo: true, visibilityTimeout: 5s, redrive: { maxReceiveCount: 3, deadLetterQueue: dead } }
      dead: { type: sqs, fifo: true }
      workers: { type: consumer, source: orders, instances: 2, concurrency: 10, handler: { time: { exponential: { mean: 40ms } } } }
  sync:
    traffic: { orders: api }
    resources: { api: { type: service, servers: 2, serviceTime: 20ms } }
`;
const asked = (guarantees: string) => resolve(`${SHOP}\nguarantees: ${guarantees}`);

describe('guarantees of a scenario', () => {
  const result = runScenario(
    asked('[ { that: order of workers, design: parallel, expect: broken }, at-most-once of workers ]'),
  );
  const of = (design: string, name: string, resource: string) =>
    result.designs[design]?.guarantees.find((one) => one.name === name && one.resource === resource);

  test('are judged for each resource, and every design has conservation and monotone time', () => {
    expect(of('sync', 'conservation', 'orders')).toMatchObject({ verdict: 'held', expected: 'held' });
    expect(of('sync', 'monotone-time', '*')).toMatchObject({ verdict: 'held' });
    for (const name of ['order', 'group-lock', 'deduplication', 'no-loss', 'at-least-once', 'redrive', 'visibility'])
      expect(of('careful', name, 'orders'), name).toMatchObject({ verdict: 'held' });
    expect(of('careful', 'dead-letters', 'dead')).toMatchObject({ verdict: 'held' });
    expect(of('careful', 'order', 'workers')).toMatchObject({ verdict: 'held', expected: 'held' });
  });

  test('a consumer that works on a group in parallel breaks its order, as expected, and the records show how', () => {
    const found = of('parallel', 'order', 'workers');
    expect(found).toMatchObject({ verdict: 'broken', expected: 'broken', replication: 0, brokenShare: 1 });
    const [first, second] = found?.evidence ?? [];
    expect(first).toMatchObject({ do: 'handle', is: 'ok', client: 'workers' });
    expect(second).toMatchObject({ do: 'handle', is: 'ok', group: first?.group });
    expect(first?.sequence).toBeGreaterThan(second?.sequence ?? Number.POSITIVE_INFINITY);
    expect(first?.n).toBeLessThan(second?.n ?? 0);
  });

  test('a broken guarantee has its story: what happened to the same messages, from their send to the proof', () => {
    const { story = [], evidence = [] } = of('parallel', 'order', 'workers') ?? {};
    expect(story.every(({ n }, i) => i === 0 || n > (story[i - 1]?.n ?? n))).toBe(true);
    expect(story).toEqual(expect.arrayContaining(evidence.map((one) => one)));
    expect(story.at(-1)).toEqual(evidence.at(-1));
    const sent = story.filter((one) => one.do === 'send' && one.is === 'invoke').map(({ entity }) => entity);
    expect(new Set(sent)).toEqual(new Set(evidence.map(({ entity }) => entity)));
    expect(of('careful', 'order', 'workers')).not.toHaveProperty('story');
  });

  test('what is asked for beyond the promises is judged too', () => {
    expect(of('careful', 'at-most-once', 'workers')).toMatchObject({ expected: 'held' });
    expect(of('sync', 'at-most-once', 'workers')).toBeUndefined();
  });

  test('rare situations are counted', () => {
    expect(result.designs['careful']?.probes).toMatchObject({
      deduplicated: expect.any(Number),
      'dead-lettered': expect.any(Number),
    });
  });

  test('judging changes nothing in the run, and can be left out', () => {
    const scenario = asked('[]');
    const judged = runReplication(scenario, 'careful', 0);
    const { judgement, ...rest } = judged;
    expect(judgement?.findings.length).toBeGreaterThan(10);
    expect(runReplication(scenario, 'careful', 0, { judge: false })).toEqual(rest);
  });

  test('a history can be kept, and is the same each time', () => {
    const scenario = asked('[]');
    const [first, second] = [new History(), new History()];
    for (const history of [first, second]) runReplication(scenario, 'parallel', 1, { history });
    expect([...first]).toEqual([...second]);
    expect([...first].at(-1)).toMatchObject({ do: 'end' });
  });

  test.each([
    ['crash: 100%', 'workers', true],
    ['kmsDown: true', 'orders', false],
    ['down: true', 'orders', false],
    ['duplicate: 5%', 'orders', false],
  ])('a fault that is not said to end (%s of %s) is over at once where it is a blow: %s', (what, resource, isOver) => {
    const scenario = resolve(`
seed: 1
horizon: 10s
drain: 5s
traffic: { t: { rate: 5/s } }
designs:
  d:
    traffic: { t: orders }
    resources:
      orders: { type: sqs, visibilityTimeout: 5s, encryption: { kms: {} } }
      workers: { type: consumer, source: orders, handler: { time: 20ms } }
faults: [ { at: 5s, resource: ${resource}, ${what} } ]
`);
    const history = new History();
    runReplication(scenario, 'd', 0, { history });
    const told = [...history].filter((record) => record.do === 'fault').map(({ is }) => is);
    expect(told).toEqual(isOver ? ['invoke', 'ok'] : ['invoke']);
  });
});
