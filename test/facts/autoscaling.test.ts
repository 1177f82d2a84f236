import { expect, test } from 'vitest';
import { autoscalingFactList } from '../../src/facts/index.ts';

/** Typed in from the sources a second time, so that a slip in the table is seen. */
const known: Record<string, number> = {
  'autoscaling.metric.period': 60 * 1_000_000,
  'autoscaling.metric.delay': 60 * 1_000_000,
  'autoscaling.target.scale_out_periods': 3,
  'autoscaling.target.scale_in_periods': 15,
  'autoscaling.target.scale_in_below': 27 / 30,
  'autoscaling.target.scale_in_at_most': 0.1,
  'autoscaling.target.cooldown': 300 * 1_000_000,
  'autoscaling.instance.startup': 60 * 1_000_000,
};

test('every fact has the value that the sources give, and no fact is without a check', () => {
  expect(Object.fromEntries(autoscalingFactList.map(({ id, value }) => [id, value]))).toEqual(known);
});

test('every fact says where it comes from, and what AWS does not promise says why', () => {
  for (const { id, unit, source, date, status, note } of autoscalingFactList) {
    expect(id).toMatch(/^autoscaling\.[a-z_]+\.[a-z_]+$/);
    expect(unit.length, id).toBeGreaterThan(0);
    expect(source.length, id).toBeGreaterThan(0);
    expect(date, id).toMatch(/^20\d\d(-\d\d){0,2}$/);
    if (status !== 'confirmed') expect(note?.length ?? 0, id).toBeGreaterThan(0);
  }
});
