import { describe, expect, it } from 'vitest';
import { Simulation } from '../../src/kernel/index.ts';
import { arrivalsOf } from '../../src/workload/arrivals.ts';
import type { Burst, RateChange } from '../../src/workload/settings.ts';
import { resolve, resultOfOne, replicate } from '../support/street.ts';

const SECOND = 1_000_000;
const burst = (atUs: number, requests: number): Burst => ({ kind: 'burst', atUs, requests });

function instants(perSecond: number, changes: readonly (RateChange | Burst)[], end: number): number[] {
  const source = {
    kind: 'rate',
    base: { kind: 'constant', perSecond },
    changes,
    arrivals: { kind: 'poisson' },
  } as const;
  const process = arrivalsOf(new Simulation({ seed: 7 }), 'orders', source);
  const found: number[] = [];
  for (let t = process.next(); t <= end; t = process.next()) found.push(t);
  return found;
}

describe('bursts', () => {
  it('are all there is at a rate of zero, each at its instant, whatever the order in which they are written', () => {
    const found = instants(0, [burst(3 * SECOND, 2), burst(0, 3)], 100 * SECOND);
    expect(found).toEqual([0, 0, 0, 3 * SECOND, 3 * SECOND]);
  });

  it('add to a rate whose own arrivals stay where they were, and stay in order', () => {
    const step: RateChange = { kind: 'step', atUs: 20 * SECOND, forUs: 10 * SECOND, perSecond: 50 };
    const without = instants(10, [step], 60 * SECOND);
    const found = instants(10, [burst(25 * SECOND, 40), step, burst(25 * SECOND, 1)], 60 * SECOND);
    expect(found.filter((t) => t === 25 * SECOND)).toHaveLength(41);
    expect(found.filter((t) => t !== 25 * SECOND)).toEqual(without);
    expect(found).toEqual([...found].sort((a, b) => a - b));
  });

  it('at the same instant as an arrival come before it, at the horizon still count, and after it do not', () => {
    const scenario = resolve(`
seed: 1
horizon: 10s
replications: 1
traffic: { t: { rate: 1/s, arrivals: regular, changes: [{ at: 4s, burst: 5 }, { at: 10s, burst: 2 }, { at: 11s, burst: 9 }] } }
designs: { d: { traffic: { t: s }, resources: { s: { type: service, servers: 1, maxQueue: 0, serviceTime: 500ms } } } }
`);
    const [outcome] = replicate(scenario, 'd');
    const { offered, rejected } =
      resultOfOne(scenario, outcome as NonNullable<typeof outcome>).designs['d']?.traffic['t'] ?? {};
    // One of each burst finds the server free; the arrivals at 4 s and 10 s come after and do not.
    expect([offered, rejected]).toEqual([17, 7]);
  });
});
