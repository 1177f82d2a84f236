/** What the numbers of a result say: peaks, how long a backlog lasts, shares of what was offered. Read by sentences, tables and charts. */
import type { DesignResult, Disturbance, ObjectiveResult, Result } from '../experiment/result.ts';

export type Series = readonly (number | null)[];

/** Metrics that count work that waits. */
export const BACKLOG_METRICS: readonly string[] = [
  'ApproximateNumberOfMessagesVisible',
  'QueueLength',
  'QueueSize',
  'MessageCount',
  'IncomingBacklog',
];

/** Metrics that tell how old the oldest waiting work is, with the factor to milliseconds. */
export const AGE_METRICS: readonly (readonly [name: string, toMs: number])[] = [
  ['ApproximateAgeOfOldestMessage', 1000],
  ['streamIteratorAge', 1],
  ['GetRecords.IteratorAgeMilliseconds', 1],
  ['lambdaIteratorAge', 1],
];

export function designNames(result: Result): string[] {
  return Object.keys(result.designs);
}

export function designOf(result: Result, name: string): DesignResult {
  const design = result.designs[name];
  if (design === undefined) throw new Error(`report: the result has no design "${name}"`);
  return design;
}

/** Whether there is nothing to make intervals from: one replication, and no batches of it. */
export function isOneRun(result: Result): boolean {
  return result.replications < 2 && (result.study?.batches ?? null) === null;
}

/** Traffics over all designs, in declared order. */
export function trafficNames(result: Result): string[] {
  return [...new Set(Object.values(result.designs).flatMap((design) => Object.keys(design.traffic)))];
}

/** Resources over all designs, in the order in which they are first met. */
export function resourceNames(result: Result): string[] {
  return [...new Set(Object.values(result.designs).flatMap((design) => Object.keys(design.resources)))];
}

export function seriesOf(design: DesignResult, entity: string, key: string): Series | undefined {
  return design.series[entity]?.[key];
}

/** Highest value and where; undefined where there is none. */
export function peak(series: Series | undefined): { readonly value: number; readonly index: number } | undefined {
  let best: { value: number; index: number } | undefined;
  series?.forEach((value, index) => {
    if (value !== null && Number.isFinite(value) && (best === undefined || value > best.value)) best = { value, index };
  });
  return best;
}

/** Middle of the values in buckets [from, to). */
export function median(series: Series | undefined, from: number, to: number): number | undefined {
  const values = (series ?? []).slice(from, to).filter((value): value is number => value !== null);
  values.sort((a, b) => a - b);
  return values[Math.floor((values.length - 1) / 2)];
}

/** First bucket after `from` at which the level is at or under `threshold`; undefined: never. */
export function firstUnder(series: Series, from: number, threshold: number): number | undefined {
  for (let i = from; i < series.length; i++) if ((series[i] ?? 0) <= threshold) return i;
  return undefined;
}

/** The disturbances that a design meets, in order of time. */
export function disturbancesOf(result: Result, design: string | null): Disturbance[] {
  return result.disturbances
    .filter((one) => design === null || one.design === null || one.design === design)
    .sort((a, b) => a.fromMs - b.fromMs);
}

/** Share of the offered requests that were completed within a time; undefined where the distribution is missing. */
export function completedWithin(design: DesignResult, traffic: string, ms: number): number | undefined {
  const result = design.traffic[traffic];
  const pairs = design.distributions[`${traffic}.completionMs`];
  if (result === undefined || result.offered === 0) return undefined;
  if (result.completed === 0) return 0;
  if (pairs === undefined || pairs.length === 0) return undefined;
  return finishedWithin(pairs, ms) * (result.completed / result.offered);
}

/** Share of the finished at or under a value, linear between the pairs of the distribution. */
function finishedWithin(pairs: readonly (readonly [number, number])[], ms: number): number {
  let before: readonly [number, number] = [0, 0];
  for (const pair of pairs) {
    if (pair[0] > ms) {
      const width = pair[0] - before[0];
      return width === 0 ? before[1] : before[1] + ((pair[1] - before[1]) * (ms - before[0])) / width;
    }
    before = pair;
  }
  return before[1];
}

/** Time within which a share of the offered requests was completed; undefined: never, or not known. */
export function timeToComplete(design: DesignResult, traffic: string, shareOfOffered: number): number | undefined {
  const result = design.traffic[traffic];
  const pairs = design.distributions[`${traffic}.completionMs`];
  if (result === undefined || pairs === undefined || result.completed === 0) return undefined;
  const wanted = (shareOfOffered * result.offered) / result.completed;
  return pairs.find((pair) => pair[1] >= wanted)?.[0];
}

/** Counts of what became of the work, in the contract's order. */
export const FATES = ['completed', 'rejected', 'lost', 'deadLettered', 'expired', 'inSystem'] as const;
export type Fate = (typeof FATES)[number];
export const FATE_WORDS: Readonly<Record<Fate, string>> = {
  completed: 'completed',
  rejected: 'rejected',
  lost: 'lost',
  deadLettered: 'dead-lettered',
  expired: 'expired',
  inSystem: 'still in the system',
};

export const ANSWERS = ['ok', 'refused', 'timedOut', 'waiting'] as const;
export type Answer = (typeof ANSWERS)[number];
export const ANSWER_WORDS: Readonly<Record<Answer, string>> = {
  ok: 'told ok',
  refused: 'told no',
  timedOut: 'gave up waiting',
  waiting: 'still waiting',
};

export interface ParsedObjective {
  readonly subject: 'traffic' | 'metric' | 'cost';
  readonly name: string;
  /** `completionMs` or the metric's name. */
  readonly field: string;
  readonly statistic: string | null;
  readonly op: string;
  readonly limit: string;
}

/** Reads an objective's text, to know the unit of its value; undefined where it is written in a way we do not know. */
export function parseObjective(text: string): ParsedObjective | undefined {
  const metric = /^\s*metrics\.(.+)\.(\w+)\s+of\s+resource\s+(\S+)\s*(<=|>=|==|!=|<|>)\s*(.+?)\s*$/.exec(text);
  if (metric !== null) {
    const [, field = '', statistic = '', name = '', op = '', limit = ''] = metric;
    return { subject: 'metric', name, field, statistic, op, limit };
  }
  const cost = /^\s*cost\.(\w+)\s*(<=|>=|==|!=|<|>)\s*(.+?)\s*$/.exec(text);
  if (cost !== null) {
    const [, field = '', op = '', limit = ''] = cost;
    return { subject: 'cost', name: '', field, statistic: null, op, limit };
  }
  const traffic = /^\s*([\w.]+)\s+of\s+(\S+)\s*(<=|>=|==|!=|<|>)\s*(.+?)\s*$/.exec(text);
  if (traffic === null) return undefined;
  const [, path = '', name = '', op = '', limit = ''] = traffic;
  const dot = path.indexOf('.');
  const head = dot < 0 ? path : path.slice(0, dot);
  const timed = head === 'completion' || head === 'response';
  const latencies = /^(p\d+|mean|min|max|count)$/.test(dot < 0 ? '' : path.slice(dot + 1));
  return {
    subject: 'traffic',
    name,
    field: timed && latencies ? `${head}Ms` : head,
    statistic: dot < 0 ? null : path.slice(dot + 1),
    op,
    limit,
  };
}

const UNIT_MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `1h30m` in milliseconds; undefined where it is no duration. */
export function parseDurationMs(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(us|ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, value = '0', , unit = 'ms'] of text.matchAll(/(\d+(\.\d+)?)(us|ms|s|m|h|d)/g)) {
    total += Number(value) * (UNIT_MS[unit] ?? 1);
  }
  return total;
}

/** The limit on the completion time of a traffic that an objective sets, if any: the strictest. */
export function completionLimitMs(result: Result, traffic: string): number | undefined {
  const limits: number[] = [];
  for (const design of Object.values(result.designs)) {
    for (const objective of design.objectives) {
      const parsed = parseObjective(objective.text);
      if (parsed?.subject !== 'traffic' || parsed.name !== traffic || parsed.field !== 'completionMs') continue;
      const limit = parseDurationMs(parsed.limit);
      if (limit !== undefined && parsed.op.startsWith('<')) limits.push(limit);
    }
  }
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** Whether an objective came out otherwise than the scenario says. An undecided one did neither. */
export function isUnexpected(objective: ObjectiveResult): boolean {
  return objective.verdict !== 'undecided' && objective.verdict !== objective.expected;
}

/**
 * What a recovery of a traffic is from; undefined where the result does not tell. Several of one kind may begin at one instant: they are
 * told apart by their order, which is the same in both lists.
 */
export function disturbanceOfRecovery(
  result: Result,
  design: string,
  traffic: string,
  place: number,
): Disturbance | undefined {
  const all = result.designs[design]?.traffic[traffic]?.recovery ?? [];
  const after = all[place]?.after ?? '';
  const match = /^(spike|fault)\b.*?\bat (\d+(?:\.\d+)?) ms/.exec(after);
  if (match === null) return undefined;
  const at = Number(match[2]);
  const found = disturbancesOf(result, design).filter(
    (one) => one.kind === match[1] && Math.abs(one.fromMs - at) < 1 && mayConcern(one, traffic),
  );
  const alike = all.filter((one) => one.after === after).length;
  // What lasts to the end leaves no time to recover in, so it may have no entry.
  const told = found.length > alike ? found.filter((one) => one.toMs < result.horizonMs) : found;
  return told[all.slice(0, place).filter((one) => one.after === after).length] ?? found[0];
}

/** A spike is one traffic's; its label has the name: `orders at 500/s`, `1,200 orders at once`. */
function mayConcern({ kind, label }: Disturbance, traffic: string): boolean {
  return kind === 'fault' || label.startsWith(`${traffic} `) || label.endsWith(` ${traffic} at once`);
}

const ends = new WeakMap<Result, number>();

/** End of the time charts: where nothing goes on any more, but not before the horizon. Asked for each line of each chart, so kept. */
export function endOfInterest(result: Result): number {
  const known = ends.get(result);
  if (known !== undefined) return known;
  const end = findEnd(result);
  ends.set(result, end);
  return end;
}

function findEnd(result: Result): number {
  let last = result.horizonMs;
  let end = result.horizonMs;
  for (const design of Object.values(result.designs)) {
    for (const entity of Object.values(design.series)) {
      for (const [key, series] of Object.entries(entity)) {
        end = Math.max(end, series.length * result.resolutionMs);
        if (key !== 'completed' && !BACKLOG_METRICS.includes(key)) continue;
        const floor = key === 'completed' ? 0 : (peak(series)?.value ?? 0) * 0.01;
        for (let i = series.length - 1; i * result.resolutionMs >= last; i--) {
          if ((series[i] ?? 0) > floor) {
            last = (i + 1) * result.resolutionMs;
            break;
          }
        }
      }
    }
  }
  // The last few requests under way at the horizon are not worth a cliff at the edge of every chart.
  if (last < result.horizonMs * 1.02) return result.horizonMs;
  return Math.min(Math.max(end, result.resolutionMs), Math.max(last + (last - result.horizonMs) * 0.05, last));
}
