import { describe, expect, test } from 'vitest';
import {
  deliveryOf,
  History,
  HistoryLines,
  HistoryRecorder,
  parseHistory,
  Picker,
  requestOf,
  subscriptionOf,
  What,
} from '../../src/history/index.ts';

/** Rows are entities of a hundred more. */
const entities = { entity: (row: number): number => row + 100 };

function columns() {
  return {
    body: Float64Array.of(7),
    handle: Float64Array.of(1234),
    receiveCount: Int32Array.of(2),
    id: Float64Array.of(55),
    group: Float64Array.of(3),
    sequence: Float64Array.of(9),
  };
}

describe('a recorder', () => {
  test('writes what a client tells, with the instant and the names', () => {
    const clock = { now: 0 };
    const history = new History();
    const recorder = new HistoryRecorder(clock, entities, [history]);
    const shop = recorder.witness('shop', 'orders');
    const worker = recorder.witness('workers', 'orders');
    const call = shop.begin();
    shop.sending(-1, call, 7, 3, 107);
    clock.now = 40;
    shop.sent(-1, call, 7, 3, 107, 0, 15, Float64Array.of(55), Float64Array.of(9), 0);
    worker.received(4, worker.begin(), 10, columns(), 0, 1, 30);
    worker.deleted(4, 2, columns(), 0, 1, Uint8Array.of(4), 1);
    worker.deleteUnknown(4, 2, columns(), 0, 1);
    recorder.end();
    expect([...history]).toEqual([
      {
        n: 0,
        us: 0,
        do: 'send',
        is: 'invoke',
        client: 'shop',
        on: 'orders',
        call: 0,
        entity: 107,
        group: 3,
        deduplication: 107,
      },
      {
        n: 1,
        us: 40,
        do: 'send',
        is: 'ok',
        client: 'shop',
        on: 'orders',
        call: 0,
        entity: 107,
        message: 55,
        group: 3,
        deduplication: 107,
        sequence: 9,
        servedUs: 25,
      },
      expect.objectContaining({
        n: 2,
        do: 'receive',
        who: 4,
        handle: 1234,
        receives: 2,
        servedUs: 30,
        valueUs: 30_000_000,
      }),
      expect.objectContaining({ n: 3, do: 'delete', is: 'fail', because: 'throttled', servedUs: 39 }),
      expect.objectContaining({ n: 4, do: 'delete', is: 'unknown', because: 'timedOut' }),
      { n: 5, us: 40, do: 'end', is: 'ok' },
    ]);
    expect([...history][4]).not.toHaveProperty('servedUs');
  });

  test('gives on full chunks and says nothing of an earlier record in a later one', () => {
    const history = new History();
    const recorder = new HistoryRecorder({ now: 1 }, entities, [history], 2);
    const worker = recorder.witness('workers', 'orders');
    worker.received(0, 0, 0, columns(), 0, 1, 30);
    worker.received(0, 0, 0, columns(), 0, 1, 30);
    recorder.mark(What.healed);
    recorder.end();
    expect([...history].map(({ n }) => n)).toEqual([0, 1, 2, 3]);
    expect(history.record(2)).toEqual({ n: 2, us: 1, do: 'healed', is: 'ok' });
  });

  test('writes what one call brought over two chunks, and nothing of its groups into the next', () => {
    const history = new History();
    const recorder = new HistoryRecorder({ now: 9 }, entities, [history], 3);
    const worker = recorder.witness('workers', 'orders');
    const four = {
      body: Float64Array.of(1, 2, 3, 4),
      handle: Float64Array.of(11, 12, 13, 14),
      receiveCount: Int32Array.of(1, 1, 1, 1),
      id: Float64Array.of(21, 22, 23, 24),
      group: Float64Array.of(5, 5, 5, 5),
      sequence: Float64Array.of(31, 32, 33, 34),
    };
    worker.received(0, 0, 2, four, 0, 4, 30);
    worker.deleted(
      0,
      1,
      { ...four, group: four.group.map(() => -1), sequence: four.group.map(() => -1) },
      1,
      4,
      Uint8Array.of(4, 0, 4, 0),
      1,
    );
    recorder.end();
    const told = [...history].map(({ is, message, group = -1, sequence = -1, servedUs, valueUs = -1 }) => [
      is,
      message,
      group,
      sequence,
      servedUs,
      valueUs,
    ]);
    expect(told.slice(0, 7)).toEqual([
      ['ok', 21, 5, 31, 7, 30e6],
      ['ok', 22, 5, 32, 7, 30e6],
      ['ok', 23, 5, 33, 7, 30e6],
      ['ok', 24, 5, 34, 7, 30e6],
      ['ok', 22, -1, -1, 8, -1],
      ['fail', 23, -1, -1, 8, -1],
      ['ok', 24, -1, -1, 8, -1],
    ]);
  });

  test('a picker has the records that it was asked for', () => {
    const picker = new Picker([4, 1, 4]);
    const recorder = new HistoryRecorder({ now: 1 }, entities, [picker], 2);
    for (let i = 0; i < 6; i++) recorder.left('orders', i, i, 1);
    recorder.end();
    expect([...picker.found].map(([n, { entity }]) => [n, entity])).toEqual([
      [1, 101],
      [4, 104],
    ]);
  });

  test('a history that is full is truncated', () => {
    const history = new History(3);
    const recorder = new HistoryRecorder({ now: 1 }, entities, [history], 2);
    for (let i = 0; i < 3; i++) recorder.left('orders', i, i, 1);
    expect(history.truncated).toBe(false);
    recorder.end();
    expect([history.records, history.truncated]).toEqual([3, true]);
  });

  test('a delivery is known by its request and its subscription', () => {
    const delivery = deliveryOf(4711, 3);
    expect([requestOf(delivery), subscriptionOf(delivery)]).toEqual([4711, 3]);
    expect([requestOf(4711), subscriptionOf(4711)]).toEqual([4711, -1]);
  });
});

describe('lines', () => {
  test('say all that a history says', () => {
    const lines: string[] = [];
    const history = new History();
    const recorder = new HistoryRecorder({ now: 5 }, entities, [
      history,
      new HistoryLines((line) => lines.push(line), 100),
    ]);
    recorder.witness('workers', 'orders').received(0, 0, 2, columns(), 0, 1, -1);
    recorder.witness('topic', 'topic').owed(3, 2, 7, -1, 7);
    recorder.witness('shop', 'topic', true).sending(-1, 0, 3, -1, 3);
    recorder.end();
    expect([...parseHistory(lines.join('\n'))]).toEqual([...history]);
  });

  test('are limited', () => {
    const lines: string[] = [];
    const sink = new HistoryLines((line) => lines.push(line), 2);
    const recorder = new HistoryRecorder({ now: 5 }, entities, [sink]);
    for (let i = 0; i < 5; i++) recorder.left('orders', i, i, 1);
    recorder.end();
    expect([lines.length, sink.lines, sink.dropped]).toEqual([3, 2, 4]);
  });
});
