/** How a delivery stream of Data Firehose may be written in a scenario, its defaults, and AWS's limits. */
import type { z } from 'zod';
import { complain, type Vocabulary } from '../../calls/schema.ts';
import { firehoseFacts as f } from '../../facts/index.ts';
import { settingsProblem } from './checks.ts';
import { BUCKET, DESTINATIONS, type DestinationKind, PARTNERS } from './destinations.ts';
import { type BufferSettings, type DeliveryStreamSettings, deliveryStreamOf, firehoseSettings } from './settings.ts';

const SECOND = 1_000_000;
const BECAUSE = 'Firehose';
const KINDS = ['s3', 'redshift', 'opensearch', 'splunk', 'http', 'snowflake', ...PARTNERS] as const;

/** Round trips and writes where a scenario gives none: AWS publishes none. */
export const FIREHOSE_LATENCY: DeliveryStreamSettings['latency'] = {
  put: { kind: 'lognormal', p50: f.putP50Us.value, p99: f.putP99Us.value },
};
export const FIREHOSE_WRITE: DeliveryStreamSettings['time'] = {
  kind: 'lognormal',
  p50: f.writeP50Us.value,
  p99: f.writeP99Us.value,
};

interface WrittenBuffer {
  readonly interval?: number | undefined;
  readonly size?: number | undefined;
}

/** Settings of a `firehose`, without its name. */
export function firehoseSchema(v: Vocabulary): z.ZodType<Omit<DeliveryStreamSettings, 'name'>> {
  return v
    .object({
      type: v.choice(['firehose']).meta({ description: 'What kind of resource it is.' }),
      source: v.name('the name of a kinesis stream').optional().meta({
        description: 'The kinesis stream that it reads. Default: none, it is put to.',
      }),
      destination: v.choice(KINDS).optional().meta({ description: 'What it delivers to.', default: 's3' }),
      to: v.name('the name of a service or a sink').optional().meta({
        description:
          'The service or sink that stands for the destination, one call for each delivery. Default: one that is always there.',
      }),
      bucket: v.name('the name of a service or a sink').optional().meta({
        description:
          'The service or sink that stands for S3 behind another destination, or for another bucket for the backup. Default: one that is always there; of S3 as destination the same.',
      }),
      time: v.durations().optional().meta({
        description: 'How long a delivery takes where no resource stands for the destination. Default: assumed.',
      }),
      buffering: bufferSchema(v, 'before the destination').meta({
        description:
          'A delivery is made when so much is there, or when the interval is over. Default: as the destination has it.',
      }),
      intervalFrom: v.choice(['lastDelivery', 'firstRecord']).optional().meta({
        description: 'When an interval begins; AWS doesn’t say.',
        default: 'lastDelivery',
      }),
      backup: v.choice(['failed', 'all']).optional().meta({
        description: 'What goes to S3 beside what is delivered: what failed, or all records as they came too.',
        default: 'failed',
      }),
      backupBuffering: bufferSchema(v, 'before the backup').meta({
        description: 'The same of what goes to the backup. Default: that of S3.',
      }),
      retryDuration: v
        .duration({ max: f.retrySecondsMax.value * SECOND, because: BECAUSE })
        .optional()
        .meta({
          description: 'How long a destination other than S3 is tried again. Default: as the destination has it.',
        }),
      timeout: v.duration({ min: 1 }).optional().meta({
        description: 'Until the destination’s answer must be there. Default: as the destination has it.',
      }),
      outstanding: v.count({ min: 1, max: 10_000 }).optional().meta({
        description: 'Deliveries under way at once.',
        default: f.outstanding.value,
      }),
      transform: transformSchema(v).optional().meta({
        description: 'A function that transforms the records. Default: none.',
      }),
      partitioning: v
        .object({
          max: v.count({ min: 1, max: 5_000 }).optional().meta({
            description: 'Active partitions at most.',
            default: f.partitionsMax.value,
          }),
        })
        .optional()
        .meta({ description: 'Dynamic partitioning by the keys of the requests; S3 only. Default: none.' }),
      compression: v
        .object({
          format: v.choice(['UNCOMPRESSED', 'GZIP', 'ZIP', 'Snappy', 'HADOOP_SNAPPY']).meta({
            description: 'AWS’s name of the format.',
          }),
          ratio: v.share().optional().meta({ description: 'Size afterwards. Default: assumed for JSON.' }),
        })
        .optional()
        .meta({ description: 'How objects are compressed. Default: not at all.' }),
      conversion: v
        .object({
          format: v.choice(['PARQUET', 'ORC']).optional().meta({ description: 'To which format.', default: 'PARQUET' }),
          ratio: v.share().optional().meta({
            description: 'Size afterwards, compression included.',
            default: '20%',
          }),
        })
        .optional()
        .meta({ description: 'Format conversion; S3 only. Default: none.' }),
      internalFailureRate: v.share().optional().meta({
        description: 'Share of the records of a PutRecordBatch that fail inside the service.',
        default: '0%',
      }),
      vendedLogs: v.flag().optional().meta({
        description: 'Logs that AWS itself puts: the bill does not round their records up.',
        default: false,
      }),
      vpc: v.flag().optional().meta({
        description: 'Whether it delivers into a VPC, which costs more.',
        default: false,
      }),
      latency: v
        .object({ put: v.durations().optional().meta({ description: 'Round trip of a put. Default: assumed.' }) })
        .optional()
        .meta({ description: 'How long its own calls take. Default: assumed.' }),
    })
    .transform((s, ctx) => {
      const destination = s.destination ?? 's3';
      const rules = DESTINATIONS[destination];
      const given = firehoseSettings({
        name: '',
        destination,
        partitions: s.partitioning === undefined ? null : (s.partitioning.max ?? f.partitionsMax.value),
        conversion: s.conversion === undefined ? null : defined(s.conversion),
        compression: s.compression === undefined ? {} : defined(s.compression),
      });
      const settings: Omit<DeliveryStreamSettings, 'name'> = {
        type: 'firehose',
        source: s.source ?? null,
        destination,
        to: s.to ?? null,
        bucket: s.bucket ?? null,
        time: s.time ?? FIREHOSE_WRITE,
        buffer: bufferOf(s.buffering, given.buffer),
        intervalFrom: s.intervalFrom ?? 'lastDelivery',
        backup: s.backup ?? 'failed',
        backupBuffer: bufferOf(s.backupBuffering, { bytes: BUCKET.bufferBytes, intervalUs: BUCKET.bufferUs }),
        retryUs: s.retryDuration ?? rules.retryUs ?? 0,
        timeoutUs: s.timeout ?? rules.timeoutUs,
        outstanding: s.outstanding ?? f.outstanding.value,
        transform: transformOf(s.transform, destination),
        partitions: given.partitions,
        compression: given.compression,
        conversion: given.conversion,
        internalFailureRate: s.internalFailureRate ?? 0,
        vendedLogs: s.vendedLogs ?? false,
        vpc: s.vpc ?? false,
        latency: { put: s.latency?.put ?? FIREHOSE_LATENCY.put },
      };
      if (destination === 's3' && s.retryDuration !== undefined) {
        complain(ctx, ['retryDuration'], 'misfit', 'no retryDuration with S3, which is tried again for a day');
      }
      const problem = settingsProblem(deliveryStreamOf({ ...settings, name: '' }));
      if (problem !== null) {
        const [what = '', expected = ''] = problem.split(': expected ');
        complain(
          ctx,
          [],
          'out-of-range',
          `${expected === '' ? what : `${expected}, not ${what}`} (limits of Firehose)`,
        );
      }
      return settings;
    });
}

function bufferSchema(v: Vocabulary, where: string) {
  return v
    .object({
      interval: v
        .duration({ max: f.bufferSecondsMax.value * SECOND, wholeSeconds: true, because: BECAUSE })
        .optional()
        .meta({
          description: `How long records wait at most ${where}. Default: as the destination has it.`,
        }),
      size: v
        .size({ min: 1 })
        .optional()
        .meta({
          description: `How much is waited for ${where}. Default: as the destination has it.`,
        }),
    })
    .optional();
}

function bufferOf(written: WrittenBuffer | undefined, or: BufferSettings): BufferSettings {
  return { bytes: written?.size ?? or.bytes, intervalUs: written?.interval ?? or.intervalUs };
}

interface WrittenTransform {
  readonly time?: DeliveryStreamSettings['time'] | undefined;
  readonly failureRate?: number | undefined;
  readonly failedRecords?: number | undefined;
  readonly droppedRecords?: number | undefined;
  readonly ratio?: number | undefined;
  readonly buffering?: WrittenBuffer | undefined;
  readonly retries?: number | undefined;
  readonly timeout?: number | undefined;
  readonly concurrency?: number | undefined;
}

function transformSchema(v: Vocabulary): z.ZodType<WrittenTransform> {
  return v
    .object({
      time: v.durations().optional().meta({ description: 'How long an invocation takes.', default: '500ms' }),
      failureRate: v.share().optional().meta({
        description: 'Share of the invocations that fail as a whole.',
        default: '0%',
      }),
      failedRecords: v.share().optional().meta({
        description: 'Share of the records that the function says it failed on.',
        default: '0%',
      }),
      droppedRecords: v.share().optional().meta({
        description: 'Share of the records that it drops, which ends their work.',
        default: '0%',
      }),
      ratio: v
        .number({ above: 0, max: 100 })
        .optional()
        .meta({ description: 'Size of a record afterwards.', default: 1 }),
      buffering: bufferSchema(v, 'before the function').meta({
        description: 'When it is invoked. Default: as the destination has it.',
      }),
      retries: v.count({ min: 0, max: 100 }).optional().meta({
        description: 'Invocations after one that failed.',
        default: f.transformRetries.value,
      }),
      timeout: v.duration({ min: 1 }).optional().meta({
        description: 'Until an invocation must be over.',
        default: '5m',
      }),
      concurrency: v.count({ min: 1, max: 1000 }).optional().meta({
        description: 'Invocations at once, for each shard. Default: 5; of Splunk 10.',
      }),
    })
    .transform((t, ctx) => {
      if ((t.failedRecords ?? 0) + (t.droppedRecords ?? 0) > 1)
        complain(ctx, ['droppedRecords'], 'out-of-range', 'failed and dropped records of 100% together at most');
      return t;
    });
}

function transformOf(
  written: WrittenTransform | undefined,
  destination: DestinationKind,
): DeliveryStreamSettings['transform'] {
  if (written === undefined) return null;
  const base = firehoseSettings({ name: '', destination, transform: {} }).transform as NonNullable<
    DeliveryStreamSettings['transform']
  >;
  return {
    buffer: bufferOf(written.buffering, base.buffer),
    retries: written.retries ?? base.retries,
    retryWaitUs: base.retryWaitUs,
    timeoutUs: written.timeout ?? base.timeoutUs,
    concurrency: written.concurrency ?? base.concurrency,
    function: {
      time: written.time ?? { kind: 'constant', value: f.functionUs.value },
      failureRate: written.failureRate ?? 0,
      failedRecords: written.failedRecords ?? 0,
      droppedRecords: written.droppedRecords ?? 0,
      ratio: written.ratio ?? 1,
    },
  };
}

/** Without the keys that were not given. */
function defined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
