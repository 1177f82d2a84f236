/** What a topic is wired to. */
import type { Metrics, Requests } from '../ports.ts';
import type { SubscribeContext } from './checks.ts';
import type { MessageAttribute } from './filter/index.ts';
import type { PublishQuota } from './rates.ts';

/** What becomes of messages, told at the instant it happens. */
export interface SnsObserver {
  /** Accepted; also one that is a duplicate and goes nowhere. */
  onPublished(body: number, MessageId: number): void;
  /** It goes to that subscription: answers with the body of the delivery, held once until `onDone`. */
  onMatched(body: number, subscription: number, bytes: number): number;
  /** All subscriptions that it goes to have been told. */
  onFannedOut(body: number): void;
  /** The dead-letter queue of the subscription has it. */
  onDeadLettered(delivery: number, subscription: number): void;
  /** The topic has no more to do with the delivery: `delivered` is false where it was given up. */
  onDone(delivery: number, subscription: number, delivered: boolean): void;
}

/** What filter policies see of messages, by the number of their kind. */
export interface MessageKinds {
  message(kind: number): {
    readonly body: string;
    readonly attributes: Readonly<Record<string, MessageAttribute>>;
  };
}

/** Deliveries over a protocol that an account may have, shared by its topics. */
export interface DeliveryQuota {
  take(nowUs: number): boolean;
}

/** What an account has, over all its topics. */
export type AccountCensus = Pick<SubscribeContext, 'filterPoliciesOfAccount' | 'pendingConfirmations'>;

export interface SnsPorts {
  readonly requests: Pick<Requests, 'ordinal'>;
  readonly metrics: Metrics;
  readonly observer: SnsObserver;
  readonly quota: PublishQuota;
  readonly kinds: MessageKinds;
  readonly isFifoQueue: (resource: string) => boolean;
  /** Left out: it has no other topics. */
  readonly account?: () => AccountCensus;
}
