/**
 * Completion times of the requests of one traffic in the order in which they arrived, as means of cohorts: what a warm-up is found from.
 *
 *     order of arrival   0 1 2 3 4 | 5 6 7 8 9 | …      five to a cohort; when there is no room for more cohorts,
 *                        0 … … … … … … … … … 9 | …      two neighbours become one, again and again
 *
 * By arrival, not by completion: the slow ones of a cohort count where they belong, and a cut leaves out the same requests in every design.
 */

/** Plain data of one replication; a cohort counts the requests of it that finished. */
export interface CohortData {
  /** Requests that arrived in each cohort: 5 · 2^k. */
  readonly size: number;
  readonly sums: readonly number[];
  readonly counts: readonly number[];
  /** When the first of each cohort arrived, microseconds. */
  readonly startsUs: readonly number[];
}

const FIRST_SIZE = 5;
const MOST_COHORTS = 4096;

export class Cohorts {
  #size = FIRST_SIZE;
  #arrived = 0;
  readonly #sums = new Float64Array(MOST_COHORTS);
  readonly #counts = new Float64Array(MOST_COHORTS);
  readonly #startsUs = new Float64Array(MOST_COHORTS);

  /** The next request in the order of arrival. */
  arrived(us: number): void {
    const order = this.#arrived++;
    if (order === this.#size * MOST_COHORTS) this.#halve();
    if (order % this.#size === 0) this.#startsUs[order / this.#size] = us;
  }

  /** A request finished for the first time; `order` is its place in the order of arrival. */
  finished(order: number, ms: number): void {
    const cohort = Math.floor(order / this.#size);
    this.#sums[cohort] = (this.#sums[cohort] as number) + ms;
    this.#counts[cohort] = (this.#counts[cohort] as number) + 1;
  }

  /** Whole cohorts alone. */
  toData(): CohortData {
    const whole = Math.floor(this.#arrived / this.#size);
    return {
      size: this.#size,
      sums: Array.from(this.#sums.subarray(0, whole)),
      counts: Array.from(this.#counts.subarray(0, whole)),
      startsUs: Array.from(this.#startsUs.subarray(0, whole)),
    };
  }

  #halve(): void {
    const half = MOST_COHORTS / 2;
    for (let i = 0; i < half; i++) {
      this.#sums[i] = (this.#sums[2 * i] as number) + (this.#sums[2 * i + 1] as number);
      this.#counts[i] = (this.#counts[2 * i] as number) + (this.#counts[2 * i + 1] as number);
      this.#startsUs[i] = this.#startsUs[2 * i] as number;
    }
    this.#sums.fill(0, half);
    this.#counts.fill(0, half);
    this.#startsUs.fill(0, half);
    this.#size *= 2;
  }
}
