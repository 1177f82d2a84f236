import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SendRate } from '../../src/calls/send-rate.ts';
import { ReferenceLimiter } from './adaptive-reference.ts';

const SECOND = 1_000_000;

/** A client that had `perSecond` good answers a second for ten seconds. */
function after(perSecond: number): SendRate {
  const rate = new SendRate(0);
  for (let i = 1; i <= 10 * perSecond; i++) rate.answered((i * SECOND) / perSecond, false);
  return rate;
}

describe('the send rate of the adaptive mode', () => {
  it('holds nothing back before the first throttling error', () => {
    const rate = after(20);
    for (let i = 0; i < 1000; i++) expect(rate.take(10 * SECOND)).toBe(true);
    expect([rate.enabled, rate.waitUs(10 * SECOND)]).toEqual([false, 0]);
  });

  it('falls to 70 % of the measured rate at the first throttling error', () => {
    const rate = after(20);
    rate.answered(10 * SECOND, true);
    expect(rate.enabled).toBe(true);
    // The measured rate nears 20 from below: each half second takes it four fifths of the way.
    expect(rate.perSecond).toBeCloseTo(14, 4);
  });

  it('is back at the rate of the error after K = ∛(peak · 0.3 / 0.4) seconds, and flat there', () => {
    const rate = after(20);
    rate.answered(10 * SECOND, true);
    const k = Math.cbrt((20 * 0.3) / 0.4);
    const seen: number[] = [];
    for (let i = 1; i <= 40 * k; i++) {
      const at = 10 * SECOND + Math.round((i / 20) * SECOND);
      rate.answered(at, false);
      const since = (at - 10 * SECOND) / SECOND;
      if (Math.abs(since - k) < 0.03) seen.push(rate.perSecond);
    }
    expect(seen.length).toBeGreaterThan(0);
    for (const perSecond of seen) expect(perSecond).toBeCloseTo(20, 3);
  });

  it('never exceeds twice what was measured, however long ago the last error', () => {
    const rate = after(20);
    rate.answered(10 * SECOND, true);
    for (let i = 1; i <= 1000; i++) rate.answered(10 * SECOND + i * 100_000, false);
    // Ten answers a second by now.
    expect(rate.perSecond).toBeCloseTo(20, 6);
  });

  it('never falls below one call in two seconds', () => {
    const rate = new SendRate(0);
    for (let i = 1; i <= 50; i++) rate.answered(i * 10 * SECOND, true);
    expect(rate.perSecond).toBe(0.5);
    rate.take(501 * SECOND);
    while (rate.take(501 * SECOND));
    expect(rate.waitUs(501 * SECOND)).toBeLessThanOrEqual(2 * SECOND);
  });

  it('saves up one second of sending, not more', () => {
    const rate = after(25);
    rate.answered(10 * SECOND, true);
    let taken = 0;
    while (rate.take(1000 * SECOND)) taken++;
    expect(taken).toBe(Math.floor(rate.perSecond));
    expect(taken).toBe(17);
  });

  it('agrees at every step with a reference written from the rules, whatever the answers', () => {
    const step = fc.record({
      afterUs: fc.oneof(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: 0, max: 3 * SECOND })),
      what: fc.constantFrom('take', 'take', 'ok', 'ok', 'ok', 'throttled' as const),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 120 }), (steps) => {
        const rate = new SendRate(0);
        const reference = new ReferenceLimiter();
        let nowUs = 0;
        for (const { afterUs, what } of steps) {
          nowUs += afterUs;
          const now = nowUs / SECOND;
          if (what !== 'take') {
            rate.answered(nowUs, what === 'throttled');
            reference.answered(now, what === 'throttled');
          } else if (reference.enabled) {
            reference.look(now);
            const taken = rate.take(nowUs);
            // At the very edge the two may round differently.
            if (Math.abs(reference.tokens - 1) > 1e-9) expect(taken).toBe(reference.tokens > 1);
            if (taken) reference.tokens -= 1;
            else expect(rate.waitUs(nowUs) / SECOND).toBeCloseTo((1 - reference.tokens) / reference.fillRate, 5);
          } else expect(rate.take(nowUs)).toBe(true);
          expect(rate.enabled).toBe(reference.enabled);
          expect(Math.abs(rate.perSecond / reference.fillRate - 1)).toBeLessThan(1e-9);
        }
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});
