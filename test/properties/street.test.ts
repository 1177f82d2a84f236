import { test } from 'vitest';
import { playRandomScenarios } from './play.ts';

test('a random scenario runs, loses count of nothing, and gives the same bytes for the same seed', () => {
  playRandomScenarios(1, 60);
}, 180_000);
