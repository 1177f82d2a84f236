import { describe, expect, it } from 'vitest';
import { inverseNormal, StatsError, studentQuantile, tInterval, wilson } from '../../src/stats/index.ts';
import { incompleteBeta, logGamma } from '../../src/stats/special.ts';
import { normal, uniforms } from './uniforms.ts';

describe('quantiles', () => {
  it('knows the normal distribution where simple-statistics errs in the third digit', () => {
    expect(inverseNormal(0.975)).toBeCloseTo(1.959963984540054, 14);
    expect(inverseNormal(0.995)).toBeCloseTo(2.5758293035489004, 14);
    expect(inverseNormal(0.9995)).toBeCloseTo(3.290526731491926, 13);
    expect(inverseNormal(1e-10)).toBeCloseTo(-6.361340902404056, 12);
    expect(inverseNormal(1e-20)).toBeCloseTo(-9.262340089798408, 12);
    expect(inverseNormal(0.5)).toBe(0);
    expect(() => inverseNormal(1)).toThrow(StatsError);
  });

  it('knows the t distribution with one and two degrees of freedom in closed form', () => {
    for (const p of [0.6, 0.9, 0.975, 0.9995, 0.999999]) {
      const cauchy = Math.tan(Math.PI * (p - 0.5));
      expect(Math.abs(studentQuantile(p, 1) / cauchy - 1)).toBeLessThan(1e-10);
      const two = (2 * p - 1) / Math.sqrt(2 * p * (1 - p));
      expect(Math.abs(studentQuantile(p, 2) / two - 1)).toBeLessThan(1e-10);
      expect(studentQuantile(1 - p, 2)).toBeCloseTo(-two, 6);
    }
  });

  it('knows the t distribution from tables', () => {
    expect(studentQuantile(0.975, 9)).toBeCloseTo(2.262157162798204, 12);
    expect(studentQuantile(0.975, 30)).toBeCloseTo(2.042272456301238, 10);
    expect(studentQuantile(0.9995, 9)).toBeCloseTo(4.780912585931, 9);
    expect(studentQuantile(0.975, 1e6)).toBeCloseTo(1.9599663, 6);
    expect(studentQuantile(0.5, 3)).toBe(0);
  });

  it('rests on functions that are right by themselves', () => {
    expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 14);
    expect(logGamma(11)).toBeCloseTo(Math.log(3628800), 12);
    // I_x(2, 3) = 6x² − 8x³ + 3x⁴
    expect(incompleteBeta(0.3, 2, 3)).toBeCloseTo(0.54 - 0.216 + 0.0243, 14);
    expect(incompleteBeta(0.8, 2, 3)).toBeCloseTo(3.84 - 4.096 + 1.2288, 14);
  });
});

describe('t interval', () => {
  it('is the textbook one', () => {
    const { estimate, low, high, method } = tInterval([1, 2, 3, 4, 5], 0.95);
    expect(estimate).toBe(3);
    expect(high).toBeCloseTo(3 + 2.7764451051977987 * Math.sqrt(2.5 / 5), 10);
    expect((low as number) + (high as number)).toBeCloseTo(6, 12);
    expect(method).toContain('5 replications');
  });

  it('covers the truth as often as it says', () => {
    const u = uniforms(7);
    let hits = 0;
    for (let i = 0; i < 2000; i++) {
      const { low, high } = tInterval(
        Array.from({ length: 5 }, () => 10 + normal(u)),
        0.95,
      );
      if ((low as number) <= 10 && 10 <= (high as number)) hits++;
    }
    // ± 4 standard errors of a share of 0.95 in 2,000; a normal quantile instead of t would give about 0.88.
    expect(Math.abs(hits / 2000 - 0.95)).toBeLessThan(0.0195);
  });

  it('gives none from one replication, and says why', () => {
    expect(tInterval([4], 0.95)).toMatchObject({ estimate: 4, low: null, high: null });
    expect(tInterval([4], 0.95).method).toContain('one replication');
    expect(tInterval([], 0.95).estimate).toBeNull();
    expect(tInterval([2, 2, 2], 0.95)).toMatchObject({ low: 2, high: 2 });
    expect(tInterval([2, 2, 2], 0.95).method).toContain('no certainty');
  });

  it('refuses percent for a level, and values that are no numbers', () => {
    expect(() => tInterval([1, 2], 95)).toThrow(StatsError);
    expect(() => tInterval([1, Number.NaN], 0.95)).toThrow(StatsError);
  });
});

describe('Wilson interval', () => {
  it('leaves room for failure when 10 of 10 succeed', () => {
    const all = wilson(10, 10, 0.95);
    expect(all.low).toBeCloseTo(0.7224672, 6);
    expect(all.high).toBe(1);
    expect(wilson(0, 10, 0.95).low).toBe(0);
    expect(wilson(0, 10, 0.95).high).toBeCloseTo(1 - 0.7224672, 6);
  });

  it('is the published one in between', () => {
    const { low, high } = wilson(81, 263, 0.95);
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
  });

  it('knows no share of nothing, nor more successes than cases', () => {
    expect(wilson(0, 0, 0.95).estimate).toBeNull();
    expect(() => wilson(11, 10, 0.95)).toThrow(StatsError);
  });
});
