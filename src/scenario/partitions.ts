/**
 * How many partitions a FIFO queue in high-throughput mode has where none are given: as many as the offered load needs from the start.
 *
 *   messages a second at the highest, by group ─▶ a partition for each group that fills one by itself
 *                                              └▶ the rest, hashed: the busiest of N is expected to have λ/N + √(2 ln N) · σ of them,
 *                                                 σ² = Σ (messages of a group)² · (1/N)(1 − 1/N); the fewest for which it is not full
 *
 * A batch over many groups is charged to each partition that it touches, so messages count, not calls. AWS adds and removes partitions as
 * the load comes and says no more: an assumption.
 */
import { fifoQuotaOf, sqsFacts } from '../facts/index.ts';
import { WHEREABOUTS } from '../services/iam/schema.ts';
import { PARTITIONS_BY_LOAD } from '../services/sqs/schema.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import type { KeySettings, TrafficSettings, TrafficSource } from '../workload/settings.ts';
import type { ResolvedDesign, ResourceSettings } from './resolved.ts';
import { deliversTo } from './topics.ts';

/** What the busiest partition may be expected to have, messages per second. */
const FULL = sqsFacts.fifoPartitionCallsPerSecond.value * sqsFacts.fifoPartitionFill.value;
/** Keys of a Zipf law that are added up one by one; the rest in stretches. */
const SUMMED_KEYS = 10_000;
const US_PER_SECOND = 1_000_000;

/** The designs with the partitions and the Region's quota of their FIFO queues filled in; other resources stay the very same objects. */
export function withPartitions(
  designs: readonly ResolvedDesign[],
  traffic: readonly TrafficSettings[],
  region: string = WHEREABOUTS.region,
): readonly ResolvedDesign[] {
  const made = new Map<ResourceSettings, SqsSettings[]>();
  return designs.map((design) => ({
    ...design,
    resources: design.resources.map((one) => {
      if (one.type !== 'sqs' || one.fifoSettings?.fifoThroughputLimit !== 'perMessageGroupId') return one;
      const filled = filledIn(one, design, traffic, region);
      // A queue of every design stays one object where it is the same in all.
      const known = made.get(one) ?? [];
      const same = known.find((other) => other.fifoSettings?.partitions === filled.fifoSettings?.partitions);
      made.set(one, same === undefined ? [...known, filled] : known);
      return same ?? filled;
    }),
  }));
}

function filledIn(
  queue: SqsSettings,
  design: ResolvedDesign,
  traffic: readonly TrafficSettings[],
  region: string,
): SqsSettings {
  const { fifoSettings } = queue;
  if (fifoSettings === undefined) return queue;
  const quota = fifoQuotaOf(queue.access?.region ?? region).value;
  const partitions =
    fifoSettings.partitions === PARTITIONS_BY_LOAD
      ? partitionsFor(groupLoads(design, queue.name, traffic, quota))
      : fifoSettings.partitions;
  return { ...queue, fifoSettings: { ...fifoSettings, partitions, callsPerSecond: quota } };
}

/** What one traffic brings: messages per second at the highest, and how they are spread over groups. */
export interface GroupLoad {
  readonly perSecond: number;
  readonly key: KeySettings;
}

function groupLoads(
  design: ResolvedDesign,
  queue: string,
  traffic: readonly TrafficSettings[],
  quota: number,
): GroupLoad[] {
  const queues = feeders(design, queue, new Set());
  return traffic.flatMap((one) => {
    const enters = design.entries.some((entry) => entry.traffic === one.name && queues.has(entry.resource));
    if (!enters || one.key === null) return [];
    const most = quota * (one.batch?.size ?? 1);
    // A closed loop offers what it is answered: nobody knows before.
    const offered = one.source.kind === 'users' ? most : highestPerSecond(one.source) * (1 + one.duplicates);
    return [{ perSecond: Math.min(offered, most), key: one.key }];
  });
}

/** The queue, those whose dead letters come to it, and the topics that deliver to one of them. */
function feeders(design: ResolvedDesign, name: string, found: Set<string>): ReadonlySet<string> {
  found.add(name);
  for (const one of design.resources) {
    const feeds =
      (one.type === 'sqs' && one.redrive?.deadLetterQueue === name) || (one.type === 'sns' && deliversTo(one, name));
    if (feeds && !found.has(one.name)) feeders(design, one.name, found);
  }
  return found;
}

/** Requests of the busiest second, by the rate; a burst counts as a second's. */
export function highestPerSecond(source: Exclude<TrafficSource, { kind: 'users' }>): number {
  if (source.kind === 'trace') return highestRecorded(source);
  const { base, changes, arrivals } = source;
  const usual = base.kind === 'constant' ? base.perSecond : base.highPerSecond;
  const rates = changes.map((change) => (change.kind === 'burst' ? 0 : change.perSecond));
  const bursts = changes.map((change) => (change.kind === 'burst' ? change.requests : 0));
  const concentrated = arrivals.kind === 'bursty' ? (arrivals.onUs + arrivals.offUs) / arrivals.onUs : 1;
  return Math.max(usual, ...rates) * concentrated + Math.max(0, ...bursts);
}

function highestRecorded({ recording, everyUs }: Extract<TrafficSource, { kind: 'trace' }>): number {
  let most = 0;
  if (recording.counts !== null) {
    for (const { count } of recording.counts) most = Math.max(most, count);
    return (most * US_PER_SECOND) / (everyUs ?? US_PER_SECOND);
  }
  const instants = recording.instantsUs ?? [];
  let first = 0;
  for (let last = 0; last < instants.length; last++) {
    while ((instants[last] as number) - (instants[first] as number) >= US_PER_SECOND) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** The fewest partitions of which the busiest is not expected to be full. */
export function partitionsFor(loads: readonly GroupLoad[]): number {
  let alone = 0;
  let perSecond = 0;
  let root = 0;
  for (const load of loads) {
    const { hot, rest, squares } = split(load);
    alone += hot;
    perSecond += rest;
    // Two traffics may have their groups in common: then their squares add up to at most this.
    root += Math.sqrt(squares);
  }
  let partitions = Math.ceil(perSecond / FULL);
  while (partitions > 0 && busiest(perSecond, root, partitions) > FULL) partitions++;
  return Math.max(1, alone + partitions);
}

function busiest(perSecond: number, root: number, partitions: number): number {
  const share = 1 / partitions;
  return perSecond * share + Math.sqrt(2 * Math.log(partitions) * share * (1 - share)) * root;
}

/** Groups that fill a partition each; of the others the messages per second, and the sum of the squares of each group's. */
function split({ perSecond, key }: GroupLoad): {
  readonly hot: number;
  readonly rest: number;
  readonly squares: number;
} {
  let hot = 0;
  let rest = 0;
  let squares = 0;
  const add = (groups: number, each: number): void => {
    if (each > FULL) hot += groups;
    else {
      rest += groups * each;
      squares += groups * each * each;
    }
  };
  switch (key.kind) {
    case 'constant':
      add(1, perSecond);
      break;
    case 'uniform':
      add(key.keys, perSecond / key.keys);
      break;
    case 'hot':
      add(1, perSecond * key.share);
      if (key.keys > 1) add(key.keys - 1, (perSecond * (1 - key.share)) / (key.keys - 1));
      break;
    default:
      addZipf(perSecond, key.keys, key.exponent, add);
  }
  return { hot, rest, squares };
}

type Add = (groups: number, each: number) => void;

/** The first keys one by one; those behind them in stretches that double, each by its middle key. */
function addZipf(perSecond: number, keys: number, exponent: number, add: Add): void {
  const weight = (rank: number): number => Math.exp(-exponent * Math.log(rank));
  const stretches: [groups: number, weight: number][] = [];
  for (let rank = 1; rank <= Math.min(keys, SUMMED_KEYS); rank++) stretches.push([1, weight(rank)]);
  for (let from = SUMMED_KEYS; from < keys; from *= 2) {
    const to = Math.min(keys, from * 2);
    stretches.push([to - from, weight(Math.sqrt(from * to))]);
  }
  let sum = 0;
  for (const [groups, each] of stretches) sum += groups * each;
  for (const [groups, each] of stretches) add(groups, (perSecond * each) / sum);
}
