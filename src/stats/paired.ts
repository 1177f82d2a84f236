/** Two designs under common random numbers: replication i of one is compared with replication i of the other. */
import { sampleVariance } from 'simple-statistics';
import { tInterval } from './intervals.ts';
import { checkPairs, correlationOf, type Difference } from './jackknife.ts';

/**
 * Mean of `a − b` over pairs of replications with Student's t interval, and what pairing was worth.
 * Throws `STATS_PAIRS` where the lengths differ.
 */
export function pairedDifference(a: readonly number[], b: readonly number[], level: number): Difference {
  checkPairs(a, b);
  const differences = a.map((x, i) => x - (b[i] as number));
  const { estimate, low, high, method } = tInterval(differences, level);
  const paired = differences.length < 2 ? 0 : sampleVariance(differences);
  return {
    estimate,
    low,
    high,
    level,
    method: method.replace('mean over', 'mean difference over').replace('replications', 'pairs of replications'),
    correlation: correlationOf(a, b),
    varianceRatio: paired > 0 ? (sampleVariance(a) + sampleVariance(b)) / paired : null,
  };
}
