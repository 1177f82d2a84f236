/** How a JMS client of ActiveMQ is set up, with its defaults. */
import { mqFacts as f } from '../../facts/index.ts';

/** When a message counts as worked on. */
export type AcknowledgeMode =
  /** When its listener has returned. */
  | 'AUTO'
  /** When the application says so: it and all that the session was given before. */
  | 'CLIENT'
  /** As AUTO, of topics told half a window at a time: what was not told comes again. */
  | 'DUPS_OK'
  /** When the application says so: it alone. */
  | 'INDIVIDUAL'
  /** With the transaction. */
  | 'SESSION_TRANSACTED';

/** What a client does with a message that it has rolled back. */
export interface RedeliveryPolicy {
  /** After so many the message goes to the dead letters; -1: never. */
  readonly maximumRedeliveries: number;
  /** Before the first one. */
  readonly initialRedeliveryDelayMs: number;
  /** Before the others, where the back-off is not exponential. */
  readonly redeliveryDelayMs: number;
  readonly useExponentialBackOff: boolean;
  readonly backOffMultiplier: number;
  /** -1: none. */
  readonly maximumRedeliveryDelayMs: number;
  readonly useCollisionAvoidance: boolean;
  readonly collisionAvoidanceFactor: number;
}

export const REDELIVERY: RedeliveryPolicy = {
  maximumRedeliveries: f.redeliveriesMax.value,
  initialRedeliveryDelayMs: f.redeliveryInitialMs.value,
  redeliveryDelayMs: f.redeliveryDelayMs.value,
  useExponentialBackOff: false,
  backOffMultiplier: f.redeliveryBackoff.value,
  maximumRedeliveryDelayMs: -1,
  useCollisionAvoidance: false,
  collisionAvoidanceFactor: f.redeliveryCollision.value,
};

export interface JmsSettings {
  /** Of its random numbers. */
  readonly name: string;
  readonly mode: AcknowledgeMode;
  readonly redelivery?: Partial<RedeliveryPolicy>;
  /** Others go on while a message waits for its redelivery; default false: the consumer stands still. */
  readonly nonBlockingRedelivery?: boolean;
  /** AUTO: acknowledges when 65 % of the window are worked on; default false: each. */
  readonly optimizeAcknowledge?: boolean;
  /** Doesn't wait for the answer to persistent sends; default false. Others, and those of a transaction, are never waited for. */
  readonly useAsyncSend?: boolean;
  /** For durable subscriptions; default: none. */
  readonly clientId?: string | null;
}

/** Wait before the redelivery after `previousMs`, 0 before the first. `uniform`: draws from 0 to 1. */
export function nextRedeliveryMs(policy: RedeliveryPolicy, previousMs: number, uniform: () => number): number {
  let ms = policy.redeliveryDelayMs;
  if (previousMs > 0 && policy.useExponentialBackOff && policy.backOffMultiplier > 1) {
    ms = previousMs * policy.backOffMultiplier;
    const most = policy.maximumRedeliveryDelayMs;
    if (most !== -1 && ms > most) ms = Math.max(most, policy.redeliveryDelayMs);
  }
  if (!policy.useCollisionAvoidance) return ms;
  const sign = uniform() < 0.5 ? -1 : 1;
  return ms + ms * sign * policy.collisionAvoidanceFactor * uniform();
}
