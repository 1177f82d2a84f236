/**
 * Games without failures, and a reference that is slow and keeps every record: the watermark is looked for among all that was taken, windows are lists of records, sessions are found anew each time.
 */
import fc from 'fast-check';
import type { AnalyticsApplication, WindowSettings } from '../../../src/services/analytics/index.ts';
import { Bench, SECOND } from './harness.ts';

const TICK = 200_000;

export interface WindowGame {
  readonly window: WindowSettings;
  readonly splits: number;
  readonly parallelism: number;
  readonly outOfOrdernessUs: number;
  readonly allowedLatenessUs: number;
  readonly idleAfterUs: number;
  /** How far the event times of each split are behind. */
  readonly lagUs: readonly number[];
  readonly records: readonly {
    readonly waitUs: number;
    readonly split: number;
    readonly key: number;
    readonly behindUs: number;
  }[];
}

const window: fc.Arbitrary<WindowSettings> = fc.oneof(
  fc.record({ kind: fc.constant('tumbling' as const), sizeUs: fc.constantFrom(SECOND, 2 * SECOND, 700_000) }),
  fc.record({
    kind: fc.constant('sliding' as const),
    sizeUs: fc.constant(2 * SECOND),
    slideUs: fc.constantFrom(500_000, SECOND, 1_500_000),
  }),
  fc.record({ kind: fc.constant('session' as const), gapUs: fc.constantFrom(200_000, 500_000, SECOND) }),
);

/** Event times are whole tenths of a second, so that they meet the bounds of windows; records come between the ticks. */
export const windowGames: fc.Arbitrary<WindowGame> = fc.record({
  window,
  splits: fc.integer({ min: 1, max: 3 }),
  parallelism: fc.integer({ min: 1, max: 3 }),
  outOfOrdernessUs: fc.constantFrom(0, 1, 300_000, SECOND - 1),
  allowedLatenessUs: fc.constantFrom(0, 0, 500_000, 2 * SECOND),
  idleAfterUs: fc.constantFrom(0, 300_000, SECOND),
  lagUs: fc.array(fc.constantFrom(0, 0, 3 * SECOND), { minLength: 3, maxLength: 3 }),
  records: fc.array(
    fc.record({
      waitUs: fc.constantFrom(0, 0, 100_000, 200_000, 500_000, 2 * SECOND),
      split: fc.nat(2),
      key: fc.nat(2),
      behindUs: fc.constantFrom(0, 0, 100_000, 200_000, 600_000, SECOND, 3 * SECOND),
    }),
    { minLength: 3, maxLength: 40 },
  ),
});

interface Taken {
  readonly atUs: number;
  readonly split: number;
  readonly key: number;
  readonly us: number;
  readonly bit: number;
}
interface Kept {
  readonly key: number;
  startUs: number;
  endUs: number;
  records: Taken[];
  firings: number;
  due: boolean;
}

function must(holds: boolean, property: string): void {
  if (!holds) throw new Error(property);
}

export function playWindows(game: WindowGame, Type?: typeof AnalyticsApplication): void {
  const { window: of, splits, parallelism, outOfOrdernessUs, allowedLatenessUs, idleAfterUs } = game;
  const settings = { window: of, splits, parallelism, outOfOrdernessUs, allowedLatenessUs, idleAfterUs };
  const bench = new Bench(
    { ...settings, maxKpus: 64, checkpointIntervalUs: SECOND, checkpointMinPauseUs: 0, checkpointBaseUs: 0 },
    Type,
  );
  const reference = new Reference(game);
  let nowUs = 50_000;
  game.records.forEach(({ waitUs, split, key, behindUs }, i) => {
    nowUs += waitUs;
    const lagUs = game.lagUs[split % splits] as number;
    const us = Math.max(0, Math.floor(nowUs / 100_000) * 100_000 - behindUs - lagUs);
    const bit = 2 ** (i % 50);
    bench.at(nowUs, us, { split: split % splits, key, bytes: bit });
    reference.take({ atUs: nowUs, split: split % splits, key, us, bit });
  });
  bench.after(20 * SECOND);
  reference.until(nowUs + 20 * SECOND);

  const lines = bench.results.map(({ atUs, key, startUs, endUs, bytes, firing }) =>
    [atUs, endUs, key, startUs, bytes, firing].join(' '),
  );
  const late = bench.late.map(({ record }) => record).join(' ');
  must(late === reference.late.join(' '), `late: ${late}, but by the reference ${reference.late.join(' ')}`);
  must(bench.metrics.total('numLateRecordsDropped') === reference.late.length, 'late ones are counted');
  compare(lines.toSorted(), reference.results.toSorted());
  const held = (bench.metrics.observed.get('lastCheckpointSize') ?? []).at(-1) ?? 0;
  must(held === 100 * reference.held(), `state: ${held / 100} windows held, but by the reference ${reference.held()}`);
}

function compare(found: readonly string[], expected: readonly string[]): void {
  const extra = found.find((line) => !expected.includes(line));
  const missing = expected.find((line) => !found.includes(line));
  must(extra === undefined && missing === undefined, `results: ${extra} instead of ${missing}`);
  must(found.length === expected.length, `results: ${found.length}, but by the reference ${expected.length}`);
}

class Reference {
  readonly game: WindowGame;
  readonly taken: Taken[] = [];
  readonly results: string[] = [];
  readonly late: number[] = [];
  windows: Kept[] = [];
  watermarkUs = Number.NEGATIVE_INFINITY;
  nextTickUs = TICK;

  constructor(game: WindowGame) {
    this.game = game;
  }

  take(one: Taken): void {
    this.until(one.atUs);
    if (this.game.window.kind === 'session') this.#session(one, this.game.window.gapUs);
    else this.#aligned(one);
    this.taken.push(one);
  }

  until(us: number): void {
    for (; this.nextTickUs <= us; this.nextTickUs += TICK) this.#tick(this.nextTickUs);
  }
  held(): number {
    return this.windows.length;
  }

  #tick(nowUs: number): void {
    let least = Number.POSITIVE_INFINITY;
    for (let split = 0; split < this.game.splits; split++) {
      const own = this.taken.filter((one) => one.split === split);
      const seenUs = own.at(-1)?.atUs ?? 0;
      if (this.game.idleAfterUs > 0 && nowUs - seenUs >= this.game.idleAfterUs) continue;
      const latest = Math.max(Number.NEGATIVE_INFINITY, ...own.map(({ us }) => us));
      least = Math.min(least, latest - this.game.outOfOrdernessUs - 1);
    }
    if (least === Number.POSITIVE_INFINITY || least <= this.watermarkUs) return;
    this.watermarkUs = least;
    for (const kept of this.windows) if (kept.due && kept.endUs - 1 <= least) this.#fire(kept, nowUs);
    this.windows = this.windows.filter(({ endUs }) => !this.#isPast(endUs));
  }

  #isPast(endUs: number): boolean {
    return endUs - 1 + this.game.allowedLatenessUs <= this.watermarkUs;
  }

  #aligned(one: Taken): void {
    const { window: of } = this.game;
    if (of.kind === 'session') return;
    const slide = of.kind === 'sliding' ? of.slideUs : of.sizeUs;
    let counted = 0;
    // Every window that begins at a multiple of the slide and has it.
    for (let startUs = -10 * of.sizeUs + ((10 * of.sizeUs) % slide); startUs <= one.us; startUs += slide) {
      const endUs = startUs + of.sizeUs;
      if (one.us >= endUs || this.#isPast(endUs)) continue;
      counted++;
      let kept = this.windows.find(({ key, startUs: start }) => key === one.key && start === startUs);
      if (kept === undefined) {
        kept = { key: one.key, startUs, endUs, records: [], firings: 0, due: false };
        this.windows.push(kept);
      }
      kept.records.push(one);
      this.#after(kept, one.atUs);
    }
    if (counted === 0) this.late.push(this.taken.length);
  }

  /** A session is what hangs together by the gap. */
  #session(one: Taken, gapUs: number): void {
    const near = this.windows.filter(
      ({ key, records }) => key === one.key && records.some(({ us }) => Math.abs(us - one.us) <= gapUs),
    );
    if (near.length === 0 && this.#isPast(one.us + gapUs)) {
      this.late.push(this.taken.length);
      return;
    }
    const records = [...near.flatMap((kept) => kept.records), one];
    const times = records.map(({ us }) => us);
    const kept: Kept = {
      key: one.key,
      startUs: Math.min(...times),
      endUs: Math.max(...times) + gapUs,
      records,
      firings: Math.max(0, ...near.map(({ firings }) => firings)),
      due: false,
    };
    this.windows = [...this.windows.filter((other) => !near.includes(other)), kept];
    this.#after(kept, one.atUs);
  }

  #after(kept: Kept, atUs: number): void {
    if (kept.endUs - 1 <= this.watermarkUs) this.#fire(kept, atUs);
    else kept.due = true;
  }
  #fire(kept: Kept, atUs: number): void {
    kept.due = false;
    const bytes = kept.records.reduce((sum, { bit }) => sum + bit, 0);
    this.results.push([atUs, kept.endUs, kept.key, kept.startUs, bytes, kept.firings++].join(' '));
  }
}
