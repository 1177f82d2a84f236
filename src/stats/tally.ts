import { StatsError } from './errors.ts';

/** What a `Tally` is saved as: plain data; `min` and `max` are null where nothing was recorded. */
export interface TallyData {
  readonly count: number;
  readonly sum: number;
  readonly mean: number;
  readonly squares: number;
  readonly min: number | null;
  readonly max: number | null;
}

/**
 * Statistics per observation (a waiting time, a size): count, sum, mean, variance, minimum, maximum.
 * A level over time (a queue's length) belongs into `TimeWeighted`: averaged per event it would be wrong.
 *
 * The variance is Welford's (sums of squares cancel when the mean is large). The sum is exact, and so the same in
 * every order of merging, where the values are whole numbers and their sum stays under 2^53.
 */
export class Tally {
  #count = 0;
  #sum = 0;
  #mean = 0;
  #squares = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /** Records one observation. Throws `STATS_VALUE` for NaN or an infinity. */
  record(x: number): void {
    if (x - x !== 0) throw badValue(x);
    this.#count++;
    this.#sum += x;
    const off = x - this.#mean;
    this.#mean += off / this.#count;
    this.#squares += off * (x - this.#mean);
    if (x < this.#min) this.#min = x;
    if (x > this.#max) this.#max = x;
  }

  get count(): number {
    return this.#count;
  }
  get sum(): number {
    return this.#sum;
  }
  /** Sum ÷ count; NaN where nothing was recorded. */
  get mean(): number {
    return this.#count === 0 ? Number.NaN : this.#sum / this.#count;
  }
  /** Sample variance (divided by count − 1); NaN below two observations. */
  get variance(): number {
    return this.#count < 2 ? Number.NaN : this.#squares / (this.#count - 1);
  }
  /** Square root of `variance`. */
  get deviation(): number {
    return Math.sqrt(this.variance);
  }
  /** Smallest observation; NaN where nothing was recorded. */
  get min(): number {
    return this.#count === 0 ? Number.NaN : this.#min;
  }
  /** Largest observation; NaN where nothing was recorded. */
  get max(): number {
    return this.#count === 0 ? Number.NaN : this.#max;
  }

  /** Takes in all that `other` has seen (Chan's update for the variance). Merge in the order of the replications. */
  merge(other: Tally): void {
    if (other.#count === 0) return;
    const total = this.#count + other.#count;
    const off = other.#mean - this.#mean;
    this.#squares += other.#squares + (off * off * this.#count * other.#count) / total;
    this.#mean += (off * other.#count) / total;
    this.#count = total;
    this.#sum += other.#sum;
    if (other.#min < this.#min) this.#min = other.#min;
    if (other.#max > this.#max) this.#max = other.#max;
  }

  /** Plain data, for another thread or a file. */
  toData(): TallyData {
    const some = this.#count > 0;
    return {
      count: this.#count,
      sum: this.#sum,
      mean: this.#mean,
      squares: this.#squares,
      min: some ? this.#min : null,
      max: some ? this.#max : null,
    };
  }

  static fromData(data: TallyData): Tally {
    const tally = new Tally();
    tally.#count = data.count;
    tally.#sum = data.sum;
    tally.#mean = data.mean;
    tally.#squares = data.squares;
    tally.#min = data.min ?? Number.POSITIVE_INFINITY;
    tally.#max = data.max ?? Number.NEGATIVE_INFINITY;
    return tally;
  }
}

/** Apart from `record`: V8 writes a number out ahead of the test when the text stands beside it, ten times the cost of recording. */
function badValue(x: number): StatsError {
  return new StatsError('STATS_VALUE', `tally: ${x}: expected a finite number`);
}
