/** Every second one of some mutants is caught: all of them in the long form (mutants.long.ts). */
import { expect, test } from 'vitest';
import { BUDGET, search, stored } from './catching.ts';
import type { Mutant } from './mutants.ts';

/** Begins with the run that found it last time; a stale number costs a search from the start. */
export function expectCaught(mutants: readonly Mutant[]): void {
  const { caught } = stored();
  const sample = mutants.filter((_, i) => i % 2 === 0);
  test.each(sample)('$name', { timeout: 300_000 }, async (mutant) => {
    const run = caught[mutant.name]?.run ?? -1;
    const again = run < 0 ? null : await search(mutant, run, run + 1);
    expect(again ?? (await search(mutant, 0, BUDGET)), 'nothing broke').not.toBeNull();
  });
}
