/** What runs beside Data Streams: the Kinesis Client Library (KCL), the Kinesis Producer Library (KPL) and the Agent. Snapshot of November 2026. */
import type { Fact } from './fact.ts';

const KCL = 'awslabs/amazon-kinesis-client';
const KPL = 'awslabs/amazon-kinesis-producer: default_config.properties';
const AGENT = 'awslabs/amazon-kinesis-agent: Constants, KinesisConstants';

function confirmed(id: string, value: number, unit: string, source: string, note?: string): Fact {
  const fact: Fact = { id, value, unit, source, date: '2026-10', status: 'confirmed' };
  return note === undefined ? fact : { ...fact, note };
}
function assumed(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: 'our assumption', date: '2026-11-26', status: 'assumed', note };
}

const SECOND = 1_000_000;
const epsilonUs = confirmed('kcl.epsilon', 25_000, 'us', `${KCL}: LeaseManagementConfig`, 'epsilonMillis');

/** Every number of theirs that the model uses. */
export const streamClientFacts = {
  kclFailoverUs: confirmed('kcl.failover_time', 10 * SECOND, 'us', `${KCL}: LeaseManagementConfig`),
  kclShardSyncUs: confirmed('kcl.shard_sync', 60 * SECOND, 'us', `${KCL}: LeaseManagementConfig`),
  kclHandOffUs: confirmed('kcl.graceful_hand_off', 30 * SECOND, 'us', `${KCL}: kcl-configurations.md`, 'KCL 3.x'),
  kclEpsilonUs: epsilonUs,
  kclVeryOldLeases: confirmed(
    'kcl.very_old_leases',
    3,
    'times failoverTime',
    `${KCL}: LeaseManagementConfig`,
    'leases left alone for so long are taken whatever the share of a worker',
  ),
  kclIdleUs: confirmed('kcl.idle_time_between_reads', 1_500_000, 'us', `${KCL}: PollingConfig`, '1 s in KCL 1.x'),
  kclIdleLeastUs: confirmed('kcl.idle_time_between_reads.min', 200_000, 'us', `${KCL}: PollingConfig`),
  kclTaskBackoffUs: confirmed('kcl.task_backoff', 500_000, 'us', `${KCL}: LifecycleConfig`),
  kplAggregateBytes: confirmed('kpl.aggregation.max_bytes', 51_200, 'B', KPL, 'of one record; may be set up to 10 MiB'),
  kplCollectRecords: confirmed('kpl.collection.max_records', 500, 'records', KPL),
  kplCollectBytes: confirmed('kpl.collection.max_bytes', 5_242_880, 'B', KPL),
  kplBufferedUs: confirmed('kpl.record_max_buffered_time', 100_000, 'us', KPL),
  kplTtlUs: confirmed('kpl.record_ttl', 30 * SECOND, 'us', KPL),
  kplTimeoutUs: confirmed('kpl.request_timeout', 6 * SECOND, 'us', KPL),
  kplRatePercent: confirmed('kpl.rate_limit', 150, '%', KPL, 'of what a shard takes, records and bytes'),
  kplEnvelopeBytes: confirmed(
    'kpl.aggregation.envelope',
    20,
    'B',
    `${KPL}, aggregation-format.md`,
    'magic number and MD5',
  ),
  kplPartBytes: assumed('kpl.aggregation.part', 8, 'B', 'tags and lengths around one user record'),
  kplDrainUs: confirmed('kpl.limiter.drain', 25_000, 'us', 'awslabs/amazon-kinesis-producer: limiter.h'),
  agentBufferRecords: confirmed('agent.buffer.max_records', 500, 'records', AGENT),
  agentBufferBytes: confirmed('agent.buffer.max_bytes', 5_242_880, 'B', AGENT),
  agentBufferAgeUs: confirmed('agent.buffer.max_age', 60 * SECOND, 'us', AGENT),
  agentRetryFirstUs: confirmed('agent.retry.initial_backoff', 100_000, 'us', AGENT),
  agentRetryMostUs: confirmed('agent.retry.max_backoff', 10 * SECOND, 'us', AGENT),
  leaseTableUs: assumed('kcl.lease_table.round_trip', 10_000, 'us', 'of a call to DynamoDB'),
  leaseTableTimeoutUs: assumed('kcl.lease_table.timeout', 5 * SECOND, 'us', 'until a call without an answer is over'),
} as const satisfies Readonly<Record<string, Fact>>;

export const streamClientFactList: readonly Fact[] = Object.values(streamClientFacts);

/** Leases are renewed so often. */
export function kclRenewUs(failoverTimeUs: number): number {
  return Math.max(1, Math.floor(failoverTimeUs / 3) - epsilonUs.value);
}

/** And workers look for leases to take so often. */
export function kclLookUs(failoverTimeUs: number): number {
  return (failoverTimeUs + epsilonUs.value) * 2;
}
