import { expect, test } from 'vitest';
import { kclLookUs, kclRenewUs, streamClientFactList } from '../../src/facts/index.ts';

/** Typed in from the sources of the libraries, not from our facts. */
const known = {
  'kcl.failover_time': 10e6,
  'kcl.shard_sync': 60e6,
  'kcl.graceful_hand_off': 30e6,
  'kcl.epsilon': 25e3,
  'kcl.very_old_leases': 3,
  'kcl.idle_time_between_reads': 1.5e6,
  'kcl.idle_time_between_reads.min': 200e3,
  'kcl.task_backoff': 500e3,
  'kpl.aggregation.max_bytes': 51_200,
  'kpl.collection.max_records': 500,
  'kpl.collection.max_bytes': 5 * 1_048_576,
  'kpl.record_max_buffered_time': 100e3,
  'kpl.record_ttl': 30e6,
  'kpl.request_timeout': 6e6,
  'kpl.rate_limit': 150,
  'kpl.aggregation.envelope': 4 + 16,
  'kpl.aggregation.part': 8,
  'kpl.limiter.drain': 25e3,
  'agent.buffer.max_records': 500,
  'agent.buffer.max_bytes': 5 * 1_048_576,
  'agent.buffer.max_age': 60e6,
  'agent.retry.initial_backoff': 100e3,
  'agent.retry.max_backoff': 10e6,
  'kcl.lease_table.round_trip': 10e3,
  'kcl.lease_table.timeout': 5e6,
};

test('every number of the stream’s clients is as it was read, and says where it comes from', () => {
  expect(Object.fromEntries(streamClientFactList.map(({ id, value }) => [id, value]))).toEqual(known);
  for (const { id, unit, source, date } of streamClientFactList) {
    expect([unit.length > 0, source.length > 0, /^20\d\d/.test(date)], id).toEqual([true, true, true]);
  }
});

test('KCL renews three times in failoverTime, a little early, and looks for leases every two of them, a little late', () => {
  expect([kclRenewUs(10e6), kclLookUs(10e6)]).toEqual([3_308_333, 20_050_000]);
});
