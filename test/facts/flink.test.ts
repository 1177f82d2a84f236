import { expect, test } from 'vitest';
import { flinkFactList, priceFacts } from '../../src/facts/index.ts';

/** Typed in from AWS's pages, its service model and Flink's sources, not from our facts. */
const known = {
  'flink.kpu.vcpu': 1,
  'flink.kpu.memory_gb': 4,
  'flink.kpu.storage_gb': 50,
  'flink.kpus_per_app': 64,
  'flink.orchestration_kpus': 1,
  'flink.parallelism_default': 1,
  'flink.parallelism_max_default': 256,
  'flink.parallelism_per_kpu_default': 1,
  'flink.parallelism_per_kpu_max': 8,
  'flink.autoscale.up_cpu': 75,
  'flink.autoscale.up_minutes': 15,
  'flink.autoscale.down_cpu': 10,
  'flink.autoscale.down_minutes': 6 * 60,
  'flink.autoscale.factor': 2,
  'flink.checkpoint_interval_ms': 60 * 1000,
  'flink.checkpoint_min_pause_ms': 5 * 1000,
  'flink.billing_min': 10 * 60,
  'flink.allowed_lateness': 0,
  'flink.watermark_interval': 200 * 1000,
  'flink.key_groups_min': 2 ** 7,
  'flink.key_groups_max': 2 ** 15,
  'flink.checkpoint_timeout': 10 * 60 * 1e6,
  'flink.input_buffer': 10 * 32 * 1024,
  'flink.record_cpu': 20,
  'flink.checkpoint_base': 5e5,
  'flink.checkpoint_rate': 5e7,
  'flink.state_entry': 100,
  'flink.restart': 30e6,
  'flink.rescale': 60e6,
};

test('every number of Flink is as it was read, and says where it comes from', () => {
  expect(Object.fromEntries(flinkFactList.map(({ id, value }) => [id, value]))).toEqual(known);
  for (const { id, unit, source, date } of flinkFactList) {
    expect([unit.length > 0, source.length > 0, /^20\d\d/.test(date)], id).toEqual([true, true, true]);
  }
});

test('prices of Flink are those of us-east-1', () => {
  const { flinkKpuHour, flinkStorageGbMonth, flinkBackupGbMonth } = priceFacts;
  expect([flinkKpuHour, flinkStorageGbMonth, flinkBackupGbMonth].map(({ value }) => value)).toEqual([0.11, 0.1, 0.023]);
});
