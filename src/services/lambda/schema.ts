/** How a Lambda function and its event source mapping may be written in a scenario, their defaults, and AWS's limits. */
import { z } from 'zod';
import { roleOf, roleSchema } from '../../calls/access.ts';
import { callsSchema, complain, type Vocabulary } from '../../calls/schema.ts';
import { lambdaFacts, mqFacts } from '../../facts/index.ts';
import type { LambdaSettings, StreamMappingSettings } from './settings.ts';

type Distribution = LambdaSettings['coldStart'];

const SECOND = 1_000_000;
const MEBIBYTE = 1_048_576;
const f = lambdaFacts;
const BECAUSE = 'Lambda';

/** What a new environment takes to start where nothing is said: assumed, AWS publishes none. */
export const LAMBDA_COLD_START: Distribution = {
  kind: 'lognormal',
  p50: f.coldStartP50Us.value,
  p99: f.coldStartP99Us.value,
};

/** What only a function with a source has: settings of its event source mapping. */
const MAPPING_KEYS = [
  'batchSize',
  'batchWindow',
  'maximumConcurrency',
  'reportBatchItemFailures',
  'provisioned',
] as const;
/** Keys that only the mapping of a queue has, and those that only one of a stream has. */
export const LAMBDA_QUEUE_KEYS = ['maximumConcurrency', 'provisioned'] as const;
export const LAMBDA_STREAM_KEYS = [
  'startingPosition',
  'from',
  'parallelizationFactor',
  'bisectBatchOnFunctionError',
  'maximumRetryAttempts',
  'maximumRecordAge',
  'onFailure',
  'fanOut',
] as const;
/** Those that only one of a broker has. */
export const LAMBDA_BROKER_KEYS = ['queue'] as const;

/** A function before anybody has looked at what its mapping polls. */
export interface WrittenLambda {
  readonly type: 'lambda';
  readonly name: string;
  readonly source: string | null;
  readonly ofQueue: Omit<LambdaSettings, 'name'>;
  readonly ofStream: Omit<LambdaSettings, 'name'>;
  readonly ofBroker: Omit<LambdaSettings, 'name'>;
  /** Of the broker; undefined: the first. */
  readonly queue: string | undefined;
}

/** The settings of a function that fit its source. `firstQueue`: of that, where it is a broker. */
export function resolveLambda(
  { name, ofQueue, ofStream, ofBroker, queue }: WrittenLambda,
  sourceType: string | undefined,
  firstQueue: string,
): LambdaSettings {
  if (sourceType === 'mq') {
    const { type, ...rest } = ofBroker;
    return { type, name, ...rest, broker: { queue: queue ?? firstQueue } };
  }
  const { type, ...rest } = sourceType === 'kinesis' ? ofStream : ofQueue;
  return { type, name, ...rest };
}

/** Settings of a `lambda`, without its name. */
export function lambdaSchema(v: Vocabulary): z.ZodType<Omit<WrittenLambda, 'name'>> {
  return v
    .object({
      type: v.choice(['lambda']).meta({ description: 'What kind of resource it is.' }),
      source: v.name('the name of an sqs queue, a kinesis stream or an mq broker').optional().meta({
        description:
          'The sqs queue, the kinesis stream or the mq broker that its event source mapping polls. Default: none, others invoke it.',
      }),
      batchSize: v.count({ min: 1, max: f.batchSizeMaxStandard.value, because: BECAUSE }).optional().meta({
        description:
          'Messages of one invocation at most. Of a queue more than 10 need a batchWindow, FIFO queues give no more. Default: 10; of a stream or a broker 100.',
      }),
      batchWindow: v
        .duration({ min: 0, max: f.batchWindowMaxSeconds.value * SECOND, wholeSeconds: true, because: BECAUSE })
        .optional()
        .meta({
          description:
            'How long messages are gathered for a batch (MaximumBatchingWindow); of queues only standard ones. Default: 0s; of a broker 500ms.',
        }),
      maximumConcurrency: v
        .count({ min: f.maximumConcurrencyMin.value, max: f.maximumConcurrencyMax.value, because: BECAUSE })
        .optional()
        .meta({ description: 'Invocations at once that its mapping makes at most. Default: as far as it scales.' }),
      reservedConcurrency: v.count({ min: 0, max: 1_000_000 }).optional().meta({
        description: 'Environments that are its alone, and its most. Default: it shares those of the account.',
      }),
      reportBatchItemFailures: v.flag().optional().meta({
        description: 'Whether only the messages that failed come back, instead of their whole batch.',
        default: false,
      }),
      provisioned: v
        .object({
          minPollers: v
            .count({ min: f.provisionedMinLowest.value, max: f.provisionedMinHighest.value, because: BECAUSE })
            .optional()
            .meta({ description: 'Event pollers that are always there.', default: f.provisionedMinDefault.value }),
          maxPollers: v
            .count({ min: f.provisionedMinLowest.value, max: f.provisionedMaxHighest.value, because: BECAUSE })
            .optional()
            .meta({ description: 'Event pollers at most.', default: f.provisionedMaxDefault.value }),
        })
        .optional()
        .meta({
          description:
            'Event pollers of its own, each with 10 invocations at once. Default: pollers scale by themselves.',
        }),
      startingPosition: positionSchema(v).optional().meta({
        description: 'Stream: where it begins: TRIM_HORIZON is the oldest record, LATEST the next one.',
        default: 'TRIM_HORIZON',
      }),
      from: v.duration().optional().meta({ description: 'Stream: when the mapping is there.', default: '0s' }),
      parallelizationFactor: v
        .count({ min: 1, max: f.parallelizationFactorMax.value, because: BECAUSE })
        .optional()
        .meta({
          description: 'Stream: batches of a shard that are worked on at once; each partition key keeps its order.',
          default: 1,
        }),
      bisectBatchOnFunctionError: v.flag().optional().meta({
        description: 'Stream: a batch on which the function failed is tried again in two halves.',
        default: false,
      }),
      maximumRetryAttempts: v.count({ min: 0, max: f.streamRetryAttemptsMax.value, because: BECAUSE }).optional().meta({
        description: 'Stream: how often a batch is tried again before it is left out. Default: until it goes well.',
      }),
      maximumRecordAge: v
        .duration({
          min: f.streamRecordAgeMinSeconds.value * SECOND,
          max: f.streamRecordAgeMaxSeconds.value * SECOND,
          wholeSeconds: true,
          because: BECAUSE,
        })
        .optional()
        .meta({
          description: 'Stream: records that are older are left out. Default: as long as the stream keeps them.',
        }),
      onFailure: v.name('the name of an sqs queue or a sink').optional().meta({
        description: 'Stream: the queue or sink that is told of batches that were left out. Default: nobody.',
      }),
      fanOut: v.flag().optional().meta({
        description: 'Stream: enhanced fan-out, records are pushed to it in a pipe of its own.',
        default: false,
      }),
      queue: v.name('the name of a queue of the broker').optional().meta({
        description: 'Broker: the queue that it reads. Default: the first queue.',
      }),
      timeout: v
        .duration({ min: SECOND, max: f.timeoutMaxSeconds.value * SECOND, wholeSeconds: true, because: BECAUSE })
        .optional()
        .meta({
          description: 'How long an invocation may take, its cold start left out.',
          default: `${f.timeoutDefaultSeconds.value}s`,
        }),
      memory: v
        .size({ min: f.memoryMinBytes.value, max: f.memoryMaxBytes.value, because: BECAUSE })
        .optional()
        .meta({ description: 'Its memory, whole MiB: it decides what a second costs.', default: '128MiB' }),
      coldStart: v.durations().optional().meta({
        description: 'How long a new environment takes to start. Default: assumed, 250 ms in the median, 1 s at p99.',
      }),
      keepWarm: v
        .duration()
        .optional()
        .meta({ description: 'How long an environment that has nothing to do is kept; assumed.', default: '10m' }),
      handler: v
        .object({
          time: v
            .durations()
            .optional()
            .meta({ description: 'Own work on one message, before the calls.', default: '0s' }),
          calls: callsSchema(v)
            .optional()
            .meta({ description: 'Calls to services for each message, one after the other. Default: none.' }),
          failureRate: v
            .share()
            .optional()
            .meta({ description: 'Share of the attempts at a message on which the handler fails.', default: '0%' }),
        })
        .meta({ description: 'What is done for each message of a batch, one after the other.' }),
      role: roleSchema(v).optional().meta({
        description:
          'Its execution role, under which it polls; its account is the function’s. Default: one that may do everything.',
      }),
    })
    .transform((l, ctx) => {
      const batchSize = l.batchSize ?? f.batchSizeDefault.value;
      const batchWindowUs = l.batchWindow ?? 0;
      if (l.source === undefined) {
        for (const key of [...MAPPING_KEYS, ...LAMBDA_STREAM_KEYS, ...LAMBDA_BROKER_KEYS]) {
          if (l[key] !== undefined)
            complain(ctx, [key], 'misfit', `${key} only beside source: without one nothing is polled`);
        }
      }
      const position = l.startingPosition ?? 'TRIM_HORIZON';
      if (typeof position === 'object' && position.atUs > (l.from ?? 0)) {
        complain(ctx, ['startingPosition', 'at'], 'out-of-range', 'an instant before the mapping is there: see from');
      }
      if (l.provisioned !== undefined && l.maximumConcurrency !== undefined) {
        const expected = 'one of maximumConcurrency and provisioned: Lambda takes not both';
        complain(ctx, ['maximumConcurrency'], 'misfit', expected);
      }
      const minPollers = l.provisioned?.minPollers ?? f.provisionedMinDefault.value;
      const maxPollers = l.provisioned?.maxPollers ?? f.provisionedMaxDefault.value;
      if (maxPollers < minPollers) {
        complain(ctx, ['provisioned', 'maxPollers'], 'out-of-range', `at least the ${minPollers} of minPollers`);
      }
      const memoryBytes = l.memory ?? f.memoryMinBytes.value;
      if (memoryBytes % MEBIBYTE !== 0)
        complain(ctx, ['memory'], 'out-of-range', 'whole MiB, such as 512MiB (limits of Lambda)');
      const ofQueue = {
        type: 'lambda' as const,
        source: l.source ?? null,
        batchSize,
        batchWindowUs,
        maximumConcurrency: l.maximumConcurrency ?? null,
        reportBatchItemFailures: l.reportBatchItemFailures ?? false,
        provisioned: l.provisioned === undefined ? null : { minPollers, maxPollers },
        reservedConcurrency: l.reservedConcurrency ?? null,
        timeoutUs: l.timeout ?? f.timeoutDefaultSeconds.value * SECOND,
        memoryBytes,
        coldStart: l.coldStart ?? LAMBDA_COLD_START,
        keepWarmUs: l.keepWarm ?? f.keepWarmUs.value,
        handler: {
          time: l.handler.time ?? { kind: 'constant', value: 0 },
          calls: l.handler.calls ?? [],
          failureRate: l.handler.failureRate ?? 0,
        },
        ...roleOf(l.role),
      };
      const stream = {
        startingPosition: position,
        fromUs: l.from ?? 0,
        parallelizationFactor: l.parallelizationFactor ?? 1,
        bisectBatchOnFunctionError: l.bisectBatchOnFunctionError ?? false,
        maximumRetryAttempts: l.maximumRetryAttempts ?? null,
        maximumRecordAgeUs: l.maximumRecordAge ?? null,
        onFailure: l.onFailure ?? null,
        fanOut: l.fanOut ?? false,
      };
      const ofStream = {
        ...ofQueue,
        batchSize: l.batchSize ?? f.streamBatchSizeDefault.value,
        maximumConcurrency: null,
        provisioned: null,
        stream,
      };
      const ofBroker = {
        ...ofQueue,
        batchSize: l.batchSize ?? mqFacts.lambdaBatchDefault.value,
        batchWindowUs: l.batchWindow ?? mqFacts.lambdaWindowDefaultMs.value * 1000,
        maximumConcurrency: null,
        reportBatchItemFailures: false,
        provisioned: null,
      };
      return { type: 'lambda' as const, source: l.source ?? null, ofQueue, ofStream, ofBroker, queue: l.queue };
    });
}

function positionSchema(v: Vocabulary): z.ZodType<StreamMappingSettings['startingPosition']> {
  const instant = v
    .object({ at: v.duration().meta({ description: 'AT_TIMESTAMP: with what came at that instant or later.' }) })
    .transform(({ at }) => ({ atUs: at }));
  return v.either('TRIM_HORIZON, LATEST or { at: 10m }', [v.choice(['TRIM_HORIZON', 'LATEST']), instant]);
}
