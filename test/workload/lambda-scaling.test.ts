/** How many batches a mapping works on at once, on the real queues. */
import { describe, expect, it } from 'vitest';
import { handler, SECOND, Stage, type StageOptions } from '../services/lambda/stage.ts';

/** Invocations that outlast the test: how many are under way is how many pollers have found something. */
const long = (more: StageOptions['lambda'] = {}): StageOptions => ({
  lambda: { handler: handler(800_000), timeoutUs: 900 * SECOND, ...more },
  queue: { visibilityTimeoutUs: 3600 * SECOND },
});
const ramp = (stage: Stage, seconds: readonly number[]): number[] => seconds.map((at) => stage.underWay(at));

describe('a mapping of a standard queue', () => {
  it('begins with 5 batches at once, has 300 more a minute, and 1,250 at most [lambda.sqs-standard-scaling]', () => {
    const stage = new Stage(long()).send(2000).start().until(300);
    expect(ramp(stage, [0.1, 0.3, 1.1, 60.1, 120.1, 248.9, 249.1, 299])).toEqual([
      5, 6, 10, 305, 605, 1249, 1250, 1250,
    ]);
  });

  it('grows no further than there is something to fetch', () => {
    const stage = new Stage(long()).send(8).start().until(100);
    expect(ramp(stage, [0.1, 50])).toEqual([5, 8]);
    expect(stage.finish().max('Pollers')).toBe(8);
  });

  it('goes back to 5 pollers when nothing comes, and to 2 after a while [lambda.sqs-standard-scaling]', () => {
    const stage = new Stage({ lambda: { handler: handler(10_000) } }).send(40).start().until(500);
    const { queue, max } = stage.finish();
    expect(stage.done).toHaveLength(40);
    expect(max('Pollers')).toBeGreaterThan(20);
    // Each poller asks three times a minute: a poll is answered after 20 s.
    expect(queue('NumberOfEmptyReceives', 120, 240)).toBe(2 * 3 * 5);
    expect(queue('NumberOfEmptyReceives', 360, 480)).toBe(2 * 3 * 2);
  });

  it('has fewer pollers again when less comes, though no poll ever comes back empty', () => {
    const stage = new Stage({ lambda: { handler: handler(10_000) } }).send(100);
    // From 60 s on 20 a second that take 10 ms.
    for (let i = 0; i < 1200; i++) stage.at(60 + i / 20, () => stage.send(1));
    stage.at(50, () => stage.target.slowDown(0.001));
    stage.start().until(120);
    const { queue, max, last } = stage.finish();
    expect(max('Pollers')).toBeGreaterThan(40);
    expect(queue('NumberOfEmptyReceives', 85, 119)).toBe(0);
    // Twenty would be waited for by as many pollers as messages come in a second.
    expect(last('Pollers')).toBeLessThanOrEqual(21);
  });

  it('keeps 5 pollers where a maximum concurrency is given', () => {
    const { queue } = new Stage({ lambda: { maximumConcurrency: 10 } }).send(1).start().until(500).finish();
    expect(queue('NumberOfEmptyReceives', 360, 480)).toBe(2 * 3 * 5);
  });

  it.each([2, 3, 40])(
    'works on %i batches at once where that is its maximum concurrency [lambda.sqs-maximumconcurrency]',
    (most) => {
      const stage = new Stage(long({ maximumConcurrency: most })).send(500).start().until(60);
      expect(ramp(stage, [0.1, 59])).toEqual([Math.min(5, most), most]);
      expect(stage.finish().of('Throttles')).toBe(0);
    },
  );

  it('gives pollers up while more invocations fail than go well, down to where it began', () => {
    const failing = new Stage({
      lambda: { handler: handler(1000, 1) },
      queue: { visibilityTimeoutUs: SECOND * 2 },
    });
    failing.send(3000).start().until(60);
    // The same with good luck has 5 + 300.
    expect(failing.underWay(59.5)).toBeLessThan(10);
    const reporting = new Stage({
      lambda: { handler: handler(1000, 1), reportBatchItemFailures: true },
      queue: { visibilityTimeoutUs: SECOND * 2 },
    });
    reporting.send(3000).start().until(60);
    expect(reporting.underWay(59.5)).toBeGreaterThan(250);
  });

  it('looks at its queue for free', () => {
    const { queue } = new Stage(long()).send(500).start().until(30).finish();
    expect(queue('BilledOtherRequests')).toBe(0);
  });
});

describe('a mapping in provisioned mode [lambda.sqs-provisioned-mode]', () => {
  const pollers = (minPollers: number, maxPollers: number) => ({ provisioned: { minPollers, maxPollers } });

  it('has 10 batches at once for each poller from the start, and 1,000 more a minute', () => {
    const stage = new Stage(long(pollers(2, 200))).send(3000).start().until(150);
    // One more every 60 ms.
    expect(ramp(stage, [0.01, 0.07, 60.03, 118.83, 140])).toEqual([20, 21, 1020, 2000, 2000]);
  });

  it('has no more than its most pollers', () => {
    const stage = new Stage(long(pollers(2, 3))).send(500).start().until(60);
    expect(ramp(stage, [0.01, 59])).toEqual([20, 30]);
  });

  it('keeps its least pollers when nothing comes', () => {
    const { queue } = new Stage({ lambda: pollers(2, 5) }).start().until(500).finish();
    expect(queue('NumberOfEmptyReceives', 360, 480)).toBe(2 * 3 * 20);
  });

  it('polls 10 times a second with each poller', () => {
    const stage = new Stage({ lambda: { ...pollers(2, 2), handler: handler(1) } }).send(1000).start().until(10.5);
    // At 0 s, 1 s, … 10 s, each with one message.
    expect(stage.begun).toHaveLength(11 * 20);
  });

  it.each([
    // 1,024,000 B a poll: 9.77 s of a tenth of 1 MiB/s.
    [102_400, 10, 2 * 20],
    // 102,400 B a poll: 0.977 s, so the limit of polls comes first.
    [10_240, 10.5, 11 * 20],
    // 204,800 B a poll: 1.95 s.
    [20_480, 10.5, 6 * 20],
  ])('fetches 1 MiB a second with each poller: messages of %i B in %d s', (bytes, seconds, invocations) => {
    const stage = new Stage({ lambda: { ...pollers(2, 2), batchSize: 10, handler: handler(0) } });
    stage.send(3000, { bytes }).start().until(seconds);
    expect(stage.begun).toHaveLength(invocations);
  });
});

describe('a mapping of a FIFO queue [lambda.sqs-fifo-scaling]', () => {
  const groups = (count: number, more: StageOptions['lambda'] = {}): Stage =>
    new Stage({ ...long({ batchSize: 10, ...more }), fifo: true }).send(count * 20, { key: (i) => i % count });

  it.each([1, 3, 12])('with %i active groups works on as many batches at once, from the start', (count) => {
    const stage = groups(count).start().until(5);
    expect(stage.underWay(0.1)).toBe(count);
    expect(stage.underWay(4.9)).toBe(count);
  });

  it('keeps to its maximum concurrency', () => {
    const stage = groups(12, { maximumConcurrency: 4 }).start().until(5);
    expect(stage.underWay(4.9)).toBe(4);
  });

  it('may have several groups in a batch', () => {
    const stage = new Stage({ ...long({ batchSize: 10 }), fifo: true })
      .send(9, { key: (i) => i % 3 })
      .start()
      .until(5);
    expect(stage.begun.map(({ keys }) => new Set(keys).size)).toEqual([3]);
  });
});
