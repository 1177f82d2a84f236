import { expect, it } from 'vitest';
import type { Result, StudyResult } from '../../src/experiment/result.ts';
import { renderFiles, summarise } from '../../src/report/index.ts';
import { flashSale } from './fixture.ts';

const STEADY: StudyResult = {
  kind: 'steady',
  warmup: { rule: 'mser-5', cutMs: 90_000, pilotReplications: 10, evidence: [] },
  batches: null,
  precision: null,
};

const told = (study: StudyResult, more: Partial<Result> = {}): string =>
  summarise({ ...flashSale(), ...more, study }, { color: false, width: 100 }).replace(/\s+/g, ' ');

it('a result without a word on its study, as version 0.1.0 wrote them, is still told', () => {
  const { study: _study, ...old } = flashSale();
  expect(summarise(old, { color: false, width: 100 })).not.toContain('long-run');
});

it('what a steady study left out, and by which rule', () => {
  expect(told(STEADY)).toContain(
    'These are long-run figures: arrivals before 1 min 30 s are left out in every design, where MSER-5 sees the latest warm-up end over 10 replications.',
  );
  const warmup = { rule: 'given', cutMs: 90_000, pilotReplications: 10, evidence: [] } as const;
  expect(told({ ...STEADY, warmup })).toContain('left out in every design, as the scenario says.');
  expect(told({ ...STEADY, warmup: { ...warmup, rule: 'mser-5', cutMs: 0 } })).toContain('MSER-5 sees no warm-up');
});

it('what the intervals of one long run come from, and where there can be none', () => {
  const at = (independent: boolean) => ({
    design: 'sync',
    traffic: 'orders',
    lag1: independent ? 0.1 : 0.7,
    independent,
  });
  const one = (independent: boolean): string =>
    told({ ...STEADY, batches: { count: 10, lengthMs: 60_000, evidence: [at(independent)] } }, { replications: 1 });
  expect(one(true)).toContain('Each design ran once, and its intervals come from 10 batches of 1 min.');
  expect(one(true)).not.toMatch(/no intervals|depend on each other/);
  expect(one(false)).toContain('Neighbouring batches of orders in sync depend on each other, so the run is too short');
});

it('a wanted precision: reached, or not reached before anything else, and the command that repeats it', async () => {
  const least = { design: 'sync', figure: 'orders.completionMs.mean' };
  const met = { wanted: 0.02, reached: 0.017, met: true, least, reason: null, rounds: [10, 16], most: 1000 };
  const kind = { ...STEADY, kind: 'terminating', warmup: null } as const;
  expect(told({ ...kind, precision: met }, { replications: 16 })).toContain(
    '16 replications brought every wanted figure to within 2.0 %: the completion mean of orders in sync is known to within 1.7 %.',
  );
  const missed = { ...met, reached: 0.031, met: false, most: 16 };
  const text = told({ ...kind, precision: missed }, { replications: 16 });
  expect(text).toContain(
    'The wanted precision of 2.0 % was not reached: after 16 replications, the most that the scenario allows, the completion mean of orders in sync is known only to within 3.1 %.',
  );
  expect(text.indexOf('The wanted precision')).toBeLessThan(text.indexOf('objective'));
  const result: Result = { ...flashSale(), replications: 16, study: { ...kind, precision: missed } };
  const files = await renderFiles(result, new Set(['md', 'html'] as const));
  for (const content of files.values()) {
    expect(content).toContain('The wanted precision of 2.0');
    expect(content).toMatch(/--replications 10\b/);
  }
});
