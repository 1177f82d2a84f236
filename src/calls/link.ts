/**
 * The network between a caller and a callee: one way takes `latency`, and faults lose requests or replies. The work of a lost reply
 * is done all the same.
 */
import type { KeyedStream, Simulation, Variate } from '../kernel/index.ts';
import { type Callee, type Caller, Outcome, type Requests } from '../services/ports.ts';
import { grownInt32, grownUint32, grownUint8 } from './growth.ts';
import { FIRST_SLOTS, Slots } from './slots.ts';

/** What faults do to a link, as shares; changed by the fault script while the run goes on. */
export class LinkState {
  loseRequests = 0;
  loseReplies = 0;
}

const Free = 0;
const Outbound = 1;
const AtCallee = 2;
const Inbound = 3;
/** No answer will come; the slot waits for its caller to leave. */
const Lost = 4;

/** How the caller has left: not at all, without an interest in the work, wanting it stopped. */
const Stays = 0;
const Left = 1;
const Stops = 2;

export class Link implements Callee, Caller {
  readonly #sim: Simulation;
  readonly #requests: Requests;
  readonly #callee: Callee;
  readonly #latency: Variate;
  readonly #state: LinkState;
  readonly #requestLosses: KeyedStream;
  readonly #replyLosses: KeyedStream;
  readonly #delaysOut: KeyedStream;
  readonly #delaysBack: KeyedStream;
  readonly #arrive = (slot: number): void => {
    this.#delivered(slot);
  };
  readonly #return = (slot: number): void => {
    this.#returned(slot);
  };

  readonly #slots = new Slots((length) => this.#grow(length));
  #phase = new Uint8Array(FIRST_SLOTS);
  #left = new Uint8Array(FIRST_SLOTS);
  #disowned = new Uint8Array(FIRST_SLOTS);
  #outcome = new Uint8Array(FIRST_SLOTS);
  /** Which call the slot serves: moves on with each call. */
  #serial = new Int32Array(FIRST_SLOTS);
  #request = new Int32Array(FIRST_SLOTS);
  #path = new Uint32Array(FIRST_SLOTS);
  #ticket = new Int32Array(FIRST_SLOTS);
  #tag = new Int32Array(FIRST_SLOTS);
  /** The one caller of this link; who is told of late work that the callee cannot tell apart. */
  #caller: Caller | null = null;

  constructor(sim: Simulation, name: string, requests: Requests, callee: Callee, latency: Variate, state: LinkState) {
    this.#sim = sim;
    this.#requests = requests;
    this.#callee = callee;
    this.#latency = latency;
    this.#state = state;
    this.#requestLosses = sim.keyedStream(`${name}/lostRequest`);
    this.#replyLosses = sim.keyedStream(`${name}/lostReply`);
    this.#delaysOut = sim.keyedStream(`${name}/latency`);
    this.#delaysBack = sim.keyedStream(`${name}/latencyBack`);
  }

  /** A link has one caller; a second one is an error of the wiring. */
  call(request: number, path: number, caller: Caller, tag: number): number {
    if (this.#caller === null) this.#caller = caller;
    else if (this.#caller !== caller) throw new Error('a link has one caller; wire one link for each');
    const slot = this.#slots.take();
    this.#left[slot] = Stays;
    this.#disowned[slot] = 0;
    this.#request[slot] = request;
    this.#path[slot] = path;
    this.#ticket[slot] = -1;
    this.#tag[slot] = tag;
    const serial = ((this.#serial[slot] as number) + 1) | 0;
    this.#serial[slot] = serial;
    this.#requests.retain(request);
    if (this.#loses(slot, this.#state.loseRequests, this.#requestLosses)) {
      this.#phase[slot] = Lost;
      return slot;
    }
    this.#phase[slot] = Outbound;
    const delay = this.#delay(slot, this.#delaysOut);
    if (delay > 0) this.#sim.schedule(delay, this.#arrive, slot);
    else this.#delivered(slot);
    // Answered at once the slot is free, or serves a call that the answer brought about.
    return this.#phase[slot] === Free || this.#serial[slot] !== serial ? -1 : slot;
  }

  abandon(slot: number, stop: boolean): void {
    const phase = this.#phase[slot];
    if (phase === Lost) {
      this.#give(slot);
      return;
    }
    this.#left[slot] = stop ? Stops : Left;
    if (phase !== AtCallee) return;
    const ticket = this.#ticket[slot] as number;
    if (ticket >= 0) this.#callee.abandon(ticket, stop);
    this.#give(slot);
  }

  disown(slot: number): void {
    this.#disowned[slot] = 1;
    const ticket = this.#ticket[slot] as number;
    if (this.#phase[slot] === AtCallee && ticket >= 0) this.#callee.disown(ticket);
  }

  onReply(slot: number, outcome: Outcome): void {
    this.#outcome[slot] = outcome;
    this.#ticket[slot] = -1;
    if (this.#loses(slot, this.#state.loseReplies, this.#replyLosses)) {
      // Done, but the answer never comes. The caller hears of the work only as late work.
      const request = this.#request[slot] as number;
      (this.#caller as Caller).onLateReply(request, outcome);
      if (this.#left[slot] === Stays) this.#phase[slot] = Lost;
      else this.#give(slot);
      return;
    }
    this.#phase[slot] = Inbound;
    const delay = this.#delay(slot, this.#delaysBack);
    if (delay > 0) this.#sim.schedule(delay, this.#return, slot);
    else this.#returned(slot);
  }

  /** The work of a call that was abandoned at the callee has ended. */
  onLateReply(request: number, outcome: Outcome): void {
    this.#caller?.onLateReply(request, outcome);
  }

  #delivered(slot: number): void {
    const left = this.#left[slot];
    if (left === Stops) {
      this.#give(slot);
      return;
    }
    this.#phase[slot] = AtCallee;
    const ticket = this.#callee.call(this.#request[slot] as number, this.#path[slot] as number, this, slot);
    // Answered at once: the slot is on its way back, lost, free, or serves another call by now.
    if (ticket < 0) return;
    this.#ticket[slot] = ticket;
    if (left === Left) {
      this.#callee.abandon(ticket, false);
      this.#give(slot);
    } else if (this.#disowned[slot] === 1) this.#callee.disown(ticket);
  }

  #returned(slot: number): void {
    const caller = this.#caller as Caller;
    const outcome = this.#outcome[slot] as Outcome;
    const tag = this.#tag[slot] as number;
    const request = this.#request[slot] as number;
    const stays = this.#left[slot] === Stays;
    this.#recycle(slot);
    if (stays) caller.onReply(tag, outcome);
    else caller.onLateReply(request, outcome);
    this.#requests.release(request);
  }

  #loses(slot: number, share: number, losses: KeyedStream): boolean {
    if (share <= 0) return false;
    const ordinal = this.#requests.ordinal(this.#request[slot] as number);
    return losses.at(ordinal, this.#path[slot] as number).uniform() < share;
  }

  #delay(slot: number, delays: KeyedStream): number {
    if (this.#latency.constant) return Math.round(this.#latency.mean);
    const ordinal = this.#requests.ordinal(this.#request[slot] as number);
    return Math.round(this.#latency.draw(delays.at(ordinal, this.#path[slot] as number)));
  }

  #give(slot: number): void {
    const request = this.#request[slot] as number;
    this.#recycle(slot);
    this.#requests.release(request);
  }

  #recycle(slot: number): void {
    this.#phase[slot] = Free;
    this.#slots.give(slot);
  }

  #grow(length: number): void {
    this.#phase = grownUint8(this.#phase, length);
    this.#left = grownUint8(this.#left, length);
    this.#disowned = grownUint8(this.#disowned, length);
    this.#outcome = grownUint8(this.#outcome, length);
    this.#serial = grownInt32(this.#serial, length);
    this.#request = grownInt32(this.#request, length);
    this.#path = grownUint32(this.#path, length);
    this.#ticket = grownInt32(this.#ticket, length);
    this.#tag = grownInt32(this.#tag, length);
  }
}
