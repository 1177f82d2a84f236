import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MetricData, MetricsRecorder, type Window } from '../../src/history/index.ts';

/** What happens at which instant; instants ascend. */
interface Change {
  readonly at: number;
  readonly value: number;
}

class TestClock {
  now = 0;
}

type Kind = 'counter' | 'level' | 'observations' | 'age';

function record(kind: Kind, changes: readonly Change[], window: Window, end: number): MetricData {
  const clock = new TestClock();
  const recorder = new MetricsRecorder(clock, window);
  const play = {
    counter: () => {
      const metric = recorder.counter('n', 'Count');
      return (value: number) => metric.add(value);
    },
    level: () => {
      const metric = recorder.level('n', 'Count', true);
      return (value: number) => metric.set(value);
    },
    observations: () => {
      const metric = recorder.observations('n', 'Milliseconds');
      return (value: number) => metric.record(value);
    },
    age: () => {
      const metric = recorder.age('n');
      // The value is how long ago the oldest came; 0: there is none.
      return (value: number) => metric.since(value === 0 ? -1 : Math.max(0, clock.now - value));
    },
  }[kind]();
  for (const { at, value } of changes) {
    clock.now = at;
    play(value);
  }
  clock.now = end;
  return recorder.finish(end)[0] as MetricData;
}

/** Level that holds from an instant on, after all changes at it. */
function levelAt(changes: readonly Change[], instant: number): number {
  return changes.reduce((level, { at, value }) => (at <= instant ? value : level), 0);
}
/** Age over the microsecond that begins at an instant, at its start; null where there is none. */
function sinceAt(changes: readonly Change[], instant: number): number {
  return changes.reduce(
    (since, { at, value }) => (at <= instant ? (value === 0 ? -1 : Math.max(0, at - value)) : since),
    -1,
  );
}
const buckets = (end: number, width: number): [number, number][] =>
  Array.from({ length: end / width }, (_, i) => [i * width, (i + 1) * width]);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

const anyRun = fc
  .record({
    from: fc.integer({ min: 0, max: 30 }),
    length: fc.integer({ min: 1, max: 40 }),
    resolution: fc.integer({ min: 1, max: 15 }),
    extra: fc.integer({ min: 0, max: 3 }),
    changes: fc.array(fc.record({ at: fc.integer({ min: 0, max: 80 }), value: fc.integer({ min: 0, max: 9 }) }), {
      maxLength: 15,
    }),
  })
  .map(({ from, length, resolution, extra, changes }) => {
    const to = from + length;
    const end = (Math.ceil(to / resolution) + extra) * resolution;
    const kept = changes.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
    return { window: { fromUs: from, toUs: to, resolutionUs: resolution }, end, changes: kept };
  });
const options = { seed: 9, numRuns: 400 };

describe('metrics against a computation microsecond by microsecond', () => {
  it('count what is added in the window, both ends included, and in each bucket, its end included', () => {
    fc.assert(
      fc.property(anyRun, ({ window, end, changes }) => {
        const data = record('counter', changes, window, end);
        const inside = (from: number, to: number): number =>
          sum(changes.filter(({ at }) => at >= from && at <= to).map(({ value }) => value));
        expect(data.sum).toBe(inside(window.fromUs, window.toUs));
        expect(data.mean).toBeCloseTo((data.sum as number) / ((window.toUs - window.fromUs) / 1e6), 6);
        expect(data.series).toEqual(buckets(end, window.resolutionUs).map(([a, b]) => inside(a === 0 ? 0 : a + 1, b)));
      }),
      options,
    );
  });

  it('weigh a level by the time it lasted', () => {
    fc.assert(
      fc.property(anyRun, ({ window, end, changes }) => {
        const data = record('level', changes, window, end);
        const levels = (from: number, to: number): number[] => range(from, to).map((at) => levelAt(changes, at));
        const inWindow = levels(window.fromUs, window.toUs);
        expect(data.mean).toBeCloseTo(sum(inWindow) / inWindow.length, 9);
        const series = buckets(end, window.resolutionUs).map(([a, b]) => sum(levels(a, b)) / window.resolutionUs);
        expect(data.series.length).toBe(series.length);
        series.forEach((value, i) => expect(data.series[i]).toBeCloseTo(value, 9));
        const times = range(0, 10).map((level) => inWindow.filter((it) => it === level).length);
        const kept = data.timeAtLevel as readonly number[];
        expect(range(0, 10).map((level) => kept[level] ?? 0)).toEqual(times);
        // A level that lasts no time was reached all the same, except at the very start.
        const passing = changes.filter(({ at }) => at > window.fromUs && at <= window.toUs).map(({ value }) => value);
        expect(data.max).toBe(Math.max(...inWindow, ...passing));
        expect(data.min).toBe(Math.min(...inWindow, ...passing));
      }),
      options,
    );
  });

  it('average observations over the window and over each bucket', () => {
    fc.assert(
      fc.property(anyRun, ({ window, end, changes }) => {
        const data = record('observations', changes, window, end);
        const inside = (from: number, to: number): number[] =>
          changes.filter(({ at }) => at >= from && at <= to).map(({ value }) => value);
        const all = inside(window.fromUs, window.toUs);
        expect(data.sum).toBe(sum(all));
        if (all.length === 0) expect([data.mean, data.min, data.max]).toEqual([null, null, null]);
        else expect([data.min, data.max]).toEqual([Math.min(...all), Math.max(...all)]);
        const series = buckets(end, window.resolutionUs).map(([a, b]) => {
          const values = inside(a === 0 ? 0 : a + 1, b);
          return values.length === 0 ? null : sum(values) / values.length;
        });
        expect(data.series).toEqual(series);
      }),
      options,
    );
  });

  it('let an age grow with the clock: triangles, not rectangles', () => {
    fc.assert(
      fc.property(anyRun, ({ window, end, changes }) => {
        const data = record('age', changes, window, end);
        // Mean age over the microsecond that begins at an instant: half a microsecond more than at its start.
        const ages = (from: number, to: number): number[] =>
          range(from, to).map((at) => {
            const since = sinceAt(changes, at);
            return since < 0 ? 0 : at - since + 0.5;
          });
        const inWindow = ages(window.fromUs, window.toUs);
        expect((data.mean as number) * 1e6).toBeCloseTo(sum(inWindow) / inWindow.length, 6);
        buckets(end, window.resolutionUs).forEach(([a, b], i) =>
          expect((data.series[i] as number) * 1e6).toBeCloseTo(sum(ages(a, b)) / window.resolutionUs, 6),
        );
        expect((data.max as number) * 1e6).toBeCloseTo(
          Math.max(...inWindow.map((age) => (age === 0 ? 0 : age + 0.5))),
          6,
        );
        expect((data.min as number) * 1e6).toBeCloseTo(
          Math.min(...inWindow.map((age) => (age === 0 ? 0 : age - 0.5))),
          6,
        );
      }),
      options,
    );
  });
});

describe('metrics by example', () => {
  const window = { fromUs: 0, toUs: 100, resolutionUs: 50 };

  it('take a level that is set before anything runs as the one from the start', () => {
    expect(record('level', [{ at: 0, value: 5 }], window, 100)).toMatchObject({
      mean: 5,
      min: 5,
      max: 5,
      series: [5, 5],
    });
  });

  it('go on with the last level to the end, and draw the drain too, which is not in the summary', () => {
    const data = record(
      'level',
      [
        { at: 80, value: 10 },
        { at: 120, value: 0 },
      ],
      window,
      150,
    );
    expect(data).toMatchObject({ mean: 2, max: 10, min: 0, series: [0, 4, 4] });
  });

  it('draw an age as its mean over the bucket', () => {
    const data = record(
      'age',
      [
        { at: 0, value: 0 },
        { at: 50, value: 0.5 },
      ],
      window,
      100,
    );
    expect(data.unit).toBe('Seconds');
    expect(data.series.map((value) => Math.round((value as number) * 1e7) / 10)).toEqual([0, 25.5]);
  });

  it('keep their order and their names', () => {
    const recorder = new MetricsRecorder(new TestClock(), window);
    recorder.level('b', 'Count');
    recorder.counter('a', 'Count');
    recorder.age('c');
    expect(recorder.finish(100).map(({ name, kind }) => `${name} ${kind}`)).toEqual(['b level', 'a counter', 'c age']);
  });
});
