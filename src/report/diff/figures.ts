/** The figures of a design that two results are compared by, each with its uncertainty and which way is better. */
import type {
  DesignResult,
  Interval,
  LatencySummary,
  Result,
  SubscriptionResult,
  TrafficResult,
} from '../../experiment/result.ts';
import { wilson } from '../../stats/index.ts';
import { ANSWERS, designOf, FATES } from '../findings.ts';
import { count, type Formatter, formatterOfField, formatterOfMetric, plain, share, usd } from '../format.ts';

/** `neither`: shown, never judged. */
export type Better = 'higher' | 'lower' | 'neither';

/** An interval; its level is null where the result does not tell it (shares have the scenario's). */
export interface Span {
  readonly low: number;
  readonly high: number;
  readonly level: number | null;
}

export interface Figure {
  /** The traffic or the resource; empty: the design. */
  readonly entity: string;
  readonly kind: 'traffic' | 'resource' | 'design';
  /** As in the result: `completionMs.p99`, `QueueLength.max`. */
  readonly key: string;
  readonly better: Better;
  readonly format: Formatter;
  readonly value: number | null;
  /** null where none can be given. */
  readonly interval: Span | null;
  /** One value a replication, whose mean is comparable with `value`; null where the result holds none. */
  readonly perReplication: readonly number[] | null;
  /** Having no value is the worst of all: it never recovered. */
  readonly absentIsWorst: boolean;
}

/** How a count is told, so that two results can be compared: as it is, for each replication, or for each offered request. */
export interface CountBasis {
  /** What is offered differs, so counts are divided by it. */
  readonly perRequest: boolean;
  /** Replications differ, so counts are divided by them. */
  readonly perReplication: boolean;
}

const HIGHER = /^(completed|response\.ok|throughputPerSecond|goodputPerSecond|recovery\..*\.share)(\.share)?$/;
const LOWER =
  /^(rejected|lost|deadLettered|expired|inSystem|response\.(refused|timedOut|waiting)|duplicates|outOfOrder|wastedServerMs|(response|completion)Ms\.(mean|p\d+)|recovery\..*\.recoveredMs)(\.share|\.perRequest)?$/;

function betterOf(key: string): Better {
  return HIGHER.test(key) ? 'higher' : LOWER.test(key) ? 'lower' : 'neither';
}

/** How counts of a traffic are made comparable between two results. */
export function basisOf(a: TrafficResult, b: TrafficResult, replications: readonly [number, number]): CountBasis {
  const perReplication = replications[0] !== replications[1];
  const [x, y] = perReplication ? [a.offered / replications[0], b.offered / replications[1]] : [a.offered, b.offered];
  return { perRequest: x !== y, perReplication };
}

const COUNTS = ['accepted', 'attempts', 'duplicates', 'outOfOrder', 'resolvedInDrain', 'wastedServerMs'] as const;
const STATISTICS = ['mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max', 'count'] as const;

/** Every figure of a traffic. */
export function trafficFigures(result: Result, designName: string, traffic: string, basis: CountBasis): Figure[] {
  const design = designOf(result, designName);
  const totals = design.traffic[traffic];
  if (totals === undefined) return [];
  const n = result.replications;
  const each = basis.perReplication ? 1 / n : 1;
  const part = basis.perRequest ? (totals.offered > 0 ? 1 / totals.offered : 0) : each;
  const make = (key: string, value: number | null, factor: number, suffix = '', source = key): Figure => ({
    entity: traffic,
    kind: 'traffic',
    key: `${key}${suffix}`,
    better: betterOf(`${key}${suffix}`),
    format: formatOf(key, suffix),
    value: value === null ? null : value * factor,
    interval: scaled(design.intervals[`${traffic}.${source}`], value, factor),
    perReplication: replicationsOf(design, `${traffic}.${key}`, isTotal(key) ? factor * n : 1),
    absentIsWorst: false,
  });
  const suffix = basis.perRequest ? '.share' : '';
  const latency = (field: 'responseMs' | 'completionMs', of: LatencySummary): Figure[] =>
    STATISTICS.map((name) => make(`${field}.${name}`, of[name], name === 'count' ? each : 1));
  return [
    make('offered', totals.offered, each),
    ...FATES.map((fate) => make(fate, totals[fate], part, suffix)),
    ...ANSWERS.map((answer) => make(`response.${answer}`, totals.response[answer], part, suffix)),
    ...COUNTS.map((field) => make(field, totals[field], part, basis.perRequest ? '.perRequest' : '')),
    make('throughputPerSecond', totals.throughputPerSecond, 1),
    make('goodputPerSecond', totals.goodputPerSecond, 1),
    ...latency('completionMs', totals.completionMs),
    ...latency('responseMs', totals.responseMs),
    ...recoveryFigures(traffic, totals),
  ];
}

/** A field whose values by replication add up to the figure, rather than having it as their mean. */
function isTotal(key: string): boolean {
  return !key.endsWith('PerSecond') && !/Ms\.(?!count)/.test(key);
}

function formatOf(key: string, suffix: string): Formatter {
  if (suffix === '.share') return share;
  if (suffix === '.perRequest' && key !== 'wastedServerMs') return plain;
  return formatterOfField(key);
}

/** An interval that speaks of the value itself: that of a maximum is about the mean of the maxima. */
function scaled(interval: Interval | undefined, value: number | null, factor: number): Span | null {
  if (interval?.low == null || interval.high === null || interval.estimate === null || value === null) return null;
  if (Math.abs(interval.estimate - value) > Math.abs(value) * 1e-6) return null;
  return { low: interval.low * factor, high: interval.high * factor, level: interval.level };
}

function replicationsOf(design: DesignResult, key: string, factor: number): number[] | null {
  const values = design.perReplication[key];
  if (values === undefined || values.some((value) => value === null)) return null;
  return values.map((value) => (value ?? 0) * factor);
}

function recoveryFigures(traffic: string, totals: TrafficResult): Figure[] {
  const seen = new Map<string, number>();
  return totals.recovery.flatMap((one): Figure[] => {
    const before = seen.get(one.after) ?? 0;
    seen.set(one.after, before + 1);
    const name = `recovery.after ${one.after}${before === 0 ? '' : ` (${before + 1})`}`;
    const all = one.perReplicationMs.every((ms) => ms !== null);
    const common = { entity: traffic, kind: 'traffic' } as const;
    return [
      {
        ...common,
        key: `${name}.recoveredMs`,
        better: 'lower',
        format: formatterOfField('recoveredMs'),
        value: one.recoveredMs,
        interval: null,
        perReplication: all ? one.perReplicationMs.map((ms) => ms ?? 0) : null,
        absentIsWorst: true,
      },
      {
        ...common,
        key: `${name}.share`,
        better: 'higher',
        format: share,
        value: one.share.estimate,
        interval: { low: one.share.low, high: one.share.high, level: null },
        perReplication: null,
        absentIsWorst: false,
      },
    ];
  });
}

/** Metrics of a resource: shown, not judged, for what they mean depends on the design. */
export function metricFigures(result: Result, designName: string, resource: string, perReplication: boolean): Figure[] {
  const { metrics = {}, subscriptions = {} } = designOf(result, designName).resources[resource] ?? {};
  const each = perReplication ? 1 / result.replications : 1;
  const deliveries = Object.entries(subscriptions).flatMap(([to, one]) => deliveryFigures(resource, to, one, each));
  const ofMetrics = Object.entries(metrics).flatMap(([name, { unit, ...statistics }]) =>
    // The sum of a distribution says nothing beyond its mean and count.
    Object.entries(statistics)
      .filter(([statistic]) => statistic !== 'sum' || statistics.count === undefined)
      .map(([statistic, value]): Figure => {
        const total = statistic === 'sum' || statistic === 'count';
        return {
          entity: resource,
          kind: 'resource',
          key: `${name}.${statistic}`,
          better: 'neither',
          format: statistic === 'count' ? count : formatterOfMetric(name, unit),
          value: value == null ? null : value * (total ? each : 1),
          interval: null,
          perReplication: null,
          absentIsWorst: false,
        };
      }),
  );
  return [...ofMetrics, ...deliveries];
}

/** What became of a topic's deliveries to one subscription: shown, not judged. */
function deliveryFigures(topic: string, to: string, one: SubscriptionResult, each: number): Figure[] {
  const { completionMs, throughputPerSecond, ...counts } = one;
  const figure = (key: string, value: number | null): Figure => ({
    entity: topic,
    kind: 'resource',
    key: `${to}.${key}`,
    better: 'neither',
    format: formatterOfField(key),
    value,
    interval: null,
    perReplication: null,
    absentIsWorst: false,
  });
  return [
    ...Object.entries(counts).map(([key, value]) => figure(key, value * each)),
    ...STATISTICS.map((name) =>
      figure(`completionMs.${name}`, name === 'count' ? completionMs.count * each : completionMs[name]),
    ),
    figure('throughputPerSecond', throughputPerSecond),
  ];
}

const COSTS = ['totalUsd', 'perMillionRequestsUsd', 'perMillionCompletedUsd', 'perMonthUsd'] as const;

/** Figures of a design as a whole: the share of its runs that collapsed, and what it costs. */
export function designFigures(result: Result, designName: string, metrics: readonly string[]): Figure[] {
  const design = designOf(result, designName);
  const { regimes, cost } = design;
  const common = { entity: '', kind: 'design', better: 'lower', perReplication: null, absentIsWorst: false } as const;
  const collapsed = metrics.map((metric): Figure => {
    const found = regimes.find((one) => one.metric === metric)?.collapsed;
    const none = wilson(0, result.replications, 0.95);
    return {
      ...common,
      key: `collapsed, by ${metric}`,
      format: share,
      value: found?.estimate ?? 0,
      interval: { low: found?.low ?? none.low ?? 0, high: found?.high ?? none.high ?? 1, level: null },
    };
  });
  if (cost === null) return collapsed;
  const priced = COSTS.flatMap((field): Figure[] => {
    const value = cost[field] ?? null;
    const key = `cost.${field}`;
    // With fewer requests each costs more, though nothing got worse.
    const better: Better = field.startsWith('perMillion') ? 'neither' : 'lower';
    return value === null
      ? []
      : [{ ...common, better, key, format: usd, value, interval: scaled(design.intervals[key], value, 1) }];
  });
  return [...collapsed, ...priced];
}
