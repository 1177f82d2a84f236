import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallPath, Link, LinkState } from '../../src/calls/index.ts';
import { compileVariate, Simulation } from '../../src/kernel/index.ts';
import { Outcome } from '../../src/services/ports.ts';
import { type Behaviour, CountedRequests, Owner, ScriptedCallee } from './stage.ts';

const anyBehaviour: fc.Arbitrary<Behaviour> = fc.record({
  outcome: fc.constantFrom(Outcome.ok, Outcome.failed, Outcome.refused, Outcome.throttled),
  afterUs: fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: 30 }), fc.constant(Number.POSITIVE_INFINITY)),
});
/** When each call begins, and when its owner loses its patience, or the root leaves, if ever. */
const anyCall = fc.record({
  atUs: fc.integer({ min: 0, max: 60 }),
  abandonAfter: fc.option(fc.integer({ min: 0, max: 60 })),
  disownAfter: fc.option(fc.integer({ min: 0, max: 60 })),
  stop: fc.boolean(),
  again: fc.boolean(),
});
const anyPolicy = fc.record({
  timeoutUs: fc.option(fc.integer({ min: 1, max: 25 })),
  cancelOnTimeout: fc.boolean(),
  attempts: fc.integer({ min: 1, max: 4 }),
  waitUs: fc.integer({ min: 0, max: 8 }),
  breaker: fc.option(
    fc.record({
      failureRate: fc.constantFrom(0.3, 1),
      window: fc.integer({ min: 1, max: 4 }),
      openUs: fc.integer({ min: 1, max: 20 }),
      halfOpenCalls: fc.integer({ min: 1, max: 2 }),
    }),
  ),
  budget: fc.option(fc.constant({ capacity: 3, cost: 1, throttlingCost: 2, refund: 1 })),
  adaptive: fc.boolean(),
  hedge: fc.option(fc.record({ afterUs: fc.integer({ min: 1, max: 20 }), most: fc.integer({ min: 1, max: 3 }) })),
  bulkhead: fc.option(
    fc.record({
      concurrent: fc.integer({ min: 1, max: 3 }),
      waiting: fc.option(fc.integer({ min: 0, max: 4 })),
      maxWaitUs: fc.option(fc.integer({ min: 1, max: 40 })),
    }),
  ),
});
const anyLink = fc.option(
  fc.record({
    latencyUs: fc.integer({ min: 0, max: 6 }),
    loseRequests: fc.constantFrom(0, 0.3),
    loseReplies: fc.constantFrom(0, 0.3),
  }),
);

describe('every call', () => {
  it('is answered exactly once unless it was abandoned, and gives back all it held, whatever the callee does', () => {
    fc.assert(
      fc.property(
        fc.array(anyBehaviour, { minLength: 1, maxLength: 12 }),
        fc.array(anyCall, { minLength: 1, maxLength: 12 }),
        anyPolicy,
        anyLink,
        (script, calls, how, wire) => {
          const sim = new Simulation({ seed: 11, maxEvents: 100_000 });
          const requests = new CountedRequests();
          const callee = new ScriptedCallee(sim, requests, script);
          const state = new LinkState();
          const link =
            wire === null
              ? null
              : new Link(
                  sim,
                  'l',
                  requests,
                  callee,
                  compileVariate({ kind: 'constant', value: wire.latencyUs }),
                  state,
                );
          if (wire !== null) Object.assign(state, { loseRequests: wire.loseRequests, loseReplies: wire.loseReplies });
          const backoff = { baseUs: how.waitUs, capUs: how.waitUs, factor: 1, jitter: 'none' as const };
          const retry = {
            attempts: how.attempts,
            backoff,
            throttlingBackoff: null,
            budget: how.budget,
            adaptive: how.adaptive,
          };
          let [attempts, observed, hedges, heldBack] = [0, 0, 0, 0];
          const path = new CallPath(
            sim,
            'p',
            requests,
            link ?? callee,
            { ...how, retry },
            {
              onAttempt: () => attempts++,
              onServed: () => observed++,
              onHedge: () => hedges++,
              onHeldBack: () => heldBack++,
            },
          );
          const owner = new Owner(sim);
          const tickets = new Map<number, number>();
          const gone = new Set<number>();
          let next = calls.length;
          owner.then = (tag) => {
            tickets.delete(tag);
            // An answer that brings about the next call, in the place that has just become free.
            if (tag < calls.length && calls[tag]?.again === true) {
              const mine = next++;
              const ticket = path.call(mine, 0, owner, mine);
              if (ticket >= 0) tickets.set(mine, ticket);
            }
          };
          calls.forEach((call, i) => {
            sim.schedule(
              call.atUs,
              () => {
                const ticket = path.call(i, 0, owner, i);
                if (ticket >= 0) tickets.set(i, ticket);
                expect(ticket >= 0).toBe(!owner.answers.has(i));
              },
              null,
            );
            const whileOpen = (after: number | null, act: (ticket: number) => void): void => {
              if (after === null) return;
              sim.schedule(
                call.atUs + after,
                () => {
                  const ticket = tickets.get(i);
                  if (ticket !== undefined) act(ticket);
                },
                null,
              );
            };
            whileOpen(call.disownAfter, (ticket) => path.disown(ticket));
            whileOpen(call.abandonAfter, (ticket) => {
              tickets.delete(i);
              gone.add(i);
              path.abandon(ticket, call.stop);
            });
          });
          expect(sim.run().reason).toBe('empty');
          // Answered once (the owner throws on a second time) or abandoned; only what has no timeout may still wait, for an answer lost or never given.
          for (let i = 0; i < next; i++) {
            const ends = Number(owner.answers.has(i)) + Number(gone.has(i)) + Number(tickets.has(i));
            expect(ends).toBe(1);
          }
          if (how.timeoutUs !== null) expect(tickets.size).toBe(0);
          for (const ticket of tickets.values()) path.abandon(ticket, true);
          expect(requests.held).toBe(0);
          expect(callee.inProgress).toBe(0);
          expect(observed).toBeLessThanOrEqual(attempts);
          expect(callee.calls).toBeLessThanOrEqual(attempts);
          expect(hedges).toBeLessThanOrEqual(
            how.hedge === null ? 0 : (attempts * how.hedge.most) / (1 + how.hedge.most),
          );
          expect(heldBack).toBeLessThanOrEqual(how.bulkhead === null ? 0 : next);
        },
      ),
      { seed: 5, numRuns: 1500 },
    );
  });
});
