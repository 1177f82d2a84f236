/** How a stream of Kinesis Data Streams may be written in a scenario, its defaults, and AWS's limits. */
import type { z } from 'zod';
import { complain, type Vocabulary } from '../../calls/schema.ts';
import { kinesisFacts as f } from '../../facts/index.ts';
import type { KinesisLatency, KinesisSettings, ReshardSettings } from './settings.ts';

const HOUR = 3_600_000_000;
const KIB = 1024;
const BECAUSE = 'Kinesis';

/** AWS's limits on what is put into a stream, both ends included. */
export const KINESIS_LIMITS = {
  batchSize: { min: 1, max: f.putMaxRecords.value },
  /** Records that a read may ask for. */
  limit: { min: 1, max: f.getMaxRecords.value },
  /** Numbers of keys that one stream can tell apart: a limit of this model. */
  keys: 16_000_000,
} as const;

/** Round trips where a scenario gives none: fitted to a published end-to-end measurement, so assumed. */
export const KINESIS_LATENCY: KinesisLatency = {
  put: { kind: 'lognormal', p50: f.putP50Us.value, p99: f.putP99Us.value },
  get: { kind: 'lognormal', p50: f.getP50Us.value, p99: f.getP99Us.value },
};

const CHANGES = ['shards', 'split', 'merge'] as const;

/** Settings of a `kinesis` stream, without its name. */
export function kinesisSchema(v: Vocabulary): z.ZodType<Omit<KinesisSettings, 'name'>> {
  return v
    .object({
      type: v.choice(['kinesis']).meta({ description: 'What kind of resource it is.' }),
      streamMode: v.choice(['provisioned', 'on-demand']).optional().meta({
        description: 'Whether its owner says how many shards it has, or AWS does.',
        default: 'provisioned',
      }),
      shards: v.count({ min: 1, max: f.updateShardCountMax.value, because: BECAUSE }).optional().meta({
        description: 'Open shards at the start. Default: 1; on demand 4.',
      }),
      retentionPeriod: v
        .duration({ min: f.retentionHoursMin.value * HOUR, max: f.retentionHoursMax.value * HOUR, because: BECAUSE })
        .optional()
        .meta({ description: 'Age at which a record is gone.', default: '24h' }),
      maxRecordSize: v
        .size({ min: f.recordMaxKiBMin.value * KIB, max: f.recordMaxKiBMax.value * KIB, because: BECAUSE })
        .optional()
        .meta({ description: 'Largest record that is taken, its key included.', default: '1MiB' }),
      recordDistribution: v.choice(['USER_PARTITION_KEY', 'AUTO']).optional().meta({
        description: 'AUTO: records go to the shards in turn, whatever their keys; on demand only.',
        default: 'USER_PARTITION_KEY',
      }),
      keySalt: v.count({ min: 1, max: 10_000 }).optional().meta({
        description: 'Producers put each key under so many names in turn (key#0, key#1, …), which spreads a hot one.',
        default: 1,
      }),
      internalFailureRate: v.share().optional().meta({
        description: 'Share of the records of a PutRecords that fail inside the service.',
        default: '0%',
      }),
      reshardTime: v
        .duration({ min: 1 })
        .optional()
        .meta({ description: 'How long it is UPDATING when shards are split or merged.', default: '30s' }),
      reshard: v
        .list('a list of changes, such as [ { at: 10m, shards: 8 } ]', reshardSchema(v))
        .optional()
        .meta({ description: 'What an operator does to the shards during the run. Default: nothing.' }),
      latency: v
        .object({
          put: v.durations().optional().meta({ description: 'Round trip of a put.' }),
          get: v.durations().optional().meta({ description: 'Round trip of a read.' }),
          push: v.duration().optional().meta({
            description: 'From a put until enhanced fan-out brings the record to a reader.',
            default: '39.4ms',
          }),
        })
        .optional()
        .meta({ description: 'How long things take. Default: assumed, fitted to a published measurement.' }),
    })
    .transform((s, ctx) => {
      const streamMode = s.streamMode ?? 'provisioned';
      const isOnDemand = streamMode === 'on-demand';
      if (isOnDemand && s.reshard !== undefined) {
        complain(ctx, ['reshard'], 'misfit', 'no reshard beside streamMode: on-demand, where AWS splits the shards');
      }
      if (!isOnDemand && s.recordDistribution === 'AUTO') {
        complain(ctx, ['recordDistribution'], 'misfit', 'AUTO only beside streamMode: on-demand (limits of Kinesis)');
      }
      if ((s.retentionPeriod ?? 0) % HOUR !== 0) {
        complain(ctx, ['retentionPeriod'], 'out-of-range', 'whole hours (limits of Kinesis)');
      }
      return {
        type: 'kinesis' as const,
        streamMode,
        shards: s.shards ?? (isOnDemand ? f.onDemandStartBytesPerSecond.value : 1),
        retentionPeriodUs: s.retentionPeriod ?? f.retentionHoursDefault.value * HOUR,
        maxRecordSizeBytes: s.maxRecordSize ?? f.recordMaxKiBDefault.value * KIB,
        recordDistribution: s.recordDistribution ?? 'USER_PARTITION_KEY',
        keySalt: s.keySalt ?? 1,
        internalFailureRate: s.internalFailureRate ?? 0,
        reshardTimeUs: s.reshardTime ?? f.reshardUs.value,
        reshard: s.reshard ?? [],
        pushLatencyUs: s.latency?.push ?? f.pushP50Us.value,
        latency: { put: s.latency?.put ?? KINESIS_LATENCY.put, get: s.latency?.get ?? KINESIS_LATENCY.get },
      };
    });
}

function reshardSchema(v: Vocabulary): z.ZodType<ReshardSettings> {
  return v
    .object({
      at: v.duration().meta({ description: 'When the operator begins.' }),
      shards: v.count({ min: 1, max: f.updateShardCountMax.value, because: BECAUSE }).optional().meta({
        description: 'UpdateShardCount, as often as it takes: one call doubles or halves at most.',
      }),
      split: v.choice(['hottest']).optional().meta({
        description: 'SplitShard in the middle of the shard that was offered most in the minute before.',
      }),
      merge: v.choice(['coldest']).optional().meta({
        description: 'MergeShards of the two neighbours that were offered least in the minute before.',
      }),
    })
    .meta({ oneOf: CHANGES.map((key) => ({ required: [key] })) })
    .transform((r, ctx): ReshardSettings => {
      if (CHANGES.filter((key) => r[key] !== undefined).length !== 1) {
        complain(ctx, [], 'one-of', 'one of shards, split or merge, such as { at: 10m, shards: 8 }');
      }
      if (r.shards !== undefined) return { kind: 'updateShardCount', atUs: r.at, shards: r.shards };
      return { kind: r.split === undefined ? 'mergeColdest' : 'splitHottest', atUs: r.at };
    });
}
