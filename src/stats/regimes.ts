/**
 * Did the replications end in two regimes (collapsed or not)? Then their mean describes no run at all.
 *
 *     40 ······· 12     one gap that no single hump explains   → two regimes
 *     40 38 35 31 24    a spread, perhaps skewed                → one
 *
 * Test: sort the n values; the gaps, the i-th multiplied by the n − i values above it, are independent and equal in law
 * where the sample is exponential (normalised spacings). The share g of one of the m = n − 1 in their sum then
 * has P(some share > g) <= m (1 − g)^(m − 1) (Fisher 1929, first term). The same for the mirrored sample, i.e. with
 * the values below. A gap separates two regimes when both probabilities are at most 0.5 %: neither an
 * exponential tail to the right nor one to the left makes such a gap, and a normal or uniform sample still more rarely.
 * So the false alarm rate is at most 0.5 % for one hump with tails no heavier than exponential, for any number of
 * replications. Tails that are heavier (raw maxima, Pareto) may alarm more often: give it throughputs or shares, not maxima.
 *
 * A regime must also matter: the gap must be at least a quarter of the largest absolute value, so that ten runs
 * that differ in the fifth digit are not called two regimes.
 *
 * Under five replications nothing is said.
 */
import { StatsError } from './errors.ts';

const FALSE_ALARM = 0.005;
const MATERIAL_GAP = 0.25;
const FEWEST = 5;

export interface TwoRegimes {
  /** Middle of the gap: values above it are in `high`. */
  readonly threshold: number;
  /** Indices of the replications, ascending. */
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** The two groups of replications, or null where one hump explains the values. Throws `STATS_VALUE` for a value that is not finite. */
export function twoRegimes(values: readonly number[]): TwoRegimes | null {
  for (const x of values) {
    if (!Number.isFinite(x)) throw new StatsError('STATS_VALUE', `two regimes: ${x}: expected finite values`);
  }
  if (values.length < FEWEST) return null;
  const sorted = [...values].sort((x, y) => x - y);
  const k = widestGap(sorted);
  const below = sorted[k] as number;
  const above = sorted[k + 1] as number;
  const largest = Math.max(Math.abs(sorted[0] as number), Math.abs(sorted[sorted.length - 1] as number));
  if (!(above - below >= MATERIAL_GAP * largest) || above === below) return null;
  const n = sorted.length;
  const right = falseAlarm(sorted, k, (i) => n - 1 - i);
  const left = falseAlarm(sorted, k, (i) => i + 1);
  if (Math.max(right, left) > FALSE_ALARM) return null;
  const threshold = below + (above - below) / 2;
  const low: number[] = [];
  const high: number[] = [];
  for (let i = 0; i < n; i++) ((values[i] as number) > threshold ? high : low).push(i);
  return { threshold, low, high };
}

/** Position k of the widest gap, between sorted[k] and sorted[k + 1]. */
function widestGap(sorted: readonly number[]): number {
  let widest = 0;
  for (let i = 1; i + 1 < sorted.length; i++) if (gap(sorted, i) > gap(sorted, widest)) widest = i;
  return widest;
}

function gap(sorted: readonly number[], i: number): number {
  return (sorted[i + 1] as number) - (sorted[i] as number);
}

/** Bound on the probability that one of the weighted gaps takes as large a share of their sum as gap k does. */
function falseAlarm(sorted: readonly number[], k: number, weight: (i: number) => number): number {
  const m = sorted.length - 1;
  let sum = 0;
  for (let i = 0; i < m; i++) sum += weight(i) * gap(sorted, i);
  const share = (weight(k) * gap(sorted, k)) / sum;
  if (share >= 1) return 0;
  return m * Math.exp((m - 1) * Math.log1p(-share));
}
