import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateFunction } from '../../src/workload/arrivals-rate.ts';
import type { BaseRate, RateChange } from '../../src/workload/settings.ts';

const SECOND = 1_000_000;
const HOUR = 3600 * SECOND;
const constant = (perSecond: number): BaseRate => ({ kind: 'constant', perSecond });
const step = (at: number, length: number | null, perSecond: number): RateChange => ({
  kind: 'step',
  atUs: at * SECOND,
  forUs: length === null ? null : length * SECOND,
  perSecond,
});
const ramp = (at: number, length: number, perSecond: number, back = false): RateChange => ({
  kind: 'ramp',
  atUs: at * SECOND,
  forUs: length * SECOND,
  perSecond,
  back,
});
/** Rates at whole seconds from 0. */
const rates = (rate: RateFunction, seconds: readonly number[]): number[] =>
  seconds.map((s) => Math.round(rate.rate(s * SECOND) * 1e6) / 1e6);

const anyBase: fc.Arbitrary<BaseRate> = fc.oneof(
  fc.record({ kind: fc.constant('constant' as const), perSecond: fc.integer({ min: 0, max: 500 }) }),
  fc
    .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 24 }))
    .map(([low, more, peak]) => ({
      kind: 'daily' as const,
      lowPerSecond: low,
      highPerSecond: low + more,
      peakUs: peak * HOUR,
    })),
);
const at = fc.integer({ min: 0, max: 100_000 });
const length = fc.integer({ min: 0, max: 50_000 });
const level = fc.integer({ min: 0, max: 1000 });
const anyChange: fc.Arbitrary<RateChange> = fc.oneof(
  fc.tuple(at, fc.option(length), level).map((x) => step(...x)),
  fc.tuple(at, length, level, fc.boolean()).map((x) => ramp(...x)),
);

describe('rate of arrivals', () => {
  it('jumps at a step and is over after its length', () => {
    const rate = new RateFunction(constant(200), [step(10, 5, 2000)]);
    expect(rates(rate, [0, 9.999999, 10, 14.999999, 15, 1000])).toEqual([200, 200, 2000, 2000, 200, 200]);
    expect(rate.integral(20 * SECOND)).toBeCloseTo(200 * 15 + 2000 * 5, 6);
  });

  it('stays at a step without a length', () => {
    expect(rates(new RateFunction(constant(1), [step(10, null, 7)]), [9, 10, 1e6])).toEqual([1, 7, 7]);
  });

  it('climbs a ramp from where it is and stays, or returns with back', () => {
    expect(rates(new RateFunction(constant(100), [ramp(10, 10, 300)]), [10, 15, 20, 99])).toEqual([100, 200, 300, 300]);
    expect(rates(new RateFunction(constant(100), [ramp(10, 10, 300, true)]), [10, 15, 19, 20])).toEqual([
      100, 200, 280, 100,
    ]);
    expect(rates(new RateFunction(constant(100), [ramp(10, 0, 300)]), [9, 10])).toEqual([100, 300]);
  });

  it('lets the later change win, and returns to the earlier one when the later is over', () => {
    const spike = new RateFunction(constant(1), [step(10, 20, 5), step(15, 5, 9)]);
    expect(rates(spike, [10, 15, 19, 20, 29, 30])).toEqual([5, 9, 9, 5, 5, 1]);
    // The later one outlives the earlier.
    const long = new RateFunction(constant(1), [step(10, 10, 5), step(15, 10, 9)]);
    expect(rates(long, [12, 15, 20, 24, 25])).toEqual([5, 9, 9, 9, 1]);
  });

  it('goes by the instant at which changes begin, and by their place only where those are equal', () => {
    expect(rates(new RateFunction(constant(1), [step(15, 5, 9), step(10, 20, 5)]), [12, 15, 20])).toEqual([5, 9, 5]);
    expect(rates(new RateFunction(constant(1), [step(10, 5, 9), step(10, 5, 4)]), [10])).toEqual([4]);
  });

  it('ramps from the change that holds, not from the base rate', () => {
    const rate = new RateFunction(constant(1), [step(0, null, 100), ramp(10, 10, 200)]);
    expect(rates(rate, [10, 15, 20])).toEqual([100, 150, 200]);
  });

  it('swings daily with its peak at the hour given, hour 0 at the start', () => {
    const daily: BaseRate = { kind: 'daily', lowPerSecond: 50, highPerSecond: 400, peakUs: 14 * HOUR };
    const rate = new RateFunction(daily, []);
    expect(rate.rate(14 * HOUR)).toBeCloseTo(400, 9);
    expect(rate.rate(2 * HOUR)).toBeCloseTo(50, 9);
    expect(rate.rate(8 * HOUR)).toBeCloseTo(225, 9);
    expect(rate.rate((24 * 7 + 14) * HOUR)).toBeCloseTo(400, 6);
    expect(rate.integral(24 * HOUR)).toBeCloseTo(225 * 86_400, 3);
  });

  it('has the integral that summing the rate in small steps gives', () => {
    fc.assert(
      fc.property(anyBase, fc.array(anyChange, { maxLength: 4 }), (base, changes) => {
        const rate = new RateFunction(base, changes);
        // Whole seconds hold every jump; the midpoint rule is exact on lines and good to 1e-8 on the daily curve.
        let sum = 0;
        for (let s = 0; s < 160_000; s += 1) {
          sum += rate.rate((s + 0.5) * SECOND);
          if (s % 40_000 === 39_999) {
            const exact = rate.integral((s + 1) * SECOND);
            expect(Math.abs(exact - sum)).toBeLessThan(1e-6 * Math.max(1, sum));
          }
        }
      }),
      { seed: 1, numRuns: 25 },
    );
  });

  it('is inverted exactly: back from any number of arrivals to the first instant that has them', () => {
    fc.assert(
      fc.property(
        anyBase,
        fc.array(anyChange, { maxLength: 5 }),
        fc.double({ min: 0.001, max: 300_000, noNaN: true }),
        (base, changes, seconds) => {
          const rate = new RateFunction(base, changes);
          const t = seconds * SECOND;
          const area = rate.integral(t);
          const back = rate.inverse(area);
          expect(back).toBeLessThanOrEqual(t + 0.01);
          expect(Math.abs(rate.integral(back) - area)).toBeLessThan(1e-6 * Math.max(1, area));
          if (rate.rate(t) > 1 && rate.rate(t - 1000) > 1) expect(Math.abs(back - t)).toBeLessThan(5);
        },
      ),
      { seed: 2, numRuns: 1000 },
    );
  });

  it('never reaches more arrivals than there will be', () => {
    const rate = new RateFunction(constant(10), [step(5, null, 0)]);
    expect(rate.total).toBe(50);
    expect(rate.inverse(50)).toBeCloseTo(5 * SECOND, 6);
    expect(rate.inverse(50.001)).toBe(Number.POSITIVE_INFINITY);
    expect(new RateFunction(constant(0), []).inverse(1)).toBe(Number.POSITIVE_INFINITY);
  });

  it('knows when it wakes', () => {
    const rate = new RateFunction(constant(0), [step(100, 10, 5), ramp(200, 50, 3)]);
    expect(rate.wakes(0)).toBe(100 * SECOND);
    expect(rate.wakes(105 * SECOND)).toBe(105 * SECOND);
    expect(rate.wakes(110 * SECOND)).toBe(200 * SECOND);
    expect(new RateFunction(constant(0), []).wakes(0)).toBe(Number.POSITIVE_INFINITY);
  });

  it('refuses negative rates and times', () => {
    expect(() => new RateFunction(constant(-1), [])).toThrow(RangeError);
    expect(() => new RateFunction(constant(1), [step(-1, 1, 1)])).toThrow(RangeError);
    expect(() => new RateFunction(constant(1), [step(1, 1, Number.NaN)])).toThrow(RangeError);
  });
});
