/** The adaptive mode on a call: what a client sends, and when. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallPath } from '../../src/calls/index.ts';
import { NO_RETRY, SDK_STANDARD } from '../../src/calls/schema.ts';
import { Simulation } from '../../src/kernel/index.ts';
import { type Callee, type Caller, Outcome } from '../../src/services/ports.ts';
import { ReferenceLimiter } from './adaptive-reference.ts';
import { CountedRequests, Owner, ScriptedCallee } from './stage.ts';

const SECOND = 1_000_000;
const ADAPTIVE = { ...NO_RETRY, adaptive: true };
const policy = { timeoutUs: null, retry: ADAPTIVE, breaker: null, cancelOnTimeout: false };

/** Serves so many calls in each tenth of a second, at once, and throttles the others. */
class Limited implements Callee {
  readonly #sim: Simulation;
  readonly #perTenth: number;
  #tenth = -1;
  #left = 0;
  readonly sent: { atUs: number; ok: boolean }[] = [];

  constructor(sim: Simulation, perSecond: number) {
    this.#sim = sim;
    this.#perTenth = perSecond / 10;
  }

  call(_request: number, _path: number, caller: Caller, tag: number): number {
    const tenth = Math.floor(this.#sim.now / 100_000);
    if (tenth !== this.#tenth) [this.#tenth, this.#left] = [tenth, this.#perTenth];
    const ok = this.#left-- > 0;
    this.sent.push({ atUs: this.#sim.now, ok });
    caller.onReply(tag, ok ? Outcome.ok : Outcome.throttled);
    return -1;
  }
  abandon(): void {}
  disown(): void {}
}

/** A crowd that always has a call to make: `clients` loops against a server that takes `perSecond`. */
function crowd(clients: number, perSecond: number, retry = { ...SDK_STANDARD, adaptive: true }) {
  const sim = new Simulation({ seed: 3, maxEvents: 3_000_000 });
  const callee = new Limited(sim, perSecond);
  const path = new CallPath(sim, 'p', new CountedRequests(), callee, { ...policy, retry });
  let next = 0;
  const begin = (): void => {
    const request = next++;
    path.call(request, 0, owner, request);
  };
  const owner: Caller = {
    onReply: () => void sim.schedule(200_000, begin, undefined),
    onLateReply: () => {},
  };
  for (let i = 0; i < clients; i++) sim.schedule(i * 100, begin, undefined);
  sim.run({ until: 60 * SECOND });
  const late = callee.sent.filter(({ atUs }) => atUs > 30 * SECOND);
  return {
    goodPerSecond: late.filter(({ ok }) => ok).length / 30,
    throttled: late.filter(({ ok }) => !ok).length / late.length,
  };
}

describe('a client in the adaptive mode', () => {
  it.each([20, 100, 500])(
    'settles near the capacity of a server that takes %i/s, and is seldom throttled',
    (capacity) => {
      const { goodPerSecond, throttled } = crowd(1000, capacity);
      expect(goodPerSecond / capacity).toBeGreaterThan(0.75);
      expect(goodPerSecond / capacity).toBeLessThanOrEqual(1.001);
      expect(throttled).toBeLessThan(0.15);
    },
  );

  it('spares the server most of what the standard mode would send it in vain', () => {
    const [standard, adaptive] = [crowd(1000, 100, SDK_STANDARD), crowd(1000, 100)];
    expect(standard.throttled).toBeGreaterThan(5 * adaptive.throttled);
  });

  it('is the standard mode as long as nobody throttles, to the microsecond', () => {
    const play = (retry: typeof SDK_STANDARD) => {
      const sim = new Simulation({ seed: 5 });
      const requests = new CountedRequests();
      const callee = new ScriptedCallee(sim, requests, 'failed@50 refused ok@20 unavailable failed@9 ok ok@3 failed');
      const owner = new Owner(sim);
      const path = new CallPath(sim, 'p', requests, callee, { ...policy, timeoutUs: 30, retry });
      for (let i = 0; i < 40; i++) sim.schedule(i * 10_000, () => path.call(i, 0, owner, i), undefined);
      sim.run();
      return [...owner.diary, ...callee.diary];
    };
    expect(play({ ...SDK_STANDARD, adaptive: true })).toEqual(play(SDK_STANDARD));
  });

  it('waits for its token on the virtual clock, first come first served, whoever leaves', () => {
    const sim = new Simulation({ seed: 1 });
    const requests = new CountedRequests();
    const callee = new ScriptedCallee(sim, requests, 'throttled ok');
    const owner = new Owner(sim);
    const path = new CallPath(sim, 'p', requests, callee, policy);
    path.call(0, 0, owner, 0);
    // Comes at the instant of the first token, before the event that gives it away.
    sim.schedule(2_000_000, () => path.call(4, 0, owner, 4), undefined);
    // Nothing was measured yet: the rate is the lowest, a call in two seconds, and the bucket is empty.
    const tickets = [1, 2, 3].map((request) => path.call(request, 0, owner, request));
    expect(tickets.every((ticket) => ticket >= 0)).toBe(true);
    path.disown(tickets[2] as number);
    path.abandon(tickets[1] as number, true);
    sim.run();
    expect(callee.diary).toEqual(['0 call 0', '2000000 call 1', '2625000 call 3', '2909091 call 4']);
    // 1.6/s after the answer at 2 s: twice the measured rate, 0.8 of two answers in two seconds. Then 3.52/s.
    expect(requests.held).toBe(0);
  });

  it('measures timeouts too, and lets a retry wait for a token like any attempt', () => {
    const sim = new Simulation({ seed: 1 });
    const requests = new CountedRequests();
    const callee = new ScriptedCallee(sim, requests, 'throttled never ok');
    const owner = new Owner(sim);
    const backoff = { baseUs: 5, capUs: 5, factor: 1, jitter: 'none' as const };
    const retry = { ...ADAPTIVE, attempts: 3, backoff };
    const path = new CallPath(sim, 'p', requests, callee, { ...policy, timeoutUs: 100, retry });
    path.call(0, 0, owner, 0);
    sim.run();
    // The bucket gathers half a token a second from the first answer on, and 1.6 a second after the timeout, which counts as an answer.
    expect(callee.diary).toEqual(['0 call 0', '2000000 call 0', '2000100 leave 0', '2625069 call 0']);
    expect(owner.diary).toEqual(['2625069 ok']);
  });

  it('asks the breaker again where that has changed its mind while the attempt waited for a token', () => {
    const sim = new Simulation({ seed: 1 });
    const requests = new CountedRequests();
    const callee = new ScriptedCallee(sim, requests, 'throttled failed@1000 ok');
    const owner = new Owner(sim);
    const breaker = { failureRate: 1, window: 2, openUs: 10 * SECOND, halfOpenCalls: 1 };
    const path = new CallPath(sim, 'p', requests, callee, { ...policy, breaker });
    for (let request = 0; request < 4; request++) path.call(request, 0, owner, request);
    sim.run();
    // The breaker opens at 2.001 s; calls 2 and 3 were let pass before, and had to wait for their tokens.
    expect(callee.diary).toEqual(['0 call 0', '2000000 call 1']);
    expect(owner.diary.slice(-2).every((line) => line.endsWith('keptBack'))).toBe(true);
  });

  it('sends nothing early, nothing late, and nothing out of turn, whatever is answered', () => {
    const event = fc.record({
      afterUs: fc.integer({ min: 0, max: 400_000 }),
      outcome: fc.constantFrom(Outcome.ok, Outcome.ok, Outcome.ok, Outcome.failed, Outcome.throttled),
      answerUs: fc.integer({ min: -1, max: 900_000 }),
      leavesAfterUs: fc.option(fc.integer({ min: 0, max: 2 * SECOND })),
    });
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 60 }), (events) => {
        const sim = new Simulation({ seed: 1, maxEvents: 100_000 });
        const requests = new CountedRequests();
        const log: { what: 'asked' | 'left' | 'sent' | 'ok' | 'throttled'; request: number; atUs: number }[] = [];
        const script = events.map(({ outcome, answerUs }) => ({ outcome, afterUs: answerUs }));
        const inner = new ScriptedCallee(sim, requests, script);
        const callee: Callee = {
          call(request, at, caller, tag) {
            log.push({ what: 'sent', request, atUs: sim.now });
            return inner.call(request, at, caller, tag);
          },
          abandon: (ticket, stop) => inner.abandon(ticket, stop),
          disown: () => {},
        };
        const path = new CallPath(sim, 'p', requests, callee, policy, {
          onAttempt: () => {},
          onServed: (request, outcome) => {
            log.push({ what: outcome === Outcome.throttled ? 'throttled' : 'ok', request, atUs: sim.now });
          },
        });
        const owner = new Owner(sim);
        let at = 0;
        events.forEach(({ afterUs, leavesAfterUs }, request) => {
          at += afterUs;
          sim.schedule(
            at,
            () => {
              log.push({ what: 'asked', request, atUs: sim.now });
              const ticket = path.call(request, 0, owner, request);
              if (leavesAfterUs === null || ticket < 0) return;
              sim.schedule(
                leavesAfterUs,
                () => {
                  const waits = !log.some((entry) => entry.what === 'sent' && entry.request === request);
                  if (!waits) return;
                  log.push({ what: 'left', request, atUs: sim.now });
                  path.abandon(ticket, true);
                },
                undefined,
              );
            },
            undefined,
          );
        });
        sim.run();
        expect(requests.held).toBe(0);

        const reference = new ReferenceLimiter();
        const waiting: number[] = [];
        const askedUs = new Map<number, number>();
        let sent = 0;
        for (const { what, request, atUs } of log) {
          const now = atUs / SECOND;
          if (reference.enabled) reference.look(now);
          // Nobody who waits lets a token lie, but for the microseconds that rounding costs.
          const waits = waiting.some((one) => (askedUs.get(one) as number) < atUs);
          if (reference.enabled && waits) expect(reference.tokens).toBeLessThan(1.001);
          if (what === 'asked') {
            askedUs.set(request, atUs);
            waiting.push(request);
          } else if (what === 'left') waiting.splice(waiting.indexOf(request), 1);
          else if (what === 'sent') {
            expect(waiting.shift()).toBe(request);
            sent++;
            if (!reference.enabled) continue;
            expect(reference.tokens).toBeGreaterThan(1 - 1e-9);
            reference.tokens -= 1;
          } else reference.answered(now, what === 'throttled');
        }
        expect(waiting).toEqual([]);
        expect(sent).toBe(inner.calls);
      }),
      { seed: 3, numRuns: 400 },
    );
  });
});
