/** Code in the place of handlers, wired into whole designs: consumers, functions that poll, and functions that a topic invokes. */
import { describe, expect, test } from 'vitest';
import { type HandlerCode, type HandlerMessage, runReplication } from '../../src/experiment/index.ts';
import { History } from '../../src/history/index.ts';
import { resolve } from '../support/street.ts';

const FIFO = `
seed: 1
horizon: 10s
traffic: { t: { rate: 2/s, key: { uniform: { keys: 3 } } } }
resources:
  inbox: { type: sqs, fifo: true, visibilityTimeout: 20s }
  workers: { type: consumer, source: inbox, instances: 2, handler: { time: 10ms, failureRate: 10% } }
designs: { d: { traffic: { t: inbox } } }
`;
const LAMBDA = `
seed: 1
horizon: 10s
drain: 2m
traffic: { t: { rate: 2/s } }
resources:
  inbox: { type: sqs, visibilityTimeout: 10s }
  db: { type: service, servers: 1, serviceTime: 5ms }
  writer: { type: lambda, source: inbox, timeout: 1s, batchSize: 1, handler: { time: 10ms, calls: [{ to: db }] } }
designs: { d: { traffic: { t: inbox } } }
`;
const INVOKED = `
seed: 1
horizon: 10s
drain: 10m
traffic: { t: { rate: 1/s } }
resources:
  topic: { type: sns, subscriptions: [{ to: left }, { to: right }] }
  left: { type: lambda, handler: { time: 10ms } }
  right: { type: lambda, handler: { time: 10ms } }
designs: { d: { traffic: { t: topic } } }
`;

const run = (text: string, handlers: Record<string, HandlerCode>, history = new History()) => ({
  outcome: runReplication(resolve(text), 'd', 0, { handlers: new Map(Object.entries(handlers)), history }),
  history,
});

describe('without a word of code', () => {
  test.each([FIFO, LAMBDA, INVOKED])(
    'a run is what it was, and code that does nothing changes none of its events',
    (text) => {
      const plain = runReplication(resolve(text), 'd', 0).fingerprint;
      const nothing = (): void => {};
      const idle = { workers: nothing, writer: nothing, left: nothing, right: nothing };
      expect(run(text, {}).outcome.fingerprint).toBe(plain);
      expect(run(text, { nobody: nothing }).outcome.fingerprint).toBe(plain);
      expect(run(text, idle).outcome.fingerprint).toBe(plain);
    },
  );
});

describe('code of a consumer', () => {
  test('is told what SQS tells: ids, group, sequence number, how often it was received', () => {
    const told: HandlerMessage[] = [];
    const { history } = run(FIFO, { workers: (message) => told.push(message) });
    const done = [...history].filter((record) => record.do === 'handle' && record.is === 'ok');
    expect(told.length).toBeGreaterThan(5);
    expect(
      told.map((one) => [
        one.request,
        one.MessageId,
        one.MessageGroupId,
        one.SequenceNumber,
        one.ApproximateReceiveCount,
      ]),
    ).toEqual(done.map((one) => [one.entity, one.message, one.group, one.sequence, one.receives]));
    expect(told.every((one) => one.traffic === 't' && one.MessageDeduplicationId === one.request)).toBe(true);
    expect(new Set(told.map(({ key }) => key)).size).toBe(3);
  });

  test('is told the same where nobody takes the history down', () => {
    const told: HandlerMessage[] = [];
    const handlers = new Map<string, HandlerCode>([['workers', (message) => told.push(message)]]);
    runReplication(resolve(FIFO), 'd', 0, { handlers, judge: false });
    expect(told.length).toBeGreaterThan(5);
    expect(told.every(({ SequenceNumber }) => SequenceNumber !== null)).toBe(true);
  });

  test('makes the same run whenever it is run', () => {
    const draw = (): string => {
      const seen: string[] = [];
      const { outcome } = run(FIFO, {
        workers: function* (message, { nowMs, random }) {
          seen.push(`${message.request} ${nowMs} ${random()}`);
          yield { step: 'sleep', us: Math.floor(random() * 50_000) };
        },
      });
      return `${outcome.fingerprint}\n${seen.join('\n')}`;
    };
    expect(draw()).toBe(draw());
  });
});

describe('code of a function', () => {
  test('works on the messages of its batch, and what it has called is billed as its time', () => {
    const told: HandlerMessage[] = [];
    const { outcome } = run(LAMBDA, {
      writer: function* (message) {
        yield { step: 'work' };
        yield { step: 'call', to: 'db' };
        told.push(message);
      },
    });
    const [traffic] = outcome.traffic;
    expect(traffic?.outcome.completed).toBe(told.length);
    expect(told.every((one) => one.MessageId !== null && one.ApproximateReceiveCount === 1)).toBe(true);
    const metrics = outcome.resources.find(({ name }) => name === 'writer')?.metrics ?? [];
    expect(metrics.find(({ name }) => name === 'Duration')?.mean).toBeGreaterThanOrEqual(15);
  });

  test('that runs out of time leaves what it has done, and begins anew when the message comes back', () => {
    const begun = new Map<number, number>();
    let ended = 0;
    run(LAMBDA, {
      writer: function* ({ request, ApproximateReceiveCount }) {
        begun.set(request, (begun.get(request) ?? 0) + 1);
        yield { step: 'sleep', us: ApproximateReceiveCount === 1 ? 2_000_000 : 1000 };
        ended++;
      },
    });
    expect([...begun.values()].every((times) => times === 2)).toBe(true);
    expect(ended).toBe(begun.size);
  });

  test('that a topic invokes is told the request, and nothing of a queue', () => {
    const told: HandlerMessage[] = [];
    run(INVOKED, { left: (message) => told.push(message), right: (message) => told.push(message) });
    const times = new Map<number, number>();
    for (const { request } of told) times.set(request, (times.get(request) ?? 0) + 1);
    expect(times.size).toBeGreaterThan(3);
    expect([...times.values()].every((count) => count === 2)).toBe(true);
    expect(told[0]).toMatchObject({
      MessageId: null,
      ReceiptHandle: null,
      ApproximateReceiveCount: null,
      traffic: 't',
    });
  });

  test('that throws is invoked again', () => {
    const calls = new Map<number, number>();
    const { outcome } = run(INVOKED, {
      left: ({ request }) => {
        const times = (calls.get(request) ?? 0) + 1;
        calls.set(request, times);
        if (times < 3) throw new Error('again');
      },
    });
    const [traffic] = outcome.traffic;
    expect([...calls.values()]).toEqual(Array.from({ length: traffic?.outcome.offered ?? 0 }, () => 3));
    expect(traffic?.outcome.completed).toBe(traffic?.outcome.offered);
  });
});
