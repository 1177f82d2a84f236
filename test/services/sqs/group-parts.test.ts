import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Simulation } from '../../../src/kernel/index.ts';
import { ActionRate } from '../../../src/services/messaging/throughput.ts';
import { GroupHeap } from '../../../src/services/sqs/group-heap.ts';
import { ParkedGroups } from '../../../src/services/sqs/parked-groups.ts';
import { FifoBench } from './fifo-harness.ts';

const keys = fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { maxLength: 150 });

/** Takes all out, in order. */
function drained(heap: GroupHeap): number[] {
  const groups: number[] = [];
  for (; heap.size > 0; heap.pop()) groups.push(heap.top);
  return groups;
}

describe('groups by their oldest message', () => {
  it('come out in order, after some have been dropped too, and when the first has a later message', () => {
    const play = fc.property(
      keys,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 0, max: 2000 }),
      (all, every, later) => {
        const heap = new GroupHeap();
        // A group is called as its key is.
        for (const key of all) heap.push(key, key);
        const kept = all.filter((key) => key % every !== 0);
        heap.filter((group) => group % every !== 0);
        expect(heap.size).toBe(kept.length);
        const sorted = kept.toSorted((a, b) => a - b);
        const [first] = sorted;
        if (first === undefined) return;
        expect([heap.topKey, heap.top]).toEqual([first, first]);
        heap.replaceTop(first + later);
        const order = sorted
          .map((group) => ({ group, key: group === first ? first + later : group }))
          .toSorted((a, b) => a.key - b.key);
        const tied = order.filter(({ key }) => key === first + later);
        const out = drained(heap);
        if (tied.length === 1) expect(out).toEqual(order.map(({ group }) => group));
        else expect(out.toSorted((a, b) => a - b)).toEqual(sorted);
      },
    );
    fc.assert(play, { seed: 3, numRuns: 200 });
  });
});

describe('groups whose partition has no receive left', () => {
  /** One receive a second in each of two partitions, none left. */
  function parked() {
    const sim = new Simulation({ seed: 1 });
    const rate = new ActionRate(2, 1, 1);
    for (const partition of [0, 1]) rate.take(partition, 1, 0);
    const back: string[] = [];
    const groups = new ParkedGroups(sim, rate, 2, (group) => back.push(`${sim.now} ${group}`));
    return { sim, groups, back };
  }

  it('come back with the next token, in order, ten with each, each once', () => {
    const { sim, groups, back } = parked();
    for (let group = 0; group < 25; group++) groups.park(group, 0);
    groups.park(100, 1);
    sim.run();
    expect(back.map((line) => Number(line.split(' ')[1])).filter((group) => group < 100)).toEqual(
      Array.from({ length: 25 }, (_, i) => i),
    );
    const at = (group: number): number => Number(back.find((line) => line.endsWith(` ${group}`))?.split(' ')[0]);
    expect([at(0), at(9), at(100)]).toEqual([1_000_000, 1_000_000, 1_000_000]);
    expect(at(10)).toBeGreaterThan(at(9));
    expect(at(20)).toBeGreaterThan(at(19));
  });

  it('never come back within the instant in which they were put aside', () => {
    const sim = new Simulation({ seed: 1 });
    const back: number[] = [];
    const groups = new ParkedGroups(sim, new ActionRate(1, 1, 1), 1, () => back.push(sim.now));
    groups.park(7, 0);
    groups.park(8, 0);
    sim.run();
    expect(back).toEqual([1, 1]);
  });
});

describe('groups that nobody uses any more', () => {
  it('are given up when there are many, and those that have a message are not', () => {
    const bench = new FifoBench({ fifoThroughputLimit: 'perMessageGroupId', deduplicationScope: 'messageGroup' });
    const passing = 16_300;
    const waiting = 200;
    const atOnce = 100;
    let seconds = 0;
    for (let first = 0; first < passing; first += atOnce) {
      for (let group = first; group < first + atOnce; group++) bench.send(group, group);
      for (let i = 0; i < atOnce / 10; i++) for (const message of bench.take()) bench.delete(message);
      bench.until(++seconds);
    }
    // With the 16,385th group those that are empty are given up; some of these wait to be received then, some are in flight.
    const sent = Array.from({ length: waiting }, (_, i) => passing + i);
    for (const group of sent.slice(0, 40)) bench.send(group, group);
    expect(bench.bodies()).toEqual(sent.slice(0, 10));
    bench.until(++seconds);
    for (const group of sent.slice(40)) bench.send(group, group);
    // What was in flight is back, each before those that came after it.
    bench.until(seconds + 60);
    const received: number[] = [];
    for (let i = 0; i < waiting / 10; i++) received.push(...bench.bodies());
    expect(received.toSorted((x, y) => x - y)).toEqual(sent);
  });
});
