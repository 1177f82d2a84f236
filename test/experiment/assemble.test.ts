import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { assembleResult, type DesignResult, type ReplicationOutcome, type Result } from '../../src/experiment/index.ts';
import { replicate, resolve } from '../support/street.ts';
import { histogram, type Made, metric, observed, range, replications, traffic, yaml } from './made.ts';

function made(all: readonly Made[], more = ''): Result {
  return assembleResult(resolve(yaml(more, all.length)), new Map([['d', replications('d', all)]]));
}

function designOf(result: Result, name = 'd'): DesignResult {
  const design = result.designs[name];
  if (design === undefined) throw new Error(`no design ${name}`);
  return design;
}

const one = (outcome: ReturnType<typeof traffic>): Made => ({ traffic: { t: outcome } });

/** Every number, with its place; fails on what JSON would lose. */
function walk(value: unknown, at: string): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`${at} is ${value}`);
  } else if (Array.isArray(value)) value.forEach((item, i) => walk(item, `${at}.${i}`));
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) walk(item, `${at}.${key}`);
  else if (value === undefined) throw new Error(`${at} is undefined`);
}

describe('the figures of a traffic', () => {
  const first = traffic(10, [1, 2, 3, 4], {
    rejected: 1,
    lost: 1,
    deadLettered: 1,
    expired: 1,
    inSystem: 2,
    ok: 5,
    refused: 2,
    timedOut: 2,
    waiting: 1,
    accepted: 8,
    attempts: 15,
    duplicates: 3,
    outOfOrder: 2,
    resolvedInDrain: 4,
    wastedServerMs: 2.5,
    throughput: 30,
    goodput: 20,
    responseMs: histogram([10, 20, 30, 40, 50]),
  });
  const second = traffic(20, [5, 6], {
    rejected: 12,
    lost: 2,
    deadLettered: 2,
    expired: 1,
    inSystem: 1,
    ok: 4,
    refused: 12,
    timedOut: 3,
    waiting: 1,
    accepted: 6,
    attempts: 25,
    duplicates: 5,
    outOfOrder: 1,
    resolvedInDrain: 6,
    wastedServerMs: 1.5,
    throughput: 50,
    goodput: 10,
    responseMs: histogram([60, 70, 80, 90]),
  });
  const { traffic: found, intervals, perReplication, guarantees } = designOf(made([one(first), one(second)]));

  test('are totals of counts, pooled latencies, and mean rates in the window', () => {
    expect(found['t']).toEqual({
      offered: 30,
      completed: 6,
      rejected: 13,
      lost: 3,
      deadLettered: 3,
      expired: 2,
      inSystem: 3,
      response: { ok: 9, refused: 14, timedOut: 5, waiting: 2 },
      accepted: 14,
      attempts: 40,
      duplicates: 8,
      outOfOrder: 3,
      resolvedInDrain: 10,
      wastedServerMs: 4,
      // Ranks: ceil(0.5 · 9) = 5, and 9 for all others.
      responseMs: { count: 9, mean: 50, p50: 50, p90: 90, p95: 90, p99: 90, p999: 90, max: 90 },
      completionMs: { count: 6, mean: 3.5, p50: 3, p90: 6, p95: 6, p99: 6, p999: 6, max: 6 },
      throughputPerSecond: 0.4,
      goodputPerSecond: expect.closeTo(0.15, 12),
      recovery: [],
    });
  });

  test('each have an interval whose estimate is the figure, save for maxima, which are never pooled', () => {
    const figures: [string, unknown][] = [];
    const flatten = (value: unknown, at: string): void => {
      if (typeof value === 'number') figures.push([at, value]);
      else if (typeof value === 'object' && value !== null && !Array.isArray(value))
        for (const [key, inner] of Object.entries(value)) flatten(inner, `${at}.${key}`);
    };
    flatten(found['t'], 't');
    expect(figures).toHaveLength(35);
    for (const [key, value] of figures) {
      const interval = intervals[key];
      expect(interval, key).toMatchObject({ level: 0.95, method: expect.stringMatching(/./) });
      if (!key.endsWith('.max')) expect(interval?.estimate, key).toBeCloseTo(value as number, 12);
      if (interval?.low != null) expect(interval.low, key).toBeGreaterThanOrEqual(0);
    }
    expect(intervals['t.completionMs.max']).toMatchObject({ estimate: 5 });
    expect(intervals['t.completionMs.max']?.method).toMatch(/never pooled/);
    expect(intervals['t.completed.share']?.estimate).toBe(0.2);
  });

  test('have intervals from the spread over replications', () => {
    // Offered 10 and 20: mean 15 ± t(1; 0.975) · sqrt(50 / 2), twice for the total.
    const half = 2 * 12.7062047 * 5;
    expect(intervals['t.offered']).toMatchObject({ estimate: 30, low: 0 });
    expect(intervals['t.offered']?.high).toBeCloseTo(30 + half, 4);
    // No share is more than 1.
    expect(intervals['t.completed.share']?.high).toBe(1);
    // Six observations are too few for a tail.
    expect(intervals['t.completionMs.p99']).toMatchObject({ estimate: 6, low: null, high: null });
  });

  test('are told for each replication where they are drawn as dots', () => {
    expect(perReplication).toEqual({
      't.goodputPerSecond': [0.2, 0.1],
      't.lost': [1, 2],
      't.completionMs.p99': [4, 6],
    });
  });

  test('rest on conservation, which the run itself asserts', () => {
    expect(guarantees).toEqual([{ name: 'conservation', resource: 't', verdict: 'held', expected: 'held' }]);
  });

  test('leave out the warm-up from the length of the window', () => {
    const scenario = resolve(yaml('warmup: 60s', 1));
    const result = assembleResult(scenario, new Map([['d', replications('d', [one(first)])]]));
    expect(designOf(result).traffic['t']).toMatchObject({ throughputPerSecond: 30 / 40, goodputPerSecond: 20 / 40 });
  });
});

test('one replication has no intervals', () => {
  const { intervals, regimes } = designOf(made([one(traffic(5, [1, 2]))]));
  expect([intervals, regimes]).toEqual([{}, []]);
});

test('where nothing was offered there is null, and no NaN anywhere', () => {
  const nothing = { traffic: { t: traffic(0, []) }, metrics: { db: [observed('WaitMs', [])] } };
  for (const count of [1, 2, 6]) {
    const result = made(
      range(count).map(() => nothing),
      'objectives: [ completion.p99 of t < 1s ]',
    );
    walk(result, 'result');
    const { traffic: found, resources, distributions } = designOf(result);
    expect(found['t']?.completionMs).toEqual({
      count: 0,
      mean: null,
      p50: null,
      p90: null,
      p95: null,
      p99: null,
      p999: null,
      max: null,
    });
    expect(found['t']?.goodputPerSecond).toBe(0);
    expect(resources['db']?.metrics['WaitProbability']?.mean).toBeNull();
    expect(distributions['t.completionMs']).toEqual([]);
  }
});

test('a window without length has rates of nothing, and no NaN', () => {
  const scenario = resolve(yaml('warmup: 99999999us', 2));
  const all = [one(traffic(0, [])), one(traffic(0, []))];
  walk(assembleResult({ ...scenario, warmupUs: scenario.horizonUs }, new Map([['d', replications('d', all)]])), 'r');
});

describe('two regimes', () => {
  const run = (goodput: number): Made => one(traffic(1000, range(1000), { goodput, throughput: 1000 }));
  const split = [...range(8).map((i) => run(900 + i)), run(100), run(101)];

  test('are told with the share that collapsed, and leave no interval on a mean or total', () => {
    const { regimes, intervals, perReplication } = designOf(made(split));
    expect(regimes).toMatchObject([{ metric: 't.goodputPerSecond', collapsed: { estimate: 0.2 } }]);
    expect(regimes[0]?.threshold).toBeCloseTo((1.01 + 9.01) / 2, 12);
    for (const [key, interval] of Object.entries(intervals)) {
      if (/\.p\d+$/.test(key)) continue;
      expect([key, interval.low, interval.high]).toEqual([key, null, null]);
      expect(interval.method).toMatch(/two regimes/);
    }
    expect(intervals['t.completionMs.p99']?.low).not.toBeNull();
    expect(perReplication['t.goodputPerSecond']).toHaveLength(10);
  });

  test('are none where the replications only vary', () => {
    const { regimes, intervals } = designOf(made(range(10).map((i) => run(900 + i))));
    expect(regimes).toEqual([]);
    expect(intervals['t.goodputPerSecond']?.low).toBeGreaterThan(0);
  });
});

describe('comparisons', () => {
  const designs = ['a', 'b', 'c'];
  const compare = (all: Readonly<Record<string, readonly number[]>>): Result['comparisons'] => {
    const outcomes = Object.entries(all).map(([name, goodputs]): [string, ReplicationOutcome[]] => [
      name,
      replications(
        name,
        goodputs.map((goodput) =>
          one(
            traffic(
              2000,
              range(1000).map((ms) => ms * goodput),
              { goodput, throughput: 2000 },
            ),
          ),
        ),
      ),
    ]);
    return assembleResult(resolve(yaml('', all['a']?.length, designs)), new Map(outcomes)).comparisons;
  };
  const of = (found: Result['comparisons'], name: string, a: string, b: string) =>
    found.find((each) => each.metric === name && each.a === a && each.b === b);

  test('are the first design minus the second, for every pair in declared order', () => {
    const found = compare({ b: [100, 120], a: [300, 310], c: [50, 50] });
    expect([...new Set(found.map(({ a, b }) => `${a}-${b}`))]).toEqual(['a-b', 'a-c', 'b-c']);
    const goodput = of(found, 't.goodputPerSecond', 'a', 'b');
    // Differences 2.0 and 1.9 a second: pairs, not two samples.
    expect(goodput?.difference.estimate).toBeCloseTo(1.95, 12);
    expect(goodput?.difference.high).toBeCloseTo(1.95 + 12.7062047 * 0.05, 6);
    expect(goodput?.difference.method).toMatch(/^a minus b; mean difference over 2 pairs of replications/);
    expect(goodput?.correlation).toBeCloseTo(1, 12);
    expect(of(found, 't.completionMs.p50', 'a', 'b')?.difference.estimate).toBeGreaterThan(0);
    expect(of(found, 't.completionMs.p99', 'b', 'c')?.difference.estimate).toBeGreaterThan(0);
    walk(found, 'comparisons');
  });

  test('give no interval on a mean where one of the designs ended in two regimes', () => {
    const even = range(10).map((i) => 500 + i);
    const found = compare({ a: even, b: range(10).map((i) => (i < 9 ? 900 + i : 90 + i)), c: even });
    const split = of(found, 't.goodputPerSecond', 'a', 'b')?.difference;
    expect([split?.low, split?.high]).toEqual([null, null]);
    expect(split?.method).toBe(
      'a minus b; mean difference; no interval on a mean: the replications of b ended in two regimes',
    );
    expect(of(found, 't.goodputPerSecond', 'a', 'c')?.difference.low).toBe(0);
    expect(of(found, 't.rejected', 'b', 'c')?.difference.low).toBeNull();
  });

  test('with one replication have an estimate alone', () => {
    const found = compare({ a: [300], b: [100], c: [50] });
    expect(of(found, 't.goodputPerSecond', 'a', 'b')).toMatchObject({
      difference: { estimate: 2, low: null, high: null },
      correlation: null,
      varianceRatio: null,
    });
  });
});

describe('the metrics of a resource', () => {
  test('sum counters, average means, take the extremes of extremes and pool observations', () => {
    const run = (sum: number, max: number, waits: readonly number[]): Made => ({
      traffic: { t: traffic(1, [1]) },
      metrics: {
        db: [
          metric('Sent', 'counter', { sum, mean: sum / 100 }),
          metric('QueueLength', 'level', { mean: max / 2, min: max - 3, max }),
          observed('WaitMs', waits),
        ],
      },
    });
    const { resources } = designOf(made([run(10, 4, [0, 0, 6]), run(30, 8, [0, 4])]));
    expect(resources['db']).toEqual({
      type: 'service',
      metrics: {
        Sent: { unit: 'Count', sum: 40, mean: 0.2, min: null, max: null },
        QueueLength: { unit: 'Count', mean: 3, min: 1, max: 8 },
        WaitMs: { unit: 'Milliseconds', sum: 10, count: 5, mean: 2, min: 0, max: 6, p50: 0, p90: 6, p99: 6 },
        WaitProbability: { unit: 'None', mean: 0.4, min: null, max: null },
      },
    });
  });

  test('have the share of time at or under each level', () => {
    const run = (...timeAtLevel: number[]): Made => ({
      traffic: { t: traffic(1, [1]) },
      metrics: { db: [metric('QueueLength', 'level', { timeAtLevel })] },
    });
    const { distributions } = designOf(made([run(60, 40), run(20, 40, 40)]));
    expect(distributions['db.QueueLength']).toEqual([
      [0, 0.4],
      [1, 0.8],
      [2, 1],
    ]);
  });
});

describe('series', () => {
  const line = (kind: 'counter' | 'level' | 'age' | 'observations', series: readonly (number | null)[]) =>
    metric('QueueLength', kind, { series });
  /** Two runs: the first ends after two buckets, the second after four; each series has one more, in which nothing changes. */
  const drawn = (kind: Parameters<typeof line>[0], short: (number | null)[], long: (number | null)[]) => {
    const run = (series: (number | null)[], endUs: number): Made => ({
      traffic: { t: traffic(1, [1]) },
      metrics: { db: [line(kind, series)] },
      endUs,
    });
    const { series, bands } = designOf(made([run(short, 1_500_000), run(long, 4_000_000)]));
    return { mean: series['db']?.['QueueLength'], band: bands['db']?.['QueueLength'] };
  };

  test('go on with what a run left behind where it ended earlier: levels stay, counts stop, nothing is observed', () => {
    expect(drawn('level', [8, 6, 0], [4, 4, 4, 4, 4])).toEqual({
      mean: [6, 5, 2, 2],
      band: { low: [4, 4, 0, 0], high: [8, 6, 4, 4] },
    });
    expect(drawn('level', [8, 6, 2], [4, 4, 4, 4, 4]).mean).toEqual([6, 5, 3, 3]);
    expect(drawn('age', [8, 6, 2], [4, 4, 4, 4, 4]).mean).toEqual([6, 5, 3, 3]);
    expect(drawn('counter', [8, 6, 0], [4, 4, 4, 4, 0]).mean).toEqual([6, 5, 2, 2]);
    expect(drawn('observations', [8, null, null], [4, 4, null, 4, null]).mean).toEqual([6, 4, null, 4]);
  });

  test('of a real run that ends early go down to nothing, not to the mean of its last bucket', () => {
    const text = yaml('drain: 50s', 6).replace('serviceTime: 1ms', 'serviceTime: { exponential: { mean: 99ms } }');
    const scenario = resolve(text);
    const outcomes = replicate(scenario, 'd');
    const ends = outcomes.map(({ endUs }) => endUs);
    expect(new Set(ends.map((us) => Math.ceil(us / 1e6))).size).toBeGreaterThan(1);
    const { series } = designOf(assembleResult(scenario, new Map([['d', outcomes]])));
    const buckets = Math.ceil(Math.max(...ends) / 1e6);
    for (const lines of Object.values(series))
      for (const values of Object.values(lines)) expect(values).toHaveLength(buckets);
    for (const outcome of outcomes) {
      const inSystem = outcome.resources[0]?.metrics.find(({ name }) => name === 'InSystem');
      expect(inSystem?.series.at(-1)).toBe(0);
    }
  });

  test('of a traffic are means of counts and pooled percentiles', () => {
    const run = (completed: number[], ms: readonly (readonly number[])[]): Made => ({
      traffic: {
        t: traffic(1, [1], {
          series: { completed, completionMs: ms.map((all) => (all.length === 0 ? null : histogram(all))) },
        }),
      },
      endUs: 3_000_000,
    });
    const { series, bands } = designOf(made([run([2, 0, 4], [[1, 2], [], [5]]), run([4, 0], [[3], []])]));
    expect(series['t']?.['completed']).toEqual([3, 0, 2]);
    expect(bands['t']?.['completed']).toEqual({ low: [2, 0, 0], high: [4, 0, 4] });
    expect(series['t']?.['completionMs.p50']).toEqual([2, null, 5]);
    expect(series['t']?.['completionMs.p99']).toEqual([3, null, 5]);
  });

  test('of a traffic and a resource of one name share its key', () => {
    const run = { traffic: { t: traffic(1, [1]) }, metrics: { t: [line('level', [1])] } };
    const { series } = designOf(made([run]));
    expect(Object.keys(series)).toEqual(['t']);
    expect(Object.keys(series['t'] ?? {})).toEqual(
      expect.arrayContaining(['offered', 'completionMs.p99', 'QueueLength']),
    );
  });
});

test('names that every object knows, and a traffic called events, are names like any other', () => {
  const text = yaml('', 2)
    .replaceAll(/\bt\b(?=:)/g, 'events')
    .replaceAll('db', 'toLocaleString');
  const scenario = resolve(text);
  const run = {
    traffic: { events: traffic(3, [1, 2]) },
    metrics: { toLocaleString: [metric('InSystem', 'level', { series: [1] })] },
  };
  const {
    series,
    traffic: found,
    intervals,
  } = designOf(assembleResult(scenario, new Map([['d', replications('d', [run, run])]])));
  expect(Object.keys(series)).toEqual(['events', 'toLocaleString']);
  expect(series['toLocaleString']).toHaveProperty('InSystem');
  expect(Object.hasOwn(Object.prototype.toLocaleString, 'InSystem')).toBe(false);
  expect(found['events']?.offered).toBe(6);
  expect(intervals['events.offered']?.estimate).toBe(6);
});

test('distributions are drawn at 200 shares up to 0.9999, ascending', () => {
  const drawn = designOf(made([one(traffic(20_000, range(20_000)))])).distributions['t.completionMs'] ?? [];
  expect(drawn).toHaveLength(200);
  expect([drawn[99], drawn.at(-1)?.[1]]).toEqual([[expect.closeTo(10_000, -2), 0.5], 0.9999]);
  drawn.slice(1).forEach(([ms, share], i) => {
    expect(share).toBeGreaterThan(drawn[i]?.[1] ?? 0);
    expect(ms).toBeGreaterThanOrEqual(drawn[i]?.[0] ?? 0);
  });
});

describe('the fingerprint', () => {
  const runs = (completed = [1, 2, 3], more: Partial<Made> = {}): Made[] => [
    { ...one(traffic(5, completed)), ...more },
    { ...one(traffic(5, [4])), ...more },
  ];
  const of = (all: readonly Made[], text = ''): string => made(all, text).fingerprint;

  test('is the hash of the members after it, without events: anybody can reckon it from the file', () => {
    const result = made(runs(), 'objectives: [ lost of t == 0 ]');
    const file = JSON.parse(JSON.stringify(result));
    const members = Object.entries<never>(file);
    expect(members.slice(0, 7).map(([name]) => name)).toEqual([
      'schema',
      'version',
      'facts',
      'scenario',
      'seed',
      'replications',
      'fingerprint',
    ]);
    const rest = Object.fromEntries(members.slice(7));
    for (const design of Object.values<Record<string, unknown>>(rest['designs'] ?? {})) {
      delete design['events'];
      delete design['eventsFingerprint'];
    }
    expect(createHash('sha256').update(JSON.stringify(rest), 'utf8').digest('hex')).toBe(file.fingerprint);
  });

  test('does not change with the number or the order of events, which may change with the engine', () => {
    const other = made(runs(undefined, { events: 7, fingerprint: 'x' }));
    expect(other.fingerprint).toBe(of(runs()));
    expect(designOf(other).events).toBe(14);
    expect(designOf(other).eventsFingerprint).not.toBe(designOf(made(runs())).eventsFingerprint);
  });

  test('changes with every figure and with the question', () => {
    const seen = [
      of(runs()),
      of(runs([1, 2, 3.001])),
      of([one(traffic(5, [1, 2, 3], { duplicates: 1 })), one(traffic(5, [4]))]),
      of([one(traffic(5, [1, 2, 3], { series: { timedOut: [0, 1] } })), one(traffic(5, [4]))]),
      of(runs(undefined, { metrics: { db: [metric('InSystem', 'level')] } })),
      of(runs(undefined, { endUs: 101_000_001 })),
      of(runs(), 'objectives: [ lost of t == 0 ]'),
      of(runs(), 'title: other'),
    ];
    expect(new Set(seen).size).toBe(seen.length);
  });
});

test('no thread shows: the order in which designs arrive makes no difference to a byte', () => {
  const scenario = resolve(yaml('', 2, ['a', 'b', 'c']));
  const all = ['a', 'b', 'c'].map((name, i): [string, ReplicationOutcome[]] => [
    name,
    replications(name, [one(traffic(5, [i])), one(traffic(5, [i + 1]))]),
  ]);
  const text = (entries: typeof all): string => JSON.stringify(assembleResult(scenario, new Map(entries)));
  expect(text(all.toReversed())).toBe(text(all));
  // Only those that were run are told.
  const two = assembleResult(scenario, new Map(all.slice(1)));
  expect(Object.keys(two.designs)).toEqual(['b', 'c']);
  expect(new Set(two.comparisons.map(({ a, b }) => a + b))).toEqual(new Set(['bc']));
});
