import type { Result } from '../experiment/index.ts';

/**
 * Whether an objective or a guarantee came out otherwise than the scenario expects. What was not decided, or not
 * exercised, came out neither way.
 */
export function cameOutOtherwise(result: Result): boolean {
  return Object.values(result.designs).some(
    ({ objectives, guarantees }) =>
      objectives.some(({ verdict, expected }) => verdict !== 'undecided' && verdict !== expected) ||
      guarantees.some(({ verdict, expected }) => (verdict === 'held' || verdict === 'broken') && verdict !== expected),
  );
}
