import { describe, expect, test } from 'vitest';
import { Simulation } from '../../../src/kernel/index.ts';
import { Disk, Processor, Watermark } from '../../../src/services/mq/index.ts';

function setup() {
  const sim = new Simulation({ seed: 1 });
  const told: string[] = [];
  const job = {
    onDone: (a: number) => told.push(`${a} at ${sim.now}`),
    onLost: (a: number) => told.push(`${a} lost at ${sim.now}`),
  };
  return { sim, told, job };
}

describe('a processor', () => {
  test('serves what comes one after the other', () => {
    const { sim, told, job } = setup();
    const processor = new Processor(sim);
    for (const a of [1, 2, 3]) processor.submit(10, job, a, 0);
    sim.run({ until: 15 });
    expect(processor.backlogUs).toBe(15);
    processor.submit(10, job, 4, 0);
    sim.run();
    processor.submit(2.5, job, 5, 0);
    sim.run();
    expect(told).toEqual(['1 at 10', '2 at 20', '3 at 30', '4 at 40', '5 at 43']);
    expect(processor.busyUs).toBe(42.5);
  });

  test('does at once what costs nothing, but never before what came earlier', () => {
    const { sim, told, job } = setup();
    const processor = new Processor(sim);
    processor.submit(0, job, 1, 0);
    processor.submit(10, job, 2, 0);
    processor.submit(0, job, 3, 0);
    expect(told).toEqual(['1 at 0']);
    sim.run();
    expect(told).toEqual(['1 at 0', '2 at 10', '3 at 10']);
  });

  test('that dies does nothing of what waits, and begins anew', () => {
    const { sim, told, job } = setup();
    const processor = new Processor(sim);
    for (const a of [1, 2, 3]) processor.submit(10, job, a, 0);
    sim.run({ until: 15 });
    processor.lose();
    processor.submit(10, job, 4, 0);
    sim.run();
    expect(told).toEqual(['1 at 10', '2 lost at 15', '3 lost at 15', '4 at 25']);
    expect(processor.busyUs).toBe(25);
  });

  test('that dies of what it does starts no second event', () => {
    const { sim, told, job } = setup();
    const processor = new Processor(sim);
    const deadly = {
      onDone: () => {
        processor.lose();
        processor.submit(10, job, 2, 0);
      },
      onLost: () => {},
    };
    processor.submit(10, deadly, 0, 0);
    processor.submit(10, job, 1, 0);
    sim.run();
    expect(told).toEqual(['1 lost at 10', '2 at 20']);
    expect(sim.events).toBe(2);
  });
});

describe('a disk', () => {
  test('commits all that waits when a commit begins', () => {
    const { sim, told, job } = setup();
    const disk = new Disk(sim, { latencyUs: 100 });
    for (const a of [1, 2, 3]) disk.write(10, job, a, 0);
    sim.run({ until: 150 });
    disk.write(10, job, 4, 0);
    sim.run();
    expect(told).toEqual(['1 at 100', '2 at 200', '3 at 200', '4 at 300']);
    expect(disk.commits).toBe(3);
  });

  test('takes 1/latency of a producer that waits for each, and more of many [mq.enqueue-rate]', () => {
    const rate = (producers: number): number => {
      const sim = new Simulation({ seed: 1 });
      const disk = new Disk(sim, { latencyUs: 2000 });
      let stored = 0;
      const job = {
        onDone: () => {
          stored++;
          disk.write(1000, job, 0, 0);
        },
        onLost: () => {},
      };
      for (let i = 0; i < producers; i++) disk.write(1000, job, 0, 0);
      sim.run({ until: 10_000_000 });
      return stored / 10;
    };
    expect(rate(1)).toBe(500);
    expect(rate(20)).toBeCloseTo(10_000, -2);
  });

  test('writes so many bytes a second [mq.limiting-factor]', () => {
    const { sim, told, job } = setup();
    const disk = new Disk(sim, { latencyUs: 100, bytesPerSecond: 1_000_000 });
    disk.write(1000, job, 1, 0);
    disk.write(500, job, 2, 0);
    disk.write(500, job, 3, 0);
    sim.run();
    expect(told).toEqual(['1 at 1100', '2 at 2200', '3 at 2200']);
  });

  test('that takes no time stores at once', () => {
    const { sim, told, job } = setup();
    new Disk(sim).write(1000, job, 1, 0);
    expect(told).toEqual(['1 at 0']);
  });

  test('that dies stores nothing of the commit under way, and what is written then is of its next life', () => {
    const { sim, told, job } = setup();
    const disk = new Disk(sim, { latencyUs: 100 });
    const deadly = {
      onDone: () => {
        disk.lose();
        for (const a of [2, 3]) disk.write(1, job, a, 0);
      },
      onLost: () => {},
    };
    disk.write(1, job, 0, 0);
    disk.write(1, deadly, 0, 0);
    disk.write(1, job, 1, 0);
    sim.run();
    expect(told).toEqual(['0 at 100', '1 lost at 200', '2 at 300', '3 at 400']);
  });
});

describe('a watermark', () => {
  test('is alarmed while more is used than its limit', () => {
    const alarms: boolean[] = [];
    const memory = new Watermark(new Simulation({ seed: 1 }), { limit: 100 }, (isOn) => alarms.push(isOn));
    for (const amount of [60, 40, 1, 50, -50, -1, -60]) memory.add(amount);
    expect(alarms).toEqual([true, false]);
    memory.setLimit(30);
    expect(alarms).toEqual([true, false, true]);
  });

  test('that is looked at every now and then says so late, and only what is still so', () => {
    const sim = new Simulation({ seed: 1 });
    const alarms: string[] = [];
    const memory = new Watermark(sim, { limit: 100, checkUs: 1000 }, (isOn) => alarms.push(`${isOn} at ${sim.now}`));
    memory.add(150);
    sim.schedule(500, () => memory.add(-100), 0);
    sim.schedule(1500, () => memory.add(100), 0);
    sim.schedule(2500, () => memory.add(-100), 0);
    sim.run();
    expect(alarms).toEqual(['true at 2000', 'false at 3000']);
  });
});
