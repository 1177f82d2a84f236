/**
 * When a delivery that failed is tried again: the phases of SNS's delivery policies (`docs/models/sns.md`, Retries).
 *
 *   first attempt ─▶ immediate ─▶ pre-backoff ─▶ backoff, from the least wait to the most ─▶ post-backoff ─▶ dead-letter queue, or dropped
 */
import { snsFacts } from '../../facts/index.ts';

/** How the waits of the backoff phase grow from the least to the most. */
export type BackoffFunction = 'arithmetic' | 'exponential' | 'geometric' | 'linear';

/** The phases in their order; `…Us` in microseconds. Retries in all: the sum of the counts. */
export interface DeliveryPolicy {
  /** At once. */
  readonly immediate: number;
  readonly preBackoff: { readonly count: number; readonly waitUs: number };
  readonly backoff: {
    readonly count: number;
    readonly minUs: number;
    readonly maxUs: number;
    readonly function: BackoffFunction;
  };
  readonly postBackoff: { readonly count: number; readonly waitUs: number };
}

const US = 1_000_000;
const JITTER = snsFacts.retryJitter.value;
const LN2 = Math.log(2);

/** SQS, Lambda and Firehose: 100,015 retries in 23 days. */
export const AWS_MANAGED: DeliveryPolicy = {
  immediate: snsFacts.managedImmediate.value,
  preBackoff: { count: snsFacts.managedPreBackoff.value, waitUs: snsFacts.managedPreBackoffSeconds.value * US },
  backoff: {
    count: snsFacts.managedBackoff.value,
    minUs: snsFacts.managedBackoffMinSeconds.value * US,
    maxUs: snsFacts.managedBackoffMaxSeconds.value * US,
    function: 'exponential',
  },
  postBackoff: { count: snsFacts.managedPostBackoff.value, waitUs: snsFacts.managedPostBackoffSeconds.value * US },
};

/** E-mail, SMS and mobile push, and Firehose where it throttles: 50 retries in more than 6 hours. */
export const CUSTOMER_MANAGED: DeliveryPolicy = {
  immediate: 0,
  preBackoff: { count: snsFacts.customerPreBackoff.value, waitUs: snsFacts.customerPreBackoffSeconds.value * US },
  backoff: {
    count: snsFacts.customerBackoff.value,
    minUs: snsFacts.customerBackoffMinSeconds.value * US,
    maxUs: snsFacts.customerBackoffMaxSeconds.value * US,
    function: 'exponential',
  },
  postBackoff: { count: snsFacts.customerPostBackoff.value, waitUs: snsFacts.customerPostBackoffSeconds.value * US },
};

/** HTTP and HTTPS without a policy of their own: three retries, 20 s apart. */
export const HTTP_DEFAULT: DeliveryPolicy = {
  immediate: 0,
  preBackoff: { count: 0, waitUs: snsFacts.httpDelaySeconds.value * US },
  backoff: {
    count: snsFacts.httpRetries.value,
    minUs: snsFacts.httpDelaySeconds.value * US,
    maxUs: snsFacts.httpDelaySeconds.value * US,
    function: 'linear',
  },
  postBackoff: { count: 0, waitUs: snsFacts.httpDelaySeconds.value * US },
};

/** Attempts after the first one, at most. */
export function retriesOf({ immediate, preBackoff, backoff, postBackoff }: DeliveryPolicy): number {
  return immediate + preBackoff.count + backoff.count + postBackoff.count;
}

/**
 * The wait before the next attempt after `failures` failed ones (from 1), whole microseconds; -1: the policy is exhausted. `uniform` in (0, 1)
 * jitters it, 0.5 not at all; immediate retries stay immediate.
 */
export function retryWaitUs(policy: DeliveryPolicy, failures: number, uniform: number): number {
  const wait = nominalWaitUs(policy, failures - 1);
  return wait <= 0 ? wait : Math.round(wait * (1 + JITTER * (2 * uniform - 1)));
}

/** All waits of a policy together, without jitter, microseconds. */
export function totalWaitUs(policy: DeliveryPolicy): number {
  const { preBackoff, backoff, postBackoff } = policy;
  let total = preBackoff.count * preBackoff.waitUs + postBackoff.count * postBackoff.waitUs;
  for (let i = 0; i < backoff.count; i++) total += backoffWaitUs(policy, i);
  return total;
}

/** Before the retry of this number, from 0, without jitter. */
function nominalWaitUs(policy: DeliveryPolicy, retry: number): number {
  let at = retry - policy.immediate;
  if (at < 0) return 0;
  if (at < policy.preBackoff.count) return policy.preBackoff.waitUs;
  at -= policy.preBackoff.count;
  if (at < policy.backoff.count) return backoffWaitUs(policy, at);
  at -= policy.backoff.count;
  return at < policy.postBackoff.count ? policy.postBackoff.waitUs : -1;
}

/** The first of the phase waits the least, the last the most, as AWS says; what lies between is assumed. */
function backoffWaitUs({ backoff }: DeliveryPolicy, at: number): number {
  const { count, minUs, maxUs } = backoff;
  if (at === 0) return minUs;
  const last = count - 1;
  switch (backoff.function) {
    case 'linear':
      return minUs + ((maxUs - minUs) * at) / last;
    case 'arithmetic': // each step is longer than the one before by the same amount
      return minUs + ((maxUs - minUs) * at * (at + 1)) / (last * (last + 1));
    case 'geometric': // each wait is longer by the same factor
      return at === last ? maxUs : minUs * Math.exp((Math.log(maxUs / minUs) * at) / last);
    case 'exponential': // each step is twice the one before
      return minUs + (maxUs - minUs) * (Math.expm1(LN2 * at) / Math.expm1(LN2 * last));
  }
}
