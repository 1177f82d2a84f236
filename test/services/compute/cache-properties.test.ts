import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Behaviour } from '../../calls/stage.ts';
import { Outcome } from '../../../src/services/ports.ts';
import { CacheStage } from './cache-stage.ts';

interface Ask {
  readonly at: number;
  readonly key: number;
}

interface Rules {
  readonly ttlUs: number | null;
  readonly capacity: number | null;
  readonly coalesce: boolean;
  readonly staleWhileRevalidateUs: number;
}

/** What a cache does, written to be read: a list of entries in the order of use, and a list of fetches under way. */
function reference(asks: readonly Ask[], rules: Rules, serviceUs: number): string[] {
  let entries: { key: number; expires: number }[] = [];
  let fetches: { key: number; ends: number; waiting: number[]; renews: boolean }[] = [];
  const said: { at: number; request: number }[] = [];
  const endFetchesUntil = (now: number): void => {
    for (const fetch of fetches.filter(({ ends }) => ends < now)) {
      const old = entries.some(({ key }) => key === fetch.key);
      entries = entries.filter(({ key }) => key !== fetch.key);
      if (!old && rules.capacity !== null && entries.length === rules.capacity) entries.shift();
      entries.push({ key: fetch.key, expires: fetch.ends + (rules.ttlUs ?? Number.POSITIVE_INFINITY) });
      for (const request of fetch.waiting) said.push({ at: fetch.ends, request });
    }
    fetches = fetches.filter(({ ends }) => ends >= now);
  };
  asks.forEach(({ at, key }, request) => {
    endFetchesUntil(at);
    const entry = entries.find((one) => one.key === key);
    const gone = entry === undefined || at >= entry.expires + rules.staleWhileRevalidateUs;
    entries = entries.filter((one) => one !== entry);
    const underWay = fetches.find((fetch) => fetch.key === key && (rules.coalesce || fetch.renews));
    if (!gone) {
      entries.push(entry);
      said.push({ at, request });
      if (at >= entry.expires && underWay === undefined)
        fetches.push({ key, ends: at + serviceUs, waiting: [], renews: true });
    } else if (rules.coalesce && underWay !== undefined) underWay.waiting.push(request);
    else fetches.push({ key, ends: at + serviceUs, waiting: [request], renews: false });
  });
  endFetchesUntil(Number.POSITIVE_INFINITY);
  return said.map(({ at, request }) => `${at} ${request} ok`);
}

const anyRules = fc.record({
  ttlUs: fc.option(fc.integer({ min: 1, max: 60 })),
  capacity: fc.option(fc.integer({ min: 1, max: 4 })),
  coalesce: fc.boolean(),
  staleWhileRevalidateUs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 })),
});
/** Two fetches never end at one instant, nor where a lookup comes: services of 2n + 0.5 instants. */
const asksOf = (gaps: readonly Ask[]): Ask[] => {
  let at = 0;
  return gaps.map(({ at: gap, key }) => ({ at: (at += 2 * (1 + gap)), key }));
};

describe('a cache', () => {
  it('answers as a list of entries and a list of fetches would', () => {
    fc.assert(
      fc.property(
        anyRules,
        fc.array(fc.record({ at: fc.nat(12), key: fc.nat(5) }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 0, max: 20 }),
        (rules, gaps, half) => {
          const asks = asksOf(gaps);
          const serviceUs = 2 * half + 1;
          const stage = new CacheStage(rules, [{ outcome: Outcome.ok, afterUs: serviceUs }]);
          for (const { at, key } of asks) stage.at(key, at);
          const sorted = (lines: string[]): string[] => lines.toSorted((a, b) => a.localeCompare(b));
          expect(sorted(stage.run())).toEqual(sorted(reference(asks, rules, serviceUs)));
        },
      ),
      { seed: 21, numRuns: 1500 },
    );
  });

  it('answers every call once, or tells of its late work, or stops it, and gives back all it held', () => {
    const anyBehaviour: fc.Arbitrary<Behaviour> = fc.record({
      outcome: fc.constantFrom(Outcome.ok, Outcome.ok, Outcome.failed, Outcome.refused),
      afterUs: fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: 30 })),
    });
    fc.assert(
      fc.property(
        anyRules,
        fc.option(fc.constantFrom(0, 0.5, 1)),
        fc.constantFrom(0, 5),
        fc.array(fc.record({ at: fc.nat(100), key: fc.nat(3) }), { minLength: 1, maxLength: 30 }),
        fc.array(fc.record({ at: fc.nat(120), request: fc.nat(29), how: fc.constantFrom('stop', 'leave', 'disown') })),
        fc.array(anyBehaviour, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(29)),
        (rules, hitRatio, time, asks, leavings, script, again) => {
          const stage = new CacheStage({ ...rules, hitRatio, time: { kind: 'constant', value: time } }, script);
          let [stopped, left, calls] = [0, 0, asks.length];
          for (const { at, key } of asks) stage.at(key, at);
          stage.next = (request) => {
            // Some ask again at once, within the answer; some make their neighbour leave.
            if (again.includes(request)) {
              calls++;
              stage.callNow(request + 100);
            } else if (stage.leaveNow(request + 1, request % 2 === 0)) {
              if (request % 2 === 0) stopped++;
              else left++;
            }
          };
          for (const { at, request, how } of leavings) {
            stage.then(at, () => {
              const ticket = stage.tickets.get(request);
              if (how === 'disown') {
                if (ticket !== undefined) stage.cache.disown(ticket);
              } else if (stage.leaveNow(request, how === 'stop')) {
                if (how === 'stop') stopped++;
                else left++;
              }
            });
          }
          stage.run();
          expect(stage.diary.length + stopped + left).toBe(calls);
          expect(stage.late.length).toBe(left);
          expect(stage.tickets.size).toBe(0);
          expect(stage.requests.held).toBe(0);
          expect(stage.service.inProgress).toBe(0);
          const [hits = 0, misses = 0, coalesced = 0, refreshes = 0] = stage.counts();
          expect(stage.service.calls).toBe(misses - coalesced + refreshes);
          // Only who had its lookup stopped has neither hit nor missed.
          expect(hits + misses).toBeLessThanOrEqual(calls);
          expect(hits + misses).toBeGreaterThanOrEqual(calls - stopped);
        },
      ),
      { seed: 22, numRuns: 1500 },
    );
  });
});
