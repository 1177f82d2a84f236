/** How an SQS queue may be written in a scenario, its defaults, and AWS's limits on its attributes. */
import type { z } from 'zod';
import { complain, type Vocabulary } from '../../calls/schema.ts';
import type { SqsDistribution, SqsSettings } from './settings.ts';

const SECOND = 1_000_000;

/** AWS's limits and presets for a queue; microseconds and bytes, both ends included. */
export const SQS_LIMITS = {
  visibility: { min: 0, max: 43_200 * SECOND, preset: 30 * SECOND, wholeSeconds: true, because: 'SQS' },
  delay: { min: 0, max: 900 * SECOND, preset: 0, wholeSeconds: true, because: 'SQS' },
  wait: { min: 0, max: 20 * SECOND, preset: 0, wholeSeconds: true, because: 'SQS' },
  retention: {
    min: 60 * SECOND,
    max: 1_209_600 * SECOND,
    preset: 345_600 * SECOND,
    wholeSeconds: true,
    because: 'SQS',
  },
  messageSize: { min: 1_024, max: 1_048_576, preset: 1_048_576, because: 'SQS' },
  maxReceiveCount: { min: 1, max: 1_000 },
  batchSize: { min: 1, max: 10 },
  inFlight: { preset: 120_000 },
  latency: {
    send: { kind: 'lognormal', p50: 12_000, p99: 78_000 },
    receive: { kind: 'lognormal', p50: 20_000, p99: 130_000 },
    delete: { kind: 'lognormal', p50: 12_000, p99: 78_000 },
  },
} as const;

/** Servers behind a queue and how many a short poll asks: AWS publishes neither, both are assumed. Every rate is 0 unless given. */
export const SQS_DISTRIBUTION: SqsDistribution = { servers: 8, sampled: 4, deleteMiss: 0, receiveMiss: 0, reorder: 0 };

/** Settings of an `sqs` queue, without its name. */
export function sqsSchema(v: Vocabulary): z.ZodType<Omit<SqsSettings, 'name'>> {
  const { visibility, delay, wait, retention, messageSize, maxReceiveCount } = SQS_LIMITS;
  return v
    .object({
      type: v.choice(['sqs']),
      fifo: v.flag().optional(),
      visibilityTimeout: v.duration(visibility).optional(),
      delay: v.duration(delay).optional(),
      messageRetentionPeriod: v.duration(retention).optional(),
      waitTime: v.duration(wait).optional(),
      maximumMessageSize: v.size(messageSize).optional(),
      redrive: v
        .object({
          maxReceiveCount: v.count({ ...maxReceiveCount, because: 'SQS' }),
          deadLetterQueue: v.name('the name of an sqs queue'),
        })
        .optional(),
      maxInFlight: v.count({ min: 1, max: 100_000_000 }).optional(),
      latency: v
        .object({ send: v.durations().optional(), receive: v.durations().optional(), delete: v.durations().optional() })
        .optional(),
      distribution: v
        .object({
          servers: v.count({ min: 1, max: 1000 }).optional(),
          sampled: v.count({ min: 1, max: 1000 }).optional(),
          deleteMiss: v.share().optional(),
          receiveMiss: v.share().optional(),
          reorder: v.share().optional(),
        })
        .optional(),
    })
    .transform((q, ctx) => {
      if (q.fifo === true) {
        complain(ctx, ['fifo'], 'not-available', 'a standard queue: FIFO queues come in a later version');
      }
      const servers = q.distribution?.servers ?? SQS_DISTRIBUTION.servers;
      const sampled = q.distribution?.sampled ?? Math.min(SQS_DISTRIBUTION.sampled, servers);
      if (sampled > servers) {
        complain(ctx, ['distribution', 'sampled'], 'out-of-range', `at most the ${servers} servers of the queue`);
      }
      return {
        type: 'sqs' as const,
        fifo: false,
        visibilityTimeoutUs: q.visibilityTimeout ?? visibility.preset,
        delayUs: q.delay ?? delay.preset,
        messageRetentionPeriodUs: q.messageRetentionPeriod ?? retention.preset,
        receiveMessageWaitTimeUs: q.waitTime ?? wait.preset,
        maximumMessageSizeBytes: q.maximumMessageSize ?? messageSize.preset,
        redrive: q.redrive ?? null,
        maxInFlight: q.maxInFlight ?? SQS_LIMITS.inFlight.preset,
        latency: {
          send: q.latency?.send ?? SQS_LIMITS.latency.send,
          receive: q.latency?.receive ?? SQS_LIMITS.latency.receive,
          delete: q.latency?.delete ?? SQS_LIMITS.latency.delete,
        },
        distribution: {
          servers,
          sampled,
          deleteMiss: q.distribution?.deleteMiss ?? SQS_DISTRIBUTION.deleteMiss,
          receiveMiss: q.distribution?.receiveMiss ?? SQS_DISTRIBUTION.receiveMiss,
          reorder: q.distribution?.reorder ?? SQS_DISTRIBUTION.reorder,
        },
      };
    });
}
