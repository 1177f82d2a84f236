/** That bugs are found takes longer: mutants-of-firehose.long.ts. */
import { describe, expect, test } from 'vitest';
import { deliverySystems, playWith, tryRange } from '../../src/search/index.ts';

const SYSTEMS = deliverySystems({ messages: 100 });
const SEED = '1';

describe('random systems with a delivery stream', () => {
  test('break nothing', { timeout: 300_000 }, () => {
    const play = playWith({ readText: () => undefined });
    const { found, skipped } = tryRange(SYSTEMS, play, { seed: SEED, from: 0, to: 120 });
    const told = found.map(({ run, document, breach: { guarantee, resource, sentence } }) => ({
      what: `run ${run}: ${guarantee} of ${resource}: ${sentence}`,
      scenario: JSON.stringify(document),
    }));
    expect(told).toEqual([]);
    expect(skipped).toBeLessThan(5);
  });
});
