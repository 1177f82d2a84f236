import { describe, expect, it } from 'vitest';
import { batchMeans, mser5, StatsError } from '../../src/stats/index.ts';
import { normal, uniforms } from './uniforms.ts';

/** First-order autoregressive series around 100. */
function series(n: number, start: number, u: () => number): number[] {
  const values: number[] = [];
  let x = start;
  for (let i = 0; i < n; i++) {
    x = 0.9 * x + normal(u);
    values.push(100 + x);
  }
  return values;
}

describe('warm-up', () => {
  it('is cut where the start was far off, and hardly where it was not', () => {
    const u = uniforms(1);
    const far = mser5(series(2000, 200, u));
    expect(far.cut).toBeGreaterThanOrEqual(20);
    expect(far.cut).toBeLessThan(300);
    expect(far.reliable).toBe(true);
    const flat = mser5(Array.from({ length: 100 }, () => 3));
    expect(flat).toEqual({ cut: 0, reliable: true });
  });

  it('is called unreliable when the run is still drifting at its end', () => {
    expect(mser5(Array.from({ length: 200 }, (_, i) => i)).reliable).toBe(false);
    expect(mser5([1, 2, 3]).reliable).toBe(false);
  });
});

describe('batch means', () => {
  it('cover the mean of a dependent series, which plain observations would not', () => {
    const u = uniforms(2);
    let hits = 0;
    for (let i = 0; i < 400; i++) {
      const { low, high } = batchMeans(series(4000, 0, u), 0.95);
      if ((low as number) <= 100 && 100 <= (high as number)) hits++;
    }
    expect(hits / 400).toBeGreaterThan(0.91);
    expect(hits / 400).toBeLessThan(0.985);
  });

  it('leave out the odd observations at the front, and refuse too few', () => {
    expect(batchMeans([999, 1, 1, 2, 2], 0.95, 2).estimate).toBe(1.5);
    expect(batchMeans([1, 2, 3], 0.95).low).toBeNull();
    expect(() => batchMeans([1, 2, 3], 0.95, 1)).toThrow(StatsError);
  });
});
