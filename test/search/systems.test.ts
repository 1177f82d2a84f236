import { describe, test } from 'vitest';
import { expectSound } from './sound.ts';

describe('sound models', () => {
  test('break nothing in 500 random systems, which meet all that is rare', { timeout: 300_000 }, () =>
    expectSound('1', 500),
  );
});
