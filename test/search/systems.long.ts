import { describe, test } from 'vitest';
import { expectSound } from './sound.ts';

describe('sound models', () => {
  test.each(['1', '2'])('break nothing in 5,000 random systems of seed %s', (seed) => expectSound(seed, 5000));
});
