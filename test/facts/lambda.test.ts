import { expect, test } from 'vitest';
import { lambdaFactList } from '../../src/facts/index.ts';

const MiB = 1_048_576;

/** Typed in a second time. */
const known: Record<string, number> = {
  'lambda.batch.size_default': 10,
  'lambda.batch.size_max_standard': 1e4,
  'lambda.batch.size_max_fifo': 10,
  'lambda.batch.size_without_window': 10,
  'lambda.batch.window_max': 300,
  'lambda.batch.window_long_poll': 20,
  'lambda.stream.batch_default': 100,
  'lambda.stream.batch_max': 1e4,
  'lambda.stream.parallelization_max': 10,
  'lambda.stream.retry_attempts_max': 1e4,
  'lambda.stream.record_age_min': 60,
  'lambda.stream.record_age_max': 7 * 86_400,
  'lambda.stream.poll': 1e6,
  'lambda.stream.retry': 1e6,
  'lambda.stream.in_hand': 1e4,
  'lambda.batch.payload': 6 * MiB,
  'lambda.event.payload': MiB,
  'lambda.scaling.start': 5,
  'lambda.scaling.idle': 2,
  'lambda.scaling.per_minute': 300,
  'lambda.scaling.most': 1250,
  'lambda.maximum_concurrency.min': 2,
  'lambda.maximum_concurrency.max': 1000,
  'lambda.provisioned.min_pollers_default': 2,
  'lambda.provisioned.min_pollers_lowest': 2,
  'lambda.provisioned.min_pollers_highest': 200,
  'lambda.provisioned.max_pollers_default': 200,
  'lambda.provisioned.max_pollers_highest': 2000,
  'lambda.provisioned.per_minute': 1000,
  'lambda.provisioned.batches_per_poller': 10,
  'lambda.provisioned.polls_per_poller': 10,
  'lambda.provisioned.bytes_per_poller': MiB,
  'lambda.visibility.margin': 30,
  'lambda.visibility.advised': 6,
  'lambda.redrive.receive_count_advised': 5,
  'lambda.concurrency.account': 1000,
  'lambda.concurrency.unreserved_min': 100,
  'lambda.scaling_rate.environments': 1000,
  'lambda.scaling_rate.per': 10,
  'lambda.timeout.max': 900,
  'lambda.timeout.default': 3,
  'lambda.memory.min': 128 * MiB,
  'lambda.memory.max': 10_240 * MiB,
  'lambda.event.retries': 2,
  'lambda.event.max_age': 6 * 3600,
  'lambda.event.first_retry': 60,
  'lambda.event.throttle_first': 1,
  'lambda.event.throttle_most': 300,
  'lambda.cold_start.p50': 250_000,
  'lambda.cold_start.p99': 1e6,
  'lambda.environment.keep_warm': 600e6,
  'lambda.mapping.throttle_retry': 1e6,
  'lambda.mapping.throttle_retry_most': 300e6,
  'lambda.mapping.poll_retry': 1e6,
  'lambda.mapping.spare_poll': 1e6,
  'lambda.mapping.idle': 300e6,
};

test('every number of Lambda is as it was read, and says where it comes from', () => {
  expect(Object.fromEntries(lambdaFactList.map(({ id, value }) => [id, value]))).toEqual(known);
  for (const { id, unit, source, date } of lambdaFactList) {
    expect([unit.length > 0, source.length > 0, /^20\d\d/.test(date)], id).toEqual([true, true, true]);
  }
});
