import { expect, test } from 'vitest';
import { kinesisFactList } from '../../src/facts/index.ts';

const MiB = 1_048_576;

/** Typed in from AWS's pages and service model, not from our facts. */
const known = {
  'kinesis.record.max_kib_default': 1024,
  'kinesis.record.max_kib_min': 1024,
  'kinesis.record.max_kib_max': 10_240,
  'kinesis.partition_key.max_chars': 256,
  'kinesis.put_records.max_entries': 500,
  'kinesis.put_records.max_bytes': 10 * MiB,
  'kinesis.shard.write_bytes_per_s': MiB,
  'kinesis.shard.write_records_per_s': 1000,
  'kinesis.shard.write_burst_bytes': 10 * MiB,
  'kinesis.shard.read_bytes_per_s': 2 * MiB,
  'kinesis.get_records.max_bytes': 10 * MiB,
  'kinesis.get_records.max_records': 10_000,
  'kinesis.shard.get_records_tps': 5,
  'kinesis.get_records.penalty_after_full': 5,
  'kinesis.get_records.penalty_after_throttle': 1,
  'kinesis.iterator_ttl': 5 * 60,
  'kinesis.get_shard_iterator_tps': 5,
  'kinesis.retention_hours_default': 24,
  'kinesis.retention_hours_min': 24,
  'kinesis.retention_hours_max': 365 * 24,
  'kinesis.efo.consumers_per_stream': 20,
  'kinesis.efo.consumers_per_stream_advantage': 50,
  'kinesis.efo.consumers_creating': 5,
  'kinesis.efo.bytes_per_s_per_shard': 2 * MiB,
  'kinesis.efo.subscription_max': 5 * 60,
  'kinesis.efo.resubscribe_conflict': 5,
  'kinesis.efo.subscribe_tps': 1,
  'kinesis.efo.propagation': 70_000,
  'kinesis.ondemand.start_write_mb_per_s': 4,
  'kinesis.ondemand.split_threshold_kb_per_s': 500,
  'kinesis.ondemand.scale_window_minutes': 15,
  'kinesis.ondemand.headroom_factor': 2,
  'kinesis.ondemand.max_write_gb_per_s.us-east-1': 10,
  'kinesis.mode_switches_per_24h': 2,
  'kinesis.update_shard_count.per_24h': 10,
  'kinesis.update_shard_count.max_factor': 2,
  'kinesis.update_shard_count.max_shards': 10_000,
  'kinesis.reshard_tps': 5,
  'kinesis.update_shard_count.tps': 10,
  'kinesis.control_tps': 5,
  'kinesis.list_shards_tps': 1000,
  'kinesis.shards_per_account.us-east-1': 20_000,
  'kinesis.shard.read_burst': 1,
  'kinesis.shard.record_burst': 1,
  'kinesis.reshard.time': 30e6,
  'kinesis.efo.create_time': 10e6,
  'kinesis.ondemand.traffic_window': 60,
  'kinesis.efo.event_bytes': MiB,
  'kinesis.put.payload_unit': 25,
  'kinesis.latency.shared_end_to_end_p50': 627,
  'kinesis.latency.pushed_end_to_end_p50': 49.4,
  'kinesis.latency.put_p50': 20e3,
  'kinesis.latency.put_p99': 80e3,
  'kinesis.latency.get_p50': 100e3,
  'kinesis.latency.get_p99': 300e3,
  'kinesis.latency.push_p50': 39.4e3,
};

test('every number of Data Streams is as it was read, and says where it comes from', () => {
  expect(Object.fromEntries(kinesisFactList.map(({ id, value }) => [id, value]))).toEqual(known);
  for (const { id, unit, source, date } of kinesisFactList) {
    expect([unit.length > 0, source.length > 0, /^20\d\d/.test(date)], id).toEqual([true, true, true]);
  }
});
