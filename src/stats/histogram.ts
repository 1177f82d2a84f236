/**
 * Distribution of values >= 0 in bounded memory: exact while small, log-linear when large.
 *
 *     up to `exactUpTo` values      kept as they are, sorted on demand      quantiles exact
 *     more                          counted in buckets                      quantiles within 0.4 %
 *
 * A bucket is what shares the exponent and the first 8 mantissa bits of the double: 256 to an octave, so its width is
 * at most 1/256 = 0.39 % of its lower edge. The number is read from the bits: no logarithm, no rounding that could
 * differ between machines. Seven bits and the bucket's midpoint would give the same bound; eight with interpolation give
 * estimates that move smoothly with the data, which the jackknife needs (in steps it sees either no spread or too much).
 *
 * Which form a histogram has depends on the number of values alone, so merging gives the same in every order
 * (count, buckets, minimum, maximum, quantiles; the sum too, where values are whole numbers and it stays under 2^53).
 *
 * Estimator of the p-quantile: the inverse of the empirical distribution function, i.e. the value with rank ceil(p·n);
 * from buckets: interpolated within the bucket by rank, never outside the exact minimum and maximum.
 */
import { checkProbability, StatsError } from './errors.ts';

const MANTISSA_BITS = 8;
const SHIFT = 20 - MANTISSA_BITS;
/** Values under 2^-40 share the lowest bucket (its lower edge is 0), values from about 2^64 on the highest: so memory is bounded. */
const LOWEST = (1023 - 40) << MANTISSA_BITS;
/** The last bucket of an octave: the covered range grows by octaves, and may not reach beyond it. */
const HIGHEST = ((1023 + 64) << MANTISSA_BITS) - 1;

const asDouble = new Float64Array(1);
const asWords = new Uint32Array(asDouble.buffer);
asDouble[0] = 1;
/** Which of the two words holds sign, exponent and the mantissa's head: 1 on little-endian machines. */
const HIGH_WORD = asWords[1] === 0 ? 0 : 1;

function bucketOf(x: number): number {
  asDouble[0] = x;
  const bucket = (asWords[HIGH_WORD] as number) >>> SHIFT;
  return bucket < LOWEST ? LOWEST : bucket > HIGHEST ? HIGHEST : bucket;
}

/** Lower edge of a bucket; the upper edge is the next one's lower edge. */
function edgeOf(bucket: number): number {
  if (bucket <= LOWEST) return 0;
  if (bucket > HIGHEST) return Number.MAX_VALUE;
  asWords[1 - HIGH_WORD] = 0;
  asWords[HIGH_WORD] = bucket << SHIFT;
  return asDouble[0] as number;
}

/** One bucket with its count: low <= value < high (zero: low = high = 0). */
export interface Bin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** What a `LogHistogram` is saved as: plain data, small, JSON. Either `values` or `buckets` and `counts`. */
export interface HistogramData {
  readonly exactUpTo: number;
  readonly count: number;
  readonly sum: number;
  readonly min: number | null;
  readonly max: number | null;
  /** Ascending. */
  readonly values: readonly number[] | null;
  readonly zeros: number;
  /** Bucket numbers in use, ascending, and their counts. */
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
}

/** Values kept exactly before a histogram turns to buckets, by default. */
export const EXACT_UP_TO = 4096;

/** Rank (1 to n) of the p-quantile. The small deduction keeps 0.07 · 100 = 7.000000000000001 from becoming rank 8. */
export function rankOf(p: number, count: number): number {
  const position = p * count;
  return Math.min(count, Math.max(1, Math.ceil(position - position * 1e-15)));
}

export class LogHistogram {
  readonly exactUpTo: number;
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  /** The values themselves, while they are few. */
  #values: Float64Array | null;
  #sorted = true;
  #zeros = 0;
  /** Buckets `#base` to `#base + #counts.length - 1`. Doubles, since 2^32 is not out of reach for pooled replications. */
  #counts = new Float64Array(0);
  #base = 0;

  /** `exactUpTo`: values kept exactly before buckets begin, default 4,096; 0: buckets from the first value on. */
  constructor(exactUpTo: number = EXACT_UP_TO) {
    this.exactUpTo = exactUpTo;
    this.#values = exactUpTo > 0 ? new Float64Array(Math.min(16, exactUpTo)) : null;
  }

  /** Records one value. Throws `STATS_VALUE` unless it is a finite number >= 0. */
  record(x: number): void {
    if (!(x >= 0 && x <= Number.MAX_VALUE)) throw badValue(x);
    if (this.#values !== null && !this.#keep(x)) this.spill();
    if (this.#values === null) this.#bucket(x, 1);
    this.#count++;
    this.#sum += x;
    if (x < this.#min) this.#min = x;
    if (x > this.#max) this.#max = x;
  }

  get count(): number {
    return this.#count;
  }
  get sum(): number {
    return this.#sum;
  }
  /** Sum ÷ count, not from buckets; NaN where nothing was recorded. */
  get mean(): number {
    return this.#count === 0 ? Number.NaN : this.#sum / this.#count;
  }
  /** Exact; NaN where nothing was recorded. */
  get min(): number {
    return this.#count === 0 ? Number.NaN : this.#min;
  }
  /** Exact; NaN where nothing was recorded. */
  get max(): number {
    return this.#count === 0 ? Number.NaN : this.#max;
  }
  /** Whether quantiles are exact: all values are still at hand. */
  get exact(): boolean {
    return this.#values !== null;
  }

  /** The p-quantile, 0 <= p <= 1 (see the head of this file for the estimator); NaN where nothing was recorded. */
  quantile(p: number): number {
    checkProbability(p);
    if (this.#count === 0) return Number.NaN;
    return this.valueAt(rankOf(p, this.#count), null);
  }

  /**
   * The value with this rank (from 1) among all values, or among those that are left when `without` is taken out, which
   * must be a part of this histogram and in buckets too (see `spill`).
   */
  valueAt(rank: number, without: LogHistogram | null): number {
    if (this.#values !== null) {
      if (without !== null) throw new StatsError('STATS_FORM', 'valueAt: spill both histograms before taking one out');
      return this.#ordered()[rank - 1] as number;
    }
    if (rank >= this.#count && without === null) return this.#max;
    let before = this.#zeros - (without === null ? 0 : without.#zeros);
    if (rank <= before) return 0;
    for (let i = 0; i < this.#counts.length; i++) {
      const here = (this.#counts[i] as number) - (without === null ? 0 : without.#at(this.#base + i));
      if (here > 0 && before + here >= rank) {
        const low = Math.max(edgeOf(this.#base + i), this.#min);
        const high = Math.min(edgeOf(this.#base + i + 1), this.#max);
        return low + ((high - low) * (rank - before - 0.5)) / here;
      }
      before += here;
    }
    return this.#max;
  }

  /** How many values are <= x: exact while values are at hand, else interpolated within the bucket of x. */
  countAtMost(x: number): number {
    if (this.#count === 0 || x < this.#min) return 0;
    if (x >= this.#max) return this.#count;
    if (this.#values !== null) return countAtMostIn(this.#ordered(), x);
    const bucket = bucketOf(x);
    let count = this.#zeros;
    for (let i = 0; i < this.#counts.length && this.#base + i < bucket; i++) count += this.#counts[i] as number;
    const low = Math.max(edgeOf(bucket), this.#min);
    const high = Math.min(edgeOf(bucket + 1), this.#max);
    const part = high > low ? Math.min(1, Math.max(0, (x - low) / (high - low))) : 1;
    return count + part * this.#at(bucket);
  }

  /** Takes in all that `other` has seen. */
  merge(other: LogHistogram): void {
    if (other.#count === 0) return;
    const mine = other === this ? other.copy() : other;
    if (this.#values !== null && (mine.#values === null || this.#count + mine.#count > this.exactUpTo)) this.spill();
    const into = this.#values !== null;
    if (mine.#values !== null) {
      for (let i = 0; i < mine.#count; i++) {
        const x = mine.#values[i] as number;
        if (into) {
          this.#keep(x);
          this.#count++;
        } else this.#bucket(x, 1);
      }
      if (!into) this.#count += mine.#count;
    } else {
      this.#zeros += mine.#zeros;
      for (let i = 0; i < mine.#counts.length; i++) {
        const count = mine.#counts[i] as number;
        if (count > 0) this.#addTo(mine.#base + i, count);
      }
      this.#count += mine.#count;
    }
    this.#sum += mine.#sum;
    if (mine.#min < this.#min) this.#min = mine.#min;
    if (mine.#max > this.#max) this.#max = mine.#max;
  }

  /** Gives up the exact values for buckets, for good: so that several histograms have the same form. */
  spill(): void {
    const values = this.#values;
    if (values === null) return;
    this.#values = null;
    for (let i = 0; i < this.#count; i++) this.#bucket(values[i] as number, 1);
  }

  copy(): LogHistogram {
    return LogHistogram.fromData(this.toData());
  }

  /** All values ascending while they are at hand, else null. */
  values(): readonly number[] | null {
    return this.#values === null ? null : Array.from(this.#ordered());
  }

  /** The buckets in use, ascending, for a chart; the same buckets whether or not the values are still at hand. */
  bins(): Bin[] {
    if (this.#values !== null) {
      const inBuckets = this.copy();
      inBuckets.spill();
      return inBuckets.bins();
    }
    const bins: Bin[] = this.#zeros > 0 ? [{ low: 0, high: 0, count: this.#zeros }] : [];
    for (let i = 0; i < this.#counts.length; i++) {
      const count = this.#counts[i] as number;
      if (count > 0) bins.push({ low: edgeOf(this.#base + i), high: edgeOf(this.#base + i + 1), count });
    }
    return bins;
  }

  /** Plain data, for another thread or a file. */
  toData(): HistogramData {
    const buckets: number[] = [];
    const counts: number[] = [];
    for (let i = 0; i < this.#counts.length; i++) {
      const count = this.#counts[i] as number;
      if (count === 0) continue;
      buckets.push(this.#base + i);
      counts.push(count);
    }
    const some = this.#count > 0;
    return {
      exactUpTo: this.exactUpTo,
      count: this.#count,
      sum: this.#sum,
      min: some ? this.#min : null,
      max: some ? this.#max : null,
      values: this.values(),
      zeros: this.#zeros,
      buckets,
      counts,
    };
  }

  static fromData(data: HistogramData): LogHistogram {
    const histogram = new LogHistogram(data.exactUpTo);
    if (data.values !== null) {
      histogram.#values = Float64Array.from(data.values.length > 0 ? data.values : new Array<number>(16).fill(0));
    } else {
      histogram.#values = null;
      histogram.#zeros = data.zeros;
      for (let i = 0; i < data.buckets.length; i++)
        histogram.#addTo(data.buckets[i] as number, data.counts[i] as number);
    }
    histogram.#count = data.count;
    histogram.#sum = data.sum;
    histogram.#min = data.min ?? Number.POSITIVE_INFINITY;
    histogram.#max = data.max ?? Number.NEGATIVE_INFINITY;
    return histogram;
  }

  /** Keeps a value exactly; false where there is no room left. Leaves `#count` to the caller. */
  #keep(x: number): boolean {
    let values = this.#values as Float64Array;
    const n = this.#count;
    if (n === values.length) {
      if (n >= this.exactUpTo) return false;
      const wider = new Float64Array(Math.min(this.exactUpTo, 2 * n));
      wider.set(values);
      this.#values = wider;
      values = wider;
    }
    values[n] = x;
    this.#sorted = false;
    return true;
  }

  #ordered(): Float64Array {
    const used = (this.#values as Float64Array).subarray(0, this.#count);
    if (!this.#sorted) used.sort();
    this.#sorted = true;
    return used;
  }

  #bucket(x: number, count: number): void {
    if (x === 0) {
      this.#zeros += count;
      return;
    }
    asDouble[0] = x;
    const at = ((asWords[HIGH_WORD] as number) >>> SHIFT) - this.#base;
    // The usual case: the bucket is there already. A bucket outside the covered range is never inside `#counts`.
    if (at >= 0 && at < this.#counts.length) this.#counts[at] = (this.#counts[at] as number) + count;
    else this.#addTo(bucketOf(x), count);
  }

  #at(bucket: number): number {
    return this.#counts[bucket - this.#base] ?? 0;
  }

  #addTo(bucket: number, count: number): void {
    if (bucket < this.#base || bucket >= this.#base + this.#counts.length) this.#cover(bucket);
    const at = bucket - this.#base;
    this.#counts[at] = (this.#counts[at] as number) + count;
  }

  /** Widens the covered range to whole octaves around `bucket`. */
  #cover(bucket: number): void {
    const octave = 1 << MANTISSA_BITS;
    const floor = bucket - (bucket % octave);
    const empty = this.#counts.length === 0;
    const low = empty ? floor : Math.min(floor, this.#base);
    const end = empty ? floor + octave : Math.max(floor + octave, this.#base + this.#counts.length);
    const wider = new Float64Array(end - low);
    if (!empty) wider.set(this.#counts, this.#base - low);
    this.#counts = wider;
    this.#base = low;
  }
}

/** Apart from `record`: V8 writes a number out ahead of the test when the text stands beside it, ten times the cost of recording. */
function badValue(x: number): StatsError {
  return new StatsError('STATS_VALUE', `histogram: ${x}: expected a finite number >= 0`);
}

function countAtMostIn(ascending: Float64Array, x: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}
