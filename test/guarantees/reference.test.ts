import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeHistory } from '../../src/guarantees/index.ts';
import { FAULTS, type Fault, PROMISES, play, type Step } from './reference-queue.ts';

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('send' as const), id: fc.nat(12), group: fc.nat(2), lost: rarely() }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('receive' as const), by: fc.nat(3), lost: rarely(), late: fc.nat(3) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('delete' as const, 'giveBack' as const), which: fc.nat(5) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(1, 1, 2, 5, 11, 40) }),
  },
);
const steps = fc.array(step, { minLength: 1, maxLength: 120, size: 'max' });

function rarely(): fc.Arbitrary<boolean> {
  return fc.integer({ min: 0, max: 9 }).map((n) => n === 0);
}

function verdictsOf(taken: readonly Step[], fault: Fault | null): Map<string, string> {
  const { findings } = judgeHistory(play(taken, fault), PROMISES);
  return new Map(findings.map(({ guarantee, resource, verdict }) => [`${guarantee} of ${resource}`, verdict]));
}

describe('a queue that does as it should', () => {
  test('is never found to break anything', () => {
    const met = new Map<string, Set<string>>();
    fc.assert(
      fc.property(steps, (taken) => {
        for (const [name, verdict] of verdictsOf(taken, null)) {
          met.set(name, (met.get(name) ?? new Set()).add(verdict));
          expect(`${name}: ${verdict}`).not.toContain('broken');
        }
      }),
      { seed: 20261126, numRuns: 400 },
    );
    // And not because nothing was ever looked at.
    for (const [name, verdicts] of met) expect(verdicts, name).toContain('held');
  });

  test('the same history gives the same findings, whatever the chunks', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const first = judgeHistory(play(taken, 'does not lock groups'), PROMISES);
        expect(judgeHistory(play(taken, 'does not lock groups'), PROMISES)).toEqual(first);
      }),
      { seed: 7, numRuns: 30 },
    );
  });
});

describe('a queue with a fault is caught, by the guarantee that it breaks', () => {
  test.each(Object.entries(FAULTS) as [Fault, string][])('%s: %s', (fault, guarantee) => {
    let caught = 0;
    fc.assert(
      fc.property(steps, (taken) => {
        for (const [name, verdict] of verdictsOf(taken, fault)) {
          if (verdict === 'broken' && name.startsWith(`${guarantee} of`)) caught++;
        }
      }),
      { seed: 20261126, numRuns: 120 },
    );
    expect(caught).toBeGreaterThan(0);
  });
});
