/**
 * Verdicts on objectives. A latency objective is about all that were offered: `completion.p99 < 2s` holds when at least 99 % of the
 * offered requests completed within 2 s, so what was refused, lost or still waits counts as never.
 */
import { RESPONSE_FIELDS } from '../scenario/metrics.ts';
import type { CostFigure } from '../scenario/prices.ts';
import type { Comparison, ResolvedObjective, ResolvedScenario } from '../scenario/resolved.ts';
import {
  jackknife,
  jackknifeMean,
  jackknifeQuantile,
  jackknifeRatio,
  LogHistogram,
  pool,
  ratioLeaveOneOut,
  tInterval,
  wilson,
} from '../stats/index.ts';
import { type Costs, costInterval, costsByReplication } from './cost.ts';
import { shareOf } from './health.ts';
import type { ReplicationOutcome } from './replication.ts';
import { histogramsOf, type MetricSample, metricsOf } from './resources.ts';
import type { Interval, ObjectiveResult, Share } from './result.ts';
import { subscriptionSample } from './subscriptions.ts';
import { COUNTS, type CountField, mean, type Sampled, type Samples, type TrafficSample } from './summaries.ts';

/** A latency that was not reached by the end of the drain. */
const NEVER = Number.POSITIVE_INFINITY;
/** An interval that is narrower, relative to its estimate, has its width from rounding: the replications are alike. */
const ROUNDING = 1e-12;

/** What an objective looks at: its value over all replications, what each replication has, and what decides. */
interface Judgement {
  /** `NEVER` where it includes what never came. */
  readonly value: number | null;
  /** The figure that is compared, with its interval; `limit` and `op` may differ from the written ones (shares for quantiles). */
  readonly decides: Interval;
  readonly op: Comparison;
  readonly limit: number;
  /** null: the replication has nothing to judge. */
  readonly perReplication: readonly (number | null)[];
  /** It is a mean: where the replications ended in two regimes, or some of them never, their agreement decides. */
  readonly isMean: boolean;
}

/** The verdict in one design; null where the design lacks the resource that the objective speaks of. */
export function judge(
  scenario: ResolvedScenario,
  objective: ResolvedObjective,
  samples: Samples,
  outcomes: readonly ReplicationOutcome[],
  costs: Costs,
): ObjectiveResult | null {
  const { subject } = objective;
  const level = scenario.confidence;
  let judgement: Judgement | null = null;
  let isSplit = false;
  if (subject.kind === 'cost') {
    judgement = ofCost(objective, subject.figure, costs, level);
    if (judgement === null) return notKept(objective, NO_COST[subject.figure]);
    isSplit = costs.isSplit;
  } else if (subject.kind === 'metric') {
    const resource = outcomes[0]?.resources.find(({ name }) => name === subject.resource);
    if (resource === undefined) return null;
    judgement = ofMetric(objective, subject, outcomes, level);
    if (judgement === null)
      return notKept(objective, `${resource.type} ${resource.name} keeps no ${subject.metric} in this design`);
    isSplit = [...samples.values()].some(({ whole }) => whole.regimes !== null);
  } else if (subject.kind === 'subscription') {
    const sample = subscriptionSample(scenario, outcomes, subject.topic, subject.to);
    if (sample !== null) judgement = ofTraffic(objective, subject, sample, level);
    isSplit = [...samples.values()].some(({ whole }) => whole.regimes !== null);
  } else {
    const sample = samples.get(subject.traffic);
    if (sample !== undefined) judgement = ofReplications(objective, subject, sample, level);
    isSplit = sample?.whole.regimes != null;
  }
  if (judgement === null) return null;
  const { value, perReplication, op, limit } = judgement;
  const judged = perReplication.filter((one) => one !== null);
  const met = judged.filter((one) => compare(one, op, limit)).length;
  const mustAgree = judgement.isMean && (isSplit || judged.includes(NEVER));
  return {
    text: objective.text,
    value: value === NEVER ? null : value,
    verdict: mustAgree ? agreement(met, judged.length) : verdictOf(judgement),
    expected: objective.expect,
    metShare: shareWith(met, judged.length, level),
  };
}

/** The value and the share of the replications from the replications, the interval that decides from what intervals are made from. */
function ofReplications(
  objective: ResolvedObjective,
  subject: { readonly field: string; readonly statistic: string | null },
  { whole, parts }: Sampled,
  level: number,
): Judgement | null {
  const judgement = ofTraffic(objective, subject, whole, level);
  const inParts = parts === whole ? judgement : ofTraffic(objective, subject, parts, level);
  if (judgement === null || inParts === null) return null;
  return { ...judgement, decides: parts.told(inParts.decides) };
}

/** Listed, so that nobody takes it for met. */
function notKept(objective: ResolvedObjective, reason: string): ObjectiveResult {
  const { text, expect } = objective;
  return {
    text,
    value: null,
    reason,
    verdict: 'undecided',
    expected: expect,
    metShare: { estimate: 0, low: 0, high: 1 },
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
  if (field === 'completionMs' || field === 'responseMs') {
    if (statistic === 'count')
      return ofCount(objective, sample, field === 'completionMs' ? 'completed' : 'ok', null, level);
    return ofLatency(objective, sample, field, statistic ?? 'mean', level);
  }
  if (field === 'throughputPerSecond' || field === 'goodputPerSecond') {
    const rates = sample.rates(field === 'throughputPerSecond' ? 'throughput' : 'goodput');
    return { value: mean(rates), decides: tInterval(rates, level), op, limit, perReplication: rates, isMean: true };
  }
  const name = field.startsWith('response.') ? field.slice('response.'.length) : field;
  const known = [...COUNTS, ...RESPONSE_FIELDS].find((count) => count === name);
  if (known === undefined) return null;
  return ofCount(objective, sample, known, statistic, level);
}

function ofCount(
  objective: ResolvedObjective,
  sample: TrafficSample,
  field: CountField | (typeof RESPONSE_FIELDS)[number],
  statistic: string | null,
  level: number,
): Judgement {
  const { op, limit } = objective;
  const counts = sample.counts(field);
  if (statistic !== 'share') return ofTotal(op, limit, counts, level);
  const offered = sample.counts('offered');
  const decides = jackknifeRatio(counts, offered, level, `share of offered that is ${field}`);
  const perReplication = ratios(counts, offered);
  return { value: decides.estimate, decides, op, limit, perReplication, isMean: true };
}

/** A count is what it is: the total over the replications decides, without an interval. */
function ofTotal(op: Comparison, limit: number, counts: readonly number[], level: number): Judgement {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const decides = { estimate: total, low: null, high: null, level, method: 'total over the replications' };
  return { value: total, decides, op, limit, perReplication: counts, isMean: false };
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
  const offered = sample.counts('offered');
  const share = shareOf(statistic);
  if (share === null) return ofMeanOrMax(objective, histograms, offered, statistic === 'max', level);
  const value = offeredQuantile(histograms, offered, share);
  if (op === '==' || op === '!=') {
    const decides = { estimate: value, low: null, high: null, level, method: 'quantile of the offered' };
    const perReplication = histograms.map((one, i) => offeredQuantile([one], [offered[i] as number], share));
    return { value, decides, op, limit, perReplication, isMean: false };
  }
  const within = histograms.map((histogram) => histogram.countAtMost(limit));
  const decides = jackknife(ratioLeaveOneOut(within, offered, `share of the offered within ${limit} ms`), level);
  // "p99 < L" says that a share of at least 0.99 came within L; "p99 > L" that less did.
  const upper = op === '<' || op === '<=';
  const perReplication = ratios(within, offered);
  return { value, decides, op: upper ? '>=' : '<', limit: share, perReplication, isMean: false };
}

/** Of all that were offered, so one that never came makes either of them infinite. The maxima of replications are never pooled. */
function ofMeanOrMax(
  { op, limit }: ResolvedObjective,
  histograms: readonly LogHistogram[],
  offered: readonly number[],
  isMax: boolean,
  level: number,
): Judgement {
  const perReplication = histograms.map((one, i) => {
    if (offered[i] === 0) return null;
    return one.count < (offered[i] as number) ? NEVER : isMax ? one.max : one.mean;
  });
  const known = perReplication.filter((value) => value !== null);
  let decides: Interval;
  if (known.includes(NEVER)) decides = { estimate: NEVER, low: null, high: null, level, method: 'some never came' };
  else if (isMax) decides = tInterval(known, level);
  else {
    const sums = histograms.map(({ sum }) => sum);
    decides = jackknifeMean(
      sums,
      histograms.map(({ count }) => count),
      level,
    );
  }
  return { value: decides.estimate, decides, op, limit, perReplication, isMean: true };
}

/** Quantile over all that were offered; `NEVER` where it falls among those that did not complete, null where none were offered. */
function offeredQuantile(
  histograms: readonly LogHistogram[],
  offered: readonly number[],
  share: number,
): number | null {
  const pooled = pool(histograms);
  const all = offered.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  const rank = Math.max(1, Math.ceil(share * all - 1e-9));
  return rank > pooled.count ? NEVER : pooled.valueAt(rank, null);
}

function ofMetric(
  { op, limit }: ResolvedObjective,
  subject: { readonly resource: string; readonly metric: string; readonly statistic: string },
  outcomes: readonly ReplicationOutcome[],
  level: number,
): Judgement | null {
  const { resource, metric, statistic } = subject;
  const isWait = metric === 'WaitProbability';
  const sample = metricsOf(outcomes, resource).find(({ name }) => name === (isWait ? 'WaitMs' : metric));
  if (sample === undefined) return null;
  if (isWait) return ofWaitProbability(op, limit, sample, level);
  const kind = sample.all[0]?.kind;
  const values = sample.all.map((data) =>
    statistic === 'sum' || statistic === 'mean' || statistic === 'min' || statistic === 'max' ? data[statistic] : null,
  );
  const known = values.filter((value) => value !== null);
  if (kind === 'counter' && statistic === 'sum') return ofTotal(op, limit, known, level);
  if (kind === 'observations' && statistic === 'mean') {
    const histograms = histogramsOf(sample);
    const decides = jackknifeMean(
      histograms.map(({ sum }) => sum),
      histograms.map(({ count }) => count),
      level,
    );
    return { value: decides.estimate, decides, op, limit, perReplication: values, isMean: true };
  }
  const share = shareOf(statistic);
  if (share !== null) {
    const histograms = histogramsOf(sample);
    const decides = jackknifeQuantile(histograms, share, level);
    const perReplication = histograms.map((one) => (one.count === 0 ? null : one.quantile(share)));
    return { value: decides.estimate, decides, op, limit, perReplication, isMean: false };
  }
  const decides = tInterval(known, level);
  return { value: decides.estimate, decides, op, limit, perReplication: values, isMean: true };
}

/** Why a design has no such figure. */
const NO_COST: Readonly<Record<CostFigure, string>> = {
  totalUsd: 'nothing is priced',
  perMillionRequestsUsd: 'nothing was offered',
  perMillionCompletedUsd: 'nothing was completed',
  perMonthUsd: 'a run of less than a day tells of no month',
};

function ofCost({ op, limit }: ResolvedObjective, figure: CostFigure, costs: Costs, level: number): Judgement | null {
  const value = costs.cost[figure];
  if (value === null) return null;
  const decides = costInterval(costs, figure, level);
  return { value, decides, op, limit, perReplication: costsByReplication(costs, figure), isMean: true };
}

function ofWaitProbability(op: Comparison, limit: number, sample: MetricSample, level: number): Judgement {
  const histograms = histogramsOf(sample);
  const served = histograms.map(({ count }) => count);
  const waited = histograms.map((one) => one.count - one.countAtMost(0));
  const decides = jackknifeRatio(waited, served, level, 'share of the served that waited');
  return { value: decides.estimate, decides, op, limit, perReplication: ratios(waited, served), isMean: true };
}

/** Nothing observed decides nothing; an interval that spans the limit does not either. */
function verdictOf({ decides, op, limit }: Judgement): ObjectiveResult['verdict'] {
  const { estimate, low, high } = decides;
  if (estimate === null) return 'undecided';
  const met = compare(estimate, op, limit);
  const hasNoWidth = low === null || high === null || high - low <= ROUNDING * Math.abs(estimate);
  if (hasNoWidth || op === '==' || op === '!=') return met ? 'met' : 'missed';
  return compare(low, op, limit) === met && compare(high, op, limit) === met ? (met ? 'met' : 'missed') : 'undecided';
}

function agreement(met: number, of: number): ObjectiveResult['verdict'] {
  return met === of ? 'met' : met === 0 ? 'missed' : 'undecided';
}

function compare(value: number, op: Comparison, limit: number): boolean {
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

/** null where there is nothing to take a share of. */
function ratios(counts: readonly number[], of: readonly number[]): (number | null)[] {
  return counts.map((count, i) => (of[i] === 0 ? null : count / (of[i] as number)));
}
