/** What a replication of a steady study keeps besides its figures. */
import type { ResolvedScenario } from '../scenario/resolved.ts';

/** Replications that the warm-up is found from, at most. */
export const PILOT_REPLICATIONS = 10;
/** Batches of one long run. */
const BATCHES = 10;

/** Whether a replication keeps its cohorts of arrival. */
export function keepsCohorts({ study }: ResolvedScenario, replication: number): boolean {
  return study === 'steady' && replication < PILOT_REPLICATIONS;
}

/** Batches that each replication is divided into; 0: the replications speak for themselves. */
export function batchCount({ study, replications, precision }: ResolvedScenario): number {
  return study === 'steady' && replications === 1 && precision === null ? BATCHES : 0;
}
