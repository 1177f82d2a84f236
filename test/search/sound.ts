/** Random systems of sound models: nothing breaks, and what is rare is met. */
import { expect } from 'vitest';
import { neverMet, playWith, systems, tryRange } from '../../src/search/index.ts';

const readText = (): undefined => undefined;

/** Tries so many systems of a seed, 100 messages at most each. */
export function expectSound(seed: string, runs: number): void {
  const play = playWith({ readText });
  const tried = tryRange(systems({ messages: 100 }), play, { seed, from: 0, to: runs });
  const told = tried.found.map(({ run, document, breach: { guarantee, resource, sentence } }) => ({
    what: `run ${run} of seed ${seed}: ${guarantee} of ${resource}: ${sentence}`,
    scenario: JSON.stringify(document),
  }));
  expect(told).toEqual([]);
  expect(neverMet(tried, true)).toEqual([]);
  // Some never come to rest, but few.
  expect(tried.skipped).toBeLessThan(1 + runs / 100);
}
