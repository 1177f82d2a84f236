/** Closed forms through the scenario format: with as many customers as every run of the tests can afford; theory.long.ts has more. */
import { describe, expect, test } from 'vitest';
import { replicate, resolve } from '../support/street.ts';
import { check, checkLittle } from './check.ts';
import { QUEUED, QUEUES, RETRIES } from './rows.ts';

describe('queueing theory, through the scenario format', () => {
  test.each(QUEUES)('$name', (row) => {
    checkLittle(check(row, row.short, true), row.entry);
  });

  test('the result file itself knows: its own intervals at 99.9 % hold the exact mean and percentiles of M/M/1', () => {
    const row = QUEUES[0] as (typeof QUEUES)[number];
    const { intervals } = check({ ...row, figures: [] }, 600_000, true).result;
    const exact = { mean: 5, p50: 3.4657, p90: 11.5129, p95: 14.9787, p99: 23.0259 };
    for (const [statistic, seconds] of Object.entries(exact)) {
      const interval = intervals[`t.completionMs.${statistic}`];
      expect(interval?.level).toBe(0.999);
      expect(interval?.low ?? Number.NaN, statistic).toBeLessThan(seconds * 1000);
      expect(interval?.high ?? Number.NaN, statistic).toBeGreaterThan(seconds * 1000);
    }
  });
});

describe('retries and queues, through the scenario format', () => {
  test.each([...RETRIES, ...QUEUED])('$name', (row) => {
    check(row, row.short, true);
  });

  test("the SDK's bucket pays for 35 retries when all goes wrong, and for none after that", () => {
    const scenario = resolve(`
seed: 1
horizon: 100s
replications: 2
traffic: { t: { rate: 10/s, arrivals: regular, retry: sdk-standard } }
designs:
  d: { traffic: { t: api }, resources: { api: { type: service, servers: unlimited, serviceTime: 1ms, failureRate: 1 } } }
`);
    for (const { traffic } of replicate(scenario, 'd')) {
      const outcome = traffic[0]?.outcome;
      // 500 tokens ÷ 14 a retry.
      expect((outcome?.attempts ?? 0) - (outcome?.offered ?? 0)).toBe(35);
      expect(outcome?.rejected).toBe(outcome?.offered);
    }
  });
});
