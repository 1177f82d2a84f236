/** The summed-up figures of a traffic over all replications, each with its interval. */
import type { TrafficOutcome } from '../history/index.ts';
import {
  jackknifeMean,
  jackknifeQuantile,
  jackknifeRatio,
  LogHistogram,
  pool,
  type TwoRegimes,
  tInterval,
  twoRegimes,
} from '../stats/index.ts';
import type { Interval, LatencySummary } from './result.ts';

export const QUANTILES = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p95', 0.95],
  ['p99', 0.99],
  ['p999', 0.999],
] as const;

/** Count fields of a traffic, by the name they have in the result. */
export const COUNTS = [
  'offered',
  'completed',
  'rejected',
  'lost',
  'deadLettered',
  'expired',
  'inSystem',
  'accepted',
  'attempts',
  'duplicates',
  'outOfOrder',
  'resolvedInDrain',
  'wastedServerMs',
] as const;
export const FATES = ['completed', 'rejected', 'lost', 'deadLettered', 'expired', 'inSystem'] as const;
export const RESPONSES = ['ok', 'refused', 'timedOut', 'waiting'] as const;
export const LATENCIES = ['responseMs', 'completionMs'] as const;

export type CountField = (typeof COUNTS)[number];

/** All replications of one traffic in one design. */
export class TrafficSample {
  readonly outcomes: readonly TrafficOutcome[];
  readonly responseMs: readonly LogHistogram[];
  readonly completionMs: readonly LogHistogram[];
  readonly windowSeconds: number;
  /** Whether its replications ended in two regimes of goodput; null: in one. */
  readonly regimes: TwoRegimes | null;

  constructor(outcomes: readonly TrafficOutcome[], windowSeconds: number) {
    this.outcomes = outcomes;
    this.windowSeconds = windowSeconds;
    this.responseMs = outcomes.map(({ responseMs }) => LogHistogram.fromData(responseMs));
    this.completionMs = outcomes.map(({ completionMs }) => LogHistogram.fromData(completionMs));
    this.regimes = twoRegimes(this.rates('goodput'));
  }

  counts(field: CountField | (typeof RESPONSES)[number]): number[] {
    return this.outcomes.map((outcome) => outcome[field]);
  }

  total(field: CountField | (typeof RESPONSES)[number]): number {
    return this.counts(field).reduce((sum, count) => sum + count, 0);
  }

  /** First completions per second of the window, or those of them that were of use, by replication. */
  rates(field: 'throughput' | 'goodput'): number[] {
    return this.outcomes.map((outcome) => (this.windowSeconds > 0 ? outcome[field] / this.windowSeconds : 0));
  }

  summary(field: 'responseMs' | 'completionMs'): LatencySummary {
    const pooled = pool(this[field]);
    const some = pooled.count > 0;
    const at = (share: number): number | null => (some ? pooled.quantile(share) : null);
    return {
      count: pooled.count,
      mean: some ? pooled.mean : null,
      p50: at(0.5),
      p90: at(0.9),
      p95: at(0.95),
      p99: at(0.99),
      p999: at(0.999),
      max: some ? pooled.max : null,
    };
  }

  /** Pairs of value and share at or under it. */
  distribution(field: 'responseMs' | 'completionMs'): [number, number][] {
    const pooled = pool(this[field]);
    if (pooled.count === 0) return [];
    return DRAWN_SHARES.map((share) => [Number(pooled.quantile(share).toPrecision(6)), share]);
  }
}

const DRAWN_SHARES = [
  ...Array.from({ length: 195 }, (_, i) => Number(((i + 1) / 200).toFixed(3))),
  0.98,
  0.99,
  0.995,
  0.999,
  0.9999,
];

/**
 * An interval on every numeric field of a traffic; none with fewer than two replications. Where the replications ended in two regimes no
 * interval is given on a mean or a total: it would describe no run at all. Also `<fate>.share`: that fate's share of the offered.
 */
export function intervalsOf(sample: TrafficSample, level: number): [string, Interval][] {
  if (sample.outcomes.length < 2) return [];
  const found: [string, Interval][] = [];
  const unlessSplit = (interval: Interval, most = Number.POSITIVE_INFINITY): Interval =>
    sample.regimes !== null
      ? { ...interval, low: null, high: null, method: 'no interval on a mean: the replications ended in two regimes' }
      : possible(interval, most);
  const totalOf = (counts: readonly number[]): Interval => totalled(tInterval(counts, level), counts.length);
  for (const field of COUNTS) found.push([field, unlessSplit(totalOf(sample.counts(field)))]);
  for (const field of RESPONSES) found.push([`response.${field}`, unlessSplit(totalOf(sample.counts(field)))]);
  const offered = sample.counts('offered');
  for (const fate of FATES) {
    const share = jackknifeRatio(sample.counts(fate), offered, level, `${fate} ÷ offered, pooled`);
    found.push([`${fate}.share`, unlessSplit(share, 1)]);
  }
  found.push(['throughputPerSecond', unlessSplit(tInterval(sample.rates('throughput'), level))]);
  found.push(['goodputPerSecond', unlessSplit(tInterval(sample.rates('goodput'), level))]);
  for (const field of LATENCIES) {
    const histograms = sample[field];
    const counts = histograms.map(({ count }) => count);
    const sums = histograms.map(({ sum }) => sum);
    found.push([`${field}.count`, unlessSplit(totalOf(counts))]);
    found.push([`${field}.mean`, unlessSplit(jackknifeMean(sums, counts, level))]);
    for (const [name, share] of QUANTILES)
      found.push([`${field}.${name}`, jackknifeQuantile(histograms, share, level)]);
    found.push([`${field}.max`, unlessSplit(ofMaxima(histograms, level))]);
  }
  return found;
}

/** Nothing here can be negative, and no share more than 1: an interval need not say that it might. */
function possible(interval: Interval, most: number): Interval {
  const { low, high } = interval;
  return {
    ...interval,
    low: low === null ? null : Math.max(0, low),
    high: high === null ? null : Math.min(most, high),
  };
}

function ofMaxima(histograms: readonly LogHistogram[], level: number): Interval {
  const maxima = histograms.filter(({ count }) => count > 0).map(({ max }) => max);
  const interval = tInterval(maxima, level);
  return { ...interval, method: `${interval.method}; of the replications' maxima, which are never pooled` };
}

/** A total over the replications from the interval of their mean. */
function totalled(interval: Interval, replications: number): Interval {
  const times = (value: number | null): number | null => (value === null ? null : value * replications);
  return {
    estimate: times(interval.estimate),
    low: times(interval.low),
    high: times(interval.high),
    level: interval.level,
    method: `total over ${replications} replications from their ${interval.method}`,
  };
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
