/** Outcomes of replications → result. Pure, in the order of designs and replications, so that no thread's speed shows in it. */
import type { MetricData } from '../history/index.ts';
import type { ResolvedDesign, ResolvedScenario } from '../scenario/resolved.ts';
import { toResultForm } from '../scenario/result-form.ts';
import { LogHistogram, twoRegimes } from '../stats/index.ts';
import { VERSION } from '../version.ts';
import { compareDesigns } from './comparisons.ts';
import { type Disturbance, disturbancesOf } from './disturbances.ts';
import { sha256Hex } from './fingerprint.ts';
import { healthShare } from './health.ts';
import { judge, shareWith } from './objectives.ts';
import { bandSeries, lastAfter, meanSeries, quantileSeries, tidy, zeroAfter } from './pooling.ts';
import { recoveryMs } from './recovery.ts';
import type { ReplicationOutcome } from './replication.ts';
import type { DesignResult, Metric, Recovery, Regimes, ResourceResult, Result, TrafficResult } from './result.ts';
import { intervalsOf, LATENCIES, mean, TrafficSample } from './summaries.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type SeriesOf = Record<string, Record<string, (number | null)[]>>;
type BandsOf = Record<string, Record<string, { low: (number | null)[]; high: (number | null)[] }>>;

/** `outcomes`: all replications of each design, in order. */
export function assembleResult(
  scenario: ResolvedScenario,
  outcomes: ReadonlyMap<string, readonly ReplicationOutcome[]>,
): Result {
  const windowSeconds = (scenario.horizonUs - scenario.warmupUs) / 1e6;
  const designs = scenario.designs.filter(({ name }) => outcomes.has(name));
  const samples = designs.map(({ name }): [string, Map<string, TrafficSample>] => {
    const all = outcomes.get(name) as readonly ReplicationOutcome[];
    return [name, samplesOf(scenario, all, windowSeconds)];
  });
  const found: Record<string, DesignResult> = {};
  designs.forEach((design, i) => {
    const all = outcomes.get(design.name) as readonly ReplicationOutcome[];
    found[design.name] = designResult(scenario, design, all, (samples[i] as [string, Map<string, TrafficSample>])[1]);
  });
  const rest = {
    resolved: toResultForm(scenario),
    title: scenario.title,
    description: scenario.description,
    horizonMs: scenario.horizonUs / 1000,
    warmupMs: scenario.warmupUs / 1000,
    resolutionMs: scenario.resolutionUs / 1000,
    disturbances: disturbancesOf(scenario).map((disturbance) => ({
      kind: disturbance.kind,
      label: disturbance.label,
      fromMs: disturbance.fromUs / 1000,
      toMs: (disturbance.toUs ?? scenario.horizonUs) / 1000,
      design: disturbance.design,
    })),
    assumptions: scenario.assumptions,
    designs: found,
    comparisons: compareDesigns(samples, scenario.confidence),
  };
  return {
    schema: 'spillway/result@1',
    version: VERSION,
    facts: scenario.facts,
    scenario: scenario.name,
    seed: scenario.seed,
    replications: scenario.replications,
    fingerprint: sha256Hex(JSON.stringify({ ...rest, designs: withoutEvents(found) })),
    ...rest,
  };
}

/** The fingerprint is about what came out; how many events it took may change with the engine. */
function withoutEvents(designs: Readonly<Record<string, DesignResult>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(designs).map(([name, { events: _events, eventsFingerprint: _fingerprint, ...design }]) => [
      name,
      design,
    ]),
  );
}

function samplesOf(
  scenario: ResolvedScenario,
  outcomes: readonly ReplicationOutcome[],
  windowSeconds: number,
): Map<string, TrafficSample> {
  return new Map(
    scenario.traffic.map(({ name }, i) => {
      const ofTraffic = outcomes.map(({ traffic }) => (traffic[i] as ReplicationOutcome['traffic'][number]).outcome);
      return [name, new TrafficSample(ofTraffic, windowSeconds)];
    }),
  );
}

function designResult(
  scenario: ResolvedScenario,
  design: ResolvedDesign,
  outcomes: readonly ReplicationOutcome[],
  samples: ReadonlyMap<string, TrafficSample>,
): DesignResult {
  const level = scenario.confidence;
  const result: Mutable<DesignResult> = {
    traffic: {},
    resources: {},
    intervals: {},
    perReplication: {},
    regimes: [],
    series: {},
    bands: {},
    distributions: {},
    objectives: scenario.objectives
      .filter((objective) => objective.design === null || objective.design === design.name)
      .map((objective) => judge(scenario, objective, samples, outcomes))
      .filter((verdict) => verdict !== null),
    guarantees: [],
    cost: null,
    events: outcomes.reduce((sum, { events }) => sum + events, 0),
    eventsFingerprint: sha256Hex(outcomes.map(({ fingerprint }) => fingerprint).join('\n')).slice(0, 32),
  };
  const traffic: Record<string, TrafficResult> = {};
  const intervals: Record<string, DesignResult['intervals'][string]> = {};
  const perReplication: Record<string, (number | null)[]> = {};
  const distributions: Record<string, [number, number][]> = {};
  const series: SeriesOf = {};
  const bands: BandsOf = {};
  const regimes: Regimes[] = [];
  const buckets = bucketsOf(scenario, outcomes);
  for (const [name, sample] of samples) {
    traffic[name] = trafficResult(scenario, design.name, name, sample);
    const split = regimesOf(name, sample, level);
    if (split !== null) regimes.push(split);
    for (const [field, interval] of intervalsOf(sample, level, split !== null))
      intervals[`${name}.${field}`] = interval;
    perReplication[`${name}.goodputPerSecond`] = sample.rates('goodput');
    perReplication[`${name}.lost`] = sample.counts('lost');
    perReplication[`${name}.completionMs.p99`] = sample.completionMs.map((h) =>
      h.count === 0 ? null : h.quantile(0.99),
    );
    for (const field of LATENCIES) distributions[`${name}.${field}`] = sample.distribution(field);
    Object.assign((series[name] ??= {}), trafficSeries(sample, buckets));
    const completed = sample.outcomes.map((outcome) => outcome.series.completed);
    (bands[name] ??= {})['completed'] = bandSeries(completed, buckets, zeroAfter);
  }
  const resources: Record<string, ResourceResult> = {};
  for (const { name, type } of outcomes[0]?.resources ?? []) {
    const metrics = metricsOf(outcomes, name);
    resources[name] = { type, metrics: Object.fromEntries(metrics.flatMap(summarise)) };
    const drawn = (series[name] ??= {});
    for (const [metric, all] of metrics) {
      const after = all[0]?.kind === 'level' ? lastAfter : zeroAfter;
      const raw = all.map((data) => data.series);
      drawn[metric] = meanSeries(raw, buckets, after);
      if (BANDED.has(metric)) (bands[name] ??= {})[metric] = bandSeries(raw, buckets, after);
      const distribution = levelDistribution(all);
      if (distribution !== null) distributions[`${name}.${metric}`] = distribution;
    }
  }
  return { ...result, traffic, resources, intervals, perReplication, regimes, series, bands, distributions };
}

/** Backlogs: what is drawn with the range of its replications. */
const BANDED = new Set(['ApproximateNumberOfMessagesVisible', 'QueueLength']);

function bucketsOf(scenario: ResolvedScenario, outcomes: readonly ReplicationOutcome[]): number {
  const end = outcomes.reduce((latest, { endUs }) => Math.max(latest, endUs), 0);
  return Math.max(1, Math.ceil(end / scenario.resolutionUs));
}

function trafficResult(scenario: ResolvedScenario, design: string, name: string, sample: TrafficSample): TrafficResult {
  const total = (field: Parameters<TrafficSample['total']>[0]): number => sample.total(field);
  return {
    offered: total('offered'),
    completed: total('completed'),
    rejected: total('rejected'),
    lost: total('lost'),
    deadLettered: total('deadLettered'),
    expired: total('expired'),
    inSystem: total('inSystem'),
    response: { ok: total('ok'), refused: total('refused'), timedOut: total('timedOut'), waiting: total('waiting') },
    accepted: total('accepted'),
    attempts: total('attempts'),
    duplicates: total('duplicates'),
    outOfOrder: total('outOfOrder'),
    resolvedInDrain: total('resolvedInDrain'),
    wastedServerMs: total('wastedServerMs'),
    responseMs: sample.summary('responseMs'),
    completionMs: sample.summary('completionMs'),
    throughputPerSecond: mean(sample.rates('throughput')) ?? 0,
    goodputPerSecond: mean(sample.rates('goodput')) ?? 0,
    recovery: disturbancesOf(scenario)
      .filter((it) => it.toUs !== null && it.toUs <= scenario.horizonUs)
      .filter((it) => (it.design === null || it.design === design) && (it.traffic === null || it.traffic === name))
      .map((disturbance) => recoveryOf(scenario, design, name, sample, disturbance)),
  };
}

function recoveryOf(
  scenario: ResolvedScenario,
  design: string,
  traffic: string,
  sample: TrafficSample,
  disturbance: Disturbance,
): Recovery {
  const share = healthShare(scenario, design, traffic);
  const each = sample.outcomes.map((outcome) =>
    recoveryMs(outcome, disturbance, share, scenario.resolutionUs, scenario.horizonUs),
  );
  const recovered = each.filter((ms) => ms !== null).sort((a, b) => a - b);
  const half = recovered.length * 2 >= each.length && recovered.length > 0;
  return {
    after: `${disturbance.kind} at ${disturbance.fromUs / 1000} ms`,
    recoveredMs: half ? (recovered[Math.ceil(each.length / 2) - 1] as number) : null,
    share: shareWith(recovered.length, each.length, scenario.confidence),
    perReplicationMs: each,
  };
}

function regimesOf(name: string, sample: TrafficSample, level: number): Regimes | null {
  const goodputs = sample.rates('goodput');
  const split = twoRegimes(goodputs);
  if (split === null) return null;
  return {
    metric: `${name}.goodputPerSecond`,
    threshold: split.threshold,
    collapsed: shareWith(split.low.length, goodputs.length, level),
  };
}

function trafficSeries(sample: TrafficSample, buckets: number): Record<string, (number | null)[]> {
  const drawn: Record<string, (number | null)[]> = {};
  for (const field of ['offered', 'completed', 'rejected', 'timedOut'] as const) {
    drawn[field] = meanSeries(
      sample.outcomes.map(({ series }) => series[field]),
      buckets,
      zeroAfter,
    );
  }
  for (const field of LATENCIES) {
    const all = sample.outcomes.map(({ series }) => series[field]);
    const [p50, p99] = quantileSeries(all, buckets, [0.5, 0.99]);
    drawn[`${field}.p50`] = p50 as (number | null)[];
    drawn[`${field}.p99`] = p99 as (number | null)[];
  }
  return drawn;
}

/** All replications of each metric of a resource, by name. */
function metricsOf(outcomes: readonly ReplicationOutcome[], resource: string): [string, MetricData[]][] {
  const all = outcomes.map(({ resources }) => resources.find(({ name }) => name === resource)?.metrics ?? []);
  return (all[0] ?? []).map(({ name }, i) => [name, all.map((metrics) => metrics[i] as MetricData)]);
}

function summarise([name, all]: readonly [string, readonly MetricData[]]): [string, Metric][] {
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
  for (const { histogram } of all) if (histogram !== null) pooled.merge(LogHistogram.fromData(histogram));
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
  const step = Math.max(1, Math.ceil(pairs.length / 200));
  return pairs.filter((_, level) => level % step === 0 || level === pairs.length - 1);
}
