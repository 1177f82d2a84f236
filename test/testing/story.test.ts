import { expect, test } from 'vitest';
import { History, type HistoryRecord } from '../../src/history/index.ts';
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

function historyOf(records: readonly HistoryRecord[]): History {
  const history = new History();
  for (const one of records) history.add(one);
  return history;
}

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
  expect(tell(historyOf(records), [3, 5])).toEqual([
    '          0 s  orders #1 began to send request 3 to orders',
    '      0.002 s  a fault began at workers',
    '>     0.003 s  workers #1 began to work on request 3',
    '      0.004 s  workers #1 failed on request 3',
    '>     0.005 s  workers #1 finished its work on request 3: the effect is there',
  ]);
});

test('without proof there is no story', () => {
  expect(tell(historyOf([record(0, {})]), [])).toEqual([]);
});
