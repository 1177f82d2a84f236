/**
 * Which leases a worker of KCL takes when it looks at the table: those that nobody renews, up to its fair share; where there are none, one of the worker that has most.
 * The rules of KCL 1.x and 2.x, which count leases; KCL 3.x weighs how busy workers are.
 */
import { streamClientFacts } from '../facts/index.ts';
import type { Lease } from './lease-table.ts';

/** A lease as a worker has watched it. */
export interface WatchedLease extends Lease {
  /** When it was first seen with the counter that it has; -Infinity: nobody's, and never renewed. */
  readonly renewedUs: number;
}

export interface LeaseChoice {
  /** To be taken at once. */
  readonly free: readonly Lease[];
  /** To be had from another worker. */
  readonly stolen: readonly Lease[];
  /** Leases that were not renewed in time. */
  readonly expired: number;
}

const NONE: LeaseChoice = { free: [], stolen: [], expired: 0 };

export interface ChoiceRules {
  readonly worker: number;
  readonly nowUs: number;
  readonly failoverTimeUs: number;
  /** A whole number below. */
  lot(below: number): number;
}

/** `leases`: those of shards that have not ended. */
export function chooseLeases(leases: readonly WatchedLease[], rules: ChoiceRules): LeaseChoice {
  const { worker, nowUs, failoverTimeUs } = rules;
  const ageOf = ({ renewedUs }: WatchedLease): number => nowUs - renewedUs;
  const available = leases.filter((lease) => lease.owner === -1 || ageOf(lease) > failoverTimeUs);
  const expired = available.filter(({ owner }) => owner !== -1).length;
  const counts = countsOf(leases, available, worker);
  const own = counts.get(worker) as number;
  // Those that everybody has left alone for long are taken whatever the share.
  const old = leases.filter((lease) => ageOf(lease) > streamClientFacts.kclVeryOldLeases.value * failoverTimeUs);
  if (old.length > 0) return { ...NONE, free: shuffled(old, rules), expired };
  const target = counts.size >= leases.length ? 1 : Math.ceil(leases.length / counts.size);
  const needed = target - own;
  if (needed <= 0) return { ...NONE, expired };
  if (available.length > 0) return { ...NONE, free: shuffled(available, rules).slice(0, needed), expired };
  return { ...NONE, stolen: steal(leases, counts, needed, target, rules) };
}

/** Leases by worker, this one included: whoever is to have one counts as having it. */
function countsOf(
  leases: readonly WatchedLease[],
  available: readonly WatchedLease[],
  worker: number,
): Map<number, number> {
  const left = new Set(available);
  const counts = new Map<number, number>([[worker, 0]]);
  for (const lease of leases) {
    if (left.has(lease)) continue;
    const owner = ownerToBe(lease);
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return counts;
}

function ownerToBe({ owner, wantedBy }: Lease): number {
  return wantedBy === -1 ? owner : wantedBy;
}

/** One at a time, from the worker with most. */
function steal(
  leases: readonly WatchedLease[],
  counts: ReadonlyMap<number, number>,
  needed: number,
  target: number,
  rules: ChoiceRules,
): Lease[] {
  let most = -1;
  for (const [worker, count] of counts) {
    if (worker !== rules.worker && count > (counts.get(most) ?? 0)) most = worker;
  }
  const over = (counts.get(most) ?? 0) - target;
  // Even where it has no more than its share, if two or more are missing here.
  if (over < 0 || (over === 0 && needed < 2)) return [];
  const theirs = leases.filter(({ owner, wantedBy }) => owner === most && wantedBy === -1);
  return theirs.length === 0 ? [] : [theirs[rules.lot(theirs.length)] as Lease];
}

function shuffled<T>(all: readonly T[], rules: ChoiceRules): T[] {
  const order = [...all];
  for (let i = order.length - 1; i > 0; i--) {
    const j = rules.lot(i + 1);
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  return order;
}
