import { describe, expect, test } from 'vitest';
import {
  AnalyticsApplication,
  type AnalyticsSettings,
  analyticsSettings,
  keyGroupOf,
  keyGroupsFor,
  subtaskOf,
} from '../../../src/services/analytics/index.ts';
import { Simulation } from '../../../src/kernel/index.ts';
import { Bench, HOUR, MINUTE, SECOND } from './harness.ts';

const window = { kind: 'tumbling', sizeUs: MINUTE } as const;

/** An application that is given records of a second each so often that its one subtask is busy for this share of the time. */
function loaded(share: number, minutes: number, changes: Partial<AnalyticsSettings> = {}): Bench {
  const bench = new Bench({ window, cpuUs: { kind: 'constant', value: SECOND }, bufferBytes: 1e6, ...changes });
  load(bench, share, minutes);
  return bench;
}
function load(bench: Bench, share: number, minutes: number): void {
  const gapUs = Math.round(SECOND / share);
  const startUs = bench.sim.now;
  for (let i = 0; i * gapUs < minutes * MINUTE; i++) bench.at(startUs + i * gapUs, bench.sim.now, { key: i });
  bench.sim.run({ until: startUs + minutes * MINUTE });
}
function parallelism(bench: Bench): number {
  return bench.application.DescribeApplication().CurrentParallelism;
}

describe('KPUs', () => {
  test.each([
    [1, 1, 1],
    [8, 1, 8],
    [8, 8, 1],
    [9, 8, 2],
    [256, 4, 64],
  ])('a parallelism of %d with %d in each are %d [flink.allocated-kpus]', (tasks, perKpu, kpus) => {
    const bench = new Bench({ window, parallelism: tasks, parallelismPerKpu: perKpu });
    expect(bench.application.DescribeApplication().KPUs).toBe(kpus);
    expect(bench.metrics.levels.get('KPUs')).toBe(kpus);
  });

  test('64 at most, 256 subtasks at most, eight in each at most [flink.kpus-per-application] [flink.parallelism]', () => {
    const made = (changes: Partial<AnalyticsSettings>) => () => new Bench({ window, ...changes });
    expect(made({ parallelism: 64 })).not.toThrow();
    expect(made({ parallelism: 65 })).toThrow(/parallelism 65: expected a whole number, 1 to 64/);
    expect(made({ parallelism: 257, parallelismPerKpu: 8 })).toThrow(/parallelism 257.* 1 to 256/);
    expect(made({ parallelismPerKpu: 9 })).toThrow(/parallelismPerKpu 9.* 1 to 8/);
    const { parallelism: tasks, parallelismPerKpu } = new Bench({ window }).application.settings;
    expect([tasks, parallelismPerKpu]).toEqual([1, 1]);
  });
});

describe('autoscaling', () => {
  test('is on by default: fifteen minutes at 75 % double the parallelism [flink.autoscaling]', () => {
    expect(parallelism(loaded(0.76, 14.9))).toBe(1);
    const bench = loaded(0.76, 15.1);
    expect(bench.application.DescribeApplication().ApplicationStatus).toBe('AUTOSCALING');
    bench.after(2 * MINUTE);
    expect(bench.application.DescribeApplication()).toMatchObject({
      ApplicationStatus: 'RUNNING',
      Parallelism: 1,
      CurrentParallelism: 2,
      KPUs: 2,
      isUp: true,
    });
  });

  test('less than 75 % does not, nor what is interrupted for a minute [flink.autoscaling]', () => {
    expect(parallelism(loaded(0.73, 40))).toBe(1);
    const bench = loaded(0.8, 14);
    load(bench, 0.3, 2);
    load(bench, 0.8, 14);
    load(bench, 0.3, 2);
    expect(parallelism(bench)).toBe(1);
  });

  test('can be switched off, and ends at the KPUs that the application may have [flink.autoscaling] [flink.kpus-per-application]', () => {
    expect(parallelism(loaded(0.9, 40, { autoScaling: false }))).toBe(1);
    expect(parallelism(loaded(6, 120, { maxKpus: 3, bufferBytes: 300 }))).toBe(3);
  });

  test('six hours below 10 % halve it, rounded up, and again [flink.autoscaling]', () => {
    const bench = new Bench({ window, cpuUs: { kind: 'constant', value: SECOND }, bufferBytes: 300, maxKpus: 5 });
    load(bench, 6, 60);
    expect(parallelism(bench)).toBe(5);
    bench.after(5 * HOUR + 55 * MINUTE);
    expect(parallelism(bench)).toBe(5);
    const seen = [5, 5, 5].map(() => {
      bench.after(6 * HOUR + 10 * MINUTE);
      return parallelism(bench);
    });
    expect(seen).toEqual([3, 2, 1]);
    expect(bench.sim.pending).toBe(0);
  });

  test('a busy minute begins the six hours anew, and they never go below what is configured [flink.autoscaling]', () => {
    const bench = new Bench({ window, parallelism: 4, cpuUs: { kind: 'constant', value: SECOND }, maxKpus: 5 });
    load(bench, 6, 20);
    bench.after(10 * MINUTE);
    expect(parallelism(bench)).toBe(5);
    bench.after(5 * HOUR);
    load(bench, 2, 2);
    bench.after(5 * HOUR);
    expect(parallelism(bench)).toBe(5);
    bench.after(2 * HOUR);
    expect(parallelism(bench)).toBe(4);
    bench.after(24 * HOUR);
    expect(parallelism(bench)).toBe(4);
  });

  test('by the busiest container: one hot key scales it, and it helps nothing [flink.autoscaling]', () => {
    const bench = new Bench({
      window,
      parallelism: 2,
      cpuUs: { kind: 'constant', value: SECOND },
      bufferBytes: 300,
    });
    for (let i = 0; i < 3600; i++) bench.at(i * SECOND, i * SECOND, { key: 1 });
    expect(parallelism(bench)).toBeGreaterThan(2);
    const busiest = (bench.metrics.observed.get('containerCPUUtilization') ?? []).slice(-parallelism(bench));
    expect(Math.max(...busiest)).toBeGreaterThan(99);
    expect(Math.min(...busiest)).toBe(0);
  });
});

describe('rescaling', () => {
  test('is a snapshot of all that was taken, a stop, and on with nothing repeated [flink.effect-of-scaling]', () => {
    const bench = new Bench({ window, rescaleUs: 30 * SECOND, checkpointBaseUs: 2 * SECOND, stateEntryBytes: 0 });
    for (let second = 1; second <= 90; second++) bench.at(second * SECOND + 1, second * SECOND, { key: second % 5 });
    expect(bench.application.UpdateApplication(4)).toBe(null);
    expect(bench.application.DescribeApplication()).toMatchObject({ ApplicationStatus: 'UPDATING', isUp: false });
    bench.put(91 * SECOND);
    expect(bench.source.next).toEqual([90]);
    bench.after(32 * SECOND - 1);
    expect(bench.source.restored).toEqual([]);
    bench.after(1);
    expect(bench.source.restored).toEqual([[89]]);
    bench.put(122 * SECOND, { key: 1 });
    bench.after(SECOND);
    const counts = bench.results.map(({ startUs, count }) => [startUs / SECOND, count]);
    expect(
      counts
        .filter(([start]) => start === 0)
        .map(([, count]) => count)
        .toSorted((a = 0, b = 0) => a - b),
    ).toEqual([11, 12, 12, 12, 12]);
    expect(
      counts
        .filter(([start]) => start === 60)
        .map(([, count]) => count)
        .toSorted((a = 0, b = 0) => a - b),
    ).toEqual([6, 6, 6, 6, 8]);
  });

  test('that a failure interrupts is done by the restart where it was asked for, and not where it was its own idea', () => {
    const updated = new Bench({ window, restartUs: SECOND });
    updated.application.UpdateApplication(4);
    updated.application.fail();
    updated.after(2 * SECOND);
    expect(updated.application.DescribeApplication()).toMatchObject({
      Parallelism: 4,
      CurrentParallelism: 4,
      isUp: true,
    });
    const scaled = loaded(0.76, 15.005);
    expect(scaled.application.DescribeApplication().ApplicationStatus).toBe('AUTOSCALING');
    scaled.application.fail();
    scaled.after(MINUTE);
    expect(parallelism(scaled)).toBe(1);
  });

  test('and a restart begin the minute of the CPU anew', () => {
    const bench = loaded(1, 2, { restartUs: 30 * SECOND, autoScaling: false, checkpointing: false });
    bench.after(0);
    bench.application.fail();
    bench.sim.run({ until: 3 * MINUTE });
    const busy = bench.metrics.observed.get('containerCPUUtilization') ?? [];
    expect(busy).toEqual([100, 100, 100]);
  });

  test('is refused while it scales or restarts, and beyond the limits [flink.api-errors]', () => {
    const { application } = new Bench({ window, maxKpus: 8 });
    expect(application.UpdateApplication(0)?.code).toBe('InvalidArgumentException');
    expect(application.UpdateApplication(1.5)?.code).toBe('InvalidArgumentException');
    expect(application.UpdateApplication(9)?.code).toBe('LimitExceededException');
    expect(application.UpdateApplication(8)).toBe(null);
    expect(application.UpdateApplication(4)?.code).toBe('ResourceInUseException');
    application.fail();
    expect(application.UpdateApplication(4)?.code).toBe('ResourceInUseException');
  });
});

describe('a key', () => {
  test('has the key group of its hash, which is MurmurHash3', () => {
    // Published vectors: 0 gives 2362f9de, 87654321 gives f55b516b, which is negative.
    expect(keyGroupOf(0, 128)).toBe(0x2362f9de % 128);
    expect(keyGroupOf(0x87654321, 128)).toBe(0x0aa4ae95 % 128);
  });

  test('has one subtask, and each subtask a range of groups of the same size or one more', () => {
    for (const tasks of [1, 3, 7, 128]) {
      const sizes = new Map<number, number>();
      let last = 0;
      for (let group = 0; group < 128; group++) {
        const subtask = subtaskOf(group, tasks, 128);
        expect(subtask).toBeGreaterThanOrEqual(last);
        last = subtask;
        sizes.set(subtask, (sizes.get(subtask) ?? 0) + 1);
      }
      expect(sizes.size).toBe(tasks);
      expect(Math.max(...sizes.values()) - Math.min(...sizes.values())).toBeLessThanOrEqual(1);
    }
  });

  test.each([
    [1, 128],
    [85, 128],
    [86, 256],
    [170, 256],
    [171, 512],
  ])('an application that begins with %d subtasks has %d key groups', (tasks, groups) => {
    expect(keyGroupsFor(tasks)).toBe(groups);
  });
});

describe('settings', () => {
  test.each<[Partial<AnalyticsSettings>, RegExp]>([
    [{ window: { kind: 'tumbling', sizeUs: 0 } }, /sizeUs 0: expected a whole number, 1 to/],
    [{ window: { kind: 'session', gapUs: -1 } }, /gapUs -1/],
    [{ window: { kind: 'sliding', sizeUs: 10, slideUs: 11 } }, /slideUs 11: expected a whole number, 1 to 10/],
    [{ bufferBytes: 0 }, /bufferBytes 0/],
    [{ allowedLatenessUs: 0.5 }, /allowedLatenessUs 0.5/],
  ])('%j is refused', (changes, expected) => {
    const settings = analyticsSettings({ name: 'a', window, ...changes });
    const make = () => new AnalyticsApplication(new Simulation({ seed: 1 }), settings, { sink: { emit: () => {} } });
    expect(make).toThrow(expected);
  });

  test('a split that is not there is a mistake of the caller', () => {
    const { application } = new Bench({ window });
    expect(() => application.accept(1, 0, 0, 0, 0, 0)).toThrow(/there is no split 1/);
    expect(application.openSplit()).toBe(1);
    expect(application.accept(1, 0, 0, 0, 0, 0)).toBe(true);
  });
});

describe('metrics', () => {
  test('tell the share of a minute in which a CPU was busy, with the record that it works on', () => {
    const bench = new Bench({ window, cpuUs: { kind: 'constant', value: 90 * SECOND } });
    bench.put(0);
    bench.after(3 * MINUTE);
    expect(bench.metrics.observed.get('containerCPUUtilization')).toEqual([100, 50]);
  });

  test('tell records in and out, late ones, watermarks and how far behind the stream is', () => {
    const bench = new Bench({ window });
    bench.at(1, 0);
    bench.put(2 * MINUTE);
    bench.after(SECOND);
    bench.put(0);
    bench.application.behindLatest(1500);
    bench.after(SECOND);
    expect(Object.fromEntries(bench.metrics.totals)).toEqual({
      numRecordsIn: 3,
      numRecordsOut: 1,
      numLateRecordsDropped: 1,
    });
    expect(bench.metrics.levels.get('currentInputWatermark')).toBe(2 * 60_000 - 0.001);
    expect(bench.metrics.levels.get('currentOutputWatermark')).toBe(2 * 60_000 - 0.001);
    expect(bench.metrics.observed.get('millisBehindLatest')).toEqual([1500]);
  });
});
