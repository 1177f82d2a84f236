/**
 * Hedged requests: where an attempt has no answer after `after`, another goes out beside it. The first good answer wins.
 *
 *   CallPath ─▶ round ─▶ leg 0 ───────────────────────▶ callee
 *               │ after ▶ leg 1 ───────────────────────▶ callee        … up to `most` more
 *   CallPath ◀──┘ first success, or the failure of the last leg that was under way
 *
 * The round is what its CallPath retries; timeouts are those of each leg. Losers are stopped with `cancelOnTimeout`, else they run on for nobody. An
 * answer at the very instant of `after` is in time. A failure hastens nothing: hedges are for what is slow, retries for what fails.
 */
import { type Simulation, TimeoutLane } from '../kernel/index.ts';
import { type Callee, type Caller, Outcome } from '../services/ports.ts';
import { grownInt32, grownUint32, grownUint8 } from './growth.ts';
import type { CallObserver } from './observer.ts';
import { hedgePath } from './path.ts';
import type { HedgeSettings } from './settings.ts';
import { FIRST_SLOTS, Slots } from './slots.ts';

/** Giving up on an answer is a decision: it comes after all that happens at its instant. */
const DECISION = 2;

export interface HedgePolicy {
  readonly hedge: HedgeSettings;
  readonly timeoutUs: number | null;
  readonly cancelOnTimeout: boolean;
}

export interface HedgePorts {
  readonly observer: CallObserver | null;
  /** Whether one more attempt may go out now; takes what it costs. */
  mayHedge(): boolean;
  /** A leg has its answer, or timed out. */
  answered(outcome: Outcome): void;
}

export class Hedge implements Callee, Caller {
  readonly #callee: Callee;
  readonly #policy: HedgePolicy;
  readonly #ports: HedgePorts;
  /** Legs of a round, at most: leg k of round r has place r · width + k. */
  readonly #width: number;
  readonly #timeouts: TimeoutLane | null;
  readonly #hedges: TimeoutLane;
  readonly #rounds = new Slots((length) => this.#grow(length));

  #live = new Uint8Array(FIRST_SLOTS);
  #disowned = new Uint8Array(FIRST_SLOTS);
  /** Which round the slot serves: moves on with each. */
  #serial = new Int32Array(FIRST_SLOTS);
  #request = new Int32Array(FIRST_SLOTS);
  #path = new Uint32Array(FIRST_SLOTS);
  #tag = new Int32Array(FIRST_SLOTS);
  #sent = new Int32Array(FIRST_SLOTS);
  /** Legs under way. */
  #open = new Int32Array(FIRST_SLOTS);
  readonly #caller: (Caller | null)[] = [];

  #flying: Uint8Array;
  #ticket: Int32Array;
  /** Moves on with each leg, so that a timeout knows whether it is still meant. */
  #generation: Int32Array;

  constructor(sim: Simulation, callee: Callee, policy: HedgePolicy, ports: HedgePorts) {
    this.#callee = callee;
    this.#policy = policy;
    this.#ports = ports;
    this.#width = 1 + policy.hedge.most;
    this.#flying = new Uint8Array(FIRST_SLOTS * this.#width);
    this.#ticket = new Int32Array(FIRST_SLOTS * this.#width);
    this.#generation = new Int32Array(FIRST_SLOTS * this.#width);
    this.#timeouts =
      policy.timeoutUs === null
        ? null
        : new TimeoutLane(
            sim,
            policy.timeoutUs,
            (leg) => this.#timedOut(leg),
            (leg, generation) => this.#flies(leg, generation),
            DECISION,
          );
    this.#hedges = new TimeoutLane(
      sim,
      policy.hedge.afterUs,
      (round) => this.#hedgeDue(round),
      (round, serial) => this.#isLive(round, serial),
      DECISION,
    );
  }

  call(request: number, path: number, caller: Caller, tag: number): number {
    const round = this.#rounds.take();
    const serial = ((this.#serial[round] as number) + 1) | 0;
    this.#serial[round] = serial;
    this.#live[round] = 1;
    this.#disowned[round] = 0;
    this.#request[round] = request;
    this.#path[round] = path;
    this.#tag[round] = tag;
    this.#sent[round] = 0;
    this.#open[round] = 0;
    this.#caller[round] = caller;
    this.#send(round);
    return this.#isLive(round, serial) ? round : -1;
  }

  abandon(round: number, stop: boolean): void {
    this.#leaveLegs(round, stop);
    this.#give(round);
  }

  disown(round: number): void {
    this.#disowned[round] = 1;
    for (let leg = round * this.#width; leg < (round + 1) * this.#width; leg++) {
      const ticket = this.#ticket[leg] as number;
      if (this.#flying[leg] === 1 && ticket >= 0) this.#callee.disown(ticket);
    }
  }

  onReply(leg: number, outcome: Outcome): void {
    this.#ports.observer?.onServed(this.#request[this.#roundOf(leg)] as number, outcome);
    this.#ended(leg, outcome);
  }

  onLateReply(request: number, outcome: Outcome): void {
    this.#ports.observer?.onServed(request, outcome);
  }

  #send(round: number): void {
    const place = this.#sent[round] as number;
    this.#sent[round] = place + 1;
    this.#open[round] = (this.#open[round] as number) + 1;
    const leg = round * this.#width + place;
    const generation = ((this.#generation[leg] as number) + 1) | 0;
    this.#generation[leg] = generation;
    this.#flying[leg] = 1;
    this.#ticket[leg] = -1;
    const serial = this.#serial[round] as number;
    const request = this.#request[round] as number;
    this.#ports.observer?.onAttempt(request);
    const ticket = this.#callee.call(request, hedgePath(this.#path[round] as number, place), this, leg);
    if (ticket >= 0) this.#underWay(leg, generation, ticket, round);
    if (place < this.#policy.hedge.most && this.#isLive(round, serial)) this.#hedges.arm(round, serial);
  }

  #underWay(leg: number, generation: number, ticket: number, round: number): void {
    if (!this.#flies(leg, generation)) {
      // The round ended while the callee took this leg in.
      this.#callee.abandon(ticket, this.#policy.cancelOnTimeout);
      return;
    }
    this.#ticket[leg] = ticket;
    if (this.#disowned[round] === 1) this.#callee.disown(ticket);
    this.#timeouts?.arm(leg, generation);
  }

  #hedgeDue(round: number): void {
    if (!this.#ports.mayHedge()) return;
    this.#ports.observer?.onHedge?.(this.#request[round] as number);
    this.#send(round);
  }

  #timedOut(leg: number): void {
    this.#ports.observer?.onTimedOut?.(this.#request[this.#roundOf(leg)] as number);
    const ticket = this.#ticket[leg] as number;
    if (ticket >= 0) this.#callee.abandon(ticket, this.#policy.cancelOnTimeout);
    this.#ended(leg, Outcome.timedOut);
  }

  #ended(leg: number, outcome: Outcome): void {
    const round = this.#roundOf(leg);
    this.#flying[leg] = 0;
    const open = (this.#open[round] as number) - 1;
    this.#open[round] = open;
    this.#ports.answered(outcome);
    if (outcome === Outcome.ok) this.#leaveLegs(round, this.#policy.cancelOnTimeout);
    else if (open > 0) return;
    const caller = this.#caller[round] as Caller;
    const tag = this.#tag[round] as number;
    this.#give(round);
    caller.onReply(tag, outcome);
  }

  #leaveLegs(round: number, stop: boolean): void {
    if (this.#open[round] === 0) return;
    for (let leg = round * this.#width; leg < (round + 1) * this.#width; leg++) {
      if (this.#flying[leg] === 0) continue;
      this.#flying[leg] = 0;
      const ticket = this.#ticket[leg] as number;
      if (ticket >= 0) this.#callee.abandon(ticket, stop);
    }
    this.#open[round] = 0;
  }

  #roundOf(leg: number): number {
    return Math.floor(leg / this.#width);
  }

  #flies(leg: number, generation: number): boolean {
    return this.#flying[leg] === 1 && this.#generation[leg] === generation;
  }

  #isLive(round: number, serial: number): boolean {
    return this.#live[round] === 1 && this.#serial[round] === serial;
  }

  #give(round: number): void {
    this.#live[round] = 0;
    this.#caller[round] = null;
    this.#rounds.give(round);
  }

  #grow(length: number): void {
    this.#live = grownUint8(this.#live, length);
    this.#disowned = grownUint8(this.#disowned, length);
    this.#serial = grownInt32(this.#serial, length);
    this.#request = grownInt32(this.#request, length);
    this.#path = grownUint32(this.#path, length);
    this.#tag = grownInt32(this.#tag, length);
    this.#sent = grownInt32(this.#sent, length);
    this.#open = grownInt32(this.#open, length);
    this.#flying = grownUint8(this.#flying, length * this.#width);
    this.#ticket = grownInt32(this.#ticket, length * this.#width);
    this.#generation = grownInt32(this.#generation, length * this.#width);
  }
}
