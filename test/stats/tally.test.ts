import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StatsError, Tally } from '../../src/stats/index.ts';

const filled = (values: readonly number[]): Tally => {
  const tally = new Tally();
  for (const x of values) tally.record(x);
  return tally;
};

describe('tally', () => {
  it('gives count, sum, mean, variance, minimum and maximum', () => {
    const tally = filled([2, 4, 4, 4, 5, 5, 7, 9]);
    expect(tally.count).toBe(8);
    expect(tally.sum).toBe(40);
    expect(tally.mean).toBe(5);
    expect(tally.variance).toBeCloseTo(32 / 7, 14);
    expect([tally.min, tally.max]).toEqual([2, 9]);
  });

  it('keeps the variance of small differences on a large mean', () => {
    // A sum of squares loses all digits here and gives 0 or a negative number.
    expect(filled([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]).variance).toBeCloseTo(30, 9);
  });

  it('says NaN rather than 0 where nothing was observed', () => {
    const tally = new Tally();
    expect([tally.mean, tally.variance, tally.min, tally.max].every(Number.isNaN)).toBe(true);
    expect(filled([3]).variance).toBeNaN();
  });

  it('refuses what is not a number', () => {
    for (const x of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => new Tally().record(x)).toThrow(StatsError);
    }
  });

  it('merges to what one tally of all values gives', () => {
    const whole = fc.array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 40 });
    fc.assert(
      fc.property(whole, whole, (a, b) => {
        const merged = filled(a);
        merged.merge(filled(b));
        const together = filled([...a, ...b]);
        expect(merged.count).toBe(together.count);
        expect(merged.sum).toBe(together.sum);
        expect([merged.min, merged.max]).toEqual([together.min, together.max]);
        if (together.count > 1) expect(merged.variance).toBeCloseTo(together.variance, 6);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('survives JSON, empty or not', () => {
    for (const tally of [filled([1, 2, 5.5]), new Tally()]) {
      const back = Tally.fromData(JSON.parse(JSON.stringify(tally.toData())));
      expect(back.toData()).toEqual(tally.toData());
      back.record(7);
      expect(back.max).toBe(7);
    }
  });
});
