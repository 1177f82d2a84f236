/**
 * The environments of one function: one invocation each at a time; those that have nothing to do stay warm for a while, and the one
 * used last is used next, so that the others may go. New ones come at a bounded rate.
 */
import { grownFloat64 } from '../../calls/index.ts';
import { lambdaFacts } from '../../facts/index.ts';

const MOST_NEW = lambdaFacts.scaleEnvironments.value;
const PER_US = lambdaFacts.scaleSeconds.value * 1_000_000;

export type Start = 'warm' | 'cold' | 'throttled';

export class Environments {
  readonly #keepWarmUs: number;
  /** Since when each idle one is idle: ascending, the last is the one used last. */
  #idleSince = new Float64Array(16);
  #idle = 0;
  /** New ones that may come now. */
  #allowed = MOST_NEW;
  #asOf = 0;

  constructor(keepWarmUs: number) {
    this.#keepWarmUs = keepWarmUs;
  }

  take(nowUs: number): Start {
    if (this.#idle > 0) {
      // Where the one used last has gone cold, so have all the others.
      if (nowUs - (this.#idleSince[this.#idle - 1] as number) < this.#keepWarmUs) {
        this.#idle--;
        return 'warm';
      }
      this.#idle = 0;
    }
    this.#allowed = Math.min(MOST_NEW, this.#allowed + ((nowUs - this.#asOf) * MOST_NEW) / PER_US);
    this.#asOf = nowUs;
    if (this.#allowed < 1) return 'throttled';
    this.#allowed--;
    return 'cold';
  }

  give(nowUs: number): void {
    if (this.#idle === this.#idleSince.length) this.#idleSince = grownFloat64(this.#idleSince, this.#idle * 2);
    this.#idleSince[this.#idle++] = nowUs;
  }
}
