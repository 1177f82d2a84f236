/** Outcomes of replications → result. Pure, in the order of designs and replications, so that no thread's speed shows in it. */
import type { TrafficOutcome } from '../history/index.ts';
import type { ResolvedDesign, ResolvedScenario } from '../scenario/resolved.ts';
import { toResultForm } from '../scenario/result-form.ts';
import type { TwoRegimes } from '../stats/index.ts';
import { VERSION } from '../version.ts';
import { denialsOf } from '../access/index.ts';
import { compareDesigns } from './comparisons.ts';
import { type Costs, compareCosts, costInterval, costsOf } from './cost.ts';
import { type Disturbance, disturbancesOf } from './disturbances.ts';
import { sha256Hex } from '../scenario/sha256.ts';
import { healthShare } from './health.ts';
import { guaranteesOf } from './guarantees.ts';
import { judge, shareWith } from './objectives.ts';
import { bandSeries, meanSeries, quantileSeries, zeroAfter } from './pooling.ts';
import { recoveryMs } from './recovery.ts';
import type { ReplicationOutcome } from './replication.ts';
import { drawMetric, metricsOf, summarise } from './resources.ts';
import type {
  BatchEvidence,
  DesignResult,
  Interval,
  Recovery,
  Regimes,
  ResourceResult,
  Result,
  StudyResult,
  TrafficResult,
} from './result.ts';
import { subscriptionsOf } from './subscriptions.ts';
import { intervalsOf, LATENCIES, mean, type Sampled, type Samples, TrafficSample } from './summaries.ts';

interface Band {
  readonly low: (number | null)[];
  readonly high: (number | null)[];
}

/** What the plan of the study found: nothing in a terminating one with a fixed number of replications. */
type Findings = Pick<StudyResult, 'warmup' | 'precision'>;

/** `outcomes`: all replications of each design, in order. */
export function assembleResult(
  scenario: ResolvedScenario,
  outcomes: ReadonlyMap<string, readonly ReplicationOutcome[]>,
  findings: Findings = { warmup: null, precision: null },
): Result {
  const designs = scenario.designs.filter(({ name }) => outcomes.has(name));
  const samples = designs.map(({ name }): [string, Samples] => {
    const all = outcomes.get(name) as readonly ReplicationOutcome[];
    return [name, samplesOf(scenario, all)];
  });
  const found: Record<string, DesignResult> = {};
  const costs: [string, Costs][] = [];
  designs.forEach((design, i) => {
    const all = outcomes.get(design.name) as readonly ReplicationOutcome[];
    const own = (samples[i] as [string, Samples])[1];
    const priced = costsOf(scenario, design, all, own);
    costs.push([design.name, priced]);
    found[design.name] = designResult(scenario, design, all, own, priced);
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
    study: {
      kind: scenario.study,
      warmup: findings.warmup,
      batches: batchesOf(scenario, samples),
      precision: findings.precision,
    },
    designs: found,
    comparisons: [
      ...compareDesigns(
        samples.map(([name, all]) => [name, partsOf(all)] as const),
        scenario.confidence,
      ),
      ...compareCosts(costs, scenario.confidence),
    ],
  };
  return {
    schema: 'spillway/result@1',
    version: VERSION,
    facts: scenario.facts,
    scenario: scenario.name,
    seed: scenario.seed,
    replications: findings.precision?.rounds.at(-1) ?? scenario.replications,
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

/** Every traffic of a design, in declared order. */
export function samplesOf(scenario: ResolvedScenario, all: readonly ReplicationOutcome[]): Samples {
  const windowSeconds = (scenario.horizonUs - scenario.warmupUs) / 1e6;
  return new Map(
    scenario.traffic.map(({ name }, i): [string, Sampled] => {
      const outcomes = all.map(({ traffic }) => (traffic[i] as ReplicationOutcome['traffic'][number]).outcome);
      const whole = new TrafficSample(outcomes, windowSeconds);
      const batches = (outcomes.length === 1 ? outcomes[0]?.batches : null) ?? null;
      const parts = batches === null ? whole : new TrafficSample(batches, windowSeconds / batches.length, 'batches');
      return [name, { outcomes, whole, parts }];
    }),
  );
}

function partsOf(samples: Samples): Map<string, TrafficSample> {
  return new Map([...samples].map(([name, { parts }]) => [name, parts]));
}

function batchesOf(
  scenario: ResolvedScenario,
  samples: readonly (readonly [string, Samples])[],
): StudyResult['batches'] {
  let count = 0;
  const evidence: BatchEvidence[] = [];
  for (const [design, all] of samples) {
    for (const [traffic, { parts }] of all) {
      if (parts.unit !== 'batches') continue;
      count = parts.outcomes.length;
      evidence.push({ design, traffic, lag1: parts.lag1, independent: parts.independent });
    }
  }
  return count === 0 ? null : { count, lengthMs: (scenario.horizonUs - scenario.warmupUs) / 1000 / count, evidence };
}

function designResult(
  scenario: ResolvedScenario,
  design: ResolvedDesign,
  outcomes: readonly ReplicationOutcome[],
  samples: Samples,
  costs: Costs,
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
  for (const [name, { outcomes: ofTraffic, whole: sample, parts }] of samples) {
    traffic.push([name, trafficResult(scenario, design.name, name, sample, ofTraffic)]);
    if (sample.regimes !== null) regimes.push(regimesOf(name, sample, sample.regimes, level));
    for (const [field, interval] of intervalsOf(parts, level)) intervals.push([`${name}.${field}`, interval]);
    const p99 = sample.completionMs.map((one) => (one.count === 0 ? null : one.quantile(0.99)));
    perReplication.push([`${name}.goodputPerSecond`, sample.rates('goodput')]);
    perReplication.push([`${name}.lost`, sample.counts('lost')]);
    perReplication.push([`${name}.completionMs.p99`, p99]);
    for (const field of LATENCIES) distributions.push([`${name}.${field}`, sample.distribution(field)]);
    Object.assign(seriesOf(name), trafficSeries(ofTraffic, buckets));
    const completed = ofTraffic.map((outcome) => outcome.series.completed);
    bandsOf(name)['completed'] = bandSeries(completed, buckets, zeroAfter);
  }
  if (intervals.length > 0) {
    for (const of of ['totalUsd', 'perMillionRequestsUsd', 'perMillionCompletedUsd'] as const)
      intervals.push([`cost.${of}`, costInterval(costs, of, level)]);
  }
  for (const { name, type } of outcomes[0]?.resources ?? []) {
    const metrics = metricsOf(outcomes, name);
    const denials = denialsOf(scenario, design, name);
    const told = denials.length === 0 ? {} : { denials };
    const delivered = subscriptionsOf(scenario, outcomes, name);
    const subscriptions = delivered.length === 0 ? {} : { subscriptions: Object.fromEntries(delivered) };
    resources.push([
      name,
      { type, metrics: Object.fromEntries(metrics.flatMap(summarise)), ...subscriptions, ...told },
    ]);
    for (const metric of metrics) {
      const { series: line, band, distribution } = drawMetric(metric, buckets);
      if (line !== null) seriesOf(name)[metric.name] = line;
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
      .map((objective) => judge(scenario, objective, samples, outcomes, costs))
      .filter((verdict) => verdict !== null),
    ...guaranteesOf(scenario, design, outcomes),
    cost: costs.cost,
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

function trafficResult(
  scenario: ResolvedScenario,
  design: string,
  name: string,
  sample: TrafficSample,
  outcomes: readonly TrafficOutcome[],
): TrafficResult {
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
      .map((disturbance) => recoveryOf(scenario, design, name, outcomes, disturbance))
      .filter((recovery) => recovery !== null),
  };
}

/** null: in no replication anybody can tell, for instance since the disturbance lasts to the horizon. */
function recoveryOf(
  scenario: ResolvedScenario,
  design: string,
  traffic: string,
  outcomes: readonly TrafficOutcome[],
  disturbance: Disturbance,
): Recovery | null {
  const share = healthShare(scenario, design, traffic);
  const each = outcomes.map((outcome) =>
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

function trafficSeries(outcomes: readonly TrafficOutcome[], buckets: number): Record<string, (number | null)[]> {
  const drawn: Record<string, (number | null)[]> = {};
  for (const field of ['offered', 'completed', 'rejected', 'timedOut'] as const) {
    drawn[field] = meanSeries(
      outcomes.map(({ series }) => series[field]),
      buckets,
      zeroAfter,
    );
  }
  for (const field of LATENCIES) {
    const all = outcomes.map(({ series }) => series[field]);
    const [p50, p99] = quantileSeries(all, buckets, [0.5, 0.99]);
    drawn[`${field}.p50`] = p50 as (number | null)[];
    drawn[`${field}.p99`] = p99 as (number | null)[];
  }
  return drawn;
}
