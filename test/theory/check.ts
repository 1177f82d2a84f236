/** Runs a row and holds what comes out against what is known. */
import { expect } from 'vitest';
import { assembleResult, type DesignResult } from '../../src/experiment/index.ts';
import { tInterval } from '../../src/stats/index.ts';
import { replicate, resolve, resultOfOne } from '../support/street.ts';
import { REPLICATIONS, type Row } from './rows.ts';

const LEVEL = 0.999;
const WITHIN = 0.03;
/** What is in the system at the two ends of the window makes Little's law hold up to so much. */
const AT_THE_ENDS = 0.02;

export interface Checked {
  /** The result of all replications together. */
  readonly result: DesignResult;
  /** The result of each. */
  readonly each: readonly DesignResult[];
  /** Length of the window, seconds. */
  readonly windowS: number;
}

/** Throws unless every exact value lies in its 99.9 % interval, and the interval is narrow enough to have missed a wrong one. */
export function check(row: Row, customers: number, short: boolean): Checked {
  const scenario = resolve(row.yaml(Math.ceil(customers / REPLICATIONS)));
  const outcomes = replicate(scenario, 'd');
  const each = outcomes.map((outcome) => designOf(resultOfOne(scenario, outcome)));
  for (const figure of row.figures) {
    const { low, high } = tInterval(each.map(figure.read), LEVEL);
    if (low === null || high === null) throw new Error(`${figure.name} has no interval`);
    const found = `${figure.name}: ${low.toPrecision(6)} to ${high.toPrecision(6)}, exactly ${figure.exact}`;
    expect(low, found).toBeLessThanOrEqual(figure.exact);
    expect(high, found).toBeGreaterThanOrEqual(figure.exact);
    const limit = (short ? figure.withinShort : undefined) ?? figure.within ?? WITHIN;
    expect((high - low) / 2 / figure.exact, `half-width of ${found}`).toBeLessThanOrEqual(limit);
    if (process.env['SPILLWAY_SHOW'] !== undefined) {
      console.log(`${row.name}: ${found} (half-width ${((50 * (high - low)) / figure.exact).toFixed(2)} %)`);
    }
  }
  const windowS = (scenario.horizonUs - scenario.warmupUs) / 1e6;
  return { result: designOf(assembleResult(scenario, new Map([['d', outcomes]]))), each, windowS };
}

/** Little's law in each replication: in the line of every service (Lq = λ Wq) and end to end (L = λ W). */
export function checkLittle({ each, windowS }: Checked, entry: string): void {
  expect(each.length).toBe(REPLICATIONS);
  for (const { traffic, resources } of each) {
    for (const [name, { metrics }] of Object.entries(resources)) {
      const { WaitMs, QueueLength, BusyServers, Utilisation } = metrics;
      // The sum of all waits, per second of the window.
      const waiting = (WaitMs?.sum ?? 0) / 1000 / windowS;
      close(waiting, QueueLength?.mean, `λ Wq at ${name}`);
      const servers = (BusyServers?.mean ?? 0) / (Utilisation?.mean ?? 1);
      expect(Math.abs(servers - Math.round(servers)), `servers in use ÷ utilisation at ${name}`).toBeLessThan(1e-9);
    }
    const t = traffic['t'] as DesignResult['traffic'][string];
    const throughL = t.throughputPerSecond * ((t.completionMs.mean ?? 0) / 1000);
    close(throughL, resources[entry]?.metrics['InSystem']?.mean, 'λ W end to end');
  }
}

function close(value: number, known: number | null | undefined, what: string): void {
  if (typeof known !== 'number') throw new Error(`${what}: nothing to compare with`);
  if (known === 0) expect(value, what).toBe(0);
  else expect(Math.abs(value / known - 1), `${what}: ${value} against ${known}`).toBeLessThan(AT_THE_ENDS);
}

function designOf(result: { readonly designs: Readonly<Record<string, DesignResult>> }): DesignResult {
  const { d } = result.designs;
  if (d === undefined) throw new Error('the result has no design d');
  return d;
}
