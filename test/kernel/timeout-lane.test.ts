import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KernelError, Simulation, TimeoutLane } from '../../src/kernel/index.ts';

/** A lane whose entries of (tag, generation) are live until told otherwise, and what fell due. */
function lane(timeout: number): { sim: Simulation; lane: TimeoutLane; due: string[]; dead: Set<string> } {
  const sim = new Simulation({ seed: 1 });
  const due: string[] = [];
  const dead = new Set<string>();
  const made = new TimeoutLane(
    sim,
    timeout,
    (tag, generation) => due.push(`${sim.now}: ${tag}/${generation}`),
    (tag, generation) => !dead.has(`${tag}/${generation}`),
  );
  return { sim, lane: made, due, dead };
}

describe('TimeoutLane', () => {
  test('fires in arm order, each at its own deadline', () => {
    const { sim, lane: l, due } = lane(100);
    l.arm(1, 0);
    l.arm(2, 5);
    sim.schedule(30, () => l.arm(3, 0), null);
    sim.run();
    expect(due).toEqual(['100: 1/0', '100: 2/5', '130: 3/0']);
    expect([l.size, sim.pending]).toEqual([0, 0]);
  });

  test('drops dead entries without a word, and a generation tells a tag from its former use', () => {
    const { sim, lane: l, due, dead } = lane(100);
    l.arm(1, 0);
    l.arm(2, 0);
    dead.add('1/0');
    sim.schedule(50, () => l.arm(1, 1), null);
    sim.run();
    expect(due).toEqual(['100: 2/0', '150: 1/1']);
  });

  test('an expiry goes before ordinary events of its instant, unless another phase is asked for', () => {
    const sim = new Simulation({ seed: 1 });
    const order: string[] = [];
    const late = new TimeoutLane(
      sim,
      10,
      () => order.push('late'),
      () => true,
      2,
    );
    const early = new TimeoutLane(
      sim,
      10,
      () => order.push('early'),
      () => true,
    );
    late.arm(1, 0);
    sim.schedule(10, () => order.push('ordinary'), null);
    early.arm(1, 0);
    sim.run();
    expect(order).toEqual(['early', 'ordinary', 'late']);
  });

  test('has one kernel event however many are armed, and grows past its first size in order', () => {
    const { sim, lane: l, due } = lane(1000);
    for (let i = 0; i < 10; i++) l.arm(-1 - i, 0);
    sim.run({ until: 1000 });
    for (let i = 0; i < 5000; i++) l.arm(i, i);
    expect([sim.pending, l.size]).toEqual([1, 5000]);
    sim.run();
    expect(due.slice(10)).toEqual(Array.from({ length: 5000 }, (_, i) => `2000: ${i}/${i}`));
  });

  test('stays as small as its live window when what it guards is always done in time', () => {
    const sim = new Simulation({ seed: 1 });
    let done = -1;
    let largest = 0;
    const l = new TimeoutLane(
      sim,
      1_000_000,
      () => {
        throw new Error('timed out');
      },
      (tag) => tag > done,
    );
    const arrive = (i: number): void => {
      l.arm(i, 0);
      done = i - 3;
      largest = Math.max(largest, l.size);
      if (i < 100_000) sim.schedule(1, arrive, i + 1);
      else done = i;
    };
    sim.schedule(0, arrive, 0);
    sim.run();
    expect(largest).toBeLessThanOrEqual(6);
    // Arrivals, and a wake-up of the lane at most once in a timeout.
    expect(sim.events).toBeLessThan(100_010);
  });

  test('may be armed while it fires, with a timeout of 0 too, and an endless loop meets the limit', () => {
    const sim = new Simulation({ seed: 1, maxEvents: 50 });
    let fired = 0;
    const l: TimeoutLane = new TimeoutLane(
      sim,
      0,
      (tag, generation) => {
        fired++;
        l.arm(tag, generation + 1);
      },
      () => true,
    );
    l.arm(1, 0);
    expect(sim.run().reason).toBe('limit');
    expect(fired).toBe(50);
  });

  test.each(['inOrder', { shuffle: 'a' }] as const)(
    'what is armed while it fires doesn’t delay the next that is due, ties %j',
    (ties) => {
      const sim = new Simulation({ seed: 1, ties });
      const due: string[] = [];
      const made: TimeoutLane = new TimeoutLane(
        sim,
        100,
        (tag) => {
          due.push(`${sim.now}: ${tag}`);
          if (tag === 1) made.arm(3, 0);
        },
        () => true,
      );
      made.arm(1, 0);
      sim.schedule(10, () => made.arm(2, 0), null);
      sim.run();
      expect(due).toEqual(['100: 1', '110: 2', '200: 3']);
    },
  );

  test('keeps the rest when what it calls throws', () => {
    const sim = new Simulation({ seed: 1 });
    const due: number[] = [];
    const l = new TimeoutLane(
      sim,
      10,
      (tag) => {
        if (tag === 1) throw new Error('of the model');
        due.push(tag);
      },
      () => true,
    );
    for (const tag of [1, 2]) l.arm(tag, 0);
    sim.schedule(5, () => l.arm(3, 0), null);
    expect(() => sim.run()).toThrow('of the model');
    sim.run();
    expect(due).toEqual([2, 3]);
  });

  test('does what one cancellable event per timeout would do', () => {
    const step = fc.record({ gap: fc.nat(40), finish: fc.option(fc.nat(60), { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 0, max: 50 }), (steps, timeout) => {
        const withLane = lane(timeout);
        const plain = new Simulation({ seed: 1 });
        const expected: string[] = [];
        let time = 0;
        steps.forEach(({ gap, finish }, i) => {
          time += gap;
          withLane.sim.scheduleAt(time, () => withLane.lane.arm(i, 0), null);
          // A finish at the deadline itself comes too late in both: expiries have the earlier phase.
          if (finish !== undefined) withLane.sim.scheduleAt(time + finish, () => withLane.dead.add(`${i}/0`), null, 2);
          let handle = -1;
          plain.scheduleAt(
            time,
            () => {
              handle = plain.schedule(timeout, () => expected.push(`${plain.now}: ${i}/0`), null, 0);
            },
            null,
          );
          if (finish !== undefined) plain.scheduleAt(time + finish, () => plain.cancel(handle), null, 2);
        });
        withLane.sim.run();
        plain.run();
        expect(withLane.due).toEqual(expected);
      }),
      { seed: 20261123, numRuns: 200 },
    );
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a timeout of %d', (timeout) => {
    expect(() => lane(timeout)).toThrow(KernelError);
  });
});
