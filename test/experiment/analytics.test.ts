import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/index.ts';
import type { DesignResult } from '../../src/experiment/result.ts';
import { resolve } from '../support/street.ts';

interface Dam {
  readonly traffic?: string;
  readonly stream?: string;
  /** Of the application. */
  readonly counts?: string;
  /** A second one, in a design of its own. */
  readonly other?: string;
  readonly rest?: string;
}

/** An application `counts` that reads the stream `events`; round trips take 10 ms. */
function designsOf({
  traffic = '',
  stream = '',
  counts = '',
  other = counts,
  rest = '',
}: Dam): Readonly<Record<string, DesignResult>> {
  const design = (settings: string): string => `
    traffic: { t: events }
    resources:
      events: { type: kinesis, latency: { put: 10ms, get: 10ms }, ${stream} }
      counts: { type: analytics, source: events, window: { tumbling: 10s }, ${settings} }
      board: { type: sink, time: 5ms }`;
  const scenario = resolve(`seed: 3
horizon: 3m
drain: 20s
replications: 1
traffic: { t: { rate: 20/s, arrivals: regular, key: { uniform: { keys: 7 } }, ${traffic} } }
designs:
  d: ${design(counts)}
  other: ${design(other)}
${rest}`);
  return runScenario(scenario).designs;
}
const run = (dam: Dam): DesignResult => designsOf(dam)['d'] as DesignResult;

const metric = (design: DesignResult, name: string, resource = 'counts') =>
  design.resources[resource]?.metrics[name] as { readonly sum: number; readonly mean: number; readonly max: number };
const t = (design: DesignResult) => design.traffic['t'] as NonNullable<DesignResult['traffic'][string]>;

describe('an application in a design', () => {
  test('completes a record when its window gives its result, and leaves those whose window stays open', () => {
    const design = run({});
    // The last record of the run falls into a window after all others, and closes theirs; nothing closes its own.
    expect([t(design).completed, t(design).inSystem, t(design).lost]).toEqual([3599, 1, 0]);
    // The last ones are read after the horizon.
    expect(3600 - metric(design, 'numRecordsIn').sum).toBeLessThan(10);
    // Half a window, and what it takes to read the record that closes it and to make the watermark.
    expect(t(design).completionMs.p50).toBeGreaterThan(5_000);
    expect(t(design).completionMs.max).toBeLessThan(10_000 + 600);
  });

  test('counts again after a crash what no checkpoint has, and loses nothing', () => {
    const crash = 'faults: [ { at: 95s, resource: counts, crash: 100% } ]';
    const design = run({ counts: 'sink: { to: board }', rest: crash });
    expect([t(design).completed, t(design).lost]).toEqual([3599, 0]);
    // The checkpoint of the first minute had all but the last window or so; windows to 90 s had fired.
    expect(t(design).duplicates).toBeGreaterThan(500);
    expect(t(design).duplicates).toBeLessThan(700);
    expect(metric(design, 'fullRestarts').sum).toBe(1);
    expect(metric(design, 'ResultsDelivered').sum).toBe(metric(design, 'MessagesReceived', 'board').sum);
  });

  test('gives no result twice where it leaves with a checkpoint', () => {
    const crash = 'faults: [ { at: 95s, resource: counts, crash: 100% } ]';
    const design = run({ counts: 'exactlyOnce: true, sink: { to: board }', rest: crash });
    expect([t(design).duplicates, t(design).lost]).toEqual([0, 0]);
    expect(metric(design, 'MessagesReceived', 'board').sum).toBeLessThanOrEqual(7 * 18);
    expect(t(design).completionMs.p50).toBeGreaterThan(30_000);
  });

  test('begins with the first record again where there is no checkpoint', () => {
    const crash = 'faults: [ { at: 95s, resource: counts, crash: 100% } ]';
    const design = run({ counts: 'checkpoints: { enabled: false }', rest: crash });
    expect([t(design).completed, t(design).lost]).toEqual([3599, 0]);
    expect(t(design).duplicates).toBe(9 * 200 - 1);
  });

  test('loses what comes later than it waits, the same records whatever its size', () => {
    const traffic = 'eventDelay: { mixture: [ { weight: 9, of: 0s }, { weight: 1, of: 30s } ] }';
    const { d, other } = designsOf({ traffic, counts: '', other: 'parallelism: 4, parallelismPerKpu: 2' });
    const lost = t(d as DesignResult).lost;
    // A tenth of the records.
    expect(Math.abs(lost / 3600 - 0.1)).toBeLessThan(0.02);
    expect(t(other as DesignResult).lost).toBe(lost);
    // Those that are counted after the horizon are in no sum of the window.
    expect(Math.abs(metric(d as DesignResult, 'numLateRecordsDropped').sum - lost)).toBeLessThanOrEqual(1);
    const patient = run({ traffic, counts: 'allowedLateness: 40s' });
    expect([t(patient).lost, t(patient).duplicates]).toEqual([0, 0]);
  });

  test('takes no more records while its sink is down and holds as many results as it may', () => {
    const rest = 'faults: [ { at: 45s, for: 60s, resource: board, down: true } ]';
    const counts = 'sink: { to: board, inFlight: 2, buffer: 5 }';
    // Eight records are all that stands in line.
    const design = run({ traffic: 'size: 40KiB', counts, rest });
    expect([t(design).completed, t(design).lost, t(design).duplicates]).toEqual([3599, 0, 0]);
    expect(metric(design, 'ResultsPending').max).toBeLessThanOrEqual(14);
    const iteratorAge = metric(design, 'millisBehindLatest');
    expect(iteratorAge.max).toBeGreaterThan(30_000);
    expect(metric(run({ counts: 'sink: { to: board }', rest }), 'millisBehindLatest').max).toBeLessThan(1_000);
  });

  test('reads shards that are split to their end, then what came of them', () => {
    const stream = 'shards: 1, reshardTime: 1s, reshard: [ { at: 30s, shards: 2 }, { at: 1m, shards: 4 } ]';
    const crash = 'faults: [ { at: 95s, resource: counts, crash: 100% } ]';
    const design = run({ stream, counts: 'watermark: { idle: 2s }', rest: crash });
    expect(t(design).lost).toBe(0);
    expect(t(design).completed).toBeGreaterThanOrEqual(3200);
  });

  test('is behind where its records take longer than they are apart, and slower by a fault', () => {
    const design = run({
      counts: 'recordTime: 20ms',
      rest: 'faults: [ { at: 1m, for: 30s, resource: counts, slow: 10x } ]',
    });
    expect(metric(design, 'containerCPUUtilization').max).toBeGreaterThan(45);
    // Six hundred records of 200 ms, where 50 ms have gone by.
    expect(t(design).completionMs.max).toBeGreaterThan(30_000);
    expect(t(design).lost).toBe(0);
  });

  test('is billed for its KPUs, one more, and their storage [flink.price]', () => {
    const design = run({ counts: 'parallelism: 4, parallelismPerKpu: 2' });
    const lines = design.cost?.lines.filter(({ resource }) => resource === 'counts') ?? [];
    const hours = 3 / 60;
    expect(lines.map(({ item, quantity, usd }) => [item, Number(quantity.toFixed(6)), Number(usd.toFixed(6))])).toEqual(
      [
        ['KPUs', 2 * hours, 0.011],
        ['KPU for orchestration', hours, 0.0055],
        [
          'running storage',
          Number(((2 * 50 * hours) / 730).toFixed(6)),
          Number(((2 * 50 * hours * 0.1) / 730).toFixed(6)),
        ],
      ],
    );
  });
});
