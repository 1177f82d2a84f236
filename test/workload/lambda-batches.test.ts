/** What a mapping makes a batch of, and what becomes of its messages, on the real queues. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveVisibilityUs } from '../../src/workload/lambda-mapping.ts';
import { handler, SECOND, Stage, type StageOptions } from '../services/lambda/stage.ts';

const MiB = 1_048_576;
const sizes = (stage: Stage): number[] => stage.begun.map(({ messages }) => messages.length);
const starts = (stage: Stage): number[] => stage.begun.map(({ atMs }) => Math.round(atMs) / 1000);
/** Two pollers, so that one can tell who has what. */
const two = (more: StageOptions['lambda'] = {}): StageOptions => ({
  lambda: { handler: handler(1), maximumConcurrency: 2, ...more },
  queue: { visibilityTimeoutUs: 400 * SECOND },
});

describe('a batch', () => {
  it('is what one receive brings, where there is no window', () => {
    expect(sizes(new Stage(two({ batchSize: 10 })).send(27).start().until(1))).toEqual([10, 10, 7]);
    expect(sizes(new Stage(two({ batchSize: 3 })).send(7).start().until(1))).toEqual([3, 3, 1]);
  });

  it('closes on its size, however long its window is [lambda.batch-closes-on] [lambda.sqs-batch-size]', () => {
    const stage = new Stage(two({ batchSize: 25, batchWindowUs: 300 * SECOND })).send(50).start().until(10);
    expect(sizes(stage)).toEqual([25, 25]);
    expect(Math.max(...starts(stage))).toBe(0);
    expect(stage.done).toHaveLength(50);
  });

  it('closes when its window is over, from its first message on [lambda.batch-closes-on] [lambda.sqs-batch-window]', () => {
    const stage = new Stage(two({ batchSize: 100, batchWindowUs: 30 * SECOND })).at(7, () => stage.send(25));
    stage.start().until(100);
    expect(starts(stage)).toEqual([37, 37]);
    expect(sizes(stage).toSorted((a, b) => a - b)).toEqual([10, 15]);
  });

  it('may wait for a poll of 20 s, even if its window is shorter [lambda.sqs-batch-window]', () => {
    const alone = new Stage(two({ batchSize: 100, batchWindowUs: 2 * SECOND })).send(1).start().until(60);
    expect(starts(alone)).toEqual([20]);
    // The next message ends the poll.
    const followed = new Stage(two({ batchSize: 100, batchWindowUs: 2 * SECOND })).send(10);
    followed
      .at(7, () => followed.send(20))
      .start()
      .until(60);
    expect(starts(followed)[0]).toBe(7);
  });

  it('closes on 6 MB, and what it holds beyond goes into the next [lambda.batch-closes-on] [lambda.payload]', () => {
    const one = new Stage(two({ batchSize: 10 })).send(10, { bytes: MiB }).start().until(1);
    expect(sizes(one).toSorted((a, b) => b - a)).toEqual([6, 4]);
    const windowed = new Stage(two({ batchSize: 100, batchWindowUs: 300 * SECOND })).send(10, { bytes: MiB });
    windowed.start().until(1);
    expect(sizes(windowed).reduce((sum, size) => sum + size)).toBe(10);
    expect(Math.max(...sizes(windowed))).toBe(6);
  });
});

describe('the messages of a batch', () => {
  const ten = (more: StageOptions = {}): Stage =>
    new Stage({ ...more, lambda: { batchSize: 10, handler: handler(100), ...more.lambda } });
  const third = { poison: (i: number) => i === 3, key: () => 0 };

  it('are deleted after a success [lambda.sqs-success-error]', () => {
    const stage = ten().send(10).start().until(20);
    expect(stage.queue.counts).toMatchObject({ deleted: 10, visible: 0, inFlight: 0 });
  });

  it('all come back when their visibility timeout is over, after an error [lambda.sqs-success-error] [lambda.delivery]', () => {
    const stage = ten().send(10, third).start().until(31);
    expect(starts(stage)).toEqual([0, 30]);
    expect(sizes(stage)).toEqual([10, 10]);
    expect(stage.begun.map(({ success }) => success)).toEqual([false, false]);
    // At least once: the three before the poison were worked on twice.
    expect(stage.done).toEqual([0, 1, 2, -1, -1, -1]);
    expect(stage.queue.counts.deleted).toBe(0);
  });

  it('come back one by one where the function reports what failed [lambda.sqs-partial]', () => {
    const stage = ten({ lambda: { reportBatchItemFailures: true } })
      .send(10, third)
      .start()
      .until(31);
    expect(stage.begun.map(({ messages }) => messages)).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [3]]);
    expect(stage.begun[0]?.success).toBe(true);
    expect(stage.done).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9]);
  });

  it('of a FIFO queue come back from the first that failed on [lambda.sqs-partial]', () => {
    const stage = ten({ fifo: true, lambda: { reportBatchItemFailures: true } })
      .send(10, third)
      .start()
      .until(31);
    expect(stage.begun.map(({ messages }) => messages)).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      [3, 4, 5, 6, 7, 8, 9],
    ]);
    expect(stage.done).toEqual([0, 1, 2]);
  });

  it('all come back where the function runs out of time, though it would have reported [lambda.sqs-partial]', () => {
    const stage = ten({ lambda: { reportBatchItemFailures: true, timeoutUs: 550_000 } })
      .send(10)
      .start()
      .until(20);
    expect(stage.done).toEqual([0, 1, 2, 3, 4]);
    expect(stage.queue.counts).toMatchObject({ deleted: 0, inFlight: 10 });
  });

  it.each([
    // Window, timeout, the queue's own, what Lambda asks for: seconds.
    [0, 20, 30, 30],
    [10, 20, 30, 30],
    [10, 20, 29, 60],
    [10, 30, 30, 70],
    [300, 900, 1000, 1230],
  ])(
    'with a window of %d s and a timeout of %d s are hidden not for %d s but for %d s [lambda.effective-visibility]',
    (window, timeout, own, hidden) => {
      const given = { batchWindowUs: window * SECOND, timeoutUs: timeout * SECOND };
      const asked = effectiveVisibilityUs(given, own * SECOND);
      expect(asked ?? own * SECOND).toBe(hidden * SECOND);
      const stage = ten({
        lambda: { ...given, batchSize: 1, handler: handler(0, 1) },
        queue: { visibilityTimeoutUs: own * SECOND },
      });
      stage
        .send(1)
        .start()
        .until(hidden + 15);
      expect(starts(stage)).toEqual([0, hidden]);
    },
  );
});

describe('a function that is throttled [lambda.throttled-function]', () => {
  const throttled = (reservedConcurrency: number, maximumConcurrency: number | null): Stage =>
    new Stage({ lambda: { reservedConcurrency, maximumConcurrency, handler: handler(2000) }, maxReceiveCount: 3 });

  it('lets messages reach the dead-letter queue without a single attempt at them', () => {
    const stage = throttled(0, null).send(4).start().until(100);
    expect(stage.deadLetters).toEqual([0, 1, 2, 3]);
    expect(stage.begun).toEqual([]);
    expect(stage.done).toEqual([]);
    expect(new Set(stage.invocations.map(({ refused }) => refused))).toEqual(
      new Set(['ReservedFunctionConcurrentInvocationLimitExceeded']),
    );
    // Each receive is tried at 0, 1, 3, 7 and 15 s: at 31 s its messages are visible again.
    expect(stage.invocations).toHaveLength(4 * 3 * 5);
    expect(stage.finish().of('Throttles')).toBe(4 * 3 * 5);
    const first = stage.invocations.filter(({ messages }) => messages.includes(0));
    expect(first.map(({ atMs }) => Math.round(atMs) / 1000).slice(0, 6)).toEqual([0, 1, 3, 7, 15, 30]);
  });

  it('loses none so where the mapping keeps to what the function may do [lambda.sqs-maximumconcurrency]', () => {
    const some = throttled(2, null).send(400).start().until(420);
    const untouched = some.deadLetters.filter((place) => !some.begun.some(({ messages }) => messages.includes(place)));
    // Who has just had a turn asks again at once, who was refused waits: some never have one.
    expect(untouched.length).toBeGreaterThan(5);
    expect(untouched).toEqual(some.deadLetters);
    expect(some.done.length).toBeGreaterThan(350);
    const kept = throttled(2, 2).send(400).start().until(420);
    expect(kept.deadLetters).toEqual([]);
    expect(kept.done).toHaveLength(400);
    expect(kept.finish().of('Throttles')).toBe(0);
  });
});

/** What breaks each promise, by name: so that one sees that the properties can fail. */
const WRONG = ['none', 'standard queue', 'taken for a standard queue', 'no maximum'] as const;

interface Play {
  readonly groups: number;
  readonly sends: readonly number[];
  readonly batchSize: number;
  readonly maximumConcurrency: number;
  readonly failureRate: number;
  readonly partial: boolean;
  readonly reserved: number | null;
}

/** What of the promises does not hold in a play; empty: all hold. */
function broken(play: Play, wrong: (typeof WRONG)[number]): string[] {
  const fifo = wrong !== 'standard queue';
  const stage = new Stage({
    fifo,
    lambda: {
      batchSize: play.batchSize,
      maximumConcurrency: wrong === 'no maximum' ? null : play.maximumConcurrency,
      reservedConcurrency: play.reserved,
      reportBatchItemFailures: play.partial,
      handler: handler(300, play.failureRate),
      timeoutUs: 4 * SECOND,
    },
    queue: { visibilityTimeoutUs: 5 * SECOND },
    maxReceiveCount: 1000,
    ...(wrong === 'taken for a standard queue' ? { takesQueueFor: 'standard' as const } : {}),
  });
  play.sends.forEach((count, i) => stage.at(i, () => stage.send(count, { key: (place) => place % play.groups })));
  stage.start().until(3 * play.sends.length + 40);
  const { begun } = stage;
  const found: string[] = [];
  const ends = (endMs: number | null): number => endMs ?? Number.POSITIVE_INFINITY;
  begun.forEach((one, i) => {
    const beside = begun.slice(0, i).filter(({ endMs }) => ends(endMs) > one.atMs);
    if (beside.length >= play.maximumConcurrency) found.push('more at once than the maximum');
    if (beside.some(({ keys }) => keys.some((key) => one.keys.includes(key)))) found.push('a group twice at once');
  });
  // First completions of a group come in the order of sending.
  const last = new Map<number, number>();
  for (const place of stage.done) {
    if (place < 0) continue;
    if (place < (last.get(place % play.groups) ?? -1)) found.push('out of order');
    last.set(place % play.groups, place);
  }
  const { counts } = stage.queue;
  if (counts.visible + counts.inFlight + counts.deleted !== counts.sent) found.push('messages that are nowhere');
  if (stage.done.filter((place) => place >= 0).length < counts.deleted) found.push('deleted and not done');
  return [...new Set(found)];
}

describe('of any play with a FIFO queue', () => {
  const plays: fc.Arbitrary<Play> = fc.record({
    groups: fc.integer({ min: 1, max: 6 }),
    sends: fc.array(fc.integer({ min: 0, max: 25 }), { minLength: 1, maxLength: 5 }),
    batchSize: fc.integer({ min: 1, max: 10 }),
    maximumConcurrency: fc.integer({ min: 2, max: 4 }),
    failureRate: fc.constantFrom(0, 0.2, 0.6),
    partial: fc.boolean(),
    reserved: fc.constantFrom(null, null, 1, 2),
  });

  it('no group is worked on twice at once, each in order, and never more batches than the maximum', () => {
    fc.assert(
      fc.property(plays, (play) => {
        expect(broken(play, 'none')).toEqual([]);
      }),
      { seed: 11, numRuns: 60 },
    );
  });

  it.each([
    ['standard queue', 'a group twice at once'],
    ['taken for a standard queue', 'out of order'],
    ['no maximum', 'more at once than the maximum'],
  ] as const)('a wrong one is found: %s', (wrong, says) => {
    const seen = fc.sample(plays, { seed: 11, numRuns: 60 }).flatMap((play) => broken(play, wrong));
    expect(seen).toContain(says);
  });
});
