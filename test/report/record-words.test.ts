import { describe, expect, test } from 'vitest';
import { type HistoryRecord, instant, ordinalWord, recordWords } from '../../src/report/record-words.ts';
import { OPERATIONS, PHASES } from '../../src/history/record.ts';
import { story } from '../guarantees/story.ts';

function told(text: string): string[] {
  return [...story(text).history].map((record) => recordWords(record));
}

describe('a record in words', () => {
  test('says who did or heard what', () => {
    expect(
      told(`
        0    shop sends a g=3
        0.1  shop sent a
        0.2  shop refused b
        0.3  shop unsure c
        1    w1 gets a v=30
        1.5  w1 begins a
        1.6  w1 fails a
        1.7  w1 does a
        2    w1 hides a v=0
        2.1  w1 hides a v=90 at=2
        3    w1 deletes a
        3.1  w1 undeleted a
        3.2  w1 deleted a
      `),
    ).toEqual([
      'shop began to send request 0 to orders, in group 3',
      'shop was told that orders has taken request 0, as message 0',
      'shop was told that orders has not taken request 1',
      'shop heard nothing from orders in time: request 2 may be there or not',
      'w1 received request 0 from orders (1st time), hidden for 30 s until 31 s',
      'w1 began to work on request 0',
      'w1 failed on request 0: no effect',
      'w1 finished its work on request 0: the effect is there',
      'w1 gave request 0 back to orders at once',
      'w1 had request 0 hidden in orders for 1 min 30 s until 92 s',
      'w1 began to delete request 0 from orders',
      'w1 was told that request 0 is not deleted from orders',
      'w1 was told that request 0 is deleted from orders',
    ]);
  });

  test('says what no client tells', () => {
    expect(
      told(`
        fault
        1 shop finds a x=4
        1 shop finds a x=2
        1 shop finds a x=1
        rest
      `),
    ).toEqual([
      'a fault began at orders',
      'at the end request 0 is still in orders, received 3 times',
      'at the end request 0 is still in orders, received once',
      'at the end request 0 is still in orders, never received',
      'no fault is in force any more',
      'nothing is under way any more',
      'all that is left in orders is told',
      'the history ends',
    ]);
  });

  const receive: HistoryRecord = {
    n: 0,
    us: 11_500_000,
    servedUs: 11_200_000,
    do: 'receive',
    is: 'ok',
    client: 'workers',
    who: 3,
    on: 'orders',
    entity: 12,
    receives: 2,
  };

  test('takes from its teller what the record does not say', () => {
    expect(recordWords(receive)).toBe('workers #3 received request 12 from orders (2nd time)');
    expect(recordWords(receive, { thing: () => 'it', visibilityUs: () => 30_000_000 })).toBe(
      'workers #3 received it from orders (2nd time), hidden for 30 s until 41.2 s',
    );
    const names = { client: () => 'fleet', on: (name: string) => `queue ${name}`, maxReceives: () => 2 };
    expect(recordWords(receive, names)).toBe('fleet #3 received request 12 from queue orders (2nd and last time)');
    const deliver: HistoryRecord = {
      n: 0,
      us: 0,
      do: 'deliver',
      is: 'fail',
      client: 'topic',
      on: 'topic',
      entity: 1,
      subscription: 2,
      because: 'throttled',
    };
    expect(recordWords(deliver)).toBe('topic gave up the delivery of request 1 to subscription 2 (throttled)');
    expect(recordWords(deliver, { subscription: (topic, place) => `${topic}-${place}` })).toContain('to topic-2 (');
  });

  test('is there for every kind of record, and for one that says next to nothing', () => {
    const silent = new Set(['purge ok', 'purge fail', 'purge unknown', 'receive invoke', 'visibility invoke']);
    const calls = ['request', 'send', 'receive', 'delete', 'visibility', 'purge', 'handle', 'publish'];
    for (const operation of OPERATIONS) {
      for (const phase of calls.includes(operation) ? PHASES : (['ok'] as const)) {
        const words = recordWords({ n: 0, us: 0, do: operation, is: phase });
        expect(words, words).not.toContain('undefined');
        // One that is never written is told by its names.
        expect(words === `${operation} ${phase}`, words).toBe(silent.has(`${operation} ${phase}`));
      }
    }
  });
});

test('an instant has microseconds where there are some', () => {
  const told = [0, 41_200_000, 61_007, 7_285_332_676, 100_000_000, 1000].map(instant);
  expect(told).toEqual(['0 s', '41.2 s', '0.061007 s', '7285.332676 s', '100 s', '0.001 s']);
});

test('ordinals are those of English', () => {
  const words = [1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinalWord);
  expect(words).toEqual(['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '102nd', '111th']);
});
