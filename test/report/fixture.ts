/** Results as the engine would write them, made by a small fluid model: the report can be worked on and tested without running anything. */
import type {
  DesignResult,
  Disturbance,
  Interval,
  LatencySummary,
  Result,
  Share,
  TrafficResult,
} from '../../src/experiment/result.ts';

export interface FixtureOptions {
  /** Names of the designs; those that begin with `queued` have a queue. Default: sync and queued. */
  readonly designs?: readonly string[];
  readonly replications?: number;
  /** Some replications of the first design collapse. */
  readonly collapse?: boolean;
  readonly title?: string;
  readonly description?: string;
  /** Nothing is ever completed. */
  readonly dead?: boolean;
}

/** A small generator of uniform numbers with a fixed start: fixtures must not vary. */
function noise(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

const HORIZON_S = 1800;
const DRAIN_S = 1800;
const BUCKET_S = 3;

function offeredAt(second: number): number {
  if (second >= HORIZON_S) return 0;
  return second >= 300 && second < 420 ? 2000 : 200;
}

function capacityAt(second: number): number {
  return second >= 900 && second < 1080 ? 100 : 500;
}

interface Bucket {
  offered: number;
  completed: number;
  rejected: number;
  timedOut: number;
  backlog: number;
  waitMs: number;
  utilisation: number;
}

function fluid(queued: boolean, seed: number, collapse: boolean, strength: number): Bucket[] {
  const random = noise(seed);
  const buckets: Bucket[] = [];
  let backlog = 0;
  let collapsed = false;
  for (let second = 0; second < HORIZON_S + DRAIN_S; second += BUCKET_S) {
    const offered = offeredAt(second) * BUCKET_S * (1 + (random() - 0.5) * 0.06);
    const capacity = capacityAt(second) * strength * BUCKET_S * (1 + (random() - 0.5) * 0.02);
    if (collapse && second > 330) collapsed = true;
    const room = queued ? Number.POSITIVE_INFINITY : 200;
    const useful = collapsed && second < HORIZON_S ? capacity * 0.15 : capacity;
    const available = backlog + offered;
    const completed = Math.min(available, useful);
    const rest = available - completed;
    const rejected = Math.max(0, rest - room);
    backlog = rest - rejected;
    buckets.push({
      offered,
      completed,
      rejected,
      timedOut: collapsed ? rejected * 0.3 : 0,
      backlog,
      waitMs: (backlog / capacity) * BUCKET_S * 1000,
      utilisation: Math.min(1, available / capacity),
    });
    if (second >= HORIZON_S && backlog < 1) break;
  }
  return buckets;
}

function weightedQuantiles(buckets: readonly Bucket[], seed: number): (share: number) => number | null {
  const random = noise(seed);
  const points: [number, number][] = [];
  for (const bucket of buckets) {
    for (let i = 0; i < 20; i++) {
      const z = Math.sqrt(-2 * Math.log(1 - random() * 0.9999)) * Math.cos(2 * Math.PI * random());
      points.push([bucket.waitMs * (0.9 + 0.2 * random()) + 78 * Math.exp(0.46 * z), bucket.completed / 20]);
    }
  }
  points.sort((a, b) => a[0] - b[0]);
  const total = points.reduce((sum, point) => sum + point[1], 0);
  return (reached) => {
    if (total === 0) return null;
    let seen = 0;
    for (const point of points) {
      seen += point[1];
      if (seen >= reached * total) return point[0];
    }
    return points[points.length - 1]?.[0] ?? null;
  };
}

export function share(successes: number, n: number): Share {
  const z = 1.959964;
  const p = successes / n;
  const middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return { estimate: p, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

function interval(estimate: number | null, relative: number, method: string): Interval {
  return {
    estimate,
    low: estimate === null ? null : estimate * (1 - relative),
    high: estimate === null ? null : estimate * (1 + relative),
    level: 0.95,
    method,
  };
}

const NO_LATENCY: LatencySummary = {
  count: 0,
  mean: null,
  p50: null,
  p90: null,
  p95: null,
  p99: null,
  p999: null,
  max: null,
};

function latency(quantile: (share: number) => number | null, count: number): LatencySummary {
  if (count === 0) return NO_LATENCY;
  return {
    count,
    mean: quantile(0.55),
    p50: quantile(0.5),
    p90: quantile(0.9),
    p95: quantile(0.95),
    p99: quantile(0.99),
    p999: quantile(0.999),
    max: quantile(1),
  };
}

function design(name: string, index: number, options: FixtureOptions, length: number): DesignResult {
  const queued = name.startsWith('queued');
  const replications = options.replications ?? 10;
  const strength = 1 + index * 0.11;
  const collapse = options.collapse === true && index === 0;
  const buckets = fluid(queued, 7 + index, collapse, strength);
  const dead = options.dead === true;
  const total = (pick: (bucket: Bucket) => number): number =>
    Math.round(buckets.reduce((sum, bucket) => sum + pick(bucket), 0)) * replications;
  const offered = total((b) => b.offered);
  const completed = dead ? 0 : total((b) => b.completed);
  const deadLettered = queued && !dead ? Math.round(offered * 0.00012) : 0;
  const rejected = offered - completed - deadLettered;
  const quantile = weightedQuantiles(buckets, 99 + index);
  const completion = latency(quantile, completed);
  const response = queued ? latency((s) => 9 + 30 * s * s * s, offered) : completion;
  const timedOut = total((b) => b.timedOut);
  const pad = <T>(values: readonly T[], fill: T): T[] =>
    Array.from({ length }, (_, i) => (i < values.length ? (values[i] as T) : fill));
  const column = (pick: (bucket: Bucket) => number): number[] => pad(buckets.map(pick), 0);
  const peak = Math.max(...buckets.map((b) => b.backlog));
  const traffic: TrafficResult = {
    offered,
    completed: Math.min(offered - deadLettered, completed),
    rejected: Math.max(0, rejected),
    lost: 0,
    deadLettered,
    expired: 0,
    inSystem: 0,
    response: queued
      ? { ok: offered, refused: 0, timedOut: 0, waiting: 0 }
      : { ok: completed, refused: offered - completed - timedOut, timedOut, waiting: 0 },
    accepted: queued ? offered : completed,
    attempts: queued ? offered : Math.round(offered * 1.9),
    duplicates: queued ? 31 : 0,
    outOfOrder: queued ? 1204 : 0,
    resolvedInDrain: queued ? 1800 : 12,
    wastedServerMs: queued ? 0 : 4_120_000,
    responseMs: dead && !queued ? NO_LATENCY : response,
    completionMs: completion,
    throughputPerSecond: completed / replications / HORIZON_S,
    goodputPerSecond: (completed / replications / HORIZON_S) * (queued ? 1 : 0.97),
    recovery: [
      {
        after: 'spike at 300000 ms',
        recoveredMs: collapse ? null : queued ? 612_000 : 2_100,
        share: collapse ? share(Math.min(1, replications), replications) : share(replications, replications),
        perReplicationMs: Array.from({ length: replications }, (_, i) =>
          collapse && i > 0 ? null : 600_000 + i * 2000,
        ),
      },
      {
        after: 'fault at 900000 ms',
        recoveredMs: collapse ? null : queued ? 64_000 : 900,
        share: collapse ? share(0, replications) : share(replications, replications),
        perReplicationMs: Array.from({ length: replications }, () => (collapse ? null : 64_000)),
      },
    ],
  };
  const random = noise(1000 + index);
  const many = replications >= 2;
  const spread = (value: number | null, by: number): (number | null)[] =>
    Array.from({ length: replications }, () => (value === null ? null : value * (1 + (random() - 0.5) * by)));
  const series: Record<string, Record<string, (number | null)[]>> = {
    orders: {
      offered: column((b) => b.offered),
      completed: column((b) => (dead ? 0 : b.completed)),
      rejected: column((b) => b.rejected),
      timedOut: column((b) => b.timedOut),
      'completionMs.p50': pad<number | null>(
        buckets.map((b) => (dead ? null : b.waitMs + 71)),
        null,
      ),
      'completionMs.p99': pad<number | null>(
        buckets.map((b) => (dead ? null : b.waitMs * 1.08 + 205)),
        null,
      ),
      'responseMs.p50': pad<number | null>(
        buckets.map((b) => (queued ? 10 : b.waitMs + 71)),
        null,
      ),
      'responseMs.p99': pad<number | null>(
        buckets.map((b) => (queued ? 41 : b.waitMs * 1.08 + 205)),
        null,
      ),
    },
    'orders-db': {
      Utilisation: column((b) => b.utilisation),
      InSystem: column((b) => b.utilisation * 40),
      QueueLength: column((b) => (queued ? 0 : b.backlog)),
    },
  };
  const bands: Record<string, Record<string, { low: (number | null)[]; high: (number | null)[] }>> = {
    orders: {
      completed: { low: column((b) => b.completed * 0.95), high: column((b) => b.completed * 1.05) },
    },
  };
  const resources: Record<string, DesignResult['resources'][string]> = {
    'orders-db': {
      type: 'service',
      metrics: {
        Utilisation: { unit: 'Share', mean: 0.41, min: 0, max: 1 },
        InSystem: { unit: 'Count', mean: 18.2, min: 0, max: 240 },
        QueueLength: { unit: 'Count', mean: queued ? 0 : 22.7, min: 0, max: queued ? 0 : 200 },
        WaitMs: { unit: 'Milliseconds', mean: 52.1, min: 0, max: 812, p50: 0, p90: 120.4, p99: 455.5 },
        WaitProbability: { unit: 'Share', mean: 0.19, min: null, max: null },
      },
    },
  };
  if (queued) {
    series['orders'] = {
      ...series['orders'],
      ApproximateNumberOfMessagesVisible: column((b) => b.backlog),
      ApproximateNumberOfMessagesNotVisible: column((b) => b.utilisation * 40),
      ApproximateAgeOfOldestMessage: column((b) => b.waitMs / 1000),
    };
    series['workers'] = { Utilisation: column((b) => b.utilisation * 0.9) };
    bands['orders'] = {
      ...bands['orders'],
      ApproximateNumberOfMessagesVisible: {
        low: column((b) => b.backlog * 0.93),
        high: column((b) => b.backlog * 1.06),
      },
    };
    resources['orders'] = {
      type: 'sqs',
      metrics: {
        NumberOfMessagesSent: { unit: 'Count', sum: offered, mean: 0.4, min: 0, max: 6000 },
        ApproximateNumberOfMessagesVisible: { unit: 'Count', mean: peak / 6, min: 0, max: peak },
        ApproximateAgeOfOldestMessage: {
          unit: 'Seconds',
          mean: 38,
          min: 0,
          max: Math.max(...buckets.map((b) => b.waitMs / 1000)),
        },
      },
    };
    resources['workers'] = {
      type: 'consumer',
      metrics: { Utilisation: { unit: 'Share', mean: 0.37, min: 0, max: 1 } },
    };
  }
  const intervals: Record<string, Interval> = {};
  if (many) {
    intervals['orders.completionMs.p99'] = interval(
      completion.p99,
      0.02,
      `pooled quantile, jackknife over ${replications} replications`,
    );
    intervals['orders.completionMs.p50'] = interval(
      completion.p50,
      0.01,
      `pooled quantile, jackknife over ${replications} replications`,
    );
    if (!collapse) {
      intervals['orders.goodputPerSecond'] = interval(
        traffic.goodputPerSecond,
        0.008,
        `mean, Student t over ${replications} replications`,
      );
    }
  }
  const distribution: [number, number][] = [];
  if (!dead) {
    for (let i = 1; i <= 200; i++) {
      const p = i <= 100 ? i * 0.009 : i <= 190 ? 0.9 + (i - 100) * 0.0011 : 0.999 + (i - 190) * 0.00009;
      distribution.push([quantile(p) ?? 0, p]);
    }
  }
  const hitsTarget = queued ? 0 : 0;
  return {
    traffic: { orders: traffic },
    resources,
    intervals,
    perReplication: {
      'orders.completionMs.p99': collapse
        ? spread(completion.p99, 0.1).map((value, i) => (i % 3 === 0 ? value : value === null ? null : value * 6))
        : spread(completion.p99, 0.08),
      'orders.goodputPerSecond': collapse
        ? spread(traffic.goodputPerSecond, 0.04).map((value, i) =>
            i % 3 === 0 ? value : value === null ? null : value * 0.2,
          )
        : spread(traffic.goodputPerSecond, 0.02),
      'orders.lost': Array.from({ length: replications }, () => 0),
    },
    regimes: collapse
      ? [
          {
            metric: 'orders.goodputPerSecond',
            threshold: traffic.goodputPerSecond * 0.6,
            collapsed: share(Math.floor(replications * 0.6), replications),
          },
        ]
      : [],
    series,
    bands,
    distributions: {
      'orders.completionMs': distribution,
      'orders.responseMs': queued
        ? distribution.map(([, p]) => [9 + 30 * p * p * p, p] as [number, number])
        : distribution,
    },
    objectives: [
      {
        text: 'completion.p99 of orders < 2s',
        value: dead || !queued ? null : completion.p99,
        verdict: 'missed',
        expected: queued ? 'met' : 'missed',
        metShare: share(hitsTarget, replications),
      },
      {
        text: 'lost of orders == 0',
        value: 0,
        verdict: 'met',
        expected: 'met',
        metShare: share(replications, replications),
      },
      ...(queued
        ? [
            {
              text: 'metrics.ApproximateAgeOfOldestMessage.max of resource orders < 12m',
              value: 610.4,
              verdict: 'undecided' as const,
              expected: 'met' as const,
              metShare: share(Math.floor(replications * 0.7), replications),
            },
          ]
        : []),
    ],
    guarantees: queued ? [{ name: 'at-least-once', resource: 'orders', verdict: 'held', expected: 'held' }] : [],
    cost: {
      totalUsd: queued ? 0.412 : 0.29,
      perMillionRequestsUsd: queued ? 1.31 : 0.92,
      perMillionCompletedUsd: queued ? 1.31 : 1.04,
      perMonthUsd: null,
      lines: queued
        ? [
            {
              resource: 'orders',
              item: 'sends',
              quantity: 912_000,
              unit: 'requests',
              priceUsd: 0.4,
              per: 1e6,
              usd: 0.3648,
              source: 'a price list (2026-11)',
            },
          ]
        : [],
    },
    events: 1_234_567,
    eventsFingerprint: 'e'.repeat(64),
  };
}

/** A flash sale: a spike at 5 min, a slow database at 15 min, 30 minutes of traffic. */
export function flashSale(options: FixtureOptions = {}): Result {
  const names = options.designs ?? ['sync', 'queued'];
  const length = 620;
  const designs: Record<string, DesignResult> = {};
  names.forEach((name, index) => {
    designs[name] = design(name, index, options, length);
  });
  const disturbances: Disturbance[] = [
    { kind: 'spike', label: 'orders at 2,000/s', fromMs: 300_000, toMs: 420_000, design: null },
    { kind: 'fault', label: 'orders-db slow 5x', fromMs: 900_000, toMs: 1_080_000, design: null },
  ];
  const [a, b] = names;
  return {
    schema: 'spillway/result@1',
    version: '0.1.0',
    facts: '2026-11',
    scenario: 'flash-sale',
    seed: '1',
    replications: options.replications ?? 10,
    fingerprint: 'a3f1'.repeat(16),
    resolved: { name: 'flash-sale', horizonMs: HORIZON_S * 1000, traffic: [{ name: 'orders', rate: 200 }] },
    title: options.title ?? 'Flash sale at a checkout',
    description:
      options.description ??
      'Ten times the usual orders for two minutes, then a slow database: does the checkout survive with direct calls, and does it with a queue between?',
    horizonMs: HORIZON_S * 1000,
    warmupMs: 0,
    resolutionMs: BUCKET_S * 1000,
    disturbances,
    assumptions: [
      {
        about: 'orders (sqs)',
        text: 'SendMessage takes 10 ms at the median and 40 ms at the 99th percentile.',
        source: 'assumed',
      },
      {
        about: 'orders-db (service)',
        text: 'The database only queues under load; it does not get slower with more work at once.',
        source: 'assumed',
      },
      {
        about: 'orders (sqs)',
        text: 'A queue holds at most about 120,000 messages in flight.',
        source: 'AWS, Amazon SQS message quotas, 2026-11',
      },
    ],
    designs,
    comparisons:
      a !== undefined && b !== undefined && options.replications !== 1
        ? [
            {
              metric: 'orders.completionMs.p99',
              a,
              b,
              difference: interval(-480_000, -0.03, 'sync minus queued; paired t over 10 replications'),
              correlation: 0.42,
              varianceRatio: 0.61,
            },
          ]
        : [],
  };
}
