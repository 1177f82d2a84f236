import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffUs } from '../../src/calls/backoff.ts';
import { SDK_STANDARD } from '../../src/calls/schema.ts';
import type { Backoff, Jitter } from '../../src/calls/settings.ts';

const backoff = (jitter: Jitter, baseUs = 100, capUs = 1000, factor = 2): Backoff => ({
  baseUs,
  capUs,
  factor,
  jitter,
});
const draws = (u: number) => ({ uniform: () => u });
/** Waits before retries 0, 1, 2, … at one and the same draw. */
const waits = (settings: Backoff, u: number, retries = 6): number[] => {
  let previous = 0;
  return Array.from({ length: retries }, (_, i) => {
    previous = backoffUs(settings, i, previous, draws(u));
    return previous;
  });
};
const ALMOST_1 = 1 - 1e-12;

describe('backoff', () => {
  it('doubles from the base up to the cap where there is no jitter, whatever the draw', () => {
    expect(waits(backoff('none'), 0.3)).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  it('keeps a fixed delay with a factor of 1', () => {
    expect(waits(backoff('none', 250, 250, 1), 0.9)).toEqual([250, 250, 250, 250, 250, 250]);
  });

  it('draws full jitter from 0 up to the wait, both ends of the draw included', () => {
    expect(waits(backoff('full'), 1e-12)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(waits(backoff('full'), ALMOST_1)).toEqual([99, 199, 399, 799, 999, 999]);
    expect(waits(backoff('full'), 0.25)).toEqual([25, 50, 100, 200, 250, 250]);
  });

  it('draws equal jitter from half of the wait up to all of it', () => {
    expect(waits(backoff('equal'), 1e-12)).toEqual([50, 100, 200, 400, 500, 500]);
    expect(waits(backoff('equal'), ALMOST_1)).toEqual([99, 199, 399, 799, 999, 999]);
  });

  it('draws decorrelated jitter from the base up to three times the wait before, at most the cap', () => {
    expect(waits(backoff('decorrelated'), 1e-12)).toEqual([100, 100, 100, 100, 100, 100]);
    expect(waits(backoff('decorrelated'), 0.5)).toEqual([200, 350, 575, 912, 1000, 1000]);
    expect(backoffUs(backoff('decorrelated'), 3, 300, draws(ALMOST_1))).toBe(899);
  });

  it('is the AWS SDK standard mode: floor(U · min(20 s, base · 2^i)), base 50 ms, 1 s after throttling', () => {
    const { backoff: usual, throttlingBackoff, attempts, budget } = SDK_STANDARD;
    for (let i = 0; i < 12; i++) {
      const power = 2 ** i;
      expect(backoffUs(usual, i, 0, draws(0.37))).toBe(Math.floor(0.37 * Math.min(20e6, 50e3 * power)));
      expect(backoffUs(throttlingBackoff as Backoff, i, 0, draws(0.37))).toBe(
        Math.floor(0.37 * Math.min(20e6, 1e6 * power)),
      );
    }
    expect(attempts).toBe(3);
    expect(budget).toEqual({ capacity: 500, cost: 14, throttlingCost: 5, refund: 1 });
  });

  it('is always a whole number of microseconds within its bounds, for every jitter', () => {
    const jitters: Jitter[] = ['none', 'full', 'equal', 'decorrelated'];
    fc.assert(
      fc.property(
        fc.constantFrom(...jitters),
        fc.integer({ min: 1, max: 1e7 }),
        fc.integer({ min: 0, max: 1e8 }),
        fc.double({ min: 1, max: 5, noNaN: true }),
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 0, max: 1e8 }),
        fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }),
        (jitter, baseUs, more, factor, retry, previous, u) => {
          const capUs = baseUs + more;
          const wait = backoffUs({ baseUs, capUs, factor, jitter }, retry, Math.min(previous, capUs), draws(u));
          expect(Number.isInteger(wait)).toBe(true);
          expect(wait).toBeLessThanOrEqual(capUs);
          expect(wait).toBeGreaterThanOrEqual(
            jitter === 'full' ? 0 : jitter === 'equal' ? Math.floor(baseUs / 2) : baseUs,
          );
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });
});
