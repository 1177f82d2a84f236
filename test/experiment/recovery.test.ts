import { describe, expect, test } from 'vitest';
import type { Disturbance } from '../../src/experiment/disturbances.ts';
import { assembleResult } from '../../src/experiment/index.ts';
import { dwellBuckets, recoveryMs } from '../../src/experiment/recovery.ts';
import { replicate, resolve } from '../support/street.ts';
import { replications, traffic, yaml } from './made.ts';

const SECOND = 1_000_000;
const HORIZON = 100 * SECOND;

/** Ten arrivals in each second of 100, of which `healthy(second)` came within the limit. */
function cohorts(healthy: (second: number) => number, limitMs: number | null = 500) {
  const seconds = Array.from({ length: 100 }, (_, i) => i);
  return traffic(1000, [], {
    healthLimitMs: limitMs,
    series: { offered: seconds.map(() => 10), healthy: seconds.map(healthy) },
  });
}

function after(toUs: number | null): Disturbance {
  return { kind: 'fault', label: '', fromUs: 10 * SECOND, toUs, designs: ['d'], traffic: null };
}

const told = (outcome: ReturnType<typeof traffic>, toUs: number | null, share = 0.9): number | null | undefined =>
  recoveryMs(outcome, after(toUs), share, SECOND, HORIZON);

describe('recovery in one replication', () => {
  test('is told from the end of the disturbance to the first well cohort', () => {
    const outcome = cohorts((second) => (second < 27 ? 2 : 10));
    expect(told(outcome, 20 * SECOND)).toBe(7000);
  });

  test('is at once where nothing ever was wrong', () => {
    expect(
      told(
        cohorts(() => 10),
        20 * SECOND,
      ),
    ).toBe(0);
    // The first whole bucket after an end within a bucket.
    expect(
      told(
        cohorts(() => 10),
        20 * SECOND + 300_000,
      ),
    ).toBe(700);
  });

  test('needs a whole dwell time: a short glimpse is none', () => {
    const outcome = cohorts((second) => ((second >= 25 && second < 30) || second >= 40 ? 10 : 0));
    expect(told(outcome, 20 * SECOND)).toBe(20_000);
  });

  test('forgives, within the dwell time, as much as the wanted share does', () => {
    // 3 of 30 seconds bad: 90 % of the cohorts are well.
    const outcome = cohorts((second) => (second >= 30 && second < 33 ? 0 : 10));
    expect(told(outcome, 20 * SECOND)).toBe(0);
    // Above 90 % it begins where no more than one of the three is in the dwell time.
    expect(told(outcome, 20 * SECOND, 0.95)).toBe(12_000 + 1000);
  });

  test('never comes when too few are well until the horizon', () => {
    expect(
      told(
        cohorts(() => 8),
        20 * SECOND,
      ),
    ).toBeNull();
  });

  test('is not told from cohorts whose limit runs out in the drain', () => {
    // Well only from the 65th second on: with a limit of 500 ms that can be seen, with one of 20 s only when the traffic has gone.
    const well = (second: number): number => (second >= 65 ? 10 : 0);
    expect(told(cohorts(well, 500), 20 * SECOND)).toBe(45_000);
    expect(told(cohorts(well, 20_000), 20 * SECOND)).toBeNull();
  });

  test('cannot be told without a limit, without an end, or without time for one dwell', () => {
    expect(
      told(
        cohorts(() => 10, null),
        20 * SECOND,
      ),
    ).toBeUndefined();
    expect(
      told(
        cohorts(() => 10),
        null,
      ),
    ).toBeUndefined();
    expect(
      told(
        cohorts(() => 0),
        69 * SECOND,
      ),
    ).toBeNull();
    expect(
      told(
        cohorts(() => 0),
        70 * SECOND,
      ),
    ).toBeUndefined();
  });

  test('is no recovery where nobody came', () => {
    const outcome = traffic(0, [], { healthLimitMs: 500 });
    expect(told(outcome, 20 * SECOND)).toBeNull();
  });

  test('is exact where buckets are no whole milliseconds', () => {
    const outcome = cohorts((second) => (second < 30 ? 0 : 10));
    expect(recoveryMs(outcome, after(3_000_001), 0.9, 333_333, 33_333_300)).toBeUndefined();
    const long = {
      ...outcome,
      series: { ...outcome.series, offered: Array(400).fill(10), healthy: Array(400).fill(10) },
    };
    expect(recoveryMs(long, after(3_000_001), 0.9, 333_333, 400 * 333_333)).toBe((10 * 333_333 - 3_000_001) / 1000);
  });
});

test('the dwell time is 30 s, and at least five buckets', () => {
  expect([100_000, SECOND, 7 * SECOND, 60 * SECOND].map(dwellBuckets)).toEqual([300, 30, 5, 5]);
});

describe('recovery in the result', () => {
  const fault = (at: string, more: string): string => `faults: [ { at: ${at}, resource: db, ${more} } ]`;
  const rows = (text: string, healthy: readonly ((second: number) => number)[], limitMs: number | null = 500) => {
    const all = healthy.map((one) => ({ traffic: { t: cohorts(one, limitMs) } }));
    return assembleResult(resolve(text), new Map([['d', replications('d', all)]])).designs['d']?.traffic['t']?.recovery;
  };
  const from = (start: number) => (second: number) => (second < start ? 0 : 10);

  test('is the median of those that recovered, with the share that did', () => {
    const found = rows(yaml(fault('10s', 'for: 10s, slow: 5x'), 5), [
      from(22),
      from(24),
      from(29),
      from(1000),
      from(1000),
    ]);
    expect(found).toMatchObject([{ after: 'fault at 10000 ms', recoveredMs: 4000, share: { estimate: 0.6 } }]);
    expect(found?.[0]?.perReplicationMs).toEqual([2000, 4000, 9000, null, null]);
  });

  test('has no median where fewer than half recovered', () => {
    const found = rows(yaml(fault('10s', 'for: 10s, slow: 5x'), 3), [from(22), from(1000), from(1000)]);
    expect(found?.[0]).toMatchObject({ recoveredMs: null, share: { estimate: 1 / 3 } });
  });

  test('leaves out what lasts to the horizon or longer, and what nobody can tell', () => {
    for (const more of ['for: 90s, slow: 5x', 'for: 95s, slow: 5x', 'slow: 5x', 'for: 70s, slow: 5x']) {
      expect(rows(yaml(fault('10s', more), 1), [from(0)]), more).toEqual([]);
    }
    expect(rows(yaml(fault('10s', 'for: 10s, slow: 5x'), 1), [from(0)], null)).toEqual([]);
    const told = resolve(yaml(fault('10s', 'for: 10s, slow: 5x'), 1));
    const result = assembleResult(told, new Map([['d', replications('d', [{ traffic: { t: cohorts(from(0)) } }])]]));
    expect(result.designs['d']?.traffic['t']?.recovery).toHaveLength(1);
    // The only design there is needs no name.
    expect(result.disturbances).toEqual([
      { kind: 'fault', label: 'db 5x slower', fromMs: 10_000, toMs: 20_000, design: null },
    ]);
  });

  test('from a spike concerns the traffic that has it', () => {
    const text = yaml('', 1).replace(
      'traffic: { t: { rate: 10/s } }',
      'traffic: { t: { rate: 10/s, changes: [ { at: 10s, for: 10s, rate: 90/s } ] }, u: { rate: 1/s } }',
    );
    const all = [{ traffic: { t: cohorts(from(25)), u: cohorts(from(0)) } }];
    const scenario = resolve(text.replace('{ t: db }', '{ t: db, u: db }'));
    const found = assembleResult(scenario, new Map([['d', replications('d', all)]])).designs['d']?.traffic;
    expect(found?.['t']?.recovery).toMatchObject([{ after: 'spike at 10000 ms', recoveredMs: 5000 }]);
    expect(found?.['u']?.recovery).toEqual([]);
  });

  test('concerns the designs that have what the fault strikes', () => {
    const text = `seed: 1
horizon: 100s
resolution: 1s
replications: 1
traffic: { t: { rate: 1/s } }
resources: { db: { type: service, servers: 1, serviceTime: 1ms } }
designs:
  a: { traffic: { t: db } }
  b: { traffic: { t: web }, resources: { web: { type: service, servers: 1, serviceTime: 1ms, calls: [ { to: db } ] } } }
faults: [ { at: 10s, for: 5s, resource: web, slow: 2x }, { at: 20s, for: 5s, resource: db, slow: 2x } ]
`;
    const scenario = resolve(text);
    const of = (design: string) => replications(design, [{ traffic: { t: cohorts(() => 10) } }]);
    const result = assembleResult(
      scenario,
      new Map([
        ['a', of('a')],
        ['b', of('b')],
      ]),
    );
    expect(result.designs['a']?.traffic['t']?.recovery.map((one) => one.after)).toEqual(['fault at 20000 ms']);
    expect(result.designs['b']?.traffic['t']?.recovery).toHaveLength(2);
    expect(result.disturbances.map(({ design }) => design)).toEqual(['b', null]);
  });
});

describe('the limit of health', () => {
  const objectives = 'objectives: [ completion.p95 of t < 3s, completion.p99 of t < 2s ]';
  const outage = 'faults: [ { at: 10s, for: 1s, resource: db, down: true } ]';

  test('is that of the first objective on completions', () => {
    const scenario = resolve(yaml(`${objectives}\n${outage}`, 1));
    expect(replicate(scenario, 'd')[0]?.traffic[0]?.outcome.healthLimitMs).toBe(3000);
  });

  test('is not that of an objective that asks for lateness, or is meant for another design', () => {
    const others =
      'objectives: [ completion.p99 of t > 1ms, { that: completion.p99 of t < 7s, design: e }, completion.p99 of t < 2s ]';
    const scenario = resolve(yaml(`${others}\n${outage}`, 1, ['d', 'e']));
    const limits = ['d', 'e'].map((design) => replicate(scenario, design)[0]?.traffic[0]?.outcome.healthLimitMs);
    expect(limits).toEqual([2000, 7000]);
  });

  test('is learnt before the first disturbance where no objective says it', () => {
    // Regular arrivals at a free server take 1 ms each; the limit is a quarter more.
    const text = yaml(outage, 1).replace('rate: 10/s', 'rate: 10/s, arrivals: regular');
    expect(replicate(resolve(text), 'd')[0]?.traffic[0]?.outcome.healthLimitMs).toBe(1.25);
  });

  test('is learnt neither without a disturbance nor before the first completion', () => {
    expect(replicate(resolve(yaml('', 1)), 'd')[0]?.traffic[0]?.outcome.healthLimitMs).toBeNull();
    const atOnce = resolve(yaml(outage.replace('10s', '0s'), 1));
    expect(replicate(atOnce, 'd')[0]?.traffic[0]?.outcome.healthLimitMs).toBeNull();
  });

  test('with its share decides on health: p95 asks for 95 %', () => {
    const all = [{ traffic: { t: cohorts((second) => (second < 30 ? 0 : second % 2 === 0 ? 9 : 10)) } }];
    const rows = (text: string) =>
      assembleResult(resolve(text), new Map([['d', replications('d', all)]])).designs['d']?.traffic['t']?.recovery[0];
    // 95 % are well from the 30th second on: enough for p95, not for p99.
    expect(rows(yaml(`objectives: [ completion.p95 of t < 3s ]\n${outage}`, 1))?.recoveredMs).toBe(19_000);
    expect(rows(yaml(`objectives: [ completion.p99 of t < 3s ]\n${outage}`, 1))?.recoveredMs).toBeNull();
  });
});
