import { describe, expect, it } from 'vitest';
import { CallPath, Link, LinkState } from '../../src/calls/index.ts';
import { NO_RETRY } from '../../src/calls/schema.ts';
import { compileVariate, type Distribution, Simulation } from '../../src/kernel/index.ts';
import { CountedRequests, Owner, ScriptedCallee } from './stage.ts';

function stage(script: string, latency: number | Distribution, state = new LinkState()) {
  const sim = new Simulation({ seed: 3 });
  const requests = new CountedRequests();
  const callee = new ScriptedCallee(sim, requests, script);
  const variate = compileVariate(typeof latency === 'number' ? { kind: 'constant', value: latency } : latency);
  const link = new Link(sim, 'a->b', requests, callee, variate, state);
  return { sim, requests, callee, link, state, owner: new Owner(sim) };
}

describe('link', () => {
  it('takes its latency each way', () => {
    const { sim, link, owner, callee, requests } = stage('ok@100', 7);
    link.call(1, 0, owner, 1);
    sim.run();
    expect({ callee: callee.diary, owner: owner.diary, held: requests.held }).toEqual({
      callee: ['7 call 1'],
      owner: ['114 ok'],
      held: 0,
    });
  });

  it('draws the two ways apart, and anew for each attempt', () => {
    const { sim, link, owner, callee } = stage('ok', { kind: 'exponential', mean: 1000 });
    for (const [tag, path] of [0, 1, 0].entries()) link.call(1, path, owner, tag);
    sim.run();
    const out = callee.diary.map((line) => Number(line.split(' ')[0]));
    const round = owner.diary.map((line) => Number(line.split(' ')[0]));
    expect(new Set(out).size).toBe(2);
    expect(round.some((us) => out.includes(us / 2))).toBe(false);
  });

  it('without latency and losses answers at once, and has no ticket then', () => {
    const { link, owner } = stage('ok never', 0);
    let second = -2;
    owner.then = (tag) => {
      if (tag === 1) second = link.call(2, 0, owner, 2);
    };
    expect(link.call(1, 0, owner, 1)).toBe(-1);
    expect(second).toBeGreaterThanOrEqual(0);
  });

  it('loses a request before the callee sees it: no work, no answer', () => {
    const { sim, link, owner, callee, state, requests } = stage('ok', 5);
    state.loseRequests = 1;
    const ticket = link.call(1, 0, owner, 1);
    sim.run();
    expect({ calls: callee.calls, told: owner.diary, late: owner.late, held: requests.held }).toEqual({
      calls: 0,
      told: [],
      late: [],
      held: 1,
    });
    link.abandon(ticket, false);
    expect(requests.held).toBe(0);
  });

  it('loses a reply after the work is done: the work counts, the answer never comes', () => {
    const { sim, link, owner, state, requests } = stage('ok@10', 5);
    state.loseReplies = 1;
    const ticket = link.call(1, 0, owner, 1);
    sim.run();
    expect({ told: owner.diary, late: owner.late }).toEqual({ told: [], late: ['15 late ok 1'] });
    link.abandon(ticket, false);
    expect(requests.held).toBe(0);
  });

  it('loses requests and replies independently of each other, and of the next attempt', () => {
    const { link, owner, callee, state, sim } = stage('ok', 0);
    state.loseRequests = 0.3;
    state.loseReplies = 0.3;
    const n = 20_000;
    let [secondGivenLost, lostReplies] = [0, 0];
    for (let request = 0; request < n; request++) {
      // The second attempt of a request whose first reply was lost must not share that loss.
      const before = callee.calls;
      const first = link.call(request, 0, owner, 2 * request);
      const replyLost = first >= 0 && callee.calls > before;
      const at = callee.calls;
      link.call(request, 1, owner, 2 * request + 1);
      if (!replyLost) continue;
      lostReplies++;
      if (callee.calls === at) secondGivenLost++;
    }
    sim.run();
    expect(lostReplies / n).toBeGreaterThan(0.2);
    expect(lostReplies / n).toBeLessThan(0.22);
    expect(secondGivenLost / lostReplies).toBeGreaterThan(0.27);
    expect(secondGivenLost / lostReplies).toBeLessThan(0.33);
  });

  it('still delivers what its caller no longer waits for, unless it is to be stopped', () => {
    const left = stage('ok@10', 5);
    left.link.abandon(left.link.call(1, 0, left.owner, 1), false);
    left.sim.run();
    expect({ callee: left.callee.diary, late: left.owner.late, held: left.requests.held }).toEqual({
      callee: ['5 call 1', '5 leave 1'],
      late: ['15 late ok 1'],
      held: 0,
    });
    const stopped = stage('ok@10', 5);
    stopped.link.abandon(stopped.link.call(1, 0, stopped.owner, 1), true);
    stopped.sim.run();
    expect({ calls: stopped.callee.calls, late: stopped.owner.late, held: stopped.requests.held }).toEqual({
      calls: 0,
      late: [],
      held: 0,
    });
  });

  it('reports work that ends while its caller is gone, wherever the call stands then', () => {
    for (const leaveAt of [2, 8, 17]) {
      for (const script of ['ok@10', 'ok']) {
        const { sim, link, owner, requests } = stage(script, 5);
        const ticket = link.call(1, 0, owner, 1);
        const answeredAt = script === 'ok' ? 10 : 20;
        if (leaveAt >= answeredAt) continue;
        sim.schedule(leaveAt, () => link.abandon(ticket, false), null);
        sim.run();
        expect({ told: owner.diary, late: owner.late.length, held: requests.held }, `${script} ${leaveAt}`).toEqual({
          told: [],
          late: 1,
          held: 0,
        });
      }
    }
  });

  it('gives its place back where the reply to a caller that has left is lost', () => {
    const { sim, link, owner, requests, state } = stage('ok', 5);
    state.loseReplies = 1;
    const ticket = link.call(1, 0, owner, 1);
    sim.schedule(2, () => link.abandon(ticket, false), null);
    sim.run();
    expect({ late: owner.late, held: requests.held }).toEqual({ late: ['5 late ok 1'], held: 0 });
  });

  it('passes on that the root has left, also to what is still on its way', () => {
    const { sim, link, owner, callee } = stage('ok@10', 5);
    const ticket = link.call(1, 0, owner, 1);
    link.disown(ticket);
    const other = link.call(2, 0, owner, 2);
    sim.schedule(8, () => link.disown(other), null);
    sim.run();
    expect(callee.diary).toEqual(['5 call 1', '5 disown 1', '5 call 2', '8 disown 2']);
  });

  it('lets late work through to the accounts of whoever calls through it', () => {
    const { sim, link, requests, owner } = stage('ok@50', 5);
    const served: number[] = [];
    const policy = { timeoutUs: 20, retry: NO_RETRY, breaker: null, cancelOnTimeout: false };
    const observer = { onAttempt: () => {}, onServed: (request: number) => served.push(request) };
    const path = new CallPath(sim, 'x', requests, link, policy, observer);
    path.call(9, 0, owner, 0);
    sim.run();
    expect({ told: owner.diary, served, held: requests.held }).toEqual({ told: ['20 timedOut'], served: [9], held: 0 });
  });

  it('serves one caller: a second one is an error of the wiring', () => {
    const { link, owner, sim } = stage('ok', 5);
    link.call(1, 0, owner, 1);
    expect(() => link.call(2, 0, new Owner(sim), 1)).toThrow(/one caller/);
  });
});
