/**
 * Recovery from a disturbance, in one replication: from its end to the first instant from which the traffic is well again for a dwell
 * time. Well: of the requests that arrived in the dwell time at least the wanted share completed within the limit (by cohort of arrival,
 * so requests that never complete count). Only what was decided by the horizon counts: taking the traffic away cures a metastable
 * failure, so no cohort is asked whose limit would run out in the drain.
 */
import type { TrafficOutcome } from '../history/index.ts';
import type { Disturbance } from './disturbances.ts';

/** At least this long, and at least this many buckets. */
const DWELL_US = 30_000_000;
const DWELL_BUCKETS = 5;
/** Share of the wanted share that the first bucket must reach, so that the time is not told from a bad one. */
const FIRST_BUCKET = 0.9;

export function dwellBuckets(resolutionUs: number): number {
  return Math.max(DWELL_BUCKETS, Math.ceil(DWELL_US / resolutionUs));
}

/**
 * Milliseconds; null: never within the horizon; undefined: nobody can tell, since nothing says what well means, or since between the
 * end of the disturbance and the horizon there is no time for one dwell.
 */
export function recoveryMs(
  outcome: TrafficOutcome,
  disturbance: Disturbance,
  share: number,
  resolutionUs: number,
  horizonUs: number,
): number | null | undefined {
  const limitMs = outcome.healthLimitMs;
  if (limitMs === null || disturbance.toUs === null) return undefined;
  const { offered, healthy } = outcome.series;
  const dwell = dwellBuckets(resolutionUs);
  const last = Math.floor((horizonUs - limitMs * 1000) / resolutionUs) - dwell;
  const first = Math.ceil(disturbance.toUs / resolutionUs);
  if (first > last) return undefined;
  for (let start = first; start <= last; start++) {
    let arrived = 0;
    let well = 0;
    for (let bucket = start; bucket < start + dwell; bucket++) {
      arrived += offered[bucket] ?? 0;
      well += healthy[bucket] ?? 0;
    }
    const startsWell = (healthy[start] ?? 0) >= share * FIRST_BUCKET * (offered[start] ?? 0);
    if (arrived > 0 && startsWell && well >= share * arrived) return (start * resolutionUs - disturbance.toUs) / 1000;
  }
  return null;
}
