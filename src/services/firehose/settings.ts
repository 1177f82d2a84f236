/** Settings of a delivery stream, as resolved: every default filled in, times in whole microseconds, sizes in bytes. */
import { type DirectPutQuota, firehoseFacts as f, firehoseQuotaOf } from '../../facts/index.ts';
import type { Distribution } from '../../kernel/index.ts';
import { BUCKET, type CompressionFormat, type DestinationKind, DESTINATIONS } from './destinations.ts';

const MIB = 1_048_576;
const SECOND_US = 1_000_000;
const HOUR_US = 3600 * SECOND_US;

/** Who puts: producers, or whoever reads the stream that is the source. */
export type FirehoseSource = 'DirectPut' | 'KinesisStreamAsSource' | 'MSKAsSource';

export interface BufferSettings {
  /** It closes when it holds so much, or when the interval is over. */
  readonly bytes: number;
  /** 0: what comes goes, within about a second. */
  readonly intervalUs: number;
}

export interface CompressionSettings {
  readonly format: CompressionFormat;
  /** Size afterwards, as a share. */
  readonly ratio: number;
  /** For each MiB that goes in. */
  readonly usPerMiB: number;
}

export interface ConversionSettings {
  readonly format: 'PARQUET' | 'ORC';
  /** Size afterwards, as a share; the compression that belongs to the format included. */
  readonly ratio: number;
  readonly usPerMiB: number;
}

export interface TransformSettings {
  readonly buffer: BufferSettings;
  /** After an invocation that failed. */
  readonly retries: number;
  readonly retryWaitUs: number;
  readonly timeoutUs: number;
  /** Invocations at once; 5 (Splunk 10) for each shard of the source. */
  readonly concurrency: number;
}

export interface FirehoseSettings {
  readonly name: string;
  /** Twelve digits; it appears in AWS's error texts. */
  readonly accountId: string;
  readonly source: FirehoseSource;
  readonly destination: DestinationKind;
  /** Direct puts: what it may take before it grows. */
  readonly quota: DirectPutQuota;
  /** From the first throttled put until the limits rise by a step. */
  readonly quotaStepUs: number;
  /** How much of the first limits a step adds; 0: they never grow. */
  readonly quotaStepShare: number;
  /** CloudWatch Logs and others of AWS put: the bill counts bytes as they are. */
  readonly vendedLogs: boolean;
  readonly buffer: BufferSettings;
  /**
   * `lastDelivery`: intervals follow on each other, and a record waits for the end of the one that it came in. `firstRecord`: each buffer has one from its first record on. AWS doesn't say
   * which; buffers of partitions and of 0 s begin with their first record in any case.
   */
  readonly intervalFrom: 'lastDelivery' | 'firstRecord';
  /** `all`: records as they came go to the backup bucket too. */
  readonly backup: 'failed' | 'all';
  /** Of backups and errors. */
  readonly backupBuffer: BufferSettings;
  /** How long a destination other than S3 is tried again. */
  readonly retryUs: number;
  /** Until the destination's answer must be there. */
  readonly timeoutUs: number;
  /** Deliveries under way at once. */
  readonly outstanding: number;
  /** How long data is kept that can't be delivered: 24 h; of a stream, what its retention is. */
  readonly retentionUs: number;
  readonly transform: TransformSettings | null;
  /** Dynamic partitioning, S3 only: active partitions at most. */
  readonly partitions: number | null;
  readonly compression: CompressionSettings;
  readonly conversion: ConversionSettings | null;
  /** Share of the records of PutRecordBatch that fail with InternalFailure. */
  readonly internalFailureRate: number;
}

export type GivenFirehoseSettings = Partial<
  Omit<FirehoseSettings, 'name' | 'transform' | 'compression' | 'conversion'>
> & {
  readonly name: string;
  readonly region?: string;
  readonly transform?: (Partial<TransformSettings> & { readonly shards?: number }) | null;
  readonly compression?: Partial<CompressionSettings>;
  readonly conversion?: Partial<ConversionSettings> | null;
};

/** What a delivery stream has where nothing is said; of its destination, what AWS says for that. */
export function firehoseSettings({ region = 'us-east-1', ...given }: GivenFirehoseSettings): FirehoseSettings {
  const destination = given.destination ?? 's3';
  const rules = DESTINATIONS[destination];
  const partitions = given.partitions ?? null;
  return {
    accountId: '123456789012',
    source: 'DirectPut',
    quota: firehoseQuotaOf(region),
    quotaStepUs: f.quotaStepSeconds.value * SECOND_US,
    quotaStepShare: f.quotaStepShare.value,
    vendedLogs: false,
    intervalFrom: 'lastDelivery',
    backup: 'failed',
    backupBuffer: { bytes: BUCKET.bufferBytes, intervalUs: BUCKET.bufferUs },
    retryUs: rules.retryUs ?? 0,
    timeoutUs: rules.timeoutUs,
    outstanding: f.outstanding.value,
    retentionUs: f.retentionHours.value * HOUR_US,
    internalFailureRate: 0,
    ...given,
    destination,
    partitions,
    buffer: given.buffer ?? { bytes: bufferBytesOf(given), intervalUs: rules.bufferUs },
    transform: given.transform ? transformSettings(given.transform, destination) : null,
    compression: compressionSettings(given.compression ?? {}),
    conversion: given.conversion
      ? { format: 'PARQUET', ratio: f.conversionRatio.value, usPerMiB: f.conversionUsPerMiB.value, ...given.conversion }
      : null,
  };
}

function bufferBytesOf({ destination = 's3', conversion, partitions }: GivenFirehoseSettings): number {
  if (conversion) return f.bufferMiBConversion.value * MIB;
  if (partitions != null) return f.bufferMiBPartitioning.value * MIB;
  return DESTINATIONS[destination].bufferBytes;
}

function transformSettings(
  { shards = 1, ...given }: Partial<TransformSettings> & { readonly shards?: number },
  destination: DestinationKind,
): TransformSettings {
  const rules = DESTINATIONS[destination];
  return {
    buffer: { bytes: rules.transformBufferBytes, intervalUs: rules.transformBufferUs },
    retries: f.transformRetries.value,
    retryWaitUs: f.transformRetryUs.value,
    timeoutUs: f.transformTimeoutSeconds.value * SECOND_US,
    concurrency: rules.invocations * shards,
    ...given,
  };
}

const RATIOS: Readonly<Record<CompressionFormat, number>> = {
  UNCOMPRESSED: 1,
  GZIP: f.gzipRatio.value,
  ZIP: f.gzipRatio.value,
  Snappy: f.snappyRatio.value,
  HADOOP_SNAPPY: f.snappyRatio.value,
};

function compressionSettings(given: Partial<CompressionSettings>): CompressionSettings {
  const format = given.format ?? 'UNCOMPRESSED';
  return {
    format,
    ratio: RATIOS[format],
    usPerMiB: format === 'UNCOMPRESSED' ? 0 : f.compressionUsPerMiB.value,
    ...given,
  };
}

// --- in scenarios ---

/** A function before the destination, as far as its answers matter here. */
export interface TransformerSettings {
  /** Of an invocation. */
  readonly time: Distribution;
  /** Share of the invocations that fail as a whole. */
  readonly failureRate: number;
  /** Shares of the records that it calls `ProcessingFailed`, and `Dropped`. */
  readonly failedRecords: number;
  readonly droppedRecords: number;
  /** Size of a record afterwards, as a share. */
  readonly ratio: number;
}

/** A delivery stream of a scenario. */
export interface DeliveryStreamSettings {
  readonly type: 'firehose';
  readonly name: string;
  /** The stream that it reads; null: it is put to. */
  readonly source: string | null;
  readonly destination: DestinationKind;
  /** Who stands for the destination; null: it takes `time`, and is always there. */
  readonly to: string | null;
  /** Who stands for the bucket behind another destination, or for the backup's; null: as with `to`. */
  readonly bucket: string | null;
  /** Of a write where nobody stands for who takes it. */
  readonly time: Distribution;
  readonly buffer: BufferSettings;
  readonly intervalFrom: FirehoseSettings['intervalFrom'];
  readonly backup: FirehoseSettings['backup'];
  readonly backupBuffer: BufferSettings;
  readonly retryUs: number;
  readonly timeoutUs: number;
  readonly outstanding: number;
  readonly transform: (TransformSettings & { readonly function: TransformerSettings }) | null;
  /** Dynamic partitioning by the keys of the requests: active partitions at most. */
  readonly partitions: number | null;
  readonly compression: CompressionSettings;
  readonly conversion: ConversionSettings | null;
  readonly internalFailureRate: number;
  readonly vendedLogs: boolean;
  /** It delivers into a VPC, which costs more. */
  readonly vpc: boolean;
  readonly latency: { readonly put: Distribution };
}

/** Where a delivery stream of a scenario is, and what it reads. */
export interface DeliveryStreamPlace {
  readonly accountId?: string;
  readonly region?: string;
  /** Of the stream that is its source. */
  readonly shards?: number;
  readonly retentionUs?: number;
}

/** The delivery stream of a scenario's settings. */
export function deliveryStreamOf(settings: DeliveryStreamSettings, place: DeliveryStreamPlace = {}): FirehoseSettings {
  const {
    type: _type,
    source,
    to: _to,
    bucket: _bucket,
    time: _time,
    vpc: _vpc,
    latency: _latency,
    ...rest
  } = settings;
  const { shards = 1, ...where } = place;
  const { transform } = settings;
  return firehoseSettings({
    ...rest,
    ...where,
    source: source === null ? 'DirectPut' : 'KinesisStreamAsSource',
    transform: transform === null ? null : { ...transform, concurrency: transform.concurrency * shards },
  });
}
