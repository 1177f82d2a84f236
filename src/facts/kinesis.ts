/** Amazon Kinesis Data Streams. Snapshot of November 2026. */
import type { Fact } from './fact.ts';

const API = 'botocore service model kinesis/2013-12-02, build 1.43.107';
const GUIDE = 'Data Streams Developer Guide';
const QUOTAS = `${GUIDE}: quotas`;
const ON_DEMAND = `${GUIDE}: on-demand mode`;
const MEASURED = 'Bite-Sized Serverless, latency benchmark';
const FITTED =
  'fitted: a record reaches a reader that polls once a second, or that is pushed to, in the median that was measured';
const MIB = 1_048_576;

function confirmed(id: string, value: number, unit: string, source = API, note?: string): Fact {
  const fact: Fact = { id, value, unit, source, date: '2026-10', status: 'confirmed' };
  return note === undefined ? fact : { ...fact, note };
}
function secondary(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: MEASURED, date: '2022-09', status: 'secondary', note };
}
function assumed(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: 'our assumption', date: '2026-11-26', status: 'assumed', note };
}

/** Every number of Data Streams that the model uses. */
export const kinesisFacts = {
  recordMaxKiBDefault: confirmed(
    'kinesis.record.max_kib_default',
    1_024,
    'KiB',
    API,
    'data and partition key; of a stream: MaxRecordSizeInKiB. Fixed before 2025-10-27',
  ),
  recordMaxKiBMin: confirmed('kinesis.record.max_kib_min', 1_024, 'KiB'),
  recordMaxKiBMax: confirmed('kinesis.record.max_kib_max', 10_240, 'KiB'),
  partitionKeyMaxChars: confirmed('kinesis.partition_key.max_chars', 256, 'characters'),
  putMaxRecords: confirmed('kinesis.put_records.max_entries', 500, 'records'),
  putMaxBytes: confirmed('kinesis.put_records.max_bytes', 10 * MIB, 'B', API, '5 MiB before October 2025'),
  putUnitKiB: confirmed('kinesis.put.payload_unit', 25, 'KiB', 'AWS pricing page', 'puts are billed by it'),
  writeBytesPerSecond: confirmed('kinesis.shard.write_bytes_per_s', MIB, 'B/s', API, 'partition keys included'),
  writeRecordsPerSecond: confirmed('kinesis.shard.write_records_per_s', 1_000, 'records/s'),
  writeBurstBytes: confirmed(
    'kinesis.shard.write_burst_bytes',
    10 * MIB,
    'B',
    `${GUIDE}: large records`,
    'up to; the model has the largest record of the stream, which is 10 MiB at most',
  ),
  readBytesPerSecond: confirmed('kinesis.shard.read_bytes_per_s', 2 * MIB, 'B/s', API, 'all who call share it'),
  getRecordsPerSecond: confirmed('kinesis.shard.get_records_tps', 5, 'calls/s'),
  getMaxBytes: confirmed('kinesis.get_records.max_bytes', 10 * MIB, 'B'),
  getMaxRecords: confirmed('kinesis.get_records.max_records', 10_000, 'records'),
  fullReadPauseSeconds: confirmed(
    'kinesis.get_records.penalty_after_full',
    5,
    's',
    API,
    'after a result of 10 MiB; what is more than a second’s worth is paid back at 2 MiB/s',
  ),
  readThrottlePauseSeconds: confirmed(
    'kinesis.get_records.penalty_after_throttle',
    1,
    's',
    QUOTAS,
    'calls in the next second throw too',
  ),
  iteratorSeconds: confirmed('kinesis.iterator_ttl', 300, 's'),
  getShardIteratorPerSecond: confirmed('kinesis.get_shard_iterator_tps', 5, 'calls/s', API, 'of each shard'),
  retentionHoursDefault: confirmed('kinesis.retention_hours_default', 24, 'h'),
  retentionHoursMin: confirmed('kinesis.retention_hours_min', 24, 'h'),
  retentionHoursMax: confirmed('kinesis.retention_hours_max', 8_760, 'h'),
  consumersMax: confirmed('kinesis.efo.consumers_per_stream', 20, 'consumers', API, '50 for on-demand Advantage'),
  consumersMaxAdvantage: confirmed('kinesis.efo.consumers_per_stream_advantage', 50, 'consumers'),
  consumersCreatingMax: confirmed('kinesis.efo.consumers_creating', 5, 'consumers'),
  pushBytesPerSecond: confirmed('kinesis.efo.bytes_per_s_per_shard', 2 * MIB, 'B/s', API, 'of each consumer'),
  subscriptionSeconds: confirmed('kinesis.efo.subscription_max', 300, 's'),
  resubscribeSeconds: confirmed(
    'kinesis.efo.resubscribe_conflict',
    5,
    's',
    API,
    'again before: ResourceInUseException; later the new call takes over',
  ),
  subscribePerSecond: confirmed('kinesis.efo.subscribe_tps', 1, 'calls/s', API, 'of a consumer and a shard'),
  pushLatencyUs: confirmed(
    'kinesis.efo.propagation',
    70_000,
    'us',
    `${GUIDE}: reading data`,
    'typically, on average, whatever the number of consumers',
  ),
  onDemandStartBytesPerSecond: confirmed('kinesis.ondemand.start_write_mb_per_s', 4, 'MB/s', QUOTAS, '4,000 records/s'),
  onDemandSplitBytesPerSecond: confirmed(
    'kinesis.ondemand.split_threshold_kb_per_s',
    500,
    'KB/s',
    `${ON_DEMAND} (git 2022)`,
  ),
  onDemandScaleMinutes: confirmed(
    'kinesis.ondemand.scale_window_minutes',
    15,
    'min',
    `${ON_DEMAND} (git 2022)`,
    'a shard is split within them; the model takes all of them',
  ),
  onDemandHeadroom: confirmed(
    'kinesis.ondemand.headroom_factor',
    2,
    'times',
    ON_DEMAND,
    'of the peak of the last 30 days; more than that in 15 min throttles. So a shard is split at half of its records too (assumed)',
  ),
  onDemandMaxGBPerSecond: confirmed(
    'kinesis.ondemand.max_write_gb_per_s.us-east-1',
    10,
    'GB/s',
    QUOTAS,
    'also us-west-2, eu-west-1; elsewhere 200 MB/s',
  ),
  modeSwitchesPerDay: confirmed('kinesis.mode_switches_per_24h', 2, 'switches', QUOTAS),
  updateShardCountPerDay: confirmed('kinesis.update_shard_count.per_24h', 10, 'calls'),
  updateShardCountFactor: confirmed('kinesis.update_shard_count.max_factor', 2, 'times', API, 'and not below half'),
  updateShardCountMax: confirmed('kinesis.update_shard_count.max_shards', 10_000, 'shards'),
  reshardPerSecond: confirmed('kinesis.reshard_tps', 5, 'calls/s', QUOTAS, 'SplitShard and MergeShards, each'),
  updateShardCountPerSecond: confirmed('kinesis.update_shard_count.tps', 10, 'calls/s'),
  controlPerSecond: confirmed('kinesis.control_tps', 5, 'calls/s', API, 'retention, RegisterStreamConsumer'),
  listShardsPerSecond: confirmed('kinesis.list_shards_tps', 1_000, 'calls/s', API, 'of each stream; 100 in 2022'),
  shardQuota: confirmed(
    'kinesis.shards_per_account.us-east-1',
    20_000,
    'shards',
    QUOTAS,
    'also us-west-2, eu-west-1; 1,000 or 6,000 elsewhere; can be raised',
  ),
  readBurstSeconds: assumed(
    'kinesis.shard.read_burst',
    1,
    's',
    'what a shard’s reads may be ahead of 2 MiB/s; AWS publishes none',
  ),
  recordBurstSeconds: assumed('kinesis.shard.record_burst', 1, 's', 'of 1,000 records/s and of calls a second'),
  reshardUs: assumed(
    'kinesis.reshard.time',
    30_000_000,
    'us',
    'how long a stream is UPDATING; AWS: "seconds to minutes"',
  ),
  consumerCreateUs: assumed('kinesis.efo.create_time', 10_000_000, 'us', 'how long a consumer is CREATING'),
  onDemandWindowSeconds: assumed(
    'kinesis.ondemand.traffic_window',
    60,
    's',
    'over which the traffic of a shard is measured; AWS publishes none',
  ),
  sharedEndToEndP50Ms: secondary(
    'kinesis.latency.shared_end_to_end_p50',
    627,
    'ms',
    'put to Lambda, polled once a second',
  ),
  pushedEndToEndP50Ms: secondary(
    'kinesis.latency.pushed_end_to_end_p50',
    49.4,
    'ms',
    'put to Lambda, enhanced fan-out',
  ),
  putP50Us: assumed('kinesis.latency.put_p50', 20_000, 'us', FITTED),
  putP99Us: assumed('kinesis.latency.put_p99', 80_000, 'us', FITTED),
  getP50Us: assumed('kinesis.latency.get_p50', 100_000, 'us', `${FITTED}; AWS: about 200 ms with one consumer`),
  getP99Us: assumed('kinesis.latency.get_p99', 300_000, 'us', FITTED),
  pushP50Us: assumed('kinesis.latency.push_p50', 39_400, 'us', `${FITTED}; AWS: typically 70 ms, on average`),
  pushEventBytes: assumed('kinesis.efo.event_bytes', MIB, 'B', 'of one SubscribeToShardEvent at most, or one record'),
} as const satisfies Readonly<Record<string, Fact>>;

export const kinesisFactList: readonly Fact[] = Object.values(kinesisFacts);
