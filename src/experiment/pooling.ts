/** Series of several replications as one: mean per bucket, lowest and highest, pooled percentiles. */
import { type HistogramData, LogHistogram } from '../stats/index.ts';

type Series = readonly (number | null)[];
/** What a replication that ended earlier counts as from then on; null: it is left out. */
export type After = (series: Series) => number | null;

/** A replication that ended earlier counts as `after` from then on. */
export function meanSeries(all: readonly Series[], length: number, after: After): (number | null)[] {
  return buckets(length, (bucket) => {
    let sum = 0;
    let count = 0;
    for (const series of all) {
      const value = bucket < series.length ? (series[bucket] as number | null) : after(series);
      if (value === null) continue;
      sum += value;
      count++;
    }
    return count === 0 ? null : tidy(sum / count);
  });
}

export function bandSeries(
  all: readonly Series[],
  length: number,
  after: After,
): { low: (number | null)[]; high: (number | null)[] } {
  const extreme = (pick: (...values: number[]) => number): (number | null)[] =>
    buckets(length, (bucket) => {
      const values = all.map((series) => (bucket < series.length ? (series[bucket] as number | null) : after(series)));
      const numbers = values.filter((value) => value !== null);
      return numbers.length === 0 ? null : tidy(pick(...numbers));
    });
  return { low: extreme(Math.min), high: extreme(Math.max) };
}

/** Percentiles per bucket over the observations of all replications. */
export function quantileSeries(
  all: readonly (readonly (HistogramData | null)[])[],
  length: number,
  shares: readonly number[],
): (number | null)[][] {
  const found: (number | null)[][] = shares.map(() => []);
  for (let bucket = 0; bucket < length; bucket++) {
    const pooled = new LogHistogram(64);
    for (const series of all) {
      const data = series[bucket];
      if (data != null) pooled.merge(LogHistogram.fromData(data));
    }
    shares.forEach((share, i) =>
      (found[i] as (number | null)[]).push(pooled.count === 0 ? null : tidy(pooled.quantile(share))),
    );
  }
  return found;
}

export const zeroAfter = (): number => 0;
/** The last value: series of levels end with a bucket in which nothing changed any more. */
export const lastAfter = (series: Series): number | null => series.at(-1) ?? null;
export const nothingAfter = (): null => null;

function buckets(length: number, value: (bucket: number) => number | null): (number | null)[] {
  return Array.from({ length }, (_, bucket) => value(bucket));
}

/** Nine significant digits: what is drawn needs no more, and the file stays small. */
export function tidy(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(9));
}
