import { expect, test } from 'vitest';
import type { HistoryRecord } from '../../src/history/index.ts';
import { tell } from '../../src/testing/story.ts';

const record = (n: number, more: Partial<HistoryRecord>): HistoryRecord => ({
  n,
  us: n * 1000,
  do: 'handle',
  is: 'invoke',
  client: 'workers',
  who: 1,
  on: 'workers',
  entity: 3,
  ...more,
});

const fault = (n: number, on: string, is: 'invoke' | 'ok'): HistoryRecord => ({ n, us: n * 1000, do: 'fault', is, on });

test('a story tells of the requests that prove it and of faults, up to the last proof', () => {
  const records = [
    record(0, { do: 'send', client: 'orders', on: 'orders' }),
    record(1, { entity: 4 }),
    fault(2, 'workers', 'invoke'),
    record(3, {}),
    record(4, { is: 'fail', because: 'failed' }),
    record(5, { is: 'ok' }),
    record(6, {}),
  ];
  expect(tell(records, [3, 5])).toEqual([
    '          0 s  orders #1 began to send request 3 to orders',
    '      0.002 s  a fault began at workers',
    '>     0.003 s  workers #1 began to work on request 3',
    '      0.004 s  workers #1 failed on request 3',
    '>     0.005 s  workers #1 finished its work on request 3: the effect is there',
  ]);
});

test('faults that were over before it began are left out', () => {
  const over = { ...record(5, {}), entity: 9 };
  const records = [
    fault(0, 'a', 'invoke'),
    fault(1, 'b', 'invoke'),
    fault(2, 'a', 'ok'),
    record(3, {}),
    fault(4, 'b', 'ok'),
    over,
    record(6, {}),
    fault(7, 'a', 'invoke'),
  ];
  expect(
    tell(records, [6])
      .filter((line) => line.includes('fault'))
      .map((line) => line.slice(15)),
  ).toEqual(['a fault began at b', 'the fault at b was over']);
});

test('a long story keeps how it began and how it ended', () => {
  const records = Array.from({ length: 100 }, (_, n) => record(n, {}));
  const lines = tell(records, [99]);
  expect(lines.length).toBe(25);
  expect(lines[6]).toBe('    … 76 more');
  expect([lines[0], lines[5], lines[7], lines[24]].map((line) => line?.slice(2, 13).trim())).toEqual([
    '0 s',
    '0.005 s',
    '0.082 s',
    '0.099 s',
  ]);
});

test('without proof there is no story', () => {
  expect(tell([record(0, {})], [])).toEqual([]);
});
