import { describe, expect, it } from 'vitest';
import type { DesignResult, Interval, Result, TrafficResult } from '../../src/experiment/result.ts';
import { compareResults, describeDifference, type ResultDifference } from '../../src/report/index.ts';
import { flashSale } from './fixture.ts';

const BASE = flashSale();

/** The result with something else in one design. */
function changed(design: string, change: (of: DesignResult) => Partial<DesignResult>, base: Result = BASE): Result {
  const of = base.designs[design] as DesignResult;
  return { ...base, designs: { ...base.designs, [design]: { ...of, ...change(of) } } };
}

function traffic(design: string, change: (of: TrafficResult) => Partial<TrafficResult>, base: Result = BASE): Result {
  return changed(
    design,
    ({ traffic: all }) => ({
      traffic: { ...all, orders: { ...(all['orders'] as TrafficResult), ...change(all['orders'] as TrafficResult) } },
    }),
    base,
  );
}

function compare(b: Result, a: Result = BASE, tolerance = 0.05): ResultDifference {
  return compareResults({ result: a, design: null }, { result: b, design: null }, tolerance);
}

/** The goodput of `sync` times a factor, in every place that tells it. */
function goodput(factor: number): Result {
  const key = 'orders.goodputPerSecond';
  return changed(
    'sync',
    ({ perReplication, intervals }) => {
      const { estimate, low, high, ...rest } = intervals[key] as Interval;
      const times = (x: number | null): number => (x ?? 0) * factor;
      return {
        perReplication: { ...perReplication, [key]: (perReplication[key] ?? []).map(times) },
        intervals: { ...intervals, [key]: { ...rest, estimate: times(estimate), low: times(low), high: times(high) } },
      };
    },
    traffic('sync', (of) => ({ goodputPerSecond: of.goodputPerSecond * factor })),
  );
}

/** `sync goodputPerSecond: worse`, one a figure that differs. */
function verdicts({ designs }: ResultDifference): string[] {
  return designs.flatMap(({ a, figures }) => figures.map(({ figure, verdict }) => `${a} ${figure.key}: ${verdict}`));
}

describe('two results side by side', () => {
  it('say nothing where they are equal', () => {
    const found = compare(structuredClone(BASE));
    expect(found).toMatchObject({ equal: true, worse: 0, better: 0, settings: [], onlyIn: [] });
    expect(verdicts(found)).toEqual([]);
  });

  it('are judged by what more than luck moved, in the direction that the figure has', () => {
    expect(verdicts(compare(goodput(0.9)))).toEqual(['sync goodputPerSecond: worse']);
    expect(verdicts(compare(goodput(1.1)))).toEqual(['sync goodputPerSecond: better']);
    expect(verdicts(compare(goodput(0.97)))).toEqual(['sync goodputPerSecond: small']);
    expect(compare(goodput(0.97), BASE, 0.02).worse).toBe(1);
    // Unpaired, 3 % would still be seen, 0.5 % not; paired it is, for every replication fell by it.
    expect(verdicts(compare({ ...goodput(0.995), seed: '2' }))).toEqual(['sync goodputPerSecond: noise']);
    expect(verdicts(compare(goodput(0.995)))).toEqual(['sync goodputPerSecond: small']);
  });

  it('are not told apart by pairs that differ now in one way, now in the other', () => {
    const found = compare(
      changed(
        'sync',
        ({ perReplication }) => ({
          perReplication: {
            ...perReplication,
            'orders.completionMs.p99': (perReplication['orders.completionMs.p99'] ?? []).map(
              (x, i) => (x ?? 0) * (i % 2 === 0 ? 1.6 : 0.7),
            ),
          },
        }),
        traffic('sync', ({ completionMs }) => ({
          completionMs: { ...completionMs, p99: (completionMs.p99 ?? 0) * 1.15 },
        })),
      ),
    );
    expect(verdicts(found)).toEqual(['sync completionMs.p99: noise']);
    expect(found).toMatchObject({ equal: false, worse: 0 });
  });

  it('show, and do not judge, what is neither good nor bad', () => {
    const found = compare(traffic('sync', (of) => ({ attempts: of.attempts * 2, accepted: of.accepted * 2 })));
    expect(verdicts(found)).toEqual(['sync accepted: moved', 'sync attempts: moved']);
    const metric = compare(
      changed('sync', ({ resources }) => ({
        resources: {
          ...resources,
          'orders-db': { type: 'service', metrics: { Utilisation: { unit: 'Share', mean: 0.9, min: 0, max: 1 } } },
        },
      })),
    );
    expect(verdicts(metric)).toEqual(['sync Utilisation.mean: moved']);
    expect(metric.onlyIn.map(({ side, what, name }) => `${side} ${what} ${name}`)).toEqual([
      'a metric orders-db.InSystem',
      'a metric orders-db.QueueLength',
      'a metric orders-db.WaitMs',
      'a metric orders-db.WaitProbability',
    ]);
  });

  it('tell a loss that was not there before', () => {
    const losing = changed(
      'queued',
      ({ perReplication }) => ({
        perReplication: { ...perReplication, 'orders.lost': Array.from({ length: 10 }, (_, i) => 2 + (i % 2)) },
      }),
      traffic('queued', (of) => ({ lost: 25, completed: of.completed - 25 })),
    );
    const found = compare(losing);
    expect(verdicts(found)).toContain('queued lost: worse');
  });

  it('take never to recover for the worst', () => {
    const never = traffic('queued', ({ recovery }) => ({
      recovery: recovery.map((one) => ({ ...one, recoveredMs: null, perReplicationMs: [null] })),
    }));
    expect(verdicts(compare(never))).toEqual([
      'queued recovery.after spike at 300000 ms.recoveredMs: worse',
      'queued recovery.after fault at 900000 ms.recoveredMs: worse',
    ]);
    expect(compare(BASE, never).better).toBe(2);
  });

  it('tell verdicts that changed, whatever the tolerance', () => {
    const found = compare(
      changed('queued', ({ objectives, guarantees }) => ({
        objectives: objectives.map((one) => ({ ...one, verdict: one.verdict === 'met' ? 'missed' : one.verdict })),
        guarantees: guarantees.map((one) => ({ ...one, verdict: 'broken' as const })),
      })),
      BASE,
      100,
    );
    expect(found.designs.flatMap((one) => one.verdicts)).toEqual([
      { what: 'objective', name: 'lost of orders == 0', a: 'met', b: 'missed', verdict: 'worse' },
      { what: 'guarantee', name: 'at-least-once of orders', a: 'held', b: 'broken', verdict: 'worse' },
    ]);
    expect(found.worse).toBe(2);
  });

  it('see a regime that was not there', () => {
    const collapsing = flashSale({ collapse: true });
    const only = changed('sync', () => ({ regimes: collapsing.designs['sync']?.regimes ?? [] }));
    expect(verdicts(compare(only))).toEqual(['sync collapsed, by orders.goodputPerSecond: worse']);
  });

  it('count for each replication where their numbers differ, and for each request where the load does', () => {
    const half = traffic(
      'sync',
      (of) => ({
        offered: of.offered / 2,
        completed: of.completed / 2,
        rejected: of.rejected / 2,
        attempts: of.attempts / 2,
        accepted: of.accepted / 2,
        response: {
          ok: of.response.ok / 2,
          refused: of.response.refused / 2,
          timedOut: of.response.timedOut / 2,
          waiting: 0,
        },
        resolvedInDrain: of.resolvedInDrain / 2,
        wastedServerMs: of.wastedServerMs / 2,
        completionMs: { ...of.completionMs, count: of.completionMs.count / 2 },
        responseMs: { ...of.responseMs, count: of.responseMs.count / 2 },
      }),
      { ...BASE, designs: { sync: BASE.designs['sync'] as DesignResult } },
    );
    expect(verdicts(compare({ ...half, replications: BASE.replications / 2 }))).toEqual([]);
    const found = verdicts(compare(half));
    expect(found).toContain('sync offered: moved');
    expect(found.filter((one) => /worse|better|small|noise/.test(one))).toEqual([]);
  });

  it('tell what only one of them has', () => {
    const one: Result = { ...BASE, designs: { sync: BASE.designs['sync'] as DesignResult } };
    const found = compare(one);
    expect(found.onlyIn).toEqual([{ side: 'a', what: 'design', name: 'queued', design: null }]);
    expect(found.equal).toBe(false);
  });

  it('may be two designs of one result', () => {
    const found = compareResults({ result: BASE, design: 'sync' }, { result: BASE, design: 'queued' }, 0.05);
    expect(found.designs.map(({ a, b }) => [a, b])).toEqual([['sync', 'queued']]);
    expect(found.onlyIn).toContainEqual({ side: 'b', what: 'resource', name: 'workers', design: 'sync, queued' });
    expect(found.worse).toBeGreaterThan(0);
  });
});

describe('settings of two scenarios', () => {
  const resolved = (servers: number, extra: readonly object[] = []): Result => ({
    ...BASE,
    resolved: {
      name: 'x',
      confidence: 0.95,
      traffic: [{ name: 'orders', timeoutMs: 1000 }],
      designs: ['sync', 'queued'].map((name) => ({
        name,
        entries: [{ traffic: 'orders', resource: 'api' }],
        resources: [...extra, { name: 'db', servers, zones: ['a'] }],
      })),
      assumptions: [{ text: servers }],
    },
  });
  const paths = (b: Result, a: Result = resolved(100)): string[] =>
    compare(b, a).settings.map(
      ({ path, designs, a: x, b: y }) => `${path} ${designs.join('+')} ${JSON.stringify([x, y])}`,
    );

  it('tell a change of 1 % once, with every design that has it', () => {
    expect(paths(resolved(101))).toEqual(['db.servers sync+queued [100,101]']);
    expect(compare(resolved(101), resolved(100)).equal).toBe(false);
  });

  it('go by names: what is inserted makes nothing else differ', () => {
    expect(paths(resolved(100, [{ name: 'cache', ttlMs: 5 }]))).toEqual([
      'cache sync+queued [null,{"name":"cache","ttlMs":5}]',
    ]);
  });

  it('leave names, titles and assumptions out', () => {
    const renamed: Result = {
      ...resolved(100),
      scenario: 'y',
      title: 'another',
      resolved: { ...(resolved(100).resolved as object), name: 'y' },
    };
    expect(compare(renamed, resolved(100)).equal).toBe(true);
  });

  it('name the version and the facts that differ', () => {
    expect(compare({ ...BASE, version: '0.2.0' }).made).toEqual([{ what: 'version', a: '0.1.0', b: '0.2.0' }]);
  });
});

describe('a difference in words', () => {
  const found = compare(goodput(0.5));
  const names = { a: 'a/result.json', b: 'b/result.json', tolerance: 0.05 };

  it('fits the terminal at every width, and has colours only there', () => {
    for (const width of [60, 80, 120]) {
      const text = describeDifference(found, names, { color: false, width });
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
      expect(text).not.toContain('\u001b');
    }
    expect(describeDifference(found, names, { color: true, width: 80 })).toContain('\u001b[31m');
  });

  it('ends with what is worse', () => {
    const text = describeDifference(found, names, { color: false, width: 80 });
    expect(text).toMatch(/Worse by more than 5 %: goodput of orders in sync\.\n$/);
  });
});
