/** Hedges, bulkheads and the adaptive mode from scenario files, against closed forms where there are any. */
import { describe, expect, it } from 'vitest';
import { type DesignResult, runScenario } from '../../src/experiment/index.ts';
import { theory } from '../../src/stats/index.ts';
import { resolve } from '../support/street.ts';
import { check } from '../theory/check.ts';
import { type Figure, metric, REPLICATIONS, type Row } from '../theory/rows.ts';

const CUSTOMERS = 200_000;

/** `rate` requests a second into `entry`, long enough for so many customers after the warm-up. */
function row(name: string, rate: number, traffic: string, resources: string, entry: string, figures: Figure[]): Row {
  const yaml = (customers: number) => `
seed: calls
horizon: ${Math.ceil((customers + 500) / rate)}s
warmup: ${Math.ceil(500 / rate)}s
replications: ${REPLICATIONS}
traffic: { t: { rate: ${rate}/s${traffic} } }
designs: { d: { traffic: { t: ${entry} }, resources: { ${resources} } } }
`;
  return { name, entry, yaml, figures, customers: CUSTOMERS, short: CUSTOMERS };
}

const t = ({ traffic }: DesignResult) => traffic['t'] as DesignResult['traffic'][string];
const share = (name: string, field: 'attempts' | 'duplicates' | 'rejected', exact: number): Figure => ({
  name: `${field} (${name})`,
  exact,
  read: (result) => t(result)[field] / t(result).offered,
});
const seconds = (statistic: 'mean' | 'p50' | 'p90' | 'p99', exact: number): Figure => ({
  name: statistic,
  exact,
  read: (result) => (t(result).completionMs[statistic] ?? Number.NaN) / 1000,
});
const sum = (result: DesignResult, name: string, resource: string): number =>
  result.resources[resource]?.metrics[name]?.sum ?? Number.NaN;

/** Exponential service of mean 1 s on as many servers as there are jobs; a hedge after `d` seconds. */
const D = 0.5;
const LATE = Math.exp(-D);
const quantile = (p: number): number => (1 - p > LATE ? -Math.log(1 - p) : D + (-Math.log(1 - p) - D) / 2);
const EXPONENTIAL = 'station: { type: service, servers: unlimited, serviceTime: { exponential: { mean: 1s } } }';

describe('hedges, through the scenario format', () => {
  const times = [
    seconds('mean', 1 - LATE / 2),
    seconds('p50', quantile(0.5)),
    seconds('p90', quantile(0.9)),
    seconds('p99', quantile(0.99)),
  ];
  it('of a sender: P(T > t) is e^-t before the hedge and e^-d e^-2(t-d) after it; losers run on and complete again', () => {
    const figures = [
      ...times,
      share('one, and one more where the first is late', 'attempts', 1 + LATE),
      share('every hedge completes beside the first', 'duplicates', LATE),
      { name: 'jobs in service', exact: 10 * (1 + LATE), read: metric('InSystem') },
    ];
    check(row('hedge', 10, ', hedge: { after: 500ms }', EXPONENTIAL, 'station', figures), CUSTOMERS, true);
  });

  it('of a service, with losers stopped: as fast, and no more work than without hedges, for service without memory', () => {
    const call = '{ to: station, hedge: { after: 500ms }, cancelOnTimeout: true }';
    const api = `api: { type: service, servers: unlimited, serviceTime: 0s, calls: [ ${call} ] }`;
    const figures = [
      ...times,
      { name: 'jobs in service', exact: 10, read: metric('InSystem') },
      {
        name: 'hedges a call',
        exact: LATE,
        read: (result: DesignResult) =>
          sum(result, 'CallHedges', 'api') / (sum(result, 'CallAttempts', 'api') - sum(result, 'CallHedges', 'api')),
      },
    ];
    const { each } = check(row('hedge', 10, '', `${api}, ${EXPONENTIAL}`, 'api', figures), CUSTOMERS, true);
    for (const result of each) expect([t(result).attempts / t(result).offered, t(result).duplicates]).toEqual([1, 0]);
  });
});

describe('a bulkhead, through the scenario format', () => {
  it('before servers without end is M/M/c/K: c = 3 under way, 4 waiting', () => {
    const exact = theory.mmck(2.7, 1, 3, 7);
    const figures = [
      share('all places taken', 'rejected', exact.blocked),
      seconds('mean', exact.W),
      { name: 'under way', exact: exact.throughput, read: metric('InSystem') },
    ].map((figure) => ({ ...figure, within: 0.06 }));
    const traffic = ', bulkhead: { concurrent: 3, waiting: 4 }';
    check(row('bulkhead', 2.7, traffic, EXPONENTIAL, 'station', figures), CUSTOMERS, true);
  });

  it('without room to wait is Erlang’s loss formula, and the caller counts what it holds back', () => {
    const call = '{ to: station, bulkhead: { concurrent: 5 } }';
    const api = `api: { type: service, servers: unlimited, serviceTime: 0s, calls: [ ${call} ] }`;
    const figures = [
      {
        name: 'held back',
        exact: theory.erlangB(5, 4),
        within: 0.05,
        read: (result: DesignResult) =>
          sum(result, 'CallsHeldBack', 'api') /
          (sum(result, 'CallsHeldBack', 'api') + sum(result, 'CallAttempts', 'api')),
      },
    ];
    check(row('bulkhead', 4, '', `${api}, ${EXPONENTIAL}`, 'api', figures), CUSTOMERS, true);
  });

  it('keeps one slow callee from taking the caller with it', () => {
    const scenario = (bulkhead: string) =>
      resolve(`
seed: 1
horizon: 60s
replications: 2
traffic:
  t: { rate: 100/s, timeout: 1s }
  other: { rate: 100/s, timeout: 1s }
designs:
  d:
    traffic: { t: api, other: api }
    resources:
      api: { type: service, servers: 50, serviceTime: 5ms, calls: [ { to: slow, probability: 0.5, timeout: 5s${bulkhead} } ] }
      slow: { type: service, servers: 1, serviceTime: 10ms }
faults: [ { at: 20s, for: 20s, resource: slow, slow: 1000x } ]
`);
    const good = (bulkhead: string): number =>
      runScenario(scenario(bulkhead)).designs['d']?.traffic['other']?.response.ok ?? Number.NaN;
    expect(good(', bulkhead: { concurrent: 10 }')).toBeGreaterThan(1.2 * good(''));
  });
});

describe('the adaptive mode, through the scenario format', () => {
  const scenario = (retry: string) =>
    resolve(`
seed: 1
horizon: 60s
replications: 2
traffic: { t: { rate: 50/s, timeout: 2s, retry: ${retry} } }
designs:
  d:
    traffic: { t: api }
    resources:
      api: { type: service, servers: 4, serviceTime: { exponential: { mean: 70ms } }, maxQueue: 20, calls: [ { to: db, retry: ${retry} } ] }
      db: { type: service, servers: 3, serviceTime: 20ms, failureRate: 0.2 }
`);

  it('is the standard one where nobody throttles, and says so among the assumptions', () => {
    const [standard, adaptive] = [scenario('sdk-standard'), scenario('sdk-adaptive')];
    const [one, other] = [standard, adaptive].map((each) => runScenario(each).designs['d']);
    expect(one?.traffic['t']?.attempts).toBeGreaterThan(1.1 * (one?.traffic['t']?.offered ?? Number.NaN));
    expect(other).toEqual(one);
    const texts = adaptive.assumptions.filter(({ about }) => about === 'api, t').map(({ text }) => text);
    expect(texts.some((text) => text.includes('acts as sdk-standard'))).toBe(true);
    expect(texts.some((text) => text.includes('share one client-side rate limiter'))).toBe(true);
    expect(JSON.stringify(standard.assumptions)).not.toMatch(/adaptive|hedge|bulkhead/);
  });
});

describe('metrics of the client side', () => {
  const resources = (call: string) =>
    runScenario(
      resolve(`
seed: 1
horizon: 20s
replications: 1
traffic: { t: { rate: 10/s } }
resources: { db: { type: service, servers: unlimited, serviceTime: 1s } }
designs:
  sync: { traffic: { t: api }, resources: { api: { type: service, servers: unlimited, serviceTime: 1ms, calls: [ ${call} ] } } }
  queued:
    traffic: { t: q }
    resources: { q: { type: sqs }, w: { type: consumer, source: q, instances: 20, handler: { calls: [ ${call} ] } } }
objectives: [ metrics.CallAttempts.sum of resource api > 0 ]
`),
    ).designs;

  it('are there only where the setting is, so that nothing else changes', () => {
    const plain = resources('{ to: db }');
    for (const metrics of [plain['sync']?.resources['api']?.metrics, plain['queued']?.resources['w']?.metrics]) {
      expect(metrics).toHaveProperty('CallAttempts');
      expect(metrics).not.toHaveProperty('CallHedges');
      expect(metrics).not.toHaveProperty('CallsHeldBack');
    }
  });

  it('count the hedges and what was held back, of a service and of a consumer', () => {
    const both = resources('{ to: db, hedge: { after: 100ms }, bulkhead: { concurrent: 2 } }');
    for (const metrics of [both['sync']?.resources['api']?.metrics, both['queued']?.resources['w']?.metrics]) {
      const [attempts, hedges, heldBack] = ['CallAttempts', 'CallHedges', 'CallsHeldBack'].map(
        (name) => metrics?.[name]?.sum,
      );
      // Every call takes a second: each that goes out has its hedge, and only two at once go out.
      expect(attempts).toBeGreaterThan(20);
      expect(Math.abs((attempts ?? 0) - 2 * (hedges ?? 0))).toBeLessThanOrEqual(2);
      expect(heldBack).toBeGreaterThan(20);
    }
  });
});
