import { expect, test } from 'vitest';
import { BASE, changed, resolved } from './base.ts';

const about = (text: string, word: string) =>
  resolved(text)
    .assumptions.filter((one) => one.text.includes(word))
    .map((one) => one.about);

test.each([
  ['Poisson arrivals', 'Poisson process', ['orders'], changed('arrivals: poisson', 'arrivals: regular'), []],
  [
    'latencies of SQS',
    'Round trips',
    ['orders, dlq'],
    changed('dlq: { type: sqs }', 'dlq: { type: sqs, latency: { send: 1ms, receive: 1ms, delete: 1ms } }'),
    ['orders'],
  ],
  [
    'no duplicates',
    'delivers at least once',
    ['orders, dlq'],
    changed('dlq: { type: sqs }', 'dlq: { type: sqs, distribution: { deleteMiss: 1% } }'),
    ['orders'],
  ],
  [
    'order',
    'Order is best effort',
    ['orders, dlq'],
    changed('dlq: { type: sqs }', 'dlq: { type: sqs, distribution: { reorder: 1% } }'),
    ['orders'],
  ],
  [
    'a database that only queues',
    'It only queues',
    ['db, api'],
    changed('replicas: 2', 'slowdown: { perConcurrent: 1ms }, replicas: 2'),
    ['api'],
  ],
  [
    'calls without network time',
    'no network time',
    ['db'],
    BASE.replaceAll('{ to: db,', '{ to: db, latency: 1ms,'),
    [],
  ],
  ['calls without a time limit', 'for ever', [], changed('{ to: db, timeout: 1s, retry: none }', '{ to: db }'), ['db']],
  [
    'a size that nobody gave',
    'No size is given',
    ['clicks'],
    changed('    trace: { file: clicks.csv, time: at }', '    trace: { file: clicks.csv, time: at }\n    size: 1KiB'),
    [],
  ],
  ['a fault behind the end', 'never happen', [], changed('at: 22m', 'at: 61m'), ['faults']],
  ['a change behind the end', 'never happen', [], changed('horizon: 30m', 'horizon: 8m\ndrain: 30m'), ['orders']],
  [
    'a recording that is cut',
    'longer than the horizon',
    [],
    changed('horizon: 30m', 'horizon: 2s\ndrain: 30m'),
    ['clicks'],
  ],
  ['a recording that is multiplied', 'multiplied by 3', [], changed('time: at }', 'time: at, scale: 3x }'), ['clicks']],
  ['gaps finer than virtual time', 'under 100 µs', [], changed('rate: 200/s', 'rate: 20000/s'), ['orders']],
  ['short polls', 'short poll asks', [], changed('batchSize: 10', 'waitTime: 0s'), ['orders']],
])('%s: said where it holds, and only there', (_, word, before, other, after) => {
  expect(about(BASE, word)).toEqual(before);
  expect(about(other, word)).toEqual(after);
});

test('every assumption has a text and a source, and none is said twice', () => {
  const { assumptions } = resolved(BASE);
  expect(assumptions.every((one) => one.about !== '' && one.text.length > 20 && one.source !== '')).toBe(true);
  expect(new Set(assumptions.map((one) => one.text)).size).toBe(assumptions.length);
});
