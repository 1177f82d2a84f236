/** Handlers that are programs: when their effects happen, what becomes of them when somebody throws or dies, and what is refused. */
import { describe, expect, it } from 'vitest';
import type { CallSettings } from '../../src/calls/index.ts';
import { NO_RETRY } from '../../src/calls/schema.ts';
import type { HandlerCode, HandlerMessage, HandlerStep, HandlerSteps } from '../../src/workload/handler-code.ts';
import type { ConsumerSettings } from '../../src/workload/settings.ts';
import { constant, handler, MS, Shop } from './shop.ts';

const callTo = (change: Partial<CallSettings> = {}): CallSettings => ({
  to: 'db',
  probability: 1,
  timeoutUs: null,
  retry: NO_RETRY,
  breaker: null,
  hedge: null,
  bulkhead: null,
  cancelOnTimeout: false,
  latency: constant(0),
  ...change,
});
const work: HandlerStep = { step: 'work' };
const sleep = (ms: number): HandlerStep => ({ step: 'sleep', us: ms * MS });
const call = (to = 'db'): HandlerStep => ({ step: 'call', to });

/** A shop whose handler is code; its queue gives a message again after 100 ms. */
const shopWith = (code: HandlerCode, change: Partial<ConsumerSettings> = {}): Shop => new Shop(change, 100, 1e6, code);

describe('a plain function', () => {
  it('is called when the time of the handler is over and its calls have come back, then the message is done', () => {
    const at: number[] = [];
    const shop = shopWith((_, { nowMs }) => at.push(nowMs), { handler: handler({ calls: [callTo()] }) });
    shop.connect('ok@5000');
    shop.put(0, 1).run(50);
    // Received at 2, 10 ms of work, 5 ms of the call.
    expect(at).toEqual([17]);
    expect([shop.done, shop.queue.diary]).toEqual([['17 0'], ['1 receive 0', '18 delete 0']]);
  });

  it('fails the message when it throws, and the message comes back', () => {
    const counts: unknown[] = [];
    const shop = shopWith(({ ApproximateReceiveCount }) => {
      counts.push(ApproximateReceiveCount);
      if (counts.length === 1) throw new Error('not today');
    });
    shop.put(0, 1).run(300);
    expect(counts).toEqual([1, 2]);
    expect([shop.done, shop.metric('HandlerFailures').sum]).toEqual([['112 0'], 1]);
  });

  it('is not called where the scenario has the handler fail, or one of its calls does', () => {
    let calls = 0;
    const count = (): void => {
      calls++;
    };
    shopWith(count).put(0, 1, true).run(50);
    const shop = shopWith(count, { handler: handler({ calls: [callTo()] }) });
    shop.connect('failed');
    shop.put(0, 1).run(50);
    expect(calls).toBe(0);
  });
});

describe('a generator', () => {
  it('begins with the handler, and each yield lets time pass', () => {
    const diary: string[] = [];
    const shop = shopWith(
      function* (_, context): HandlerSteps {
        diary.push(`begins ${context.nowMs}`);
        yield work;
        diary.push(`has worked ${context.nowMs}`);
        yield sleep(3);
        diary.push(`has slept ${context.nowMs}`);
        diary.push(`${yield call()} ${context.nowMs}`);
        diary.push(`${yield call()} ${context.nowMs}`);
      },
      { handler: handler({ calls: [callTo()] }) },
    );
    shop.connect('ok@5000 failed@1000');
    shop.put(0, 1).run(50);
    expect(diary).toEqual(['begins 2', 'has worked 12', 'has slept 15', 'ok 20', 'failed 21']);
    expect(shop.done).toEqual(['21 0']);
  });

  it('goes on through calls that are answered at once', () => {
    const answers: string[] = [];
    const shop = shopWith(
      function* () {
        for (let i = 0; i < 4; i++) answers.push(yield call());
      },
      { handler: handler({ calls: [callTo()] }) },
    );
    shop.connect('ok failed ok unavailable');
    shop.put(0, 2).run(50);
    expect(answers.slice(0, 4)).toEqual(['ok', 'failed', 'ok', 'unavailable']);
    expect(shop.done).toEqual(['2 0', '4 1']);
  });

  it('that is in a crash leaves what it has done and does nothing more, not even what stands in finally', () => {
    const effects: string[] = [];
    const shop = shopWith(function* ({ ApproximateReceiveCount: n }) {
      try {
        effects.push(`charged ${n}`);
        yield sleep(20);
        effects.push(`sent ${n}`);
      } finally {
        effects.push(`finally ${n}`);
      }
    });
    shop.put(0, 1).at(10, () => shop.consumer.crash(1, 30 * MS));
    shop.run(200);
    expect(effects).toEqual(['charged 1', 'charged 2', 'sent 2', 'finally 2']);
    expect(shop.done.length).toBe(1);
  });

  it('that dies in a call takes no answer, and the worker goes on with another message', () => {
    const effects: string[] = [];
    const shop = shopWith(
      function* ({ request }, context) {
        effects.push(`begins ${request} ${context.nowMs}`);
        yield call();
        effects.push(`ends ${request} ${context.nowMs}`);
      },
      { handler: handler({ calls: [callTo()] }), batchSize: 1 },
    );
    shop.connect('ok@20000 ok@20000 ok@20000');
    shop
      .put(0, 1)
      .put(15, 1)
      .at(10, () => shop.consumer.crash(1, 5 * MS));
    shop.run(90);
    // The answer to the first, at 22, is nobody's.
    expect(effects).toEqual(['begins 0 2', 'begins 1 17', 'ends 1 37']);
  });

  it('that throws fails the message; what it did before is done', () => {
    const effects: number[] = [];
    const shop = shopWith(function* ({ ApproximateReceiveCount }) {
      effects.push(ApproximateReceiveCount as number);
      yield sleep(1);
      if (effects.length === 1) throw new Error('too late');
    });
    shop.put(0, 1).run(200);
    expect([effects, shop.done]).toEqual([[1, 2], ['103 0']]);
  });

  it('of a poison message is thrown at in one of its yields, or fails at its end: always', () => {
    const seen = new Map<string, number>();
    const note = (what: string): void => {
      seen.set(what, (seen.get(what) ?? 0) + 1);
    };
    const shop = shopWith(
      function* () {
        try {
          yield sleep(1);
          note('one yield');
          yield sleep(1);
          note('two yields');
        } catch (error) {
          note((error as Error).name);
          throw error;
        }
      },
      { instances: 5 },
    );
    shop.put(0, 20, true).run(1000);
    const [first = 0, second = 0, thrown = 0] = ['one yield', 'two yields', 'HandlerFailure'].map((it) => seen.get(it));
    // Half of them at the first yield, half of the others at the second: the rest of 200 attempts by their end.
    expect(shop.done).toEqual([]);
    expect(first).toBeGreaterThan(50);
    expect(second).toBeGreaterThan(20);
    expect(second).toBeLessThan(first);
    expect(thrown + second).toBeGreaterThan(150);
  });

  it('takes longer where its consumer is slowed down', () => {
    const shop = shopWith(function* () {
      yield work;
      yield sleep(5);
    });
    shop.consumer.slowDown(2);
    shop.put(0, 1).run(50);
    expect(shop.done).toEqual(['32 0']);
  });

  it('makes its first call to a service by the first entry for it, and those beyond the last by the last', () => {
    const calls = [callTo(), callTo({ to: 'bank' }), callTo()];
    const shop = shopWith(
      function* () {
        yield call();
        yield call();
        yield call();
        yield call('bank');
      },
      { handler: handler({ calls }) },
    );
    const callees = shop.connect('ok', 'ok', 'ok');
    shop.put(0, 1).run(50);
    expect(callees.map((callee) => callee.calls)).toEqual([1, 1, 2]);
    const paths = callees.flatMap((callee) => callee.paths);
    // Of the same kind of work each has luck of its own; the first calls of all services share the path of the message.
    expect(new Set(paths).size).toBe(paths.length - 1);
  });
});

describe('what code is told', () => {
  it('is the same request for every receive of a message, frozen, and random numbers that belong to the receive', () => {
    const told: { message: HandlerMessage; numbers: number[] }[] = [];
    const code: HandlerCode = (message, { random }) => {
      told.push({ message, numbers: [random(), random()] });
      if (message.ApproximateReceiveCount === 1) throw new Error('again');
    };
    shopWith(code, { instances: 2 }).put(0, 2).run(300);
    const again = told.splice(0);
    shopWith(code, { instances: 2 }).put(0, 2).run(300);
    expect(told).toEqual(again);
    expect(told.map(({ message }) => message.request)).toEqual([0, 1, 0, 1]);
    expect(told.map(({ message }) => message.ReceiptHandle).every((handle) => handle !== null)).toBe(true);
    expect(new Set(told.flatMap(({ numbers }) => numbers)).size).toBe(8);
    expect(told[0]?.message).toMatchObject({ traffic: 't', key: null, MessageGroupId: null, SequenceNumber: null });
    expect(Object.isFrozen(told[0]?.message)).toBe(true);
  });

  it('is which instance and worker it is', () => {
    const who: string[] = [];
    shopWith((_, { instance, worker }) => who.push(`${instance}/${worker}`), { instances: 2, concurrency: 2 })
      .put(0, 20)
      .run(20);
    expect(who.toSorted()).toEqual(['0/0', '0/1', '1/2', '1/3']);
  });
});

describe('code that cannot run in virtual time is refused', () => {
  const refused: [string, unknown, string][] = [
    ['an async function', async () => {}, 'an async function → expected a plain function, or function\\*'],
    ['an async generator', async function* () {}, 'an async function → expected'],
    ['a text', 'charge()', 'string → expected a function'],
    ['a function that returns a promise', () => Promise.resolve(), 'it returned a promise → expected nothing'],
    [
      'a function that returns a generator',
      () =>
        (function* () {
          yield work;
        })(),
      'a plain function that returned a generator → expected the generator function itself',
    ],
    [
      'a yield of a number',
      function* () {
        yield 5;
      },
      'it yielded 5 → expected sleep',
    ],
    [
      'a sleep that is no time',
      function* () {
        yield { step: 'sleep', us: Number.NaN };
      },
      'it yielded .*sleep.* → expected sleep',
    ],
    [
      'a call to a service that the scenario does not name',
      function* () {
        yield call('cache');
      },
      'it called cache → expected one of db, bank',
    ],
  ];
  it.each(refused)('%s', (_, code, message) => {
    const calls = [callTo(), callTo({ to: 'bank' }), callTo({ to: 'db' })];
    const run = (): void => {
      const shop = shopWith(code as HandlerCode, { handler: handler({ calls }) });
      shop.connect('ok', 'ok', 'ok');
      shop.put(0, 1).run(50);
    };
    expect(run).toThrow(new RegExp(`handler of workers: ${message}`));
  });
});
