/**
 * The groups ("tenants") of a fair queue: what each has in the queue, in flight and worked on of late, and whether it is noisy.
 *
 *   noisy   from when it holds more than a tenth of what is in flight, 30 at least, or had more than a tenth of the processing time
 *   quiet   again when nothing of it waits, or it has sent nothing for five minutes
 */
import { sqsFacts } from '../../facts/index.ts';
import { FreshLane } from './fresh-lane.ts';
import type { MessageStore } from './message-store.ts';
import { type ReceiveRecords, RecordList } from './receive-records.ts';

const f = sqsFacts;
const SILENCE_US = f.fairSilenceSeconds.value * 1_000_000;
const WINDOW_US = f.fairProcessingWindowSeconds.value * 1_000_000;
const SWEEP_AT_LEAST = 16_384;

/** Messages without a group: each is a tenant of its own, so they never make a noise. */
export const NOBODY = 0;

/** A sum over the window that runs and the one before it. */
class Recent {
  #window = 0;
  #now = 0;
  #before = 0;

  add(value: number, nowUs: number): void {
    this.#turn(nowUs);
    this.#now += value;
  }

  sum(nowUs: number): number {
    this.#turn(nowUs);
    return this.#now + this.#before;
  }

  #turn(nowUs: number): void {
    const window = Math.floor(nowUs / WINDOW_US);
    if (window === this.#window) return;
    this.#before = window === this.#window + 1 ? this.#now : 0;
    this.#now = 0;
    this.#window = window;
  }
}

/** Where a noisy tenant's messages wait, as in the queue itself. */
export interface Lanes {
  readonly returned: RecordList;
  readonly fresh: FreshLane;
  readonly back: RecordList;
}

export interface Tenant {
  id: number;
  /** In the queue, in whatever state. */
  present: number;
  inFlight: number;
  sentUs: number;
  noisy: boolean;
  /** There once it has been noisy. */
  lanes: Lanes | null;
  readonly processingUs: Recent;
  readonly processed: Recent;
}

export interface FairThresholds {
  readonly inFlightShare: number;
  readonly inFlightMin: number;
  readonly processingShare: number;
  readonly processedMin: number;
}

/** AWS's, and our assumption for the last. */
export const FAIR_THRESHOLDS: FairThresholds = {
  inFlightShare: f.fairInFlightShare.value,
  inFlightMin: f.fairInFlightMin.value,
  processingShare: f.fairProcessingShare.value,
  processedMin: f.fairProcessedMin.value,
};

export class Tenants {
  /** In the order in which they became so. */
  readonly noisy: number[] = [];
  readonly #tenants: Tenant[] = [];
  readonly #indexOf = new Map<number, number>();
  readonly #free: number[] = [];
  readonly #processingUs = new Recent();
  readonly #store: MessageStore;
  readonly #records: ReceiveRecords;
  readonly #thresholds: FairThresholds;
  #inFlight = 0;
  #sweepAt = SWEEP_AT_LEAST;

  constructor(store: MessageStore, records: ReceiveRecords, thresholds: FairThresholds) {
    this.#store = store;
    this.#records = records;
    this.#thresholds = thresholds;
    this.#add(-1);
  }

  at(tenant: number): Tenant {
    return this.#tenants[tenant] as Tenant;
  }

  isNoisy(tenant: number): boolean {
    return this.at(tenant).noisy;
  }

  enter(groupId: number, nowUs: number): number {
    if (groupId < 0) {
      this.at(NOBODY).present++;
      return NOBODY;
    }
    const index = this.#indexOf.get(groupId) ?? this.#add(groupId);
    const tenant = this.at(index);
    tenant.present++;
    tenant.sentUs = nowUs;
    return index;
  }

  leave(index: number): void {
    this.at(index).present--;
    this.#quietWhenDrained(index);
  }

  handOut(index: number): void {
    const tenant = this.at(index);
    tenant.inFlight++;
    this.#inFlight++;
    const { inFlightShare, inFlightMin } = this.#thresholds;
    if (tenant.inFlight >= inFlightMin && tenant.inFlight > inFlightShare * this.#inFlight) this.#makeNoisy(index);
    this.#quietWhenDrained(index);
  }

  /** Deleted, or visible again: a consumer has had it for so long. */
  comeBack(index: number, heldUs: number, nowUs: number): void {
    const tenant = this.at(index);
    tenant.inFlight--;
    this.#inFlight--;
    tenant.processingUs.add(heldUs, nowUs);
    tenant.processed.add(1, nowUs);
    this.#processingUs.add(heldUs, nowUs);
    const { processingShare, processedMin } = this.#thresholds;
    if (tenant.noisy || tenant.processed.sum(nowUs) < processedMin) return;
    if (tenant.processingUs.sum(nowUs) > processingShare * this.#processingUs.sum(nowUs)) this.#makeNoisy(index);
  }

  /** The noisy tenant that has sent nothing for five minutes, longest noisy first; -1: there is none. */
  silent(nowUs: number): number {
    return this.noisy.find((index) => nowUs - this.at(index).sentUs >= SILENCE_US) ?? -1;
  }

  makeQuiet(index: number): void {
    this.at(index).noisy = false;
    this.noisy.splice(this.noisy.indexOf(index), 1);
  }

  #makeNoisy(index: number): void {
    const tenant = this.at(index);
    if (tenant.noisy || index === NOBODY) return;
    tenant.noisy = true;
    tenant.lanes ??= {
      returned: new RecordList(this.#records),
      fresh: new FreshLane(this.#store),
      back: new RecordList(this.#records),
    };
    this.noisy.push(index);
  }

  #quietWhenDrained(index: number): void {
    const { noisy, present, inFlight } = this.at(index);
    if (noisy && present === inFlight) this.makeQuiet(index);
  }

  #add(id: number): number {
    if (this.#indexOf.size >= this.#sweepAt) this.#sweep();
    const tenant: Tenant = {
      id,
      present: 0,
      inFlight: 0,
      sentUs: 0,
      noisy: false,
      lanes: null,
      processingUs: new Recent(),
      processed: new Recent(),
    };
    const index = this.#free.pop() ?? this.#tenants.length;
    this.#tenants[index] = tenant;
    if (id >= 0) this.#indexOf.set(id, index);
    return index;
  }

  /** Forgets tenants of whom nothing is left, and looks again when there are twice as many. */
  #sweep(): void {
    for (const [id, index] of this.#indexOf) {
      if (this.at(index).present > 0) continue;
      this.#indexOf.delete(id);
      this.#free.push(index);
    }
    this.#sweepAt = Math.max(SWEEP_AT_LEAST, 2 * this.#indexOf.size);
  }
}
