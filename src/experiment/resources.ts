/** The metrics of a design's resources over all replications: summary, series, bands, distributions. */
import type { MetricData } from '../history/index.ts';
import { LogHistogram } from '../stats/index.ts';
import { type After, bandSeries, lastAfter, meanSeries, nothingAfter, tidy, zeroAfter } from './pooling.ts';
import type { ReplicationOutcome } from './replication.ts';
import type { Metric } from './result.ts';
import { mean } from './summaries.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Backlogs: what is drawn with the range of its replications. */
const BANDED = new Set(['ApproximateNumberOfMessagesVisible', 'QueueLength']);
/** At most so many points of a distribution over levels. */
const DRAWN_LEVELS = 200;

/** One metric of a resource: a value a replication, in their order. */
export interface MetricSample {
  readonly name: string;
  readonly all: readonly MetricData[];
}

/** All metrics of a resource, in the order in which the model asked for them. */
export function metricsOf(outcomes: readonly ReplicationOutcome[], resource: string): MetricSample[] {
  const all = outcomes.map(({ resources }) => resources.find(({ name }) => name === resource)?.metrics ?? []);
  return (all[0] ?? []).map(({ name }, i) => ({ name, all: all.map((metrics) => metrics[i] as MetricData) }));
}

/** Histograms of a metric that is kept as observations, one a replication. */
export function histogramsOf({ all }: MetricSample): LogHistogram[] {
  return all.map(({ histogram }) => (histogram === null ? new LogHistogram() : LogHistogram.fromData(histogram)));
}

/** The metric, and what follows from it: of waiting times also the share of those that waited at all. */
export function summarise({ name, all }: MetricSample): [string, Metric][] {
  const first = all[0] as MetricData;
  const means = all.map((data) => data.mean).filter((value) => value !== null);
  const lows = all.map((data) => data.min).filter((value) => value !== null);
  const highs = all.map((data) => data.max).filter((value) => value !== null);
  const metric: Mutable<Metric> = {
    unit: first.unit,
    mean: mean(means),
    min: lows.length === 0 ? null : Math.min(...lows),
    max: highs.length === 0 ? null : Math.max(...highs),
  };
  if (first.kind === 'counter') metric.sum = all.reduce((sum, data) => sum + (data.sum ?? 0), 0);
  if (first.kind !== 'observations') return [[name, metric]];
  const pooled = new LogHistogram();
  for (const histogram of histogramsOf({ name, all })) pooled.merge(histogram);
  const some = pooled.count > 0;
  metric.sum = pooled.sum;
  metric.count = pooled.count;
  metric.mean = some ? pooled.mean : null;
  metric.p50 = some ? pooled.quantile(0.5) : null;
  metric.p90 = some ? pooled.quantile(0.9) : null;
  metric.p99 = some ? pooled.quantile(0.99) : null;
  if (name !== 'WaitMs') return [[name, metric]];
  const waited = some ? 1 - pooled.countAtMost(0) / pooled.count : null;
  return [
    [name, metric],
    ['WaitProbability', { unit: 'None', mean: waited, min: null, max: null }],
  ];
}

export interface DrawnMetric {
  /** null where it was not kept. */
  readonly series: (number | null)[] | null;
  /** Of backlogs only. */
  readonly band: { low: (number | null)[]; high: (number | null)[] } | null;
  /** Pairs of level and share of time at or under it; null where it was not kept. */
  readonly distribution: [number, number][] | null;
}

export function drawMetric({ name, all }: MetricSample, buckets: number): DrawnMetric {
  const after = AFTER[(all[0] as MetricData).kind];
  const raw = all.map(({ series }) => series);
  return {
    series: raw.every((one) => one.length === 0) ? null : meanSeries(raw, buckets, after),
    band: BANDED.has(name) ? bandSeries(raw, buckets, after) : null,
    distribution: levelDistribution(all),
  };
}

/** What a metric is once its run has ended: nothing happens any more, and what is there stays there. */
const AFTER: Readonly<Record<MetricData['kind'], After>> = {
  counter: zeroAfter,
  level: lastAfter,
  age: lastAfter,
  observations: nothingAfter,
};

/** Share of time at or under each level, over all replications. */
function levelDistribution(all: readonly MetricData[]): [number, number][] | null {
  const times: number[] = [];
  for (const { timeAtLevel } of all) {
    if (timeAtLevel === null) return null;
    timeAtLevel.forEach((us, level) => {
      times[level] = (times[level] ?? 0) + us;
    });
  }
  const total = times.reduce((sum, us) => sum + us, 0);
  if (total === 0) return null;
  let below = 0;
  const pairs = times.map((us, level): [number, number] => {
    below += us;
    return [level, tidy(below / total)];
  });
  const step = Math.max(1, Math.ceil(pairs.length / DRAWN_LEVELS));
  return pairs.filter((_, level) => level % step === 0 || level === pairs.length - 1);
}
