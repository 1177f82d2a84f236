import { describe, expect, it } from 'vitest';
import {
  jackknifeDifference,
  jackknifeMean,
  jackknifeQuantile,
  jackknifeRatio,
  LogHistogram,
  pairedDifference,
  quantileLeaveOneOut,
  StatsError,
  tInterval,
} from '../../src/stats/index.ts';
import { exponential, uniforms } from './uniforms.ts';

const filled = (values: readonly number[], exactUpTo?: number): LogHistogram => {
  const histogram = new LogHistogram(exactUpTo);
  for (const x of values) histogram.record(x);
  return histogram;
};
const samples = (replications: number, n: number, u: () => number, factor = 1): number[][] =>
  Array.from({ length: replications }, () => Array.from({ length: n }, () => factor * exponential(u)));

describe('jackknife of a pooled mean', () => {
  it('is the t interval where all replications have the same count', () => {
    const sums = [10, 12, 9, 14];
    const pooled = jackknifeMean(sums, [2, 2, 2, 2], 0.95);
    const plain = tInterval([5, 6, 4.5, 7], 0.95);
    expect(pooled.estimate).toBeCloseTo(plain.estimate as number, 12);
    expect(pooled.low).toBeCloseTo(plain.low as number, 10);
    expect(pooled.high).toBeCloseTo(plain.high as number, 10);
  });

  it('weighs replications by their observations', () => {
    expect(jackknifeMean([10, 300], [10, 100], 0.95).estimate).toBeCloseTo(310 / 110, 12);
  });

  it('has no width where every replication has the same ratio', () => {
    const { low, high } = jackknifeRatio([0, 0, 0], [5, 6, 7], 0.95);
    expect([low, high]).toEqual([0, 0]);
  });

  it('gives none where one replication has it all, or nothing was observed', () => {
    expect(jackknifeRatio([3, 0], [4, 0], 0.95)).toMatchObject({ estimate: 0.75, low: null });
    expect(jackknifeRatio([0, 0], [0, 0], 0.95).estimate).toBeNull();
    expect(() => jackknifeRatio([1], [1, 2], 0.95)).toThrow(StatsError);
  });
});

describe('jackknife of a pooled quantile', () => {
  it('covers the truth about as often as it says, from exact values and from buckets', () => {
    const u = uniforms(11);
    const truth = -Math.log(0.1);
    for (const [n, exactUpTo] of [
      [100, 4096],
      [100, 0],
    ] as const) {
      let hits = 0;
      for (let i = 0; i < 400; i++) {
        const { low, high } = jackknifeQuantile(
          samples(10, n, u).map((values) => filled(values, exactUpTo)),
          0.9,
          0.95,
        );
        if ((low as number) <= truth && truth <= (high as number)) hits++;
      }
      // A jackknife that forgot the factor R − 1 would cover about half.
      expect(hits / 400).toBeGreaterThan(0.9);
      expect(hits / 400).toBeLessThan(0.995);
    }
  });

  it('gives nearly the same from exact values and from buckets', () => {
    const values = samples(8, 400, uniforms(5));
    const exact = jackknifeQuantile(
      values.map((one) => filled(one)),
      0.95,
      0.95,
    );
    const rough = jackknifeQuantile(
      values.map((one) => filled(one, 0)),
      0.95,
      0.95,
    );
    expect((rough.estimate as number) / (exact.estimate as number)).toBeCloseTo(1, 2);
    const width = (x: typeof exact) => (x.high as number) - (x.low as number);
    expect(width(rough) / width(exact)).toBeGreaterThan(0.8);
    expect(width(rough) / width(exact)).toBeLessThan(1.25);
  });

  it('leaves out whole replications, as computed by hand', () => {
    const parts = [filled([1, 2, 3, 4, 5, 6]), filled([16, 15, 14, 13, 12, 11]), filled([21, 22, 23, 24, 25, 26])];
    // Nine of 18 on either side are too few; with 20 it is the 10th value, and ranks 7, 7, 7 and 9 of those left.
    expect(quantileLeaveOneOut(parts, 0.5)).toMatchObject({ estimate: 13, without: null });
    const more = [...parts, filled([31, 32])];
    expect(quantileLeaveOneOut(more, 0.5)).toMatchObject({ estimate: 14, without: [21, 21, 11, 13] });
  });

  it('gives none where fewer than ten observations lie beyond it, and says so', () => {
    const parts = samples(10, 99, uniforms(3)).map((values) => filled(values));
    const interval = jackknifeQuantile(parts, 0.99, 0.95);
    expect(interval.estimate).not.toBeNull();
    expect([interval.low, interval.high]).toEqual([null, null]);
    expect(interval.method).toContain('fewer than 10');
    const enough = samples(10, 100, uniforms(3)).map((values) => filled(values));
    expect(jackknifeQuantile(enough, 0.99, 0.95).low).not.toBeNull();
    expect(jackknifeQuantile(enough, 1, 0.95).low).toBeNull();
  });

  it('gives none from one replication, from nothing, or where one replication has all observations', () => {
    expect(jackknifeQuantile([filled(samples(1, 50, uniforms(1))[0] ?? [])], 0.5, 0.95).low).toBeNull();
    expect(jackknifeQuantile([new LogHistogram(), new LogHistogram()], 0.5, 0.95).estimate).toBeNull();
    const lone = [filled(samples(1, 50, uniforms(1))[0] ?? []), new LogHistogram()];
    expect(jackknifeQuantile(lone, 0.5, 0.95)).toMatchObject({ low: null });
  });

  it('never reaches below zero, as the values do not', () => {
    // One replication of five went astray: symmetric about the estimate the interval would begin far under 0.
    const parts = [1, 1, 1, 1, 1000].map((factor, i) => filled(samples(1, 50, uniforms(i), factor)[0] ?? []));
    expect(jackknifeQuantile(parts, 0.9, 0.95)).toMatchObject({ low: 0 });
  });

  it('does not change the histograms it is given', () => {
    const parts = samples(3, 2000, uniforms(9)).map((values) => filled(values));
    jackknifeQuantile(parts, 0.9, 0.95);
    expect(parts.every((one) => one.exact && one.count === 2000)).toBe(true);
  });
});

describe('differences', () => {
  it('of pairs are narrower than of independent replications, and the ratio says by how much', () => {
    const a = [10, 20, 30, 40];
    const b = [9, 18.5, 29, 38.5];
    const paired = pairedDifference(a, b, 0.95);
    expect(paired.estimate).toBeCloseTo(1.25, 12);
    expect((paired.high as number) - (paired.low as number)).toBeLessThan(1);
    expect(paired.correlation).toBeGreaterThan(0.999);
    expect(paired.varianceRatio).toBeGreaterThan(1000);
    expect(paired.method).toContain('4 pairs of replications');
  });

  it('have no correlation where one side does not vary', () => {
    expect(pairedDifference([1, 1, 1], [1, 2, 3], 0.95)).toMatchObject({ correlation: null, varianceRatio: 1 });
    expect(pairedDifference([1, 2], [1, 2], 0.95)).toMatchObject({ varianceRatio: null, estimate: 0 });
    expect(pairedDifference([1], [2], 0.95)).toMatchObject({ estimate: -1, low: null, varianceRatio: null });
    expect(() => pairedDifference([1], [2, 3], 0.95)).toThrow(StatsError);
  });

  it('of pooled quantiles profit from common random numbers', () => {
    const values = samples(10, 500, uniforms(21));
    const one = quantileLeaveOneOut(
      values.map((v) => filled(v)),
      0.9,
    );
    const two = quantileLeaveOneOut(
      values.map((v) => filled(v.map((x) => 1.1 * x))),
      0.9,
    );
    const common = jackknifeDifference(two, one, 0.95);
    expect(common.estimate).toBeCloseTo(0.1 * (one.estimate as number), 1);
    expect(common.low).toBeGreaterThan(0);
    expect(common.correlation).toBeGreaterThan(0.99);
    expect(common.varianceRatio).toBeGreaterThan(50);
  });

  it('of which one side has no interval have none', () => {
    const few = quantileLeaveOneOut([filled([1, 2]), filled([3])], 0.5);
    expect(jackknifeDifference(few, few, 0.95)).toMatchObject({ estimate: 0, low: null, correlation: null });
    expect(jackknifeDifference(few, few, 0.95).method).toContain('fewer than 10');
  });
});
