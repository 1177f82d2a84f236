import { describe, expect, test } from 'vitest';
import { type LifeContext, lifeOf, lifeText } from '../../src/report/life.ts';
import type { HistoryRecord } from '../../src/report/record-words.ts';
import { story } from '../guarantees/story.ts';

function ends(text: string): string[] {
  return lifeOf([...story(text).history]).map(({ end }) => end);
}

describe('the life of a record in a delivery stream', () => {
  const record = (us: number, more: object): HistoryRecord =>
    ({ n: us, us, client: 'f', on: 'f', entity: 1, is: 'ok', ...more }) as unknown as HistoryRecord;

  test('says that it was taken in, and where it is', () => {
    const direct = [record(1, { do: 'owed' }), record(2, { do: 'deliver' })];
    const [part] = lifeOf(direct);
    expect(part?.lines.map(({ text }) => text)).toEqual([
      'f took it in',
      'f has brought it to its destination, or to its backup',
    ]);
    expect(part?.end).toBe('Delivered.');
  });

  test('of a stream begins with its read, and bears the reader’s name', () => {
    const read = [
      record(1, { do: 'receive', on: 's', subscription: 0 }),
      record(2, { do: 'owed', subscription: 0 }),
      record(3, { do: 'deliver', is: 'fail', because: 'failed', subscription: 0 }),
    ];
    const [part] = lifeOf(read, { subscription: (_topic, place) => `subscription ${place}` });
    expect(part?.title).toContain('Its delivery to f');
    expect(part?.lines.at(-1)?.text).toBe('f gave it up: it is kept nowhere');
    expect(part?.end).toBe('Not delivered: given up.');
  });
});

describe('the life of a request', () => {
  test('is a line for each record, with its instant, the time since the one before, and what became of it', () => {
    const records = [
      ...story(`
        0.5     shop sends a
        0.51    shop sent a at=0.505
        0.6     w1   gets a
        0.6     w1   begins a
        0.75    w1   fails a
        31.2    w2   gets a
        31.2    w2   begins a
        31.35   w2   does a
        31.35   w2   deletes a
        31.3625 w2   deleted a
      `).history,
    ];
    expect(lifeText(lifeOf(records, { visibilityUs: () => 30e6, on: (name) => `queue ${name}` })).split('\n')).toEqual([
      '   0.500000 s            shop began to send it to queue orders',
      '   0.510000 s    +10 ms  shop was told that queue orders has taken it, as message 0',
      '   0.600000 s    +90 ms  w1 received it from queue orders (1st time), hidden for 30 s until 30.6 s',
      '   0.600000 s            w1 began to work on it',
      '   0.750000 s   +150 ms  w1 failed on it: no effect',
      '  31.200000 s   +30.4 s  w2 received it from queue orders (2nd time), hidden for 30 s until 61.2 s',
      '  31.200000 s            w2 began to work on it',
      '  31.350000 s   +150 ms  w2 finished its work on it: the effect is there',
      '  31.350000 s            w2 began to delete it from queue orders',
      '  31.362500 s  +12.5 ms  w2 was told that it is deleted from queue orders',
      '  → Done 30.9 s after it was sent, and deleted.',
    ]);
  });

  test.each([
    [
      '0 s sends a\n1 s sent a\n2 w does a\n3 w does a\n4 w deleted a',
      'Done 2 times, first 2 s after it was sent, and deleted.',
    ],
    ['0 s sends a\n1 w does a\n5 w finds a', 'Done 1 s after it was sent, but at the end it lies in orders.'],
    [
      '0 s sends a\n1 w fails a\n2 w fails a\n5 w finds a on=dead',
      'Never done, after it failed 2 times: at the end it lies in dead.',
    ],
    ['0 s sends a\n1 s sent a\n5 w finds a', 'Never done: at the end it lies in orders.'],
    ['0 s sends a\n1 s sent a', 'Sent, and never received.'],
    ['0 s sends a\n1 s sent a\n2 w gets a\n3 w fails a', 'Never done, after it failed once, and not seen again.'],
    ['0 s sends a\n1 s unsure a', 'Never acknowledged, and never seen.'],
    ['0 s asks a\n2 s answered a', 'Done and answered after 2 s.'],
    ['0 s publishes a\n1 s published a', 'Published, and no filter lets it through.'],
  ])('ends: %j', (text, end) => expect(ends(text)).toEqual([end]));

  const delivery = (us: number, what: Partial<HistoryRecord>): HistoryRecord => ({
    n: us,
    us,
    do: 'owed',
    is: 'ok',
    client: 'topic',
    on: 'topic',
    entity: 7,
    ...what,
  });

  test('has a part for each subscription', () => {
    const records = [
      delivery(0, { do: 'publish', is: 'invoke', client: 'shop' }),
      delivery(1, { subscription: 1 }),
      delivery(2, { subscription: 0 }),
      delivery(3, { do: 'publish', is: 'ok', client: 'shop' }),
      delivery(4, { do: 'deliver', subscription: 1 }),
      delivery(5, { do: 'deliver', is: 'fail', subscription: 0, because: 'failed' }),
    ];
    const parts = lifeOf(records, { subscription: (_topic, place) => (place === 0 ? 'mail' : 'stock') });
    expect(parts.map(({ title, lines, end }) => [title, lines.length, end])).toEqual([
      ['', 2, 'Published, to be delivered to 2 subscriptions.'],
      ['Its delivery to mail', 2, 'Not delivered: given up.'],
      ['Its delivery to stock', 2, 'Delivered.'],
    ]);
  });

  test('tells the faults that fell into it and that it could meet, before what they do at the same instant', () => {
    const text = `
      0 shop sends a
      2 w gets a
      2 w fails a
      9 w finds a
    `;
    const fault = (n: number, us: number, on: string): HistoryRecord => ({ n, us, do: 'fault', is: 'invoke', on });
    const faults = [
      fault(100, 2e6, 'db'),
      fault(101, 1e6, 'elsewhere'),
      fault(102, 5e6, 'db'),
      fault(103, 1e6, 'shop->orders'),
    ];
    const told = (context: LifeContext): string[] =>
      lifeOf([...story(text).history, ...faults], context)[0]?.lines.map((line) => line.text) ?? [];
    expect(told({ behind: (name) => (name === 'w' ? ['db'] : []) })).toEqual([
      'shop began to send it to orders',
      'a fault began at shop->orders',
      'a fault began at db',
      'w received it from orders (1st time)',
      'w failed on it: no effect',
      'at the end it is still in orders',
    ]);
    expect(told({})).toHaveLength(7);
  });
});
