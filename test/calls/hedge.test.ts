/** Hedged requests on a call. Closed forms through scenario files: street.test.ts. */
import { describe, expect, it } from 'vitest';
import { type CallObserver, CallPath, type CallPolicy } from '../../src/calls/index.ts';
import { NO_RETRY } from '../../src/calls/schema.ts';
import { Simulation } from '../../src/kernel/index.ts';
import { CountedRequests, nameOf, Owner, ScriptedCallee } from './stage.ts';

const fixed = (us: number) => ({ baseUs: us, capUs: us, factor: 1, jitter: 'none' as const });
const retries = (attempts: number, waitUs: number) => ({ ...NO_RETRY, attempts, backoff: fixed(waitUs) });

function stage(script: string, change: Partial<CallPolicy>) {
  const sim = new Simulation({ seed: 1 });
  const requests = new CountedRequests();
  const callee = new ScriptedCallee(sim, requests, script);
  const seen: string[] = [];
  const observer: CallObserver = {
    onAttempt: () => seen.push(`${sim.now} attempt`),
    onHedge: () => seen.push(`${sim.now} hedge`),
    onServed: (_, outcome) => seen.push(`${sim.now} ${nameOf(outcome)}`),
    onTimedOut: () => seen.push(`${sim.now} timeout`),
  };
  const policy = {
    timeoutUs: null,
    retry: NO_RETRY,
    breaker: null,
    cancelOnTimeout: false,
    hedge: { afterUs: 10, most: 1 },
    ...change,
  };
  const path = new CallPath(sim, 'a->b', requests, callee, policy, observer);
  return { sim, requests, callee, path, owner: new Owner(sim), seen };
}

/** One call of request 1 at instant 0, to the end. */
function story(script: string, change: Partial<CallPolicy> = {}) {
  const { sim, requests, callee, path, owner, seen } = stage(script, change);
  path.call(1, 0, owner, 7);
  sim.run();
  expect(requests.held).toBe(0);
  return { callee: callee.diary, owner: owner.diary, seen };
}

describe('a hedged call', () => {
  it('is a plain one where the answer comes in time, at the very instant of the hedge too', () => {
    expect(story('ok').callee).toEqual(['0 call 1']);
    expect(story('ok@9').callee).toEqual(['0 call 1']);
    expect(story('ok@10').callee).toEqual(['0 call 1']);
    expect(story('ok@11').callee).toEqual(['0 call 1', '10 call 1', '11 leave 1']);
  });

  it('takes the first good answer; the loser runs on for nobody, and is still counted', () => {
    const { owner, callee, seen } = story('ok@50 ok@20');
    expect(owner).toEqual(['30 ok']);
    expect(callee).toEqual(['0 call 1', '10 call 1', '30 leave 1']);
    expect(seen).toEqual(['0 attempt', '10 hedge', '10 attempt', '30 ok', '50 ok']);
  });

  it('stops the loser with cancelOnTimeout, whichever it is', () => {
    const cancel = { cancelOnTimeout: true };
    expect(story('ok@50 ok@20', cancel)).toMatchObject({
      owner: ['30 ok'],
      callee: ['0 call 1', '10 call 1', '30 stop 1'],
    });
    expect(story('ok@15 ok@20', cancel)).toMatchObject({
      owner: ['15 ok'],
      callee: ['0 call 1', '10 call 1', '15 stop 1'],
    });
    expect(story('ok@50 ok', cancel)).toMatchObject({
      owner: ['10 ok'],
      callee: ['0 call 1', '10 call 1', '10 stop 1'],
    });
  });

  it('sends up to `most` hedges, each as long after the one before', () => {
    const { callee, owner } = story('never never never ok@1', {
      hedge: { afterUs: 10, most: 3 },
      cancelOnTimeout: true,
    });
    expect(callee.slice(0, 4)).toEqual(['0 call 1', '10 call 1', '20 call 1', '30 call 1']);
    expect(callee.slice(4)).toEqual(['31 stop 1', '31 stop 1', '31 stop 1']);
    expect(owner).toEqual(['31 ok']);
  });

  it('waits for the others when one fails, and has failed when the last has', () => {
    expect(story('failed@15 ok@30').owner).toEqual(['40 ok']);
    expect(story('failed@15 refused@30').owner).toEqual(['40 refused']);
    expect(story('ok@30 failed')).toMatchObject({ owner: ['30 ok'] });
  });

  it('does not send a hedge for an attempt that failed before: that is for retries', () => {
    expect(story('failed@5')).toMatchObject({ owner: ['5 failed'], callee: ['0 call 1'] });
    const { callee, owner } = story('failed@5 never ok@3', { retry: retries(2, 100) });
    expect(callee).toEqual(['0 call 1', '105 call 1', '115 call 1', '118 leave 1']);
    expect(owner).toEqual(['118 ok']);
  });

  it('has a timeout for each attempt by itself, from when it went out', () => {
    const { callee, owner, seen } = story('never ok@14', { timeoutUs: 15 });
    expect(callee).toEqual(['0 call 1', '10 call 1', '15 leave 1']);
    expect(owner).toEqual(['24 ok']);
    expect(seen.filter((line) => line.endsWith('timeout'))).toEqual(['15 timeout']);
    expect(story('never', { timeoutUs: 15 }).owner).toEqual(['25 timedOut']);
    // An answer at the very instant of the hedge's own timeout is in time.
    expect(story('never ok@15', { timeoutUs: 15 }).owner).toEqual(['25 ok']);
  });

  it('gives each leg luck of its own, and the first the luck that it has without hedges', () => {
    const paths = (hedge: CallPolicy['hedge']) => {
      const { sim, path, owner, callee } = stage('never', {
        hedge: hedge ?? null,
        retry: retries(3, 1),
        timeoutUs: 50,
      });
      path.call(1, 77, owner, 1);
      sim.run();
      return callee.paths;
    };
    const [plain, hedged] = [paths(null), paths({ afterUs: 10, most: 2 })];
    expect(hedged).toHaveLength(9);
    expect(new Set(hedged).size).toBe(9);
    expect(hedged.filter((_, i) => i % 3 === 0)).toEqual(plain);
  });

  it('tells the legs under way when whoever is at the root has left, and those that go out after', () => {
    const { sim, path, owner, callee } = stage('ok@50 ok@50', {});
    const ticket = path.call(1, 0, owner, 1);
    sim.schedule(5, () => path.disown(ticket), undefined);
    sim.run();
    expect(callee.diary).toEqual(['0 call 1', '5 disown 1', '10 call 1', '10 disown 1', '50 leave 1']);
  });

  it('goes with all its legs when its owner leaves', () => {
    const { sim, path, owner, callee, requests } = stage('never never', {});
    const ticket = path.call(1, 0, owner, 1);
    sim.schedule(15, () => path.abandon(ticket, true), undefined);
    sim.run();
    expect(callee.diary).toEqual(['0 call 1', '10 call 1', '15 stop 1', '15 stop 1']);
    expect([owner.diary, requests.held]).toEqual([[], 0]);
  });

  it('pays for hedges from the budget of the retries', () => {
    const budget = { capacity: 2, cost: 1, throttlingCost: 1, refund: 0.5 };
    const { sim, path, owner, callee } = stage('ok@100', { retry: { ...NO_RETRY, budget } });
    for (let i = 0; i < 6; i++) sim.schedule(i * 1000, () => path.call(i, 0, owner, i), undefined);
    sim.run();
    // Two saved up, and every success pays for half a hedge: 2 − 1 + ½ − 1 + ½ = 1 for the third, ½ for the fourth, 1 for the fifth.
    const hedged = callee.diary.filter((line) => line.includes('call') && !line.match(/^\d*000 |^0 /));
    expect(hedged).toEqual(['10 call 0', '1010 call 1', '2010 call 2', '4010 call 4']);
  });

  it('takes a token of the send rate that nobody waits for, and goes without a hedge where there is none', () => {
    const { sim, path, owner, callee } = stage('throttled never never never', {
      retry: { ...NO_RETRY, adaptive: true },
      timeoutUs: 100,
    });
    path.call(0, 0, owner, 0);
    // The bucket gathers half a token a second: the one of 2 s is for the call itself; after 7 s there is one at once.
    sim.schedule(1_000_000, () => path.call(1, 0, owner, 1), undefined);
    sim.run();
    expect(callee.diary).toEqual(['0 call 0', '2000000 call 1', '2000100 leave 1']);
  });

  it('takes nothing from the budget where there is no token of the send rate', () => {
    const budget = { capacity: 1, cost: 1, throttlingCost: 1, refund: 0 };
    const { sim, path, owner, callee } = stage('throttled ok@2500000', {
      retry: { ...NO_RETRY, adaptive: true, budget },
      hedge: { afterUs: 1_500_000, most: 1 },
    });
    for (const [i, at] of [0, 1_000_000, 8_000_000].entries()) {
      sim.schedule(at, () => path.call(i, 0, owner, i), undefined);
    }
    sim.run();
    // Three quarters of a token when the hedge of call 1 is due; when that of call 2 is, there is one, and the budget is whole.
    expect(callee.diary.filter((line) => line.includes('call'))).toEqual([
      '0 call 0',
      '2000000 call 1',
      '8000000 call 2',
      '9500000 call 2',
    ]);
  });

  it('is measured once an answer by the send rate: a hedge that is never due changes nothing', () => {
    const play = (hedge: CallPolicy['hedge']) => {
      const { sim, path, owner, callee } = stage('ok ok throttled@20 ok ok throttled ok', {
        retry: { ...NO_RETRY, adaptive: true },
        hedge: hedge ?? null,
      });
      for (let i = 0; i < 40; i++) sim.schedule(i * 100_000, () => path.call(i, 0, owner, i), undefined);
      sim.run();
      return callee.diary;
    };
    const plain = play(null);
    expect(plain).not.toContain('500000 call 5');
    expect(play({ afterUs: 1_000_000, most: 1 })).toEqual(plain);
  });

  it('is one trial to a breaker that tries again, not two', () => {
    const breaker = { failureRate: 1, window: 1, openUs: 100, halfOpenCalls: 1 };
    const { sim, path, owner, callee } = stage('failed never ok@5 ok', { breaker });
    path.call(0, 0, owner, 0);
    for (const [i, at] of [150, 165, 200].entries())
      sim.schedule(at, () => path.call(1 + i, 0, owner, 1 + i), undefined);
    sim.run();
    expect(callee.diary).toEqual(['0 call 0', '150 call 1', '160 call 1', '165 leave 1', '200 call 3']);
    expect(owner.diary).toEqual(
      ['0 failed', '165 keptBack', '165 ok', '200 ok'].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)),
    );
  });
});
