import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConsumerSettings } from '../../src/workload/settings.ts';
import { settings as autoscaling } from '../scaling/stories.ts';
import { Shop } from './shop.ts';

const shop = (change: Partial<ConsumerSettings> = {}, visibilityMs?: number): Shop =>
  new Shop({ autoscaling: autoscaling(), ...change }, visibilityMs);
const scaled = (it: Shop, ms: number, count: number): Shop => it.at(ms, () => it.consumer.setInstances(count));
const receives = (it: Shop): string[] => it.queue.diary.filter((line) => line.includes('receive'));

describe('instances that come', () => {
  it('poll at once, and take their part of the work', () => {
    // One takes ten of the twelve at 1 ms; the other comes at 5 and takes the rest half a round trip later.
    expect(receives(scaled(shop().put(0, 12), 5, 2).run(40))).toEqual([
      '1 receive 0,1,2,3,4,5,6,7,8,9',
      '6 receive 10,11',
    ]);
  });

  it('count in the metrics from then on', () => {
    const it = scaled(shop().put(0, 1), 500, 3).run(1000);
    expect(it.metric('InstancesRunning')).toMatchObject({ max: 3 });
    expect(it.consumer.use().instanceUs).toBe((500 + 3 * 500) * 1000);
    // The handler's 10 ms and the delete's 2: busy for 12 ms.
    expect(it.consumer.use().busyWorkerUs).toBe(12_000);
  });

  it('are refused where there would be none left, or a part of one', () => {
    expect(() => shop().consumer.setInstances(0)).toThrow(RangeError);
    expect(() => shop().consumer.setInstances(1.5)).toThrow(RangeError);
  });
});

describe('instances that are called off', () => {
  it('finish what they have in hand, poll no more, and are gone', () => {
    const it = scaled(shop({ instances: 2 }).put(0, 20), 5, 1).run(400);
    // The second has its ten at 1 ms; nobody receives but the first from then on, and nothing is received twice.
    expect(it.done).toHaveLength(20);
    expect(it.again).toBe(0);
    expect(it.metric('InstancesRunning').min).toBe(1);
    // Ten messages of 12 ms from 2 ms on: gone at 122.
    expect(it.consumer.use().instanceUs).toBe((400 + 122) * 1000);
  });

  it('wait for the end of the poll under way, and do what it brings', () => {
    // Each waiting poll gets one of the two; the leaving instance has done its own 10 ms and 3 ms of round trips later.
    const it = scaled(shop({ instances: 2 }), 5, 1)
      .put(100, 2)
      .run(25_000);
    expect(it.done).toHaveLength(2);
    expect(it.consumer.use().instanceUs).toBe((25_000 + 113) * 1000);
    // A poll that brings nothing ends after its twenty seconds and a round trip of 2 ms.
    const idle = scaled(shop({ instances: 2 }), 5, 1).run(25_000);
    expect(idle.consumer.use().instanceUs).toBe((25_000 + 20_002) * 1000);
  });

  it('stay if they are wanted again before they are gone', () => {
    const it = scaled(scaled(shop({ instances: 2 }).put(0, 30), 5, 1), 50, 2).run(400);
    expect(it.consumer.use().instanceUs).toBe(2 * 400 * 1000);
    expect(it.done).toHaveLength(30);
  });

  it('come back with empty hands when they are wanted later', () => {
    const it = scaled(scaled(shop({ instances: 2 }).put(0, 20), 5, 1).put(500, 20), 499, 2).run(1000);
    expect(it.done).toHaveLength(40);
    expect(receives(it).filter((line) => line.startsWith('50'))).toHaveLength(2);
  });

  it('are gone at once where they lie down after a crash, and do not rise', () => {
    const it = shop({ instances: 2 }, 1000);
    it.put(0, 20).at(5, () => it.consumer.crash(1, 100_000));
    scaled(it, 50, 1).run(3000);
    expect(it.metric('InstancesRunning').max).toBe(2);
    // Both died at 5 ms; the first is back from 105 on.
    expect(it.consumer.use().instanceUs).toBe((2 * 5 + 3000 - 105) * 1000);
    expect(it.done.length).toBe(20);
  });

  it('do not come back from a crash that finds them leaving', () => {
    const it = scaled(shop({ instances: 2 }, 1000).put(0, 20), 5, 1);
    it.at(20, () => it.consumer.crash(1, 10_000)).run(3000);
    expect(it.consumer.use().instanceUs).toBe((2 * 20 + 3000 - 30) * 1000);
    expect(it.done.length).toBeGreaterThanOrEqual(20);
  });
});

describe('a crash of a share', () => {
  it('strikes that share of those that are there', () => {
    const it = shop();
    scaled(it, 5, 4).at(10, () => it.consumer.crash(0.5, null));
    it.run(1000);
    expect(it.consumer.use().instanceUs).toBe((5 + 4 * 5 + 2 * 990) * 1000);
  });
});

describe('whatever comes and goes', () => {
  const changes = fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 6 })), {
    maxLength: 12,
  });
  const crashes = fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.double({ min: 0, max: 1, noNaN: true })), {
    maxLength: 4,
  });

  it('every message is done and deleted in the end, and none is held', () => {
    fc.assert(
      fc.property(changes, crashes, fc.integer({ min: 1, max: 3 }), (sizes, blows, concurrency) => {
        const it = shop({ concurrency, instances: 2 }, 500);
        it.put(0, 40).put(200, 20);
        for (const [ms, count] of sizes) scaled(it, ms, count);
        for (const [ms, share] of blows) it.at(ms, () => it.consumer.crash(share, 50_000));
        it.run(60_000);
        expect(it.queue.bodies).toEqual([]);
        expect(it.fates).toHaveLength(60);
        expect(it.fates.every((fate) => fate === 'completed')).toBe(true);
        const utilisation = it.metric('Utilisation');
        expect(utilisation.max).toBeLessThanOrEqual(1);
        expect(it.metric('MessagesInHand').min).toBe(0);
      }),
      { seed: 6, numRuns: 150 },
    );
  });
});
