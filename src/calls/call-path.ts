/**
 * The client side of calls to one callee: bulkhead, per-attempt timeout, retries with backoff, budget, circuit breaker, send rate, hedges.
 *
 *   owner ──call──▶ [bulkhead] ─▶ CallPath ──attempt 1, 2, …──▶ [breaker] ─▶ [send rate] ─▶ [hedge] ─▶ callee (a service, a link, a
 *   owner ◀─onReply───────────────┘   ▲ timeout lane, backoff, budget                                   queue's producer)
 *
 * A timed-out attempt is abandoned: the work behind it goes on unless `cancelOnTimeout`. An answer at the very instant of the timeout is
 * still in time. What the breaker or the bulkhead holds back is answered at once, and not tried again.
 */
import { type KeyedStream, type Simulation, TimeoutLane } from '../kernel/index.ts';
import { type Callee, type Caller, Outcome, type Requests } from '../services/ports.ts';
import { backoffUs } from './backoff.ts';
import { Breaker } from './breaker.ts';
import { Bulkhead } from './bulkhead.ts';
import { grownFloat64, grownInt32, grownUint32, grownUint8 } from './growth.ts';
import { Hedge, type HedgePolicy } from './hedge.ts';
import type { CallObserver } from './observer.ts';
import { childPath } from './path.ts';
import { RetryBudget } from './retry-budget.ts';
import { SendLine } from './send-line.ts';
import type { BulkheadSettings, CallSettings } from './settings.ts';
import { FIRST_SLOTS, Slots } from './slots.ts';

/** Left out: no hedges, no bulkhead. */
export type CallPolicy = Pick<CallSettings, 'timeoutUs' | 'retry' | 'breaker' | 'cancelOnTimeout'> &
  Partial<Pick<CallSettings, 'hedge' | 'bulkhead'>>;

const Free = 0;
const Attempting = 1;
const Waiting = 2; // for its next attempt
const Held = 3; // in the line of the bulkhead, without a place
const Metered = 4; // for a token of the send rate

/** Giving up is a decision: it comes after all that happens at its instant. */
const DECISION = 2;

export class CallPath implements Callee, Caller {
  readonly #sim: Simulation;
  readonly #requests: Requests;
  readonly #callee: Callee;
  readonly #policy: CallPolicy;
  readonly #observer: CallObserver | null;
  readonly #jitter: KeyedStream;
  readonly #lane: TimeoutLane | null;
  readonly #breaker: Breaker | null;
  readonly #budget: RetryBudget | null;
  readonly #bulkhead: Bulkhead | null;
  readonly #sendLine: SendLine | null;
  /** Whether the legs of the hedge, not the attempts, are what is observed, timed out and measured. */
  readonly #hedged: boolean;
  readonly #onHeldBack: ((request: number) => void) | null;
  readonly #slots = new Slots((length) => this.#grow(length));
  readonly #again = (slot: number): void => {
    this.#attempt(slot);
  };

  #state = new Uint8Array(FIRST_SLOTS);
  /** Whose attempt the slot serves: moves on with each attempt and each end, so that a timeout knows whether it is still meant. */
  #generation = new Int32Array(FIRST_SLOTS);
  /** Which call the slot serves: moves on with each call. */
  #serial = new Int32Array(FIRST_SLOTS);
  /** Era of the breaker in which the attempt went out. */
  #era = new Int32Array(FIRST_SLOTS);
  #request = new Int32Array(FIRST_SLOTS);
  #path = new Uint32Array(FIRST_SLOTS);
  #attempts = new Int32Array(FIRST_SLOTS);
  #ticket = new Int32Array(FIRST_SLOTS);
  #tag = new Int32Array(FIRST_SLOTS);
  /** The last failure was a throttling error. */
  #throttled = new Uint8Array(FIRST_SLOTS);
  /** Whoever is at the root has left. */
  #disowned = new Uint8Array(FIRST_SLOTS);
  #wait = new Float64Array(FIRST_SLOTS);
  #timer = new Float64Array(FIRST_SLOTS);
  readonly #caller: (Caller | null)[] = [];

  constructor(
    sim: Simulation,
    name: string,
    requests: Requests,
    callee: Callee,
    policy: CallPolicy,
    observer: CallObserver | null = null,
  ) {
    this.#sim = sim;
    this.#requests = requests;
    this.#policy = policy;
    const hedge = policy.hedge ?? null;
    this.#hedged = hedge !== null;
    this.#callee = hedge === null ? callee : this.#hedge(callee, { ...policy, hedge }, observer);
    this.#observer = hedge === null ? observer : null;
    this.#onHeldBack = observer?.onHeldBack === undefined ? null : (request) => observer.onHeldBack?.(request);
    this.#jitter = sim.keyedStream(`${name}/backoff`);
    this.#breaker = policy.breaker === null ? null : new Breaker(policy.breaker);
    this.#budget = policy.retry.budget === null ? null : new RetryBudget(policy.retry.budget);
    this.#sendLine = policy.retry.adaptive ? new SendLine(sim, (slot) => this.#metered(slot)) : null;
    this.#bulkhead = policy.bulkhead == null ? null : this.#partitionedBy(policy.bulkhead);
    this.#lane =
      policy.timeoutUs === null || hedge !== null
        ? null
        : new TimeoutLane(
            sim,
            policy.timeoutUs,
            (slot) => this.#timedOut(slot),
            (slot, generation) => this.#generation[slot] === generation && this.#state[slot] === Attempting,
            DECISION,
          );
  }

  call(request: number, path: number, caller: Caller, tag: number): number {
    const slot = this.#slots.take();
    this.#request[slot] = request;
    this.#path[slot] = path;
    this.#attempts[slot] = 0;
    this.#tag[slot] = tag;
    this.#wait[slot] = 0;
    this.#throttled[slot] = 0;
    this.#disowned[slot] = 0;
    this.#caller[slot] = caller;
    const serial = ((this.#serial[slot] as number) + 1) | 0;
    this.#serial[slot] = serial;
    this.#requests.retain(request);
    if (this.#bulkhead === null || this.#bulkhead.enter()) this.#attempt(slot);
    else this.#hold(slot, serial, this.#bulkhead);
    // Answered at once the slot is free, or serves a call that the answer brought about.
    return this.#state[slot] === Free || this.#serial[slot] !== serial ? -1 : slot;
  }

  abandon(slot: number, stop: boolean): void {
    const state = this.#state[slot];
    if (state === Waiting) this.#sim.cancel(this.#timer[slot] as number);
    else if (state === Held) this.#bulkhead?.leaveLine(slot);
    else {
      if (state === Metered) this.#sendLine?.leave(slot);
      else this.#leave(slot, stop);
      this.#breaker?.left(this.#era[slot] as number);
    }
    const request = this.#request[slot] as number;
    this.#give(slot);
    this.#requests.release(request);
  }

  disown(slot: number): void {
    this.#disowned[slot] = 1;
    const ticket = this.#ticket[slot] as number;
    if (this.#state[slot] === Attempting && ticket >= 0) this.#callee.disown(ticket);
  }

  onReply(slot: number, outcome: Outcome): void {
    this.#ticket[slot] = -1;
    this.#observer?.onServed(this.#request[slot] as number, outcome);
    this.#ended(slot, outcome);
  }

  onLateReply(request: number, outcome: Outcome): void {
    this.#observer?.onServed(request, outcome);
  }

  #attempt(slot: number): void {
    if (this.#breaker !== null && !this.#breaker.permits(this.#sim.now)) {
      this.#answer(slot, Outcome.keptBack);
      return;
    }
    if (this.#breaker !== null) this.#era[slot] = this.#breaker.era;
    if (this.#sendLine !== null && !this.#sendLine.takeOrJoin(slot)) this.#state[slot] = Metered;
    else this.#send(slot);
  }

  #send(slot: number): void {
    const attempt = this.#attempts[slot] as number;
    const request = this.#request[slot] as number;
    this.#attempts[slot] = attempt + 1;
    this.#state[slot] = Attempting;
    this.#ticket[slot] = -1;
    const generation = ((this.#generation[slot] as number) + 1) | 0;
    this.#generation[slot] = generation;
    this.#observer?.onAttempt(request);
    const ticket = this.#callee.call(request, childPath(this.#path[slot] as number, attempt), this, slot);
    // Answered at once: the slot waits for its next attempt, is free, or serves another call by now.
    if (ticket < 0) return;
    this.#ticket[slot] = ticket;
    if (this.#disowned[slot] === 1) this.#callee.disown(ticket);
    this.#lane?.arm(slot, generation);
  }

  /** The attempt has its token. Where the breaker has changed its mind meanwhile, it is asked again. */
  #metered(slot: number): void {
    const breaker = this.#breaker;
    if (breaker !== null && breaker.era !== this.#era[slot]) {
      if (!breaker.permits(this.#sim.now)) {
        this.#answer(slot, Outcome.keptBack);
        return;
      }
      this.#era[slot] = breaker.era;
    }
    this.#send(slot);
  }

  #hold(slot: number, serial: number, bulkhead: Bulkhead): void {
    this.#state[slot] = Held;
    if (!bulkhead.wait(slot, serial)) this.#holdBack(slot);
  }

  #holdBack(slot: number): void {
    this.#onHeldBack?.(this.#request[slot] as number);
    this.#answer(slot, Outcome.keptBack);
  }

  #timedOut(slot: number): void {
    this.#observer?.onTimedOut?.(this.#request[slot] as number);
    this.#leave(slot, this.#policy.cancelOnTimeout);
    this.#ended(slot, Outcome.timedOut);
  }

  #leave(slot: number, stop: boolean): void {
    const ticket = this.#ticket[slot] as number;
    if (ticket >= 0) this.#callee.abandon(ticket, stop);
    this.#ticket[slot] = -1;
  }

  /** One attempt is over: answer the owner, or wait and try again. */
  #ended(slot: number, outcome: Outcome): void {
    const success = outcome === Outcome.ok;
    if (!this.#hedged) this.#sendLine?.answered(outcome === Outcome.throttled);
    this.#breaker?.ended(this.#era[slot] as number, this.#sim.now, success);
    const attempts = this.#attempts[slot] as number;
    if (success) {
      this.#budget?.succeeded(attempts > 1, this.#throttled[slot] === 1);
      this.#answer(slot, outcome);
      return;
    }
    const throttled = outcome === Outcome.throttled;
    const retry = this.#policy.retry;
    if (
      attempts >= retry.attempts ||
      outcome === Outcome.denied ||
      (this.#budget !== null && !this.#budget.take(throttled))
    ) {
      this.#answer(slot, outcome);
      return;
    }
    this.#throttled[slot] = throttled ? 1 : 0;
    this.#state[slot] = Waiting;
    const backoff = throttled && retry.throttlingBackoff !== null ? retry.throttlingBackoff : retry.backoff;
    const path = childPath(this.#path[slot] as number, attempts);
    const draws = this.#jitter.at(this.#requests.ordinal(this.#request[slot] as number), path);
    const wait = backoffUs(backoff, attempts - 1, this.#wait[slot] as number, draws);
    this.#wait[slot] = wait;
    this.#timer[slot] = this.#sim.schedule(wait, this.#again, slot);
  }

  #answer(slot: number, outcome: Outcome): void {
    const caller = this.#caller[slot] as Caller;
    const tag = this.#tag[slot] as number;
    const request = this.#request[slot] as number;
    this.#give(slot);
    caller.onReply(tag, outcome);
    this.#requests.release(request);
  }

  #give(slot: number): void {
    if (this.#bulkhead !== null && this.#state[slot] !== Held) this.#bulkhead.leave();
    this.#state[slot] = Free;
    this.#generation[slot] = ((this.#generation[slot] as number) + 1) | 0;
    this.#caller[slot] = null;
    this.#slots.give(slot);
  }

  // --- what only some paths have ---

  #hedge(callee: Callee, policy: HedgePolicy, observer: CallObserver | null): Hedge {
    return new Hedge(this.#sim, callee, policy, {
      observer,
      mayHedge: () => this.#mayHedge(),
      answered: (outcome) => this.#sendLine?.answered(outcome === Outcome.throttled),
    });
  }

  /** A hedge takes from the budget what a retry takes, and a token of the send rate where nobody waits for it; it never waits itself. */
  #mayHedge(): boolean {
    if (this.#sendLine !== null && !this.#sendLine.hasSpare) return false;
    if (this.#budget !== null && !this.#budget.take(false)) return false;
    return this.#sendLine === null || this.#sendLine.takeSpare();
  }

  #partitionedBy(settings: BulkheadSettings): Bulkhead {
    return new Bulkhead(this.#sim, settings, {
      start: (slot) => {
        this.#state[slot] = Attempting;
        this.#attempt(slot);
      },
      holdBack: (slot) => this.#holdBack(slot),
      waits: (slot, serial) => this.#state[slot] === Held && this.#serial[slot] === serial,
    });
  }

  #grow(length: number): void {
    this.#state = grownUint8(this.#state, length);
    this.#throttled = grownUint8(this.#throttled, length);
    this.#generation = grownInt32(this.#generation, length);
    this.#request = grownInt32(this.#request, length);
    this.#serial = grownInt32(this.#serial, length);
    this.#era = grownInt32(this.#era, length);
    this.#disowned = grownUint8(this.#disowned, length);
    this.#path = grownUint32(this.#path, length);
    this.#attempts = grownInt32(this.#attempts, length);
    this.#ticket = grownInt32(this.#ticket, length);
    this.#tag = grownInt32(this.#tag, length);
    this.#wait = grownFloat64(this.#wait, length);
    this.#timer = grownFloat64(this.#timer, length);
  }
}
