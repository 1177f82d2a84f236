import { expect, test } from 'vitest';
import { EventList, NOTHING } from '../../src/kernel/event-list.ts';
import { Simulation } from '../../src/kernel/index.ts';

const MAX = Number.MAX_SAFE_INTEGER;

test('holds a million pending events in at most 40 bytes each, and not much more after all of them were replaced', () => {
  const list = new EventList();
  const stream = new Simulation({ seed: 1 }).stream('times');
  const n = 1_000_000;
  const add = (): void => list.insert(list.take(add, undefined), list.now + 1 + Math.floor(stream.uniform() * 2e6), 1);
  for (let i = 0; i < n; i++) add();
  expect(list.bytes / n).toBeLessThanOrEqual(40);
  for (let i = 0; i < 2 * n; i++) {
    list.giveBack(list.next(MAX) >> 2);
    add();
  }
  expect(list.bytes / n).toBeLessThanOrEqual(40);
});

test('cancelled entries never outnumber the live ones, wherever they are, and their slots come back', () => {
  const list = new EventList();
  const stream = new Simulation({ seed: 2 }).stream('times');
  const pending: [number, number][] = [];
  let slots = 0;
  for (let i = 0; i < 200_000; i++) {
    const width = [0, 10, 1e5, 1e9][i % 4] as number;
    const slot = list.take(list, undefined);
    list.insert(slot, list.now + Math.floor(stream.uniform() * width), i % 3);
    slots = Math.max(slots, slot + 1);
    pending.push([slot, list.generation(slot)]);
    if (pending.length > 500 || stream.uniform() < 0.3) {
      const [victim = 0, generation = 0] = pending.splice(Math.floor(stream.uniform() * pending.length), 1)[0] ?? [];
      if (list.holds(victim, generation)) list.cancel(victim);
    }
    if (i % 10 === 0) {
      const word = list.next(MAX);
      if (word !== NOTHING) list.giveBack(word >> 2);
    }
    if (list.cancelled > list.count) throw new Error(`${list.cancelled} cancelled, ${list.count} live`);
  }
  expect(list.count).toBeGreaterThan(0);
  expect(slots).toBeLessThan(1100);
});

test('forgets the arguments of events that ran or were cancelled', () => {
  const sim = new Simulation({ seed: 1 });
  const list = (sim as unknown as { list: EventList }).list;
  const argument = { large: true };
  sim.schedule(1, () => {}, argument);
  sim.cancel(sim.schedule(2, () => {}, argument));
  sim.run();
  expect(list.cells).not.toContain(argument);
});
