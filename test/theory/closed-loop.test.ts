/** A closed loop of users: the law of the interactive response time, and the machine repairman. */
import { describe, expect, it, test } from 'vitest';
import { tInterval } from '../../src/stats/index.ts';
import { replicate, resolve, resultOfOne } from '../support/street.ts';
import { mean, runsOf, scenario } from './storms.ts';

/** N users with exponential think time Z, c servers with exponential service time S: throughput per second. */
function repairman(users: number, servers: number, thinkS: number, serviceS: number): number {
  // p(n) / p(0), n of the users at the service.
  const weights = [1];
  for (let n = 1; n <= users; n++) {
    const arriving = (users - n + 1) / thinkS;
    weights.push(((weights[n - 1] ?? 0) * arriving * serviceS) / Math.min(n, servers));
  }
  const all = weights.reduce((sum, one) => sum + one, 0);
  return weights.reduce((sum, one, n) => sum + (one / all) * (Math.min(n, servers) / serviceS), 0);
}

describe('a closed loop', () => {
  test.each([
    [1, 1, 2, 1],
    [10, 1, 10, 1],
    [20, 3, 4, 1],
    [50, 100, 9, 1],
  ])(
    'of %i users at %i servers, thinking %i s for %i s of service, is the machine repairman',
    (users, servers, think, service) => {
      const of = resolve(`
seed: 11
horizon: ${Math.ceil((20_000 * (think + service)) / users)}s
warmup: 200s
replications: 10
resolution: 1000s
traffic: { t: { users: ${users}, think: { exponential: { mean: ${think}s } } } }
designs: { d: { traffic: { t: s }, resources: { s: { type: service, servers: ${servers}, serviceTime: { exponential: { mean: ${service}s } } } } } }
`);
      const runs = replicate(of, 'd').map((outcome) => resultOfOne(of, outcome).designs['d']?.traffic['t']);
      const exact = repairman(users, servers, think, service);
      const throughput = tInterval(
        runs.map((run) => run?.throughputPerSecond ?? Number.NaN),
        0.999,
      );
      expect(throughput.low ?? Infinity).toBeLessThanOrEqual(exact);
      expect(throughput.high ?? 0).toBeGreaterThanOrEqual(exact);
      const response = tInterval(
        runs.map((run) => (run?.responseMs.mean ?? Number.NaN) / 1000),
        0.999,
      );
      // R = N/X − Z.
      expect(response.low ?? Infinity).toBeLessThanOrEqual(users / exact - think);
      expect(response.high ?? 0).toBeGreaterThanOrEqual(users / exact - think);
      expect(((throughput.high ?? 0) - (throughput.low ?? 0)) / 2 / exact).toBeLessThan(0.03);
    },
  );

  it('keeps R = N/X − Z in closed-loop-users.yaml, pause or not, and sees twenty sufferers of a pause where the public sees all who come in it', () => {
    const of = scenario('closed-loop-users');
    const runs = { pausing: runsOf(of, 'pausing', 2), steady: runsOf(of, 'steady', 2) };
    for (const { traffic } of [...runs.pausing, ...runs.steady]) {
      const { throughputPerSecond = 0, responseMs } = traffic['tester'] ?? {};
      expect(Math.abs(20 / throughputPerSecond - 0.2 - (responseMs?.mean ?? 0) / 1000)).toBeLessThan(0.002);
    }
    const p99 = (design: keyof typeof runs, traffic: string): number =>
      mean(runs[design].map((run) => run.traffic[traffic]?.responseMs.p99 ?? Number.NaN));
    expect(p99('pausing', 'tester')).toBeLessThan(p99('steady', 'tester'));
    expect(p99('pausing', 'public')).toBeGreaterThan(10 * p99('steady', 'public'));
  });
});
