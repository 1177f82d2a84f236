import { expect, test } from 'vitest';
import { firehoseFactList, firehoseQuotaOf } from '../../src/facts/index.ts';

const MiB = 1_048_576;

/** Typed in from AWS's pages and service model, not from our facts. */
const known = {
  'firehose.record.max_bytes': 1000 * 1024,
  // Assumed: nobody publishes them.
  'firehose.latency.put_p50': 10_000,
  'firehose.latency.put_p99': 50_000,
  'firehose.latency.write_p50': 200_000,
  'firehose.latency.write_p99': 1_000_000,
  'firehose.source.read_every': 1,
  'firehose.transform.time': 500_000,
  'firehose.batch.max_records': 500,
  'firehose.batch.max_bytes': 4 * MiB,
  'firehose.direct_put.records_per_s.us-east-1': 500_000,
  'firehose.direct_put.requests_per_s.us-east-1': 2000,
  'firehose.direct_put.bytes_per_s.us-east-1': 5 * MiB,
  'firehose.direct_put.records_per_s.other': 100_000,
  'firehose.direct_put.requests_per_s.other': 1000,
  'firehose.direct_put.bytes_per_s.other': MiB,
  'firehose.direct_put.step_time': 60,
  'firehose.direct_put.step_share': 1,
  'firehose.direct_put.burst': 1,
  'firehose.msk.record_max_bytes': 10 * MiB,
  'firehose.msk.record_max_bytes_lambda': 6 * MiB,
  'firehose.deaggregation.max_records': 500,
  'firehose.control_tps': 5,
  'firehose.bill.round_bytes': 5 * 1024,
  'firehose.buffer.max_seconds': 15 * 60,
  'firehose.buffer.seconds': 5 * 60,
  'firehose.buffer.seconds_splunk': 60,
  'firehose.buffer.seconds_snowflake': 0,
  'firehose.buffer.mib': 5,
  'firehose.buffer.max_mib_s3': 128,
  'firehose.buffer.max_mib_opensearch': 100,
  'firehose.buffer.max_mib_http': 64,
  'firehose.buffer.max_mib_splunk': 5,
  'firehose.buffer.mib_snowflake': 128,
  'firehose.buffer.mib_conversion': 128,
  'firehose.buffer.min_mib_conversion': 64,
  'firehose.buffer.mib_partitioning': 64,
  'firehose.buffer.mib_datadog': 4,
  'firehose.buffer.mib_small_partners': 1,
  'firehose.http.max_records': 10_000,
  'firehose.buffer.zero_us': 1e6,
  'firehose.latency.zero_buffer': 5,
  'firehose.delivery.outstanding': 10,
  'firehose.partitions.max': 500,
  'firehose.partitions.delay_factor': 1.5,
  'firehose.transform.min_mb': 0.2,
  'firehose.transform.max_mb': 3,
  'firehose.transform.mb': 1,
  'firehose.transform.kb_splunk': 256,
  'firehose.transform.seconds': 60,
  'firehose.transform.seconds_snowflake': 30,
  'firehose.transform.retries': 3,
  'firehose.transform.payload_bytes': 6 * MiB,
  'firehose.transform.timeout': 5 * 60,
  'firehose.transform.concurrency': 5,
  'firehose.transform.concurrency_splunk': 10,
  'firehose.transform.retry_wait': 1e6,
  'firehose.retention': 24,
  'firehose.retry.max_seconds': 2 * 3600,
  'firehose.retry.seconds_redshift': 3600,
  'firehose.retry.seconds_opensearch': 300,
  'firehose.retry.seconds_http': 300,
  'firehose.retry.seconds_splunk': 300,
  'firehose.retry.seconds_snowflake': 60,
  'firehose.retry.every': 5 * 60,
  'firehose.backoff.first': 1,
  'firehose.backoff.most': 2 * 60,
  'firehose.backoff.jitter': 0.15,
  'firehose.http.timeout': 3 * 60,
  'firehose.splunk.ack': 180,
  'firehose.splunk.ack_min': 180,
  'firehose.splunk.ack_max': 600,
  'firehose.s3.timeout': 60,
  'firehose.opensearch.timeout': 60,
  'firehose.redshift.timeout': 3600,
  'firehose.compression.gzip': 0.2,
  'firehose.compression.snappy': 0.35,
  'firehose.compression.time': 20_000,
  'firehose.conversion.ratio': 0.2,
  'firehose.conversion.time': 50_000,
};

test('every number of Data Firehose is as it was read, and says where it comes from', () => {
  expect(Object.fromEntries(firehoseFactList.map(({ id, value }) => [id, value]))).toEqual(known);
  for (const { id, unit, source, date } of firehoseFactList) {
    expect([unit.length > 0, source.length > 0, /^20\d\d/.test(date)], id).toEqual([true, true, true]);
  }
});

test('three Regions take more by direct puts than the others', () => {
  const bytes = ['us-east-1', 'us-west-2', 'eu-west-1', 'us-east-2'].map(
    (region) => firehoseQuotaOf(region).bytesPerSecond / MiB,
  );
  expect(bytes).toEqual([5, 5, 5, 1]);
});
