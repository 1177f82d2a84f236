/** Amazon SNS, standard and FIFO topics: quotas, retries, latencies; what it costs is in `prices.ts`. Snapshot of November 2026. */
import type { Fact } from './fact.ts';

const API = 'botocore service model sns/2010-03-31, build 1.43.107';
const API_DATE = '2026-10-01';
const GUIDE = 'SNS Developer Guide';
const FILTERS = `${GUIDE}: filter policy constraints`;
const RETRIES = `${GUIDE}: message delivery retries`;
const QUOTAS = 'AWS General Reference: SNS endpoints and quotas';
const FEATURES = 'AWS: SNS features page';
const RECORDED = 'LocalStack test snapshots recorded on AWS';
const MEASURED = 'Bite-Sized Serverless: serverless messaging latency compared, eu-west-1, 1,024 samples';

function confirmed(id: string, value: number, unit: string, source: string, note?: string): Fact {
  const date = source.startsWith(API) ? API_DATE : '2026-10';
  const fact: Fact = { id, value, unit, source, date, status: 'confirmed' };
  return note === undefined ? fact : { ...fact, note };
}
function measured(id: string, value: number, note: string): Fact {
  return { id, value, unit: 'ms', source: MEASURED, date: '2022-09', status: 'secondary', note };
}
function assumed(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: 'our assumption', date: '2026-11-23', status: 'assumed', note };
}

const PER_ACCOUNT =
  'per account and Region, over Publish and PublishBatch, messages (not calls), standard and FIFO topics together; can be raised';
const MIDDLE =
  'us-east-2, us-west-1, ap-south-1, ap-northeast-2, ap-southeast-1, ap-southeast-2, ap-northeast-1, eu-central-1';
const ADMINISTRATION = 'per account: create, get, set and delete of topics and subscription attributes';

const PUBLISH = 'AWS publishes none; taken as a call of a standard queue (sqs.latency.call_p50 and its like)';
const DELIVERY =
  'AWS publishes none. From the publish at the service to the endpoint; usually about this, one in ten is slow. Fitted so that half a publish and a delivery take the four published quantiles of message to Lambda (62, 73, 125, 225 ms)';
const FIFO_DELIVERY =
  'AWS publishes none. From the publish at the service to the queue; fitted so that half a publish, a delivery and half a waiting receive of a FIFO queue take the published quantiles of message to Lambda (32.8, 40.1, 67.8, 497 ms): the first three to a percent, the fourth is 442, which 1,024 samples do not tell from 497';

/** Every number of SNS that the models, their validation or a cost use. */
export const snsFacts = {
  // --- messages ---
  messageMaxBytes: confirmed('sns.message.max_bytes', 1_048_576, 'B', API, 'of the topic attribute MaximumMessageSize'),
  maximumMessageSizeMinBytes: confirmed('sns.topic.maximum_message_size_min', 1_024, 'B', API),
  maximumMessageSizeDefaultBytes: confirmed('sns.topic.maximum_message_size_default', 262_144, 'B', API),
  largeAboveBytes: confirmed('sns.topic.large_above', 262_144, 'B', API, 'above it a topic takes fewer subscriptions'),
  largeSubscriptions: confirmed('sns.topic.large_subscriptions', 100, 'subscriptions', API, 'SQS, Lambda and Firehose'),
  batchMaxEntries: confirmed('sns.batch.max_entries', 10, 'entries', API),
  batchIdMaxChars: confirmed('sns.batch.id_max_chars', 80, 'characters', RECORDED),
  attributeNameMaxBytes: confirmed('sns.attribute.name_max_bytes', 256, 'B', RECORDED),
  smsPartBytes: confirmed('sns.sms.part_bytes', 140, 'B', API),
  smsMaxChars: confirmed('sns.sms.max_chars', 1_600, 'characters', API, 'of one publish, over all its parts'),
  subjectMaxChars: confirmed('sns.subject.max_chars', 100, 'characters', API, 'fewer than this'),
  headerMaxBytes: confirmed('sns.message.header_max_bytes', 16_384, 'B', QUOTAS),
  rawAttributes: confirmed(
    'sns.raw.attributes',
    10,
    'attributes',
    `${GUIDE}: message attributes`,
    'of a raw delivery to SQS; with more it is a client-side error',
  ),
  // --- topics and subscriptions ---
  topicsStandard: confirmed('sns.topics.standard', 100_000, 'topics', API, 'per account and Region; can be raised'),
  topicsFifo: confirmed('sns.topics.fifo', 1_000, 'topics', API, 'per account and Region; can be raised'),
  subscriptionsStandard: confirmed('sns.subscriptions.standard', 12_500_000, 'subscriptions', FEATURES, 'per topic'),
  subscriptionsFifo: confirmed('sns.subscriptions.fifo', 100, 'subscriptions', FEATURES, 'per topic'),
  subscriptionsFirehose: confirmed(
    'sns.subscriptions.firehose',
    5,
    'subscriptions',
    QUOTAS,
    'per topic and owner of the subscription',
  ),
  pendingConfirmations: confirmed('sns.subscriptions.pending', 5_000, 'subscriptions', QUOTAS, 'per account'),
  tokenSeconds: confirmed('sns.subscriptions.token', 172_800, 's', API, 'HTTP/S, e-mail and other accounts need one'),
  // --- rates ---
  publishLargest: confirmed('sns.publish.largest', 30_000, 'messages/s', QUOTAS, `us-east-1; ${PER_ACCOUNT}`),
  publishLarge: confirmed('sns.publish.large', 9_000, 'messages/s', QUOTAS, `us-west-2, eu-west-1; ${PER_ACCOUNT}`),
  publishMiddle: confirmed('sns.publish.middle', 1_500, 'messages/s', QUOTAS, `${MIDDLE}; ${PER_ACCOUNT}`),
  publishElsewhere: confirmed('sns.publish.elsewhere', 300, 'messages/s', QUOTAS, PER_ACCOUNT),
  publishFifoLargest: confirmed('sns.publish.fifo_largest', 30_000, 'messages/s', QUOTAS, 'us-east-1, per account'),
  publishFifoLarge: confirmed(
    'sns.publish.fifo_large',
    9_000,
    'messages/s',
    QUOTAS,
    'us-west-2, eu-west-1, per account',
  ),
  publishFifoElsewhere: confirmed(
    'sns.publish.fifo_elsewhere',
    3_000,
    'messages/s',
    QUOTAS,
    'per account; in small Regions more than of standard topics',
  ),
  fifoTopicMessages: confirmed(
    'sns.fifo.topic_messages',
    3_000,
    'messages/s',
    API,
    'per topic, where FifoThroughputScope is Topic; 300 until November 2023',
  ),
  fifoTopicBytes: confirmed(
    'sns.fifo.topic_bytes',
    20_971_520,
    'B/s',
    API,
    'per topic, where FifoThroughputScope is Topic: 20 MB, taken as binary; 10 MB until November 2023',
  ),
  fifoGroupMessages: confirmed('sns.fifo.group_messages', 300, 'messages/s', QUOTAS, 'per message group'),
  deduplicationSeconds: confirmed(
    'sns.fifo.deduplication_interval',
    300,
    's',
    API,
    'a minimum, in the scope of FifoThroughputScope',
  ),
  burstSeconds: assumed(
    'sns.publish.burst',
    1,
    's',
    'AWS publishes rates per second and no burst: messages of one second may come at once',
  ),
  administrationLargest: confirmed('sns.api.largest', 3_000, 'calls/s', QUOTAS, `us-east-1; ${ADMINISTRATION}`),
  administrationLarge: confirmed('sns.api.large', 900, 'calls/s', QUOTAS, `us-west-2, eu-west-1; ${ADMINISTRATION}`),
  administrationMiddle: confirmed('sns.api.middle', 150, 'calls/s', QUOTAS, `${MIDDLE}; ${ADMINISTRATION}`),
  administrationElsewhere: confirmed('sns.api.elsewhere', 30, 'calls/s', QUOTAS, ADMINISTRATION),
  listCalls: confirmed('sns.api.list', 30, 'calls/s', QUOTAS, 'cannot be raised'),
  subscribeCalls: confirmed('sns.api.subscribe', 100, 'calls/s', `${API}; ${QUOTAS}`, 'Subscribe, and Unsubscribe'),
  tagCalls: confirmed('sns.api.tags', 10, 'calls/s', QUOTAS, 'tags; AddPermission and RemovePermission too'),
  protectionCalls: confirmed('sns.api.data_protection', 1, 'call/s', QUOTAS, 'PutDataProtectionPolicy'),
  emailRate: confirmed('sns.delivery.email', 10, 'messages/s', QUOTAS, 'per account; cannot be raised'),
  smsRate: confirmed('sns.delivery.sms', 20, 'messages/s', QUOTAS, 'per account'),
  // --- filter policies ---
  filterPolicyKeys: confirmed(
    'sns.filter_policy.keys',
    5,
    'keys',
    FILTERS,
    'of a nested policy only the parent keys count',
  ),
  filterPolicyComplexity: confirmed(
    'sns.filter_policy.complexity',
    150,
    'combinations',
    `${FILTERS}; ${RECORDED}`,
    'product over the keys of values times depth',
  ),
  filterPolicyBytes: confirmed('sns.filter_policy.bytes', 262_144, 'B', FILTERS),
  filterPoliciesTopic: confirmed('sns.filter_policy.per_topic', 200, 'policies', FILTERS, 'can be raised'),
  filterPoliciesAccount: confirmed('sns.filter_policy.per_account', 10_000, 'policies', FILTERS, 'can be raised'),
  filterPropagationSeconds: confirmed('sns.filter_policy.propagation_max', 900, 's', FILTERS),
  // --- deliveries that fail ---
  managedImmediate: confirmed('sns.retry.managed_immediate', 3, 'retries', RETRIES, 'SQS, Lambda, Firehose'),
  managedPreBackoff: confirmed('sns.retry.managed_pre_backoff', 2, 'retries', RETRIES),
  managedPreBackoffSeconds: confirmed('sns.retry.managed_pre_backoff_wait', 1, 's', RETRIES),
  managedBackoff: confirmed('sns.retry.managed_backoff', 10, 'retries', RETRIES, 'exponential'),
  managedBackoffMinSeconds: confirmed('sns.retry.managed_backoff_min', 1, 's', RETRIES),
  managedBackoffMaxSeconds: confirmed('sns.retry.managed_backoff_max', 20, 's', RETRIES),
  managedPostBackoff: confirmed('sns.retry.managed_post_backoff', 100_000, 'retries', RETRIES),
  managedPostBackoffSeconds: confirmed('sns.retry.managed_post_backoff_wait', 20, 's', RETRIES),
  customerPreBackoff: confirmed(
    'sns.retry.customer_pre_backoff',
    2,
    'retries',
    RETRIES,
    'e-mail, SMS, mobile push; Firehose where it throttles',
  ),
  customerPreBackoffSeconds: confirmed('sns.retry.customer_pre_backoff_wait', 10, 's', RETRIES),
  customerBackoff: confirmed('sns.retry.customer_backoff', 10, 'retries', RETRIES, 'exponential'),
  customerBackoffMinSeconds: confirmed('sns.retry.customer_backoff_min', 10, 's', RETRIES),
  customerBackoffMaxSeconds: confirmed('sns.retry.customer_backoff_max', 600, 's', RETRIES),
  customerPostBackoff: confirmed('sns.retry.customer_post_backoff', 38, 'retries', RETRIES),
  customerPostBackoffSeconds: confirmed('sns.retry.customer_post_backoff_wait', 600, 's', RETRIES),
  httpRetries: confirmed('sns.retry.http_retries', 3, 'retries', RETRIES, 'numRetries by default'),
  httpRetriesMax: confirmed('sns.retry.http_retries_max', 100, 'retries', RETRIES),
  httpDelaySeconds: confirmed(
    'sns.retry.http_delay',
    20,
    's',
    RETRIES,
    'minDelayTarget and maxDelayTarget by default, linear between them',
  ),
  httpDelayMinSeconds: confirmed('sns.retry.http_delay_min', 1, 's', RETRIES),
  httpDelayMaxSeconds: confirmed('sns.retry.http_delay_max', 3_600, 's', RETRIES),
  httpTotalSeconds: confirmed('sns.retry.http_total_max', 3_600, 's', RETRIES, 'all waits together; cannot be raised'),
  httpTimeoutSeconds: confirmed(
    'sns.delivery.http_timeout',
    15,
    's',
    `${GUIDE}: prepare the HTTP endpoint`,
    'no answer within it is a failed attempt',
  ),
  retryJitter: assumed(
    'sns.retry.jitter',
    0.5,
    'share',
    'AWS says that it jitters retries, not how. Here: uniform within this share of the wait to both sides, so that the mean stays the published wait (full or equal jitter would make 12 or 17 days of its 23)',
  ),
  // --- keys ---
  kmsReuseSeconds: confirmed('sns.kms.reuse', 300, 's', `${GUIDE}: key management`, 'up to this; cannot be changed'),
  // --- what a delivery adds ---
  envelopeBytes: assumed(
    'sns.delivery.envelope',
    925,
    'B',
    'of a delivery that is not raw, besides message and attributes: the names and values of Type, MessageId, TopicArn, Timestamp, SignatureVersion, Signature (344 for RSA of 2,048 bits), SigningCertURL and UnsubscribeURL in us-east-1, for a topic whose name has 20 characters (each more adds 2). What JSON escapes in the message is not counted',
  ),
  envelopeFifoBytes: assumed(
    'sns.delivery.envelope_fifo',
    970,
    'B',
    'the same with a SequenceNumber of 20 digits: 45 more',
  ),
  // --- latencies ---
  endToEndP10Ms: measured('sns.latency.end_to_end_p10', 62, 'message to Lambda, standard topic'),
  endToEndP50Ms: measured('sns.latency.end_to_end_p50', 73, 'message to Lambda, standard topic'),
  endToEndP90Ms: measured('sns.latency.end_to_end_p90', 125, 'message to Lambda, standard topic'),
  endToEndP99Ms: measured('sns.latency.end_to_end_p99', 225, 'message to Lambda, standard topic'),
  fifoEndToEndP10Ms: measured('sns.latency.fifo_end_to_end_p10', 32.8, 'FIFO topic to FIFO queue to Lambda'),
  fifoEndToEndP50Ms: measured('sns.latency.fifo_end_to_end_p50', 40.1, 'FIFO topic to FIFO queue to Lambda'),
  fifoEndToEndP90Ms: measured('sns.latency.fifo_end_to_end_p90', 67.8, 'FIFO topic to FIFO queue to Lambda'),
  fifoEndToEndP99Ms: measured('sns.latency.fifo_end_to_end_p99', 497, 'FIFO topic to FIFO queue to Lambda'),
  crossRegionUs: assumed(
    'sns.latency.cross_region',
    80_000,
    'us',
    'added to a delivery to another Region: about the time between the coasts of the Atlantic; AWS publishes none',
  ),
  slowShare: assumed('sns.latency.slow_share', 0.1, 'share', DELIVERY),
  publishP50Us: assumed('sns.latency.publish_p50', 15_600, 'us', PUBLISH),
  publishP99Us: assumed('sns.latency.publish_p99', 22_800, 'us', PUBLISH),
  slowPublishP50Us: assumed('sns.latency.slow_publish_p50', 52_600, 'us', PUBLISH),
  slowPublishP99Us: assumed('sns.latency.slow_publish_p99', 320_000, 'us', PUBLISH),
  deliveryP50Us: assumed('sns.latency.delivery_p50', 63_000, 'us', DELIVERY),
  deliveryP99Us: assumed('sns.latency.delivery_p99', 84_800, 'us', DELIVERY),
  slowDeliveryP50Us: assumed('sns.latency.slow_delivery_p50', 153_000, 'us', DELIVERY),
  slowDeliveryP99Us: assumed('sns.latency.slow_delivery_p99', 270_000, 'us', DELIVERY),
  fifoDeliveryP50Us: assumed('sns.latency.fifo_delivery_p50', 16_400, 'us', FIFO_DELIVERY),
  fifoDeliveryP99Us: assumed('sns.latency.fifo_delivery_p99', 27_100, 'us', FIFO_DELIVERY),
  fifoSlowDeliveryP50Us: assumed('sns.latency.fifo_slow_delivery_p50', 33_300, 'us', FIFO_DELIVERY),
  fifoSlowDeliveryP99Us: assumed('sns.latency.fifo_slow_delivery_p99', 61_400, 'us', FIFO_DELIVERY),
} as const;

export const snsFactList: readonly Fact[] = Object.values(snsFacts);

const LARGEST = new Set(['us-east-1']);
const LARGE = new Set(['us-west-2', 'eu-west-1']);
const MIDDLE_REGIONS = new Set(MIDDLE.split(', '));

/** Messages a second that one account may publish in a Region to its topics of this kind, with Publish and PublishBatch together. */
export function snsPublishQuotaOf(region: string, fifo: boolean): Fact {
  if (LARGEST.has(region)) return fifo ? snsFacts.publishFifoLargest : snsFacts.publishLargest;
  if (LARGE.has(region)) return fifo ? snsFacts.publishFifoLarge : snsFacts.publishLarge;
  if (fifo) return snsFacts.publishFifoElsewhere;
  return MIDDLE_REGIONS.has(region) ? snsFacts.publishMiddle : snsFacts.publishElsewhere;
}
