import { expect, test } from 'vitest';
import { BUDGET, type Catch, search, store, stored } from './catching.ts';
import { MUTANTS } from './mutants.ts';

test('each mutant is found in the run that is written down, searched from the first on', async () => {
  const caught: Record<string, Catch> = {};
  const missed: string[] = [];
  for (const mutant of MUTANTS) {
    const found = await search(mutant, 0, BUDGET);
    if (found === null) missed.push(mutant.name);
    else caught[mutant.name] = found;
  }
  expect(missed).toEqual([]);
  if (process.env['SPILLWAY_MUTANTS'] === 'update') {
    store({ searched: new Date().toISOString().slice(0, 10), caught });
    return;
  }
  expect(caught).toEqual(stored().caught);
});
