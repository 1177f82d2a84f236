import { expect, test } from 'vitest';
import type * as Experiment from '../../src/experiment/index.ts';
import { mutant } from '../support/mutant.ts';
import { WINDOW_MUTANTS } from './window-mutants.ts';
import { windowsOf } from './windows.ts';

test.each(WINDOW_MUTANTS)('$name: caught', { timeout: 60_000 }, async (mutation) => {
  const experiment = await mutant<typeof Experiment>('src/experiment/index.ts', mutation);
  expect(windowsOf(experiment).map(({ verdict }) => verdict)).toContain('broken');
});
