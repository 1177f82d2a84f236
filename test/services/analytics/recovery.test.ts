import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnalyticsApplication } from '../../../src/services/analytics/index.ts';
import { mutant, type Mutation } from '../../support/mutant.ts';
import { Bench, MINUTE, SECOND } from './harness.ts';
import { playRecovery, recoveryGames } from './recovery-play.ts';

const SEED = 20261126;

test('every record is counted once in each of its windows, through failures, rescaling and backpressure [flink.delivery-inside] [flink.after-failure]', () => {
  fc.assert(
    fc.property(recoveryGames, (game) => playRecovery(game)),
    { seed: SEED, numRuns: 400 },
  );
});

describe('after a failure', () => {
  const settings = {
    window: { kind: 'tumbling', sizeUs: 10 * SECOND },
    restartUs: 5 * SECOND,
  } as const;

  test('the source goes back to the last checkpoint, and results since then come again [flink.after-failure] [flink.checkpoints]', () => {
    const bench = new Bench(settings);
    for (let second = 1; second <= 90; second++) bench.at(second * SECOND + 1, second * SECOND);
    expect(bench.metrics.observed.get('lastCheckpointDuration')).toEqual([500.002]);
    const before = bench.results.length;
    bench.application.fail();
    expect(bench.application.accept(0, 1000, 0, 91 * SECOND, 100, 90)).toBe(false);
    bench.after(5 * SECOND);
    // The 59 records before 60 s were in the checkpoint: places 0 to 58.
    expect(bench.source.restored).toEqual([[58]]);
    bench.after(SECOND);
    const again = bench.results.slice(before).map(({ startUs, count }) => [startUs / SECOND, count]);
    expect(again).toEqual([
      [50, 10],
      [60, 10],
      [70, 10],
      [80, 10],
    ]);
    expect(bench.metrics.total('fullRestarts')).toBe(1);
  });

  test('without a checkpoint it begins at the beginning', () => {
    const bench = new Bench({ ...settings, checkpointing: false });
    for (let second = 1; second <= 90; second++) bench.at(second * SECOND, second * SECOND);
    bench.application.fail();
    bench.after(MINUTE);
    expect(bench.source.restored).toEqual([[-1]]);
    expect(bench.results.map(({ startUs }) => startUs / SECOND)).toEqual([
      0, 10, 20, 30, 40, 50, 60, 70, 0, 10, 20, 30, 40, 50, 60, 70, 80,
    ]);
  });

  test.each([
    [false, [1]],
    [true, []],
  ])(
    'a record that is late may find its window open again, since watermarks are not kept (kept: %s)',
    (kept, counts) => {
      const bench = new Bench({ ...settings, watermarkInState: kept });
      bench.at(1, SECOND);
      bench.at(2, 30 * SECOND);
      bench.after(65 * SECOND);
      const before = bench.results.length;
      bench.application.fail();
      bench.after(5 * SECOND);
      bench.put(2 * SECOND);
      bench.put(60 * SECOND);
      bench.after(SECOND);
      const again = bench.results.slice(before).filter(({ startUs }) => startUs === 0);
      expect(again.map(({ count }) => count)).toEqual(counts);
      expect(bench.late).toHaveLength(kept ? 1 : 0);
    },
  );

  test('what is left of splits that had all ended fires by itself', () => {
    const bench = new Bench({ ...settings, checkpointIntervalUs: 950_000, checkpointBaseUs: 0, stateEntryBytes: 0 });
    bench.at(900_000, 0);
    bench.source.end();
    bench.source.ends = false;
    bench.after(70_000);
    bench.application.fail();
    bench.after(6 * SECOND);
    expect(bench.source.restored).toEqual([[0]]);
    expect(bench.results.map(({ count }) => count)).toEqual([1]);
  });

  test('a failure while it restarts begins the restart anew, and downtime counts from the first', () => {
    const bench = new Bench(settings);
    bench.at(SECOND, SECOND);
    bench.application.fail();
    bench.after(3 * SECOND);
    bench.application.fail();
    expect(bench.metrics.ages.get('downtime')).toBe(SECOND);
    bench.after(5 * SECOND - 1);
    expect(bench.source.restored).toEqual([]);
    bench.after(1);
    expect(bench.source.restored).toEqual([[-1]]);
    expect(bench.metrics.ages.get('downtime')).toBe(-1);
  });
});

describe('a checkpoint', () => {
  test('is complete when every subtask has passed its barrier and the state is written, so it takes long where records wait [flink.checkpoints]', () => {
    const bench = new Bench({
      window: { kind: 'tumbling', sizeUs: 60 * MINUTE },
      cpuUs: { kind: 'constant', value: SECOND },
      checkpointIntervalUs: 10 * SECOND,
      checkpointBytesPerSecond: 100,
    });
    bench.at(5 * SECOND, 0);
    for (let i = 0; i < 20; i++) bench.put(i, { key: i });
    bench.after(26 * SECOND);
    // 21 records are done at 26 s; the barrier of 10 s passed then, with 20 keys, which are written in 20 s and half a second.
    expect(bench.metrics.observed.get('lastCheckpointDuration')).toEqual([]);
    bench.after(20 * SECOND);
    expect(bench.metrics.observed.get('lastCheckpointDuration')).toEqual([36_500]);
    expect(bench.metrics.observed.get('lastCheckpointSize')).toEqual([2000]);
  });

  test('begins every minute, and not before five seconds after the one before, by default [flink.checkpoints]', () => {
    const bench = new Bench({ window: { kind: 'tumbling', sizeUs: MINUTE }, checkpointBaseUs: 58 * SECOND });
    const { checkpointIntervalUs, checkpointMinPauseUs } = bench.application.settings;
    expect([checkpointIntervalUs, checkpointMinPauseUs]).toEqual([60 * SECOND, 5 * SECOND]);
    for (let second = 1; second <= 300; second++) bench.at(second * SECOND + 1, second * SECOND);
    // Begun at 60, 123 (58 s and five more), 186, 249: complete 58 s later.
    expect(bench.metrics.observed.get('lastCheckpointDuration')).toHaveLength(3);
  });

  test('that takes longer than ten minutes has failed, and another follows', () => {
    const bench = new Bench({ window: { kind: 'tumbling', sizeUs: MINUTE }, checkpointBaseUs: 601 * SECOND });
    bench.at(SECOND, 0);
    bench.at(11 * MINUTE, 0);
    expect(bench.metrics.total('numberOfFailedCheckpoints')).toBe(1);
    bench.after(11 * MINUTE);
    expect(bench.metrics.total('numberOfFailedCheckpoints')).toBe(2);
  });
});

const FOLDER = 'src/services/analytics';

/** Applications that are wrong in one thing, and the property that must notice. */
const broken: readonly (readonly [property: RegExp, mutation: Mutation])[] = [
  [
    /once|no loss|window/,
    {
      name: 'keeps positions that were taken after the barrier',
      file: `${FOLDER}/job.ts`,
      find: 'positions: [...this.#positions]',
      replace: 'positions: this.#positions',
    },
  ],
  [
    /once|no loss|window/,
    {
      name: 'restores no state',
      file: `${FOLDER}/job.ts`,
      find: 'for (const row of from.rows)',
      replace: 'for (const row of from.rows.slice(0, 0))',
    },
  ],
  [
    /once|window/,
    {
      name: 'counts what comes again as well as what it restored',
      file: `${FOLDER}/application.ts`,
      find: 'positions[split] ?? -1',
      replace: 'positions[split] === undefined ? 0 : -1',
    },
  ],
  [
    /once|no loss|window/,
    {
      name: 'takes the state before the records in line are counted',
      file: `${FOLDER}/job.ts`,
      find: 'this.epoch++;\n    this.#broadcast',
      replace:
        'this.epoch++;\n    for (const subtask of this.#subtasks) this.onBarrier(subtask, id);\n    this.#broadcast',
    },
  ],
  [
    /no loss/,
    {
      name: 'forgets that a restored window has to fire',
      file: `${FOLDER}/aligned-windows.ts`,
      find: 'if (due) this.#setTimer(pane);',
      replace: '',
    },
  ],
  [
    /transactional|window|once/,
    {
      name: 'commits what comes after the barrier',
      file: `${FOLDER}/application.ts`,
      find: 'commit(job.epoch - 1)',
      replace: 'commit(job.epoch)',
    },
  ],
  [
    /transactional/,
    {
      name: 'commits after a failure what was not committed before it',
      file: `${FOLDER}/application.ts`,
      find: '    this.#outbox.reset();\n',
      replace: '',
    },
  ],
  [
    /no loss/,
    {
      name: 'never commits what fired after the last record',
      file: `${FOLDER}/application.ts`,
      find: '(this.#changed || !this.#outbox.isEmpty)',
      replace: '(this.#changed && this.#outbox.isEmpty)',
    },
  ],
  [
    /no loss|once|comes to rest/,
    {
      name: 'leaves a split waiting for room',
      file: `${FOLDER}/job.ts`,
      find: 'this.#ports.resume(split);',
      replace: '',
    },
  ],
  [
    /transactional/,
    {
      name: 'fires windows after the snapshot for which it stops',
      file: `${FOLDER}/application.ts`,
      find: "if (job === null || this.#status !== 'RUNNING') return;\n    if (job.emit",
      replace: 'if (job === null) return;\n    if (job.emit',
    },
  ],
  [
    /dead|once|no loss|window|transactional/,
    {
      name: 'lets the dead go on',
      file: `${FOLDER}/job.ts`,
      find: 'for (const kpu of this.kpus) kpu.kill();',
      replace: '',
      and: [{ find: 'for (const subtask of this.#subtasks) subtask.kill();', replace: '' }],
    },
  ],
];

describe('an application that is wrong is caught when it', () => {
  test.each(broken.map(([property, mutation]) => [mutation.name, property, mutation] as const))(
    '%s',
    async (_name, property, mutation) => {
      const { AnalyticsApplication: Type } = await mutant<{ AnalyticsApplication: typeof AnalyticsApplication }>(
        `${FOLDER}/index.ts`,
        mutation,
      );
      const found = fc.check(
        fc.property(recoveryGames, (game) => playRecovery(game, Type)),
        { seed: SEED, numRuns: 1000, endOnFailure: true },
      );
      expect(found.failed).toBe(true);
      expect(String(found.errorInstance)).toMatch(property);
    },
  );
});
