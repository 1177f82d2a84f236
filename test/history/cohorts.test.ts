import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cohorts } from '../../src/history/cohorts.ts';
import { TrafficAccount } from '../../src/history/index.ts';

describe('cohorts of arrival', () => {
  it('hold five each, in the order of arrival, whatever the order of completion', () => {
    const cohorts = new Cohorts();
    for (let i = 0; i < 12; i++) cohorts.arrived(1000 * i);
    // The seventh never finishes; the last two make no whole cohort.
    for (const order of [11, 9, 0, 4, 3, 2, 8, 5, 1, 7]) cohorts.finished(order, order);
    expect(cohorts.toData()).toEqual({ size: 5, sums: [10, 29], counts: [5, 4], startsUs: [0, 5000] });
  });

  it('stay within bounds: two neighbours become one when there is no more room', () => {
    const cohorts = new Cohorts();
    const requests = 5 * 4096 * 3;
    for (let i = 0; i < requests; i++) {
      cohorts.arrived(i);
      cohorts.finished(i, i % 7);
    }
    const { size, sums, counts, startsUs } = cohorts.toData();
    expect([size, sums.length]).toEqual([20, requests / 20]);
    expect(startsUs).toEqual(sums.map((_, i) => 20 * i));
    expect(new Set(counts)).toEqual(new Set([20]));
    const all = Array.from({ length: requests }, (_, i) => i % 7).reduce((sum, x) => sum + x, 0);
    expect(sums.reduce((sum, x) => sum + x, 0)).toBe(all);
  });
});

describe('batches of an account', () => {
  const WINDOW = { fromUs: 100, toUs: 1100, resolutionUs: 100 };

  it('divide the window: each request counts where it arrived, each completion a second where it happened', () => {
    const clock = { now: 0 };
    const account = new TrafficAccount(clock, WINDOW, { healthLimitMs: null, keys: 0, batches: 2 });
    const complete = (arrivedUs: number, at: number): void => {
      clock.now = at;
      account.offered(true, arrivedUs);
      account.completed(true, arrivedUs, 0, -1, true, true);
      account.settled(true, 'completed', arrivedUs);
    };
    complete(100, 599);
    // On the border, and over it.
    complete(599, 600);
    complete(600, 1100);
    complete(1100, 1200);
    const batches = account.finish(1200).batches ?? [];
    expect(
      batches.map(({ offered, completed, throughput, resolvedInDrain }) => [
        offered,
        completed,
        throughput,
        resolvedInDrain,
      ]),
    ).toEqual([
      [2, 2, 1, 0],
      [2, 2, 2, 1],
    ]);
    expect(batches.map(({ completionMs }) => completionMs.values)).toEqual([
      [0.001, 0.499],
      [0.1, 0.5],
    ]);
  });

  it('sum to the whole, whatever happens', () => {
    const event = fc.record({
      arrivedUs: fc.integer({ min: 100, max: 1100 }),
      after: fc.integer({ min: 0, max: 800 }),
      fate: fc.constantFrom('completed', 'inSystem', 'deadLettered', 'expired', 'lost', 'rejected'),
      answer: fc.constantFrom('ok', 'refused', 'timedOut', null),
      counted: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (events, count) => {
        const clock = { now: 0 };
        const account = new TrafficAccount(clock, WINDOW, { healthLimitMs: null, keys: 0, batches: count });
        for (const { arrivedUs, after, fate, answer, counted } of [...events].sort(
          (a, b) => a.arrivedUs + a.after - b.arrivedUs - b.after,
        )) {
          clock.now = arrivedUs + after;
          account.offered(counted, arrivedUs);
          account.attempted(counted, arrivedUs);
          account.accepted(counted, arrivedUs);
          account.wasted(counted, 3, arrivedUs);
          if (answer !== null) account.responded(counted, answer, arrivedUs);
          if (fate === 'completed') {
            account.completed(counted, arrivedUs, 0, -1, answer === null, answer === 'ok');
            account.completedAgain(counted, arrivedUs);
          }
          account.settled(counted, fate, arrivedUs);
        }
        const { batches, ...whole } = account.finish(2000);
        expect(batches?.length).toBe(count);
        for (const [field, value] of Object.entries(whole)) {
          if (typeof value !== 'number') continue;
          const sum = (batches ?? []).reduce((so, batch) => so + Number(batch[field as keyof typeof batch]), 0);
          expect(sum, field).toBeCloseTo(value, 9);
        }
        for (const field of ['responseMs', 'completionMs'] as const) {
          const values = (batches ?? []).flatMap((batch) => batch[field].values ?? []).sort((a, b) => a - b);
          expect(values).toEqual(whole[field].values);
        }
      }),
      { seed: 3 },
    );
  });
});
