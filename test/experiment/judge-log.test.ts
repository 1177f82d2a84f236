/** Logs of real systems: judged as the simulator's own history would be, and a hand-written one in which something went wrong. */
import { describe, expect, test } from 'vitest';
import { judgeLog, type LogJudgement, runReplication } from '../../src/experiment/index.ts';
import { HistoryLines, HistoryReader } from '../../src/history/index.ts';
import type { ResolvedScenario } from '../../src/scenario/index.ts';
import { resolve } from '../support/street.ts';

function judged(scenario: ResolvedScenario, lines: readonly string[], design = scenario.designs[0]): LogJudgement {
  if (design === undefined) throw new Error('no design');
  return judgeLog(scenario, design, (sink) => {
    const reader = new HistoryReader(sink);
    for (const line of lines) reader.line(line);
    reader.end();
    return reader;
  });
}

const verdicts = (all: readonly { name?: string; guarantee?: string; resource: string; verdict: string }[]): string[] =>
  all.map((one) => `${one.name ?? one.guarantee} of ${one.resource}: ${one.verdict}`);

const HEAD = `
seed: 1
horizon: 60s
drain: 10m
replications: 1
traffic: { orders: { rate: 6/s, key: { uniform: { keys: 5 } }, poison: 2%, duplicates: 5%, timeout: 2s, retry: { attempts: 3 } } }
`;

describe('what the simulator writes, read as the log of a real system', () => {
  test.each([
    [
      'a queue whose answers are lost, with dead letters',
      `${HEAD}
designs:
  d:
    traffic: { orders: orders }
    resources:
      orders: { type: sqs, visibilityTimeout: 5s, redrive: { maxReceiveCount: 3, deadLetterQueue: dead } }
      dead: { type: sqs }
      workers: { type: consumer, source: orders, instances: 4, handler: { time: 100ms } }
faults: [ { at: 20s, for: 20s, link: [workers, orders], lose: { replies: 20% } } ]
guarantees: [ at-most-once of workers, exactly-once of workers ]`,
    ],
    [
      'a FIFO queue, worked on in parallel while instances crash',
      `${HEAD}
designs:
  d:
    traffic: { orders: orders }
    resources:
      orders: { type: sqs, fifo: true, visibilityTimeout: 5s }
      workers: { type: consumer, source: orders, instances: 2, concurrency: 10, handler: { time: { exponential: { mean: 90ms } } } }
faults: [ { at: 20s, for: 5s, resource: workers, crash: 50% } ]`,
    ],
    [
      'a topic with a queue, a function and an endpoint that is down',
      `${HEAD.replace('orders: {', 'orders: { size: 1KiB,')}
resources:
  partner: { type: service, servers: 3, serviceTime: 20ms }
designs:
  d:
    traffic: { orders: topic }
    resources:
      topic:
        type: sns
        subscriptions:
          - { to: bills }
          - { to: partner, protocol: https, redrive: { deadLetterQueue: lost } }
      bills: { type: sqs, visibilityTimeout: 5s }
      lost: { type: sqs }
      clerks: { type: consumer, source: bills, handler: { time: 10ms } }
faults: [ { at: 20s, for: 10s, resource: partner, down: true } ]`,
    ],
    [
      'a function that reads a queue',
      `${HEAD}
designs:
  d:
    traffic: { orders: orders }
    resources:
      orders: { type: sqs, visibilityTimeout: 60s }
      f: { type: lambda, source: orders, timeout: 5s, handler: { time: 50ms } }`,
    ],
  ])('is judged as the run itself: %s', (_, text) => {
    const scenario = resolve(text);
    const lines: string[] = [];
    const history = new HistoryLines((line) => lines.push(line), 1e6);
    const { judgement } = runReplication(scenario, 'd', 0, { judge: true, history });
    const found = judged(scenario, lines);
    expect(verdicts(found.guarantees)).toEqual(verdicts(judgement?.findings ?? []));
    expect(found.probes).toEqual(
      Object.fromEntries(Object.entries(judgement?.probes ?? {}).filter(([, count]) => count > 0)),
    );
    expect([found.records, found.foreign]).toEqual([lines.length - 1, []]);
    expect(verdicts(found.guarantees).filter((one) => one.endsWith(': held')).length).toBeGreaterThan(4);
  });
});

const SHOP = resolve(`
seed: 1
horizon: 1h
traffic: { shop: { rate: 1/s } }
designs:
  queued:
    traffic: { shop: orders }
    resources:
      orders: { type: sqs, visibilityTimeout: 30s, redrive: { maxReceiveCount: 3, deadLetterQueue: orders-dlq } }
      orders-dlq: { type: sqs }
      workers: { type: consumer, source: orders, instances: 3, handler: { time: 5s } }
guarantees: [ at-most-once of workers ]
`);

/** A worker takes longer than the visibility timeout, and a second one does the order again. */
const SLOW_WORKER = `
{"history":"spillway/history@1"}
{"us":0,"do":"send","is":"invoke","client":"shop","on":"orders","call":1,"entity":"A-1001"}
{"us":15000,"do":"send","client":"shop","on":"orders","call":1,"entity":"A-1001","message":"5fea7756"}

{"us":200000,"do":"receive","client":"workers","who":1,"on":"orders","call":2,"entity":"A-1001","message":"5fea7756","handle":"AQEB1","receives":1}
{"us":201000,"do":"handle","is":"invoke","client":"workers","who":1,"on":"workers","entity":"A-1001","message":"5fea7756"}
{"us":34900000,"do":"receive","client":"workers","who":2,"on":"orders","call":3,"entity":"A-1001","message":"5fea7756","handle":"AQEB2","receives":2}
{"us":34901000,"do":"handle","is":"invoke","client":"workers","who":2,"on":"workers","entity":"A-1001","message":"5fea7756"}
{"us":36000000,"do":"handle","client":"workers","who":1,"on":"workers","entity":"A-1001","message":"5fea7756"}
{"us":37000000,"do":"handle","client":"workers","who":2,"on":"workers","entity":"A-1001","message":"5fea7756"}
`
  .trim()
  .split('\n');

describe('the log of a real system', () => {
  const of = (found: LogJudgement, name: string, resource: string) =>
    found.guarantees.find((one) => one.name === name && one.resource === resource);

  test('in which a message was done twice breaks at-most-once, and its records tell how', () => {
    const found = judged(SHOP, SLOW_WORKER);
    const broken = of(found, 'at-most-once', 'workers');
    expect(broken).toMatchObject({ verdict: 'broken', expected: 'held' });
    expect(broken?.evidence?.map(({ n }) => found.reader.lineOf(n))).toEqual([9, 10]);
    expect(broken?.story?.map(({ n }) => found.reader.lineOf(n))).toEqual([2, 3, 5, 6, 7, 8, 9, 10]);
    expect(found.reader.asWritten(broken?.evidence?.[0] as never)).toMatchObject({ entity: 'A-1001', who: 1 });
    // The timeout was over: the queue did what it promises.
    expect(of(found, 'visibility', 'orders')).toMatchObject({ verdict: 'held' });
  });

  test('in which a queue gives out what another holds breaks visibility, where no delay of an answer can explain it', () => {
    const early = SLOW_WORKER.map((line) =>
      line.replace('"us":34900000', '"us":20000000').replace('"us":34901000', '"us":20100000'),
    );
    expect(of(judged(SHOP, early), 'visibility', 'orders')).toMatchObject({ verdict: 'broken' });
    // Called for before the other one: it may have been given out first, and told late.
    const poll = '{"us":150000,"do":"receive","is":"invoke","client":"workers","who":2,"on":"orders","call":3}';
    const asked = [...early.slice(0, 3), poll, ...early.slice(3)];
    expect(of(judged(SHOP, asked), 'visibility', 'orders')?.verdict).not.toBe('broken');
  });

  test('that has no end says nothing about the end', () => {
    expect(of(judged(SHOP, SLOW_WORKER), 'no-loss', 'orders')).toMatchObject({
      verdict: 'unknown',
      sentence: 'The history has no end.',
    });
  });

  test('is silent on what it does not name, and names of nobody are told', () => {
    const found = judged(SHOP, [
      ...SLOW_WORKER,
      '{"us":38000000,"do":"receive","client":"worker","on":"order","message":"m"}',
    ]);
    expect(of(found, 'conservation', 'orders-dlq')).toEqual({
      name: 'conservation',
      resource: 'orders-dlq',
      verdict: 'not exercised',
      expected: 'held',
      sentence: 'The log does not name orders-dlq.',
      counts: {},
    });
    expect(found.foreign).toEqual(['worker', 'order']);
    expect([found.isOfDesign, judged(SHOP, ['{"history":"spillway/history@1"}']).isOfDesign]).toEqual([true, false]);
  });
});
