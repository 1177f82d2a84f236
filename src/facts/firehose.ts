/** Amazon Data Firehose (Kinesis Data Firehose until 2024). Snapshot of November 2026. */
import type { Fact } from './fact.ts';

const API = 'botocore service model firehose/2015-08-04, build 1.43.107';
const GUIDE = 'Firehose Developer Guide';
const GUIDE_2023 = `${GUIDE} (git 2023)`;
const QUOTA = `${GUIDE}: quota`;
const MIB = 1_048_576;

function confirmed(id: string, value: number, unit: string, source = API, note?: string): Fact {
  const fact: Fact = { id, value, unit, source, date: '2026-10', status: 'confirmed' };
  return note === undefined ? fact : { ...fact, note };
}
function secondary(id: string, value: number, unit: string, source: string, note: string): Fact {
  return { id, value, unit, source, date: '2026-10', status: 'secondary', note };
}
function assumed(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: 'our assumption', date: '2026-11-26', status: 'assumed', note };
}

/** Every number of Firehose that the model uses; what it costs stands in `prices.ts`. */
export const firehoseFacts = {
  // --- puts ---
  recordMaxBytes: confirmed('firehose.record.max_bytes', 1_024_000, 'B', API, '1,000 KiB, before base64'),
  batchMaxRecords: confirmed('firehose.batch.max_records', 500, 'records'),
  batchMaxBytes: confirmed('firehose.batch.max_bytes', 4 * MIB, 'B'),
  recordsPerSecondLarge: confirmed(
    'firehose.direct_put.records_per_s.us-east-1',
    500_000,
    'records/s',
    QUOTA,
    'also us-west-2, eu-west-1; the text of the API still says 5,000',
  ),
  requestsPerSecondLarge: confirmed('firehose.direct_put.requests_per_s.us-east-1', 2_000, 'requests/s', QUOTA),
  bytesPerSecondLarge: confirmed('firehose.direct_put.bytes_per_s.us-east-1', 5 * MIB, 'B/s', QUOTA),
  recordsPerSecond: confirmed('firehose.direct_put.records_per_s.other', 100_000, 'records/s', QUOTA),
  requestsPerSecond: confirmed('firehose.direct_put.requests_per_s.other', 1_000, 'requests/s', QUOTA),
  bytesPerSecond: confirmed('firehose.direct_put.bytes_per_s.other', MIB, 'B/s', QUOTA),
  quotaStepSeconds: assumed(
    'firehose.direct_put.step_time',
    60,
    's',
    'from the first throttled put until the limits of a stream have risen by a step; AWS says step by step, and no rate',
  ),
  quotaStepShare: assumed('firehose.direct_put.step_share', 1, 'share', 'of the first limits that a step adds'),
  quotaBurstSeconds: assumed('firehose.direct_put.burst', 1, 's', 'of each limit that may be used at once'),
  mskRecordMaxBytes: confirmed('firehose.msk.record_max_bytes', 10 * MIB, 'B', QUOTA),
  mskRecordMaxBytesTransformed: confirmed(
    'firehose.msk.record_max_bytes_lambda',
    6 * MIB,
    'B',
    QUOTA,
    'with a function',
  ),
  subRecordsMax: confirmed('firehose.deaggregation.max_records', 500, 'records', API, 'more: passed on undivided'),
  controlPerSecond: confirmed('firehose.control_tps', 5, 'calls/s', QUOTA, 'of each operation'),
  billedRoundBytes: confirmed(
    'firehose.bill.round_bytes',
    5_120,
    'B',
    'AWS pricing page',
    'each record is rounded up to so many; logs that AWS vends are not',
  ),

  // --- buffers ---
  bufferSecondsMax: confirmed('firehose.buffer.max_seconds', 900, 's', API, 'from 0; from 60 before 2023-12-14'),
  bufferSeconds: confirmed('firehose.buffer.seconds', 300, 's'),
  bufferSecondsSplunk: confirmed('firehose.buffer.seconds_splunk', 60, 's', API, 'which is its most, too'),
  bufferSecondsSnowflake: confirmed('firehose.buffer.seconds_snowflake', 0, 's'),
  bufferMiB: confirmed('firehose.buffer.mib', 5, 'MiB'),
  bufferMiBMaxS3: confirmed('firehose.buffer.max_mib_s3', 128, 'MiB', API, 'from 1, everywhere'),
  bufferMiBMaxOpenSearch: confirmed('firehose.buffer.max_mib_opensearch', 100, 'MiB'),
  bufferMiBMaxHttp: confirmed('firehose.buffer.max_mib_http', 64, 'MiB', API, 'before compression'),
  bufferMiBMaxSplunk: confirmed('firehose.buffer.max_mib_splunk', 5, 'MiB'),
  bufferMiBSnowflake: confirmed('firehose.buffer.mib_snowflake', 128, 'MiB', GUIDE, 'which is its most, too'),
  bufferMiBConversion: confirmed(
    'firehose.buffer.mib_conversion',
    128,
    'MiB',
    GUIDE_2023,
    'where formats are converted',
  ),
  bufferMiBMinConversion: confirmed('firehose.buffer.min_mib_conversion', 64, 'MiB', GUIDE_2023),
  bufferMiBPartitioning: secondary(
    'firehose.buffer.mib_partitioning',
    64,
    'MiB',
    GUIDE_2023,
    'where partitions are made while running; said to be the least, which is not confirmed and not enforced',
  ),
  bufferMiBDatadog: secondary('firehose.buffer.mib_datadog', 4, 'MiB', `${GUIDE} (git 2021)`, 'recommended'),
  bufferMiBSmallPartners: secondary(
    'firehose.buffer.mib_small_partners',
    1,
    'MiB',
    `${GUIDE} (git 2021, 2023)`,
    'recommended for New Relic, Sumo Logic and Elastic',
  ),
  httpMaxRecords: confirmed('firehose.http.max_records', 10_000, 'records', `${GUIDE}: HTTP request format (git 2023)`),
  zeroBufferUs: assumed(
    'firehose.buffer.zero_us',
    1_000_000,
    'us',
    'what a buffer of 0 s collects all the same; AWS: "within a few seconds", most streams within 5 s',
  ),
  zeroBufferDeliverySeconds: confirmed(
    'firehose.latency.zero_buffer',
    5,
    's',
    'AWS What’s New, 2023-12-26',
    'most streams without processing deliver within it',
  ),
  outstanding: assumed(
    'firehose.delivery.outstanding',
    10,
    'deliveries',
    'under way at once; while there are so many, buffers grow instead of closing. AWS publishes none',
  ),

  // --- partitions ---
  partitionsMax: confirmed('firehose.partitions.max', 500, 'partitions', QUOTA, 'up to 5,000 on request'),
  partitionDelayFactor: confirmed(
    'firehose.partitions.delay_factor',
    1.5,
    'times',
    `${GUIDE}: dynamic partitioning`,
    'of the interval, end to end: buffers are in more than one stage. The model has a first stage of half the interval',
  ),

  // --- transformation ---
  transformMBMin: confirmed('firehose.transform.min_mb', 0.2, 'MB', `${GUIDE}: data transformation`),
  transformMBMax: confirmed('firehose.transform.max_mb', 3, 'MB', `${GUIDE}: data transformation`),
  transformMB: confirmed('firehose.transform.mb', 1, 'MB', `${GUIDE}: data transformation`),
  transformKBSplunk: confirmed(
    'firehose.transform.kb_splunk',
    256,
    'KB',
    `${GUIDE}: data transformation`,
    'and Snowflake',
  ),
  transformSeconds: confirmed('firehose.transform.seconds', 60, 's', `${GUIDE}: data transformation`),
  transformSecondsSnowflake: confirmed(
    'firehose.transform.seconds_snowflake',
    30,
    's',
    `${GUIDE}: data transformation`,
  ),
  transformRetries: confirmed('firehose.transform.retries', 3, 'retries'),
  transformPayloadBytes: confirmed(
    'firehose.transform.payload_bytes',
    6 * MIB,
    'B',
    `${GUIDE}: data transformation`,
    'each way, in base64: a third more than the records',
  ),
  transformTimeoutSeconds: confirmed('firehose.transform.timeout', 300, 's', `${GUIDE}: data transformation`),
  transformConcurrency: secondary(
    'firehose.transform.concurrency',
    5,
    'invocations',
    GUIDE_2023,
    'of each shard; the model takes a direct put for one shard',
  ),
  transformConcurrencySplunk: secondary(
    'firehose.transform.concurrency_splunk',
    10,
    'invocations',
    GUIDE_2023,
    'of each shard',
  ),
  transformRetryUs: assumed('firehose.transform.retry_wait', 1_000_000, 'us', 'before a function is invoked again'),

  // --- delivery ---
  retentionHours: confirmed(
    'firehose.retention',
    24,
    'h',
    API,
    'then lost; of another source, as long as that keeps it',
  ),
  retrySecondsMax: confirmed('firehose.retry.max_seconds', 7_200, 's', API, 'from 0, which means none'),
  retrySecondsRedshift: confirmed('firehose.retry.seconds_redshift', 3_600, 's', API, 'from the first attempt on'),
  retrySecondsOpenSearch: confirmed('firehose.retry.seconds_opensearch', 300, 's', API, 'from the first attempt on'),
  retrySecondsHttp: secondary('firehose.retry.seconds_http', 300, 's', API, 'the default is not confirmed'),
  retrySecondsSplunk: secondary('firehose.retry.seconds_splunk', 300, 's', API, 'the default is not confirmed'),
  retrySecondsSnowflake: secondary('firehose.retry.seconds_snowflake', 60, 's', API, 'the default is not confirmed'),
  retryEverySeconds: confirmed(
    'firehose.retry.every',
    300,
    's',
    GUIDE_2023,
    'Redshift and OpenSearch, until the duration ends; the model tries once more at its end',
  ),
  backoffFirstSeconds: confirmed(
    'firehose.backoff.first',
    1,
    's',
    `${GUIDE}: HTTP error handling (git 2023)`,
    'doubles',
  ),
  backoffMostSeconds: confirmed('firehose.backoff.most', 120, 's', `${GUIDE}: HTTP error handling (git 2023)`),
  backoffJitter: confirmed(
    'firehose.backoff.jitter',
    0.15,
    'share',
    `${GUIDE}: HTTP error handling (git 2023)`,
    'up or down',
  ),
  httpTimeoutSeconds: confirmed('firehose.http.timeout', 180, 's', `${GUIDE}: HTTP request format (git 2023)`),
  splunkAckSeconds: secondary(
    'firehose.splunk.ack',
    180,
    's',
    'a setup guide of a third party',
    'until an acknowledgment must be there',
  ),
  splunkAckSecondsMin: confirmed('firehose.splunk.ack_min', 180, 's'),
  splunkAckSecondsMax: confirmed('firehose.splunk.ack_max', 600, 's'),
  bucketTimeoutSeconds: assumed('firehose.s3.timeout', 60, 's', 'until a write to S3 is taken for failed'),
  openSearchTimeoutSeconds: assumed('firehose.opensearch.timeout', 60, 's', 'until a bulk request is taken for failed'),
  redshiftTimeoutSeconds: assumed('firehose.redshift.timeout', 3_600, 's', 'until a COPY is taken for failed'),

  // --- times in scenarios ---
  putP50Us: assumed('firehose.latency.put_p50', 10_000, 'us', 'round trip of a put in the median; AWS publishes none'),
  putP99Us: assumed('firehose.latency.put_p99', 50_000, 'us', 'round trip of a put; AWS publishes none'),
  writeP50Us: assumed('firehose.latency.write_p50', 200_000, 'us', 'of a delivery in the median, by S3 or another'),
  writeP99Us: assumed('firehose.latency.write_p99', 1_000_000, 'us', 'of a delivery, by S3 or another'),
  functionUs: assumed('firehose.transform.time', 500_000, 'us', 'of an invocation of a function'),
  readEverySeconds: confirmed('firehose.source.read_every', 1, 's', GUIDE, 'GetRecords of each shard of a stream'),

  // --- formats ---
  gzipRatio: assumed('firehose.compression.gzip', 0.2, 'share', 'of the size, for JSON; also ZIP'),
  snappyRatio: assumed('firehose.compression.snappy', 0.35, 'share', 'of the size, for JSON; also HADOOP_SNAPPY'),
  compressionUsPerMiB: assumed('firehose.compression.time', 20_000, 'us/MiB', 'of what goes in'),
  conversionRatio: assumed(
    'firehose.conversion.ratio',
    0.2,
    'share',
    'of the size of JSON that Parquet or ORC takes, with Snappy',
  ),
  conversionUsPerMiB: assumed('firehose.conversion.time', 50_000, 'us/MiB', 'of what goes in'),
} as const satisfies Readonly<Record<string, Fact>>;

export const firehoseFactList: readonly Fact[] = Object.values(firehoseFacts);

/** Limits on direct puts, each second. */
export interface DirectPutQuota {
  readonly recordsPerSecond: number;
  readonly requestsPerSecond: number;
  readonly bytesPerSecond: number;
}

const f = firehoseFacts;
const LARGE: DirectPutQuota = {
  recordsPerSecond: f.recordsPerSecondLarge.value,
  requestsPerSecond: f.requestsPerSecondLarge.value,
  bytesPerSecond: f.bytesPerSecondLarge.value,
};
const OTHER: DirectPutQuota = {
  recordsPerSecond: f.recordsPerSecond.value,
  requestsPerSecond: f.requestsPerSecond.value,
  bytesPerSecond: f.bytesPerSecond.value,
};

/** What a stream in this Region may take by direct puts before its limits have grown. */
export function firehoseQuotaOf(region: string): DirectPutQuota {
  return region === 'us-east-1' || region === 'us-west-2' || region === 'eu-west-1' ? LARGE : OTHER;
}
