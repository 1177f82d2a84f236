/** The errors SNS answers with, by AWS's codes; texts as recorded on AWS unless it says otherwise (`docs/models/sns.md`, Errors). */
import type { SnsError } from './operations.ts';

/** The operations that set attributes of a subscription: the same refusal has a longer text in the first. */
export type AttributesOperation = 'Subscribe' | 'SetSubscriptionAttributes';

function error(code: string, message: string, senderFault = true): SnsError {
  return { code, message, senderFault };
}

function invalid(reason: string): SnsError {
  return error('InvalidParameter', `Invalid parameter: ${reason}`);
}

function badAttribute(reason: string): SnsError {
  return error('ParameterValueInvalid', reason);
}

/** Every error of the model. Those that can come often are made once. */
export const snsErrors = {
  // --- Publish, PublishBatch ---
  emptyMessage: invalid('Empty message'),
  messageTooLong: invalid('Message too long'),
  missingGroup: invalid('The MessageGroupId parameter is required for FIFO topics'),
  missingDeduplicationId: invalid(
    'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  ),
  deduplicationInStandard: invalid(
    'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
  ),
  /** The text is that of AWS's service model. */
  emptyBatch: error('EmptyBatchRequest', "The batch request doesn't contain any entries."),
  tooManyEntries: error('TooManyEntriesInBatchRequest', 'The batch request contains more entries than permissible.'),
  batchTooLong: error('BatchRequestTooLong', 'The length of all the messages put together is more than the limit.'),
  /** As a client of AWS's own has quoted it (2024). */
  throttled: error('Throttling', 'Rate exceeded'),
  /** A topic is published to from its own Region only. */
  topicOfOtherRegion: invalid('TopicArn'),
  topicNotFound: error('NotFound', 'Topic does not exist'),
  // --- message attributes ---
  attributeNameTooLong: badAttribute('Length of message attribute name must be less than 256 bytes.'),
  attributeNameStart: badAttribute("Invalid message attribute name starting with character '.' was found."),
  attributeNameEnd: badAttribute("Invalid message attribute name ending with character '.' was found."),
  attributeNameSuccessive: badAttribute("Message attribute name can not have successive '.' character."),
  attributeNameCharacter: (code: number): SnsError =>
    badAttribute(
      `Invalid non-alphanumeric character '#x${code.toString(16).toUpperCase()}' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.`,
    ),
  attributeEmpty: (name: string, type: string): SnsError =>
    badAttribute(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
    ),
  // --- Subscribe, SetSubscriptionAttributes ---
  /** `reason` is that of BadFilterPolicy, of BadDeliveryPolicy, or one of those below. */
  attributes: (operation: AttributesOperation, reason: string): SnsError =>
    invalid(operation === 'Subscribe' ? `Attributes Reason: ${reason}` : reason),
  fifoQueueOnStandardTopic: invalid(
    'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
  ),
  /** As users have quoted it (2021 to 2024). */
  protocolOfFifoTopic: (protocol: string): SnsError => invalid(`Invalid protocol type: ${protocol}`),
  subscribedDifferently: invalid('Attributes Reason: Subscription already exists with different attributes'),
  /** Code and rule are AWS's, the words are not known: assumed. */
  protocolOfLargeTopic: (protocol: string): SnsError =>
    invalid(`MaximumMessageSize Reason: ${protocol} subscriptions are not supported above 262144 bytes`),
  /** The text is that of AWS's service model. */
  subscriptionLimit: error(
    'SubscriptionLimitExceeded',
    'Indicates that the customer already owns the maximum allowed number of subscriptions.',
  ),
  /** The text is that of AWS's service model. */
  filterPolicyLimit: error(
    'FilterPolicyLimitExceeded',
    'Indicates that the number of filter polices in your Amazon Web Services account exceeds the limit. To add more filter polices, submit an Amazon SNS Limit Increase case in the Amazon Web Services Support Center.',
  ),
  subscriptionNotFound: error('NotFound', 'Subscription does not exist'),
  // --- ConfirmSubscription ---
  /** AWS's words for a token that is none; taken for one that is too old. */
  invalidToken: error('InvalidParameter', 'Invalid token'),
  // --- any call ---
  /** As users have quoted it, where a policy of the topic lets nobody in. */
  notAuthorized: (principal: string, action: string, topic: string): SnsError =>
    error(
      'AuthorizationError',
      `User: ${principal} is not authorized to perform: SNS:${action} on resource: ${topic} because no resource-based policy allows the SNS:${action} action`,
    ),
  /** The texts of these three are those of AWS's service model. */
  kmsThrottled: error(
    'KMSThrottling',
    'The request was denied due to request throttling. For more information about throttling, see Limits in the Key Management Service Developer Guide.',
  ),
  kmsAccessDenied: error(
    'KMSAccessDenied',
    "The ciphertext references a key that doesn't exist or that you don't have access to.",
  ),
  internal: error('InternalError', 'Indicates an internal service error.', false),
} as const;

/** Reasons for `attributes`. */
export const attributeReasons = {
  deadLetterQueueOfFifo: 'RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.',
  /** What AWS says of it was not found, so it may take it, and then could not deliver without a group: assumed. */
  deadLetterQueueOfStandard: 'RedrivePolicy: must use a standard queue as DLQ for a Subscription to a standard Topic.',
  /** As users have quoted it (2023, 2024). */
  raw: (protocol: string): string => `Delivery protocol [${protocol}] does not support raw message delivery.`,
} as const;
