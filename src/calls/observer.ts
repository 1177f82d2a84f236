import type { Outcome } from '../services/ports.ts';

/** What the traffic's accounts want to know of each attempt. */
export interface CallObserver {
  onAttempt(request: number): void;
  /** The callee has answered one attempt, in time or late. */
  onServed(request: number, outcome: Outcome): void;
  /** An attempt has run into its timeout. */
  onTimedOut?(request: number): void;
  /** The attempt that goes out now is a hedge: another one is under way. */
  onHedge?(request: number): void;
  /** The bulkhead has turned a call away. */
  onHeldBack?(request: number): void;
}
