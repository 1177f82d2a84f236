/**
 * A cache in front of a service.
 *
 *   call ─▶ lookup ─hit──────────────────────────────────────────────▶ reply
 *                  └miss─▶ (joins the fetch of its key, with coalesce) ┐
 *                          fetch ─▶ service ─ok─▶ fills the entry ─────┴─▶ reply to all who wait for it
 *
 * Whether a call finds its entry is decided at the end of the lookup, hit or miss alike; the entry is filled when the service has answered,
 * not when it is asked, and only by what went well. At one instant: the service's answers fill first, then lookups look.
 */
import { FIRST_SLOTS, grownInt32, grownUint8, grownUint32, Slots } from '../../calls/index.ts';
import { compileVariate, type KeyedStream, type Simulation, type Variate } from '../../kernel/index.ts';
import { type Callee, type Caller, type Counter, type Metrics, Outcome, type Requests } from '../ports.ts';
import { CacheEntries, Found } from './cache-entries.ts';
import type { CacheSettings } from './settings.ts';

export interface CachePorts {
  readonly requests: Requests;
  readonly metrics: Metrics;
  /** What stands behind it. */
  readonly service: Callee;
}

const Free = 0;
const Looking = 1;
const Waiting = 2; // for a fetch

/** How the caller has left: not at all, without an interest in the work, wanting it stopped. */
const Stays = 0;
const Left = 1;
const Stops = 2;

const NONE = -1;

/** One call to the service, and who waits for it: a list through the columns of the lookups. */
interface Fetch {
  key: number;
  /** What draws belong to. */
  ordinal: number;
  path: number;
  ticket: number;
  first: number;
  last: number;
}

export class Cache implements Callee, Caller {
  readonly #sim: Simulation;
  readonly #settings: CacheSettings;
  readonly #requests: Requests;
  readonly #service: Callee;
  /** null: a coin decides, nothing is kept. */
  readonly #entries: CacheEntries | null;
  /** Fetches that others may join, by key: all with `coalesce`, else only those that refresh a stale entry. */
  readonly #underWay = new Map<number, number>();
  readonly #time: Variate;
  readonly #times: KeyedStream;
  readonly #coins: KeyedStream;
  readonly #lives: KeyedStream;
  readonly #hits: Counter;
  readonly #misses: Counter;
  readonly #coalesced: Counter;
  readonly #refreshes: Counter;
  readonly #lookedUp = (slot: number): void => {
    this.#lookUp(slot);
  };

  #state = new Uint8Array(FIRST_SLOTS);
  #left = new Uint8Array(FIRST_SLOTS);
  /** Whoever is at the root has left. */
  #disowned = new Uint8Array(FIRST_SLOTS);
  /** Which call the slot serves: moves on with each call. */
  #serial = new Int32Array(FIRST_SLOTS);
  #request = new Int32Array(FIRST_SLOTS);
  #path = new Uint32Array(FIRST_SLOTS);
  #tag = new Int32Array(FIRST_SLOTS);
  /** The fetch it waits for, and its neighbours there. */
  #fetch = new Int32Array(FIRST_SLOTS);
  #next = new Int32Array(FIRST_SLOTS);
  #previous = new Int32Array(FIRST_SLOTS);
  readonly #caller: (Caller | null)[] = [];
  readonly #slots = new Slots((length) => this.#grow(length));

  readonly #fetches: Fetch[] = [];
  readonly #freeFetches: number[] = [];

  constructor(sim: Simulation, name: string, settings: CacheSettings, ports: CachePorts) {
    this.#sim = sim;
    this.#settings = settings;
    this.#requests = ports.requests;
    this.#service = ports.service;
    this.#entries =
      settings.hitRatio === null
        ? new CacheEntries(settings.capacity ?? Number.POSITIVE_INFINITY, settings.staleWhileRevalidateUs)
        : null;
    this.#time = compileVariate(settings.time);
    this.#times = sim.keyedStream(`${name}/cacheTime`);
    this.#coins = sim.keyedStream(`${name}/cacheHit`);
    this.#lives = sim.keyedStream(`${name}/cacheLife`);
    const { metrics } = ports;
    this.#hits = metrics.counter('CacheHits', 'Count');
    this.#misses = metrics.counter('CacheMisses', 'Count');
    this.#coalesced = metrics.counter('CacheCoalesced', 'Count');
    this.#refreshes = metrics.counter('CacheRefreshes', 'Count');
  }

  /** Loses all entries, as a restart or a deploy does. Fetches under way go on, and fill. */
  flush(): void {
    this.#entries?.clear();
  }

  // --- the callee ---

  call(request: number, path: number, caller: Caller, tag: number): number {
    const slot = this.#slots.take();
    this.#left[slot] = Stays;
    this.#disowned[slot] = 0;
    this.#request[slot] = request;
    this.#path[slot] = path;
    this.#tag[slot] = tag;
    this.#caller[slot] = caller;
    const serial = ((this.#serial[slot] as number) + 1) | 0;
    this.#serial[slot] = serial;
    this.#requests.retain(request);
    this.#state[slot] = Looking;
    const time = this.#time.constant ? this.#time.mean : this.#time.draw(this.#draws(this.#times, slot));
    if (time >= 0.5) {
      this.#sim.schedule(Math.floor(time + 0.5), this.#lookedUp, slot);
      return slot;
    }
    this.#lookUp(slot);
    // Answered at once the slot is free, or serves a call that the answer brought about.
    return this.#state[slot] === Free || this.#serial[slot] !== serial ? -1 : slot;
  }

  abandon(slot: number, stop: boolean): void {
    this.#left[slot] = stop ? Stops : Left;
    if (this.#state[slot] === Looking) return;
    const index = this.#fetch[slot] as number;
    const { ticket } = this.#fetches[index] as Fetch;
    if (!stop) {
      // It waits on, to tell of the late work.
      this.#disownFetch(ticket);
      return;
    }
    this.#leaveFetch(slot);
    if (!this.#shared && ticket >= 0) {
      this.#service.abandon(ticket, true);
      this.#freeFetches.push(index);
    }
    const request = this.#request[slot] as number;
    this.#recycle(slot);
    this.#requests.release(request);
  }

  disown(slot: number): void {
    this.#disowned[slot] = 1;
    if (this.#state[slot] === Waiting) this.#disownFetch((this.#fetches[this.#fetch[slot] as number] as Fetch).ticket);
  }

  // --- the caller of the service ---

  onReply(index: number, outcome: Outcome): void {
    const fetch = this.#fetches[index] as Fetch;
    if (this.#underWay.get(fetch.key) === index) this.#underWay.delete(fetch.key);
    if (outcome === Outcome.ok) this.#fill(fetch);
    // One by one: an answer may bring about that another leaves, or a new lookup.
    while (fetch.first >= 0) {
      const slot = fetch.first;
      this.#leaveFetch(slot);
      this.#answer(slot, outcome);
    }
    this.#freeFetches.push(index);
  }

  onLateReply(): void {}

  // --- lookups ---

  #lookUp(slot: number): void {
    if (this.#left[slot] === Stops) {
      const request = this.#request[slot] as number;
      this.#recycle(slot);
      this.#requests.release(request);
    } else if (this.#finds(slot)) {
      this.#hits.add(1);
      this.#answer(slot, Outcome.ok);
    } else {
      this.#misses.add(1);
      this.#miss(slot);
    }
  }

  #finds(slot: number): boolean {
    const entries = this.#entries;
    if (entries === null) return this.#draws(this.#coins, slot).uniform() < (this.#settings.hitRatio as number);
    const key = this.#requests.key(this.#request[slot] as number);
    const found = entries.lookUp(key, this.#sim.now);
    if (found === Found.stale && !this.#underWay.has(key)) this.#refresh(slot, key);
    return found !== Found.nothing;
  }

  /** Asks the service again while the stale entry still answers. Nobody waits for it, and nobody has left it. */
  #refresh(slot: number, key: number): void {
    this.#refreshes.add(1);
    const index = this.#takeFetch(slot, key);
    this.#underWay.set(key, index);
    this.#send(index, slot);
  }

  #miss(slot: number): void {
    const key = this.#requests.key(this.#request[slot] as number);
    const shared = this.#shared ? this.#underWay.get(key) : undefined;
    if (shared !== undefined) {
      this.#coalesced.add(1);
      this.#joinFetch(slot, shared);
      return;
    }
    const index = this.#takeFetch(slot, key);
    if (this.#shared) this.#underWay.set(key, index);
    this.#joinFetch(slot, index);
    this.#send(index, slot);
  }

  #answer(slot: number, outcome: Outcome): void {
    const caller = this.#caller[slot] as Caller;
    const tag = this.#tag[slot] as number;
    const request = this.#request[slot] as number;
    const stays = this.#left[slot] === Stays;
    this.#recycle(slot);
    if (stays) caller.onReply(tag, outcome);
    else caller.onLateReply(request, outcome);
    this.#requests.release(request);
  }

  // --- fetches ---

  /** A shared fetch belongs to the cache: it goes on whatever its callers do, and is never for nobody. */
  get #shared(): boolean {
    return this.#settings.coalesce;
  }

  #send(index: number, slot: number): void {
    const nobody = this.#left[slot] !== Stays || this.#disowned[slot] === 1;
    const waits = this.#state[slot] === Waiting;
    const fetch = this.#fetches[index] as Fetch;
    const ticket = this.#service.call(this.#request[slot] as number, fetch.path, this, index);
    // Answered at once the fetch is over, or is used for another by now.
    if (ticket < 0) return;
    fetch.ticket = ticket;
    if (nobody && waits) this.#disownFetch(ticket);
  }

  #disownFetch(ticket: number): void {
    if (!this.#shared && ticket >= 0) this.#service.disown(ticket);
  }

  #fill(fetch: Fetch): void {
    if (this.#entries === null) return;
    const { ttlUs, ttlJitter } = this.#settings;
    if (ttlUs === null) {
      this.#entries.fill(fetch.key, Number.POSITIVE_INFINITY);
      return;
    }
    const spread = ttlJitter > 0 ? ttlJitter * (2 * this.#lives.at(fetch.ordinal, fetch.path).uniform() - 1) : 0;
    this.#entries.fill(fetch.key, this.#sim.now + Math.floor(ttlUs * (1 + spread) + 0.5));
  }

  #joinFetch(slot: number, index: number): void {
    const fetch = this.#fetches[index] as Fetch;
    this.#state[slot] = Waiting;
    this.#fetch[slot] = index;
    this.#next[slot] = NONE;
    this.#previous[slot] = fetch.last;
    if (fetch.last >= 0) this.#next[fetch.last] = slot;
    else fetch.first = slot;
    fetch.last = slot;
  }

  #leaveFetch(slot: number): void {
    const fetch = this.#fetches[this.#fetch[slot] as number] as Fetch;
    const next = this.#next[slot] as number;
    const previous = this.#previous[slot] as number;
    if (previous >= 0) this.#next[previous] = next;
    else fetch.first = next;
    if (next >= 0) this.#previous[next] = previous;
    else fetch.last = previous;
  }

  #takeFetch(slot: number, key: number): number {
    let index = this.#freeFetches.pop();
    if (index === undefined) {
      index = this.#fetches.length;
      this.#fetches.push({ key: 0, ordinal: 0, path: 0, ticket: NONE, first: NONE, last: NONE });
    }
    const fetch = this.#fetches[index] as Fetch;
    fetch.key = key;
    fetch.ordinal = this.#requests.ordinal(this.#request[slot] as number);
    fetch.path = this.#path[slot] as number;
    fetch.ticket = NONE;
    fetch.first = NONE;
    fetch.last = NONE;
    return index;
  }

  // --- slots ---

  #draws(stream: KeyedStream, slot: number): ReturnType<KeyedStream['at']> {
    return stream.at(this.#requests.ordinal(this.#request[slot] as number), this.#path[slot] as number);
  }

  #recycle(slot: number): void {
    this.#state[slot] = Free;
    this.#caller[slot] = null;
    this.#slots.give(slot);
  }

  #grow(length: number): void {
    this.#state = grownUint8(this.#state, length);
    this.#left = grownUint8(this.#left, length);
    this.#disowned = grownUint8(this.#disowned, length);
    this.#serial = grownInt32(this.#serial, length);
    this.#request = grownInt32(this.#request, length);
    this.#path = grownUint32(this.#path, length);
    this.#tag = grownInt32(this.#tag, length);
    this.#fetch = grownInt32(this.#fetch, length);
    this.#next = grownInt32(this.#next, length);
    this.#previous = grownInt32(this.#previous, length);
  }
}
