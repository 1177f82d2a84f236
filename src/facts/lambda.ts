/** AWS Lambda: functions and event source mappings of SQS. Snapshot of November 2026. */
import type { Fact } from './fact.ts';

const API = 'botocore service model lambda/2015-03-31, build 1.43.107';
const SCALING = 'Lambda Developer Guide: SQS scaling behaviour';
const GUIDE = 'Lambda Developer Guide';

function confirmed(id: string, value: number, unit: string, source = API, note?: string): Fact {
  const fact: Fact = { id, value, unit, source, date: '2026-10', status: 'confirmed' };
  return note === undefined ? fact : { ...fact, note };
}
function secondary(id: string, value: number, unit: string, source: string, note: string): Fact {
  return { id, value, unit, source, date: '2026', status: 'secondary', note };
}
function assumed(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: 'our assumption', date: '2026-11-24', status: 'assumed', note };
}

/** Every number of Lambda that the models use. */
export const lambdaFacts = {
  batchSizeDefault: confirmed('lambda.batch.size_default', 10, 'messages'),
  batchSizeMaxStandard: confirmed('lambda.batch.size_max_standard', 10_000, 'messages'),
  batchSizeMaxFifo: confirmed('lambda.batch.size_max_fifo', 10, 'messages'),
  batchSizeWithoutWindow: confirmed(
    'lambda.batch.size_without_window',
    10,
    'messages',
    API,
    'a larger batch needs a window of at least 1 s',
  ),
  batchWindowMaxSeconds: confirmed('lambda.batch.window_max', 300, 's', API, 'standard queues only'),
  longPollSeconds: confirmed(
    'lambda.batch.window_long_poll',
    20,
    's',
    `${GUIDE} (git 2023)`,
    'with a window, little traffic may wait so long even if the window is shorter',
  ),
  streamBatchSizeDefault: confirmed('lambda.stream.batch_default', 100, 'records'),
  streamBatchSizeMax: confirmed('lambda.stream.batch_max', 10_000, 'records'),
  parallelizationFactorMax: confirmed(
    'lambda.stream.parallelization_max',
    10,
    'batches',
    API,
    'of each shard, at once',
  ),
  streamRetryAttemptsMax: confirmed('lambda.stream.retry_attempts_max', 10_000, 'retries', API, 'unlimited by default'),
  streamRecordAgeMinSeconds: confirmed('lambda.stream.record_age_min', 60, 's', API, 'unlimited by default'),
  streamRecordAgeMaxSeconds: confirmed('lambda.stream.record_age_max', 604_800, 's'),
  streamPollUs: confirmed('lambda.stream.poll', 1_000_000, 'us', GUIDE, 'of each shard, without enhanced fan-out'),
  payloadBytes: confirmed(
    'lambda.batch.payload',
    6_291_456,
    'B',
    'Lambda Invoke API page',
    'of a synchronous invocation: a batch closes on it',
  ),
  eventPayloadBytes: confirmed(
    'lambda.event.payload',
    1_048_576,
    'B',
    'AWS What’s New, 2025-10-24',
    'of an asynchronous invocation; 256 KB before',
  ),
  pollersAtStart: confirmed('lambda.scaling.start', 5, 'batches', SCALING),
  pollersWhenIdle: confirmed('lambda.scaling.idle', 2, 'batches', SCALING, 'not with MaximumConcurrency'),
  pollersPerMinute: confirmed('lambda.scaling.per_minute', 300, 'batches/min', SCALING, '60 before November 2023'),
  pollersMost: confirmed('lambda.scaling.most', 1_250, 'batches', SCALING, '1,000 before November 2023'),
  maximumConcurrencyMin: confirmed('lambda.maximum_concurrency.min', 2, 'batches', `${API}: ScalingConfig`),
  maximumConcurrencyMax: confirmed('lambda.maximum_concurrency.max', 1_000, 'batches', `${API}: ScalingConfig`),
  provisionedMinDefault: confirmed('lambda.provisioned.min_pollers_default', 2, 'pollers'),
  provisionedMinLowest: confirmed('lambda.provisioned.min_pollers_lowest', 2, 'pollers'),
  provisionedMinHighest: confirmed('lambda.provisioned.min_pollers_highest', 200, 'pollers'),
  provisionedMaxDefault: confirmed('lambda.provisioned.max_pollers_default', 200, 'pollers'),
  provisionedMaxHighest: confirmed(
    'lambda.provisioned.max_pollers_highest',
    2_000,
    'pollers',
    GUIDE,
    'the API model allows 10,000; 2,000 are the 20,000 concurrent invocations that AWS names',
  ),
  provisionedPerMinute: confirmed('lambda.provisioned.per_minute', 1_000, 'batches/min', 'AWS News Blog, 2025-11-14'),
  provisionedBatchesPerPoller: confirmed(
    'lambda.provisioned.batches_per_poller',
    10,
    'batches',
    `${GUIDE}; AWS News Blog, 2025-11-14`,
  ),
  provisionedPollsPerPoller: confirmed('lambda.provisioned.polls_per_poller', 10, 'polls/s', GUIDE),
  provisionedBytesPerPoller: confirmed('lambda.provisioned.bytes_per_poller', 1_048_576, 'B/s', GUIDE),
  visibilityMarginSeconds: confirmed(
    'lambda.visibility.margin',
    30,
    's',
    `${GUIDE} (git 2023)`,
    'window + timeout + margin where a window is given and the queue hides for less than window + timeout',
  ),
  visibilityTimeouts: confirmed(
    'lambda.visibility.advised',
    6,
    'function timeouts',
    GUIDE,
    'plus the batch window; Lambda refuses a mapping whose queue hides for less than one',
  ),
  receiveCountLeast: confirmed('lambda.redrive.receive_count_advised', 5, 'receives', GUIDE),
  accountConcurrency: confirmed(
    'lambda.concurrency.account',
    1_000,
    'environments',
    `${GUIDE}: quotas`,
    'can be raised',
  ),
  unreservedConcurrencyMin: secondary(
    'lambda.concurrency.unreserved_min',
    100,
    'environments',
    `${GUIDE}: reserved concurrency`,
    'what cannot be reserved; not in our sheet of facts',
  ),
  scaleEnvironments: confirmed(
    'lambda.scaling_rate.environments',
    1_000,
    'environments',
    `${GUIDE}: scaling behaviour`,
  ),
  scaleSeconds: confirmed(
    'lambda.scaling_rate.per',
    10,
    's',
    `${GUIDE}: scaling behaviour`,
    'refilled continuously; what is not used is not saved up',
  ),
  timeoutMaxSeconds: confirmed('lambda.timeout.max', 900, 's', API, 'new compute types: 5,400'),
  timeoutDefaultSeconds: secondary(
    'lambda.timeout.default',
    3,
    's',
    `${GUIDE}: function timeout`,
    'from memory, not looked up',
  ),
  memoryMinBytes: confirmed('lambda.memory.min', 134_217_728, 'B'),
  memoryMaxBytes: confirmed('lambda.memory.max', 10_737_418_240, 'B', API, 'new compute types: 32,768 MB'),
  eventRetries: secondary(
    'lambda.event.retries',
    2,
    'retries',
    `${API}: MaximumRetryAttempts`,
    'from memory, not looked up',
  ),
  eventMaxAgeSeconds: secondary(
    'lambda.event.max_age',
    21_600,
    's',
    `${API}: MaximumEventAgeInSeconds`,
    'from memory, not looked up',
  ),
  eventFirstRetrySeconds: secondary(
    'lambda.event.first_retry',
    60,
    's',
    `${GUIDE}: errors of asynchronous invocation`,
    'the second retry waits twice as long',
  ),
  eventThrottleFirstSeconds: secondary(
    'lambda.event.throttle_first',
    1,
    's',
    `${GUIDE}: errors of asynchronous invocation`,
    'then twice as long each time',
  ),
  eventThrottleMostSeconds: secondary(
    'lambda.event.throttle_most',
    300,
    's',
    `${GUIDE}: errors of asynchronous invocation`,
    'the longest wait between two tries',
  ),
  coldStartP50Us: assumed(
    'lambda.cold_start.p50',
    250_000,
    'us',
    'AWS publishes none; it depends on runtime and package',
  ),
  coldStartP99Us: assumed('lambda.cold_start.p99', 1_000_000, 'us', 'AWS says: from under 100 ms to over 1 s'),
  keepWarmUs: assumed('lambda.environment.keep_warm', 600_000_000, 'us', 'AWS publishes none; minutes were observed'),
  throttleRetryUs: assumed(
    'lambda.mapping.throttle_retry',
    1_000_000,
    'us',
    'until the first new try of a throttled batch; AWS speaks of a backoff and gives no numbers: as of asynchronous events',
  ),
  throttleRetryMostUs: assumed(
    'lambda.mapping.throttle_retry_most',
    300_000_000,
    'us',
    'each wait is twice as long as the one before, up to this',
  ),
  streamRetryUs: assumed(
    'lambda.stream.retry',
    1_000_000,
    'us',
    'until a batch that failed is worked on again; AWS says only that it is retried',
  ),
  streamHandRecords: assumed(
    'lambda.stream.in_hand',
    10_000,
    'records',
    'a shard is not polled while the mapping holds so many of its records',
  ),
  pollRetryUs: assumed('lambda.mapping.poll_retry', 1_000_000, 'us', 'after a poll that failed'),
  sparePollUs: assumed(
    'lambda.mapping.spare_poll',
    1_000_000,
    'us',
    'a poll that waits for so long shows that there are pollers to spare: one fewer, at most as fast as they come',
  ),
  idleUs: assumed('lambda.mapping.idle', 300_000_000, 'us', 'without a message until fewer than five poll'),
} as const satisfies Readonly<Record<string, Fact>>;

export const lambdaFactList: readonly Fact[] = Object.values(lambdaFacts);
