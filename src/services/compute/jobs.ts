/** The jobs of a service in columns, by slot; a slot is used again as soon as its job is over. */
import { FIRST_SLOTS, grownFloat64, grownInt32, grownUint8, grownUint32, Slots } from '../../calls/index.ts';
import type { Caller } from '../ports.ts';

// States of a job.
export const Free = 0;
export const Queued = 1;
export const Serving = 2;
export const Calling = 3;
/** Ended before its service event came; the slot waits for that event. */
export const Zombie = 4;

export class Jobs {
  state = new Uint8Array(FIRST_SLOTS);
  /** 1: its caller has left; 2: its caller waits, but for nobody. */
  orphan = new Uint8Array(FIRST_SLOTS);
  /** Place of the call under way among the calls of the service. */
  callIndex = new Int32Array(FIRST_SLOTS);
  replica = new Int32Array(FIRST_SLOTS);
  request = new Int32Array(FIRST_SLOTS);
  path = new Uint32Array(FIRST_SLOTS);
  tag = new Int32Array(FIRST_SLOTS);
  ticket = new Int32Array(FIRST_SLOTS);
  /** Neighbours in the line of the replica; -1: none. */
  next = new Int32Array(FIRST_SLOTS);
  previous = new Int32Array(FIRST_SLOTS);
  arrived = new Float64Array(FIRST_SLOTS);
  /** When it got its server; -1 while it holds none. */
  started = new Float64Array(FIRST_SLOTS);
  /** Server time spent on it, microseconds. */
  spent = new Float64Array(FIRST_SLOTS);
  /** With processor sharing: the work it asked for, microseconds. */
  asked = new Float64Array(FIRST_SLOTS);
  readonly caller: (Caller | null)[] = [];
  readonly #slots = new Slots((length) => this.#grow(length));

  /** Slots in use or used before: all jobs lie below. */
  get used(): number {
    return this.#slots.used;
  }

  take(): number {
    return this.#slots.take();
  }

  recycle(job: number): void {
    this.state[job] = Free;
    this.#slots.give(job);
  }

  #grow(length: number): void {
    this.state = grownUint8(this.state, length);
    this.orphan = grownUint8(this.orphan, length);
    this.callIndex = grownInt32(this.callIndex, length);
    this.replica = grownInt32(this.replica, length);
    this.request = grownInt32(this.request, length);
    this.path = grownUint32(this.path, length);
    this.tag = grownInt32(this.tag, length);
    this.ticket = grownInt32(this.ticket, length);
    this.next = grownInt32(this.next, length);
    this.previous = grownInt32(this.previous, length);
    this.arrived = grownFloat64(this.arrived, length);
    this.started = grownFloat64(this.started, length);
    this.spent = grownFloat64(this.spent, length);
    this.asked = grownFloat64(this.asked, length);
  }
}
