import { describe, expect, test } from 'vitest';
import { deliverySystems, type playWith, tryRange } from '../../src/search/index.ts';
import { mutant } from '../support/mutant.ts';
import type { Mutant } from './mutants.ts';
import { FIREHOSE_MUTANTS } from './mutants-of-firehose.ts';

const SYSTEMS = deliverySystems({ messages: 100 });
const SEED = '1';
/** Runs in which each must be found. */
const BUDGET = 1000;

describe('random systems with a delivery stream', () => {
  test.each(FIREHOSE_MUTANTS)('find that $name', { timeout: 300_000 }, async (wrong: Mutant) => {
    const { playWith: playWrong } = await mutant<{ playWith: typeof playWith }>('src/search/trial.ts', wrong);
    const play = playWrong({ readText: () => undefined });
    const { found } = tryRange(SYSTEMS, play, { seed: SEED, from: 0, to: BUDGET, first: true });
    const told = found.flatMap(({ breach }) => (breach.resource === 'f' ? [breach.guarantee] : []));
    expect(told.filter((guarantee) => wrong.breaks.includes(guarantee))).not.toEqual([]);
  });
});
