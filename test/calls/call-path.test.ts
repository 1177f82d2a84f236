import { describe, expect, it } from 'vitest';
import { type CallObserver, CallPath, type CallPolicy } from '../../src/calls/index.ts';
import { NO_RETRY, SDK_STANDARD } from '../../src/calls/schema.ts';
import { Simulation } from '../../src/kernel/index.ts';
import { CountedRequests, nameOf, Owner, ScriptedCallee } from './stage.ts';

const fixed = (us: number) => ({ baseUs: us, capUs: us, factor: 1, jitter: 'none' as const });
const policy = (change: Partial<CallPolicy> = {}): CallPolicy => ({
  timeoutUs: null,
  retry: NO_RETRY,
  breaker: null,
  cancelOnTimeout: false,
  ...change,
});
const retries = (attempts: number, waitUs: number) => ({ ...NO_RETRY, attempts, backoff: fixed(waitUs) });

function stage(script: string, change: Partial<CallPolicy> = {}) {
  const sim = new Simulation({ seed: 1 });
  const requests = new CountedRequests();
  const callee = new ScriptedCallee(sim, requests, script);
  const served: string[] = [];
  const observer: CallObserver = {
    onAttempt: () => {},
    onServed: (request, outcome) => served.push(`${sim.now} ${nameOf(outcome)} ${request}`),
  };
  const path = new CallPath(sim, 'a->b', requests, callee, policy(change), observer);
  const owner = new Owner(sim);
  return { sim, requests, callee, path, owner, served };
}

/** One call of request 1 at instant 0, to the end: what the callee saw, and what the owner was told. */
function story(script: string, change: Partial<CallPolicy> = {}): { callee: string[]; owner: string[]; held: number } {
  const { sim, requests, callee, path, owner } = stage(script, change);
  path.call(1, 0, owner, 7);
  sim.run();
  return { callee: callee.diary, owner: owner.diary, held: requests.held };
}

describe('a call without retries', () => {
  it('hands the answer through, at once or later', () => {
    expect(story('ok')).toEqual({ callee: ['0 call 1'], owner: ['0 ok'], held: 0 });
    expect(story('throttled@5')).toEqual({ callee: ['0 call 1'], owner: ['5 throttled'], held: 0 });
  });

  it('has no ticket when it is answered at once, even where the answer brings about a call that takes its place', () => {
    const { path, owner, callee } = stage('ok never');
    let second = -2;
    owner.then = (tag) => {
      if (tag === 1) second = path.call(2, 0, owner, 2);
    };
    expect(path.call(1, 0, owner, 1)).toBe(-1);
    expect(second).toBeGreaterThanOrEqual(0);
    path.abandon(second, true);
    expect(callee.diary.at(-1)).toBe('0 stop 2');
  });

  it('gives up after its timeout and leaves the work to go on for nobody', () => {
    expect(story('ok@50', { timeoutUs: 10 })).toEqual({
      callee: ['0 call 1', '10 leave 1'],
      owner: ['10 timedOut'],
      held: 0,
    });
  });

  it('stops the work behind it with cancelOnTimeout', () => {
    expect(story('ok@50', { timeoutUs: 10, cancelOnTimeout: true }).callee).toEqual(['0 call 1', '10 stop 1']);
  });

  it('takes an answer at the very instant of the timeout as in time', () => {
    expect(story('ok@10', { timeoutUs: 10 })).toEqual({ callee: ['0 call 1'], owner: ['10 ok'], held: 0 });
    expect(story('ok@11', { timeoutUs: 10 }).owner).toEqual(['10 timedOut']);
  });

  it('tells its observer of the late end of abandoned work, once', () => {
    const { sim, path, owner, served } = stage('ok@50', { timeoutUs: 10 });
    path.call(4, 0, owner, 0);
    sim.run();
    expect(served).toEqual(['50 ok 4']);
    expect(owner.late).toEqual([]);
  });

  it('tells its observer of the late end too where the owner itself has left', () => {
    const { sim, path, owner, served, requests } = stage('ok@50');
    path.abandon(path.call(4, 0, owner, 0), false);
    sim.run();
    expect({ served, told: owner.diary, held: requests.held }).toEqual({ served: ['50 ok 4'], told: [], held: 0 });
  });
});

describe('retries', () => {
  it('try again after each failure, and only after failures, so often as allowed', () => {
    const three = { retry: retries(3, 100) };
    expect(story('failed@5 refused@5 unavailable', three)).toEqual({
      callee: ['0 call 1', '105 call 1', '210 call 1'],
      owner: ['210 unavailable'],
      held: 0,
    });
    expect(story('failed ok failed', three).owner).toEqual(['100 ok']);
    expect(story('ok failed', three).callee).toEqual(['0 call 1']);
  });

  it('give every attempt its own timeout', () => {
    const change = { timeoutUs: 10, retry: retries(3, 5) };
    expect(story('never never ok@10', change)).toEqual({
      callee: ['0 call 1', '10 leave 1', '15 call 1', '25 leave 1', '30 call 1'],
      owner: ['40 ok'],
      held: 0,
    });
  });

  it('take an attempt of their own path, the first one that of the call', () => {
    const { sim, path, owner, callee } = stage('failed failed ok', { retry: retries(3, 5) });
    path.call(1, 42, owner, 0);
    sim.run();
    expect(callee.paths[0]).toBe(42);
    expect(new Set(callee.paths).size).toBe(3);
  });

  it('end when the owner leaves during the backoff', () => {
    const { sim, path, owner, callee, requests } = stage('failed@5 ok', { retry: retries(2, 100) });
    const ticket = path.call(1, 0, owner, 0);
    sim.schedule(50, () => path.abandon(ticket, false), null);
    sim.run();
    expect({ calls: callee.calls, told: owner.diary, held: requests.held }).toEqual({ calls: 1, told: [], held: 0 });
  });

  it('start the next attempt disowned when the root has left during the backoff', () => {
    const { sim, path, owner, callee } = stage('failed@5 ok@5', { retry: retries(2, 100) });
    const ticket = path.call(1, 0, owner, 0);
    sim.schedule(50, () => path.disown(ticket), null);
    sim.run();
    expect(callee.diary).toEqual(['0 call 1', '105 call 1', '105 disown 1']);
    // The next call in the same place is wanted again.
    path.call(2, 0, owner, 1);
    sim.run();
    expect(callee.diary.slice(3)).toEqual(['110 call 2']);
  });

  it('pass the news on at once when the root leaves during an attempt', () => {
    const { sim, path, owner, callee } = stage('ok@50');
    const ticket = path.call(1, 0, owner, 0);
    sim.schedule(20, () => path.disown(ticket), null);
    sim.run();
    expect({ callee: callee.diary, owner: owner.diary }).toEqual({
      callee: ['0 call 1', '20 disown 1'],
      owner: ['50 ok'],
    });
  });

  it('wait longer after throttling where the policy says so', () => {
    const retry = { ...retries(2, 10), throttlingBackoff: fixed(1000) };
    expect(story('throttled ok', { retry }).owner).toEqual(['1000 ok']);
    expect(story('failed ok', { retry }).owner).toEqual(['10 ok']);
  });

  it('stop when the budget of the client is used up, over all its calls', () => {
    const retry = { ...retries(10, 1), budget: { capacity: 3, cost: 1, throttlingCost: 1, refund: 0 } };
    const { sim, path, owner, callee } = stage('failed', { retry });
    for (let i = 0; i < 4; i++) path.call(i, 0, owner, i);
    sim.run();
    // Four first attempts and three retries.
    expect(callee.calls).toBe(7);
    expect([...owner.answers.values()].map(nameOf)).toEqual(['failed', 'failed', 'failed', 'failed']);
  });

  it('wait within full jitter of the SDK, and the same whatever else goes on', () => {
    const waitsOf = (others: number): number[] => {
      const { sim, path, owner } = stage('failed', { retry: { ...SDK_STANDARD, budget: null } });
      for (let i = 0; i < others; i++) path.call(1000 + i, 0, owner, 1000 + i);
      path.call(5, 0, owner, 5);
      sim.run();
      return owner.diary.slice(-1).map((line) => Number(line.split(' ')[0]));
    };
    expect(waitsOf(0)[0]).toBeLessThan(50_000 + 100_000);
    const alone = stage('failed', { retry: { ...SDK_STANDARD, budget: null } });
    alone.path.call(5, 0, alone.owner, 5);
    alone.sim.run();
    const crowd = stage('failed', { retry: { ...SDK_STANDARD, budget: null } });
    let instant = '';
    crowd.owner.then = (tag) => {
      if (tag === 5) instant = `${crowd.sim.now} failed`;
    };
    for (const request of [9, 5, 3, 4]) crowd.path.call(request, 0, crowd.owner, request);
    crowd.sim.run();
    expect([instant]).toEqual(alone.owner.diary);
  });

  it('make 1 + p + p² + p³ attempts and succeed with 1 − p⁴', () => {
    const p = 0.5;
    const sim = new Simulation({ seed: 7 });
    const requests = new CountedRequests();
    const luck = sim.stream('luck');
    let attempts = 0;
    const callee = {
      call: (_r: number, _p: number, caller: Owner | CallPath, tag: number) => {
        attempts++;
        caller.onReply(tag, luck.uniform() < p ? 1 : 0);
        return -1;
      },
      abandon: () => {},
      disown: () => {},
    };
    const path = new CallPath(sim, 'a->b', requests, callee, policy({ retry: retries(4, 1) }));
    const owner = new Owner(sim);
    const n = 40_000;
    for (let i = 0; i < n; i++) path.call(i, 0, owner, i);
    sim.run();
    const good = [...owner.answers.values()].filter((outcome) => outcome === 0).length;
    // Within 3.3 standard errors (99.9 %).
    expect(Math.abs(attempts / n - 1.875)).toBeLessThan(3.3 * Math.sqrt(1.109 / n));
    expect(Math.abs(good / n - 0.9375)).toBeLessThan(3.3 * Math.sqrt((0.9375 * 0.0625) / n));
  });
});

describe('a breaker in front of a call', () => {
  const breaker = { failureRate: 1, window: 2, openUs: 100, halfOpenCalls: 1 };

  it('keeps calls back at once while open, and does not try those again', () => {
    const { sim, path, owner, callee } = stage('failed', { breaker, retry: retries(3, 1) });
    path.call(1, 0, owner, 1);
    sim.run();
    expect({ calls: callee.calls, told: owner.diary }).toEqual({ calls: 2, told: ['2 keptBack'] });
    expect(path.call(2, 0, owner, 2)).toBe(-1);
    expect(callee.calls).toBe(2);
  });

  it('is not jammed by a trial whose owner leaves', () => {
    const { sim, path, owner } = stage('failed failed never ok', { breaker });
    path.call(1, 0, owner, 1);
    path.call(2, 0, owner, 2);
    sim.schedule(
      100,
      () => {
        path.abandon(path.call(3, 0, owner, 3), false);
        path.call(4, 0, owner, 4);
      },
      null,
    );
    sim.run();
    expect(owner.diary.at(-1)).toBe('100 ok');
  });

  it('counts a timeout as a failure, and a late answer as nothing', () => {
    const { sim, path, owner } = stage('ok@50 ok@50 ok', { breaker, timeoutUs: 10 });
    path.call(1, 0, owner, 1);
    path.call(2, 0, owner, 2);
    sim.schedule(60, () => path.call(3, 0, owner, 3), null);
    sim.run();
    expect(owner.diary).toEqual(['10 timedOut', '10 timedOut', '60 keptBack']);
  });

  it('takes no notice of what was sent before it opened', () => {
    const { sim, path, owner } = stage('failed@150 failed failed ok@100 ok', { breaker });
    for (const request of [1, 2, 3]) path.call(request, 0, owner, request);
    sim.schedule(120, () => path.call(4, 0, owner, 4), null);
    // The failure of call 1 arrives at 150 while the trial is under way: it does not end the trial's era.
    sim.schedule(230, () => path.call(5, 0, owner, 5), null);
    sim.run();
    expect(owner.diary.slice(-2)).toEqual(['220 ok', '230 ok']);
  });
});
