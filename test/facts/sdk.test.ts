import { expect, test } from 'vitest';
import { sdkFactList } from '../../src/facts/index.ts';

/** Typed in a second time, from the SDK for Python rather than the one for JavaScript. */
const known: Record<string, number> = {
  'sdk.adaptive.beta': 0.7,
  'sdk.adaptive.scale_constant': 0.4,
  'sdk.adaptive.smoothing': 0.8,
  'sdk.adaptive.min_fill_rate': 1 / 2,
  'sdk.adaptive.min_capacity': 1,
  'sdk.adaptive.measure_period': 1_000_000 / 2,
  'sdk.adaptive.max_growth': 2,
};

test('every number of the adaptive mode is that of both SDKs, and says where it comes from', () => {
  expect(Object.fromEntries(sdkFactList.map(({ id, value }) => [id, value]))).toEqual(known);
  for (const { id, unit, source, date, note } of sdkFactList) {
    expect(
      [unit.length, source.length, note?.length].every((length) => (length ?? 0) > 0),
      id,
    ).toBe(true);
    expect(date, id).toMatch(/^20\d\d-\d\d$/);
  }
});
