/** Settings of a stream, as resolved: every default filled in, times in whole microseconds. */
import { kinesisFacts as f } from '../../facts/index.ts';
import type { Distribution } from '../../kernel/index.ts';

const US_PER_HOUR = 3_600_000_000;
const KIB = 1024;

export type StreamMode = 'PROVISIONED' | 'ON_DEMAND';
/** `AUTO`: records go to the open shards in turn, whatever their keys; on-demand streams only. */
export type RecordDistributionStrategy = 'USER_PARTITION_KEY' | 'AUTO';

export interface StreamSettings {
  readonly name: string;
  /** Twelve digits; it appears in AWS's error texts. */
  readonly accountId: string;
  readonly mode: StreamMode;
  /** Open shards at the start. */
  readonly shards: number;
  readonly retentionUs: number;
  /** Data and partition key of one record at most, KiB; it is also the burst of a shard's bytes. */
  readonly maxRecordSizeKiB: number;
  readonly distributionStrategy: RecordDistributionStrategy;
  /** Open shards that the account may have; this stream alone counts. */
  readonly shardQuota: number;
  /** Consumers of enhanced fan-out at most: 20, or 50 where the account has on-demand Advantage. */
  readonly maxConsumers: number;
  /** On-demand mode: shards beyond which it does not grow. */
  readonly onDemandMaxShards: number;
  /** Share of the records of PutRecords that fail with InternalFailure. */
  readonly internalFailureRate: number;
  /** How long the stream is UPDATING when shards or mode change. */
  readonly reshardUs: number;
  /** How long a consumer of enhanced fan-out is CREATING. */
  readonly consumerCreateUs: number;
  /** From the put until enhanced fan-out pushes a record. */
  readonly pushLatencyUs: number;
}

/** Times that AWS does not publish; microseconds. */
export interface KinesisLatency {
  /** Round trip of a put. */
  readonly put: Distribution;
  /** Round trip of GetRecords, and of every other call of a reader. */
  readonly get: Distribution;
}

/** What an operator does to the shards during the run. */
export type ReshardSettings =
  | { readonly kind: 'updateShardCount'; readonly atUs: number; readonly shards: number }
  /** The shard that was offered most in the minute before, in its middle. */
  | { readonly kind: 'splitHottest'; readonly atUs: number }
  /** The two neighbours that were offered least. */
  | { readonly kind: 'mergeColdest'; readonly atUs: number };

/** A stream of a scenario. */
export interface KinesisSettings {
  readonly type: 'kinesis';
  readonly name: string;
  readonly streamMode: 'provisioned' | 'on-demand';
  readonly shards: number;
  readonly retentionPeriodUs: number;
  readonly maxRecordSizeBytes: number;
  readonly recordDistribution: RecordDistributionStrategy;
  /** Producers put each key under so many names in turn, so that a hot one falls into several shards; 1: under its own. */
  readonly keySalt: number;
  /** Share of the records of PutRecords that fail inside the service. */
  readonly internalFailureRate: number;
  readonly reshardTimeUs: number;
  readonly reshard: readonly ReshardSettings[];
  /** From a put until enhanced fan-out brings the record to a reader. */
  readonly pushLatencyUs: number;
  readonly latency: KinesisLatency;
}

/** The stream of a scenario's settings. */
export function streamOf(settings: KinesisSettings, accountId: string | undefined): StreamSettings {
  return streamSettings({
    name: settings.name,
    ...(accountId === undefined ? {} : { accountId }),
    mode: settings.streamMode === 'on-demand' ? 'ON_DEMAND' : 'PROVISIONED',
    shards: settings.shards,
    retentionUs: settings.retentionPeriodUs,
    maxRecordSizeKiB: settings.maxRecordSizeBytes / KIB,
    distributionStrategy: settings.recordDistribution,
    internalFailureRate: settings.internalFailureRate,
    reshardUs: settings.reshardTimeUs,
    pushLatencyUs: settings.pushLatencyUs,
  });
}

/** What a stream has where nothing is said. On demand: four shards, which take 4 MB/s. */
export function streamSettings(
  given: Partial<Omit<StreamSettings, 'name'>> & { readonly name: string },
): StreamSettings {
  const mode = given.mode ?? 'PROVISIONED';
  return {
    accountId: '123456789012',
    mode,
    shards: mode === 'ON_DEMAND' ? f.onDemandStartBytesPerSecond.value : 1,
    retentionUs: f.retentionHoursDefault.value * US_PER_HOUR,
    maxRecordSizeKiB: f.recordMaxKiBDefault.value,
    distributionStrategy: 'USER_PARTITION_KEY',
    shardQuota: f.shardQuota.value,
    maxConsumers: f.consumersMax.value,
    onDemandMaxShards: f.onDemandMaxGBPerSecond.value * 1000,
    internalFailureRate: 0,
    reshardUs: f.reshardUs.value,
    consumerCreateUs: f.consumerCreateUs.value,
    pushLatencyUs: f.pushLatencyUs.value,
    ...given,
  };
}
