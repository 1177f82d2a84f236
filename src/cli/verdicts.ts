import type { Result } from '../experiment/index.ts';
import type { GuaranteeResult } from '../experiment/result.ts';

/**
 * Whether an objective or a guarantee came out otherwise than the scenario expects. What was not decided, or not
 * exercised, came out neither way.
 */
export function cameOutOtherwise(result: Result): boolean {
  return Object.values(result.designs).some(
    ({ objectives, guarantees }) =>
      objectives.some(({ verdict, expected }) => verdict !== 'undecided' && verdict !== expected) ||
      guarantees.some(isOtherwise),
  );
}

/** Of one guarantee. */
export function isOtherwise({ verdict, expected }: GuaranteeResult): boolean {
  return (verdict === 'held' || verdict === 'broken') && verdict !== expected;
}
