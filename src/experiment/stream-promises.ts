/** What streams promise, and those who read them. */
import { kinesisFacts } from '../facts/index.ts';
import type { Promised, ResourcePromises } from '../guarantees/index.ts';
import type { Distribution } from '../kernel/index.ts';
import type { ResolvedDesign, ResolvedScenario } from '../scenario/resolved.ts';
import { streamsOf } from '../scenario/streams.ts';
import type { KinesisSettings } from '../services/kinesis/index.ts';
import type { StreamConsumerSettings } from '../workload/settings.ts';
import { REST_US } from './rest.ts';

/** Records stay as they are and in their order for as long as they are kept; a key has its shard while the map of the shards stands, unless records go to the shards in turn. */
export function ofStream(
  scenario: ResolvedScenario,
  design: ResolvedDesign,
  settings: KinesisSettings,
): ResourcePromises {
  const { name, streamMode, recordDistribution, reshard, retentionPeriodUs: retentionUs } = settings;
  const isKeyed = recordDistribution === 'USER_PARTITION_KEY';
  const promises: Promised[] = [
    { guarantee: 'conservation' },
    { guarantee: 'order', isKeyed },
    { guarantee: 'replay', retentionUs, mayLeap: consumersOf(design, name).some(mayLeap) },
    { guarantee: 'retention', retentionUs },
  ];
  if (isKeyed) {
    promises.push({ guarantee: 'placement', isFixed: streamMode === 'provisioned' && reshard.length === 0 });
  }
  if (streamMode === 'provisioned') promises.push({ guarantee: 'rate', ...rateOf(scenario, design, settings) });
  return { resource: name, kind: 'kinesis', reads: [], promises };
}

function consumersOf({ resources }: ResolvedDesign, stream: string): StreamConsumerSettings[] {
  return resources.filter(
    (one): one is StreamConsumerSettings => one.type === 'consumer' && 'stream' in one && one.source === stream,
  );
}

/** Who begins at the newest record does so again after a crash, and what came meanwhile it never reads. */
function mayLeap({ stream }: StreamConsumerSettings): boolean {
  return stream.startingPosition === 'LATEST';
}

/** Of each shard, in records a second: the rate in bytes says how many of the smallest. */
function rateOf(
  scenario: ResolvedScenario,
  { entries }: ResolvedDesign,
  { name, maxRecordSizeBytes }: KinesisSettings,
): { readonly perSecond: number; readonly burst: number } {
  const sizes = scenario.traffic.flatMap((one) =>
    entries.some(({ traffic, resource }) => traffic === one.name && resource === name) ? [leastOf(one.size)] : [],
  );
  const smallest = Math.max(1, Math.min(...sizes));
  const { writeRecordsPerSecond, recordBurstSeconds, writeBytesPerSecond } = kinesisFacts;
  const byCount = writeRecordsPerSecond.value;
  const byBytes = Math.floor(writeBytesPerSecond.value / smallest);
  const most = Math.min(
    byCount * (1 + recordBurstSeconds.value),
    Math.floor((writeBytesPerSecond.value + maxRecordSizeBytes) / smallest),
  );
  const perSecond = Math.min(byCount, byBytes);
  return { perSecond, burst: most - perSecond };
}

/** The smallest size that can be drawn; 0 where nothing is known of it. */
function leastOf(size: Distribution): number {
  if (size.kind === 'constant') return size.value;
  return size.kind === 'uniform' ? size.min : 0;
}

/**
 * A loop of one handler a shard keeps the order of each key, and handles all that it has to read. So do leases: two who believe to own a shard each begin at or before what is
 * done, so the order of first effects is that of the shard. That a lease has one owner no client of a history is told: the table's own tests hold it.
 */
export function ofStreamReader(design: ResolvedDesign, settings: StreamConsumerSettings): ResourcePromises {
  const { name, source, stream } = settings;
  const of = streamsOf(design).find((one) => one.name === source);
  const promises: Promised[] = [];
  // What a reader that begins at the newest record has to read nobody can say.
  if (!mayLeap(settings)) {
    promises.push({ guarantee: 'at-least-once', ...owedTo(design, name), skips: stream.onFailure === 'skip' });
  }
  if (of?.recordDistribution === 'USER_PARTITION_KEY') promises.push({ guarantee: 'order' });
  return { resource: name, kind: 'stream-reader', watch: [source], reads: [], promises };
}

/** What a reader has to handle: all that is put from an instant on. */
export function owedTo(design: ResolvedDesign, reader: string): Omit<Promised, 'guarantee'> {
  for (const { name, retentionPeriodUs: streamRetentionUs } of streamsOf(design)) {
    const settings = consumersOf(design, name).find((one) => one.name === reader);
    if (settings !== undefined) return { restUs: restOf(settings), streamRetentionUs, fromUs: fromOf(settings) };
  }
  return {};
}

function fromOf({ stream: { startingPosition } }: StreamConsumerSettings): number {
  if (startingPosition === 'LATEST') return Number.MAX_SAFE_INTEGER;
  return startingPosition === 'TRIM_HORIZON' ? 0 : startingPosition.atUs;
}

function restOf({ stream, pollRetryUs, restartDelayUs }: StreamConsumerSettings): number {
  const { fromUs, idleTimeBetweenReadsUs, retryDelayUs, kcl } = stream;
  // Somebody takes a lease that nobody renews after four times its life at most; children of a shard are found at the next look.
  const leasesUs = kcl === undefined ? 0 : 4 * kcl.failoverTimeUs + kcl.shardSyncUs + kcl.gracefulHandOffUs;
  return REST_US + fromUs + idleTimeBetweenReadsUs + retryDelayUs + pollRetryUs + restartDelayUs + leasesUs;
}
