/** How an SQS queue may be written in a scenario, its defaults, and AWS's limits on its attributes. */
import type { z } from 'zod';
import { sqsFacts } from '../../facts/index.ts';
import { resourceAccessOf, resourceAccessShape } from '../../calls/access.ts';
import { complain, type Vocabulary } from '../../calls/schema.ts';
import { fittedLatency } from '../messaging/latency.ts';
import type { FifoSettings, SqsDistribution, SqsLatency, SqsSettings } from './settings.ts';

const SECOND = 1_000_000;
const f = sqsFacts;

/** AWS's limits and presets for a queue; microseconds and bytes, both ends included. */
export const SQS_LIMITS = {
  visibility: seconds(0, f.visibilityMaxSeconds.value, f.visibilityDefaultSeconds.value),
  delay: seconds(0, f.delayMaxSeconds.value, f.delayDefaultSeconds.value),
  wait: seconds(0, f.waitMaxSeconds.value, f.waitDefaultSeconds.value),
  retention: seconds(f.retentionMinSeconds.value, f.retentionMaxSeconds.value, f.retentionDefaultSeconds.value),
  messageSize: {
    min: f.maximumMessageSizeMinBytes.value,
    max: f.messageMaxBytes.value,
    preset: f.maximumMessageSizeDefaultBytes.value,
    because: 'SQS',
  },
  maxReceiveCount: {
    min: f.maxReceiveCountMin.value,
    max: f.maxReceiveCountMax.value,
    preset: f.maxReceiveCountDefault.value,
    because: 'SQS',
  },
  batchSize: { min: 1, max: f.batchMaxEntries.value },
  maxInFlight: f.inFlightStandard.value,
} as const;

const CALL = fittedLatency({
  p50: f.callP50Us,
  p99: f.callP99Us,
  slowShare: f.slowCallShare,
  slowP50: f.slowCallP50Us,
  slowP99: f.slowCallP99Us,
});
const FIFO_CALL = fittedLatency({
  p50: f.fifoCallP50Us,
  p99: f.fifoCallP99Us,
  slowShare: f.fifoSlowCallShare,
  slowP50: f.fifoSlowCallP50Us,
  slowP99: f.fifoSlowCallP99Us,
});

/** Round trips where a scenario gives none, one law for all calls: fitted to a published end-to-end measurement, so assumed. */
export const SQS_LATENCY: SqsLatency = { send: CALL, receive: CALL, delete: CALL };

/** The same of a FIFO queue, fitted to a measurement of its own. */
export const SQS_FIFO_LATENCY: SqsLatency = { send: FIFO_CALL, receive: FIFO_CALL, delete: FIFO_CALL };

/** Servers behind a queue and how many a short poll asks: AWS publishes neither, both are assumed. Every rate is 0 unless given. */
export const SQS_DISTRIBUTION: SqsDistribution = {
  servers: f.serversAssumed.value,
  sampled: f.sampledAssumed.value,
  deleteMiss: 0,
  receiveMiss: 0,
  reorder: 0,
};

function seconds(min: number, max: number, preset: number) {
  return { min: min * SECOND, max: max * SECOND, preset: preset * SECOND, wholeSeconds: true, because: 'SQS' } as const;
}

/** Partitions of a FIFO queue in high-throughput mode where none are given: the scenario knows the load that they are for. */
export const PARTITIONS_BY_LOAD = 0;

/** Settings that only a FIFO queue has. */
const FIFO_KEYS = [
  'contentBasedDeduplication',
  'deduplicationScope',
  'fifoThroughputLimit',
  'partitions',
  'scanWindow',
] as const;

/** Settings of an `sqs` queue, without its name. */
export function sqsSchema(v: Vocabulary): z.ZodType<Omit<SqsSettings, 'name'>> {
  const { visibility, delay, wait, retention, messageSize, maxReceiveCount } = SQS_LIMITS;
  return v
    .object({
      type: v.choice(['sqs']).meta({ description: 'What kind of resource it is.' }),
      fifo: v.flag().optional().meta({ description: 'A FIFO queue; its AWS name ends in `.fifo`.', default: false }),
      contentBasedDeduplication: v.flag().optional().meta({
        description: 'FIFO: the body stands for the deduplication id of a message without one. Default: false.',
      }),
      deduplicationScope: v
        .choice(['queue', 'messageGroup'])
        .optional()
        .meta({ description: 'FIFO: where a deduplication id is known again. Default: queue.' }),
      fifoThroughputLimit: v.choice(['perQueue', 'perMessageGroupId']).optional().meta({
        description: 'FIFO: what 300 calls a second hold for; perMessageGroupId is high throughput. Default: perQueue.',
      }),
      partitions: v.count({ min: 1, max: 1_000_000 }).optional().meta({
        description:
          'FIFO, high throughput: partitions of 300 calls a second. Default: as many as the offered load needs.',
      }),
      scanWindow: v.count({ min: 1, max: 100_000_000 }).optional().meta({
        description: 'FIFO: messages from the front among which a receive looks for groups. Default: 120000.',
      }),
      fairQueues: v.flag().optional().meta({
        description:
          'Standard: what waits of quiet groups (the key of a request) goes before that of noisy ones. Default: false.',
      }),
      visibilityTimeout: v
        .duration(visibility)
        .optional()
        .meta({ description: 'How long a received message is hidden from other consumers.', default: '30s' }),
      delay: v.duration(delay).optional().meta({ description: 'How long a new message is hidden.', default: '0s' }),
      messageRetentionPeriod: v
        .duration(retention)
        .optional()
        .meta({ description: 'Age at which a message is dropped.', default: '4d' }),
      waitTime: v.duration(wait).optional().meta({
        description: 'How long a receive that names no time waits for a message: 0s is short polling.',
        default: '0s',
      }),
      maximumMessageSize: v
        .size(messageSize)
        .optional()
        .meta({ description: 'Largest message that is taken.', default: '1MiB' }),
      redrive: v
        .object({
          maxReceiveCount: v
            .count(maxReceiveCount)
            .optional()
            .meta({ description: 'Receives after which a message is moved.', default: 10 }),
          deadLetterQueue: v
            .name('the name of an sqs queue')
            .meta({ description: 'The sqs queue that takes such messages.' }),
        })
        .optional()
        .meta({ description: 'Moves a message that was received too often to another queue. Default: never.' }),
      redriveAllow: v
        .either('allowAll, denyAll, or a list of sqs queues', [
          v.choice(['allowAll', 'denyAll']),
          v.list('a list of sqs queues', v.name('the name of an sqs queue')),
        ])
        .optional()
        .meta({ description: 'Which queues may have it as their dead-letter queue. Default: allowAll.' }),
      maxInFlight: v.count({ min: 1, max: 100_000_000 }).optional().meta({
        description: 'Messages received and neither deleted nor visible again; AWS raises it on request.',
        default: 120_000,
      }),
      latency: v
        .object({
          send: v.durations().optional().meta({ description: 'Round trip of a send.' }),
          receive: v.durations().optional().meta({ description: 'Round trip of a receive that finds a message.' }),
          delete: v.durations().optional().meta({ description: 'Round trip of a delete.' }),
        })
        .optional()
        .meta({
          description: 'Round trips of its calls. Default: assumed, fitted to a published end-to-end measurement.',
        }),
      distribution: v
        .object({
          servers: v
            .count({ min: 1, max: 1000 })
            .optional()
            .meta({ description: 'Servers that hold the messages; assumed, AWS publishes no number.', default: 8 }),
          sampled: v
            .count({ min: 1, max: 1000 })
            .optional()
            .meta({ description: 'Servers that a short poll asks. Default: 4, or all where there are fewer.' }),
          deleteMiss: v
            .share()
            .optional()
            .meta({ description: 'Share of the deletes that a copy survives.', default: '0%' }),
          receiveMiss: v
            .share()
            .optional()
            .meta({ description: 'Share of the receives that leave a copy visible.', default: '0%' }),
          reorder: v
            .share()
            .optional()
            .meta({ description: 'Share of the messages that are put out of order.', default: '0%' }),
        })
        .optional()
        .meta({
          description: 'How the queue is spread over servers, from which duplicates, misses and disorder come.',
        }),
      ...resourceAccessShape(v),
    })
    .transform((q, ctx) => {
      const fifo = q.fifo ?? false;
      const highThroughput = q.fifoThroughputLimit === 'perMessageGroupId';
      if (!fifo) {
        for (const key of FIFO_KEYS) {
          if (q[key] !== undefined)
            complain(ctx, [key], 'misfit', `no ${key} on a standard queue: only beside fifo: true`);
        }
      } else {
        if (highThroughput && q.deduplicationScope !== 'messageGroup') {
          const expected = 'perMessageGroupId only beside deduplicationScope: messageGroup';
          complain(ctx, ['fifoThroughputLimit'], 'misfit', expected);
        }
        if (!highThroughput && q.partitions !== undefined) {
          complain(ctx, ['partitions'], 'misfit', 'partitions only beside fifoThroughputLimit: perMessageGroupId');
        }
        if (q.fairQueues === true) {
          complain(ctx, ['fairQueues'], 'misfit', 'no fairQueues on a FIFO queue: only a standard queue may be fair');
        }
        if (q.distribution !== undefined) {
          complain(ctx, ['distribution'], 'misfit', 'no distribution on a FIFO queue: it leaves no copies behind');
        }
      }
      const latency = fifo ? SQS_FIFO_LATENCY : SQS_LATENCY;
      const fifoSettings: FifoSettings = {
        contentBasedDeduplication: q.contentBasedDeduplication ?? false,
        deduplicationScope: q.deduplicationScope ?? 'queue',
        fifoThroughputLimit: q.fifoThroughputLimit ?? 'perQueue',
        partitions: highThroughput ? (q.partitions ?? PARTITIONS_BY_LOAD) : 1,
        scanWindow: q.scanWindow ?? f.fifoScanWindow.value,
      };
      const most = f.redriveAllowQueues.value;
      if (Array.isArray(q.redriveAllow) && !(q.redriveAllow.length >= 1 && q.redriveAllow.length <= most)) {
        complain(ctx, ['redriveAllow'], 'out-of-range', `1 to ${most} queues (limits of SQS), or allowAll or denyAll`);
      }
      const servers = q.distribution?.servers ?? SQS_DISTRIBUTION.servers;
      const sampled = q.distribution?.sampled ?? Math.min(SQS_DISTRIBUTION.sampled, servers);
      if (sampled > servers) {
        complain(ctx, ['distribution', 'sampled'], 'out-of-range', `at most the ${servers} servers of the queue`);
      }
      return {
        type: 'sqs' as const,
        fifo,
        ...(fifo ? { fifoSettings } : {}),
        ...(q.fairQueues === true ? { fairQueues: true } : {}),
        visibilityTimeoutUs: q.visibilityTimeout ?? visibility.preset,
        delayUs: q.delay ?? delay.preset,
        messageRetentionPeriodUs: q.messageRetentionPeriod ?? retention.preset,
        receiveMessageWaitTimeUs: q.waitTime ?? wait.preset,
        maximumMessageSizeBytes: q.maximumMessageSize ?? messageSize.preset,
        redrive:
          q.redrive === undefined
            ? null
            : {
                maxReceiveCount: q.redrive.maxReceiveCount ?? maxReceiveCount.preset,
                deadLetterQueue: q.redrive.deadLetterQueue,
              },
        ...(q.redriveAllow === undefined ? {} : { redriveAllow: q.redriveAllow }),
        maxInFlight: q.maxInFlight ?? (fifo ? f.inFlightFifo.value : SQS_LIMITS.maxInFlight),
        latency: {
          send: q.latency?.send ?? latency.send,
          receive: q.latency?.receive ?? latency.receive,
          delete: q.latency?.delete ?? latency.delete,
        },
        distribution: {
          servers,
          sampled,
          deleteMiss: q.distribution?.deleteMiss ?? SQS_DISTRIBUTION.deleteMiss,
          receiveMiss: q.distribution?.receiveMiss ?? SQS_DISTRIBUTION.receiveMiss,
          reorder: q.distribution?.reorder ?? SQS_DISTRIBUTION.reorder,
        },
        ...resourceAccessOf(q),
      };
    });
}
