import { expect, test } from 'vitest';
import { nearest } from '../../src/scenario/suggest.ts';

test.each([
  ['visiblityTimeout', ['visibilityTimeout', 'delay'], 'visibilityTimeout'],
  ['sevice', ['service', 'sqs'], 'service'],
  ['serivce', ['service', 'sqs'], 'service'],
  ['SERVICE', ['service'], 'service'],
  ['odes-bd', ['orders-db', 'orders'], undefined],
  ['orders-bd', ['orders-db', 'orders'], 'orders-db'],
  ['a', ['zzz', 'b'], 'b'],
  ['abc', ['xyz'], undefined],
  ['x', [], undefined],
])('%s among %j is meant as %s', (name, names, meant) => {
  expect(nearest(name, names)).toBe(meant);
});

test('of several at the same distance the first in the order of the file is named', () => {
  expect(nearest('orderx', ['orders', 'ordera'])).toBe('orders');
});
