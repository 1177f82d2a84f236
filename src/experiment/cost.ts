/**
 * What a design costs within [warm-up, horizon]: a meter for each type of resource reads off its metrics what is billed, replication by
 * replication; the price book makes USD of it.
 *
 *   metrics ─▶ meter of the type (cost-sqs.ts, cost-instances.ts, …) ─▶ quantities ─▶ price book, tiers, free tier ─▶ lines, totals
 *
 * A new type of resource adds its meter in a file of its own, and a line to METERS.
 */
import { type Fact, priceFacts } from '../facts/index.ts';
import type { CostFigure } from '../scenario/prices.ts';
import type { ResolvedDesign, ResolvedScenario, ResourceSettings } from '../scenario/resolved.ts';
import { jackknifeRatio, pairedDifference, tInterval } from '../stats/index.ts';
import { meterAnalytics } from './cost-analytics.ts';
import { meterConsumer, meterService } from './cost-instances.ts';
import { meterFirehose } from './cost-firehose.ts';
import { meterKinesis } from './cost-kinesis.ts';
import { meterKeys } from './cost-kms.ts';
import { meterLambda } from './cost-lambda.ts';
import { pricesOf, tellsOfMonths } from './cost-pricing.ts';
import { meterMq } from './cost-mq.ts';
import { meterSns } from './cost-sns.ts';
import { meterSqs } from './cost-sqs.ts';
import { meterVideo } from './cost-video.ts';
import type { Meter, Metered, Usage } from './cost-usage.ts';
import type { ReplicationOutcome } from './replication.ts';
import type { ComparisonResult, CostLine, DesignCost, Interval } from './result.ts';
import type { Samples } from './summaries.ts';

type Meters = { readonly [T in ResourceSettings['type']]?: Meter<Extract<ResourceSettings, { type: T }>> };

const METERS: Meters = {
  sqs: meterSqs,
  sns: meterSns,
  kinesis: meterKinesis,
  firehose: meterFirehose,
  analytics: meterAnalytics,
  video: meterVideo,
  mq: meterMq,
  consumer: meterConsumer,
  service: meterService,
  lambda: meterLambda,
};

/** A design's cost, one value a replication. */
export interface Costs {
  readonly cost: DesignCost;
  readonly totals: readonly number[];
  /** Requests that were offered, and those of them that were done. */
  readonly offered: readonly number[];
  readonly completed: readonly number[];
  /** Whether the replications ended in two regimes: then a mean describes none of them. */
  readonly isSplit: boolean;
}

export function costsOf(
  scenario: ResolvedScenario,
  design: ResolvedDesign,
  outcomes: readonly ReplicationOutcome[],
  samples: Samples,
): Costs {
  const hours = (scenario.horizonUs - scenario.warmupUs) / 3.6e9;
  const metered = outcomes.map((outcome) => meter(design, outcome, hours));
  const priced = metered.map((usages) => pricesOf(usages, scenario.prices, hours));
  const totals = priced.map(sum);
  const countsOf = (field: 'offered' | 'completed'): number[] =>
    outcomes.map((_, i) => sum([...samples.values()].map(({ whole }) => whole.counts(field)[i] ?? 0)));
  const offered = countsOf('offered');
  const completed = countsOf('completed');
  const totalUsd = sum(totals) / Math.max(1, totals.length);
  return {
    cost: {
      totalUsd,
      perMillionRequestsUsd: perMillion(totals, offered),
      perMillionCompletedUsd: perMillion(totals, completed),
      perMonthUsd: tellsOfMonths(hours) ? (totalUsd * priceFacts.monthHours.value) / hours : null,
      lines: linesOf(scenario, metered, priced),
    },
    totals,
    offered,
    completed,
    isSplit: [...samples.values()].some(({ whole }) => whole.regimes !== null),
  };
}

interface ResourceUsage extends Usage {
  readonly resource: string;
}

function meter(design: ResolvedDesign, outcome: ReplicationOutcome, hours: number): ResourceUsage[] {
  const ofResources = design.resources.flatMap((settings): ResourceUsage[] => {
    const metrics = outcome.resources.find(({ name }) => name === settings.name)?.metrics ?? [];
    const metered: Metered = { settings, hours, metric: (name) => metrics.find((one) => one.name === name) };
    const read = METERS[settings.type] as Meter<ResourceSettings> | undefined;
    return (read?.(metered) ?? []).map((usage) => ({ ...usage, resource: settings.name }));
  });
  return [...ofResources, ...meterKeys(design, hours)];
}

/** Means over the replications; what nobody used is left out. */
function linesOf(
  scenario: ResolvedScenario,
  metered: readonly (readonly ResourceUsage[])[],
  priced: readonly (readonly number[])[],
): CostLine[] {
  const n = metered.length;
  return (metered[0] ?? []).flatMap(({ resource, item, price }, i): CostLine[] => {
    const quantity = sum(metered.map((usages) => usages[i]?.quantity ?? 0)) / n;
    if (quantity === 0) return [];
    const own = (scenario.prices.own as Readonly<Record<string, number | undefined>>)[price.name];
    const { fact } = price.tiers[0];
    return [
      {
        resource,
        item,
        quantity,
        unit: price.unit,
        priceUsd: own ?? fact.value,
        per: price.per,
        usd: sum(priced.map((usd) => usd[i] ?? 0)) / n,
        source: own === undefined ? sourceOf(fact) : 'scenario',
      },
    ];
  });
}

function sourceOf({ source, date }: Fact): string {
  return date === '' ? source : `${source} (${date})`;
}

function perMillion(totals: readonly number[], requests: readonly number[]): number | null {
  const all = sum(requests);
  return all === 0 ? null : (sum(totals) / all) * 1e6;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The interval of a figure of the cost. */
export function costInterval(
  { cost, totals, offered, completed, isSplit }: Costs,
  of: CostFigure,
  level: number,
): Interval {
  let interval: Interval;
  if (of === 'totalUsd') interval = tInterval(totals, level);
  else if (of === 'perMonthUsd') {
    const months = cost.perMonthUsd === null || cost.totalUsd === 0 ? 0 : cost.perMonthUsd / cost.totalUsd;
    interval = tInterval(
      totals.map((usd) => usd * months),
      level,
    );
  } else {
    const requests = of === 'perMillionRequestsUsd' ? offered : completed;
    const millions = requests.map((count) => count / 1e6);
    interval = jackknifeRatio(totals, millions, level, 'USD ÷ millions of requests, pooled');
  }
  if (!isSplit) return interval;
  return { ...interval, low: null, high: null, method: 'no interval on a mean: the replications ended in two regimes' };
}

/** A figure in each replication; null where it has none. */
export function costsByReplication({ cost, totals, offered, completed }: Costs, of: CostFigure): (number | null)[] {
  if (of === 'totalUsd') return [...totals];
  if (of === 'perMonthUsd') {
    const { totalUsd, perMonthUsd } = cost;
    return totals.map((usd) => (perMonthUsd === null ? null : totalUsd === 0 ? 0 : (usd * perMonthUsd) / totalUsd));
  }
  const requests = of === 'perMillionRequestsUsd' ? offered : completed;
  return totals.map((usd, i) => (requests[i] === 0 ? null : (usd / (requests[i] as number)) * 1e6));
}

/** Every pair of designs, in declared order: what one costs more than the other. */
export function compareCosts(designs: readonly (readonly [string, Costs])[], level: number): ComparisonResult[] {
  return designs.flatMap(([a, first], i) =>
    designs.slice(i + 1).map(([b, second]): ComparisonResult => {
      const { correlation, varianceRatio, ...interval } = pairedDifference(first.totals, second.totals, level);
      const isSplit = first.isSplit || second.isSplit;
      const told = isSplit
        ? {
            ...interval,
            low: null,
            high: null,
            method: 'mean difference; no interval on a mean: replications ended in two regimes',
          }
        : interval;
      const difference = { ...told, method: `${a} minus ${b}; ${told.method}` };
      return { metric: 'cost.totalUsd', a, b, difference, correlation, varianceRatio };
    }),
  );
}
