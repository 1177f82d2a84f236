import { describe, expect, it } from 'vitest';
import { twoRegimes } from '../../src/stats/index.ts';
import { exponential, normal, uniforms } from './uniforms.ts';

const SAMPLES = 20_000;

function alarms(draw: (u: () => number) => number, size: number, seed: number): number {
  const u = uniforms(seed);
  let count = 0;
  for (let i = 0; i < SAMPLES; i++) {
    if (twoRegimes(Array.from({ length: size }, () => draw(u))) !== null) count++;
  }
  return count / SAMPLES;
}

describe('two regimes', () => {
  it('are seen in at most 1 % of samples with one hump, of any usual shape', () => {
    for (const size of [5, 10, 30]) {
      expect(alarms(exponential, size, 1)).toBeLessThan(0.007);
      expect(alarms((u) => -exponential(u), size, 2)).toBeLessThan(0.007);
      expect(alarms(normal, size, 3)).toBeLessThan(0.002);
      expect(alarms((u) => u(), size, 4)).toBeLessThan(0.002);
      expect(alarms((u) => exponential(u) + exponential(u), size, 5)).toBeLessThan(0.005);
    }
  });

  it('are seen where some runs collapsed and some recovered', () => {
    const u = uniforms(6);
    let seen = 0;
    for (let i = 0; i < 300; i++) {
      // Goodput of a system at 40/s of which a collapsed run keeps about 12/s; 2 to 8 of 10 collapse.
      const collapsed = 2 + (i % 7);
      const values = Array.from({ length: 10 }, (_, j) => (j < collapsed ? 12 + normal(u) : 40 + 0.5 * normal(u)));
      const regimes = twoRegimes(values);
      if (regimes === null) continue;
      seen++;
      expect(regimes.low).toEqual(Array.from({ length: collapsed }, (_, j) => j));
      expect(regimes.threshold).toBeGreaterThan(15);
      expect(regimes.threshold).toBeLessThan(38);
    }
    expect(seen / 300).toBeGreaterThan(0.99);
  });

  it('are seen when all that collapsed stand at exactly zero', () => {
    expect(twoRegimes([200, 0, 200, 0, 200])).toEqual({ threshold: 100, low: [1, 3], high: [0, 2, 4] });
    expect(twoRegimes([39, 40, 40.5, 39.5, 40, 41, 39, 40, 40, 0])?.low).toEqual([9]);
  });

  it('are not seen in ripples on a level, in equal values, or in too few', () => {
    expect(twoRegimes([100, 100, 100, 100.001, 100, 100])).toBeNull();
    expect(twoRegimes([5, 5, 5, 5, 5])).toBeNull();
    expect(twoRegimes([0, 0, 100, 100])).toBeNull();
    expect(twoRegimes([])).toBeNull();
  });

  it('do not depend on the order of replications', () => {
    const values = [12, 40, 13, 41, 40, 11, 40, 39, 12, 40];
    const seen = twoRegimes(values);
    const turned = twoRegimes([...values].reverse());
    expect(seen?.threshold).toBe(turned?.threshold);
    expect(seen?.low).toEqual([0, 2, 5, 8]);
    expect(turned?.low).toEqual([1, 4, 7, 9]);
  });
});
