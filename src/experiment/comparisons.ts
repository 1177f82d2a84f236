/** Designs side by side under common random numbers: differences over pairs of replications. */
import {
  type Difference,
  jackknifeDifference,
  meanLeaveOneOut,
  pairedDifference,
  quantileLeaveOneOut,
} from '../stats/index.ts';
import type { ComparisonResult } from './result.ts';
import type { TrafficSample } from './summaries.ts';

type Samples = ReadonlyMap<string, TrafficSample>;

/** Every pair of designs, in declared order, on the figures that decide between them. `a` minus `b`. */
export function compareDesigns(designs: readonly (readonly [string, Samples])[], level: number): ComparisonResult[] {
  const found: ComparisonResult[] = [];
  designs.forEach(([a, samplesA], i) => {
    for (const [b, samplesB] of designs.slice(i + 1)) {
      for (const [traffic, sample] of samplesA) {
        found.push(...compareTraffic(traffic, [a, sample], [b, samplesB.get(traffic) as TrafficSample], level));
      }
    }
  });
  return found;
}

function compareTraffic(
  traffic: string,
  [a, first]: readonly [string, TrafficSample],
  [b, second]: readonly [string, TrafficSample],
  level: number,
): ComparisonResult[] {
  const row = (metric: string, difference: Difference): ComparisonResult => {
    const { correlation, varianceRatio, ...interval } = second.told(first.told(difference));
    const method = `${a} minus ${b}; ${interval.method}`;
    return { metric: `${traffic}.${metric}`, a, b, difference: { ...interval, method }, correlation, varianceRatio };
  };
  const split = [first.regimes === null ? [] : [a], second.regimes === null ? [] : [b]].flat();
  const meanRow = (metric: string, difference: Difference): ComparisonResult => {
    if (split.length === 0) return row(metric, difference);
    const method = `mean difference; no interval on a mean: the replications of ${split.join(' and of ')} ended in two regimes`;
    return row(metric, { ...difference, low: null, high: null, method });
  };
  const rows: ComparisonResult[] = [];
  for (const [name, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const) {
    const figures = [first, second].map((sample) => quantileLeaveOneOut(sample.completionMs, share));
    rows.push(row(`completionMs.${name}`, jackknifeDifference(figures[0] as Figure, figures[1] as Figure, level)));
  }
  const means = [first, second].map(({ completionMs }) =>
    meanLeaveOneOut(
      completionMs.map(({ sum }) => sum),
      completionMs.map(({ count }) => count),
    ),
  );
  rows.push(meanRow('completionMs.mean', jackknifeDifference(means[0] as Figure, means[1] as Figure, level)));
  rows.push(meanRow('goodputPerSecond', pairedDifference(first.rates('goodput'), second.rates('goodput'), level)));
  for (const field of ['completed', 'rejected', 'lost', 'attempts'] as const) {
    rows.push(meanRow(field, pairedDifference(first.counts(field), second.counts(field), level)));
  }
  return rows;
}

type Figure = ReturnType<typeof meanLeaveOneOut>;
