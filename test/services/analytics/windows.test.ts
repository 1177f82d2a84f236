import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnalyticsApplication } from '../../../src/services/analytics/index.ts';
import { mutant, type Mutation } from '../../support/mutant.ts';
import { Bench, SECOND } from './harness.ts';
import { playWindows, windowGames } from './windows-play.ts';

const SEED = 20261126;

test('windows of every kind fire when the watermark passes, take what is allowed to be late, count what is late, and are forgotten', () => {
  fc.assert(
    fc.property(windowGames, (game) => playWindows(game)),
    { seed: SEED, numRuns: 400 },
  );
});

describe('sessions', () => {
  const settings = { window: { kind: 'session', gapUs: SECOND }, allowedLatenessUs: 10 * SECOND } as const;

  test('that had fired go on counting their firings when they become one', () => {
    const bench = new Bench(settings);
    bench.at(1, 0);
    bench.put(1.8 * SECOND);
    bench.put(8 * SECOND);
    bench.after(SECOND);
    bench.put(1.8 * SECOND);
    bench.put(0.9 * SECOND);
    bench.after(SECOND);
    const ended = bench.results.map(({ startUs, endUs, count, firing }) => [startUs, endUs, count, firing]);
    expect(ended).toEqual([
      [0, SECOND, 1, 0],
      [1.8 * SECOND, 2.8 * SECOND, 1, 0],
      [1.8 * SECOND, 2.8 * SECOND, 2, 1],
      [0, 2.8 * SECOND, 4, 2],
    ]);
  });

  test('that end at one instant fire in the order in which they began', () => {
    const bench = new Bench(settings);
    const keys = [7, 3, 9, 1, 8, 2, 6, 4, 5, 0];
    for (const key of keys) bench.put(0, { key });
    bench.put(5 * SECOND, { key: 7 });
    bench.after(SECOND);
    expect(bench.results.map(({ key }) => key)).toEqual(keys);
  });
});

const FOLDER = 'src/services/analytics';

/** Applications that are wrong in one thing, and the property that must notice. */
const broken: readonly (readonly [property: RegExp, mutation: Mutation])[] = [
  [
    /results/,
    {
      name: 'fires windows a microsecond early',
      file: `${FOLDER}/aligned-windows.ts`,
      find: 'this.#ends.set(pane.endUs - 1, pane)',
      replace: 'this.#ends.set(pane.endUs - 2, pane)',
    },
  ],
  [
    /late/,
    {
      name: 'takes a record into a window that is past',
      file: `${FOLDER}/aligned-windows.ts`,
      find: 'lastUs + this.#latenessUs <= this.#watermarkUs',
      replace: 'lastUs + this.#latenessUs < this.#watermarkUs',
    },
  ],
  [
    /late|results/,
    {
      name: 'forgets the allowed lateness',
      file: `${FOLDER}/aligned-windows.ts`,
      find: 'if (lastUs + this.#latenessUs <=',
      replace: 'if (lastUs <=',
    },
  ],
  [
    /state/,
    {
      name: 'keeps windows for ever',
      file: `${FOLDER}/aligned-windows.ts`,
      find: 'this.#panes.delete(pane.startUs);',
      replace: '',
    },
  ],
  [
    /results/,
    {
      name: 'does not fire again for a late record',
      file: `${FOLDER}/aligned-windows.ts`,
      find: 'if (pane.endUs - 1 <= this.#watermarkUs) this.#fireCell(pane, key, cell);',
      replace: 'if (pane.endUs - 1 <= this.#watermarkUs) return;',
    },
  ],
  [
    /results/,
    {
      name: 'puts a record into the latest of its sliding windows alone',
      file: `${FOLDER}/aligned-windows.ts`,
      find: 'startUs -= this.#slideUs',
      replace: 'startUs -= this.#sizeUs',
    },
  ],
  [
    /results|state/,
    {
      name: 'leaves sessions apart that touch',
      file: `${FOLDER}/session-windows.ts`,
      find: 'session.endUs < startUs',
      replace: 'session.endUs <= startUs',
    },
  ],
  [
    /results/,
    {
      name: 'loses a session in a merge',
      file: `${FOLDER}/session-windows.ts`,
      find: 'first.bytes += other.bytes;',
      replace: '',
    },
  ],
  [
    /results/,
    {
      name: 'fires a session that has grown since',
      file: `${FOLDER}/session-windows.ts`,
      find: 'if (session.endUs - 1 > this.#watermarkUs) this.#setTimer(session);\n    else',
      replace: '',
    },
  ],
  [
    /state|results/,
    {
      name: 'forgets a session that has grown since',
      file: `${FOLDER}/session-windows.ts`,
      find: 'if (atUs > this.#watermarkUs) {',
      replace: 'if (atUs > Number.MAX_VALUE) {',
    },
  ],
  [
    /results|late/,
    {
      name: 'takes the watermark of the fastest split',
      file: `${FOLDER}/watermarks.ts`,
      find: 'least = Math.min(least, (this',
      replace: 'least = Math.max(least === Number.POSITIVE_INFINITY ? 0 : least, (this',
    },
  ],
  [
    /results|late|state/,
    {
      name: 'thinks that a record at the watermark will not come again',
      file: `${FOLDER}/watermarks.ts`,
      find: 'this.#outOfOrdernessUs - 1',
      replace: 'this.#outOfOrdernessUs',
    },
  ],
  [
    /results|state/,
    {
      name: 'lets a silent split hold the watermark',
      file: `${FOLDER}/watermarks.ts`,
      find: 'else if (this.#isIdle(split, nowUs)) continue;',
      replace: '',
    },
  ],
  [
    /results|late/,
    {
      name: 'lets the watermark go back',
      file: `${FOLDER}/watermarks.ts`,
      find: 'this.#currentUs = Math.max(this.#currentUs, least)',
      replace: 'this.#currentUs = least',
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
        fc.property(windowGames, (game) => playWindows(game, Type)),
        { seed: SEED, numRuns: 1000, endOnFailure: true },
      );
      expect(found.failed).toBe(true);
      expect(String(found.errorInstance)).toMatch(property);
    },
  );
});
