/** Settings of an SNS topic and its subscriptions, as resolved: every default filled in, times in whole microseconds. */
import type { ResourceAccess } from '../../calls/access.ts';
import type { Distribution } from '../../kernel/index.ts';
import type { DeliveryPolicy } from './delivery-policy.ts';
import type { FilterPolicyScope } from './filter/policy.ts';

export type Protocol =
  | 'sqs'
  | 'lambda'
  | 'firehose'
  | 'http'
  | 'https'
  | 'email'
  | 'email-json'
  | 'sms'
  | 'application';

export interface SubscriptionSettings {
  /** The resource that it delivers to. */
  readonly to: string;
  readonly protocol: Protocol;
  /** JSON text; null: it gets everything. */
  readonly filterPolicy: string | null;
  readonly filterPolicyScope: FilterPolicyScope;
  readonly rawMessageDelivery: boolean;
  /** The queue that takes what could not be delivered; null: that is dropped. */
  readonly deadLetterQueue: string | null;
  readonly deliveryPolicy: DeliveryPolicy;
  /** Deliveries a second at most, over HTTP and HTTPS; null: as they come. */
  readonly maxReceivesPerSecond: number | null;
  /** When it subscribes: 0 is before the traffic. */
  readonly subscribeUs: number;
  /** When it unsubscribes; null: never. */
  readonly unsubscribeUs: number | null;
  /** From subscribing to its confirmation, where its protocol or its account asks for one; nothing is delivered before. */
  readonly confirmAfterUs: number;
}

export interface FifoTopicSettings {
  /** A message without a deduplication id has the hash of its body for it. */
  readonly contentBasedDeduplication: boolean;
  /** What the rate and the deduplication window hold for. */
  readonly fifoThroughputScope: 'Topic' | 'MessageGroup';
}

/** Times that AWS does not publish; microseconds. */
export interface SnsLatency {
  /** Round trip of a publish. */
  readonly publish: Distribution;
  /** From the publish at the service until the message is at the endpoint. */
  readonly delivery: Distribution;
  /** Added where the endpoint is in another Region. */
  readonly crossRegion: Distribution;
}

export interface SnsSettings {
  readonly type: 'sns';
  readonly name: string;
  readonly fifo: boolean;
  /** There exactly where `fifo` is true. */
  readonly fifoSettings?: FifoTopicSettings;
  readonly maximumMessageSizeBytes: number;
  readonly subscriptions: readonly SubscriptionSettings[];
  /** Messages a second that the account may publish in its Region, over all its topics of this kind; null: the quota of the Region. */
  readonly publishQuota: number | null;
  readonly latency: SnsLatency;
  /** There only where something is said of it. */
  readonly access?: ResourceAccess;
}
