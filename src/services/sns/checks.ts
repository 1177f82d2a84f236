/** What a topic refuses before it does anything: pure, and in the order in which AWS's answers come. */
import { snsFacts } from '../../facts/index.ts';
import { type AttributesOperation, attributeReasons, snsErrors } from './errors.ts';
import { BadFilterPolicy, type MessageAttribute } from './filter/index.ts';
import { parseFilterPolicy } from './filter/parse.ts';
import type { PublishInput, SnsError } from './operations.ts';
import type { Protocol, SnsSettings, SubscriptionSettings } from './settings.ts';

/** What of a topic decides. */
export type TopicRules = Pick<SnsSettings, 'fifo' | 'fifoSettings' | 'maximumMessageSizeBytes'>;

const MAX_ENTRIES = snsFacts.batchMaxEntries.value;
const LARGE_ABOVE = snsFacts.largeAboveBytes.value;
const MAX_NAME = snsFacts.attributeNameMaxBytes.value;
const TOKEN_US = snsFacts.tokenSeconds.value * 1_000_000;

/** Why a topic does not take a message; null: it does. A group id is taken by standard topics too: it is for their SQS subscriptions. */
export function publishProblem(input: PublishInput, topic: TopicRules): SnsError | null {
  if (input.bytes > topic.maximumMessageSizeBytes) return snsErrors.messageTooLong;
  return formProblem(input, topic);
}

/**
 * Why a topic does not take the first `count` entries; null: it does. One bad entry fails the whole request, as it was seen on AWS: no
 * entry fails alone for its form.
 */
export function batchProblem(entries: readonly PublishInput[], count: number, topic: TopicRules): SnsError | null {
  if (count === 0) return snsErrors.emptyBatch;
  if (count > MAX_ENTRIES) return snsErrors.tooManyEntries;
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const entry = entries[i] as PublishInput;
    bytes += entry.bytes;
    const problem = formProblem(entry, topic);
    if (problem !== null) return problem;
  }
  return bytes > topic.maximumMessageSizeBytes ? snsErrors.batchTooLong : null;
}

function formProblem(input: PublishInput, { fifo, fifoSettings }: TopicRules): SnsError | null {
  if (input.bytes <= 0) return snsErrors.emptyMessage;
  const deduplicated = (input.MessageDeduplicationId ?? -1) >= 0;
  if (!fifo) return deduplicated ? snsErrors.deduplicationInStandard : null;
  if ((input.MessageGroupId ?? -1) < 0) return snsErrors.missingGroup;
  if (!deduplicated && fifoSettings?.contentBasedDeduplication !== true) return snsErrors.missingDeduplicationId;
  return null;
}

/** Why no message may bear this attribute; null: it may. */
export function attributeProblem(name: string, attribute: MessageAttribute): SnsError | null {
  const { length } = name;
  for (let i = 0; i < length; i++) {
    const code = name.charCodeAt(i);
    if (!/[A-Za-z0-9._-]/.test(name.charAt(i))) return snsErrors.attributeNameCharacter(code);
  }
  if (name.startsWith('.')) return snsErrors.attributeNameStart;
  if (name.endsWith('.')) return snsErrors.attributeNameEnd;
  if (name.includes('..')) return snsErrors.attributeNameSuccessive;
  if (length > MAX_NAME) return snsErrors.attributeNameTooLong;
  if (attribute.DataType !== 'Binary' && attribute.StringValue === '') {
    return snsErrors.attributeEmpty(name, attribute.DataType);
  }
  return null;
}

// --- subscriptions ---

/** What a subscription meets. */
export interface SubscribeContext {
  /** The subscriptions that the topic has, confirmed or not. */
  readonly existing: readonly SubscriptionSettings[];
  readonly isFifoQueue: (resource: string) => boolean;
  /** Filter policies that the account has, those of this topic included. */
  readonly filterPoliciesOfAccount: number;
  /** Subscriptions of the account that wait for their confirmation. */
  readonly pendingConfirmations: number;
}

/** Why a topic does not take a subscription; null: it does, or has it already. */
export function subscribeProblem(
  topic: TopicRules,
  subscription: SubscriptionSettings,
  context: SubscribeContext,
): SnsError | null {
  const { to, protocol } = subscription;
  if (topic.fifo && protocol !== 'sqs') return snsErrors.protocolOfFifoTopic(protocol);
  if (!topic.fifo && protocol === 'sqs' && context.isFifoQueue(to)) return snsErrors.fifoQueueOnStandardTopic;
  if (topic.maximumMessageSizeBytes > LARGE_ABOVE && !ofLargeTopics(protocol)) {
    return snsErrors.protocolOfLargeTopic(protocol);
  }
  const problem = subscriptionAttributesProblem('Subscribe', topic, subscription, context);
  if (problem !== null) return problem;
  const twin = context.existing.find((one) => one.to === to && one.protocol === protocol);
  if (twin !== undefined) return sameAttributes(twin, subscription) ? null : snsErrors.subscribedDifferently;
  return limitProblem(topic, subscription, context);
}

/** Why a subscription may not have these attributes; null: it may. */
export function subscriptionAttributesProblem(
  operation: AttributesOperation,
  { fifo }: Pick<TopicRules, 'fifo'>,
  { protocol, rawMessageDelivery, deadLetterQueue, filterPolicy, filterPolicyScope }: SubscriptionSettings,
  { isFifoQueue }: Pick<SubscribeContext, 'isFifoQueue'>,
): SnsError | null {
  if (rawMessageDelivery && !takesRaw(protocol)) return snsErrors.attributes(operation, attributeReasons.raw(protocol));
  if (deadLetterQueue !== null && isFifoQueue(deadLetterQueue) !== fifo) {
    const { deadLetterQueueOfFifo, deadLetterQueueOfStandard } = attributeReasons;
    return snsErrors.attributes(operation, fifo ? deadLetterQueueOfFifo : deadLetterQueueOfStandard);
  }
  if (filterPolicy === null) return null;
  try {
    parseFilterPolicy(filterPolicy, filterPolicyScope);
    return null;
  } catch (error) {
    if (error instanceof BadFilterPolicy) return snsErrors.attributes(operation, error.message);
    throw error;
  }
}

/** Why a subscription made at `subscribedUs` is not confirmed at `nowUs`; null: it is. */
export function confirmProblem(subscribedUs: number, nowUs: number): SnsError | null {
  return nowUs - subscribedUs > TOKEN_US ? snsErrors.invalidToken : null;
}

function limitProblem(
  { fifo, maximumMessageSizeBytes }: TopicRules,
  { protocol, filterPolicy, confirmAfterUs }: SubscriptionSettings,
  { existing, filterPoliciesOfAccount, pendingConfirmations }: SubscribeContext,
): SnsError | null {
  const most = fifo ? snsFacts.subscriptionsFifo.value : snsFacts.subscriptionsStandard.value;
  const large = maximumMessageSizeBytes > LARGE_ABOVE;
  if (existing.length >= (large ? snsFacts.largeSubscriptions.value : most)) return snsErrors.subscriptionLimit;
  if (protocol === 'firehose' && howMany(existing, isFirehose) >= snsFacts.subscriptionsFirehose.value) {
    return snsErrors.subscriptionLimit;
  }
  if (confirmAfterUs > 0 && pendingConfirmations >= snsFacts.pendingConfirmations.value) {
    return snsErrors.subscriptionLimit;
  }
  if (filterPolicy === null) return null;
  const ofTopic = howMany(existing, (one) => one.filterPolicy !== null);
  if (ofTopic >= snsFacts.filterPoliciesTopic.value) return snsErrors.filterPolicyLimit;
  return filterPoliciesOfAccount >= snsFacts.filterPoliciesAccount.value ? snsErrors.filterPolicyLimit : null;
}

const isFirehose = ({ protocol }: SubscriptionSettings): boolean => protocol === 'firehose';

function howMany(all: readonly SubscriptionSettings[], counts: (one: SubscriptionSettings) => boolean): number {
  let found = 0;
  for (const one of all) if (counts(one)) found++;
  return found;
}

function takesRaw(protocol: Protocol): boolean {
  return protocol === 'sqs' || protocol === 'http' || protocol === 'https' || protocol === 'firehose';
}

function ofLargeTopics(protocol: Protocol): boolean {
  return protocol === 'sqs' || protocol === 'firehose' || protocol === 'lambda';
}

/** By what AWS calls attributes; times are the simulation's own. */
function sameAttributes(one: SubscriptionSettings, other: SubscriptionSettings): boolean {
  return (
    one.filterPolicy === other.filterPolicy &&
    one.filterPolicyScope === other.filterPolicyScope &&
    one.rawMessageDelivery === other.rawMessageDelivery &&
    one.deadLetterQueue === other.deadLetterQueue &&
    one.maxReceivesPerSecond === other.maxReceivesPerSecond &&
    JSON.stringify(one.deliveryPolicy) === JSON.stringify(other.deliveryPolicy)
  );
}
