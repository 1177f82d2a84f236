import { describe, expect, test } from 'vitest';
import { LifeSink, type Selector, SelectingSink } from '../../src/history/index.ts';
import { story } from '../guarantees/story.ts';

const TOLD = `
  0    shop  sends a
  0.1  shop  sent a
  1    shop  sends b
  1.1  shop  unsure b
  fault
  2    w     gets a
  2    w     begins a
  2.1  w     fails a
  3    w     gets c
  3    w     does c
  32   w     gets a
  32   w     does a
  33   w     gets b
  33   w     does b
  60   w     does a
  70   w     finds c on=dead
`;

function chosen(selector: Selector, text = TOLD): number | undefined {
  const sink = new SelectingSink(selector, new Set(['dead']));
  const { history } = story(text);
  for (const chunk of history.chunks) sink.take(chunk, history.names);
  return sink.found;
}

describe('the first request of a history that is of some kind', () => {
  test.each<[Selector, number | undefined]>([
    ['slowest', 0],
    ['redelivered', 0],
    ['dead-lettered', 2],
    ['lost-reply', 1],
    ['failed', 0],
  ])('%s', (selector, request) => expect(chosen(selector)).toBe(request));

  test('is the one that took longest to be done first: what is done again is no slower', () => {
    const twice = `
      0 shop sends a
      1 w does a
      1 shop sends b
      5 w does b
      90 w does a
    `;
    expect(chosen('slowest', twice)).toBe(1);
  });

  test('is by deliveries where nobody works on them', () => {
    const posted = `
      0 topic owes a
      1 topic delivers a
      1 topic owes b
      9 topic delivers b
    `;
    expect(chosen('slowest', posted)).toBe(1);
  });

  test('is none where there is none, and a receive from a dead-letter queue is no second one', () => {
    expect(chosen('redelivered', '0 w gets a x=4 on=dead')).toBeUndefined();
    expect(chosen('slowest', '0 shop sends a')).toBeUndefined();
  });
});

test('a life is all that is said of one request and its deliveries, and the faults', () => {
  const { history } = story(TOLD);
  const sink = new LifeSink(1, 2);
  for (const chunk of history.chunks) sink.take(chunk, history.names);
  expect(sink.records.map(({ do: what, is }) => `${what} ${is}`)).toEqual([
    'send invoke',
    'send unknown',
    'fault invoke',
    'receive ok',
    'handle ok',
  ]);
  // Two numbers to a traffic: a and b are of the first, c of the second.
  expect([sink.requestsOf(0), sink.requestsOf(1), sink.requestsOf(2)]).toEqual([2, 1, 0]);
});

test('a life that is too long is cut, and says by how much', () => {
  const { history } = story(TOLD);
  const sink = new LifeSink(0, 100, 3);
  for (const chunk of history.chunks) sink.take(chunk, history.names);
  expect([sink.records.length, sink.dropped]).toEqual([3, 6]);
});
