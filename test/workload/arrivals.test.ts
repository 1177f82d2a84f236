import { describe, expect, it } from 'vitest';
import { Simulation } from '../../src/kernel/index.ts';
import { type ArrivalProcess, arrivalsOf } from '../../src/workload/arrivals.ts';
import type { Arrivals, BaseRate, RateChange } from '../../src/workload/settings.ts';

const SECOND = 1_000_000;
const HOUR = 3600 * SECOND;
const constant = (perSecond: number): BaseRate => ({ kind: 'constant', perSecond });

function open(base: BaseRate, arrivals: Arrivals, changes: readonly RateChange[] = [], seed = 1): ArrivalProcess {
  return arrivalsOf(new Simulation({ seed }), 'orders', { kind: 'rate', base, changes, arrivals });
}
function until(process: ArrivalProcess, end: number): number[] {
  const instants: number[] = [];
  for (let t = process.next(); t <= end; t = process.next()) instants.push(t);
  return instants;
}
/** Counts in windows of equal width. */
function counts(instants: readonly number[], width: number, windows: number): number[] {
  const per = new Array<number>(windows).fill(0);
  for (const t of instants) per[Math.min(windows - 1, Math.floor(t / width))] = (per[Math.floor(t / width)] ?? 0) + 1;
  return per;
}
function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return { mean, variance: values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / (values.length - 1) };
}
/** Largest distance between the empirical and a given distribution function, times sqrt(n): above 1.95 with probability 0.1 %. */
function kolmogorov(values: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  let worst = 0;
  sorted.forEach((x, i) => {
    worst = Math.max(worst, Math.abs(cdf(x) - i / n), Math.abs(cdf(x) - (i + 1) / n));
  });
  return worst * Math.sqrt(n);
}

/** The daily curve of the contract between 0 and 0.6 per second with its peak at 14 h; t in seconds. */
function cosine(t: number): number {
  return 0.3 + 0.3 * Math.cos((2 * Math.PI * (t - 14 * 3600)) / 86_400);
}

/** The same with a spike to 3/s in the sixth hour, and a ramp towards 0.1/s from 8 h to 10 h that returns. */
function disturbed(t: number): number {
  if (t >= 5 * 3600 && t < 6 * 3600) return 3;
  if (t >= 8 * 3600 && t < 10 * 3600) return cosine(8 * 3600) + ((0.1 - cosine(8 * 3600)) * (t - 8 * 3600)) / 7200;
  return cosine(t);
}

describe('Poisson arrivals', () => {
  it('come in Poisson numbers with exponential gaps', () => {
    const instants = until(open(constant(50), { kind: 'poisson' }), 4000 * SECOND);
    const { mean, variance } = moments(counts(instants, SECOND, 4000));
    // Four standard errors: of the mean sqrt(50 / 4000), of the dispersion sqrt(2 / 4000).
    expect(Math.abs(mean - 50)).toBeLessThan(0.45);
    expect(Math.abs(variance / mean - 1)).toBeLessThan(0.09);
    const gaps = instants.slice(1, 20_001).map((t, i) => (t - (instants[i] as number)) / SECOND);
    expect(kolmogorov(gaps, (x) => -Math.expm1(-50 * x))).toBeLessThan(1.95);
  });

  it('follow a daily curve with a spike and a ramp exactly: gaps are exponential on the axis of expected arrivals', () => {
    const daily: BaseRate = { kind: 'daily', lowPerSecond: 0, highPerSecond: 0.6, peakUs: 14 * HOUR };
    const changes: RateChange[] = [
      { kind: 'step', atUs: 5 * HOUR, forUs: HOUR, perSecond: 3 },
      { kind: 'ramp', atUs: 8 * HOUR, forUs: 2 * HOUR, perSecond: 0.1, back: true },
    ];
    const instants = until(open(daily, { kind: 'poisson' }, changes), 24 * HOUR);
    // Expected arrivals from the formula of the contract, summed here second by second, not by the code under test.
    const expected = new Float64Array(86_401);
    for (let s = 0; s < 86_400; s++) expected[s + 1] = (expected[s] as number) + disturbed(s + 0.5);
    const areaAt = (t: number): number => {
      const s = Math.floor(t / SECOND);
      const low = expected[s] as number;
      return low + ((expected[s + 1] as number) - low) * (t / SECOND - s);
    };
    const areas = instants.map(areaAt);
    const gaps = areas.map((a, i) => a - (areas[i - 1] ?? 0));
    expect(instants.length).toBeGreaterThan(20_000);
    expect(kolmogorov(gaps, (x) => -Math.expm1(-x))).toBeLessThan(1.95);
    const total = expected[86_400] as number;
    expect(Math.abs(instants.length - total)).toBeLessThan(4 * Math.sqrt(total));
    // Half a day apart the rates differ by far: the shape over the hours must fit too (chi-square with 23 degrees of freedom).
    let chi = 0;
    counts(instants, HOUR, 24).forEach((n, h) => {
      const mean = (expected[(h + 1) * 3600] as number) - (expected[h * 3600] as number);
      chi += ((n - mean) * (n - mean)) / mean;
    });
    expect(chi).toBeLessThan(49.7);
  });

  it('are the same for the same seed and name, others for another', () => {
    const first = until(open(constant(5), { kind: 'poisson' }), 100 * SECOND);
    expect(until(open(constant(5), { kind: 'poisson' }), 100 * SECOND)).toEqual(first);
    expect(until(open(constant(5), { kind: 'poisson' }, [], 2), 100 * SECOND)).not.toEqual(first);
  });

  it('come twice as fast at twice the rate, from the same draws', () => {
    const slow = until(open(constant(5), { kind: 'poisson' }), 100 * SECOND);
    const fast = until(open(constant(10), { kind: 'poisson' }), 50 * SECOND);
    expect(fast.length).toBe(slow.length);
    fast.forEach((t, i) => expect(2 * t).toBeCloseTo(slow[i] as number, 3));
  });

  it('end where the rate ends for good, and leave out a pause', () => {
    const ends = open(constant(10), { kind: 'poisson' }, [
      { kind: 'step', atUs: 10 * SECOND, forUs: null, perSecond: 0 },
    ]);
    const instants = until(ends, 1e15);
    expect(instants.length).toBeGreaterThan(50);
    expect(Math.max(...instants)).toBeLessThanOrEqual(10 * SECOND);
    expect(ends.next()).toBe(Number.POSITIVE_INFINITY);
    const pause = open(constant(10), { kind: 'poisson' }, [
      { kind: 'step', atUs: 10 * SECOND, forUs: 10 * SECOND, perSecond: 0 },
    ]);
    const around = until(pause, 30 * SECOND);
    expect(around.filter((t) => t > 10 * SECOND && t < 20 * SECOND)).toEqual([]);
    expect(around.some((t) => t > 20 * SECOND)).toBe(true);
  });
});

describe('regular and Erlang arrivals', () => {
  it('come at equal distances, the first one gap after the start', () => {
    expect(until(open(constant(4), { kind: 'regular' }), SECOND)).toEqual([250_000, 500_000, 750_000, 1_000_000]);
  });

  it('do not drift: a gap of a third of a second is exact after a million arrivals', () => {
    const process = open(constant(3), { kind: 'regular' });
    let last = 0;
    for (let i = 0; i < 999_999; i++) last = process.next();
    expect(Math.round(last)).toBe(333_333 * SECOND);
  });

  it('have gaps with squared coefficient of variation 1/k', () => {
    for (const k of [2, 10]) {
      const instants = until(open(constant(50), { kind: 'erlang', k }), 1000 * SECOND);
      const { mean, variance } = moments(instants.map((t, i) => t - (instants[i - 1] ?? 0)));
      expect(mean / SECOND).toBeCloseTo(0.02, 3);
      expect(Math.abs((variance / (mean * mean)) * k - 1)).toBeLessThan(0.05);
    }
    expect(() => open(constant(1), { kind: 'erlang', k: 1.5 })).toThrow(RangeError);
  });
});

describe('bursty arrivals', () => {
  const bursty: Arrivals = { kind: 'bursty', onUs: 5 * SECOND, offUs: 20 * SECOND };

  it('keep the mean rate, with the dispersion of an interrupted Poisson process', () => {
    const instants = until(open(constant(10), bursty), 200_000 * SECOND);
    const { mean, variance } = moments(counts(instants, 1000 * SECOND, 200));
    // Dispersion for long windows 1 + 2 · rate · (1 − p)/p · τ, where p = on/(on + off) and 1/τ = 1/on + 1/off: 321.
    const dispersion = 1 + 2 * 10 * 4 * 4;
    expect(Math.abs(mean / 10_000 - 1)).toBeLessThan(4 * Math.sqrt(dispersion / 2_000_000));
    expect(Math.abs(variance / mean / dispersion - 1)).toBeLessThan(0.4);
  });

  it('come at the higher rate within a burst', () => {
    const instants = until(open(constant(100), bursty), 2000 * SECOND);
    // Gaps over a second are off-periods; what is left is Poisson at five times the rate.
    const gaps = instants.map((t, i) => t - (instants[i - 1] ?? 0)).filter((gap) => gap < SECOND);
    expect(moments(gaps).mean / SECOND).toBeCloseTo(1 / 500, 3);
  });

  it('begin in their long-run state, so that the first second has the mean rate too', () => {
    let first = 0;
    for (let seed = 0; seed < 2000; seed++) first += until(open(constant(10), bursty, [], seed), SECOND).length;
    // Standard error: sqrt(2000 · (10 + 10² · 4)) / 2000 ≈ 0.45.
    expect(Math.abs(first / 2000 - 10)).toBeLessThan(1.9);
  });

  it('are Poisson where there is no off-period', () => {
    const instants = until(open(constant(20), { kind: 'bursty', onUs: SECOND, offUs: 0 }), 2000 * SECOND);
    const { mean, variance } = moments(counts(instants, SECOND, 2000));
    expect(Math.abs(mean - 20)).toBeLessThan(0.45);
    expect(Math.abs(variance / mean - 1)).toBeLessThan(0.13);
  });

  it('cross a year without traffic in one leap, and end where the rate does', () => {
    const year = 365 * 24 * HOUR;
    const quick: Arrivals = { kind: 'bursty', onUs: 1000, offUs: 4000 };
    const sleeper = open(constant(0), quick, [{ kind: 'step', atUs: year, forUs: 100 * SECOND, perSecond: 50 }]);
    const instants = until(sleeper, 1e15);
    expect(Math.abs(instants.length - 5000)).toBeLessThan(400);
    expect(instants[0]).toBeGreaterThanOrEqual(year);
    expect(Math.max(...instants)).toBeLessThanOrEqual(year + 100 * SECOND);
  });

  it('give up at the end that the caller names', () => {
    const sim = new Simulation({ seed: 1 });
    const rare = arrivalsOf(
      sim,
      'rare',
      { kind: 'rate', base: constant(1e-12), changes: [], arrivals: { kind: 'bursty', onUs: 1000, offUs: 1000 } },
      10 * SECOND,
    );
    expect(rare.next()).toBe(Number.POSITIVE_INFINITY);
  });

  it('refuse periods that are not positive', () => {
    expect(() => open(constant(1), { kind: 'bursty', onUs: 0, offUs: 1 })).toThrow(RangeError);
  });
});

describe('recorded arrivals', () => {
  const recording = { sha256: '', rows: 0, requests: 0, lengthUs: 0 };
  const counted = (per: readonly number[], burstiness: number, seed = 1): ArrivalProcess =>
    arrivalsOf(new Simulation({ seed }), 'elb', {
      kind: 'trace',
      recording: { ...recording, instantsUs: null, counts: per.map((count, i) => ({ atUs: i * 60 * SECOND, count })) },
      scale: 1,
      speed: 1,
      everyUs: 60 * SECOND,
      burstiness,
    });

  it('come as recorded, one by one', () => {
    const process = arrivalsOf(new Simulation({ seed: 1 }), 'x', {
      kind: 'trace',
      recording: { ...recording, instantsUs: [0, 10.5, 10.5, 99], counts: null },
      scale: 1,
      speed: 1,
      everyUs: null,
      burstiness: 1,
    });
    expect([1, 2, 3, 4, 5].map(() => process.next())).toEqual([0, 10.5, 10.5, 99, Number.POSITIVE_INFINITY]);
  });

  it('come exactly as often in each period as counted, whatever the burstiness, and never run back', () => {
    const per = [94, 0, 0, 1, 656, 3, 0];
    for (const burstiness of [0, 0.05, 0.5, 1, 4, 300]) {
      const instants = until(counted(per, burstiness), 1e12);
      expect(counts(instants, 60 * SECOND, 7)).toEqual(per);
      expect(instants.every((t, i) => t >= (instants[i - 1] ?? 0) && Number.isInteger(t))).toBe(true);
      expect(Math.max(...instants)).toBeLessThan(6 * 60 * SECOND);
    }
  });

  it('are uniform within the period at burstiness 1', () => {
    const instants = until(counted([20_000], 1), 1e12);
    expect(kolmogorov(instants, (t) => t / (60 * SECOND))).toBeLessThan(1.95);
    const gaps = instants.slice(1).map((t, i) => t - (instants[i] as number));
    expect(kolmogorov(gaps, (x) => -Math.expm1((-x * 20_000) / (60 * SECOND)))).toBeLessThan(1.95);
  });

  it('stand evenly at burstiness 0', () => {
    expect(until(counted([4], 0), 1e12)).toEqual([7_500_000, 22_500_000, 37_500_000, 52_500_000]);
  });

  it('have gaps whose squared coefficient of variation is the burstiness', () => {
    for (const burstiness of [0.1, 0.6, 3, 10]) {
      const instants = until(counted([100_000], burstiness), 1e12);
      const gaps = instants.slice(1).map((t, i) => t - (instants[i] as number));
      const { mean, variance } = moments(gaps);
      expect(Math.abs(variance / (mean * mean) / burstiness - 1)).toBeLessThan(0.12);
    }
  });

  it('have counts over short windows as dispersed as the burstiness says', () => {
    for (const burstiness of [0.25, 1, 4]) {
      const instants = until(counted([400_000], burstiness), 1e12);
      // 2,000 windows of about 200 arrivals.
      const { mean, variance } = moments(counts(instants, 30_000, 2000));
      expect(Math.abs(variance / mean / burstiness - 1)).toBeLessThan(0.15);
    }
  });

  it('refuse a negative burstiness and a period of no length', () => {
    expect(() => counted([1], -1)).toThrow(RangeError);
    expect(() =>
      arrivalsOf(new Simulation({ seed: 1 }), 'x', {
        kind: 'trace',
        recording: { ...recording, instantsUs: null, counts: [] },
        scale: 1,
        speed: 1,
        everyUs: null,
        burstiness: 1,
      }),
    ).toThrow(RangeError);
  });
});
