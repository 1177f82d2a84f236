/** One random scenario, played: twice with one seed, in another order of work, and once with another seed. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { assembleResult, type ReplicationOutcome, type Result, runReplication } from '../../src/experiment/index.ts';
import type { ResolvedScenario } from '../../src/scenario/index.ts';
import { resolve } from '../support/street.ts';
import { obeysTheLaws } from './laws.ts';
import { FILES, scenarios } from './scenarios.ts';

/** A run of these small scenarios that takes more events than this has gone astray. */
const MOST_EVENTS = 3_000_000;

interface Played {
  readonly result: Result;
  readonly outcomes: readonly ReplicationOutcome[];
}

function play(scenario: ResolvedScenario, backwards: boolean): Played {
  const found = new Map<string, ReplicationOutcome[]>(scenario.designs.map(({ name }) => [name, []]));
  const designs = backwards ? scenario.designs.toReversed() : scenario.designs;
  for (const { name } of designs) {
    const outcomes = found.get(name) ?? [];
    for (let i = 0; i < scenario.replications; i++) {
      const replication = backwards ? scenario.replications - 1 - i : i;
      outcomes[replication] = runReplication(scenario, name, replication, { maxEvents: MOST_EVENTS });
    }
  }
  return { result: assembleResult(scenario, found), outcomes: [...found.values()].flat() };
}

function playAndCheck(raw: unknown): void {
  const scenario = resolve(stringify(raw), { readText: (path) => FILES[path] });
  const { result, outcomes } = play(scenario, false);
  obeysTheLaws(scenario, result, outcomes);
  const bytes = JSON.stringify(result);
  expect(JSON.parse(bytes)).toEqual(result);
  expect(JSON.stringify(play(scenario, true).result) === bytes, 'the same bytes again').toBe(true);
  const second = play({ ...scenario, seed: `${scenario.seed}1`, replications: 1 }, false);
  const first = assembleResult({ ...scenario, replications: 1 }, firstOfEach(scenario, outcomes));
  expect(second.result.fingerprint).not.toBe(first.fingerprint);
  if (hasPoissonArrivals(scenario) && Object.values(first.designs).some(({ events }) => events > 60)) {
    const events = ({ designs }: Result): string[] => Object.values(designs).map((it) => it.eventsFingerprint);
    expect(events(second.result)).not.toEqual(events(first));
  }
}

function firstOfEach(
  scenario: ResolvedScenario,
  outcomes: readonly ReplicationOutcome[],
): Map<string, ReplicationOutcome[]> {
  return new Map(
    scenario.designs.map(({ name }) => [name, outcomes.filter((it) => it.design === name && it.replication === 0)]),
  );
}

function hasPoissonArrivals(scenario: ResolvedScenario): boolean {
  return scenario.traffic.some(
    ({ source }) =>
      source.kind === 'rate' &&
      source.arrivals.kind === 'poisson' &&
      source.base.kind === 'constant' &&
      source.base.perSecond >= 1,
  );
}

/** Plays `runs` random scenarios. A failure names the smallest one that fails too, as YAML. */
export function playRandomScenarios(seed: number, runs: number): void {
  fc.assert(
    fc.property(scenarios, (raw) => {
      try {
        playAndCheck(raw);
      } catch (error) {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        throw new Error(`${text}\n--- the scenario, with its seed:\n${stringify(raw)}---`, { cause: error });
      }
    }),
    { seed, numRuns: runs },
  );
}
