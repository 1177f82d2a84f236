/** Outcomes of replications → result. Pure, in the order of designs and replications, so that no thread's speed shows in it. */
import type { ResolvedDesign, ResolvedScenario } from '../scenario/resolved.ts';
import { toResultForm } from '../scenario/result-form.ts';
import type { TwoRegimes } from '../stats/index.ts';
import { VERSION } from '../version.ts';
import { compareDesigns } from './comparisons.ts';
import { type Disturbance, disturbancesOf } from './disturbances.ts';
import { sha256Hex } from './fingerprint.ts';
import { healthShare } from './health.ts';
import { judge, shareWith } from './objectives.ts';
import { bandSeries, meanSeries, quantileSeries, zeroAfter } from './pooling.ts';
import { recoveryMs } from './recovery.ts';
import type { ReplicationOutcome } from './replication.ts';
import { drawMetric, metricsOf, summarise } from './resources.ts';
import type { DesignResult, Interval, Recovery, Regimes, ResourceResult, Result, TrafficResult } from './result.ts';
import { intervalsOf, LATENCIES, mean, TrafficSample } from './summaries.ts';

interface Band {
  readonly low: (number | null)[];
  readonly high: (number | null)[];
}

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
      design: onlyDesign(scenario, disturbance),
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

/** The one design that is struck, where others are not; null: every design (or several, which the reader sees at recovery). */
function onlyDesign(scenario: ResolvedScenario, { designs }: Disturbance): string | null {
  return designs.length === 1 && scenario.designs.length > 1 ? (designs[0] as string) : null;
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
  // Lists and maps until the end: a name such as `toLocaleString` would be found in any plain object.
  const traffic: [string, TrafficResult][] = [];
  const resources: [string, ResourceResult][] = [];
  const intervals: [string, Interval][] = [];
  const perReplication: [string, (number | null)[]][] = [];
  const distributions: [string, [number, number][]][] = [];
  const series = new Map<string, Record<string, (number | null)[]>>();
  const bands = new Map<string, Record<string, Band>>();
  const seriesOf = nested(series);
  const bandsOf = nested(bands);
  const regimes: Regimes[] = [];
  const buckets = bucketsOf(scenario, outcomes);
  for (const [name, sample] of samples) {
    traffic.push([name, trafficResult(scenario, design.name, name, sample)]);
    if (sample.regimes !== null) regimes.push(regimesOf(name, sample, sample.regimes, level));
    for (const [field, interval] of intervalsOf(sample, level)) intervals.push([`${name}.${field}`, interval]);
    const p99 = sample.completionMs.map((one) => (one.count === 0 ? null : one.quantile(0.99)));
    perReplication.push([`${name}.goodputPerSecond`, sample.rates('goodput')]);
    perReplication.push([`${name}.lost`, sample.counts('lost')]);
    perReplication.push([`${name}.completionMs.p99`, p99]);
    for (const field of LATENCIES) distributions.push([`${name}.${field}`, sample.distribution(field)]);
    Object.assign(seriesOf(name), trafficSeries(sample, buckets));
    const completed = sample.outcomes.map((outcome) => outcome.series.completed);
    bandsOf(name)['completed'] = bandSeries(completed, buckets, zeroAfter);
  }
  for (const { name, type } of outcomes[0]?.resources ?? []) {
    const metrics = metricsOf(outcomes, name);
    resources.push([name, { type, metrics: Object.fromEntries(metrics.flatMap(summarise)) }]);
    for (const metric of metrics) {
      const { series: line, band, distribution } = drawMetric(metric, buckets);
      seriesOf(name)[metric.name] = line;
      if (band !== null) bandsOf(name)[metric.name] = band;
      if (distribution !== null) distributions.push([`${name}.${metric.name}`, distribution]);
    }
  }
  return {
    traffic: Object.fromEntries(traffic),
    resources: Object.fromEntries(resources),
    intervals: Object.fromEntries(intervals),
    perReplication: Object.fromEntries(perReplication),
    regimes,
    series: Object.fromEntries(series),
    bands: Object.fromEntries(bands),
    distributions: Object.fromEntries(distributions),
    objectives: scenario.objectives
      .filter((objective) => objective.design === null || objective.design === design.name)
      .map((objective) => judge(scenario, objective, samples, outcomes))
      .filter((verdict) => verdict !== null),
    // Asserted in every run: one in which it breaks is an error, not a result.
    guarantees: scenario.traffic.map(({ name }) => ({
      name: 'conservation',
      resource: name,
      verdict: 'held',
      expected: 'held',
    })),
    cost: null,
    events: outcomes.reduce((sum, { events }) => sum + events, 0),
    eventsFingerprint: sha256Hex(outcomes.map(({ fingerprint }) => fingerprint).join('\n')).slice(0, 32),
  };
}

/** The inner record of a name, made where it is missing. A traffic and a resource may share a name: then they share it. */
function nested<T>(all: Map<string, Record<string, T>>): (name: string) => Record<string, T> {
  return (name) => {
    const found = all.get(name) ?? {};
    all.set(name, found);
    return found;
  };
}

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
      .filter((it) => it.designs.includes(design) && (it.traffic === null || it.traffic === name))
      .map((disturbance) => recoveryOf(scenario, design, name, sample, disturbance))
      .filter((recovery) => recovery !== null),
  };
}

/** null: in no replication anybody can tell, for instance since the disturbance lasts to the horizon. */
function recoveryOf(
  scenario: ResolvedScenario,
  design: string,
  traffic: string,
  sample: TrafficSample,
  disturbance: Disturbance,
): Recovery | null {
  const share = healthShare(scenario, design, traffic);
  const each = sample.outcomes.map((outcome) =>
    recoveryMs(outcome, disturbance, share, scenario.resolutionUs, scenario.horizonUs),
  );
  const told = each.filter((ms) => ms !== undefined);
  if (told.length === 0) return null;
  const recovered = told.filter((ms) => ms !== null).sort((a, b) => a - b);
  const half = recovered.length * 2 >= told.length && recovered.length > 0;
  return {
    after: `${disturbance.kind} at ${disturbance.fromUs / 1000} ms`,
    recoveredMs: half ? (recovered[Math.ceil(recovered.length / 2) - 1] as number) : null,
    share: shareWith(recovered.length, told.length, scenario.confidence),
    perReplicationMs: each.map((ms) => ms ?? null),
  };
}

function regimesOf(name: string, sample: TrafficSample, split: TwoRegimes, level: number): Regimes {
  return {
    metric: `${name}.goodputPerSecond`,
    threshold: split.threshold,
    collapsed: shareWith(split.low.length, sample.outcomes.length, level),
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
