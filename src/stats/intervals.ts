/** Confidence intervals from replications, each with the sentence that names estimator, method and replications. */
import { mean, sampleVariance } from 'simple-statistics';
import { checkLevel, StatsError } from './errors.ts';
import { inverseNormal, studentQuantile } from './special.ts';

/** An estimate with its confidence interval; `low` and `high` are null where none can be given, and `method` says why. */
export interface Interval {
  readonly estimate: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly level: number;
  readonly method: string;
}

/**
 * Mean of independent replications with Student's t interval. Under two values there is an estimate but no interval.
 * Throws `STATS_VALUE` where a value is not finite, `STATS_LEVEL` for a level outside (0, 1).
 */
export function tInterval(values: readonly number[], level: number): Interval {
  checkLevel(level);
  for (const x of values) {
    if (!Number.isFinite(x)) throw new StatsError('STATS_VALUE', `t interval: ${x}: expected finite values`);
  }
  const n = values.length;
  if (n === 0) return none(null, level, 'mean over replications; no value');
  const estimate = mean(values);
  if (n === 1) return none(estimate, level, 'mean over replications; no interval: one replication');
  const variance = sampleVariance(values);
  const note = variance === 0 ? '; all alike, so the interval has no width, which is no certainty' : '';
  return around(
    estimate,
    studentFactor(level, n - 1) * Math.sqrt(variance / n),
    level,
    `mean over ${n} replications, Student t with ${n - 1} degrees of freedom${note}`,
  );
}

/**
 * Share of successes with Wilson's score interval (sensible at 0 and at n of n, unlike p ± z·sqrt(p(1−p)/n)).
 * Throws `STATS_VALUE` unless 0 <= successes <= n. With n = 0 there is no estimate.
 */
export function wilson(successes: number, n: number, level: number): Interval {
  checkLevel(level);
  if (!(successes >= 0 && successes <= n)) {
    throw new StatsError('STATS_VALUE', `share: ${successes} of ${n}: expected 0 <= successes <= n`);
  }
  if (n === 0) return none(null, level, 'share; no case');
  const z = inverseNormal(0.5 + level / 2);
  const share = successes / n;
  const shrink = 1 + (z * z) / n;
  const centre = (share + (z * z) / (2 * n)) / shrink;
  const half = (z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))) / shrink;
  return {
    estimate: share,
    // At the ends the formula gives 0 and 1 up to rounding: say so exactly.
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === n ? 1 : Math.min(1, centre + half),
    level,
    method: `share of ${n}, Wilson score interval`,
  };
}

/** Two-sided factor of Student's t. */
export function studentFactor(level: number, freedom: number): number {
  return studentQuantile(0.5 + level / 2, freedom);
}

/** An interval of half-width `half` around the estimate. */
export function around(estimate: number, half: number, level: number, method: string): Interval {
  return { estimate, low: estimate - half, high: estimate + half, level, method };
}

/** An estimate without an interval; `method` should say why. */
export function none(estimate: number | null, level: number, method: string): Interval {
  return { estimate, low: null, high: null, level, method };
}
