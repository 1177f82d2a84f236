/** That bugs are found takes longer: window-mutants.long.ts. */
import { expect, test } from 'vitest';
import * as experiment from '../../src/experiment/index.ts';
import { windowsOf } from './windows.ts';

test('windows of a sound application are exact, across a failure too', () => {
  const found = windowsOf(experiment);
  expect(found.map(({ verdict }) => verdict)).toEqual(['held', 'held']);
  for (const { counts = {} } of found) {
    expect(counts['results']).toBeGreaterThan(20);
    expect(counts['late']).toBeGreaterThan(0);
  }
});
