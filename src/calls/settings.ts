/** Settings of the client side of a call, as resolved: every default filled in, times in whole microseconds. */
import type { Distribution } from '../kernel/index.ts';

export type Jitter = 'none' | 'full' | 'equal' | 'decorrelated';

/** Wait before retry i (0 for the first): none gives min(cap, base·factor^i); the jitters draw from it. */
export interface Backoff {
  readonly baseUs: number;
  readonly capUs: number;
  /** 1 for a fixed delay, 2 for the usual exponential. */
  readonly factor: number;
  readonly jitter: Jitter;
}

/** A token bucket that retries draw from, so that a client cannot multiply the load without end. */
export interface RetryBudget {
  readonly capacity: number;
  /** Tokens that a retry costs. */
  readonly cost: number;
  /** Tokens that a retry costs after a throttling error. */
  readonly throttlingCost: number;
  /** Tokens a success on the first attempt gives back; a success after retries gives back what the last retry cost. */
  readonly refund: number;
}

export interface RetryPolicy {
  /** Attempts in all, the first included; 1 means no retry. */
  readonly attempts: number;
  readonly backoff: Backoff;
  /** Backoff after a throttling error where it differs (the AWS SDK does so). */
  readonly throttlingBackoff: Backoff | null;
  readonly budget: RetryBudget | null;
  /** Whether the client also slows down its sending after throttling errors (the AWS SDKs' adaptive mode). */
  readonly adaptive: boolean;
}

/** Opens when the share of failures among the last `window` calls reaches `failureRate`; half-open after `openUs`. */
export interface BreakerSettings {
  readonly failureRate: number;
  /** Calls looked back on; the breaker stays closed until that many were seen. */
  readonly window: number;
  readonly openUs: number;
  /** Trial calls let through while half-open; all must succeed for it to close. */
  readonly halfOpenCalls: number;
}

/** A further attempt goes out beside one that has no answer after `afterUs`, up to `most` of them. */
export interface HedgeSettings {
  readonly afterUs: number;
  readonly most: number;
}

/** At most `concurrent` calls of one client under way at once, retries and the waits between them included. */
export interface BulkheadSettings {
  readonly concurrent: number;
  /** Places for those who wait for their turn; null: no limit. */
  readonly waiting: number | null;
  /** How long a call may wait for its turn; null: for ever. */
  readonly maxWaitUs: number | null;
}

export interface CallSettings {
  /** Name of the service that is called. */
  readonly to: string;
  /** Share of requests that make this call, 0 to 1; default 1. */
  readonly probability: number;
  /** How long the caller waits for one attempt; null: for ever. */
  readonly timeoutUs: number | null;
  readonly retry: RetryPolicy;
  readonly breaker: BreakerSettings | null;
  readonly hedge: HedgeSettings | null;
  readonly bulkhead: BulkheadSettings | null;
  /** Whether a timed-out attempt also stops the work behind it; default false: the work goes on for nobody. */
  readonly cancelOnTimeout: boolean;
  /** Network time of one way; half of the round trip. Microseconds; default 0 for a service. */
  readonly latency: Distribution;
}
