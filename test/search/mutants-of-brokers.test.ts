import { describe, expect, test } from 'vitest';
import { OF_BROKERS, stored } from './catching.ts';
import { expectCaught } from './caught.ts';
import { BROKER_MUTANTS } from './mutants-of-brokers.ts';

describe('random systems with a broker', () => {
  test('are known to find each of the bugs, every one with a name of its own', () => {
    expect(Object.keys(stored(OF_BROKERS).caught)).toEqual(BROKER_MUTANTS.map(({ name }) => name));
    expect(new Set(BROKER_MUTANTS.map(({ name }) => name)).size).toBe(BROKER_MUTANTS.length);
  });
});

// All of them in the long form: mutants-of-brokers.long.ts.
describe('a bug of a broker or of its clients is found', () => {
  expectCaught(BROKER_MUTANTS, OF_BROKERS, 3);
});
