import { describe, test } from 'vitest';
import { BROKERS, DELIVERIES, expectSound, SYSTEMS } from './sound.ts';

describe.each(['1', '2'])('sound models break nothing, and meet all that is rare: seed %s', (seed) => {
  test('in 5,000 random systems of queues, topics and streams', () => expectSound(SYSTEMS, seed, 5000));
  test('in 1,000 with a delivery stream', () => expectSound(DELIVERIES, seed, 1000));
  test('in 2,000 with a broker', () => expectSound(BROKERS, seed, 2000));
});
