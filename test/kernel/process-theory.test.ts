// Closed forms by processes, each within the 99.9 % interval of its replications.

import { describe, expect, test } from 'vitest';
import { compileVariate, type LifeCycle, Resource, Simulation } from '../../src/kernel/index.ts';
import { Tally, theory, TimeWeighted, tInterval } from '../../src/stats/index.ts';

const REPLICATIONS = 20;

function inside(values: readonly number[], exact: number): void {
  const { low, high } = tInterval(values, 0.999);
  expect(low, `interval ${low} to ${high}, exact ${exact}`).toBeLessThan(exact);
  expect(high, `interval ${low} to ${high}, exact ${exact}`).toBeGreaterThan(exact);
  // An interval so wide that anything is inside protects nothing.
  expect(((high ?? 0) - (low ?? 0)) / exact).toBeLessThan(0.25);
}

const whole = (x: number): number => Math.floor(x + 0.5);

/** A queue of c servers from its steady state on: the first tenth of the customers is left out. */
function queue(
  c: number,
  lambda: number,
  mu: number,
  customers: number,
  replication: number,
): { wait: number; sojourn: number; busy: number } {
  const sim = new Simulation({ seed: `M/M/${c}`, replication });
  const gaps = sim.stream('gaps');
  const works = sim.stream('works');
  const gap = compileVariate({ kind: 'exponential', mean: 1e6 / lambda });
  const work = compileVariate({ kind: 'exponential', mean: 1e6 / mu });
  const servers = new Resource(sim, { capacity: c });
  const waits = new Tally();
  const sojourns = new Tally();
  const customer = function* (i: number): LifeCycle {
    const arrived = sim.now;
    yield servers.acquire();
    if (i > customers / 10) waits.record((sim.now - arrived) / 1e6);
    yield whole(work.draw(works));
    servers.release();
    if (i > customers / 10) sojourns.record((sim.now - arrived) / 1e6);
  };
  sim.process(function* () {
    for (let i = 0; i < customers; i++) {
      yield whole(gap.draw(gaps));
      sim.process(customer, i);
    }
  });
  sim.run();
  return { wait: waits.mean, sojourn: sojourns.mean, busy: servers.inUseMicros / sim.now / c };
}

describe('closed forms by processes', () => {
  test.each([
    [1, 0.8],
    [3, 2.4],
  ])('M/M/%i at arrival rate %d: waiting time, sojourn time, utilisation', (c, lambda) => {
    const runs = Array.from({ length: REPLICATIONS }, (_, i) => queue(c, lambda, 1, 20_000, i));
    const exact = theory.mmc(lambda, 1, c);
    inside(
      runs.map(({ wait }) => wait),
      exact.Wq,
    );
    inside(
      runs.map(({ sojourn }) => sojourn),
      exact.W,
    );
    inside(
      runs.map(({ busy }) => busy),
      exact.rho,
    );
  });

  test('M/M/1//N, six machines and one repairman: machines at work, utilisation', () => {
    const machines = 6;
    const ratio = 0.2;
    const runs = Array.from({ length: REPLICATIONS }, (_, replication) => {
      const sim = new Simulation({ seed: 'repair', replication });
      const repairman = new Resource(sim);
      const working = new TimeWeighted(0, machines);
      const life = compileVariate({ kind: 'exponential', mean: 1e6 / ratio });
      const repair = compileVariate({ kind: 'exponential', mean: 1e6 });
      for (let i = 0; i < machines; i++) {
        const stream = sim.stream(`machine ${i}`);
        sim.process(function* (): LifeCycle {
          for (;;) {
            yield whole(life.draw(stream));
            working.add(sim.now, -1);
            yield repairman.acquire();
            yield whole(repair.draw(stream));
            repairman.release();
            working.add(sim.now, 1);
          }
        });
      }
      sim.run({ until: 5e9 });
      working.finish(sim.now);
      return { working: working.mean, busy: repairman.inUseMicros / sim.now };
    });
    // The chance of n broken ones is proportional to N! / (N − n)! · ratio^n.
    let weight = 1;
    let sum = 0;
    let broken = 0;
    for (let n = 0; n <= machines; n++) {
      sum += weight;
      broken += n * weight;
      weight *= (machines - n) * ratio;
    }
    inside(
      runs.map((run) => run.working),
      machines - broken / sum,
    );
    inside(
      runs.map(({ busy }) => busy),
      1 - 1 / sum,
    );
  });
});
