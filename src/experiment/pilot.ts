/** What a replication of a steady study keeps besides its figures. */
import type { ResolvedScenario } from '../scenario/resolved.ts';
import { MAX_REPLICATIONS } from '../scenario/schema.ts';

/** Replications that the warm-up is found from, at most. */
export const PILOT_REPLICATIONS = 10;
/**
 * Number of the first replication of a pilot: after all that a scenario may ask for, so that its luck is its own. A cut chosen by the
 * very runs that are then averaged would prefer to leave out what happens to be high in them.
 */
export const FIRST_PILOT = MAX_REPLICATIONS;
/** Batches of one long run. */
const BATCHES = 10;

/** Whether a replication keeps its cohorts of arrival: those of a pilot, or where the warm-up is given the first ones. */
export function keepsCohorts({ study, warmupRule }: ResolvedScenario, replication: number): boolean {
  if (study !== 'steady') return false;
  return warmupRule === 'given' ? replication < PILOT_REPLICATIONS : replication >= FIRST_PILOT;
}

/** Batches that each replication is divided into; 0: the replications speak for themselves. */
export function batchCount({ study, replications, precision }: ResolvedScenario): number {
  return study === 'steady' && replications === 1 && precision === null ? BATCHES : 0;
}
