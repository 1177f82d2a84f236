import { expect, test } from 'vitest';
import { Bench, SECOND } from './harness.ts';

test('a message is sent, received, hidden, and gone once deleted', () => {
  const b = new Bench();
  b.send(5);
  const m = b.one();
  expect([m.body, m.count]).toEqual([5, 1]);
  expect(b.take()).toEqual([]);
  expect(b.queue.DeleteMessage(m.handle)).toBeNull();
  b.until(100);
  expect(b.take()).toEqual([]);
  expect(b.observer.told.map(([what]) => what)).toEqual(['sent', 'received', 'deleted', 'gone']);
});

test('a long poll is answered at the instant a message comes', () => {
  const b = new Bench();
  const answer = b.receive({ wait: 20 });
  b.sim.schedule(3 * SECOND, () => void b.send(1), 0);
  b.until(30);
  expect([answer.atUs, answer.messages?.length]).toEqual([3 * SECOND, 1]);
});
