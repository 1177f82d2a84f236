/** Closed forms: a subtask is a queue with one server, a window a wait until its end. */
import { describe, expect, test } from 'vitest';
import { type AnalyticsSettings, keyGroupOf, subtaskOf } from '../../../src/services/analytics/index.ts';
import { Bench, MINUTE, SECOND } from './harness.ts';

const HOUR_AHEAD = 3600 * SECOND;

/**
 * Mean time of a record from `accept` until it is counted, ms, and how busy the KPUs are, %. The watermark is an hour ahead, so each record is late, and the side
 * output tells when it was its turn.
 */
function sojourn(changes: Partial<AnalyticsSettings>, perSecond: number, records: number) {
  const bench = new Bench({
    window: { kind: 'tumbling', sizeUs: SECOND },
    bufferBytes: 1e9,
    autoScaling: false,
    checkpointing: false,
    ...changes,
  });
  const cameUs: number[] = [0];
  const luck = bench.sim.stream('arrivals');
  bench.put(HOUR_AHEAD);
  bench.after(SECOND);
  const arrive = (left: number): void => {
    cameUs.push(bench.sim.now);
    bench.put(0, { key: Math.floor(luck.uniform() * 1000) });
    if (left > 1) bench.sim.schedule(Math.round((-Math.log(luck.uniform()) * SECOND) / perSecond), arrive, left - 1);
  };
  bench.sim.schedule(0, arrive, records);
  bench.sim.run();
  expect(bench.late).toHaveLength(records);
  const sum = bench.late.reduce((all, { record, atUs }) => all + atUs - (cameUs[record] as number), 0);
  const busy = bench.metrics.observed.get('containerCPUUtilization') ?? [];
  const inner = busy.slice(1, -3);
  return { ms: sum / records / 1000, percent: inner.reduce((all, one) => all + one, 0) / inner.length };
}

const TEN_MS = 10_000;

describe('a record waits as theory says', () => {
  test('M/M/1: exponential CPU times', () => {
    const { ms, percent } = sojourn({ cpuUs: { kind: 'exponential', mean: TEN_MS } }, 60, 80_000);
    expect(ms / (10 / (1 - 0.6))).toBeCloseTo(1, 1);
    expect(Math.abs(ms - 25)).toBeLessThan(0.75);
    expect(Math.abs(percent - 60)).toBeLessThan(1);
  });

  test('M/D/1: constant CPU times', () => {
    const { ms } = sojourn({ cpuUs: { kind: 'constant', value: TEN_MS } }, 60, 80_000);
    expect(Math.abs(ms - (10 + (0.6 * 10) / (2 * 0.4)))).toBeLessThan(0.4);
  });

  test('eight subtasks of one KPU have one vCPU among them: still M/M/1 [flink.kpu] [flink.parallelism]', () => {
    const shared = { parallelism: 8, parallelismPerKpu: 8, cpuUs: { kind: 'exponential', mean: TEN_MS } } as const;
    const { ms, percent } = sojourn(shared, 60, 80_000);
    expect(Math.abs(ms - 25)).toBeLessThan(0.75);
    expect(Math.abs(percent - 60)).toBeLessThan(1);
  });

  test('what waits for something else needs subtasks and no CPU', () => {
    const calls = { cpuUs: { kind: 'constant', value: 100 }, waitUs: { kind: 'constant', value: TEN_MS } } as const;
    const { ms, percent } = sojourn({ ...calls, parallelism: 8, parallelismPerKpu: 8 }, 300, 60_000);
    // M/D/1 at each of eight subtasks; a sixteenth of a second is more than any waits for the CPU.
    expect(ms).toBeGreaterThan(10.1);
    expect(ms).toBeLessThan(15);
    expect(Math.abs(percent - 3)).toBeLessThan(0.1);
  });
});

test('a record waits half a window, the out-of-orderness and a watermark for its result', () => {
  const [sizeUs, outOfOrdernessUs, tickUs, perSecond] = [10 * SECOND, 3 * SECOND, 200_000, 50];
  const bench = new Bench({ window: { kind: 'tumbling', sizeUs }, outOfOrdernessUs, checkpointing: false });
  const luck = bench.sim.stream('arrivals');
  const sums = new Map<number, number>();
  const arrive = (): void => {
    const now = bench.sim.now;
    bench.put(now);
    const startUs = Math.floor(now / sizeUs) * sizeUs;
    sums.set(startUs, (sums.get(startUs) ?? 0) + now);
    bench.sim.schedule(Math.round((-Math.log(luck.uniform()) * SECOND) / perSecond), arrive, undefined);
  };
  bench.sim.schedule(1, arrive, undefined);
  bench.sim.run({ until: 3000 * SECOND });
  let [records, waitUs] = [0, 0];
  for (const { startUs, count, atUs } of bench.results) {
    records += count;
    waitUs += count * atUs - (sums.get(startUs) ?? 0);
  }
  // The first record after the end and the bound comes after 1/λ, and the next tick of the grid sends the watermark.
  const watermarkUs = tickUs / (1 - Math.exp((-perSecond * tickUs) / SECOND));
  const expectedUs = sizeUs / 2 + outOfOrdernessUs + watermarkUs;
  expect(Math.abs(waitUs / records / expectedUs - 1)).toBeLessThan(0.005);
});

describe('backpressure', () => {
  test('a source is held to what the subtask works off, and records wait with it', () => {
    const bench = new Bench({
      window: { kind: 'tumbling', sizeUs: SECOND },
      cpuUs: { kind: 'constant', value: TEN_MS },
      bufferBytes: 1000,
      autoScaling: false,
    });
    for (let i = 0; i < 2000; i++) bench.at(i * 5000 + 1, i * 5000);
    expect(bench.metrics.total('numRecordsIn')).toBe(999);
    // Ten in line; the others have not been taken.
    expect(bench.source.next).toEqual([999 + 10]);
    expect(bench.metrics.levels.get('backPressuredSplits')).toBe(1);
    bench.after(11 * SECOND);
    expect(bench.metrics.total('numRecordsIn')).toBe(2000);
    expect(bench.metrics.levels.get('backPressuredSplits')).toBe(0);
  });

  test('records come out as they came in, however many are in line', () => {
    const bench = new Bench({ window: { kind: 'tumbling', sizeUs: 1 }, cpuUs: { kind: 'constant', value: TEN_MS } });
    bench.put(SECOND);
    bench.after(SECOND);
    for (let i = 0; i < 60; i++) bench.put(0);
    bench.after(500_000);
    for (let i = 0; i < 300; i++) bench.put(0);
    bench.after(10 * SECOND);
    expect(bench.late.map(({ record }) => record)).toEqual(Array.from({ length: 360 }, (_, i) => i + 1));
  });

  test('a split that waits for room is not idle, so its records are not late when they come', () => {
    const bench = new Bench({
      window: { kind: 'tumbling', sizeUs: SECOND },
      splits: 2,
      parallelism: 2,
      cpuUs: { kind: 'constant', value: 20 * SECOND },
      bufferBytes: 100,
      idleAfterUs: 2 * SECOND,
    });
    // Split 0 waits at the subtask of key 0; split 1 goes on at the other.
    const other = [1, 2, 3, 4, 5].find((key) => subtaskOfKey(key) !== subtaskOfKey(0));
    bench.at(1, 0, { split: 0, key: 0 });
    bench.put(500_000, { split: 0, key: 0 });
    bench.put(500_001, { split: 0, key: 0 });
    bench.at(5 * SECOND, MINUTE, { split: 1, key: other ?? -1 });
    bench.after(2 * MINUTE);
    expect(bench.late).toEqual([]);
    bench.source.end();
    bench.after(SECOND);
    expect(new Map(bench.results.map(({ key, count }) => [key, count]))).toEqual(
      new Map([
        [0, 3],
        [other, 1],
      ]),
    );
  });
});

function subtaskOfKey(key: number): number {
  return subtaskOf(keyGroupOf(key, 128), 2, 128);
}
