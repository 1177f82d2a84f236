import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  KernelError,
  type LifeCycle,
  type Phase,
  Resource,
  Simulation,
  Store,
  type Ties,
  TimeoutLane,
} from '../../src/kernel/index.ts';

function sim(shuffle: number | string): Simulation {
  return new Simulation({ seed: 1, ties: { shuffle } });
}

/** The order in which `n` events of one instant ran. */
function orderOf(n: number, ties: Ties, replication = 0): string {
  const one = new Simulation({ seed: 1, replication, ties });
  const seen: number[] = [];
  for (let i = 0; i < n; i++) one.schedule(5, (x) => seen.push(x), i);
  one.run();
  return seen.join();
}

describe('shuffled ties', () => {
  test('the same seed gives the same order, another seed or replication another; in order is the default', () => {
    expect(orderOf(12, { shuffle: 7 })).toBe(orderOf(12, { shuffle: '7' }));
    const orders = [1, 2, 3, 4].map((shuffle) => orderOf(12, { shuffle }));
    expect(new Set([...orders, orderOf(12, { shuffle: 1 }, 1), orderOf(12, 'inOrder')]).size).toBe(6);
    expect(orderOf(12, 'inOrder')).toBe('0,1,2,3,4,5,6,7,8,9,10,11');
  });

  test('every order of four is as likely as any other', () => {
    const counts = new Map<string, number>();
    for (let shuffle = 0; shuffle < 6000; shuffle++) {
      const order = orderOf(4, { shuffle });
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // Chi-square with 23 degrees of freedom: 49.7 is passed by one in a thousand.
    const chiSquare = [...counts.values()].reduce((sum, n) => sum + ((n - 250) * (n - 250)) / 250, 0);
    expect(chiSquare).toBeLessThan(49.7);
  });

  test('a newcomer of the instant comes at any place among those that have not run, and never before the one that scheduled it', () => {
    const places = new Set<number>();
    for (let shuffle = 0; shuffle < 200; shuffle++) {
      const one = sim(shuffle);
      const seen: string[] = [];
      one.schedule(3, () => one.schedule(0, () => seen.push('new'), null), null);
      for (let i = 0; i < 3; i++) one.schedule(3, () => seen.push('old'), null);
      expect(one.run().events).toBe(5);
      places.add(seen.indexOf('new'));
    }
    expect(places).toEqual(new Set([0, 1, 2, 3]));
  });

  test('time and phase rule, nothing is lost, and what is cancelled never runs, whatever is scheduled, cancelled and run in steps', () => {
    const event = fc.record({
      delay: fc.constantFrom(0, 0, 1, 1, 2, 300, 70_000),
      phase: fc.constantFrom<Phase>(0, 1, 1, 1, 2, 3),
      cancels: fc.option(fc.nat(200), { nil: undefined }),
      children: fc.nat(2),
    });
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 1, maxLength: 150, size: 'max' }),
        fc.nat(5),
        fc.nat(),
        (events, chunk, shuffle) => {
          const one = sim(shuffle);
          let next = 0;
          const planned: { time: number; phase: Phase; handle: number; fate: 'pending' | 'ran' | 'cancelled' }[] = [];
          let last = { time: 0, phase: 0 };
          const add = (): void => {
            const plan = events[next++];
            if (plan === undefined) return;
            const index = planned.length;
            const entry = {
              time: one.now + plan.delay,
              phase: plan.phase,
              fate: 'pending' as 'pending' | 'ran' | 'cancelled',
              handle: 0,
            };
            planned.push(entry);
            const born = one.events;
            entry.handle = one.schedule(
              plan.delay,
              (i) => {
                expect([i, entry.fate, one.now]).toEqual([index, 'pending', entry.time]);
                // Phases only go back when something of an earlier one was scheduled meanwhile.
                if (last.time === entry.time && entry.phase < last.phase) expect(born).toBeGreaterThan(0);
                last = entry;
                entry.fate = 'ran';
                for (let c = 0; c < plan.children; c++) add();
                if (plan.cancels === undefined) return;
                const victim = planned[plan.cancels % planned.length];
                const wasPending = victim?.fate === 'pending';
                expect(one.cancel(victim?.handle ?? -1)).toBe(wasPending);
                if (wasPending && victim !== undefined) victim.fate = 'cancelled';
              },
              index,
              plan.phase,
            );
          };
          for (let i = 0; i < 40; i++) add();
          while (one.pending > 0) {
            expect(one.pending).toBe(planned.filter(({ fate }) => fate === 'pending').length);
            const { reason } = one.run({ until: one.now + 1000, maxEvents: chunk + 1 });
            expect(reason === 'limit').toBe(one.pending > 0 && reason !== 'until');
          }
          expect(planned.every(({ fate }) => fate !== 'pending')).toBe(true);
          expect(one.run()).toEqual({ reason: 'empty', events: 0 });
        },
      ),
      { seed: 20261123, numRuns: 150 },
    );
  });

  test('timeouts of one lane that are due at one instant come in any order, and others of the phase between them', () => {
    const orders = new Set<string>();
    for (let shuffle = 0; shuffle < 400; shuffle++) {
      const one = sim(shuffle);
      const seen: string[] = [];
      const dead = new Set([1]);
      const lane = new TimeoutLane(
        one,
        10,
        (tag) => seen.push(String(tag)),
        (tag) => !dead.has(tag),
      );
      for (let tag = 0; tag < 4; tag++) lane.arm(tag, 0);
      one.schedule(10, () => seen.push('x'), null, 0);
      one.schedule(4, () => lane.arm(9, 0), null);
      one.run();
      expect(seen.at(-1)).toBe('9');
      expect(one.now).toBe(14);
      orders.add(seen.join(''));
    }
    // Three live ones and another event: 24 orders.
    expect(orders.size).toBe(24);
  });

  test('a seed that is none is refused', () => {
    for (const ties of ['shuffle', { shuffle: 0.5 }, {}, null, { shuffle: undefined }]) {
      expect(() => new Simulation({ seed: 1, ties: ties as never })).toThrow(KernelError);
      expect(() => new Simulation({ seed: 1, ties: ties as never })).toThrow('bad-ties');
    }
  });
});

describe('hidden order dependence', () => {
  /** Papers are asked for at the instant at which they come: whether there is one depends on which event runs first. */
  function shop(ties: Ties, decided: boolean): number {
    const one = new Simulation({ seed: 1, ties });
    let stock = 0;
    let missed = 0;
    for (let day = 1; day <= 20; day++) {
      one.schedule(day * 1000, () => (stock = 1), null);
      one.schedule(
        day * 1000,
        () => {
          if (stock === 0) missed++;
          stock = 0;
        },
        null,
        // Decided: who takes looks after what arrives at the same instant.
        decided ? 2 : 1,
      );
    }
    one.run();
    return missed;
  }

  test('is found by shuffling: the result changes; a model that decides its ties by phases gives one result', () => {
    const seeds = Array.from({ length: 50 }, (_, i) => i);
    expect(shop('inOrder', false)).toBe(0);
    expect(new Set(seeds.map((shuffle) => shop({ shuffle }, false))).size).toBeGreaterThan(1);
    expect(new Set(seeds.map((shuffle) => shop({ shuffle }, true)))).toEqual(new Set([0]));
  });

  test('processes are shuffled too: a total that nobody may change by order stays, who is served first does not', () => {
    const run = (ties: Ties): { first: string; served: number; end: number } => {
      const one = new Simulation({ seed: 1, ties });
      const server = new Resource(one, { capacity: 2 });
      const served = new Store<string>();
      const customer = function* (name: string): LifeCycle {
        yield 10;
        yield server.acquire();
        yield served.put(name);
        yield 5;
        server.release();
      };
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) one.process(customer, name);
      one.run();
      return { first: served.items[0] ?? '', served: served.size, end: one.now };
    };
    const runs = Array.from({ length: 60 }, (_, shuffle) => run({ shuffle }));
    expect(new Set(runs.map(({ served, end }) => `${served} at ${end}`))).toEqual(new Set(['6 at 25']));
    expect(new Set(runs.map(({ first }) => first)).size).toBe(6);
  });
});
