/**
 * Recovery from a disturbance, in one replication: from its end to the first instant from which the traffic is well again for a dwell
 * time. Well: of the requests that arrived in the dwell time at least the wanted share completed within the limit (by cohort of arrival,
 * so requests that never complete count). Only the time up to the horizon counts: taking the traffic away cures a metastable failure.
 */
import type { TrafficOutcome } from '../history/index.ts';
import type { Disturbance } from './disturbances.ts';

/** At least this long, and at least this many buckets. */
const DWELL_US = 30_000_000;
const DWELL_BUCKETS = 5;

export function dwellBuckets(resolutionUs: number): number {
  return Math.max(DWELL_BUCKETS, Math.ceil(DWELL_US / resolutionUs));
}

/** Milliseconds; null: never within the horizon, or nothing says what well means. */
export function recoveryMs(
  outcome: TrafficOutcome,
  disturbance: Disturbance,
  share: number,
  resolutionUs: number,
  horizonUs: number,
): number | null {
  if (outcome.healthLimitMs === null || disturbance.toUs === null) return null;
  const { offered, healthy } = outcome.series;
  const dwell = dwellBuckets(resolutionUs);
  const last = Math.floor(horizonUs / resolutionUs) - dwell;
  const first = Math.ceil(disturbance.toUs / resolutionUs);
  for (let start = first; start <= last; start++) {
    let arrived = 0;
    let well = 0;
    for (let bucket = start; bucket < start + dwell; bucket++) {
      arrived += offered[bucket] ?? 0;
      well += healthy[bucket] ?? 0;
    }
    // The first bucket must be well too: the time is told from it.
    const startsWell = (healthy[start] ?? 0) >= share * 0.9 * (offered[start] ?? 0);
    if (arrived > 0 && startsWell && well >= share * arrived)
      return start * (resolutionUs / 1000) - disturbance.toUs / 1000;
  }
  return null;
}
