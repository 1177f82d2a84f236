/** Random systems of sound models: nothing breaks, and what is rare is met. */
import { expect } from 'vitest';
import { type Probe, PROBES_OF } from '../../src/guarantees/index.ts';
import {
  brokerSystems,
  deliverySystems,
  neverMet,
  playWith,
  type Space,
  systems,
  tryRange,
} from '../../src/search/index.ts';

const readText = (): undefined => undefined;
const OPTIONS = { messages: 100 };
const OF_BROKERS = PROBES_OF['mq'] ?? [];

export interface Sound {
  readonly space: Space;
  /** Whether its runs meet a rare situation, of those that a run can meet. */
  readonly meets: (probe: Probe) => boolean;
  /** The share of its candidates that may never come to rest. */
  readonly restless: number;
}

export const SYSTEMS: Sound = {
  space: systems(OPTIONS),
  meets: (probe) => !OF_BROKERS.includes(probe),
  restless: 0.01,
};
export const DELIVERIES: Sound = { space: deliverySystems(OPTIONS), meets: () => false, restless: 0.04 };
/** What is poison and comes back for ever is given up by the search. */
export const BROKERS: Sound = {
  space: brokerSystems(OPTIONS),
  meets: (probe) => OF_BROKERS.includes(probe),
  restless: 0.04,
};

/** Tries so many systems of a seed, 100 messages at most each. */
export function expectSound({ space, meets, restless }: Sound, seed: string, runs: number): void {
  const tried = tryRange(space, playWith({ readText }), { seed, from: 0, to: runs });
  const told = tried.found.map(({ run, document, breach: { guarantee, resource, sentence } }) => ({
    what: `run ${run} of seed ${seed}: ${guarantee} of ${resource}: ${sentence}`,
    scenario: JSON.stringify(document),
  }));
  expect(told).toEqual([]);
  expect(neverMet(tried).filter(meets)).toEqual([]);
  expect(tried.skipped).toBeLessThan(1 + runs * restless);
}
