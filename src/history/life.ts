/** What a history says of one request, and which requests are worth a look. */
import { type HistoryChunk, type HistoryRecord, type Names, NONE, recordAt, requestOf, What } from './record.ts';
import type { HistorySink } from './recorder.ts';

/** Takes all records of one request and its deliveries, and the faults. */
export class LifeSink implements HistorySink {
  readonly records: HistoryRecord[] = [];
  dropped = 0;
  readonly #request: number;
  readonly #most: number;
  /** Of each traffic, by its place. */
  readonly #highest = new Map<number, number>();
  readonly #ofTraffic: number;

  /** `ofTraffic`: numbers that each traffic has for its requests. */
  constructor(request: number, ofTraffic: number, most = 10_000) {
    this.#request = request;
    this.#ofTraffic = ofTraffic;
    this.#most = most;
  }

  /** Requests of a traffic, by its place: its highest number and one. */
  requestsOf(traffic: number): number {
    return (this.#highest.get(traffic) ?? -1) + 1;
  }

  take(chunk: HistoryChunk, names: Names): void {
    for (let row = 0; row < chunk.count; row++) {
      const what = chunk.what[row] as number;
      const entity = chunk.entity[row] as number;
      const isFault = what === What.faultInvoke || what === What.faultOk;
      if (entity === NONE && !isFault) continue;
      const request = requestOf(entity);
      if (!isFault) this.#count(request);
      if (!isFault && request !== this.#request) continue;
      if (this.records.length < this.#most) this.records.push(recordAt(chunk, row, names));
      else this.dropped++;
    }
  }

  #count(request: number): void {
    const traffic = Math.floor(request / this.#ofTraffic);
    const order = request % this.#ofTraffic;
    if (order > (this.#highest.get(traffic) ?? -1)) this.#highest.set(traffic, order);
  }
}

export const SELECTORS = ['slowest', 'redelivered', 'dead-lettered', 'lost-reply', 'failed'] as const;
export type Selector = (typeof SELECTORS)[number];

/** Finds the first request of a history that is such a one; of `slowest` the one that took longest to be done. */
export class SelectingSink implements HistorySink {
  readonly #selector: Selector;
  readonly #deadLetterQueues: ReadonlySet<string>;
  /** When each request or delivery that is not done began. */
  readonly #began = new Map<number, number>();
  #first: number | undefined;
  readonly #done = { us: -1, request: -1 };
  /** Where nobody works on what is delivered, as with a mailbox, it counts as done. */
  readonly #delivered = { us: -1, request: -1 };

  constructor(selector: Selector, deadLetterQueues: ReadonlySet<string>) {
    this.#selector = selector;
    this.#deadLetterQueues = deadLetterQueues;
  }

  /** Its number; undefined: there is none. */
  get found(): number | undefined {
    if (this.#selector !== 'slowest') return this.#first;
    const { request } = this.#done.us >= 0 ? this.#done : this.#delivered;
    return request < 0 ? undefined : request;
  }

  take(chunk: HistoryChunk, names: Names): void {
    if (this.#first !== undefined) return;
    for (let row = 0; row < chunk.count; row++) {
      const entity = chunk.entity[row] as number;
      if (entity === NONE) continue;
      if (this.#selector === 'slowest') this.#time(chunk, row, entity);
      else if (this.#isOne(chunk, row, names)) {
        this.#first = requestOf(entity);
        return;
      }
    }
  }

  #isOne(chunk: HistoryChunk, row: number, names: Names): boolean {
    const what = chunk.what[row] as number;
    const isDead = (): boolean => this.#deadLetterQueues.has(names.name(chunk.resource[row] as number));
    switch (this.#selector) {
      case 'redelivered':
        return what === What.receiveOk && (chunk.receives[row] as number) > 1 && !isDead();
      case 'dead-lettered':
        return (what === What.left || what === What.receiveOk || what === What.sendOk) && isDead();
      case 'lost-reply':
        return UNKNOWN.has(what);
      case 'failed':
        return what === What.handleFail || what === What.requestFail || what === What.deliverFail;
      default:
        return false;
    }
  }

  #time(chunk: HistoryChunk, row: number, entity: number): void {
    const us = chunk.us[row] as number;
    switch (chunk.what[row]) {
      case What.requestInvoke:
      case What.sendInvoke:
      case What.owed:
        if (!this.#began.has(entity)) this.#began.set(entity, us);
        break;
      case What.deliverOk:
        this.#compare(this.#delivered, entity, us);
        break;
      case What.requestOk:
      case What.handleOk:
        this.#compare(this.#done, entity, us);
        // What is done again is no slower for it.
        this.#began.delete(entity);
        break;
      default:
        break;
    }
  }

  #compare(longest: { us: number; request: number }, entity: number, us: number): void {
    const tookUs = us - (this.#began.get(entity) ?? us + 1);
    if (tookUs <= longest.us) return;
    longest.us = tookUs;
    longest.request = requestOf(entity);
  }
}

/** No answer came; a receive has no request to tell of. */
const UNKNOWN: ReadonlySet<number> = new Set([
  What.requestUnknown,
  What.sendUnknown,
  What.publishUnknown,
  What.deleteUnknown,
]);
