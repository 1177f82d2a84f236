/** The published retry storms come out of the scenario files: nothing in them scripts the collapse. */
import { describe, expect, it } from 'vitest';
import { wilson } from '../../src/stats/index.ts';
import { mean, meanOf, runsOf, scenario, sumOf } from './storms.ts';

/** A fault that fills the queue whatever the rate: for five seconds everything takes twenty times as long. */
const SLOW = { 'faults.0': '{ at: 5s, for: 5s, resource: backend, slow: 20x }' };

describe('metastable.yaml, after stability-sim', () => {
  const completed = (runs: ReturnType<typeof runsOf>, from: number, to: number): number[] =>
    runs.map((run) => meanOf(run, 'users', 'completed', from, to));

  it('with three retries at once no run comes back: the completions of each sixth are those of the original', () => {
    const of = scenario('metastable');
    const runs = runsOf(of, 'retries', of.replications);
    const [first, second] = [mean(completed(runs, 0, 10)), mean(completed(runs, 10, 20))];
    expect(first).toBeGreaterThan(49);
    expect(first).toBeLessThan(57);
    expect(second).toBeGreaterThan(9);
    expect(second).toBeLessThan(21);
    for (const from of [20, 30, 40, 50]) expect(Math.max(...completed(runs, from, from + 10))).toBeLessThan(0.5);
    // Four attempts of each request, for ever.
    const attempts = mean(runs.map((run) => meanOf(run, 'client', 'CallAttempts', 30, 60)));
    expect(attempts).toBeGreaterThan(270);
    expect(attempts).toBeLessThan(290);
  });

  it.each(['none', 'budget', 'breaker'])('%s comes back in every run', (design) => {
    const of = scenario('metastable');
    const last = completed(runsOf(of, design, of.replications), 40, 60);
    expect(Math.min(...last)).toBeGreaterThan(60);
    expect(mean(last)).toBeGreaterThan(67);
  });

  it('three retries stay down above 25 requests a second, where four times the load is what the servers can do', () => {
    const comesBack = (perSecond: number): boolean => {
      const of = scenario('metastable', { ...SLOW, horizon: '600s', 'traffic.users.rate': `${perSecond}/s` });
      return mean(completed(runsOf(of, 'retries', 1), 500, 600)) > perSecond / 2;
    };
    let [low, high] = [10, 70];
    expect([comesBack(low), comesBack(high)]).toEqual([true, false]);
    while (high - low > 1) {
      const middle = (low + high) / 2;
      if (comesBack(middle)) low = middle;
      else high = middle;
    }
    expect(low).toBeGreaterThan(24);
    expect(high).toBeLessThan(26);
  });
});

describe('simple-collapse.yaml, after Brooker', () => {
  const after = (design: string, runs: number): number[] =>
    runsOf(scenario('simple-collapse'), design, runs).map((run) => meanOf(run, 'users', 'completed', 60, 80));

  it('without backoff six to eight of ten runs never come back', () => {
    const late = after('naive', 40);
    const share = late.filter((perSecond) => perSecond < 20).length / late.length;
    expect(share).toBeGreaterThanOrEqual(0.6);
    expect(share).toBeLessThanOrEqual(0.8);
    // In between there is nothing: a run is in one regime or the other.
    expect(late.filter((perSecond) => perSecond > 5 && perSecond < 35)).toEqual([]);
  });

  it('with backoff and jitter every run does, to all of the load', () => {
    const late = after('jittered', 30);
    const { low } = wilson(late.filter((perSecond) => perSecond > 35).length, late.length, 0.95);
    expect(low ?? 0).toBeGreaterThan(0.88);
    expect(mean(late)).toBeGreaterThan(38.5);
    expect(mean(late)).toBeLessThan(41.5);
  });
});

describe('backoff-and-jitter.yaml, after the AWS Architecture Blog', () => {
  /** Published calls and milliseconds, and what the original gave in 200 runs where it was not published. */
  it.each([
    [100, 'exponential', 1857, 63_400],
    [100, 'full', 796, 4923],
    [100, 'equal', 812, 6640],
    [100, 'decorrelated', 1002, 4670],
    [100, 'none', 2422, 2024],
    [10, 'full', 39.0, 467],
    [10, 'decorrelated', 37.7, 427],
    [10, 'none', 50.7, 379],
  ])('%i clients, %s: %d calls in %d ms, within 5 %', (clients, design, calls, ms) => {
    const of = scenario('backoff-and-jitter', { 'traffic.clients.changes.0.burst': String(clients) });
    const runs = runsOf(of, design, clients === 100 ? 50 : 100);
    for (const { traffic } of runs) expect(traffic['clients']?.completed).toBe(clients);
    const attempts = mean(runs.map((run) => sumOf(run, 'library', 'CallAttempts')));
    const longest = mean(runs.map((run) => run.traffic['clients']?.completionMs.max ?? Number.NaN));
    expect(Math.abs(attempts / calls - 1)).toBeLessThan(0.05);
    expect(Math.abs(longest / ms - 1)).toBeLessThan(0.05);
  });
});
