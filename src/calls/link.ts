/**
 * The network between a caller and a callee: one way takes `latency`, and faults lose requests or replies. The work of a lost reply
 * is done all the same.
 */
import type { KeyedStream, Simulation, Variate } from '../kernel/index.ts';
import { type Callee, type Caller, Outcome, type Requests } from '../services/ports.ts';
import { grownInt32, grownUint8 } from './growth.ts';
import { childPath } from './path.ts';

/** What faults do to a link, as shares; changed by the fault script while the run goes on. */
export class LinkState {
  loseRequests = 0;
  loseReplies = 0;
}

const Free = 0;
const Outbound = 1;
const AtCallee = 2;
const Inbound = 3;
const Lost = 4;

export class Link implements Callee, Caller {
  readonly #sim: Simulation;
  readonly #requests: Requests;
  readonly #callee: Callee;
  readonly #latency: Variate;
  readonly #state: LinkState;
  readonly #losses: KeyedStream;
  readonly #delays: KeyedStream;
  readonly #arrive = (slot: number): void => {
    this.#delivered(slot);
  };
  readonly #return = (slot: number): void => {
    this.#returned(slot);
  };

  #phase = new Uint8Array(64);
  /** 1: the caller has left, the work goes on for nobody; 2: it has left and wants the work stopped. */
  #left = new Uint8Array(64);
  #outcome = new Uint8Array(64);
  #request = new Int32Array(64);
  #path = new Int32Array(64);
  #ticket = new Int32Array(64);
  #tag = new Int32Array(64);
  readonly #caller: (Caller | null)[] = [];
  readonly #free: number[] = [];
  #used = 0;

  constructor(sim: Simulation, name: string, requests: Requests, callee: Callee, latency: Variate, state: LinkState) {
    this.#sim = sim;
    this.#requests = requests;
    this.#callee = callee;
    this.#latency = latency;
    this.#state = state;
    this.#losses = sim.keyedStream(`${name}/loss`);
    this.#delays = sim.keyedStream(`${name}/latency`);
  }

  call(request: number, path: number, caller: Caller, tag: number): number {
    const slot = this.#take();
    this.#left[slot] = 0;
    this.#request[slot] = request;
    this.#path[slot] = path;
    this.#ticket[slot] = -1;
    this.#tag[slot] = tag;
    this.#caller[slot] = caller;
    this.#requests.retain(request);
    if (this.#loses(slot, this.#state.loseRequests, 0)) {
      this.#phase[slot] = Lost;
      return slot;
    }
    this.#phase[slot] = Outbound;
    const delay = this.#delay(slot, 0);
    if (delay > 0) this.#sim.schedule(delay, this.#arrive, slot);
    else this.#delivered(slot);
    return this.#phase[slot] === Free ? -1 : slot;
  }

  abandon(slot: number, stop: boolean): void {
    const phase = this.#phase[slot];
    if (phase === Lost) {
      this.#give(slot);
      return;
    }
    if (this.#left[slot] !== 0) return;
    this.#left[slot] = stop ? 2 : 1;
    if (phase !== AtCallee) return;
    const ticket = this.#ticket[slot] as number;
    if (ticket >= 0) this.#callee.abandon(ticket, stop);
    this.#give(slot);
  }

  disown(slot: number): void {
    const ticket = this.#ticket[slot] as number;
    if (this.#phase[slot] === AtCallee && ticket >= 0) this.#callee.disown(ticket);
  }

  onReply(slot: number, outcome: Outcome): void {
    this.#outcome[slot] = outcome;
    this.#ticket[slot] = -1;
    if (this.#loses(slot, this.#state.loseReplies, 1)) {
      // Done, but the answer never comes. The caller hears of the work only as late work.
      this.#phase[slot] = Lost;
      (this.#caller[slot] as Caller).onLateReply(this.#request[slot] as number, outcome);
      return;
    }
    this.#phase[slot] = Inbound;
    const delay = this.#delay(slot, 1);
    if (delay > 0) this.#sim.schedule(delay, this.#return, slot);
    else this.#returned(slot);
  }

  onLateReply(request: number, outcome: Outcome): void {
    // The callee does not say which call it was; any caller of this link shares the same observer.
    this.#late?.onLateReply(request, outcome);
  }

  /** Who is told of the late work of abandoned calls. */
  #late: Caller | null = null;
  reportLateTo(caller: Caller): void {
    this.#late = caller;
  }

  #delivered(slot: number): void {
    const left = this.#left[slot];
    if (left === 2) {
      this.#give(slot);
      return;
    }
    this.#phase[slot] = AtCallee;
    const ticket = this.#callee.call(this.#request[slot] as number, this.#path[slot] as number, this, slot);
    if (this.#phase[slot] !== AtCallee) return;
    this.#ticket[slot] = ticket;
    if (left === 1) {
      if (ticket >= 0) this.#callee.abandon(ticket, false);
      this.#give(slot);
    }
  }

  #returned(slot: number): void {
    const caller = this.#caller[slot] as Caller;
    const outcome = this.#outcome[slot] as Outcome;
    const tag = this.#tag[slot] as number;
    const request = this.#request[slot] as number;
    const left = this.#left[slot] !== 0;
    this.#phase[slot] = Free;
    this.#caller[slot] = null;
    this.#free.push(slot);
    if (left) caller.onLateReply(request, outcome);
    else caller.onReply(tag, outcome);
    this.#requests.release(request);
  }

  #loses(slot: number, share: number, way: number): boolean {
    if (share <= 0) return false;
    const path = childPath(this.#path[slot] as number, way);
    return this.#losses.at(this.#requests.ordinal(this.#request[slot] as number), path).uniform() < share;
  }

  #delay(slot: number, way: number): number {
    if (this.#latency.constant) return Math.round(this.#latency.mean);
    const path = childPath(this.#path[slot] as number, way);
    return Math.round(this.#latency.draw(this.#delays.at(this.#requests.ordinal(this.#request[slot] as number), path)));
  }

  #give(slot: number): void {
    const request = this.#request[slot] as number;
    this.#phase[slot] = Free;
    this.#caller[slot] = null;
    this.#free.push(slot);
    this.#requests.release(request);
  }

  #take(): number {
    const reused = this.#free.pop();
    if (reused !== undefined) return reused;
    const slot = this.#used++;
    if (slot === this.#phase.length) this.#grow();
    this.#caller.push(null);
    return slot;
  }

  #grow(): void {
    const length = this.#phase.length * 2;
    this.#phase = grownUint8(this.#phase, length);
    this.#left = grownUint8(this.#left, length);
    this.#outcome = grownUint8(this.#outcome, length);
    this.#request = grownInt32(this.#request, length);
    this.#path = grownInt32(this.#path, length);
    this.#ticket = grownInt32(this.#ticket, length);
    this.#tag = grownInt32(this.#tag, length);
  }
}
