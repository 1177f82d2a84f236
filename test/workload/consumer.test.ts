import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallSettings } from '../../src/calls/index.ts';
import { NO_RETRY } from '../../src/calls/schema.ts';
import { BROKEN } from './fake-queue.ts';
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

describe('consumer', () => {
  it('receives ten at most, works on one after the other, deletes each before the next, and polls again when its hands are empty', () => {
    const shop = new Shop().put(0, 12).run(200);
    expect(shop.queue.diary.slice(0, 3)).toEqual(['1 receive 0,1,2,3,4,5,6,7,8,9', '13 delete 0', '25 delete 1']);
    expect(shop.done.slice(0, 3)).toEqual(['12 0', '24 1', '36 2']);
    // Ten messages of 12 ms after the poll came back at 2: idle at 122, the next poll arrives at 123.
    expect(shop.queue.diary.filter((line) => line.includes('receive'))[1]).toBe('123 receive 10,11');
    expect(shop.done.length).toBe(12);
    expect([shop.queue.bodies, shop.requests.inSystem]).toEqual([[], 0]);
  });

  it('works on as many at once as it has workers, in every instance', () => {
    const shop = new Shop({ concurrency: 3, instances: 2, batchSize: 3 }).put(0, 6).run(100);
    expect(shop.done).toEqual(['12 0', '12 1', '12 2', '12 3', '12 4', '12 5']);
  });

  it('polls again as soon as a worker is idle and nothing is in hand, while others still work', () => {
    const shop = new Shop({ concurrency: 2, batchSize: 10, handler: handler({ calls: [callTo()] }) });
    shop.connect('ok@50000 ok');
    shop.put(0, 2).put(30, 1).run(100);
    // Worker two is idle at 14 and polls; message 2 comes to it while the first still waits for its call.
    expect(shop.done).toEqual(['12 1', '41 2', '62 0']);
  });

  it('leaves a message that fails to its visibility timeout, or sets it at once where it is told so', () => {
    const left = new Shop({}, 500).put(0, 1, true).run(700);
    expect(left.queue.diary).toEqual(['1 receive 0', '501 receive 0']);
    const set = new Shop({ onFailureVisibilityUs: 100 * MS }, 500).put(0, 1, true).run(200);
    expect(set.queue.diary).toEqual(['1 receive 0', '12 visibility 0 0.1', '112 receive 0', '123 visibility 0 0.1']);
    expect([left.done, set.done]).toEqual([[], []]);
  });

  it('overrides the visibility timeout of the queue on each receive', () => {
    const shop = new Shop({ visibilityTimeoutUs: 200 * MS }, 500).put(0, 1, true).run(300);
    expect(shop.queue.diary).toEqual(['1 receive 0', '201 receive 0']);
  });

  it('polls again after pollRetry when a poll fails', () => {
    const shop = new Shop();
    shop.queue.receiveError = BROKEN;
    shop.put(0, 1).at(1500, () => {
      shop.queue.receiveError = null;
    });
    expect(shop.run(3000).queue.diary.slice(0, 3)).toEqual(['1 receive fails', '1003 receive fails', '2005 receive 0']);
  });

  it('makes the calls of its handler in turn; one that fails fails the message', () => {
    const shop = new Shop({ handler: handler({ calls: [callTo(), callTo({ to: 'x' })] }) }, 500);
    const [db, x] = shop.connect('ok@5000 failed ok', 'ok@3000 ok');
    shop.put(0, 2).run(1000);
    expect(shop.done).toEqual(['20 0', '512 1']);
    expect({ db: db?.calls, x: x?.calls }).toEqual({ db: 3, x: 2 });
  });

  it('gives another receive of a message other luck, and a first receive that of a synchronous call', () => {
    const shop = new Shop({ handler: handler({ calls: [callTo({ retry: { ...NO_RETRY, attempts: 2 } })] }) }, 500);
    const [db] = shop.connect('failed');
    shop.put(0, 1).run(1400);
    const paths = db?.paths ?? [];
    expect(paths.length).toBeGreaterThanOrEqual(4);
    expect(paths[0]).toBe(0);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it('fails a share f of its attempts independently: n receives all fail with fⁿ', () => {
    const shop = new Shop({ concurrency: 10, handler: handler({ failureRate: 0.5 }), onFailureVisibilityUs: 0 }, 1e5);
    const n = 2000;
    shop.put(0, n).run(1e6);
    expect(shop.done.length).toBe(n);
    const receives = shop.metric('MessagesHandled').sum as number;
    // Receives until the first success: geometric, mean 2, variance 2.
    expect(Math.abs(receives / n - 2)).toBeLessThan(3.3 * Math.sqrt(2 / n));
  });
});

describe('deletes perBatch', () => {
  const batch = { deletes: 'perBatch' as const, batchSize: 3 };

  it('works on all that a poll brought, then deletes it at once', () => {
    const shop = new Shop(batch).put(0, 3).run(100);
    expect({ queue: shop.queue.diary, done: shop.done }).toEqual({
      queue: ['1 receive 0,1,2', '33 delete 0,1,2'],
      done: ['12 0', '22 1', '32 2'],
    });
  });

  it('with partialFailure deletes those that went well; without, none of a batch in which one failed', () => {
    const partial = new Shop(batch, 500).put(0, 1).put(0, 1, true).put(0, 1).run(100);
    expect(partial.queue.diary).toEqual(['1 receive 0,1,2', '33 delete 0,2']);
    const whole = new Shop({ ...batch, partialFailure: false }, 500).put(0, 1).put(0, 1, true).put(0, 1).run(600);
    expect(whole.queue.diary).toEqual(['1 receive 0,1,2', '501 receive 0,1,2']);
    expect([whole.done.length, whole.again]).toEqual([2, 2]);
  });

  it('works on as many batches at once as it has workers', () => {
    const shop = new Shop({ ...batch, concurrency: 2 }).put(0, 6).run(100);
    expect(shop.queue.diary).toEqual(['1 receive 0,1,2', '3 receive 3,4,5', '33 delete 0,1,2', '35 delete 3,4,5']);
  });
});

describe('heartbeat', () => {
  const heartbeat = { everyUs: 100 * MS, extendToUs: 300 * MS };

  it('extends what waits in hand, what is worked on and what waits for its delete, until nothing is left', () => {
    const shop = new Shop(
      { heartbeat, deletes: 'perBatch', batchSize: 2, handler: handler({ time: constant(70) }) },
      150,
    );
    shop.put(0, 2).run(1000);
    // At 102 message 0 is done and not yet deleted, 1 is worked on.
    expect(shop.queue.diary).toEqual([
      '1 receive 0,1',
      '102 visibility 0 0.3',
      '102 visibility 1 0.3',
      '143 delete 0,1',
    ]);
    expect(shop.again).toBe(0);
  });

  it('keeps a long handler from meeting its message again; without it the message comes back', () => {
    const long = { handler: handler({ time: constant(400) }), concurrency: 2, batchSize: 1 };
    expect(new Shop({ ...long, heartbeat }, 150).put(0, 1).run(900).again).toBe(0);
    expect(new Shop(long, 150).put(0, 1).run(900).again).toBeGreaterThan(0);
  });

  it('leaves what has failed alone', () => {
    const shop = new Shop(
      { heartbeat, deletes: 'perBatch', batchSize: 2, handler: handler({ time: constant(70) }) },
      1e4,
    );
    shop.put(0, 1, true).put(0, 1).run(1000);
    expect(shop.queue.diary).toEqual(['1 receive 0,1', '102 visibility 1 0.3', '143 delete 1']);
  });

  it('does not go on for one that has crashed', () => {
    const shop = new Shop({ heartbeat, handler: handler({ time: constant(1000) }) }, 5000).put(0, 1);
    shop.at(150, () => shop.consumer.crash(1, null)).run(2000);
    expect(shop.queue.diary.filter((line) => line.includes('visibility'))).toEqual(['102 visibility 0 0.3']);
  });
});

describe('crash', () => {
  it('leaves what was in hand undeleted: it comes back when its visibility timeout ends, after the restart too', () => {
    const shop = new Shop({}, 500).put(0, 3);
    shop.at(20, () => shop.consumer.crash(1, 100 * MS)).run(700);
    expect(shop.queue.diary).toEqual([
      '1 receive 0,1,2',
      '13 delete 0',
      '501 receive 1,2',
      '513 delete 1',
      '525 delete 2',
    ]);
    expect([shop.requests.inSystem, shop.again]).toEqual([0, 0]);
  });

  it('before the delete of finished work makes it a duplicate', () => {
    const shop = new Shop({}, 500).put(0, 1);
    shop.at(12.5, () => shop.consumer.crash(1, 100 * MS)).run(700);
    // The delete had been sent at 12 and takes effect at 13 all the same.
    expect([shop.queue.diary, shop.again]).toEqual([['1 receive 0', '13 delete 0'], 0]);
    const batch = new Shop({ deletes: 'perBatch' }, 500).put(0, 2);
    batch.at(15, () => batch.consumer.crash(1, 100 * MS)).run(700);
    expect(batch.again).toBe(1);
  });

  it('comes before a handler that ends at the same instant: that work was not done', () => {
    const shop = new Shop({}, 500).put(0, 1);
    shop.at(12, () => shop.consumer.crash(1, null)).run(100);
    expect([shop.done, shop.queue.bodies]).toEqual([[], [0]]);
  });

  it('during a call leaves the call to go on for nobody', () => {
    const shop = new Shop({ handler: handler({ calls: [callTo()] }) }, 500);
    const [db] = shop.connect('ok@50000');
    shop
      .put(0, 1)
      .at(20, () => shop.consumer.crash(1, null))
      .run(400);
    expect(db?.diary).toEqual(['12000 call 0', '20000 leave 0']);
    expect([db?.inProgress, shop.done.length]).toEqual([0, 0]);
  });

  it('during a call that came after one answered at once leaves that one too', () => {
    const shop = new Shop({ handler: handler({ calls: [callTo(), callTo({ to: 'x' })] }) }, 500);
    const [, x] = shop.connect('ok', 'ok@50000');
    shop
      .put(0, 1)
      .at(20, () => shop.consumer.crash(1, null))
      .run(400);
    expect(x?.diary).toEqual(['12000 call 0', '20000 leave 0']);
  });

  it('during a poll ends it, and what is on its way is lost to it', () => {
    const waiting = new Shop();
    waiting.at(50, () => waiting.consumer.crash(1, null)).run(100);
    expect([waiting.queue.diary, waiting.queue.waitingPolls]).toEqual([['50 poll cancelled'], 0]);
    const back = new Shop({}, 500).put(0, 1);
    back.at(1.5, () => back.consumer.crash(1, 100 * MS)).run(600);
    expect(back.done).toEqual(['512 0']);
  });

  it('strikes a share of the instances, the first that run, and they restart', () => {
    const shop = new Shop({ instances: 4 }, 500, 400);
    shop.at(50, () => shop.consumer.crash(0.5, 100 * MS));
    shop.at(100, () => shop.consumer.crash(0.5, 100 * MS));
    shop.run(400);
    expect(shop.metric('InstancesRunning')).toMatchObject({
      min: 0,
      max: 4,
      mean: (50 * 4 + 50 * 2 + 50 * 0 + 50 * 2 + 200 * 4) / 400,
    });
  });

  it('that lasts longer puts off the restart of those who lie down already', () => {
    const shop = new Shop({ instances: 1 }, 500, 1000);
    shop.at(100, () => shop.consumer.crash(1, 100 * MS));
    shop.at(150, () => shop.consumer.crash(1, 500 * MS));
    shop.at(160, () => shop.consumer.crash(1, 10 * MS));
    shop.run(1000);
    expect(shop.metric('InstancesRunning').mean).toBeCloseTo((100 + 350) / 1000, 9);
  });
});

describe('slow consumers', () => {
  it('take longer for what they begin while it lasts; factors multiply and end one by one', () => {
    const shop = new Shop().put(0, 4);
    const ends: (() => void)[] = [];
    shop.at(5, () => ends.push(shop.consumer.slowDown(2)));
    shop.at(6, () => ends.push(shop.consumer.slowDown(3)));
    shop.at(20, () => ends[0]?.());
    shop.at(80, () => ends[1]?.());
    shop.run(300);
    // 10; then 10 · 6 begun at 14; 10 · 3 begun at 76; 10 begun at 108.
    expect(shop.done).toEqual(['12 0', '74 1', '106 2', '118 3']);
  });
});

describe('metrics of a consumer', () => {
  it('tell utilisation, what is in hand, what was handled and what failed', () => {
    const shop = new Shop({ concurrency: 2 }, 1e5, 50).put(0, 2).put(0, 1, true).run(50);
    const of = (name: string) => shop.metric(name);
    expect([of('MessagesHandled').sum, of('HandlerFailures').sum]).toEqual([3, 1]);
    // In hand from 2: three, until 14 and 14 the first two, the third from 14 to 24.
    expect(of('MessagesInHand')).toMatchObject({ max: 3, mean: (2 * 12 + 22) / 50 });
    expect(of('Utilisation')).toMatchObject({ max: 1, mean: (12 + 12 + 10) / 2 / 50 });
  });
});

describe('every message', () => {
  it('is worked on until it is done and deleted, whatever fails, crashes or gets lost, and nothing is held in the end', () => {
    const anyConsumer = fc.record({
      instances: fc.integer({ min: 1, max: 3 }),
      concurrency: fc.integer({ min: 1, max: 3 }),
      batchSize: fc.integer({ min: 1, max: 10 }),
      waitTimeUs: fc.constantFrom(50 * MS, 1000 * MS, 20_000 * MS),
      deletes: fc.constantFrom('perMessage' as const, 'perBatch' as const),
      partialFailure: fc.boolean(),
      onFailureVisibilityUs: fc.option(fc.constant(20 * MS)),
      heartbeat: fc.option(fc.constant({ everyUs: 30 * MS, extendToUs: 100 * MS })),
      pollRetryUs: fc.constant(50 * MS),
    });
    fc.assert(
      fc.property(
        anyConsumer,
        fc.array(fc.record({ at: fc.nat(300), count: fc.integer({ min: 1, max: 12 }) }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.array(fc.record({ at: fc.nat(400), share: fc.constantFrom(0.4, 1), back: fc.nat(200) }), { maxLength: 3 }),
        fc.constantFrom(0, 0.3),
        fc.constantFrom(0, 0.2),
        fc.boolean(),
        (settings, puts, crashes, failureRate, trouble, calls) => {
          const made = calls ? [callTo({ timeoutUs: 20 * MS }), callTo({ to: 'x', probability: 0.5 })] : [];
          const shop = new Shop({ ...settings, handler: handler({ failureRate, calls: made }) }, 300);
          const callees = calls ? shop.connect('ok ok@5000 failed ok@40000 ok@1000 ok', 'ok@3000 failed ok') : [];
          for (const { at, count } of puts) shop.put(at, count);
          for (const { at, share, back } of crashes) shop.at(at, () => shop.consumer.crash(share, back * MS));
          Object.assign(shop.endpoint, { loseRequests: trouble, loseReplies: trouble, errors: trouble });
          shop.at(2000, () => Object.assign(shop.endpoint, { loseRequests: 0, loseReplies: 0, errors: 0 }));
          shop.run(40_000);
          const total = puts.reduce((sum, { count }) => sum + count, 0);
          expect(shop.done.length).toBe(total);
          expect(shop.queue.bodies).toEqual([]);
          expect(shop.requests.inSystem).toBe(0);
          expect(shop.fates).toEqual(Array.from({ length: total }, () => 'completed'));
          expect(callees.reduce((sum, { inProgress }) => sum + inProgress, 0)).toBe(0);
          expect(shop.metric('MessagesInHand').min).toBe(0);
        },
      ),
      { seed: 21, numRuns: 150 },
    );
  });
});
