/**
 * How often intervals cover the truth: many whole studies of a queue with a known answer, each through the scenario format and the
 * same code that a user runs, each with a seed of its own.
 */
import { ExperimentError, type Result, runScenario } from '../../src/experiment/index.ts';
import type { ResolvedScenario } from '../../src/scenario/index.ts';
import { theory } from '../../src/stats/index.ts';
import { resolve } from '../support/street.ts';

export interface Study {
  readonly name: string;
  readonly servers: number;
  /** Arrivals in the mean service time of 1 s, which is also the offered load. */
  readonly load: number;
  /** Customers of each replication, warm-up included. */
  readonly customers: number;
  readonly replications: number;
  /** Further YAML at the root. */
  readonly more?: string;
}

export interface Covered {
  /** Studies with an interval. */
  readonly judged: number;
  /** Share of them whose interval of the mean sojourn, or wait, holds the exact one. */
  readonly share: number;
  /** Of the median sojourn; null where the queue's is not known in closed form. */
  readonly median: number | null;
  /** Studies without an interval, and those that were refused as having no steady state. */
  readonly without: number;
  readonly refused: number;
  /** Mean half-width ÷ estimate. */
  readonly halfWidth: number;
  readonly replications: number;
  readonly cutMs: number;
}

/** `seeds`: how many studies. Prints what it found where SPILLWAY_SHOW is set. */
export function coverage(study: Study, seeds: number): Covered {
  const { servers, load } = study;
  const exactMs = 1000 * (servers === 1 ? 1 / (1 - load) : theory.mmc(load, 1, servers).W);
  const medianMs = servers === 1 ? 1000 * (Math.LN2 / (1 - load)) : null;
  let [judged, hits, medians, without, refused, halves, replications, cuts] = [0, 0, 0, 0, 0, 0, 0, 0];
  const scenario = scenarioOf(study);
  for (let seed = 1; seed <= seeds; seed++) {
    const result = resultOf({ ...scenario, seed: String(seed) });
    if (result === null) {
      refused++;
      continue;
    }
    const intervals = result.designs['d']?.intervals ?? {};
    const { estimate, low, high } = intervals['t.completionMs.mean'] ?? { estimate: null, low: null, high: null };
    const median = intervals['t.completionMs.p50'];
    if (estimate === null || low === null || high === null) {
      without++;
      continue;
    }
    judged++;
    if (low <= exactMs && exactMs <= high) hits++;
    if (medianMs !== null && (median?.low ?? Infinity) <= medianMs && medianMs <= (median?.high ?? 0)) medians++;
    halves += (high - low) / 2 / estimate;
    replications += result.replications;
    cuts += result.warmupMs;
  }
  const covered = {
    judged,
    share: hits / judged,
    median: medianMs === null ? null : medians / judged,
    without,
    refused,
    halfWidth: halves / judged,
    replications: replications / judged,
    cutMs: cuts / judged,
  };
  if (process.env['SPILLWAY_SHOW'] !== undefined) console.log(study.name, JSON.stringify(covered));
  return covered;
}

function scenarioOf({ servers, load, customers, replications, more }: Study): ResolvedScenario {
  const seconds = Math.ceil(customers / load);
  return resolve(`
seed: 1
study: steady
horizon: ${seconds}s
resolution: ${seconds}s
replications: ${replications}
${more ?? ''}
traffic: { t: { rate: ${load}/s } }
designs:
  d:
    traffic: { t: q }
    resources: { q: { type: service, servers: ${servers}, serviceTime: { exponential: { mean: 1s } } } }
`);
}

/** null: refused. */
function resultOf(scenario: ResolvedScenario): Result | null {
  try {
    return runScenario(scenario);
  } catch (error) {
    if (error instanceof ExperimentError && error.code === 'no-steady-state') return null;
    throw error;
  }
}
