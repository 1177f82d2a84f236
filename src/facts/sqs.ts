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
  'AWS publishes none. One law for each call of a standard queue: usually about this, one in ten is slow. Fitted by Nelder and Mead so that half a send and half a waiting receive take the four published quantiles of message to Lambda (13.7, 16.2, 33.8, 105 ms) to a percent; how it splits between the two, and what Lambda has of it, is unknown';

const FIFO_FITTED =
  'AWS publishes none. Fitted as for standard queues, to the four published quantiles of message to Lambda (21.9, 28.1, 61.2, 645 ms), which they give to a percent; six in a hundred are slow, for with more of them the same quantiles need a tail of many seconds that nobody has measured';

/** Every number of SQS that the model, its validation or a cost uses. */
export const sqsFacts = {
  messageMaxBytes: confirmed('sqs.message.max_bytes', 1_048_576, 'B'),
  messageMinBytes: confirmed('sqs.message.min_bytes', 1, 'B'),
  maximumMessageSizeMinBytes: confirmed('sqs.queue.maximum_message_size_min', 1_024, 'B'),
  maximumMessageSizeDefaultBytes: confirmed('sqs.queue.maximum_message_size_default', 1_048_576, 'B'),
  batchMaxEntries: confirmed('sqs.batch.max_entries', 10, 'entries'),
  batchMaxBytes: confirmed('sqs.batch.max_bytes', 1_048_576, 'B'),
  queueNameMax: confirmed('sqs.queue.name_max', 80, 'characters'),
  policyMaxBytes: confirmed('sqs.policy.max_bytes', 8_192, 'B', `${GUIDE}: policy quotas`, '2026'),
  policyMaxStatements: confirmed('sqs.policy.max_statements', 20, 'statements', `${GUIDE}: policy quotas`, '2026'),
  policyMaxPrincipals: confirmed('sqs.policy.max_principals', 50, 'principals', `${GUIDE}: policy quotas`, '2026'),
  policyMaxConditions: confirmed('sqs.policy.max_conditions', 10, 'conditions', `${GUIDE}: policy quotas`, '2026'),
  policyMaxActions: confirmed('sqs.policy.max_actions', 7, 'actions', `${GUIDE}: policy quotas`, '2026'),
  attributeNameMax: confirmed('sqs.attributes.name_max', 256, 'characters', `${GUIDE}: message quotas`, '2026'),
  attributesMax: confirmed('sqs.attributes.max', 10, 'attributes', `${GUIDE}: message quotas`, '2026'),
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
  moveRateMin: confirmed('sqs.move.rate_min', 1, 'messages/s', API),
  moveRateMax: confirmed('sqs.move.rate_max', 500, 'messages/s', API),
  moveRateOptimised: assumed(
    'sqs.move.rate_optimised',
    500,
    'messages/s',
    'Where no rate is given AWS goes by the backlog and publishes no number: taken as the highest that can be asked for',
  ),
  moveMaxSeconds: confirmed('sqs.move.max', 129_600, 's', `${GUIDE}: dead-letter queue redrive`, '2023-06'),
  moveTasksPerAccount: confirmed(
    'sqs.move.tasks_per_account',
    100,
    'tasks',
    `${GUIDE}: dead-letter queue redrive`,
    '2023-06',
  ),
  moveTasksListed: confirmed('sqs.move.tasks_listed', 10, 'tasks', API),
  redriveAllowQueues: confirmed('sqs.redrive.allow_queues', 10, 'queues', API),
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
  fifoHighThroughputSecondTier: {
    ...confirmed('sqs.fifo.high_throughput_second_tier', 19_000, 'calls/s', `${GUIDE}: message quotas`, '2026'),
    note: 'us-east-2, eu-central-1',
  },
  fifoHighThroughputThirdTier: secondary(
    'sqs.fifo.high_throughput_third_tier',
    9_000,
    'calls/s',
    'copies of the announcement of October 2023',
    '2023-10',
    'ap-south-1, ap-southeast-1, ap-southeast-2, ap-northeast-1',
  ),
  fifoHighThroughputFourthTier: secondary(
    'sqs.fifo.high_throughput_fourth_tier',
    4_500,
    'calls/s',
    'copies of the announcement of October 2023',
    '2023-10',
    'eu-west-2, sa-east-1',
  ),
  fifoHighThroughputElsewhere: assumed(
    'sqs.fifo.high_throughput_elsewhere',
    2_400,
    'calls/s',
    'The number that is passed on for all other Regions; no source of it was found',
  ),
  fifoPartitionFill: assumed(
    'sqs.fifo.partition_fill',
    0.8,
    'share',
    'AWS adds partitions as the load nears what there are, and says no number: here the busiest is expected to have at most so much of its calls at the highest load',
  ),
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
  endToEndP10Ms: secondary(
    'sqs.latency.end_to_end_p10',
    13.7,
    'ms',
    MEASURED,
    '2022-09',
    'message to Lambda, standard queue',
  ),
  endToEndP50Ms: secondary(
    'sqs.latency.end_to_end_p50',
    16.2,
    'ms',
    MEASURED,
    '2022-09',
    'message to Lambda, standard queue',
  ),
  endToEndP90Ms: secondary(
    'sqs.latency.end_to_end_p90',
    33.8,
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
  slowCallShare: assumed('sqs.latency.slow_share', 0.1, 'share', FITTED),
  callP50Us: assumed('sqs.latency.call_p50', 15_600, 'us', FITTED),
  callP99Us: assumed('sqs.latency.call_p99', 22_800, 'us', FITTED),
  slowCallP50Us: assumed('sqs.latency.slow_call_p50', 52_600, 'us', FITTED),
  slowCallP99Us: assumed('sqs.latency.slow_call_p99', 320_000, 'us', FITTED),
  fifoEndToEndP10Ms: secondary(
    'sqs.latency.fifo_end_to_end_p10',
    21.9,
    'ms',
    MEASURED,
    '2022-09',
    'message to Lambda, FIFO queue',
  ),
  fifoEndToEndP50Ms: secondary(
    'sqs.latency.fifo_end_to_end_p50',
    28.1,
    'ms',
    MEASURED,
    '2022-09',
    'message to Lambda, FIFO queue',
  ),
  fifoEndToEndP90Ms: secondary(
    'sqs.latency.fifo_end_to_end_p90',
    61.2,
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
  fifoCallP50Us: assumed('sqs.latency.fifo_call_p50', 26_900, 'us', FIFO_FITTED),
  fifoCallP99Us: assumed('sqs.latency.fifo_call_p99', 48_600, 'us', FIFO_FITTED),
  fifoSlowCallShare: assumed('sqs.latency.fifo_slow_share', 0.06, 'share', FIFO_FITTED),
  fifoSlowCallP50Us: assumed('sqs.latency.fifo_slow_call_p50', 289_000, 'us', FIFO_FITTED),
  fifoSlowCallP99Us: assumed('sqs.latency.fifo_slow_call_p99', 3_370_000, 'us', FIFO_FITTED),
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

/** Calls a second and action that a Region's FIFO queue takes in high-throughput mode. */
export function fifoQuotaOf(region: string): Fact {
  return FIFO_QUOTAS.find(([regions]) => regions.includes(region))?.[1] ?? sqsFacts.fifoHighThroughputElsewhere;
}

const FIFO_QUOTAS: readonly (readonly [regions: readonly string[], quota: Fact])[] = [
  [['us-east-1', 'us-west-2', 'eu-west-1'], sqsFacts.fifoHighThroughputCallsPerSecond],
  [['us-east-2', 'eu-central-1'], sqsFacts.fifoHighThroughputSecondTier],
  [['ap-south-1', 'ap-southeast-1', 'ap-southeast-2', 'ap-northeast-1'], sqsFacts.fifoHighThroughputThirdTier],
  [['eu-west-2', 'sa-east-1'], sqsFacts.fifoHighThroughputFourthTier],
];
