/** What differs between destinations: ranges, defaults and rules, as data. */
import { firehoseFacts as f } from '../../facts/index.ts';

const MIB = 1_048_576;
const SECOND_US = 1_000_000;

/** HTTP endpoints that AWS offers by the name of who runs them. */
export const PARTNERS = [
  'coralogix',
  'datadog',
  'dynatrace',
  'elastic',
  'honeycomb',
  'logicmonitor',
  'logzio',
  'mongodb',
  'newrelic',
  'sumologic',
] as const;
export type Partner = (typeof PARTNERS)[number];

export type DestinationKind = 's3' | 'redshift' | 'opensearch' | 'splunk' | 'http' | 'snowflake' | Partner;

export type CompressionFormat = 'UNCOMPRESSED' | 'GZIP' | 'ZIP' | 'Snappy' | 'HADOOP_SNAPPY';

export interface DestinationRules {
  /** CloudWatch's `DeliveryTo…`. */
  readonly metric: string;
  readonly bufferBytes: number;
  readonly maxBufferBytes: number;
  readonly bufferUs: number;
  readonly maxBufferUs: number;
  /** In one delivery. */
  readonly maxRecords: number;
  readonly compressions: readonly CompressionFormat[];
  /** How long it is tried again; null: as long as the data is kept. */
  readonly retryUs: number | null;
  /** Whether the retry duration goes on while an answer is awaited, and begins with the first attempt. */
  readonly retryCountsAnswers: boolean;
  /** Wait between attempts; null: it doubles. */
  readonly retryEveryUs: number | null;
  /** Until an answer must be there. */
  readonly timeoutUs: number;
  /** An answer that it is too large is final, and the data is not kept. */
  readonly tooLargeIsFinal: boolean;
  /** AWS's names: only what failed is backed up, and all. */
  readonly backupModes: readonly [failed: string, all: string];
  readonly failedPrefix: string;
  readonly transformBufferBytes: number;
  readonly transformBufferUs: number;
  /** Of each shard. */
  readonly invocations: number;
}

const EVERY_COMPRESSION: readonly CompressionFormat[] = ['UNCOMPRESSED', 'GZIP', 'ZIP', 'Snappy', 'HADOOP_SNAPPY'];

const s3: DestinationRules = {
  metric: 'DeliveryToS3',
  bufferBytes: f.bufferMiB.value * MIB,
  maxBufferBytes: f.bufferMiBMaxS3.value * MIB,
  bufferUs: f.bufferSeconds.value * SECOND_US,
  maxBufferUs: f.bufferSecondsMax.value * SECOND_US,
  maxRecords: Number.POSITIVE_INFINITY,
  compressions: EVERY_COMPRESSION,
  retryUs: null,
  retryCountsAnswers: false,
  retryEveryUs: null,
  timeoutUs: f.bucketTimeoutSeconds.value * SECOND_US,
  tooLargeIsFinal: false,
  backupModes: ['Disabled', 'Enabled'],
  failedPrefix: '',
  transformBufferBytes: f.transformMB.value * 1_000_000,
  transformBufferUs: f.transformSeconds.value * SECOND_US,
  invocations: f.transformConcurrency.value,
};

const http: DestinationRules = {
  ...s3,
  metric: 'DeliveryToHttpEndpoint',
  maxBufferBytes: f.bufferMiBMaxHttp.value * MIB,
  maxRecords: f.httpMaxRecords.value,
  compressions: ['UNCOMPRESSED', 'GZIP'],
  retryUs: f.retrySecondsHttp.value * SECOND_US,
  timeoutUs: f.httpTimeoutSeconds.value * SECOND_US,
  tooLargeIsFinal: true,
  backupModes: ['FailedDataOnly', 'AllData'],
  failedPrefix: 'http-endpoint-failed/',
};

const smallHttp: DestinationRules = { ...http, bufferBytes: f.bufferMiBSmallPartners.value * MIB };

/** Of a bucket that takes backups and errors. */
export const BUCKET = s3;

export const DESTINATIONS: Readonly<Record<DestinationKind, DestinationRules>> = {
  s3,
  redshift: {
    ...s3,
    metric: 'DeliveryToRedshift',
    compressions: ['UNCOMPRESSED', 'GZIP'],
    retryUs: f.retrySecondsRedshift.value * SECOND_US,
    retryCountsAnswers: true,
    retryEveryUs: f.retryEverySeconds.value * SECOND_US,
    timeoutUs: f.redshiftTimeoutSeconds.value * SECOND_US,
    failedPrefix: 'errors/',
  },
  opensearch: {
    ...s3,
    metric: 'DeliveryToAmazonOpenSearchService',
    maxBufferBytes: f.bufferMiBMaxOpenSearch.value * MIB,
    compressions: ['UNCOMPRESSED'],
    retryUs: f.retrySecondsOpenSearch.value * SECOND_US,
    retryCountsAnswers: true,
    retryEveryUs: f.retryEverySeconds.value * SECOND_US,
    timeoutUs: f.openSearchTimeoutSeconds.value * SECOND_US,
    backupModes: ['FailedDocumentsOnly', 'AllDocuments'],
    failedPrefix: 'AmazonOpenSearchService_failed/',
  },
  splunk: {
    ...s3,
    metric: 'DeliveryToSplunk',
    maxBufferBytes: f.bufferMiBMaxSplunk.value * MIB,
    bufferUs: f.bufferSecondsSplunk.value * SECOND_US,
    maxBufferUs: f.bufferSecondsSplunk.value * SECOND_US,
    compressions: ['UNCOMPRESSED'],
    retryUs: f.retrySecondsSplunk.value * SECOND_US,
    timeoutUs: f.splunkAckSeconds.value * SECOND_US,
    backupModes: ['FailedEventsOnly', 'AllEvents'],
    failedPrefix: 'splunk-failed/',
    transformBufferBytes: f.transformKBSplunk.value * 1000,
    invocations: f.transformConcurrencySplunk.value,
  },
  http,
  snowflake: {
    ...http,
    metric: 'DeliveryToSnowflake',
    bufferBytes: f.bufferMiBSnowflake.value * MIB,
    maxBufferBytes: f.bufferMiBSnowflake.value * MIB,
    bufferUs: f.bufferSecondsSnowflake.value * SECOND_US,
    maxRecords: Number.POSITIVE_INFINITY,
    compressions: ['UNCOMPRESSED'],
    retryUs: f.retrySecondsSnowflake.value * SECOND_US,
    tooLargeIsFinal: false,
    failedPrefix: 'snowflake-failed/',
    transformBufferBytes: f.transformKBSplunk.value * 1000,
    transformBufferUs: f.transformSecondsSnowflake.value * SECOND_US,
  },
  coralogix: http,
  datadog: { ...http, bufferBytes: f.bufferMiBDatadog.value * MIB },
  dynatrace: http,
  elastic: smallHttp,
  honeycomb: http,
  logicmonitor: http,
  logzio: http,
  mongodb: http,
  newrelic: smallHttp,
  sumologic: smallHttp,
};
