/** The summed-up figures of a traffic over all replications, each with its interval. */
import type { TrafficOutcome, TrafficTotals } from '../history/index.ts';
import { COUNT_FIELDS, RESPONSE_FIELDS } from '../scenario/metrics.ts';
import {
  jackknifeMean,
  jackknifeQuantile,
  jackknifeRatio,
  lagOne,
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
export const COUNTS = [...COUNT_FIELDS, 'wastedServerMs'] as const;
export const FATES = ['completed', 'rejected', 'lost', 'deadLettered', 'expired', 'inSystem'] as const;
export const LATENCIES = ['responseMs', 'completionMs'] as const;

export type CountField = (typeof COUNTS)[number];

/** Neighbouring batches that correlate more than this know too much of each other: an interval from them would be too narrow. */
const MOST_CORRELATED = 0.5;

/** All replications of one traffic in one design; or the batches of one long run, which stand for replications then. */
export class TrafficSample {
  readonly outcomes: readonly TrafficTotals[];
  readonly responseMs: readonly LogHistogram[];
  readonly completionMs: readonly LogHistogram[];
  /** Length of the window of each. */
  readonly windowSeconds: number;
  readonly unit: 'replications' | 'batches';
  /** Whether its replications ended in two regimes of goodput; null: in one. */
  readonly regimes: TwoRegimes | null;
  /** Correlation of neighbouring batches; null for replications, or where they do not vary. */
  readonly lag1: number | null;

  constructor(outcomes: readonly TrafficTotals[], windowSeconds: number, unit: TrafficSample['unit'] = 'replications') {
    this.outcomes = outcomes;
    this.windowSeconds = windowSeconds;
    this.unit = unit;
    this.responseMs = outcomes.map(({ responseMs }) => LogHistogram.fromData(responseMs));
    this.completionMs = outcomes.map(({ completionMs }) => LogHistogram.fromData(completionMs));
    this.regimes = unit === 'batches' ? null : twoRegimes(this.rates('goodput'));
    this.lag1 = unit === 'batches' ? this.#neighbours() : null;
  }

  /** Whether intervals may be made from them as if they were independent. */
  get independent(): boolean {
    return this.lag1 === null || this.lag1 <= MOST_CORRELATED;
  }

  #neighbours(): number | null {
    const found = LATENCIES.flatMap((field) => {
      const means = this[field].filter(({ count }) => count > 0).map((one) => one.mean);
      return lagOne([means]) ?? [];
    });
    return found.length === 0 ? null : Math.max(...found);
  }

  /** In the words of what it was made from; without its ends where batches depend on each other. */
  told<I extends Interval>(interval: I): I {
    if (this.unit === 'replications') return interval;
    const method = interval.method.replaceAll('replications', 'batches of one run').replaceAll('replication', 'batch');
    if (this.independent || interval.low === null) return { ...interval, method };
    const reason = `no interval: neighbouring batches correlate by ${(this.lag1 ?? 0).toFixed(2)}, so the run is too short`;
    return { ...interval, low: null, high: null, method: `${method}; ${reason}` };
  }

  counts(field: CountField | (typeof RESPONSE_FIELDS)[number]): number[] {
    return this.outcomes.map((outcome) => outcome[field]);
  }

  total(field: CountField | (typeof RESPONSE_FIELDS)[number]): number {
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

/** A traffic in one design: its replications, and what intervals are made from. */
export interface Sampled {
  readonly outcomes: readonly TrafficOutcome[];
  readonly whole: TrafficSample;
  /** The batches of one long run, else the replications. */
  readonly parts: TrafficSample;
}

export type Samples = ReadonlyMap<string, Sampled>;

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
  for (const field of RESPONSE_FIELDS) found.push([`response.${field}`, unlessSplit(totalOf(sample.counts(field)))]);
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
  return found.map(([name, interval]) => [name, sample.told(interval)]);
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
