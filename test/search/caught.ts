/** Each of some mutants is caught. */
import { expect, test } from 'vitest';
import { BUDGET, search, stored } from './catching.ts';
import type { Mutant } from './mutants.ts';

/** Begins with the run that found it last time; a stale number costs a search from the start. */
export function expectCaught(mutants: readonly Mutant[]): void {
  const { caught } = stored();
  test.each(mutants)('$name', { timeout: 300_000 }, async (mutant) => {
    const run = caught[mutant.name]?.run ?? -1;
    const again = run < 0 ? null : await search(mutant, run, run + 1);
    expect(again ?? (await search(mutant, 0, BUDGET)), 'nothing broke').not.toBeNull();
  });
}
