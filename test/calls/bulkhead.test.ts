/** A bulkhead on a call. The closed form through a scenario file: street.test.ts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallPath, type CallPolicy } from '../../src/calls/index.ts';
import { NO_RETRY } from '../../src/calls/schema.ts';
import type { BulkheadSettings } from '../../src/calls/settings.ts';
import { Simulation } from '../../src/kernel/index.ts';
import { CountedRequests, nameOf, Owner, ScriptedCallee } from './stage.ts';

const none = { concurrent: 1, waiting: 0, maxWaitUs: null };

function stage(script: string, bulkhead: BulkheadSettings, change: Partial<CallPolicy> = {}) {
  const sim = new Simulation({ seed: 1 });
  const requests = new CountedRequests();
  const callee = new ScriptedCallee(sim, requests, script);
  const heldBack: string[] = [];
  const policy = { timeoutUs: null, retry: NO_RETRY, breaker: null, cancelOnTimeout: false, bulkhead, ...change };
  const path = new CallPath(sim, 'a->b', requests, callee, policy, {
    onAttempt: () => {},
    onServed: () => {},
    onHeldBack: (request) => heldBack.push(`${sim.now} ${request}`),
  });
  const owner = new Owner(sim);
  const tickets: number[] = [];
  const callAt = (atUs: number, request: number): void => {
    sim.schedule(atUs, () => (tickets[request] = path.call(request, 0, owner, request)), undefined);
  };
  const answers = (): string[] => [...owner.answers].map(([tag, outcome]) => `${tag} ${nameOf(outcome)}`);
  return { sim, requests, callee, path, owner, heldBack, tickets, callAt, answers };
}

describe('a bulkhead', () => {
  it('holds back at once what finds no place, without a ticket, and lets others pass', () => {
    const { sim, callee, callAt, tickets, heldBack, answers, requests } = stage('ok@10', { ...none, concurrent: 2 });
    for (const [request, at] of [0, 5, 9, 11, 16].entries()) callAt(at, request);
    sim.run();
    expect(heldBack).toEqual(['9 2']);
    expect(tickets[2]).toBe(-1);
    expect(answers()).toEqual(['2 keptBack', '0 ok', '1 ok', '3 ok', '4 ok']);
    expect([callee.calls, callee.mostInProgress, requests.held]).toEqual([4, 2, 0]);
  });

  it('lets the others wait, first come first served, as many as there are places to wait', () => {
    const { sim, callee, callAt, heldBack } = stage('ok@10', { concurrent: 1, waiting: 2, maxWaitUs: null });
    for (let request = 0; request < 4; request++) callAt(request, request);
    sim.run();
    expect(callee.diary).toEqual(['0 call 0', '10 call 1', '20 call 2']);
    expect(heldBack).toEqual(['3 3']);
  });

  it('holds back who has waited too long; a place that is free at that very instant is in time', () => {
    const { sim, callee, callAt, heldBack, answers } = stage('ok@10', { concurrent: 1, waiting: null, maxWaitUs: 9 });
    callAt(0, 0);
    callAt(0, 1);
    callAt(1, 2);
    callAt(2, 3);
    sim.run();
    expect(callee.diary).toEqual(['0 call 0', '10 call 2']);
    expect(heldBack).toEqual(['9 1', '11 3']);
    expect(answers()).toEqual(['1 keptBack', '0 ok', '3 keptBack', '2 ok']);
  });

  it('gives a free place to the first of the line, before whoever comes at the same instant, and tells who is about to start from who waits', () => {
    const { sim, path, callee, owner, callAt, heldBack } = stage('ok@10', {
      concurrent: 1,
      waiting: 1,
      maxWaitUs: null,
    });
    callAt(0, 0);
    callAt(1, 1);
    // The answer to 0 brings about a call at once: 1 has the place as good as taken, and the one place to wait is free.
    owner.then = (tag) => {
      if (tag === 0) path.call(2, 0, owner, 2);
    };
    sim.schedule(
      5,
      () => sim.schedule(5, () => callee.diary.push(`${sim.now} an ordinary event`), undefined),
      undefined,
    );
    sim.run();
    expect(callee.diary).toEqual(['0 call 0', '10 call 1', '10 an ordinary event', '20 call 2']);
    expect(heldBack).toEqual([]);
  });

  it('counts a call with all its retries and the waits between them', () => {
    const backoff = { baseUs: 100, capUs: 100, factor: 1, jitter: 'none' as const };
    const retry = { ...NO_RETRY, attempts: 2, backoff };
    const { sim, callee, callAt, heldBack } = stage('failed@1 ok@1', none, { retry });
    callAt(0, 0);
    callAt(50, 1);
    callAt(103, 2);
    sim.run();
    expect(heldBack).toEqual(['50 1']);
    expect(callee.diary).toEqual(['0 call 0', '101 call 0', '103 call 2']);
  });

  it('does not count work that goes on for nobody after a timeout', () => {
    const { sim, callee, callAt, heldBack } = stage('ok@1000', none, { timeoutUs: 10 });
    for (const [request, at] of [0, 11, 22].entries()) callAt(at, request);
    sim.run();
    expect(heldBack).toEqual([]);
    expect(callee.mostInProgress).toBe(3);
  });

  it('is not asked again by a retry, and what it holds back is not tried again', () => {
    const retry = { ...NO_RETRY, attempts: 5 };
    const { sim, callAt, heldBack, answers } = stage('ok@10', none, { retry });
    callAt(0, 0);
    callAt(1, 1);
    sim.run();
    expect(heldBack).toEqual(['1 1']);
    expect(answers()).toEqual(['1 keptBack', '0 ok']);
  });

  it('gives the place of a call whose owner leaves to the next, and forgets who leaves the line', () => {
    const { sim, path, callee, callAt, tickets, requests } = stage('never', {
      concurrent: 1,
      waiting: null,
      maxWaitUs: 100,
    });
    for (let request = 0; request < 4; request++) callAt(0, request);
    for (const [request, at] of [
      [1, 5],
      [0, 10],
      [2, 20],
      [3, 30],
    ] as const)
      sim.schedule(at, () => path.abandon(tickets[request] as number, true), undefined);
    sim.run();
    expect(callee.diary).toEqual(['0 call 0', '10 stop 0', '10 call 2', '20 stop 2', '20 call 3', '30 stop 3']);
    expect(requests.held).toBe(0);
  });

  it('starts a long line of calls that are answered at once without growing the stack', () => {
    const { sim, callAt, owner } = stage('ok@10 failed', { concurrent: 1, waiting: null, maxWaitUs: null });
    for (let request = 0; request < 50_000; request++) callAt(0, request);
    sim.run();
    expect(owner.answers.size).toBe(50_000);
    expect(owner.diary.at(-1)).toBe('10 failed');
  });

  it('never has more under way than it may, nor anyone waiting beside a free place, whoever comes and goes', () => {
    const visit = fc.record({
      afterUs: fc.integer({ min: 0, max: 6 }),
      worksUs: fc.integer({ min: -1, max: 20 }),
      leavesUs: fc.option(fc.integer({ min: 0, max: 25 })),
    });
    fc.assert(
      fc.property(
        fc.array(visit, { minLength: 1, maxLength: 14 }),
        fc.integer({ min: 1, max: 3 }),
        fc.option(fc.integer({ min: 0, max: 3 })),
        fc.option(fc.integer({ min: 1, max: 15 })),
        (visits, concurrent, waiting, maxWaitUs) => {
          const script = visits.map(({ worksUs }) => (worksUs < 0 ? 'ok' : `ok@${worksUs}`)).join(' ');
          const { sim, path, callee, owner, requests, tickets, callAt, heldBack } = stage(script, {
            concurrent,
            waiting,
            maxWaitUs,
          });
          let at = 0;
          const open = new Set<number>();
          owner.then = (tag) => void open.delete(tag);
          visits.forEach(({ afterUs, leavesUs }, request) => {
            at += afterUs;
            callAt(at, request);
            sim.schedule(at, () => tickets[request] !== -1 && open.add(request), undefined);
            if (leavesUs === null) return;
            sim.schedule(
              at + leavesUs,
              () => {
                if (open.delete(request)) path.abandon(tickets[request] as number, true);
              },
              undefined,
            );
          });
          const broken: string[] = [];
          for (let us = 0; us <= at + 300; us++) {
            sim.scheduleAt(
              us,
              () => {
                const waits = open.size - callee.inProgress;
                if (callee.inProgress > concurrent) broken.push(`${us}: ${callee.inProgress} under way`);
                if (waiting !== null && waits > waiting) broken.push(`${us}: ${waits} wait`);
                if (waits > 0 && callee.inProgress < concurrent)
                  broken.push(`${us}: ${waits} wait beside a free place`);
              },
              undefined,
              3,
            );
          }
          sim.run();
          expect(broken).toEqual([]);
          expect([open.size, requests.held, callee.inProgress]).toEqual([0, 0, 0]);
          if (waiting === null && maxWaitUs === null) expect(heldBack).toEqual([]);
        },
      ),
      { seed: 9, numRuns: 300 },
    );
  });
});
