// The door of SNS.
export {
  attributeProblem,
  batchProblem,
  confirmProblem,
  publishProblem,
  type SubscribeContext,
  subscribeProblem,
  subscriptionAttributesProblem,
  type TopicRules,
} from './checks.ts';
export { type AttributesOperation, attributeReasons, snsErrors } from './errors.ts';
export {
  BadFilterPolicy,
  type DrawnAttribute,
  FilterPolicy,
  type FilterPolicyScope,
  type MessageAttribute,
} from './filter/index.ts';
export { defaultDeliveryPolicy } from './default-policy.ts';
export {
  AWS_MANAGED,
  type BackoffFunction,
  CUSTOMER_MANAGED,
  type DeliveryPolicy,
  HTTP_DEFAULT,
  retriesOf,
  retryWaitUs,
  totalWaitUs,
} from './delivery-policy.ts';
export { BadDeliveryPolicy, type HttpDeliveryPolicy, readHttpPolicy, type ReadHttpPolicy } from './http-policy.ts';
export type {
  Delivery,
  EndpointOwner,
  PublishBatchOutput,
  PublishInput,
  PublishOutput,
  SnsEndpoint,
  SnsError,
  SnsPublishing,
} from './operations.ts';
export { PublishQuota } from './rates.ts';
export type { FifoTopicSettings, Protocol, SnsLatency, SnsSettings, SubscriptionSettings } from './settings.ts';
export type { SubscribeInput } from './subscription.ts';
export { type SubscribeOutput, Topic, type TopicSettings } from './topic.ts';
export type { AccountCensus, DeliveryQuota, MessageKinds, SnsObserver, SnsPorts } from './wiring.ts';
