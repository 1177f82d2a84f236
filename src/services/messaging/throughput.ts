/** Calls or messages per second that a service takes, each partition (or group, or account) by itself: token buckets, exact in whole microseconds. */

/** A token, in the unit of the levels: with a rate per second, what flows in per microsecond is whole. */
const TOKEN = 1_000_000;

/** One action's buckets, one for each partition; full at the start. */
export class ActionRate {
  readonly #perSecond: number;
  readonly #full: number;
  readonly #level: Float64Array;
  readonly #atUs: Float64Array;
  /** The call that a partition was charged for last. */
  readonly #call: Float64Array;

  /** `burst`: calls that a bucket holds. */
  constructor(partitions: number, perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#full = burst * TOKEN;
    this.#level = new Float64Array(partitions).fill(this.#full);
    this.#atUs = new Float64Array(partitions);
    this.#call = new Float64Array(partitions).fill(-1);
  }

  /** Charges a call to a partition, once however often it asks; false: it has none left, and nothing is charged. */
  admits(partition: number, call: number, nowUs: number): boolean {
    if (this.#call[partition] === call) return true;
    const level = this.#levelAt(partition, nowUs);
    this.#atUs[partition] = nowUs;
    const admitted = level >= TOKEN;
    this.#level[partition] = admitted ? level - TOKEN : level;
    if (admitted) this.#call[partition] = call;
    return admitted;
  }

  /** Charges so many tokens at once; false: there are not so many, and nothing is charged. */
  take(partition: number, tokens: number, nowUs: number): boolean {
    const level = this.#levelAt(partition, nowUs);
    this.#atUs[partition] = nowUs;
    const taken = level >= tokens * TOKEN;
    this.#level[partition] = taken ? level - tokens * TOKEN : level;
    return taken;
  }

  /** When the partition has a call left, at `nowUs` at the earliest. */
  nextUs(partition: number, nowUs: number): number {
    const missing = TOKEN - this.#levelAt(partition, nowUs);
    return missing <= 0 ? nowUs : nowUs + Math.ceil(missing / this.#perSecond);
  }

  #levelAt(partition: number, nowUs: number): number {
    const level = (this.#level[partition] as number) + (nowUs - (this.#atUs[partition] as number)) * this.#perSecond;
    return Math.min(this.#full, level);
  }
}
