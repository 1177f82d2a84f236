/** Settings of a stream, as resolved: every default filled in, times in whole microseconds. */
import { kinesisFacts as f } from '../../facts/index.ts';

const US_PER_HOUR = 3_600_000_000;

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
