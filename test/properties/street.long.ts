import { test } from 'vitest';
import { playRandomScenarios } from './play.ts';

test.each([2, 3, 4, 5])('thousands of random scenarios run and lose count of nothing (%d)', (seed) => {
  playRandomScenarios(seed, 2000);
});
