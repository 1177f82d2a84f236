/** Amazon SQS, standard and FIFO queues: quotas, latencies and prices (us-east-1, list prices). Snapshot of November 2026. */
import type { Fact } from './fact.ts';

const API = 'botocore service model sqs/2012-11-05, build 1.43.107';
const API_DATE = '2026-10-01';
const GUIDE = 'SQS Developer Guide';
const FAIR = `${GUIDE}: how fair queues work`;
const RECORDED = 'LocalStack test snapshots recorded on AWS';
const MEASURED = 'Bite-Sized Serverless: serverless messaging latency compared, eu-west-1, 1,024 samples';

function confirmed(id: string, value: number, unit: string, source = API, date = API_DATE): Fact {
  return { id, value, unit, source, date, status: 'confirmed' };
}
function secondary(id: string, value: number, unit: string, source: string, date: string, note: string): Fact {
  return { id, value, unit, source, date, status: 'secondary', note };
}
function assumed(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: 'our assumption', date: '2026-11-23', status: 'assumed', note };
}

const FITTED =
  'AWS publishes none. Fitted so that half a send and half a waiting receive take the published median 16.2 ms and 99th percentile 105 ms of message to Lambda; the 10th and 90th percentile are then 6 and 44 ms where 14 and 34 were measured, and how it splits between the two is unknown';

const FIFO_FITTED =
  'AWS publishes none. Fitted as for standard queues, to the published median 28.1 ms and 99th percentile 645 ms of message to Lambda; the 10th and 90th percentile are then 6 and 148 ms where 22 and 61 were measured: the middle is too wide';

/** Every number of SQS that the model, its validation or a cost uses. */
export const sqsFacts = {
  messageMaxBytes: confirmed('sqs.message.max_bytes', 1_048_576, 'B'),
  messageMinBytes: confirmed('sqs.message.min_bytes', 1, 'B'),
  maximumMessageSizeMinBytes: confirmed('sqs.queue.maximum_message_size_min', 1_024, 'B'),
  maximumMessageSizeDefaultBytes: confirmed('sqs.queue.maximum_message_size_default', 1_048_576, 'B'),
  batchMaxEntries: confirmed('sqs.batch.max_entries', 10, 'entries'),
  batchMaxBytes: confirmed('sqs.batch.max_bytes', 1_048_576, 'B'),
  receiveMaxMessages: confirmed('sqs.receive.max_messages', 10, 'messages'),
  receiveDefaultMessages: confirmed('sqs.receive.max_messages_default', 1, 'messages'),
  waitMaxSeconds: confirmed('sqs.receive.wait_max', 20, 's'),
  waitDefaultSeconds: confirmed('sqs.receive.wait_default', 0, 's'),
  visibilityMaxSeconds: confirmed('sqs.visibility.max', 43_200, 's'),
  visibilityDefaultSeconds: confirmed('sqs.visibility.default', 30, 's'),
  visibilityTotalCapSeconds: confirmed(
    'sqs.visibility.total_cap',
    43_200,
    's',
    `${GUIDE}: visibility timeout`,
    '2023-06',
  ),
  delayMaxSeconds: confirmed('sqs.delay.max', 900, 's'),
  delayDefaultSeconds: confirmed('sqs.delay.default', 0, 's'),
  retentionMinSeconds: confirmed('sqs.retention.min', 60, 's'),
  retentionMaxSeconds: confirmed('sqs.retention.max', 1_209_600, 's'),
  retentionDefaultSeconds: confirmed('sqs.retention.default', 345_600, 's'),
  attributePropagationMaxSeconds: confirmed('sqs.attributes.propagation_max', 60, 's'),
  retentionPropagationMaxSeconds: confirmed('sqs.retention.propagation_max', 900, 's'),
  inFlightStandard: {
    ...confirmed('sqs.in_flight.standard', 120_000, 'messages', `${GUIDE}: quotas`, '2026'),
    note: 'approximately, says AWS; it can be raised',
  },
  purgeIntervalSeconds: confirmed('sqs.purge.interval', 60, 's', `${API}; ${RECORDED}`),
  maxReceiveCountDefault: confirmed('sqs.redrive.max_receive_count_default', 10, 'receives'),
  maxReceiveCountMin: secondary(
    'sqs.redrive.max_receive_count_min',
    1,
    'receives',
    'third-party validators',
    '2026',
    'several independent ones agree',
  ),
  maxReceiveCountMax: secondary(
    'sqs.redrive.max_receive_count_max',
    1_000,
    'receives',
    'third-party validators',
    '2026',
    'several independent ones agree',
  ),
  agePassedAfterReceives: {
    ...confirmed('sqs.age.passed_after_receives', 3, 'receives', `${GUIDE}: available CloudWatch metrics`, '2026'),
    note: 'a message received so often and not deleted moves to the back of the queue and no longer counts for ApproximateAgeOfOldestMessage',
  },
  inFlightFifo: {
    ...confirmed('sqs.in_flight.fifo', 120_000, 'messages', `${GUIDE}: FIFO queue quotas`, '2026'),
    note: '20,000 until November 2024; at the limit a receive is empty, not an error',
  },
  fifoScanWindow: {
    ...confirmed('sqs.fifo.scan_window', 120_000, 'messages', `${GUIDE}: backlog with the same group id`, '2026'),
    note: '20,000 before 2025; messages of the queue, from its front, among which a receive looks for groups',
  },
  fifoCallsPerSecond: confirmed('sqs.fifo.calls_per_second', 300, 'calls/s', `${GUIDE}: message quotas`, '2026'),
  fifoMessagesPerSecond: confirmed(
    'sqs.fifo.messages_per_second',
    3_000,
    'messages/s',
    `${GUIDE}: message quotas`,
    '2026',
  ),
  fifoPartitionCallsPerSecond: confirmed(
    'sqs.fifo.partition_calls_per_second',
    300,
    'calls/s',
    `${GUIDE}: partitions and data distribution`,
    '2023-06',
  ),
  fifoHighThroughputCallsPerSecond: {
    ...confirmed('sqs.fifo.high_throughput_calls_per_second', 70_000, 'calls/s', `${GUIDE}: message quotas`, '2026'),
    note: 'us-east-1, us-west-2, eu-west-1, each action; other Regions have less',
  },
  fifoBurstSeconds: assumed(
    'sqs.fifo.burst',
    1,
    's',
    'AWS publishes a rate per second and no burst: calls of one second may come at once',
  ),
  deduplicationSeconds: {
    ...confirmed('sqs.fifo.deduplication_interval', 300, 's', `${API}; ${RECORDED}`),
    note: 'a minimum, from the first accepted message; whether a duplicate prolongs it is not known: taken as no',
  },
  fairInFlightShare: confirmed('sqs.fair.in_flight_share', 0.1, 'share', FAIR, '2026'),
  fairInFlightMin: confirmed('sqs.fair.in_flight_min', 30, 'messages', FAIR, '2026'),
  fairProcessingShare: confirmed('sqs.fair.processing_share', 0.1, 'share', FAIR, '2026'),
  fairSilenceSeconds: confirmed('sqs.fair.silence', 300, 's', FAIR, '2026'),
  fairProcessingWindowSeconds: assumed(
    'sqs.fair.processing_window',
    60,
    's',
    'AWS says "recent" processing time of consumers. Here: of the minute that runs and the one before',
  ),
  fairProcessedMin: assumed(
    'sqs.fair.processed_min',
    30,
    'messages',
    'Messages of a group worked on in that time before its share of the processing time counts, or the first of all would be noisy; AWS names none for this measure',
  ),
  receiveAttemptSeconds: confirmed('sqs.fifo.receive_attempt_interval', 300, 's'),
  serversAssumed: assumed('sqs.distribution.servers', 8, 'servers', 'AWS publishes no number'),
  sampledAssumed: assumed('sqs.distribution.sampled', 4, 'servers', 'AWS says a weighted random subset; no number'),
  overtakenByMax: assumed(
    'sqs.distribution.overtaken_by_max',
    10,
    'messages',
    'how many later messages pass one that is overtaken: uniform from 1',
  ),
  endToEndP50Ms: secondary(
    'sqs.latency.end_to_end_p50',
    16.2,
    'ms',
    MEASURED,
    '2022-09',
    'message to Lambda, standard queue',
  ),
  endToEndP99Ms: secondary(
    'sqs.latency.end_to_end_p99',
    105,
    'ms',
    MEASURED,
    '2022-09',
    'message to Lambda, standard queue',
  ),
  sizingExampleMs: confirmed('sqs.latency.sizing_example', 20, 'ms', `${GUIDE}: horizontal scaling`, '2023-06'),
  sendP50Us: assumed('sqs.latency.send_p50', 10_000, 'us', FITTED),
  sendP99Us: assumed('sqs.latency.send_p99', 106_000, 'us', FITTED),
  receiveP50Us: assumed('sqs.latency.receive_p50', 16_600, 'us', FITTED),
  receiveP99Us: assumed('sqs.latency.receive_p99', 176_000, 'us', FITTED),
  deleteP50Us: assumed('sqs.latency.delete_p50', 10_000, 'us', 'AWS publishes none; taken as a send'),
  deleteP99Us: assumed('sqs.latency.delete_p99', 106_000, 'us', 'AWS publishes none; taken as a send'),
  fifoEndToEndP50Ms: secondary(
    'sqs.latency.fifo_end_to_end_p50',
    28.1,
    'ms',
    MEASURED,
    '2022-09',
    'message to Lambda, FIFO queue',
  ),
  fifoEndToEndP99Ms: secondary(
    'sqs.latency.fifo_end_to_end_p99',
    645,
    'ms',
    MEASURED,
    '2022-09',
    'message to Lambda, FIFO queue',
  ),
  fifoSendP50Us: assumed('sqs.latency.fifo_send_p50', 13_800, 'us', FIFO_FITTED),
  fifoSendP99Us: assumed('sqs.latency.fifo_send_p99', 607_000, 'us', FIFO_FITTED),
  fifoReceiveP50Us: assumed('sqs.latency.fifo_receive_p50', 22_900, 'us', FIFO_FITTED),
  fifoReceiveP99Us: assumed('sqs.latency.fifo_receive_p99', 1_008_000, 'us', FIFO_FITTED),
  priceStandardPerMillion: confirmed(
    'sqs.price.standard_per_million',
    0.4,
    'USD/1e6 requests',
    'infracost golden files, us-east-1',
    '2024-07',
  ),
  priceStandardTier2PerMillion: secondary(
    'sqs.price.standard_tier2_per_million',
    0.3,
    'USD/1e6 requests',
    'AWS price list quoted in public repositories',
    '2026',
    'from 100 to 200 thousand million requests a month',
  ),
  priceStandardTier3PerMillion: secondary(
    'sqs.price.standard_tier3_per_million',
    0.24,
    'USD/1e6 requests',
    'AWS price list quoted in public repositories',
    '2026',
    'beyond 200 thousand million requests a month',
  ),
  priceFifoPerMillion: confirmed(
    'sqs.price.fifo_per_million',
    0.5,
    'USD/1e6 requests',
    'infracost golden files, us-east-1',
    '2024-07',
  ),
  priceChunkBytes: confirmed(
    'sqs.price.chunk_bytes',
    65_536,
    'B',
    'AWS SQS pricing page as quoted in public repositories',
    '2026',
  ),
} as const satisfies Record<string, Fact>;

/** The same, to be listed. */
export const sqsFactList: readonly Fact[] = Object.values(sqsFacts);
