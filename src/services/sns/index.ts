// The door of SNS.
export {
  BadFilterPolicy,
  type DrawnAttribute,
  FilterPolicy,
  type FilterPolicyScope,
  type MessageAttribute,
} from './filter/index.ts';
export type { BackoffFunction, DeliveryPolicy } from './delivery-policy.ts';
export type { PublishBatchOutput, PublishInput, PublishOutput, SnsError, SnsPublishing } from './operations.ts';
export type { FifoTopicSettings, Protocol, SnsLatency, SnsSettings, SubscriptionSettings } from './settings.ts';
