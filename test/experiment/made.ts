/** Hand-made outcomes of replications: what a run might have seen, so that every figure of the result can be reckoned in the head. */
import type { ReplicationOutcome } from '../../src/experiment/index.ts';
import type { MetricData, TrafficOutcome } from '../../src/history/index.ts';
import { LogHistogram } from '../../src/stats/index.ts';

export function histogram(values: readonly number[]): TrafficOutcome['completionMs'] {
  const made = new LogHistogram();
  for (const value of values) made.record(value);
  return made.toData();
}

/** A traffic of which `completed` (ms each) were done and answered, and the rest of `offered` rejected and refused; nothing in the series. */
export function traffic(
  offered: number,
  completed: readonly number[],
  more: Partial<Omit<TrafficOutcome, 'series'>> & { series?: Partial<TrafficOutcome['series']> } = {},
): TrafficOutcome {
  const done = completed.length;
  const { series, ...counts } = more;
  return {
    offered,
    completed: done,
    rejected: offered - done,
    lost: 0,
    deadLettered: 0,
    expired: 0,
    inSystem: 0,
    ok: done,
    refused: offered - done,
    timedOut: 0,
    waiting: 0,
    accepted: done,
    attempts: offered,
    duplicates: 0,
    outOfOrder: 0,
    resolvedInDrain: 0,
    wastedServerMs: 0,
    throughput: done,
    goodput: done,
    responseMs: histogram(completed),
    completionMs: histogram(completed),
    healthLimitMs: null,
    ...counts,
    series: {
      offered: [],
      healthy: [],
      completed: [],
      rejected: [],
      timedOut: [],
      completionMs: [],
      responseMs: [],
      ...series,
    },
    cohorts: null,
    batches: null,
  };
}

export function metric(name: string, kind: MetricData['kind'], more: Partial<MetricData> = {}): MetricData {
  const none = { sum: null, mean: null, min: null, max: null, histogram: null, timeAtLevel: null, series: [] };
  return { name, unit: 'Count', kind, ...none, ...more };
}

/** A metric that is kept as observations, as a recorder would write it. */
export function observed(name: string, values: readonly number[], series: readonly (number | null)[] = []): MetricData {
  const data = histogram(values);
  const mean = data.count === 0 ? null : data.sum / data.count;
  const { sum, min, max } = data;
  return metric(name, 'observations', { unit: 'Milliseconds', sum, mean, min, max, histogram: data, series });
}

export interface Made {
  readonly traffic?: Readonly<Record<string, TrafficOutcome>>;
  readonly metrics?: Readonly<Record<string, readonly MetricData[]>>;
  readonly endUs?: number;
  readonly events?: number;
  readonly fingerprint?: string;
}

/** Replications of one design. Resources without metrics need not be named. */
export function replications(design: string, all: readonly Made[]): ReplicationOutcome[] {
  return all.map((made, replication) => ({
    design,
    replication,
    events: made.events ?? 1000,
    fingerprint: made.fingerprint ?? `f${replication}`,
    endUs: made.endUs ?? 100_000_000,
    traffic: Object.entries(made.traffic ?? {}).map(([name, outcome]) => ({ name, outcome })),
    resources: Object.entries(made.metrics ?? {}).map(([name, metrics]) => ({ name, type: 'service', metrics })),
  }));
}

export function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i + 1);
}

/** A scenario of 100 s with traffic `t` into a service `db`; `more` is further YAML at the root. */
export function yaml(more = '', count = 2, designs: readonly string[] = ['d']): string {
  const one = (name: string): string =>
    `  ${name}: { traffic: { t: db }, resources: { db: { type: service, servers: 1, serviceTime: 1ms } } }`;
  return `seed: 1
horizon: 100s
resolution: 1s
replications: ${count}
traffic: { t: { rate: 10/s } }
designs:
${designs.map(one).join('\n')}
${more}`;
}
