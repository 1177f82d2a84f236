/** Steady-state studies from one long run: where the warm-up ends, and an interval from batch means. */
import { StatsError } from './errors.ts';
import { type Interval, none, tInterval } from './intervals.ts';

/** Result of `mser5`: leave out the first `cut` observations. */
export interface WarmUp {
  readonly cut: number;
  /** False where the best cut lies at the end of the range looked at: the run is too short to tell. */
  readonly reliable: boolean;
}

/**
 * MSER-5 (White 1997): of the means of five, the cut (at most half) that leaves the smallest standard error of the rest.
 * Deterministic; works on the series in the order of observation. Under 20 observations: no cut, not reliable.
 */
export function mser5(series: readonly number[]): WarmUp {
  const n = Math.floor(series.length / 5);
  if (n < 4) return { cut: 0, reliable: false };
  const means = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < 5; j++) sum += series[5 * i + j] as number;
    means[i] = sum / 5;
  }
  const half = Math.floor(n / 2);
  let centre = 0;
  let squares = 0;
  let best = Number.POSITIVE_INFINITY;
  let cut = 0;
  for (let d = n - 1; d >= 0; d--) {
    const kept = n - d;
    const off = (means[d] as number) - centre;
    centre += off / kept;
    squares += off * ((means[d] as number) - centre);
    // "<=": of equally good cuts the one that keeps more.
    if (d <= half && squares / (kept * kept) <= best) {
      best = squares / (kept * kept);
      cut = d;
    }
  }
  return { cut: 5 * cut, reliable: cut < half - 1 };
}

/**
 * Mean of a dependent series with an interval from `batches` consecutive blocks of equal length (default 20), Student's t.
 * What does not fill the last block is left out at the front. Throws `STATS_VALUE` under two batches.
 */
export function batchMeans(series: readonly number[], level: number, batches = 20): Interval {
  if (!(Number.isInteger(batches) && batches >= 2)) {
    throw new StatsError('STATS_VALUE', `batch means: ${batches} batches: expected a whole number from 2 on`);
  }
  const length = Math.floor(series.length / batches);
  if (length === 0) return none(null, level, `batch means; no interval: fewer observations than ${batches} batches`);
  const means: number[] = [];
  const start = series.length - length * batches;
  for (let b = 0; b < batches; b++) {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += series[start + b * length + i] as number;
    means.push(sum / length);
  }
  const interval = tInterval(means, level);
  return {
    ...interval,
    method: `batch means, ${batches} batches of ${length}, Student t with ${batches - 1} degrees of freedom`,
  };
}
