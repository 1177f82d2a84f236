import { expect, test } from 'vitest';
import { playWith, tryRange } from '../../src/search/index.ts';
import { BUDGET, type Catch, OF_BROKERS, search, store, stored } from './catching.ts';
import { BROKER_MUTANTS } from './mutants-of-brokers.ts';

test('each mutant of a broker is found in the run that is written down, searched from the first on', async () => {
  const caught: Record<string, Catch> = {};
  const missed: string[] = [];
  for (const mutant of BROKER_MUTANTS) {
    const found = await search(mutant, 0, BUDGET, OF_BROKERS);
    if (found === null) missed.push(mutant.name);
    else caught[mutant.name] = found;
  }
  expect(missed).toEqual([]);
  if (process.env['SPILLWAY_MUTANTS'] === 'update') {
    store({ searched: new Date().toISOString().slice(0, 10), caught }, OF_BROKERS);
    return;
  }
  expect(caught).toEqual(stored(OF_BROKERS).caught);
});

test.each(['1', '2'])('sound brokers break nothing in 2,000 random systems of seed %s', (seed) => {
  const play = playWith({ readText: () => undefined });
  const { found } = tryRange(OF_BROKERS.space, play, { seed, from: 0, to: 2000 });
  expect(
    found.map(({ run, breach }) => `run ${run}: ${breach.guarantee} of ${breach.resource}: ${breach.sentence}`),
  ).toEqual([]);
});
