/** The result file, `spillway/result@1`. Times are milliseconds, the names say so. Plain data: no host time, path or date in it. */
import type { Denial } from '../access/index.ts';
import type { HistoryRecord } from '../history/index.ts';

export type { Denial };

export interface Interval {
  readonly estimate: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly level: number;
  /** Names the estimator, the interval method and the replications. */
  readonly method: string;
}

export interface Share {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

export interface LatencySummary {
  readonly count: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
}

export interface Recovery {
  /** e.g. `spike at 300000 ms`. */
  readonly after: string;
  /** Median over the replications that recovered; null when fewer than half did. */
  readonly recoveredMs: number | null;
  /** Share of replications that recovered, of those in which it can be told. */
  readonly share: Share;
  /** One value a replication; null: never, or it cannot be told. */
  readonly perReplicationMs: readonly (number | null)[];
}

export interface TrafficResult {
  readonly offered: number;
  readonly completed: number;
  readonly rejected: number;
  readonly lost: number;
  readonly deadLettered: number;
  readonly expired: number;
  readonly inSystem: number;
  readonly response: {
    readonly ok: number;
    readonly refused: number;
    readonly timedOut: number;
    readonly waiting: number;
  };
  readonly accepted: number;
  readonly attempts: number;
  readonly duplicates: number;
  readonly outOfOrder: number;
  readonly resolvedInDrain: number;
  readonly wastedServerMs: number;
  readonly responseMs: LatencySummary;
  readonly completionMs: LatencySummary;
  readonly throughputPerSecond: number;
  readonly goodputPerSecond: number;
  readonly recovery: readonly Recovery[];
}

export interface Metric {
  readonly unit: string;
  readonly sum?: number;
  /** Observations, where the metric is a distribution. */
  readonly count?: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** Where the metric is a distribution (WaitMs). */
  readonly p50?: number | null;
  readonly p90?: number | null;
  readonly p99?: number | null;
}

export interface ResourceResult {
  readonly type: string;
  readonly metrics: Readonly<Record<string, Metric>>;
  /** Of a topic, by what it delivers to; there only where it delivers to something. */
  readonly subscriptions?: Readonly<Record<string, SubscriptionResult>>;
  /** There only where somebody is denied something. */
  readonly denials?: readonly Denial[];
}

/** What became of a topic's deliveries to one subscription; counts are of requests that arrived in [warm-up, horizon]. */
export interface SubscriptionResult {
  /** Deliveries that its filter let through. These sum to it: */
  readonly offered: number;
  readonly completed: number;
  readonly lost: number;
  readonly deadLettered: number;
  readonly expired: number;
  readonly inSystem: number;
  /** Completions after the first. */
  readonly duplicates: number;
  readonly resolvedInDrain: number;
  /** From the intended arrival of the request to its first completion here. */
  readonly completionMs: LatencySummary;
  readonly throughputPerSecond: number;
}

export interface ObjectiveResult {
  readonly text: string;
  readonly value: number | null;
  /** Only where nothing could be judged: why. */
  readonly reason?: string;
  readonly verdict: 'met' | 'missed' | 'undecided';
  readonly expected: 'met' | 'missed';
  readonly metShare: Share;
}

export interface GuaranteeResult {
  readonly name: string;
  readonly resource: string;
  readonly verdict: 'held' | 'broken' | 'unknown' | 'not exercised';
  readonly expected: 'held' | 'broken';
  // Results from before runs were judged lack what follows.
  /** Why, in a sentence; left out where there is nothing to say. */
  readonly sentence?: string;
  /** What was looked at, by name, in the replication that is told of. */
  readonly counts?: Readonly<Record<string, number>>;
  /** Where it is broken: the first replication that breaks it, the share of those that do, and the records that prove it. */
  readonly replication?: number;
  readonly brokenShare?: number;
  readonly evidence?: readonly HistoryRecord[];
  /** How it came about: the evidence, and what else happened to the same requests and around them, in order; left out where that is no more. */
  readonly story?: readonly HistoryRecord[];
}

/** Replications that ended in two regimes: collapse or not. Then no t interval on a mean is given. */
export interface Regimes {
  /** The value that told them apart, e.g. `orders.goodputPerSecond`. */
  readonly metric: string;
  readonly threshold: number;
  /** Share of the replications in the worse regime. */
  readonly collapsed: Share;
}

/** One line of the bill, as a mean over the replications. */
export interface CostLine {
  readonly resource: string;
  readonly item: string;
  readonly quantity: number;
  readonly unit: string;
  /** List price, or the scenario's own, of `per` units; volume tiers and the free tier may make `usd` less than what follows from it. */
  readonly priceUsd: number;
  readonly per: number;
  readonly usd: number;
  /** Where the price is from, with its date. */
  readonly source: string;
}

/** What a design costs within [warm-up, horizon], USD, mean over the replications. */
export interface DesignCost {
  readonly totalUsd: number;
  /** Of those that were offered; null where there were none. */
  readonly perMillionRequestsUsd: number | null;
  /** Of those that were done. */
  readonly perMillionCompletedUsd: number | null;
  /** For 730 hours like these; null where the window is shorter than a day. */
  readonly perMonthUsd: number | null;
  readonly lines: readonly CostLine[];
}

export interface DesignResult {
  readonly traffic: Readonly<Record<string, TrafficResult>>;
  readonly resources: Readonly<Record<string, ResourceResult>>;
  /** Keys such as `orders.completionMs.p99`. */
  readonly intervals: Readonly<Record<string, Interval>>;
  /** One value per replication of the figures that are drawn as dots: completionMs.p99, goodputPerSecond, lost. */
  readonly perReplication: Readonly<Record<string, readonly (number | null)[]>>;
  readonly regimes: readonly Regimes[];
  /**
   * One value per bucket of `resolutionMs`, from 0 to the end of the drain. Of a traffic: `offered`, `completed`, `rejected`, `timedOut`
   * (mean count per bucket and replication), `completionMs.p50`, `completionMs.p99` and the same of responseMs (pooled, by instant of
   * completion; null where nothing completed). Of a resource: its metrics (levels time-weighted, averaged over replications).
   */
  readonly series: Readonly<Record<string, Readonly<Record<string, readonly (number | null)[]>>>>;
  /** Lowest and highest replication per bucket, for the bands in the charts; of `completed` and of backlogs only. */
  readonly bands: Readonly<
    Record<
      string,
      Readonly<Record<string, { readonly low: readonly (number | null)[]; readonly high: readonly (number | null)[] }>>
    >
  >;
  /** The whole distribution: pairs of value (ms) and share of the finished at or under it, at up to 200 shares up to 0.9999. Keys as `orders.completionMs`. */
  readonly distributions: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  readonly objectives: readonly ObjectiveResult[];
  readonly guarantees: readonly GuaranteeResult[];
  /** How often rare situations were met, over all replications; those that never were are left out. */
  readonly probes?: Readonly<Record<string, number>>;
  /** null: a result from before costs were reckoned. */
  readonly cost: DesignCost | null;
  readonly events: number;
  readonly eventsFingerprint: string;
}

export interface ComparisonResult {
  readonly metric: string;
  readonly a: string;
  readonly b: string;
  readonly difference: Interval;
  readonly correlation: number | null;
  readonly varianceRatio: number | null;
}

/** A spike or a fault, to be shaded in the charts. */
export interface Disturbance {
  readonly kind: 'spike' | 'fault';
  readonly label: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** The only design that is struck; null: every design, or several. */
  readonly design: string | null;
}

/** What the rule says of one traffic in one design. */
export interface WarmUpEvidence {
  readonly design: string;
  readonly traffic: string;
  /** Cohorts of arrival that it looked at, and requests in each. */
  readonly cohorts: number;
  readonly requestsPerCohort: number;
  /** Where it would cut; null: nowhere in the first half of the run (only where the warm-up is given). */
  readonly cutMs: number | null;
}

/** How much neighbouring batches of one long run depend on each other. */
export interface BatchEvidence {
  readonly design: string;
  readonly traffic: string;
  /** Correlation of neighbouring batches' mean completion or response, the larger one; null: they do not vary. */
  readonly lag1: number | null;
  /** Whether they are independent enough for an interval. */
  readonly independent: boolean;
}

export interface PrecisionResult {
  /** Half-width of the interval ÷ estimate. */
  readonly wanted: number;
  /** Of the figure that is known least; null where one of them has no interval. */
  readonly reached: number | null;
  readonly met: boolean;
  /** The figure that is known least, e.g. `orders.completionMs.mean`; null where there is none to judge. */
  readonly least: { readonly design: string; readonly figure: string } | null;
  /** Why it stopped early; null: the precision was met, or the limit was. */
  readonly reason: string | null;
  /** Replications after each round. */
  readonly rounds: readonly number[];
  readonly most: number;
}

/** How the replications were made, and what of them counts. */
export interface StudyResult {
  readonly kind: 'terminating' | 'steady';
  /** Steady studies alone. */
  readonly warmup: {
    readonly rule: 'given' | 'mser-5';
    readonly cutMs: number;
    /** Replications that were looked at. */
    readonly pilotReplications: number;
    readonly evidence: readonly WarmUpEvidence[];
  } | null;
  /** One long run alone. */
  readonly batches: {
    readonly count: number;
    readonly lengthMs: number;
    readonly evidence: readonly BatchEvidence[];
  } | null;
  readonly precision: PrecisionResult | null;
}

export interface Result {
  readonly schema: 'spillway/result@1';
  readonly version: string;
  readonly facts: string;
  readonly scenario: string;
  readonly seed: string;
  readonly replications: number;
  readonly fingerprint: string;
  /** The resolved scenario; times in milliseconds, names ending in Ms. */
  readonly resolved: unknown;
  readonly title: string;
  readonly description: string;
  readonly horizonMs: number;
  readonly warmupMs: number;
  readonly resolutionMs: number;
  readonly disturbances: readonly Disturbance[];
  /** The box "what this cannot tell you". */
  readonly assumptions: readonly { readonly about: string; readonly text: string; readonly source: string }[];
  /** Results of version 0.1.0 before steady studies lack it. */
  readonly study?: StudyResult;
  readonly designs: Readonly<Record<string, DesignResult>>;
  readonly comparisons: readonly ComparisonResult[];
}
