import { expect, test } from 'vitest';
import { sqsFactList, sqsFacts } from '../../src/facts/index.ts';
import { compileVariate, Simulation } from '../../src/kernel/index.ts';

/** Typed in from AWS's pages a second time, so that a slip in the table is seen. */
const known: Record<string, number> = {
  'sqs.message.max_bytes': 1024 * 1024,
  'sqs.message.min_bytes': 1,
  'sqs.queue.maximum_message_size_min': 1024,
  'sqs.queue.maximum_message_size_default': 1024 * 1024,
  'sqs.batch.max_entries': 10,
  'sqs.batch.max_bytes': 1024 * 1024,
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
  'sqs.age.passed_after_receives': 3,
  'sqs.in_flight.fifo': 120_000,
  'sqs.fifo.scan_window': 120_000,
  'sqs.fifo.calls_per_second': 300,
  'sqs.fifo.messages_per_second': 300 * 10,
  'sqs.fifo.partition_calls_per_second': 300,
  'sqs.fifo.high_throughput_calls_per_second': 70_000,
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
  'sqs.latency.end_to_end_p50': 16.2,
  'sqs.latency.end_to_end_p99': 105,
  'sqs.latency.sizing_example': 20,
  'sqs.latency.send_p50': 10_000,
  'sqs.latency.send_p99': 106_000,
  'sqs.latency.receive_p50': 16_600,
  'sqs.latency.receive_p99': 176_000,
  'sqs.latency.delete_p50': 10_000,
  'sqs.latency.delete_p99': 106_000,
  'sqs.latency.fifo_end_to_end_p50': 28.1,
  'sqs.latency.fifo_end_to_end_p99': 645,
  'sqs.latency.fifo_send_p50': 13_800,
  'sqs.latency.fifo_send_p99': 607_000,
  'sqs.latency.fifo_receive_p50': 22_900,
  'sqs.latency.fifo_receive_p99': 1_008_000,
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
  ['standard', sqsFacts.sendP50Us, sqsFacts.sendP99Us, sqsFacts.receiveP50Us, sqsFacts.receiveP99Us, 16.2, 105],
  [
    'FIFO',
    sqsFacts.fifoSendP50Us,
    sqsFacts.fifoSendP99Us,
    sqsFacts.fifoReceiveP50Us,
    sqsFacts.fifoReceiveP99Us,
    28.1,
    645,
  ],
] as const)(
  'the assumed latencies of a %s queue give the published end-to-end percentiles, half a send and half a receive together',
  (_kind, sendP50, sendP99, receiveP50, receiveP99, median, tail) => {
    const send = compileVariate({ kind: 'lognormal', p50: sendP50.value, p99: sendP99.value });
    const receive = compileVariate({ kind: 'lognormal', p50: receiveP50.value, p99: receiveP99.value });
    const random = new Simulation({ seed: 1 }).stream('fit');
    const draws = { length: 200_000 };
    const sums = Float64Array.from(draws, () => (send.draw(random) + receive.draw(random)) / 2000).sort();
    const [p50 = 0, p99 = 0] = [0.5, 0.99].map((p) => sums[Math.floor(p * sums.length)]);
    expect(Math.abs(p50 / median - 1)).toBeLessThan(0.02);
    expect(Math.abs(p99 / tail - 1)).toBeLessThan(0.04);
  },
);
