/**
 * The world's table of requests, in columns: 26 bytes each, given back as soon as nothing holds them.
 *
 *   created by traffic ─▶ held by calls, jobs, messages, workers (retain / release) ─▶ last release: its fate is final
 *
 * What a topic sends to each of its subscriptions is a **delivery**: a row of its own, which whoever handles it takes for a request. While it
 * is held it holds its request; the request is completed when every delivery is, and gives their rows back with its own. A delivery whose handler publishes again
 * has deliveries in its turn, and is completed when they are.
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

/** The accounts of one subscription of a topic: what became of its deliveries. */
export interface DeliveryLedger {
  /** Handled for the first time. `arrivedUs`: when its request arrived. */
  completed(counted: boolean, arrivedUs: number): void;
  completedAgain(counted: boolean, arrivedUs: number): void;
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

/** Above all ordinals: see `deliveryOf` of the history. */
const DELIVERIES = 68_719_476_736;

/** Place of a request among all of the world, by the place of its traffic and its own place in it: what selects its draws. */
export function ordinalOf(traffic: number, order: number): number {
  return traffic * ORDINALS + order;
}
export function trafficOf(ordinal: number): number {
  return Math.floor(ordinal / ORDINALS);
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

  // --- deliveries: no column is there before the first of them ---
  readonly #deliveryLedgers: DeliveryLedger[] = [];
  /** The request, or the delivery, that a delivery belongs to; -1 for a request. */
  #parent = new Int32Array(0);
  /** Its first delivery; -1: it has none. */
  #first = new Int32Array(0);
  /** Of a delivery: the next of the same parent; -1: it is the last. */
  #sibling = new Int32Array(0);
  /** Of a delivery: place of its subscription among the ledgers. */
  #subscription = new Int32Array(0);
  /** Deliveries of it that are not completed. */
  #open = new Int32Array(0);

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
    if (this.#parent.length > 0) this.#beChildOf(-1, row);
    this.#live++;
    this.#ledger(row).offered(counted, nowUs);
    return row;
  }

  /** A subscription from now on; returns its number for `deliver`. */
  addSubscription(ledger: DeliveryLedger): number {
    return this.#deliveryLedgers.push(ledger) - 1;
  }

  /**
   * The delivery of a request to a subscription, held once more by whoever asked: a new row of so many bytes, or the one that is there when the
   * request was published before.
   */
  deliver(request: number, subscription: number, bytes: number): number {
    this.#beginDeliveries();
    for (let row = this.#first[request] as number; row >= 0; row = this.#sibling[row] as number) {
      if (this.#subscription[row] !== subscription) continue;
      if (this.#holds[row] === 0) {
        this.retain(request);
        this.#holds[row] = 1;
      } else this.retain(row);
      return row;
    }
    const row = this.#take();
    this.#arrived[row] = this.#arrived[request] as number;
    this.#order[row] = this.#order[request] as number;
    this.#key[row] = this.#key[request] as number;
    this.#bytes[row] = bytes;
    this.#holds[row] = 1;
    this.#parked[row] = 0;
    this.#traffic[row] = this.#traffic[request] as number;
    this.#flags[row] = (this.#flags[request] as number) & (Poison | Counted);
    this.#beChildOf(request, row);
    this.#subscription[row] = subscription;
    this.#sibling[row] = this.#first[request] as number;
    this.#first[request] = row;
    this.#open[request] = (this.#open[request] as number) + 1;
    this.retain(request);
    return row;
  }

  /** All deliveries of a publish have been asked for: a request that no subscription wanted is completed. None is completed before this. */
  published(request: number): void {
    this.#beginDeliveries();
    if (this.#open[request] === 0 && !this.#has(request, Completed)) this.complete(request);
  }

  retain(row: number): void {
    if (this.#isParked(row)) this.#noLongerParked(row);
    this.#holds[row] = (this.#holds[row] as number) + 1;
  }

  release(row: number): void {
    const holds = (this.#holds[row] as number) - 1;
    this.#holds[row] = holds;
    if (holds === 0) this.#letGo(row);
    else if ((this.#parked[row] as number) === holds) this.#nowParked(row);
  }

  /** A message of it has gone to a dead-letter queue; `parks`: nobody reads that one, so the message is not in the system any more. */
  deadLetter(row: number, parks: boolean): void {
    this.#set(row, DeadLettered);
    if (!parks) return;
    this.park(row);
  }

  /** A message of it has gone back from a dead-letter queue, and left that: unless another one is parked there, it is no dead letter any more. */
  redriven(row: number): void {
    if ((this.#parked[row] as number) === 0) this.#unset(row, DeadLettered);
  }

  /** A message in a dead-letter queue is about to be given up; its hold is released next. One that was sent there, not moved, is not parked. */
  unpark(row: number): void {
    if ((this.#parked[row] as number) === 0) return;
    if (this.#isParked(row)) this.#noLongerParked(row);
    this.#parked[row] = (this.#parked[row] as number) - 1;
  }

  ordinal(row: number): number {
    return ordinalOf(this.#traffic[row] as number, this.#order[row] as number);
  }
  /** What a history calls it: the ordinal of a request; of a delivery, with its subscription. A row is used again, this is not. */
  entity(row: number): number {
    const ordinal = this.ordinal(row);
    return this.#isDelivery(row) ? ((this.#subscription[row] as number) + 1) * DELIVERIES + ordinal : ordinal;
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

  /** Acknowledged by the first resource; what a topic hands on was accepted before. */
  accept(row: number): void {
    if (this.#has(row, Accepted) || this.#isDelivery(row)) return;
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
    const again = this.#has(row, Completed);
    if (this.#isDelivery(row)) this.#completeDelivery(row, again);
    if (again) {
      this.#ledger(row).completedAgain(counted, this.#arrived[row] as number);
      return;
    }
    this.#set(row, Completed);
    if (this.#isDelivery(row)) return;
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
      const ledger = this.#isDelivery(row) ? this.#deliveryLedger(row) : this.#ledger(row);
      const held = (this.#holds[row] as number) > 0;
      ledger.settled(
        this.#has(row, Counted),
        this.#fate(row, held && !this.#isParked(row)),
        this.#arrived[row] as number,
      );
    }
  }

  /** Nobody holds it any more: a request is settled, a delivery waits for its request, which it holds no longer. */
  #letGo(row: number): void {
    if (this.#isDelivery(row)) {
      this.release(this.#parent[row] as number);
      return;
    }
    this.#ledger(row).settled(this.#has(row, Counted), this.#fate(row, false), this.#arrived[row] as number);
    if (this.#parent.length > 0) this.#settleDeliveries(row);
    this.#free(row);
    this.#live--;
    if (this.#live === this.#parkedRequests) this.#whenEmpty();
  }

  #free(row: number): void {
    this.#order[row] = this.#firstFree;
    this.#firstFree = row;
  }

  /** A hold of it is a record in a log, which keeps it for whoever may want to read it again: it keeps no run from ending. `unpark` before its release. */
  park(row: number): void {
    this.#parked[row] = (this.#parked[row] as number) + 1;
    if (this.#isParked(row)) this.#nowParked(row);
  }

  #nowParked(row: number): void {
    if (this.#isDelivery(row)) {
      this.park(this.#parent[row] as number);
      return;
    }
    this.#parkedRequests++;
    if (this.#live === this.#parkedRequests) this.#whenEmpty();
  }

  /** Its holds are about to be others than parked ones alone. */
  #noLongerParked(row: number): void {
    if (this.#isDelivery(row)) this.unpark(this.#parent[row] as number);
    else this.#parkedRequests--;
  }

  // --- deliveries ---

  #isDelivery(row: number): boolean {
    return this.#parent.length > 0 && (this.#parent[row] as number) >= 0;
  }

  /** Makes the columns that only deliveries need. */
  #beginDeliveries(): void {
    if (this.#parent.length > 0) return;
    const { length } = this.#flags;
    this.#parent = new Int32Array(length).fill(-1);
    this.#first = new Int32Array(length).fill(-1);
    this.#sibling = new Int32Array(length).fill(-1);
    this.#subscription = new Int32Array(length);
    this.#open = new Int32Array(length);
  }

  /** A new row, without deliveries. `parent` -1: a request. */
  #beChildOf(parent: number, row: number): void {
    this.#parent[row] = parent;
    this.#first[row] = -1;
    this.#sibling[row] = -1;
    this.#open[row] = 0;
  }

  #deliveryLedger(row: number): DeliveryLedger {
    return this.#deliveryLedgers[this.#subscription[row] as number] as DeliveryLedger;
  }

  #completeDelivery(row: number, again: boolean): void {
    const ledger = this.#deliveryLedger(row);
    const counted = this.#has(row, Counted);
    const arrivedUs = this.#arrived[row] as number;
    if (again) {
      ledger.completedAgain(counted, arrivedUs);
      return;
    }
    ledger.completed(counted, arrivedUs);
    const request = this.#parent[row] as number;
    const left = (this.#open[request] as number) - 1;
    this.#open[request] = left;
    // A second publish may have brought a subscription that the first one did not know.
    if (left === 0 && !this.#has(request, Completed)) this.complete(request);
  }

  #settleDeliveries(request: number): void {
    for (let row = this.#first[request] as number; row >= 0; ) {
      this.#settleDeliveries(row);
      const next = this.#sibling[row] as number;
      this.#deliveryLedger(row).settled(this.#has(row, Counted), this.#fate(row, false), this.#arrived[row] as number);
      this.#free(row);
      row = next;
    }
  }

  /** What befell those of its deliveries that were not completed is what befell it. */
  #flagsWithDeliveries(request: number): number {
    let flags = this.#flags[request] as number;
    if (this.#parent.length === 0) return flags;
    for (let row = this.#first[request] as number; row >= 0; row = this.#sibling[row] as number) {
      const own = this.#flagsWithDeliveries(row);
      if ((own & Completed) === 0) flags |= own & (DeadLettered | Expired);
    }
    return flags;
  }

  #isParked(row: number): boolean {
    const holds = this.#holds[row] as number;
    return holds > 0 && this.#parked[row] === holds;
  }

  #fate(row: number, inSystem: boolean): Fate {
    if (this.#has(row, Completed)) return 'completed';
    if (inSystem) return 'inSystem';
    const flags = this.#flagsWithDeliveries(row);
    if ((flags & DeadLettered) !== 0) return 'deadLettered';
    if ((flags & Expired) !== 0) return 'expired';
    return this.#isDelivery(row) || (flags & Accepted) !== 0 ? 'lost' : 'rejected';
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

  #unset(row: number, flag: number): void {
    this.#flags[row] = (this.#flags[row] as number) & ~flag;
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
    if (this.#parent.length === 0) return;
    this.#parent = widened(this.#parent, new Int32Array(length));
    this.#first = widened(this.#first, new Int32Array(length));
    this.#sibling = widened(this.#sibling, new Int32Array(length));
    this.#subscription = widened(this.#subscription, new Int32Array(length));
    this.#open = widened(this.#open, new Int32Array(length));
  }
}

function widened<A extends { set(from: A): void }>(from: A, into: A): A {
  into.set(from);
  return into;
}
