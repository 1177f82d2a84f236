import { expect, test } from 'vitest';
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
