/**
 * Intervals for figures that are pooled over replications and are no means: quantiles, ratios.
 *
 *     θ      from all replications together
 *     θ(i)   from all but replication i
 *     variance of θ ≈ (R − 1)/R · Σ (θ(i) − mean θ(·))²,  interval θ ± t(R − 1) · sqrt(variance)
 *
 * Whole replications are left out, so dependence inside a replication (waiting times are strongly dependent) does no harm.
 */
import { mean, sampleCorrelation, sampleVariance } from 'simple-statistics';
import { checkLevel, checkProbability, StatsError } from './errors.ts';
import { LogHistogram, rankOf } from './histogram.ts';
import { around, type Interval, none, studentFactor } from './intervals.ts';

/** Fewest observations that must lie on the thin side of a quantile, pooled, for it to get an interval. */
export const TAIL_OBSERVATIONS = 10;

/** A pooled figure, with what it would be without each of its replications. */
export interface LeaveOneOut {
  /** null where nothing was observed. */
  readonly estimate: number | null;
  /** One a replication; null where no interval can be given. */
  readonly without: readonly number[] | null;
  /** Names the estimator, e.g. `pooled quantile 0.99 of 812 observations`. */
  readonly estimator: string;
  /** Why there is no interval; null where there is one. */
  readonly reason: string | null;
}

/** Jackknife interval of a pooled figure. */
export function jackknife(figure: LeaveOneOut, level: number): Interval {
  checkLevel(level);
  const { estimate, without, estimator } = figure;
  if (estimate === null || without === null) {
    return none(estimate, level, `${estimator}; no interval: ${figure.reason ?? 'nothing observed'}`);
  }
  const r = without.length;
  const half = studentFactor(level, r - 1) * Math.sqrt(jackknifeVariance(without));
  return around(estimate, half, level, `${estimator}, jackknife over ${r} replications`);
}

/** A difference of two pooled figures whose replications are pairs (common random numbers). */
export interface Difference extends Interval {
  /** Between the two figures over the pairs; null where one of them does not vary. */
  readonly correlation: number | null;
  /** Variance of the difference were the two independent ÷ variance of the paired one; null where the latter is 0. */
  readonly varianceRatio: number | null;
}

/** Jackknife of `a − b`, leaving out pairs. Both must have the same number of replications, else `STATS_PAIRS`. */
export function jackknifeDifference(a: LeaveOneOut, b: LeaveOneOut, level: number): Difference {
  checkLevel(level);
  const estimate = a.estimate === null || b.estimate === null ? null : a.estimate - b.estimate;
  const estimator = a.estimator === b.estimator ? a.estimator : `${a.estimator} against ${b.estimator}`;
  if (estimate === null || a.without === null || b.without === null) {
    const reason = a.reason ?? b.reason ?? 'nothing observed';
    return {
      ...none(estimate, level, `difference of ${estimator}; no interval: ${reason}`),
      correlation: null,
      varianceRatio: null,
    };
  }
  checkPairs(a.without, b.without);
  const r = a.without.length;
  const others = b.without;
  const differences = a.without.map((x, i) => x - (others[i] as number));
  const variance = jackknifeVariance(differences);
  const half = studentFactor(level, r - 1) * Math.sqrt(variance);
  return {
    ...around(estimate, half, level, `difference of ${estimator}, jackknife over ${r} pairs of replications`),
    correlation: correlationOf(a.without, others),
    varianceRatio: variance > 0 ? (jackknifeVariance(a.without) + jackknifeVariance(others)) / variance : null,
  };
}

/**
 * Pooled p-quantile of one histogram a replication (the histograms' estimator) and its leave-one-out values.
 * No interval where fewer than 10 pooled observations lie on the thin side, i.e. n · min(p, 1 − p) < 10: such a quantile
 * rests on a handful of extremes, and leaving one replication out says little about its error. Nor for 0 and 1
 * (minimum, maximum), nor with fewer than two replications, nor where all observations come from one of them.
 */
export function quantileLeaveOneOut(histograms: readonly LogHistogram[], p: number): LeaveOneOut {
  checkProbability(p);
  const pooled = pool(histograms);
  const n = pooled.count;
  const estimator = `pooled quantile ${p} of ${n} observations`;
  if (n === 0) return { estimate: null, without: null, estimator, reason: 'nothing observed' };
  const estimate = pooled.quantile(p);
  const refuse = (reason: string): LeaveOneOut => ({ estimate, without: null, estimator, reason });
  if (histograms.length < 2) return refuse('one replication');
  // The small addition forgives 1000 · (1 − 0.99) = 9.999….
  if (n * Math.min(p, 1 - p) + 1e-6 < TAIL_OBSERVATIONS) {
    return refuse(`fewer than ${TAIL_OBSERVATIONS} observations beyond the quantile`);
  }
  if (histograms.some((one) => one.count === n)) return refuse('all observations in one replication');
  const without = pooled.exact ? exactWithout(histograms, p, n) : bucketsWithout(pooled, histograms, p);
  return { estimate, without, estimator, reason: null };
}

/** Interval of a pooled quantile, see `quantileLeaveOneOut` for when there is none. */
export function jackknifeQuantile(histograms: readonly LogHistogram[], p: number, level: number): Interval {
  const interval = jackknife(quantileLeaveOneOut(histograms, p), level);
  // A histogram holds no negative value, so its quantile is none.
  return interval.low === null ? interval : { ...interval, low: Math.max(0, interval.low) };
}

/**
 * Pooled ratio, sum of numerators ÷ sum of denominators over replications, and its leave-one-out values: a mean of all
 * observations (sums and counts), a share of requests, a rate. Throws `STATS_PAIRS` where the lengths differ.
 */
export function ratioLeaveOneOut(
  numerators: readonly number[],
  denominators: readonly number[],
  name = 'pooled ratio',
): LeaveOneOut {
  checkPairs(numerators, denominators);
  const above = total(numerators);
  const below = total(denominators);
  if (below === 0) return { estimate: null, without: null, estimator: name, reason: 'nothing observed' };
  const estimate = above / below;
  const refuse = (reason: string): LeaveOneOut => ({ estimate, without: null, estimator: name, reason });
  if (numerators.length < 2) return refuse('one replication');
  if (denominators.some((d) => d === below)) return refuse('all observations in one replication');
  // Summed afresh each time: taken off the total, rounding would stand in for spread where there is none.
  const without = numerators.map((_, i) => totalBut(numerators, i) / totalBut(denominators, i));
  return { estimate, without, estimator: name, reason: null };
}

/** Interval of the mean of all observations, pooled over replications, from each one's sum and count. */
export function jackknifeMean(sums: readonly number[], counts: readonly number[], level: number): Interval {
  return jackknife(meanLeaveOneOut(sums, counts), level);
}

/** Mean of all observations, pooled over replications, and its leave-one-out values. */
export function meanLeaveOneOut(sums: readonly number[], counts: readonly number[]): LeaveOneOut {
  return ratioLeaveOneOut(sums, counts, `pooled mean of ${total(counts)} observations`);
}

/** Interval of a pooled ratio. */
export function jackknifeRatio(
  numerators: readonly number[],
  denominators: readonly number[],
  level: number,
  name?: string,
): Interval {
  return jackknife(ratioLeaveOneOut(numerators, denominators, name), level);
}

/** All replications' observations in one histogram. */
export function pool(histograms: readonly LogHistogram[]): LogHistogram {
  const pooled = new LogHistogram(histograms[0]?.exactUpTo);
  for (const one of histograms) pooled.merge(one);
  return pooled;
}

function jackknifeVariance(without: readonly number[]): number {
  const r = without.length;
  const centre = mean(without);
  let squares = 0;
  for (const x of without) squares += (x - centre) * (x - centre);
  return ((r - 1) / r) * squares;
}

/** Sorts once, remembering whose each value is; then one walk for each replication left out. */
function exactWithout(histograms: readonly LogHistogram[], p: number, n: number): number[] {
  const all: { value: number; owner: number }[] = [];
  histograms.forEach((one, owner) => {
    for (const value of one.values() ?? []) all.push({ value, owner });
  });
  all.sort((x, y) => x.value - y.value);
  return histograms.map((one, owner) => {
    let rank = rankOf(p, n - one.count);
    for (const each of all) {
      if (each.owner === owner) continue;
      rank--;
      if (rank === 0) return each.value;
    }
    throw new StatsError('STATS_FORM', 'jackknife: fewer values than counted');
  });
}

function bucketsWithout(pooled: LogHistogram, histograms: readonly LogHistogram[], p: number): number[] {
  return histograms.map((one) => {
    if (one.count === 0) return pooled.quantile(p);
    const part = one.copy();
    part.spill();
    return pooled.valueAt(rankOf(p, pooled.count - one.count), part);
  });
}

/** Pearson's correlation over pairs; null where one side does not vary. */
export function correlationOf(a: readonly number[], b: readonly number[]): number | null {
  if (a.length < 2 || sampleVariance(a) === 0 || sampleVariance(b) === 0) return null;
  return Math.max(-1, Math.min(1, sampleCorrelation(a, b)));
}

/** Throws `STATS_PAIRS` unless both have one value a replication. */
export function checkPairs(a: readonly unknown[], b: readonly unknown[]): void {
  if (a.length !== b.length) {
    throw new StatsError(
      'STATS_PAIRS',
      `${a.length} against ${b.length} replications: expected the same number on both sides`,
    );
  }
}

function total(values: readonly number[]): number {
  let sum = 0;
  for (const x of values) sum += x;
  return sum;
}

function totalBut(values: readonly number[], left: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) if (i !== left) sum += values[i] as number;
  return sum;
}
