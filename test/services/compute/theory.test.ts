/** The service against closed forms, straight on the kernel: Poisson arrivals, 10 replications, 99.9 % intervals. Times in seconds of 1e6 us. */
import { describe, expect, it } from 'vitest';
import type { Distribution } from '../../../src/kernel/index.ts';
import { MetricsRecorder } from '../../../src/history/index.ts';
import { Simulation } from '../../../src/kernel/index.ts';
import { Service, type ServiceSettings } from '../../../src/services/compute/index.ts';
import { Outcome } from '../../../src/services/ports.ts';
import { LogHistogram, theory, tInterval } from '../../../src/stats/index.ts';
import { settings } from './stage.ts';

const SECOND = 1e6;
const mean1: Distribution = { kind: 'exponential', mean: SECOND };

interface Run {
  readonly sojourn: number;
  readonly blocked: number;
  readonly waits: number;
  readonly wait: number;
  readonly inSystem: number;
  readonly utilisation: number;
}

/** `customers` arrivals at `lambda` a second; the first tenth is warm-up. */
function run(change: Partial<ServiceSettings>, lambda: number, customers: number, replication: number): Run {
  const sim = new Simulation({ seed: 'theory', replication });
  const toUs = Math.round((customers / lambda) * SECOND);
  const fromUs = Math.round(toUs / 10);
  const recorder = new MetricsRecorder(sim, { fromUs, toUs, resolutionUs: toUs });
  const arrived = new Float64Array(2 * customers);
  const requests = {
    retain: () => {},
    release: () => {},
    wasted: () => {},
    ordinal: (request: number) => request,
    key: () => -1,
    bytes: () => 1,
    isPoison: () => false,
  };
  const service = new Service(sim, settings(change), { requests, metrics: recorder });
  const arrivals = sim.stream('arrivals');
  let [count, instant, offered, refused, finished, sojourns] = [0, 0, 0, 0, 0, 0];
  const caller = {
    onReply: (request: number, outcome: Outcome) => {
      if ((arrived[request] as number) < fromUs) return;
      if (outcome === Outcome.refused) refused++;
      else {
        finished++;
        sojourns += sim.now - (arrived[request] as number);
      }
    },
    onLateReply: () => {},
  };
  const arrive = (): void => {
    const request = count++;
    arrived[request] = sim.now;
    if (sim.now >= fromUs) offered++;
    service.call(request, 0, caller, request);
    next();
  };
  const next = (): void => {
    instant -= (Math.log(arrivals.uniform()) / lambda) * SECOND;
    if (instant <= toUs) sim.scheduleAt(Math.round(instant), arrive, undefined);
  };
  next();
  sim.run({ until: toUs });
  const metrics = new Map(recorder.finish(toUs).map((data) => [data.name, data]));
  const waitMs = metrics.get('WaitMs');
  const waits = waitMs?.histogram == null ? null : LogHistogram.fromData(waitMs.histogram);
  return {
    sojourn: sojourns / finished / SECOND,
    blocked: refused / offered,
    waits: waits === null ? Number.NaN : 1 - waits.countAtMost(0) / waits.count,
    wait: ((waitMs?.mean ?? 0) * 1000) / SECOND,
    inSystem: metrics.get('InSystem')?.mean ?? Number.NaN,
    utilisation: metrics.get('Utilisation')?.mean ?? Number.NaN,
  };
}

function replicate(change: Partial<ServiceSettings>, lambda: number, customers: number): Run[] {
  return Array.from({ length: 10 }, (_, replication) => run(change, lambda, customers, replication));
}

/** The exact value lies in the interval, and the interval is narrow enough to fail. */
function agrees(values: readonly number[], exact: number, halfWidth: number, what: string): void {
  const { low, high } = tInterval(values, 0.999);
  const half = ((high as number) - (low as number)) / 2;
  expect(half / exact, `${what}: half-width`).toBeLessThan(halfWidth);
  expect(low as number, what).toBeLessThanOrEqual(exact);
  expect(high as number, what).toBeGreaterThanOrEqual(exact);
}

describe('closed forms', () => {
  it('M/M/1: L, W and utilisation at ρ 0.6', () => {
    const runs = replicate({ serviceTime: mean1 }, 0.6, 30_000);
    const exact = theory.mm1(0.6, 1);
    agrees(
      runs.map((r) => r.sojourn),
      exact.W,
      0.05,
      'W',
    );
    agrees(
      runs.map((r) => r.inSystem),
      exact.L,
      0.05,
      'L',
    );
    agrees(
      runs.map((r) => r.utilisation),
      0.6,
      0.03,
      'utilisation',
    );
  });

  it('M/M/2 and M/M/10: P(wait) and Wq', () => {
    for (const [servers, lambda, halfWidth] of [
      [2, 1.2, 0.06],
      [10, 8, 0.1],
    ] as const) {
      const runs = replicate({ servers, serviceTime: mean1 }, lambda, 40_000);
      const exact = theory.mmc(lambda, 1, servers);
      agrees(
        runs.map((r) => r.waits),
        exact.waits,
        halfWidth,
        `P(wait) with ${servers}`,
      );
      agrees(
        runs.map((r) => r.wait),
        exact.Wq,
        0.15,
        `Wq with ${servers}`,
      );
    }
  });

  it('M/M/1/5 above capacity: blocked 0.250588, L 3.021172', () => {
    const runs = replicate({ serviceTime: mean1, maxQueue: 4 }, 1.2, 45_000);
    agrees(
      runs.map((r) => r.blocked),
      0.250588,
      0.03,
      'blocked',
    );
    agrees(
      runs.map((r) => r.inSystem),
      3.021172,
      0.03,
      'L',
    );
  });

  it('Erlang B(10, 5) 0.018385 and B(20, 15) 0.045593, for exponential and for constant service alike', () => {
    for (const [servers, load, exact] of [
      [10, 5, 0.018385],
      [20, 15, 0.045593],
    ] as const) {
      for (const serviceTime of [mean1, { kind: 'constant', value: SECOND } as const]) {
        const runs = replicate({ servers, serviceTime, maxQueue: 0 }, load, 30_000);
        agrees(
          runs.map((r) => r.blocked),
          exact,
          0.1,
          `B(${servers}, ${load})`,
        );
      }
    }
  });

  it('M/G/1 with processor sharing: the mean sojourn of M/M/1, whatever the law of the work', () => {
    const laws: Distribution[] = [
      mean1,
      { kind: 'constant', value: SECOND },
      { kind: 'hyperexponential', mean: SECOND, cv: 2 },
    ];
    for (const serviceTime of laws) {
      const runs = replicate({ serviceTime, discipline: 'processor-sharing' }, 0.6, 20_000);
      agrees(
        runs.map((r) => r.sojourn),
        theory.mm1(0.6, 1).W,
        0.1,
        serviceTime.kind,
      );
      agrees(
        runs.map((r) => r.inSystem),
        theory.mm1(0.6, 1).L,
        0.1,
        serviceTime.kind,
      );
    }
  });

  it('M/M/1/5 with processor sharing loses as many as in order', () => {
    const runs = replicate({ serviceTime: mean1, maxQueue: 4, discipline: 'processor-sharing' }, 1.2, 20_000);
    agrees(
      runs.map((r) => r.blocked),
      0.250588,
      0.05,
      'blocked',
    );
  });

  it('two replicas in random turn are two M/M/1, in strict turn two E2/M/1, and the shortest line beats both', () => {
    const W = (balance: ServiceSettings['balance']): number[] =>
      replicate({ serviceTime: mean1, replicas: 2, balance }, 1.2, 20_000).map((r) => r.sojourn);
    agrees(W('random'), theory.mm1(0.6, 1).W, 0.08, 'random');
    // E2/M/1 with arrivals of two stages at 1.2: W = 1/(1 − σ), σ the root of σ = (1.2 / (1.2 + 1 − σ))² in (0, 1).
    let sigma = 0.5;
    for (let i = 0; i < 200; i++) sigma = (1.2 / (2.2 - sigma)) * (1.2 / (2.2 - sigma));
    agrees(W('roundRobin'), 1 / (1 - sigma), 0.08, 'roundRobin');
    const shortest = W('leastConnections').reduce((a, b) => a + b) / 10;
    expect(shortest).toBeLessThan(1 / (1 - sigma));
    expect(shortest).toBeGreaterThan(theory.mmc(1.2, 1, 2).W);
  });

  it('last come first served has the mean of first come first served', () => {
    const runs = replicate({ serviceTime: mean1, discipline: 'lifo' }, 0.6, 30_000);
    agrees(
      runs.map((r) => r.sojourn),
      theory.mm1(0.6, 1).W,
      0.06,
      'W',
    );
  });
});
