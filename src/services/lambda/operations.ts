/** What a function can be asked: the seam between it and those who invoke it. */
import type { MessageColumns } from '../ports.ts';

/** Why an invocation was refused with TooManyRequestsException (429). */
export type ThrottleReason =
  /** All of the function's reserved concurrency is in use. */
  | 'ReservedFunctionConcurrentInvocationLimitExceeded'
  /** All of the account's unreserved concurrency is in use. */
  | 'ConcurrentInvocationLimitExceeded'
  /** The function's environments may not grow faster. */
  | 'FunctionInvocationRateLimitExceeded';

/** Why an invocation did not begin: throttled, or Lambda itself is down (500). Whoever invokes tries again after either. */
export type Refusal = ThrottleReason | 'ServiceException';

/**
 * What the handler does when it fails on an item: `throw` ends the invocation in an error, `goOn` works on the others, `stop` leaves the others
 * undone. After `goOn` and `stop` the invocation is a success that reports what failed.
 */
export type OnItemFailure = 'throw' | 'goOn' | 'stop';

/** What an invocation works on, in columns of `count`; whoever invokes keeps it as it is, and its requests alive, until the invocation is over. */
export interface LambdaEvent {
  count: number;
  readonly request: Float64Array;
  /** Selects the luck of each item, with its request. */
  readonly path: Float64Array;
  /** The messages that it was made of, in the same order; left out: it came without a queue. */
  messages?: MessageColumns;
}

export interface InvocationOwner {
  /** One item of the event is worked off, at this instant. */
  onItem(tag: number, at: number, success: boolean): void;
  /** `false`: the function threw, or ran into its timeout. Items without an `onItem` were not worked off. */
  onInvoked(tag: number, success: boolean): void;
}

export interface LambdaOperations {
  /**
   * Invokes the function. Answers null where it has begun, and tells the owner later, never before it returns; else why it was refused, and the owner hears
   * nothing.
   */
  invoke(event: LambdaEvent, onFailure: OnItemFailure, owner: InvocationOwner, tag: number): Refusal | null;
}
