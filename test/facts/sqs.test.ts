import { expect, test } from 'vitest';
import { fifoQuotaOf, sqsFactList } from '../../src/facts/index.ts';

/** Typed in from AWS's pages a second time, so that a slip in the table is seen. */
const known: Record<string, number> = {
  'sqs.message.max_bytes': 1024 * 1024,
  'sqs.message.min_bytes': 1,
  'sqs.queue.maximum_message_size_min': 1024,
  'sqs.queue.maximum_message_size_default': 1024 * 1024,
  'sqs.batch.max_entries': 10,
  'sqs.batch.max_bytes': 1024 * 1024,
  'sqs.queue.name_max': 80,
  'sqs.policy.max_bytes': 8 * 1024,
  'sqs.policy.max_statements': 20,
  'sqs.policy.max_principals': 50,
  'sqs.policy.max_conditions': 10,
  'sqs.policy.max_actions': 7,
  'sqs.attributes.name_max': 256,
  'sqs.attributes.max': 10,
  'sqs.receive.max_messages': 10,
  'sqs.receive.max_messages_default': 1,
  'sqs.receive.wait_max': 20,
  'sqs.receive.wait_default': 0,
  'sqs.visibility.max': 12 * 3600,
  'sqs.visibility.default': 30,
  'sqs.visibility.total_cap': 12 * 3600,
  'sqs.delay.max': 15 * 60,
  'sqs.delay.default': 0,
  'sqs.retention.min': 60,
  'sqs.retention.max': 14 * 86_400,
  'sqs.retention.default': 4 * 86_400,
  'sqs.attributes.propagation_max': 60,
  'sqs.retention.propagation_max': 15 * 60,
  'sqs.in_flight.standard': 120_000,
  'sqs.purge.interval': 60,
  'sqs.redrive.max_receive_count_default': 10,
  'sqs.redrive.max_receive_count_min': 1,
  'sqs.redrive.max_receive_count_max': 1000,
  'sqs.redrive.allow_queues': 10,
  'sqs.move.rate_min': 1,
  'sqs.move.rate_max': 500,
  'sqs.move.rate_optimised': 500,
  'sqs.move.max': 36 * 3600,
  'sqs.move.tasks_per_account': 100,
  'sqs.move.tasks_listed': 10,
  'sqs.age.passed_after_receives': 3,
  'sqs.in_flight.fifo': 120_000,
  'sqs.fifo.scan_window': 120_000,
  'sqs.fifo.calls_per_second': 300,
  'sqs.fifo.messages_per_second': 300 * 10,
  'sqs.fifo.partition_calls_per_second': 300,
  'sqs.fifo.high_throughput_calls_per_second': 70_000,
  'sqs.fifo.high_throughput_second_tier': 19_000,
  'sqs.fifo.high_throughput_third_tier': 9_000,
  'sqs.fifo.high_throughput_fourth_tier': 4_500,
  'sqs.fifo.high_throughput_elsewhere': 2_400,
  'sqs.fifo.partition_fill': 0.8,
  'sqs.fair.in_flight_share': 0.1,
  'sqs.fair.in_flight_min': 30,
  'sqs.fair.processing_share': 0.1,
  'sqs.fair.processing_window': 60,
  'sqs.fair.processed_min': 30,
  'sqs.fair.silence': 300,
  'sqs.fifo.burst': 1,
  'sqs.fifo.deduplication_interval': 5 * 60,
  'sqs.fifo.receive_attempt_interval': 5 * 60,
  'sqs.distribution.servers': 8,
  'sqs.distribution.sampled': 4,
  'sqs.distribution.overtaken_by_max': 10,
  'sqs.latency.end_to_end_p10': 13.7,
  'sqs.latency.end_to_end_p50': 16.2,
  'sqs.latency.end_to_end_p90': 33.8,
  'sqs.latency.end_to_end_p99': 105,
  'sqs.latency.sizing_example': 20,
  'sqs.latency.slow_share': 0.1,
  'sqs.latency.call_p50': 15_600,
  'sqs.latency.call_p99': 22_800,
  'sqs.latency.slow_call_p50': 52_600,
  'sqs.latency.slow_call_p99': 320_000,
  'sqs.latency.fifo_end_to_end_p10': 21.9,
  'sqs.latency.fifo_end_to_end_p50': 28.1,
  'sqs.latency.fifo_end_to_end_p90': 61.2,
  'sqs.latency.fifo_end_to_end_p99': 645,
  'sqs.latency.fifo_call_p50': 26_900,
  'sqs.latency.fifo_call_p99': 48_600,
  'sqs.latency.fifo_slow_share': 0.06,
  'sqs.latency.fifo_slow_call_p50': 289_000,
  'sqs.latency.fifo_slow_call_p99': 3_370_000,
  'sqs.price.standard_per_million': 0.4,
  'sqs.price.standard_tier2_per_million': 0.3,
  'sqs.price.standard_tier3_per_million': 0.24,
  'sqs.price.fifo_per_million': 0.5,
  'sqs.price.chunk_bytes': 64 * 1024,
};

test('every fact has the value that the sources give, and no fact is without a check', () => {
  expect(Object.fromEntries(sqsFactList.map(({ id, value }) => [id, value]))).toEqual(known);
});

test('every fact says where it comes from, and an assumption says why', () => {
  for (const { id, unit, source, date, status, note } of sqsFactList) {
    expect(id).toMatch(/^sqs\.[a-z_0-9]+\.[a-z_0-9]+$/);
    expect(unit.length, id).toBeGreaterThan(0);
    expect(source.length, id).toBeGreaterThan(0);
    expect(date, id).toMatch(/^20\d\d(-\d\d){0,2}$/);
    if (status !== 'confirmed') expect(note?.length ?? 0, id).toBeGreaterThan(0);
  }
});

test.each([
  ['us-east-1', 70_000],
  ['us-west-2', 70_000],
  ['eu-west-1', 70_000],
  ['us-east-2', 19_000],
  ['eu-central-1', 19_000],
  ['ap-south-1', 9_000],
  ['eu-west-2', 4_500],
  ['af-south-1', 2_400],
])('a FIFO queue in high-throughput mode takes in %s %i calls a second', (region, perSecond) => {
  expect(fifoQuotaOf(region).value).toBe(perSecond);
});
