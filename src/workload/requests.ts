/**
 * The world's table of requests, in columns: 26 bytes each, given back as soon as nothing holds them.
 *
 *   created by traffic ─▶ held by calls, jobs, messages, workers (retain / release) ─▶ last release: its fate is final
 */
import type { Requests } from '../services/ports.ts';

/** How a response ended, as the sender saw it. */
export type ResponseKind = 'ok' | 'refused' | 'timedOut';
/** What became of the work, in the order in which one takes precedence over the next. */
export type Fate = 'completed' | 'inSystem' | 'deadLettered' | 'expired' | 'lost' | 'rejected';

/** The accounts of one traffic. `counted`: it arrived within [warm-up, horizon]. All instants are microseconds. */
export interface TrafficLedger {
  offered(counted: boolean, arrivedUs: number): void;
  attempted(counted: boolean, arrivedUs: number): void;
  accepted(counted: boolean, arrivedUs: number): void;
  responded(counted: boolean, kind: ResponseKind, arrivedUs: number): void;
  /** `wanted`: its sender still waits; `answered`: its sender was told ok. `order` is its place in the order of arrival. */
  completed(counted: boolean, arrivedUs: number, order: number, key: number, wanted: boolean, answered: boolean): void;
  completedAgain(counted: boolean, arrivedUs: number): void;
  wasted(counted: boolean, us: number, arrivedUs: number): void;
  settled(counted: boolean, fate: Fate, arrivedUs: number): void;
}

const Completed = 1;
const Accepted = 2;
const DeadLettered = 4;
const Expired = 8;
const Poison = 16;
const Counted = 32;
const Answered = 64;
const Responded = 128;

/** Ordinals of one traffic, so many that no run uses them up. */
const ORDINALS = 0x1000_0000;

/** Place of a request among all of the world, by the place of its traffic and its own place in it: what selects its draws. */
export function ordinalOf(traffic: number, order: number): number {
  return traffic * ORDINALS + order;
}

export class RequestTable implements Requests {
  readonly #ledgers: readonly TrafficLedger[];
  readonly #whenEmpty: () => void;

  #arrived = new Float64Array(256);
  /** Place in the order of arrival of its traffic; the next free row where the row is free. */
  #order = new Int32Array(256);
  #key = new Int32Array(256);
  #bytes = new Int32Array(256);
  #holds = new Int16Array(256);
  /** Holds by messages in a dead-letter queue: parked, not in the system. */
  #parked = new Int16Array(256);
  #traffic = new Uint8Array(256);
  #flags = new Uint8Array(256);
  #firstFree = -1;
  #used = 0;
  #live = 0;
  #parkedRequests = 0;

  /** `whenEmpty` is called whenever the last request in the system has left it (those parked in a dead-letter queue do not count). */
  constructor(ledgers: readonly TrafficLedger[], whenEmpty: () => void) {
    this.#ledgers = ledgers;
    this.#whenEmpty = whenEmpty;
  }

  /** Requests in the system now, without those that only a dead-letter queue holds. */
  get inSystem(): number {
    return this.#live - this.#parkedRequests;
  }

  /** A new request, held once by whoever created it. */
  create(
    traffic: number,
    order: number,
    nowUs: number,
    key: number,
    bytes: number,
    poison: boolean,
    counted: boolean,
  ): number {
    const row = this.#take();
    this.#arrived[row] = nowUs;
    this.#order[row] = order;
    this.#key[row] = key;
    this.#bytes[row] = bytes;
    this.#holds[row] = 1;
    this.#parked[row] = 0;
    this.#traffic[row] = traffic;
    this.#flags[row] = (poison ? Poison : 0) | (counted ? Counted : 0);
    this.#live++;
    this.#ledger(row).offered(counted, nowUs);
    return row;
  }

  retain(row: number): void {
    if (this.#isParked(row)) this.#parkedRequests--;
    this.#holds[row] = (this.#holds[row] as number) + 1;
  }

  release(row: number): void {
    const holds = (this.#holds[row] as number) - 1;
    this.#holds[row] = holds;
    if (holds === 0) this.#settle(row);
    else if ((this.#parked[row] as number) === holds) this.#nowParked();
  }

  /** A message of it has gone to a dead-letter queue; `parks`: nobody reads that one, so the message is not in the system any more. */
  deadLetter(row: number, parks: boolean): void {
    this.#set(row, DeadLettered);
    if (!parks) return;
    this.#parked[row] = (this.#parked[row] as number) + 1;
    if (this.#isParked(row)) this.#nowParked();
  }

  /** A message in a dead-letter queue is about to be given up; its hold is released next. One that was sent there, not moved, is not parked. */
  unpark(row: number): void {
    if ((this.#parked[row] as number) === 0) return;
    if (this.#isParked(row)) this.#parkedRequests--;
    this.#parked[row] = (this.#parked[row] as number) - 1;
  }

  ordinal(row: number): number {
    return ordinalOf(this.#traffic[row] as number, this.#order[row] as number);
  }
  bytes(row: number): number {
    return this.#bytes[row] as number;
  }
  key(row: number): number {
    return this.#key[row] as number;
  }
  arrivedUs(row: number): number {
    return this.#arrived[row] as number;
  }
  isPoison(row: number): boolean {
    return this.#has(row, Poison);
  }

  attempted(row: number): void {
    this.#ledger(row).attempted(this.#has(row, Counted), this.#arrived[row] as number);
  }

  accept(row: number): void {
    if (this.#has(row, Accepted)) return;
    this.#set(row, Accepted);
    this.#ledger(row).accepted(this.#has(row, Counted), this.#arrived[row] as number);
  }

  respond(row: number, kind: ResponseKind): void {
    this.#set(row, kind === 'ok' ? Responded | Answered : Responded);
    this.#ledger(row).responded(this.#has(row, Counted), kind, this.#arrived[row] as number);
  }

  /** The work was done, for the first time or again. */
  complete(row: number): void {
    const counted = this.#has(row, Counted);
    if (this.#has(row, Completed)) {
      this.#ledger(row).completedAgain(counted, this.#arrived[row] as number);
      return;
    }
    this.#set(row, Completed);
    this.#ledger(row).completed(
      counted,
      this.#arrived[row] as number,
      this.#order[row] as number,
      this.#key[row] as number,
      !this.#has(row, Responded),
      this.#has(row, Answered),
    );
  }

  expire(row: number): void {
    this.#set(row, Expired);
  }

  wasted(row: number, us: number): void {
    this.#ledger(row).wasted(this.#has(row, Counted), us, this.#arrived[row] as number);
  }

  /** At the end of the run: settles all that are still here. */
  settleRest(): void {
    const free = new Uint8Array(this.#used);
    for (let row = this.#firstFree; row >= 0; row = this.#order[row] as number) free[row] = 1;
    for (let row = 0; row < this.#used; row++) {
      if (free[row] === 1) continue;
      this.#ledger(row).settled(
        this.#has(row, Counted),
        this.#fate(row, !this.#isParked(row)),
        this.#arrived[row] as number,
      );
    }
  }

  #settle(row: number): void {
    this.#ledger(row).settled(this.#has(row, Counted), this.#fate(row, false), this.#arrived[row] as number);
    this.#order[row] = this.#firstFree;
    this.#firstFree = row;
    this.#live--;
    if (this.#live === this.#parkedRequests) this.#whenEmpty();
  }

  #nowParked(): void {
    this.#parkedRequests++;
    if (this.#live === this.#parkedRequests) this.#whenEmpty();
  }

  #isParked(row: number): boolean {
    const holds = this.#holds[row] as number;
    return holds > 0 && this.#parked[row] === holds;
  }

  #fate(row: number, inSystem: boolean): Fate {
    if (this.#has(row, Completed)) return 'completed';
    if (inSystem) return 'inSystem';
    if (this.#has(row, DeadLettered)) return 'deadLettered';
    if (this.#has(row, Expired)) return 'expired';
    return this.#has(row, Accepted) ? 'lost' : 'rejected';
  }

  #ledger(row: number): TrafficLedger {
    return this.#ledgers[this.#traffic[row] as number] as TrafficLedger;
  }

  #has(row: number, flag: number): boolean {
    return ((this.#flags[row] as number) & flag) !== 0;
  }

  #set(row: number, flag: number): void {
    this.#flags[row] = (this.#flags[row] as number) | flag;
  }

  #take(): number {
    const reused = this.#firstFree;
    if (reused >= 0) {
      this.#firstFree = this.#order[reused] as number;
      return reused;
    }
    if (this.#used === this.#flags.length) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const length = this.#flags.length * 2;
    this.#arrived = widened(this.#arrived, new Float64Array(length));
    this.#order = widened(this.#order, new Int32Array(length));
    this.#key = widened(this.#key, new Int32Array(length));
    this.#bytes = widened(this.#bytes, new Int32Array(length));
    this.#holds = widened(this.#holds, new Int16Array(length));
    this.#parked = widened(this.#parked, new Int16Array(length));
    this.#traffic = widened(this.#traffic, new Uint8Array(length));
    this.#flags = widened(this.#flags, new Uint8Array(length));
  }
}

function widened<A extends { set(from: A): void }>(from: A, into: A): A {
  into.set(from);
  return into;
}
