import { describe, test } from 'vitest';
import { BROKERS, DELIVERIES, expectSound, SYSTEMS } from './sound.ts';

describe('sound models break nothing, and meet all that is rare', { timeout: 300_000 }, () => {
  test('in 500 random systems of queues, topics and streams', () => expectSound(SYSTEMS, '1', 500));
  test('in 120 with a delivery stream', () => expectSound(DELIVERIES, '1', 120));
  test('in 120 with a broker', () => expectSound(BROKERS, '1', 120));
});
