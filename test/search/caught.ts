/** Every second one of some mutants is caught: all of them in the long form (mutants.long.ts). */
import { expect, test } from 'vitest';
import { BUDGET, type Catalogue, OF_ALL, search, stored } from './catching.ts';
import type { Mutant } from './mutants.ts';

/** Begins with the run that found it last time; a stale number costs a search from the start. `every`: so many apart. */
export function expectCaught(mutants: readonly Mutant[], catalogue: Catalogue = OF_ALL, every = 2): void {
  const { caught } = stored(catalogue);
  const sample = mutants.filter((_, i) => i % every === 0);
  test.each(sample)('$name', { timeout: 300_000 }, async (mutant) => {
    const run = caught[mutant.name]?.run ?? -1;
    const again = run < 0 ? null : await search(mutant, run, run + 1, catalogue);
    expect(again ?? (await search(mutant, 0, BUDGET, catalogue)), 'nothing broke').not.toBeNull();
  });
}
