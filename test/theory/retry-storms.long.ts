/** How rare the exceptions are: as many runs as that takes. */
import { expect, it } from 'vitest';
import { wilson } from '../../src/stats/index.ts';
import { meanOf, runsOf, scenario } from './storms.ts';

it('metastable.yaml: about one run in a hundred survives the storm, as in the original (5 of 400)', () => {
  const last = runsOf(scenario('metastable', { seed: '1' }), 'retries', 400).map((run) =>
    meanOf(run, 'users', 'completed', 40, 60),
  );
  const { low, high } = wilson(last.filter((perSecond) => perSecond > 20).length, last.length, 0.999);
  expect(low ?? 1).toBeLessThan(0.0125);
  expect(high ?? 0).toBeGreaterThan(0.0125);
  expect(high ?? 1).toBeLessThan(0.06);
});

it('simple-collapse.yaml: as many runs without backoff never come back as in the original (221 of 300)', () => {
  const late = runsOf(scenario('simple-collapse'), 'naive', 600).map((run) =>
    meanOf(run, 'users', 'completed', 60, 80),
  );
  const down = late.filter((perSecond) => perSecond < 20).length;
  expect(down / late.length).toBeGreaterThan(0.6);
  expect(down / late.length).toBeLessThan(0.8);
  const { low, high } = wilson(down, late.length, 0.999);
  expect(low ?? 1).toBeLessThan(221 / 300);
  expect(high ?? 0).toBeGreaterThan(221 / 300);
});
