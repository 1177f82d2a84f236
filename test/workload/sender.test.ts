import { describe, expect, it } from 'vitest';
import { Link, LinkState } from '../../src/calls/index.ts';
import { NO_RETRY } from '../../src/calls/schema.ts';
import { TrafficAccount, type TrafficOutcome } from '../../src/history/index.ts';
import { compileVariate, Simulation } from '../../src/kernel/index.ts';
import { RequestTable } from '../../src/workload/requests.ts';
import { Sender } from '../../src/workload/sender.ts';
import type { TrafficSettings } from '../../src/workload/settings.ts';
import { ScriptedCallee } from '../calls/stage.ts';

const constant = (value: number) => ({ kind: 'constant' as const, value });

function traffic(change: Partial<TrafficSettings> = {}): TrafficSettings {
  return {
    name: 'orders',
    source: { kind: 'rate', base: { kind: 'constant', perSecond: 1 }, changes: [], arrivals: { kind: 'regular' } },
    size: constant(1024),
    key: null,
    attributes: [],
    batch: null,
    timeoutUs: null,
    retry: NO_RETRY,
    breaker: null,
    hedge: null,
    bulkhead: null,
    cancelOnTimeout: false,
    duplicates: 0,
    poison: 0,
    ...change,
  };
}

interface Options {
  readonly link?: { latencyUs: number; state: LinkState };
  readonly completes?: boolean;
  readonly horizonUs?: number;
  readonly warmupUs?: number;
}

/** Arrivals at these instants, a callee that follows the script, and what the account says in the end. */
function play(
  instants: readonly number[],
  script: string,
  change: Partial<TrafficSettings> = {},
  options: Options = {},
) {
  const sim = new Simulation({ seed: 1, maxEvents: 1e6 });
  const horizonUs = options.horizonUs ?? 1000;
  const warmupUs = options.warmupUs ?? 0;
  const account = new TrafficAccount(
    sim,
    { fromUs: warmupUs, toUs: horizonUs, resolutionUs: 1000 },
    { healthLimitMs: null, keys: 0 },
  );
  const requests = new RequestTable([account], () => {});
  const callee = new ScriptedCallee(sim, requests, script);
  const { link } = options;
  const entry =
    link === undefined
      ? callee
      : new Link(sim, 'orders->api', requests, callee, compileVariate(constant(link.latencyUs)), link.state);
  const queue = [...instants, Number.POSITIVE_INFINITY];
  const sender = new Sender(
    sim,
    traffic(change),
    { requests, entry, entryCompletes: options.completes ?? true },
    { index: 0, warmupUs, horizonUs, arrivals: { next: () => queue.shift() as number }, keys: null },
  );
  sender.start();
  sim.run();
  requests.settleRest();
  const outcome: TrafficOutcome = account.finish(Math.ceil(Math.max(1, sim.now) / 1000) * 1000);
  return { sim, outcome, callee, requests };
}

describe('sender', () => {
  it('sends each arrival at its instant rounded to the microsecond, up to the horizon', () => {
    const { callee, outcome } = play([0, 10.4, 10.6, 1000, 1000.6], 'ok');
    expect(callee.diary.map((line) => line.split(' ')[0])).toEqual(['0', '10', '11', '1000']);
    expect([outcome.offered, outcome.ok, outcome.completed]).toEqual([4, 4, 4]);
  });

  it('counts the outcome of the work and of the answer apart: timed out, and done all the same', () => {
    const { outcome } = play([0], 'ok@50', { timeoutUs: 10 });
    expect([outcome.timedOut, outcome.completed, outcome.goodput, outcome.throughput]).toEqual([1, 1, 0, 1]);
  });

  it('hears of late work through a link too', () => {
    const { outcome } = play([0], 'ok@50', { timeoutUs: 20 }, { link: { latencyUs: 5, state: new LinkState() } });
    expect([outcome.timedOut, outcome.completed]).toEqual([1, 1]);
  });

  it('hears of work whose reply was lost', () => {
    const state = new LinkState();
    state.loseReplies = 1;
    const { outcome } = play([0], 'ok@50', { timeoutUs: 200 }, { link: { latencyUs: 5, state } });
    expect([outcome.timedOut, outcome.completed, outcome.attempts]).toEqual([1, 1, 1]);
  });

  it('counts work done twice as a duplicate', () => {
    const retry = { ...NO_RETRY, attempts: 2, backoff: { baseUs: 1, capUs: 1, factor: 1, jitter: 'none' as const } };
    const { outcome } = play([0], 'ok@50 ok@50', { timeoutUs: 20, retry });
    expect([outcome.attempts, outcome.timedOut, outcome.completed, outcome.duplicates]).toEqual([2, 1, 1, 1]);
  });

  it('takes the answer of a queue as accepted by it, not as done', () => {
    const { outcome } = play([0], 'ok@5', {}, { completes: false });
    expect([outcome.ok, outcome.completed, outcome.rejected]).toEqual([1, 0, 1]);
  });

  it('leaves the warm-up out of the counts', () => {
    expect(play([0, 99, 100], 'ok', {}, { warmupUs: 100 }).outcome.offered).toBe(1);
  });

  it('sends again what it duplicates, with luck of its own, and answers for the first', () => {
    const { outcome, callee } = play([0], 'ok@5 failed@50', { duplicates: 1 });
    expect([outcome.offered, outcome.attempts, outcome.ok, outcome.refused]).toEqual([1, 2, 1, 0]);
    expect(callee.paths[0]).toBe(0);
    expect(callee.paths[1]).not.toBe(0);
  });

  it('poisons a share of the requests', () => {
    const { requests } = play(
      Array.from({ length: 1000 }, (_, i) => i),
      'never',
      { poison: 0.1 },
    );
    let poisoned = 0;
    for (let row = 0; row < 1000; row++) poisoned += Number(requests.isPoison(row));
    expect(poisoned).toBeGreaterThan(70);
    expect(poisoned).toBeLessThan(130);
  });

  it('keeps each user of a closed loop to one request at a time: think, send, wait', () => {
    const think = constant(100);
    const { callee, outcome } = play([], 'ok@50', { source: { kind: 'users', users: 3, think } });
    expect(callee.mostInProgress).toBe(3);
    // A turn takes 150 us: sent at 100, 250, … up to 1000, seven times by each.
    expect(outcome.offered).toBe(21);
    expect(callee.diary.slice(0, 6).map((line) => line.split(' ')[0])).toEqual([
      '100',
      '100',
      '100',
      '250',
      '250',
      '250',
    ]);
  });

  it('lets users go on after refusals and timeouts', () => {
    const source = { kind: 'users' as const, users: 1, think: constant(100) };
    expect(play([], 'refused', { source }).outcome.refused).toBe(10);
    expect(play([], 'never', { source, timeoutUs: 100 }).outcome.timedOut).toBe(5);
  });
});
