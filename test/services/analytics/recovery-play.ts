/**
 * Games with failures, rescaling, slow records and little room, in which every record is on time. Whatever happens, each result must have each record of its window once, and
 * each window must come out: at least once, or exactly once where the sink is transactional. Bytes are powers of two, so a sum says which records are in it.
 */
import fc from 'fast-check';
import type { AnalyticsApplication, WindowSettings } from '../../../src/services/analytics/index.ts';
import { Bench, type Emitted, type Given, SECOND } from './harness.ts';

type Step =
  | { readonly do: 'put'; readonly split: number; readonly key: number; readonly behindUs: number }
  | { readonly do: 'wait'; readonly us: number }
  | { readonly do: 'fail' }
  | { readonly do: 'rescale'; readonly parallelism: number };

export interface RecoveryGame {
  readonly window: WindowSettings;
  readonly splits: number;
  readonly parallelism: number;
  readonly parallelismPerKpu: number;
  readonly cpuUs: number;
  readonly waitUs: number;
  readonly bufferBytes: number;
  readonly transactionalSink: boolean;
  readonly watermarkInState: boolean;
  readonly steps: readonly Step[];
}

const BEHIND = 600_000;
const window: fc.Arbitrary<WindowSettings> = fc.constantFrom<WindowSettings[]>(
  { kind: 'tumbling', sizeUs: SECOND },
  { kind: 'sliding', sizeUs: 2 * SECOND, slideUs: SECOND },
  { kind: 'session', gapUs: 400_000 },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      split: fc.nat(2),
      key: fc.nat(3),
      behindUs: fc.constantFrom(0, 100_000, BEHIND),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      us: fc.constantFrom(50_000, 300_000, SECOND, 3 * SECOND),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'fail' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('rescale' as const), parallelism: fc.integer({ min: 1, max: 4 }) }),
  },
);
export const recoveryGames: fc.Arbitrary<RecoveryGame> = fc.record({
  window,
  splits: fc.integer({ min: 1, max: 3 }),
  parallelism: fc.integer({ min: 1, max: 4 }),
  parallelismPerKpu: fc.constantFrom(1, 2),
  cpuUs: fc.constantFrom(0, 1000, 150_000),
  waitUs: fc.constantFrom(0, 0, 100_000),
  bufferBytes: fc.constantFrom(1, 1e9, 9e15),
  transactionalSink: fc.boolean(),
  watermarkInState: fc.boolean(),
  steps: fc.array(step, { minLength: 5, maxLength: 40 }),
});

function must(holds: boolean, property: string): void {
  if (!holds) throw new Error(property);
}

export function playRecovery(game: RecoveryGame, Type?: typeof AnalyticsApplication): void {
  const { steps, cpuUs, waitUs, ...changes } = game;
  const bench = new Bench(
    {
      ...changes,
      outOfOrdernessUs: BEHIND,
      cpuUs: { kind: 'constant', value: cpuUs },
      waitUs: { kind: 'constant', value: waitUs },
      checkpointIntervalUs: SECOND,
      checkpointMinPauseUs: 100_000,
      checkpointBaseUs: 200_000,
      restartUs: SECOND,
      rescaleUs: SECOND,
    },
    Type,
  );
  let bit = 1;
  const failedUs: number[] = [];
  for (const one of steps) {
    if (one.do === 'wait') bench.after(one.us);
    else if (one.do === 'fail') {
      failedUs.push(bench.sim.now);
      bench.application.fail();
    } else if (one.do === 'rescale') bench.application.UpdateApplication(one.parallelism);
    else {
      const us = Math.max(0, bench.sim.now - one.behindUs);
      bench.put(us, { split: one.split % game.splits, key: one.key, bytes: bit });
      bit *= 2;
    }
  }
  bench.source.end();
  const { reason } = bench.sim.run({ maxEvents: 200_000 });
  must(reason === 'empty', `an application without records comes to rest, not to ${reason}`);
  must(bench.late.length === 0, `${bench.late.length} late, but all are on time`);
  for (const downUs of failedUs)
    must(
      bench.results.every(({ atUs }) => atUs <= downUs || atUs >= downUs + SECOND),
      'dead: a result came out while the application was down',
    );
  judge(game, bench.source.lists.flat(), bench.results);
}

function judge(game: RecoveryGame, records: readonly Given[], results: readonly Emitted[]): void {
  const owed = windowsOf(game.window, records);
  const came = new Map<string, number>();
  for (const { key, startUs, endUs, count, bytes } of results) {
    const name = `${key} [${startUs}, ${endUs})`;
    const inside = owed.get(name);
    must(inside !== undefined, `window: ${name} came out and never was`);
    const sum = inside?.reduce((all, one) => all + one.bytes, 0);
    must(
      count === inside?.length && bytes === sum,
      `once: ${name} has ${count} records, not the ${inside?.length} it is owed`,
    );
    came.set(name, (came.get(name) ?? 0) + 1);
  }
  for (const name of owed.keys()) must(came.has(name), `no loss: ${name} never came out`);
  if (!game.transactionalSink && game.steps.some((one) => one.do === 'fail')) return;
  for (const [name, times] of came)
    must(times === 1, `transactional, or never failed: ${name} came out ${times} times`);
}

/** Every window that has records, by its name. */
function windowsOf(window: WindowSettings, records: readonly Given[]): Map<string, Given[]> {
  const windows = new Map<string, Given[]>();
  const add = (key: number, startUs: number, endUs: number, one: Given): void => {
    const name = `${key} [${startUs}, ${endUs})`;
    windows.set(name, [...(windows.get(name) ?? []), one]);
  };
  if (window.kind === 'session') {
    for (const session of sessionsOf(window.gapUs, records)) {
      const times = session.map(({ eventTimeUs }) => eventTimeUs);
      const [startUs, endUs] = [Math.min(...times), Math.max(...times) + window.gapUs];
      for (const one of session) add(one.key, startUs, endUs, one);
    }
    return windows;
  }
  const slideUs = window.kind === 'sliding' ? window.slideUs : window.sizeUs;
  for (const one of records)
    for (let startUs = -window.sizeUs; startUs <= one.eventTimeUs; startUs += slideUs)
      if (one.eventTimeUs < startUs + window.sizeUs) add(one.key, startUs, startUs + window.sizeUs, one);
  return windows;
}

function sessionsOf(gapUs: number, records: readonly Given[]): Given[][] {
  const sessions: Given[][] = [];
  const sorted = records.toSorted((a, b) => a.key - b.key || a.eventTimeUs - b.eventTimeUs);
  for (const one of sorted) {
    const last = sessions.at(-1)?.at(-1);
    if (last !== undefined && last.key === one.key && one.eventTimeUs - last.eventTimeUs <= gapUs)
      sessions.at(-1)?.push(one);
    else sessions.push([one]);
  }
  return sessions;
}
