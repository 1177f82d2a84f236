import { describe, expect, test } from 'vitest';
import { OF_BROKERS, page, pageOf, stored } from './catching.ts';
import { expectCaught } from './caught.ts';
import { MUTANTS, OF_STREAMS } from './mutants.ts';

// Those of queues and of streams are in files of their own, to be searched at the same time.
describe('a bug of a topic, a consumer, a function or a producer is found', () => {
  expectCaught(MUTANTS.filter(({ file }) => !/services\/(sqs|messaging)\//.test(file) && !OF_STREAMS.test(file)));
});

describe('the page of the mutants', () => {
  test('lists every one of the catalogue, with the run that finds it', () => {
    const kept = stored();
    expect(Object.keys(kept.caught)).toEqual(MUTANTS.map(({ name }) => name));
    expect(page()).toBe(pageOf(kept, stored(OF_BROKERS)));
  });

  test('speaks of at least thirty, each with a name of its own', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    expect(MUTANTS.length).toBeGreaterThanOrEqual(30);
  });
});
