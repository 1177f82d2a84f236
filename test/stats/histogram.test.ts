import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogHistogram, StatsError } from '../../src/stats/index.ts';
import { exponential, uniforms } from './uniforms.ts';

const filled = (values: readonly number[], exactUpTo?: number): LogHistogram => {
  const histogram = new LogHistogram(exactUpTo);
  for (const x of values) histogram.record(x);
  return histogram;
};
const sample = (n: number, seed = 1): number[] => {
  const u = uniforms(seed);
  return Array.from({ length: n }, () => 50 * exponential(u));
};
/** The definition, by sorting. */
const quantileOf = (values: readonly number[], p: number): number => {
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[Math.max(1, Math.ceil(p * values.length - 1e-9)) - 1] as number;
};
const SHARES = [0, 0.001, 0.07, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1];

describe('log histogram', () => {
  it('gives exact quantiles up to 4,096 values', () => {
    const values = sample(4096);
    const histogram = filled(values);
    expect(histogram.exact).toBe(true);
    for (const p of SHARES) expect(histogram.quantile(p)).toBe(quantileOf(values, p));
  });

  it('takes rank 7 for the 7 % quantile of 100, although 0.07 · 100 is a little over 7', () => {
    expect(filled(Array.from({ length: 100 }, (_, i) => i + 1)).quantile(0.07)).toBe(7);
  });

  it('gives quantiles within 0.4 % from buckets, whatever the scale', () => {
    for (const scale of [1e-6, 1, 3.7e9]) {
      const values = sample(20_000).map((x) => x * scale);
      const histogram = filled(values);
      expect(histogram.exact).toBe(false);
      for (const p of SHARES) {
        const truth = quantileOf(values, p);
        expect(Math.abs(histogram.quantile(p) - truth)).toBeLessThanOrEqual(0.004 * truth);
      }
    }
  });

  it('keeps the bound for any values', () => {
    const value = fc.oneof(fc.double({ min: 1e-9, max: 1e15, noNaN: true }), fc.nat({ max: 300 }));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (xs, p) => {
          const truth = quantileOf(xs, p);
          expect(Math.abs(filled(xs, 0).quantile(p) - truth)).toBeLessThanOrEqual(0.004 * truth);
        },
      ),
      { seed: 2, numRuns: 300 },
    );
  });

  it('never leaves the exact minimum and maximum, and has the count, sum and extremes exactly', () => {
    const histogram = filled([7.3, 7.3, 7.3], 0);
    for (const p of SHARES) expect(histogram.quantile(p)).toBe(7.3);
    expect(histogram.count).toBe(3);
    expect(histogram.sum).toBeCloseTo(21.9, 12);
    expect([histogram.min, histogram.max]).toEqual([7.3, 7.3]);
  });

  it('gives zero its own bucket', () => {
    const histogram = filled([0, 0, 0, 5], 0);
    expect(histogram.quantile(0.75)).toBe(0);
    expect(histogram.quantile(0.76)).toBe(5);
    expect(histogram.bins()[0]).toEqual({ low: 0, high: 0, count: 3 });
    expect(histogram.countAtMost(0)).toBe(3);
  });

  it('holds values far outside the usual range without growing beyond bounds', () => {
    const histogram = filled([5e-324, 1e-300, 1e-12, 1, 1e300, Number.MAX_VALUE], 0);
    expect(histogram.quantile(1)).toBe(Number.MAX_VALUE);
    expect(histogram.quantile(0)).toBeLessThan(1e-11);
    expect(histogram.bins().reduce((sum, bin) => sum + bin.count, 0)).toBe(6);
    expect(histogram.toData().buckets.length).toBeLessThan(6);
  });

  it('refuses negative values, NaN and infinity, and probabilities outside 0 to 1', () => {
    for (const x of [-1, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => filled([x])).toThrow(StatsError);
    expect(() => filled([1]).quantile(99)).toThrow(StatsError);
    expect(new LogHistogram().quantile(0.5)).toBeNaN();
  });

  it('merges to the same in every order and grouping, exact or not', () => {
    const part = fc.array(fc.nat({ max: 100_000 }), { maxLength: 30 });
    fc.assert(
      fc.property(part, part, part, (a, b, c) => {
        // A limit of 40 lets some merges stay exact, some turn over, and some parts be in buckets already.
        const merge = (...parts: number[][]): LogHistogram => {
          const into = new LogHistogram(40);
          for (const one of parts) into.merge(filled(one, 40));
          return into;
        };
        const together = filled([...a, ...b, ...c], 40).toData();
        expect(merge(a, b, c).toData()).toEqual(together);
        expect(merge(c, a, b).toData()).toEqual(together);
        const nested = merge(b);
        nested.merge(merge(c, a));
        expect(nested.toData()).toEqual(together);
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it('doubles when merged with itself', () => {
    for (const limit of [0, 3, 100]) {
      const histogram = filled([1, 2, 3], limit);
      histogram.merge(histogram);
      expect(histogram.count).toBe(6);
      expect(histogram.quantile(1)).toBe(3);
    }
  });

  it('survives JSON, empty, exact or in buckets, and goes on recording', () => {
    for (const values of [[], [3, 1, 2], sample(5000)]) {
      const histogram = filled(values);
      const back = LogHistogram.fromData(JSON.parse(JSON.stringify(histogram.toData())));
      expect(back.toData()).toEqual(histogram.toData());
      histogram.record(9e9);
      back.record(9e9);
      expect(back.quantile(1)).toBe(9e9);
      expect(back.quantile(0.5)).toBe(histogram.quantile(0.5));
    }
  });

  it('counts what is at most x', () => {
    const values = sample(20_000);
    const exact = filled(values.slice(0, 100));
    expect(exact.countAtMost(50)).toBe(values.slice(0, 100).filter((x) => x <= 50).length);
    const rough = filled(values);
    for (const x of [0.5, 10, 50, 200]) {
      const truth = values.filter((v) => v <= x).length;
      const near = values.filter((v) => Math.abs(v - x) <= 0.004 * x).length;
      expect(Math.abs(rough.countAtMost(x) - truth)).toBeLessThanOrEqual(near + 1);
    }
    expect(rough.countAtMost(-1)).toBe(0);
    expect(rough.countAtMost(rough.max)).toBe(20_000);
  });

  it('shows bins that hold all values and do not overlap, the same for both forms', () => {
    const values = sample(2000);
    const bins = filled(values).bins();
    expect(bins).toEqual(filled(values, 0).bins());
    expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(2000);
    bins.forEach((bin, i) => {
      expect(bin.high / bin.low).toBeLessThan(1.004);
      if (i > 0) expect(bin.low).toBeGreaterThanOrEqual(bins[i - 1]?.high as number);
      expect(values.filter((x) => x >= bin.low && x < bin.high).length).toBe(bin.count);
    });
  });
});
