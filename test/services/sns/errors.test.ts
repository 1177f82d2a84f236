import { describe, expect, it } from 'vitest';
import {
  type AttributesOperation,
  attributeProblem,
  batchProblem,
  confirmProblem,
  defaultDeliveryPolicy,
  HTTP_DEFAULT,
  type MessageAttribute,
  type Protocol,
  publishProblem,
  type PublishInput,
  type SnsError,
  snsErrors,
  type SubscribeContext,
  subscribeProblem,
  type SubscriptionSettings,
  subscriptionAttributesProblem,
  type TopicRules,
} from '../../../src/services/sns/index.ts';

const KIB = 1024;
const DAY_US = 86_400_000_000;

const STANDARD: TopicRules = { fifo: false, maximumMessageSizeBytes: 256 * KIB };
const LARGE: TopicRules = { fifo: false, maximumMessageSizeBytes: 256 * KIB + 1 };
const FIFO: TopicRules = {
  fifo: true,
  fifoSettings: { contentBasedDeduplication: false, fifoThroughputScope: 'Topic' },
  maximumMessageSizeBytes: 256 * KIB,
};
const BY_CONTENT: TopicRules = {
  ...FIFO,
  fifoSettings: { contentBasedDeduplication: true, fifoThroughputScope: 'Topic' },
};

const message = (bytes: number, more: Partial<PublishInput> = {}): PublishInput => ({
  body: 1,
  bytes,
  kind: 0,
  ...more,
});
const FULL = { MessageGroupId: 0, MessageDeduplicationId: 0 };

function subscription(protocol: Protocol, more: Partial<SubscriptionSettings> = {}): SubscriptionSettings {
  return {
    to: protocol,
    protocol,
    filterPolicy: null,
    filterPolicyScope: 'MessageAttributes',
    rawMessageDelivery: false,
    deadLetterQueue: null,
    deliveryPolicy: defaultDeliveryPolicy(protocol),
    maxReceivesPerSecond: null,
    subscribeUs: 0,
    unsubscribeUs: null,
    confirmAfterUs: 0,
    ...more,
  };
}

/** Queues whose name ends so are FIFO queues. */
const CONTEXT: SubscribeContext = {
  existing: [],
  isFifoQueue: (name) => name.endsWith('.fifo'),
  filterPoliciesOfAccount: 0,
  pendingConfirmations: 0,
};

type Give = () => SnsError | null;
const publishing =
  (topic: TopicRules, input: PublishInput): Give =>
  () =>
    publishProblem(input, topic);
const batch =
  (topic: TopicRules, entries: PublishInput[]): Give =>
  () =>
    batchProblem(entries, entries.length, topic);
const subscribing =
  (topic: TopicRules, one: SubscriptionSettings, context: Partial<SubscribeContext> = {}): Give =>
  () =>
    subscribeProblem(topic, one, { ...CONTEXT, ...context });
const setting =
  (topic: TopicRules, one: SubscriptionSettings, operation: AttributesOperation = 'SetSubscriptionAttributes'): Give =>
  () =>
    subscriptionAttributesProblem(operation, topic, one, CONTEXT);
const attribute =
  (name: string, value: MessageAttribute = { DataType: 'String', StringValue: 'x' }): Give =>
  () =>
    attributeProblem(name, value);
const times = <T>(count: number, one: T): T[] => new Array<T>(count).fill(one);

type Case = readonly [when: string, give: Give, code: string, message: string];

/** Recorded on AWS, typed in from the recordings. */
const RECORDED: readonly Case[] = [
  ['a message is empty', publishing(STANDARD, message(0)), 'InvalidParameter', 'Invalid parameter: Empty message'],
  [
    'a message is a byte too long',
    publishing(STANDARD, message(256 * KIB + 1)),
    'InvalidParameter',
    'Invalid parameter: Message too long',
  ],
  [
    'there is no group [sns.fifo-without-group-id-dedup-id]',
    publishing(FIFO, message(1, { MessageDeduplicationId: 0 })),
    'InvalidParameter',
    'Invalid parameter: The MessageGroupId parameter is required for FIFO topics',
  ],
  [
    'there is no deduplication id',
    publishing(FIFO, message(1, { MessageGroupId: 0, MessageDeduplicationId: -1 })),
    'InvalidParameter',
    'Invalid parameter: The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  ],
  [
    'there is a deduplication id on a standard topic',
    publishing(STANDARD, message(1, { MessageDeduplicationId: 0 })),
    'InvalidParameter',
    'Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
  ],
  [
    'a batch has eleven entries [sns.publishbatch]',
    batch(STANDARD, times(11, message(1))),
    'TooManyEntriesInBatchRequest',
    'The batch request contains more entries than permissible.',
  ],
  [
    'a batch is too long as a whole [sns.10-entries-duplicate-ids-bad-id]',
    batch(STANDARD, [message(128 * KIB), message(128 * KIB + 1)]),
    'BatchRequestTooLong',
    'The length of all the messages put together is more than the limit.',
  ],
  [
    'an entry has no group',
    batch(FIFO, [message(1, FULL), message(1, { MessageDeduplicationId: 1 })]),
    'InvalidParameter',
    'Invalid parameter: The MessageGroupId parameter is required for FIFO topics',
  ],
  [
    'an entry has no deduplication id',
    batch(FIFO, [message(1, FULL), message(1, { MessageGroupId: 1 })]),
    'InvalidParameter',
    'Invalid parameter: The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  ],
  [
    'the name of an attribute ends with a dot [sns.bad-attribute-value]',
    attribute('a.'),
    'ParameterValueInvalid',
    "Invalid message attribute name ending with character '.' was found.",
  ],
  [
    'the name of an attribute starts with a dot',
    attribute('.a'),
    'ParameterValueInvalid',
    "Invalid message attribute name starting with character '.' was found.",
  ],
  [
    'the name of an attribute has another character',
    attribute('attr^1'),
    'ParameterValueInvalid',
    "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.",
  ],
  [
    'the name of an attribute has two dots in a row',
    attribute('a..b'),
    'ParameterValueInvalid',
    "Message attribute name can not have successive '.' character.",
  ],
  [
    'the name of an attribute is too long',
    attribute('a'.repeat(257)),
    'ParameterValueInvalid',
    'Length of message attribute name must be less than 256 bytes.',
  ],
  [
    'an attribute has no value',
    attribute('attr1', { DataType: 'String', StringValue: '' }),
    'ParameterValueInvalid',
    "The message attribute 'attr1' must contain non-empty message attribute value for message attribute type 'String'.",
  ],
  [
    'a FIFO queue subscribes to a standard topic [sns.standard-topic-fifo-queue]',
    subscribing(STANDARD, subscription('sqs', { to: 'orders.fifo' })),
    'InvalidParameter',
    'Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
  ],
  [
    'the dead-letter queue of a FIFO topic is none [sns.dlq-placement]',
    setting(FIFO, subscription('sqs', { to: 'orders.fifo', deadLetterQueue: 'dead' })),
    'InvalidParameter',
    'Invalid parameter: RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.',
  ],
  [
    'a queue subscribes once more, with another policy',
    subscribing(STANDARD, subscription('sqs'), { existing: [subscription('sqs', { rawMessageDelivery: true })] }),
    'InvalidParameter',
    'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
  ],
  [
    'a filter policy is none, in Subscribe [sns.bad-parameter-message-too-long-empty]',
    subscribing(STANDARD, subscription('sqs', { filterPolicy: '{"key":[{"suffix":100}]}' })),
    'InvalidParameter',
    'Invalid parameter: Attributes Reason: FilterPolicy: suffix match pattern must be a string\n at [Source: (String)"{"key":[{"suffix":100}]}"; line: 1, column: 22]',
  ],
  [
    'a filter policy is none, in SetSubscriptionAttributes',
    setting(STANDARD, subscription('sqs', { filterPolicy: '{"key_a":"value_one"}' })),
    'InvalidParameter',
    'Invalid parameter: FilterPolicy: "key_a" must be an object or an array\n at [Source: (String)"{"key_a":"value_one"}"; line: 1, column: 11]',
  ],
  [
    'a filter policy on attributes is nested',
    setting(STANDARD, subscription('sqs', { filterPolicy: '{"a":{"b":["x"]}}' })),
    'InvalidParameter',
    'Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy',
  ],
  [
    'a filter policy is too complex',
    subscribing(
      STANDARD,
      subscription('sqs', { filterPolicy: JSON.stringify({ a: Array.from({ length: 151 }, (_, i) => i) }) }),
    ),
    'InvalidParameter',
    'Invalid parameter: Attributes Reason: FilterPolicy: Filter policy is too complex',
  ],
  ['there is no such topic', () => snsErrors.topicNotFound, 'NotFound', 'Topic does not exist'],
  ['there is no such subscription', () => snsErrors.subscriptionNotFound, 'NotFound', 'Subscription does not exist'],
  [
    'a topic of another Region is published to',
    () => snsErrors.topicOfOtherRegion,
    'InvalidParameter',
    'Invalid parameter: TopicArn',
  ],
  ['a token is none', () => confirmProblem(0, 2 * DAY_US + 1), 'InvalidParameter', 'Invalid token'],
];

/** The code is AWS's; the words are those of users' reports or of AWS's service model, or assumed. */
const QUOTED: readonly Case[] = [
  ['a batch is empty', batch(STANDARD, []), 'EmptyBatchRequest', "The batch request doesn't contain any entries."],
  [
    'a function subscribes to a FIFO topic',
    subscribing(FIFO, subscription('lambda')),
    'InvalidParameter',
    'Invalid parameter: Invalid protocol type: lambda',
  ],
  [
    'raw delivery is asked for by e-mail',
    subscribing(STANDARD, subscription('email', { rawMessageDelivery: true })),
    'InvalidParameter',
    'Invalid parameter: Attributes Reason: Delivery protocol [email] does not support raw message delivery.',
  ],
  [
    'the dead-letter queue of a standard topic is a FIFO queue',
    subscribing(STANDARD, subscription('sqs', { deadLetterQueue: 'dead.fifo' })),
    'InvalidParameter',
    'Invalid parameter: Attributes Reason: RedrivePolicy: must use a standard queue as DLQ for a Subscription to a standard Topic.',
  ],
  [
    'HTTP subscribes to a topic above 256 KiB',
    subscribing(LARGE, subscription('https')),
    'InvalidParameter',
    'Invalid parameter: MaximumMessageSize Reason: https subscriptions are not supported above 262144 bytes',
  ],
  ['the rate is exceeded', () => snsErrors.throttled, 'Throttling', 'Rate exceeded'],
  [
    'a policy lets nobody in',
    () =>
      snsErrors.notAuthorized('arn:aws:iam::111111111111:role/a', 'Publish', 'arn:aws:sns:us-east-1:222222222222:t'),
    'AuthorizationError',
    'User: arn:aws:iam::111111111111:role/a is not authorized to perform: SNS:Publish on resource: arn:aws:sns:us-east-1:222222222222:t because no resource-based policy allows the SNS:Publish action',
  ],
];

describe('the errors of SNS', () => {
  it.each([...RECORDED, ...QUOTED])('%s', (_, give, code, text) => {
    expect(give()).toEqual({ code, message: text, senderFault: true });
  });

  it('blames the service for its own', () => {
    expect(snsErrors.internal).toMatchObject({ code: 'InternalError', senderFault: false });
  });
});

describe('what is just allowed', () => {
  it.each<[string, Give]>([
    ['a message of 256 KiB where that is the most [sns.max-message-size]', publishing(STANDARD, message(256 * KIB))],
    [
      'one of 1 MiB where that is the most',
      publishing({ ...STANDARD, maximumMessageSizeBytes: KIB * KIB }, message(KIB * KIB)),
    ],
    ['a group on a standard topic', publishing(STANDARD, message(1, { MessageGroupId: 7 }))],
    ['a FIFO message with both ids', publishing(FIFO, message(1, FULL))],
    [
      'one without a deduplication id where the content has one',
      publishing(BY_CONTENT, message(1, { MessageGroupId: 0 })),
    ],
    ['one with its own id there', publishing(BY_CONTENT, message(1, FULL))],
    ['a batch of ten that fills the limit', batch(STANDARD, times(8, message(32 * KIB)))],
    ['ten entries', batch(STANDARD, times(10, message(1)))],
    ['an attribute with a name of 256 characters of every kind', attribute('aZ09_-.x'.repeat(32))],
    ['a binary attribute', attribute('a', { DataType: 'Binary' })],
    ['a FIFO queue on a FIFO topic [sns.fifo-subscribers]', subscribing(FIFO, subscription('sqs', { to: 'q.fifo' }))],
    ['a standard queue on a FIFO topic', subscribing(FIFO, subscription('sqs'))],
    ['a FIFO dead-letter queue there', subscribing(FIFO, subscription('sqs', { deadLetterQueue: 'dead.fifo' }))],
    [
      'a queue once more, the same',
      subscribing(STANDARD, subscription('sqs'), { existing: [subscription('sqs', { subscribeUs: 1 })] }),
    ],
    [
      'the same queue on a full FIFO topic',
      subscribing(FIFO, subscription('sqs'), { existing: times(100, subscription('sqs')) }),
    ],
    ['a token of two days [sns.confirmation-token]', () => confirmProblem(7, 7 + 2 * DAY_US)],
  ])('%s', (_, give) => {
    expect(give()).toBeNull();
  });

  it('raw delivery to SQS, Firehose and HTTP, and to no other', () => {
    const taken = (
      ['sqs', 'lambda', 'firehose', 'http', 'https', 'email', 'email-json', 'sms', 'application'] as const
    ).filter((protocol) => subscribing(STANDARD, subscription(protocol, { rawMessageDelivery: true }))() === null);
    expect(taken).toEqual(['sqs', 'firehose', 'http', 'https']);
  });

  it('subscribes only queues, functions and delivery streams to a topic of large messages', () => {
    const taken = (
      ['sqs', 'lambda', 'firehose', 'http', 'https', 'email', 'email-json', 'sms', 'application'] as const
    ).filter((protocol) => subscribeProblem(LARGE, subscription(protocol), CONTEXT) === null);
    expect(taken).toEqual(['sqs', 'lambda', 'firehose']);
  });

  it('an error of a batch is that of its form before that of its size, and only of the entries that count', () => {
    const huge = message(257 * KIB);
    expect(batchProblem([huge, message(0)], 2, STANDARD)).toBe(snsErrors.emptyMessage);
    expect(batchProblem([message(1), huge], 1, STANDARD)).toBeNull();
  });

  it('another delivery policy is another attribute', () => {
    const existing = [subscription('https')];
    const policy = { ...HTTP_DEFAULT, immediate: 1 };
    expect(
      subscribing(STANDARD, subscription('https', { deliveryPolicy: { ...HTTP_DEFAULT } }), { existing })(),
    ).toBeNull();
    expect(subscribing(STANDARD, subscription('https', { deliveryPolicy: policy }), { existing })()).toBe(
      snsErrors.subscribedDifferently,
    );
  });
});

describe('how many subscriptions a topic takes', () => {
  const others = (
    count: number,
    protocol: Protocol = 'sqs',
    more: Partial<SubscriptionSettings> = {},
  ): SubscriptionSettings[] =>
    Array.from({ length: count }, (_, i) => subscription(protocol, { to: `other-${i}`, ...more }));

  /** The last that fits, and the first that does not. */
  function limitOf(
    topic: TopicRules,
    one: SubscriptionSettings,
    context: (count: number) => Partial<SubscribeContext>,
  ): [number, SnsError | null] {
    for (let count = 0; count < 20_000; count++) {
      const problem = subscribeProblem(topic, one, { ...CONTEXT, ...context(count) });
      if (problem !== null) return [count, problem];
    }
    return [Number.POSITIVE_INFINITY, null];
  }

  it.each<[string, TopicRules, SubscriptionSettings, (count: number) => Partial<SubscribeContext>, number, string]>([
    [
      '100 a FIFO topic [sns.subscriptions-per-topic]',
      FIFO,
      subscription('sqs'),
      (n) => ({ existing: others(n) }),
      100,
      'subscriptionLimit',
    ],
    [
      '100 a topic above 256 KiB [sns.rule-for-topics-above-256-kib]',
      LARGE,
      subscription('lambda'),
      (n) => ({ existing: others(n) }),
      100,
      'subscriptionLimit',
    ],
    [
      '5 Firehose streams [sns.firehose-subscriptions]',
      STANDARD,
      subscription('firehose'),
      (n) => ({ existing: [...others(50), ...others(n, 'firehose')] }),
      5,
      'subscriptionLimit',
    ],
    [
      '5,000 that wait for their confirmation [sns.pending-confirmations]',
      STANDARD,
      subscription('https', { confirmAfterUs: 1 }),
      (n) => ({ pendingConfirmations: n }),
      5_000,
      'subscriptionLimit',
    ],
    [
      '200 filter policies a topic [sns.filter-policies]',
      STANDARD,
      subscription('sqs', { filterPolicy: '{"a":[1]}' }),
      (n) => ({ existing: [...others(9, 'lambda'), ...others(n, 'sqs', { filterPolicy: '{"a":[1]}' })] }),
      200,
      'filterPolicyLimit',
    ],
    [
      '10,000 filter policies an account [sns.quotas]',
      STANDARD,
      subscription('sqs', { filterPolicy: '{"a":[1]}' }),
      (n) => ({ filterPoliciesOfAccount: n }),
      10_000,
      'filterPolicyLimit',
    ],
  ] as const)('%s', (_, topic, one, context, most, error) => {
    expect(limitOf(topic, one, context)).toEqual([most, snsErrors[error as 'subscriptionLimit' | 'filterPolicyLimit']]);
  });

  it('what asks for no confirmation and has no policy is not counted so', () => {
    const full = { pendingConfirmations: 5_000, filterPoliciesOfAccount: 10_000 };
    expect(subscribing(STANDARD, subscription('sqs'), full)()).toBeNull();
  });
});
