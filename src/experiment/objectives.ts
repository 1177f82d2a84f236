/**
 * Verdicts on objectives. A latency objective is about all that were offered: `completion.p99 < 2s` holds when at least 99 % of the
 * offered requests completed within 2 s, so what was refused, lost or still waits counts as never.
 */
import type { Comparison, ResolvedObjective, ResolvedScenario } from '../scenario/resolved.ts';
import { jackknife, LogHistogram, ratioLeaveOneOut, tInterval, wilson } from '../stats/index.ts';
import { shareOf } from './health.ts';
import type { ReplicationOutcome } from './replication.ts';
import type { Interval, ObjectiveResult, Share } from './result.ts';
import { COUNTS, type CountField, mean, RESPONSES, TrafficSample } from './summaries.ts';

/** What an objective looks at: its value over all replications, what each replication has, and what decides. */
interface Judgement {
  readonly value: number | null;
  /** The figure that is compared, with its interval; `limit` and `op` may differ from the written ones (shares for quantiles). */
  readonly decides: Interval;
  readonly op: Comparison;
  readonly limit: number;
  readonly perReplication: readonly (number | null)[];
}

export function judge(
  scenario: ResolvedScenario,
  objective: ResolvedObjective,
  samples: ReadonlyMap<string, TrafficSample>,
  outcomes: readonly ReplicationOutcome[],
): ObjectiveResult | null {
  const { subject } = objective;
  const level = scenario.confidence;
  let judgement: Judgement | null = null;
  if (subject.kind === 'metric') judgement = ofMetric(objective, subject, outcomes, level);
  else {
    const sample = samples.get(subject.traffic);
    if (sample !== undefined) judgement = ofTraffic(objective, subject, sample, level);
  }
  if (judgement === null) return null;
  const { perReplication, op, limit } = judgement;
  const met = perReplication.filter((value) => compare(value, op, limit)).length;
  return {
    text: objective.text,
    value: judgement.value,
    verdict: verdictOf(judgement),
    expected: objective.expect,
    metShare: shareWith(met, perReplication.length, level),
  };
}

export function shareWith(hits: number, of: number, level: number): Share {
  const { estimate, low, high } = wilson(hits, of, level);
  return { estimate: estimate ?? 0, low: low ?? 0, high: high ?? 1 };
}

function ofTraffic(
  objective: ResolvedObjective,
  subject: { readonly field: string; readonly statistic: string | null },
  sample: TrafficSample,
  level: number,
): Judgement | null {
  const { op, limit } = objective;
  const { field, statistic } = subject;
  if (field === 'completionMs' || field === 'responseMs')
    return ofLatency(objective, sample, field, statistic ?? 'mean', level);
  if (field === 'throughputPerSecond' || field === 'goodputPerSecond') {
    const rates = sample.rates(field === 'throughputPerSecond' ? 'throughput' : 'goodput');
    return { value: mean(rates), decides: tInterval(rates, level), op, limit, perReplication: rates };
  }
  const name = field.startsWith('response.') ? field.slice('response.'.length) : field;
  const known = [...COUNTS, ...RESPONSES].find((count) => count === name);
  if (known === undefined) return null;
  return ofCount(objective, sample, known, statistic, level);
}

function ofCount(
  objective: ResolvedObjective,
  sample: TrafficSample,
  field: CountField | (typeof RESPONSES)[number],
  statistic: string | null,
  level: number,
): Judgement {
  const { op, limit } = objective;
  const counts = sample.counts(field);
  if (statistic === 'share') {
    const offered = sample.counts('offered');
    const decides = jackknife(ratioLeaveOneOut(counts, offered, `share of offered that is ${field}`), level);
    const perReplication = counts.map((count, i) => ratio(count, offered[i] as number));
    return { value: decides.estimate, decides, op, limit, perReplication };
  }
  const total = sample.total(field);
  // A count is what it is: the total decides, without an interval.
  const decides = { estimate: total, low: null, high: null, level, method: 'total over the replications' };
  return { value: total, decides, op, limit, perReplication: counts };
}

function ofLatency(
  objective: ResolvedObjective,
  sample: TrafficSample,
  field: 'completionMs' | 'responseMs',
  statistic: string,
  level: number,
): Judgement {
  const { op, limit } = objective;
  const histograms = sample[field];
  const share = shareOf(statistic);
  if (share === null) {
    const one = (histogram: LogHistogram): number | null =>
      histogram.count === 0
        ? null
        : statistic === 'max'
          ? histogram.max
          : statistic === 'count'
            ? histogram.count
            : histogram.mean;
    const perReplication = histograms.map(one);
    const known = perReplication.filter((value) => value !== null);
    return { value: mean(known), decides: tInterval(known, level), op, limit, perReplication };
  }
  const offered = sample.counts('offered');
  const within = histograms.map((histogram) => histogram.countAtMost(limit));
  const decides = jackknife(ratioLeaveOneOut(within, offered, `share of the offered within ${limit} ms`), level);
  // "p99 < L" says that a share of at least 0.99 came within L; "p99 > L" that less did.
  const upper = op === '<' || op === '<=';
  return {
    value: offeredQuantile(histograms, offered, share),
    decides,
    op: upper ? '>=' : '<',
    limit: share,
    perReplication: within.map((count, i) => ratio(count, offered[i] as number)),
  };
}

/** Quantile over all that were offered; null where it falls among those that never completed. */
function offeredQuantile(
  histograms: readonly LogHistogram[],
  offered: readonly number[],
  share: number,
): number | null {
  const pooled = new LogHistogram();
  for (const histogram of histograms) pooled.merge(histogram);
  const all = offered.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  const rank = Math.max(1, Math.ceil(share * all - 1e-9));
  return rank > pooled.count ? null : pooled.valueAt(rank, null);
}

function ofMetric(
  objective: ResolvedObjective,
  subject: { readonly resource: string; readonly metric: string; readonly statistic: string },
  outcomes: readonly ReplicationOutcome[],
  level: number,
): Judgement | null {
  const perReplication: number[] = [];
  for (const { resources } of outcomes) {
    const metric = resources
      .find(({ name }) => name === subject.resource)
      ?.metrics.find(({ name }) => name === subject.metric);
    if (metric === undefined) return null;
    const value = statisticOf(metric, subject.statistic);
    if (value !== null) perReplication.push(value);
  }
  const { op, limit } = objective;
  return { value: mean(perReplication), decides: tInterval(perReplication, level), op, limit, perReplication };
}

function statisticOf(
  metric: ReplicationOutcome['resources'][number]['metrics'][number],
  statistic: string,
): number | null {
  if (statistic === 'sum' || statistic === 'mean' || statistic === 'min' || statistic === 'max')
    return metric[statistic];
  const share = shareOf(statistic);
  if (share === null || metric.histogram === null || metric.histogram.count === 0) return null;
  return LogHistogram.fromData(metric.histogram).quantile(share);
}

function verdictOf({ decides, op, limit }: Judgement): ObjectiveResult['verdict'] {
  const { estimate, low, high } = decides;
  if (estimate === null) return 'missed';
  const met = compare(estimate, op, limit);
  if (low === null || high === null || op === '==' || op === '!=') return met ? 'met' : 'missed';
  return compare(low, op, limit) === met && compare(high, op, limit) === met ? (met ? 'met' : 'missed') : 'undecided';
}

function compare(value: number | null, op: Comparison, limit: number): boolean {
  if (value === null) return false;
  switch (op) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '==':
      return value === limit;
    case '!=':
      return value !== limit;
  }
}

function ratio(count: number, of: number): number | null {
  return of === 0 ? null : count / of;
}
