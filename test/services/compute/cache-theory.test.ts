/** Closed forms of caches, within 99.9 % intervals of the simulated mean where they are exact. */
import { describe, expect, it } from 'vitest';
import { tInterval } from '../../../src/stats/index.ts';
import { CacheStage } from './cache-stage.ts';
import type { CacheSettings } from '../../../src/services/compute/settings.ts';
import { Outcome } from '../../../src/services/ports.ts';

const REPLICATIONS = 20;

interface Load {
  /** Mean gap between two requests of one key, microseconds. */
  readonly gapUs: number;
  readonly requests: number;
  readonly keyOf: (uniform: number) => number;
  readonly serviceUs: number;
}

/** Share of hits after the first tenth, a replication. */
function hitRatios(change: Partial<CacheSettings>, load: Load): { ratios: number[]; callsPerExpiry: number[] } {
  const ratios: number[] = [];
  const callsPerExpiry: number[] = [];
  const script = [{ outcome: Outcome.ok, afterUs: load.serviceUs === 0 ? -1 : load.serviceUs }];
  for (let seed = 1; seed <= REPLICATIONS; seed++) {
    const stage = new CacheStage(change, script, seed);
    const [gaps, keys] = [stage.sim.stream('gaps'), stage.sim.stream('keys')];
    let [count, at] = [0, 0];
    const arrive = (): void => {
      if (count > load.requests) return;
      stage.requests.keys.set(count, load.keyOf(keys.uniform()));
      stage.callNow(count++);
      if (count === Math.floor(load.requests / 10)) before = [count, stage.service.calls];
      at += -Math.log(gaps.uniform()) * load.gapUs;
      stage.sim.scheduleAt(Math.round(at), arrive, null);
    };
    let before: readonly [number, number] = [0, 0];
    stage.sim.scheduleAt(0, arrive, null);
    stage.run();
    ratios.push(1 - (stage.service.calls - before[1]) / (count - before[0]));
    // Calls of one expiry come within the service time of each other, those of two are further apart.
    const calls = stage.service.diary.map((line) => Number(line.split(' ')[0]));
    const bursts = calls.filter((t, i) => i === 0 || t - (calls[i - 1] as number) > load.serviceUs).length;
    callsPerExpiry.push(calls.length / Math.max(1, bursts));
  }
  return { ratios, callsPerExpiry };
}

function within(values: readonly number[], truth: number): void {
  const interval = tInterval(values, 0.999);
  const [low, high] = [interval.low as number, interval.high as number];
  expect([low <= truth, truth <= high], `${low} to ${high}, expected ${truth}`).toEqual([true, true]);
}

describe('closed forms', () => {
  it('an entry that lives for T under λ requests: h = λT / (1 + λT)', () => {
    for (const lambdaT of [0.5, 4]) {
      const load = { gapUs: 1e6, requests: 6000, keyOf: () => 1, serviceUs: 0 };
      within(hitRatios({ ttlUs: lambdaT * 1e6 }, load).ratios, lambdaT / (1 + lambdaT));
    }
  });

  it('each expiry of a key sends 1 + λS requests to a service that takes S, and one where misses are coalesced', () => {
    // λS = 5, and a life long enough that the fetches of one expiry are over before the next.
    const load = { gapUs: 1e5, requests: 6000, keyOf: () => 1, serviceUs: 500_000 };
    within(hitRatios({ ttlUs: 2e6 }, load).callsPerExpiry, 6);
    expect(hitRatios({ ttlUs: 2e6, coalesce: true }, load).callsPerExpiry).toEqual(new Array(REPLICATIONS).fill(1));
  });

  it('C of N equally popular keys: h = C / N', () => {
    const load = { gapUs: 100, requests: 10_000, keyOf: (u: number) => Math.floor(u * 50), serviceUs: 0 };
    within(hitRatios({ capacity: 20 }, load).ratios, 20 / 50);
  });

  it('keys of unequal popularity: the approximation of Che, within half a per cent', () => {
    // Zipf with exponent 1 over 200 keys, 40 entries: Σ (1 − e^(−p t)) = 40 gives t.
    const weights = Array.from({ length: 200 }, (_, k) => 1 / (k + 1));
    const sum = weights.reduce((a, b) => a + b, 0);
    const shares = weights.map((w) => w / sum);
    let [low, high] = [0, 1e6];
    for (let i = 0; i < 100; i++) {
      const t = (low + high) / 2;
      if (shares.reduce((filled, p) => filled + 1 - Math.exp(-p * t), 0) < 40) low = t;
      else high = t;
    }
    const che = shares.reduce((h, p) => h + p * (1 - Math.exp(-p * low)), 0);
    const keyOf = (u: number): number => {
      let k = 0;
      for (let left = u; left >= (shares[k] as number) && k < 199; k++) left -= shares[k] as number;
      return k;
    };
    const { ratios } = hitRatios({ capacity: 40 }, { gapUs: 100, requests: 10_000, keyOf, serviceUs: 0 });
    const mean = ratios.reduce((a, b) => a + b, 0) / ratios.length;
    expect(Math.abs(mean - che)).toBeLessThan(0.005);
  });
});
