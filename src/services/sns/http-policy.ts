/** A delivery policy for HTTP and HTTPS as users write it, in AWS's JSON. */
import { snsFacts } from '../../facts/index.ts';
import { type BackoffFunction, type DeliveryPolicy, totalWaitUs } from './delivery-policy.ts';

/** AWS's names; delays in seconds. What is left out has AWS's default. */
export interface HttpDeliveryPolicy {
  readonly healthyRetryPolicy?: {
    /** All retries, those of every phase; 0 to 100, default 3. */
    readonly numRetries?: number;
    /** Default 0. */
    readonly numNoDelayRetries?: number;
    /** `minDelayTarget` apart; default 0. */
    readonly numMinDelayRetries?: number;
    /** `maxDelayTarget` apart, after the backoff; default 0. */
    readonly numMaxDelayRetries?: number;
    /** 1 to `maxDelayTarget`, default 20. */
    readonly minDelayTarget?: number;
    /** `minDelayTarget` to 3,600, default 20. */
    readonly maxDelayTarget?: number;
    /** Default linear. */
    readonly backoffFunction?: BackoffFunction;
  };
  readonly throttlePolicy?: {
    /** Deliveries a second at most, 1 or more; default: as they come. */
    readonly maxReceivesPerSecond?: number;
  };
}

export interface ReadHttpPolicy {
  readonly deliveryPolicy: DeliveryPolicy;
  readonly maxReceivesPerSecond: number | null;
}

/** Why a delivery policy is refused: AWS's text behind `Invalid parameter: …`. */
export class BadDeliveryPolicy extends Error {}

const US = 1_000_000;
const MOST_RETRIES = snsFacts.httpRetriesMax.value;
const LEAST_DELAY = snsFacts.httpDelayMinSeconds.value;
const MOST_DELAY = snsFacts.httpDelayMaxSeconds.value;
const MOST_TOTAL = snsFacts.httpTotalSeconds.value;

/** Phases and throttle of a policy as written. @throws BadDeliveryPolicy */
export function readHttpPolicy({
  healthyRetryPolicy: retry = {},
  throttlePolicy = {},
}: HttpDeliveryPolicy): ReadHttpPolicy {
  const {
    numRetries = snsFacts.httpRetries.value,
    numNoDelayRetries = 0,
    numMinDelayRetries = 0,
    numMaxDelayRetries = 0,
    minDelayTarget = snsFacts.httpDelaySeconds.value,
    maxDelayTarget = snsFacts.httpDelaySeconds.value,
    backoffFunction = 'linear',
  } = retry;
  const inPhases = numNoDelayRetries + numMinDelayRetries + numMaxDelayRetries;
  within('healthyRetryPolicy.numRetries', numRetries, 0, MOST_RETRIES);
  within('healthyRetryPolicy.numNoDelayRetries', numNoDelayRetries, 0);
  within('healthyRetryPolicy.numMinDelayRetries', numMinDelayRetries, 0);
  within('healthyRetryPolicy.numMaxDelayRetries', numMaxDelayRetries, 0);
  within('healthyRetryPolicy.minDelayTarget', minDelayTarget, LEAST_DELAY, MOST_DELAY);
  within('healthyRetryPolicy.maxDelayTarget', maxDelayTarget, LEAST_DELAY, MOST_DELAY);
  if (maxDelayTarget < minDelayTarget) {
    throw bad('healthyRetryPolicy.maxDelayTarget must be greater than or equal to minDelayTarget');
  }
  if (numRetries < inPhases) {
    throw bad(
      'healthyRetryPolicy.numRetries must be greater than or equal to total of numMinDelayRetries, numNoDelayRetries and numMaxDelayRetries',
    );
  }
  const { maxReceivesPerSecond } = throttlePolicy;
  if (maxReceivesPerSecond !== undefined) within('throttlePolicy.maxReceivesPerSecond', maxReceivesPerSecond, 1);

  const deliveryPolicy: DeliveryPolicy = {
    immediate: numNoDelayRetries,
    preBackoff: { count: numMinDelayRetries, waitUs: minDelayTarget * US },
    backoff: {
      count: numRetries - inPhases,
      minUs: minDelayTarget * US,
      maxUs: maxDelayTarget * US,
      function: backoffFunction,
    },
    postBackoff: { count: numMaxDelayRetries, waitUs: maxDelayTarget * US },
  };
  if (totalWaitUs(deliveryPolicy) > MOST_TOTAL * US) {
    throw bad(`total retry time must be less than or equal to ${MOST_TOTAL} seconds`);
  }
  return { deliveryPolicy, maxReceivesPerSecond: maxReceivesPerSecond ?? null };
}

/** AWS's words, where a bound is missed; a value that is not whole is refused with the words of the lower bound (assumed). */
function within(name: string, value: number, least: number, most = Number.POSITIVE_INFINITY): void {
  if (!(Number.isInteger(value) && value >= least)) throw bad(`${name} must be greater than or equal to ${least}`);
  if (value > most) throw bad(`${name} must be less than or equal to ${most}`);
}

function bad(reason: string): BadDeliveryPolicy {
  return new BadDeliveryPolicy(`DeliveryPolicy: ${reason}`);
}
