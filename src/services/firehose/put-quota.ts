/**
 * What a delivery stream takes by direct puts in a second: requests, records and bytes, buckets that fill steadily, exact in whole microseconds. A stream that throttles raises all three by a
 * step, and another as long as it goes on; the first throttled put of each step starts the clock, so that a stream at rest has no events.
 *
 *   throttled ─ step time ─▶ limits + share of the first ones ─ throttled again ─▶ …
 */
import { type DirectPutQuota, firehoseFacts as f } from '../../facts/index.ts';
import type { Simulation } from '../../kernel/index.ts';

/** The unit of the levels: with a rate per second, what flows in per microsecond is whole. */
const TOKEN = 1_000_000;
const BURST_SECONDS = f.quotaBurstSeconds.value;

export class PutQuota {
  readonly #sim: Simulation;
  readonly #first: DirectPutQuota;
  readonly #stepUs: number;
  readonly #stepShare: number;
  readonly #onRaised: (limits: DirectPutQuota) => void;
  #limits: DirectPutQuota;
  #requests: number;
  #records: number;
  #bytes: number;
  #atUs: number;
  #steps = 0;
  #rising = false;

  constructor(
    sim: Simulation,
    first: DirectPutQuota,
    step: { readonly us: number; readonly share: number },
    onRaised: (limits: DirectPutQuota) => void,
  ) {
    this.#sim = sim;
    this.#first = first;
    this.#stepUs = step.us;
    this.#stepShare = step.share;
    this.#onRaised = onRaised;
    this.#limits = first;
    this.#requests = first.requestsPerSecond * BURST_SECONDS * TOKEN;
    this.#records = first.recordsPerSecond * BURST_SECONDS * TOKEN;
    this.#bytes = first.bytesPerSecond * BURST_SECONDS * TOKEN;
    this.#atUs = sim.now;
  }

  get limits(): DirectPutQuota {
    return this.#limits;
  }

  /** Charges a request; false: there is none left, and nothing is charged. */
  admits(): boolean {
    this.#flow();
    if (this.#requests < TOKEN) return this.#throttled();
    this.#requests -= TOKEN;
    return true;
  }

  /** Charges a record of an admitted request; false: there is no room for it, and nothing is charged. */
  takes(bytes: number): boolean {
    const cost = bytes * TOKEN;
    if (this.#records < TOKEN || this.#bytes < cost) return this.#throttled();
    this.#records -= TOKEN;
    this.#bytes -= cost;
    return true;
  }

  #throttled(): false {
    if (!this.#rising && this.#stepShare > 0) {
      this.#rising = true;
      this.#sim.schedule(this.#stepUs, this.#rise, undefined, 0);
    }
    return false;
  }

  readonly #rise = (): void => {
    this.#rising = false;
    const factor = 1 + ++this.#steps * this.#stepShare;
    this.#limits = {
      requestsPerSecond: Math.floor(this.#first.requestsPerSecond * factor),
      recordsPerSecond: Math.floor(this.#first.recordsPerSecond * factor),
      bytesPerSecond: Math.floor(this.#first.bytesPerSecond * factor),
    };
    // Full, as at the start: what was throttled is no reason for another step.
    this.#requests = this.#limits.requestsPerSecond * BURST_SECONDS * TOKEN;
    this.#records = this.#limits.recordsPerSecond * BURST_SECONDS * TOKEN;
    this.#bytes = this.#limits.bytesPerSecond * BURST_SECONDS * TOKEN;
    this.#atUs = this.#sim.now;
    this.#onRaised(this.#limits);
  };

  #flow(): void {
    const goneUs = this.#sim.now - this.#atUs;
    if (goneUs === 0) return;
    this.#atUs = this.#sim.now;
    const { requestsPerSecond, recordsPerSecond, bytesPerSecond } = this.#limits;
    const full = BURST_SECONDS * TOKEN;
    this.#requests = Math.min(requestsPerSecond * full, this.#requests + goneUs * requestsPerSecond);
    this.#records = Math.min(recordsPerSecond * full, this.#records + goneUs * recordsPerSecond);
    this.#bytes = Math.min(bytesPerSecond * full, this.#bytes + goneUs * bytesPerSecond);
  }
}
