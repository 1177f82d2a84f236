import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TrafficAccount, type TrafficOutcome } from '../../src/history/index.ts';
import { LogHistogram } from '../../src/stats/index.ts';

const WINDOW = { fromUs: 100_000, toUs: 1_000_000, resolutionUs: 100_000 };

/** An account whose clock is set by `at`. */
function account(healthLimitMs: number | null = null, keys = 0) {
  const clock = { now: 0 };
  const it = new TrafficAccount(clock, WINDOW, { healthLimitMs, keys });
  return {
    it,
    at(us: number): TrafficAccount {
      clock.now = us;
      return it;
    },
  };
}
const counts = (outcome: TrafficOutcome): Record<string, number> =>
  Object.fromEntries(Object.entries(outcome).filter(([, value]) => typeof value === 'number' && value !== 0));

describe('account of a traffic', () => {
  it('has a field for each fate and each answer; waiting is the rest', () => {
    const { it: one, at } = account();
    const fates = ['completed', 'inSystem', 'deadLettered', 'expired', 'lost', 'rejected'] as const;
    for (const fate of fates) {
      one.offered(true, 200_000);
      at(500_000).settled(true, fate, 200_000);
    }
    at(500_000).responded(true, 'ok', 200_000);
    at(500_000).responded(true, 'refused', 200_000);
    at(500_000).responded(true, 'timedOut', 200_000);
    one.attempted(true, 200_000);
    one.attempted(true, 200_000);
    one.accepted(true, 200_000);
    one.completedAgain(true, 200_000);
    one.wasted(true, 1500, 200_000);
    expect(counts(one.finish(1_000_000))).toEqual({
      offered: 6,
      completed: 1,
      inSystem: 1,
      deadLettered: 1,
      expired: 1,
      lost: 1,
      rejected: 1,
      ok: 1,
      refused: 1,
      timedOut: 1,
      waiting: 3,
      attempts: 2,
      accepted: 1,
      duplicates: 1,
      wastedServerMs: 1.5,
    });
  });

  it('leaves out of every count what arrived outside of the window, but draws it', () => {
    const { it: one, at } = account(null, 1);
    one.offered(false, 50_000);
    one.attempted(false, 200_000);
    one.accepted(false, 200_000);
    at(60_000).responded(false, 'ok', 50_000);
    at(60_000).completed(false, 50_000, 0, 0, true, true);
    one.completedAgain(false, 200_000);
    one.wasted(false, 10, 200_000);
    one.settled(false, 'completed', 200_000);
    const outcome = one.finish(1_000_000);
    expect(counts(outcome)).toEqual({});
    expect([outcome.completionMs.count, outcome.responseMs.count]).toEqual([0, 0]);
    expect([outcome.series.offered[0], outcome.series.completed[0]]).toEqual([1, 1]);
    expect(outcome.series.completionMs[0]?.count).toBe(1);
  });

  it('times responses that went well, and first completions, from the arrival', () => {
    const { it: one, at } = account();
    at(330_000).responded(true, 'ok', 300_000);
    at(390_000).responded(true, 'refused', 300_000);
    at(345_500).completed(true, 300_000, 0, -1, false, true);
    const outcome = one.finish(1_000_000);
    expect(LogHistogram.fromData(outcome.responseMs).values()).toEqual([30]);
    expect(LogHistogram.fromData(outcome.completionMs).values()).toEqual([45.5]);
  });

  it('counts throughput by the instant of completion, whenever the request arrived', () => {
    const { it: one, at } = account();
    for (const us of [99_999, 100_000, 1_000_000, 1_000_001]) at(us).completed(false, 50_000, 0, -1, true, false);
    expect(one.finish(1_100_000).throughput).toBe(2);
  });

  it.each([
    // limit, took ms, sender still waits, was told ok → good
    [null, 900, true, false, 1],
    [null, 900, false, true, 1],
    [null, 900, false, false, 0],
    [500, 900, true, false, 1],
    [500, 900, false, true, 0],
    [500, 500, false, true, 1],
    [500, 500, false, false, 1],
  ])('goodput with limit %s after %s ms, wanted %s, answered %s: %s', (limit, ms, wanted, answered, good) => {
    const { it: one, at } = account(limit);
    at(100_000 + ms * 1000).completed(true, 100_000, 0, -1, wanted, answered);
    expect(one.finish(1_000_000).goodput).toBe(good);
  });

  it('learns what is usual before a disturbance, the p99 with a quarter on top, and does not let it into goodput', () => {
    const { it: one, at } = account();
    for (let i = 0; i < 100; i++) at(150_000 + i).completed(true, 50_000 + i, i, -1, false, true);
    at(160_000).learnHealth();
    at(460_000).completed(true, 200_000, 200, -1, false, true);
    at(480_000).completed(true, 480_000 - 125_000, 201, -1, false, true);
    const outcome = one.finish(1_000_000);
    expect(outcome.healthLimitMs).toBeCloseTo(125, 6);
    expect(outcome.goodput).toBe(102);
    // Healthy is told by cohort of arrival: the slow one is not in, the one at the limit is.
    expect(outcome.series.healthy.reduce((a, b) => a + b)).toBe(1);
    expect(outcome.series.healthy[3]).toBe(1);
  });

  it('keeps the limit of an objective, and learns nothing from nothing', () => {
    const limited = account(40);
    limited.at(200_000).completed(true, 100_000, 0, -1, true, true);
    limited.it.learnHealth();
    expect(limited.it.finish(1_000_000).healthLimitMs).toBe(40);
    const empty = account();
    empty.at(0).learnHealth();
    expect(empty.it.finish(1_000_000).healthLimitMs).toBeNull();
  });

  it('counts as out of order who is overtaken by a later request of the same key, also by one that is not counted', () => {
    const { it: one, at } = account(null, 3);
    const word = (order: number, key: number, counted = true): void =>
      at(200_000).completed(counted, 150_000, order, key, true, true);
    word(1, 0);
    word(0, 0); // overtaken by 1
    word(5, 1);
    word(4, 2); // other key
    word(7, 1, false);
    word(6, 1); // overtaken by 7
    word(8, 1);
    word(2, -1); // no key
    expect(one.finish(1_000_000).outOfOrder).toBe(2);
  });

  it('tells what was resolved in the drain: completed, or given up, after the horizon', () => {
    const { it: one, at } = account();
    at(1_000_000).completed(true, 500_000, 0, -1, true, true);
    at(1_000_001).completed(true, 500_000, 1, -1, true, true);
    at(1_000_001).settled(true, 'completed', 200_000);
    at(1_000_001).settled(true, 'deadLettered', 200_000);
    at(1_000_001).settled(true, 'inSystem', 200_000);
    at(1_000_000).settled(true, 'expired', 200_000);
    expect(one.finish(1_100_000).resolvedInDrain).toBe(2);
  });

  it('draws each thing in the bucket in which it ended, the end of a bucket included', () => {
    const anyEvent = fc.record({
      arrived: fc.integer({ min: 0, max: 900_000 }),
      took: fc.integer({ min: 0, max: 600_000 }),
      kind: fc.constantFrom('ok' as const, 'refused' as const, 'timedOut' as const),
    });
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        const { it: one, at } = account(300);
        const end = 1_600_000;
        const ordered = events.map((e) => ({ ...e, at: e.arrived + e.took })).sort((a, b) => a.at - b.at);
        for (const { arrived, kind, at: now } of ordered) {
          one.offered(true, arrived);
          at(now).responded(true, kind, arrived);
          if (kind === 'ok') one.completed(true, arrived, 0, -1, true, true);
        }
        at(end);
        const { series } = one.finish(end);
        const bucket = (us: number): number => (us === 0 ? 0 : Math.ceil(us / 100_000) - 1);
        const drawn = (pick: (e: (typeof ordered)[number]) => number | null): number[] => {
          const found = Array.from({ length: 16 }, () => 0);
          for (const event of ordered) {
            const us = pick(event);
            if (us !== null) found[bucket(us)] = (found[bucket(us)] ?? 0) + 1;
          }
          return found;
        };
        expect(series.offered).toEqual(drawn((e) => e.arrived));
        expect(series.completed).toEqual(drawn((e) => (e.kind === 'ok' ? e.at : null)));
        expect(series.rejected).toEqual(drawn((e) => (e.kind === 'refused' ? e.at : null)));
        expect(series.timedOut).toEqual(drawn((e) => (e.kind === 'timedOut' ? e.at : null)));
        expect(series.healthy).toEqual(drawn((e) => (e.kind === 'ok' && e.took <= 300_000 ? e.arrived : null)));
        expect(series.completionMs.map((h) => h?.count ?? 0)).toEqual(series.completed);
        expect(series.responseMs.map((h) => h?.count ?? 0)).toEqual(series.completed);
      }),
      { seed: 6, numRuns: 200 },
    );
  });
});
