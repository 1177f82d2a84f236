import { describe, expect, it } from 'vitest';
import { MetricsRecorder } from '../../../src/history/index.ts';
import { Simulation } from '../../../src/kernel/index.ts';
import { LambdaEventQueue, type Refusal } from '../../../src/services/lambda/index.ts';
import { Outcome } from '../../../src/services/ports.ts';
import { type Fate, RequestTable, type TrafficLedger } from '../../../src/workload/requests.ts';
import { SECOND } from './stage.ts';

/** An event queue before a function that answers as it is told: each entry is one try. */
function run(answers: readonly (Refusal | boolean)[], bytes = 1000) {
  const sim = new Simulation({ seed: 1 });
  const fates: Fate[] = [];
  const ledger: TrafficLedger = {
    offered() {},
    attempted() {},
    accepted() {},
    responded() {},
    completed() {},
    completedAgain() {},
    wasted() {},
    settled: (_counted, fate) => void fates.push(fate),
  };
  const requests = new RequestTable([ledger], () => {});
  const metrics = new MetricsRecorder(sim, { fromUs: 0, toUs: 1e12, resolutionUs: 1e12 });
  const tries: number[] = [];
  const paths = new Set<number>();
  const queue = new LambdaEventQueue(sim, {
    requests,
    metrics,
    target: {
      invoke(event, _onFailure, owner, tag) {
        const answer = answers[tries.length] ?? 'ServiceException';
        tries.push(sim.now / SECOND);
        if (typeof answer === 'string') return answer;
        paths.add(event.path[0] as number);
        sim.schedule(0, () => owner.onInvoked(tag, answer), undefined);
        return null;
      },
    },
    observer: { onHandled: (request) => requests.complete(request), onDropped: () => {} },
  });
  const replies: Outcome[] = [];
  const row = requests.create(0, 0, 0, -1, bytes, false, true);
  requests.accept(row);
  queue.call(row, 7, { onReply: (_tag, outcome) => void replies.push(outcome), onLateReply: () => {} }, 0);
  requests.release(row);
  sim.run({ until: 10 * 3600 * SECOND });
  const sum = (name: string) => metrics.finish(1e12).find((one) => one.name === name)?.sum;
  return { tries, fates, replies, paths, sum };
}

describe('an asynchronous invocation', () => {
  it('is answered at once, and completed when its event is handled', () => {
    const { replies, tries, fates, sum } = run([true]);
    expect([replies, tries, fates]).toEqual([[Outcome.ok], [0], ['completed']]);
    expect(sum('AsyncEventsReceived')).toBe(1);
  });

  it('is tried again after 1 and 2 minutes when it fails, each time with luck of its own, then dropped: accepted, and lost', () => {
    const failed = run([false, false, true]);
    expect([failed.tries, failed.fates]).toEqual([[0, 60, 180], ['completed']]);
    expect(failed.paths.size).toBe(3);
    const dropped = run([false, false, false, true]);
    expect([dropped.tries, dropped.fates]).toEqual([[0, 60, 180], ['lost']]);
    expect(dropped.sum('AsyncEventsDropped')).toBe(1);
  });

  it('that is throttled waits 1 s, then twice as long each time, up to 5 minutes, and counts no attempt', () => {
    const throttled = 'ConcurrentInvocationLimitExceeded' as const;
    const { tries, fates } = run([...Array.from({ length: 11 }, () => throttled), false, false, true]);
    expect(tries.slice(0, 12)).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1111]);
    expect(tries.slice(12)).toEqual([1171, 1291]);
    expect(fates).toEqual(['completed']);
  });

  it('is dropped when it is six hours old', () => {
    const { tries, fates } = run([]);
    expect(tries.at(-1)).toBeLessThanOrEqual(6 * 3600);
    expect((tries.at(-1) ?? 0) + 300).toBeGreaterThan(6 * 3600);
    expect(fates).toEqual(['lost']);
  });

  it('is refused where it is larger than 1 MB [lambda.payload]', () => {
    expect(run([true], 1_048_576).replies).toEqual([Outcome.ok]);
    const large = run([true], 1_048_577);
    expect([large.replies, large.tries]).toEqual([[Outcome.denied], []]);
  });
});
