/** How traffic, consumers and faults may be written in a scenario, and their defaults. */
import { z } from 'zod';
import { policySchema, roleOf, roleSchema } from '../calls/access.ts';
import {
  breakerSchema,
  bulkheadSchema,
  callsSchema,
  complain,
  hedgeInTime,
  hedgeSchema,
  NO_RETRY,
  retrySchema,
  type Vocabulary,
} from '../calls/schema.ts';
import { assumedPrice, givenPrice, mqFacts, sqsFacts, streamClientFacts } from '../facts/index.ts';
import { autoscalingSchema, SCALED_CONSUMER, startOf } from '../scaling/schema.ts';
import type { BrokerEngine, Protocol } from '../services/mq/settings.ts';
import type {
  AgentSettings,
  Arrivals,
  AttributeSettings,
  BaseRate,
  Burst,
  BrokerReading,
  ConsumerSettings,
  FaultSettings,
  KeySettings,
  RateChange,
  CheckpointRule,
  KclSettings,
  KplSettings,
  MqConsumerSettings,
  StreamConsumerSettings,
  StreamPosition,
  TrafficSettings,
} from './settings.ts';

// The scenario room reads recordings with the workload's own parser.
export { parseTrace, type TraceError, traceErrorText } from './trace.ts';

/** AWS's limits that a consumer's and a producer's settings must keep; microseconds. */
export interface QueueLimits {
  readonly batchSize: { readonly min: number; readonly max: number };
  readonly wait: {
    readonly min: number;
    readonly max: number;
    readonly wholeSeconds: boolean;
    readonly because: string;
  };
  readonly visibility: {
    readonly min: number;
    readonly max: number;
    readonly wholeSeconds: boolean;
    readonly because: string;
  };
}

/** AWS's limits where traffic and consumers meet a stream. */
export interface StreamLimits {
  readonly batchSize: { readonly min: number; readonly max: number };
  readonly limit: { readonly min: number; readonly max: number };
}

/** A consumer before anybody has looked at what it reads. */
export interface WrittenConsumer {
  readonly type: 'consumer';
  readonly name: string;
  readonly source: string;
  readonly ofQueue: Omit<ConsumerSettings, 'name'>;
  readonly ofStream: Omit<StreamConsumerSettings, 'name'>;
  readonly ofBroker: WrittenBrokerConsumer;
}

/** One of a broker, before anybody has looked at its engine. */
export interface WrittenBrokerConsumer extends Omit<MqConsumerSettings, 'name' | 'broker'> {
  readonly broker: {
    readonly [K in keyof BrokerReading]: BrokerReading[K] | undefined;
  };
}

/** Keys that only a consumer of a queue has, and those that only one of a stream has. */
export const QUEUE_KEYS = [
  'batchSize',
  'waitTime',
  'visibilityTimeout',
  'deletes',
  'partialFailure',
  'onFailureVisibility',
  'heartbeat',
  'autoscaling',
] as const;
export const STREAM_KEYS = [
  'reader',
  'startingPosition',
  'from',
  'idleTimeBetweenReads',
  'limit',
  'fanOut',
  'onFailure',
  'retryDelay',
  'checkpoint',
  'failoverTime',
  'shardSync',
  'gracefulHandOff',
] as const;
export const BROKER_KEYS = ['queue', 'protocol', 'prefetch', 'acknowledge', 'qos', 'onFailure'] as const;
/** Those of them that only KCL has. */
const KCL_KEYS = ['checkpoint', 'failoverTime', 'shardSync', 'gracefulHandOff'] as const;

/** A recording as written: it is read and counted by whoever has the file. */
export interface TraceSpec {
  readonly file: string;
  readonly time: string;
  readonly count: string | null;
  readonly everyUs: number | null;
  readonly scale: number;
  readonly speed: number;
  readonly burstiness: number;
}

export type WrittenSource =
  | {
      readonly kind: 'rate';
      readonly base: BaseRate;
      readonly changes: readonly (RateChange | Burst)[];
      readonly arrivals: Arrivals;
    }
  | { readonly kind: 'trace'; readonly trace: TraceSpec }
  | { readonly kind: 'users'; readonly users: number; readonly think: TrafficSettings['size'] };

export type WrittenTraffic = Omit<TrafficSettings, 'name' | 'source'> & { readonly source: WrittenSource };

/** Size of a request where none is given: 1 KiB. */
export const DEFAULT_SIZE_BYTES = 1024;

/** Attributes of one message, and how long their names may be, after AWS's quota. */
const MAX_ATTRIBUTES = sqsFacts.attributesMax.value;
const MAX_ATTRIBUTE_NAME = sqsFacts.attributeNameMax.value;
/** Combinations of values of one traffic. */
const MAX_KINDS = 65_536;

const SOURCES = 'one of rate, trace, or users with think';

function baseRateSchema(v: Vocabulary): z.ZodType<BaseRate> {
  const constant = v.rate().transform((perSecond): BaseRate => ({ kind: 'constant', perSecond }));
  const daily = v
    .object({
      daily: v
        .object({
          low: v.rate().meta({ description: 'Lowest rate of the day.' }),
          high: v.rate().meta({ description: 'Highest rate of the day.' }),
          peak: v.duration({ max: 86_400_000_000 }).meta({ description: 'Hour of the highest rate.' }),
        })
        .meta({ description: 'A rate that goes through a day as a raised cosine; hour 0 is the start.' }),
    })
    .transform((d, ctx): BaseRate => {
      if (d.daily.high < d.daily.low)
        complain(ctx, ['daily', 'high'], 'out-of-range', 'a high rate of at least the low one');
      return { kind: 'daily', lowPerSecond: d.daily.low, highPerSecond: d.daily.high, peakUs: d.daily.peak };
    });
  return v.either('a rate such as 200/s, or { daily: { low, high, peak } }', [constant, daily]);
}

/** Ways in which the rate changes; a change has one of them. */
const CHANGES = ['rate', 'ramp', 'burst'] as const;

function changeSchema(v: Vocabulary): z.ZodType<RateChange | Burst> {
  return v
    .object({
      at: v.duration().meta({ description: 'When it begins.' }),
      for: v
        .duration({ min: 1 })
        .optional()
        .meta({ description: 'How long it lasts. Default: a step stays; a ramp needs it.' }),
      rate: v.rate().optional().meta({ description: 'A step: the rate from `at` on.' }),
      ramp: v.rate().optional().meta({ description: 'A slope: the rate that is reached after `for`.' }),
      burst: v
        .count({ min: 1, max: 1_000_000 })
        .optional()
        .meta({ description: 'So many requests at the instant `at`, besides those of the rate.' }),
      back: v
        .flag()
        .optional()
        .meta({ description: 'Whether a ramp is over after `for`; else its rate stays.', default: false }),
    })
    .meta({ oneOf: CHANGES.map((key) => ({ required: [key] })), dependencies: { ramp: ['for'], back: ['ramp'] } })
    .transform((c, ctx): RateChange | Burst => {
      if (CHANGES.filter((key) => c[key] !== undefined).length !== 1) {
        complain(ctx, [], 'one-of', 'one of rate (a step), ramp (a slope) or burst (many at once)');
      }
      if (c.burst !== undefined) {
        for (const key of ['for', 'back'] as const) {
          if (c[key] !== undefined) complain(ctx, [key], 'misfit', `no ${key} beside burst, which is over at once`);
        }
        return { kind: 'burst', atUs: c.at, requests: c.burst };
      }
      if (c.ramp !== undefined) {
        if (c.for === undefined) complain(ctx, ['for'], 'missing', 'how long the ramp takes, such as 5m');
        return { kind: 'ramp', atUs: c.at, forUs: c.for ?? 1, perSecond: c.ramp, back: c.back ?? false };
      }
      if (c.back !== undefined)
        complain(ctx, ['back'], 'misfit', 'back only beside ramp: a step is over after its for');
      return { kind: 'step', atUs: c.at, forUs: c.for ?? null, perSecond: c.rate ?? 0 };
    });
}

function arrivalsSchema(v: Vocabulary): z.ZodType<Arrivals> {
  const plain = v.choice(['poisson', 'regular']).transform((kind): Arrivals => ({ kind }));
  const shaped = v
    .oneKey('one of { erlang: { k } } or { bursty: { on, off } }', {
      erlang: v
        .object({
          k: v
            .count({ min: 1, max: 1000 })
            .meta({ description: 'Exponential parts of a gap: 1 is Poisson, the more the more regular.' }),
        })
        .optional()
        .meta({ description: "Gaps more regular than Poisson's." }),
      bursty: v
        .object({
          on: v.duration({ min: 1 }).meta({ description: 'Mean length of an on-period.' }),
          off: v.duration().meta({ description: 'Mean length of the pause between two of them.' }),
        })
        .optional()
        .meta({ description: 'Poisson arrivals in on-periods alone, at the same mean rate; periods are exponential.' }),
    })
    .transform(
      (a): Arrivals =>
        a.bursty === undefined
          ? { kind: 'erlang', k: a.erlang?.k ?? 1 }
          : { kind: 'bursty', onUs: a.bursty.on, offUs: a.bursty.off },
    );
  return v.either('poisson, regular, { bursty: { on, off } } or { erlang: { k } }', [plain, shaped]);
}

function traceSchema(v: Vocabulary): z.ZodType<TraceSpec> {
  return v
    .object({
      file: v
        .text('the path of a CSV file, relative to the scenario')
        .meta({ description: 'A CSV file, its path relative to the scenario.' }),
      time: v
        .text('the name of the column that holds the time')
        .meta({ description: 'Column with the time; the first row is time 0.' }),
      count: v
        .text('the name of the column that holds the count')
        .optional()
        .meta({ description: 'Column with the number of requests of a period. Default: one row is one request.' }),
      every: v
        .duration({ min: 1 })
        .optional()
        .meta({ description: 'Length of a counted period; needed beside count.' }),
      scale: v.factor().optional().meta({ description: 'Multiplies the requests.', default: '1x' }),
      speed: v.factor().optional().meta({ description: 'Compresses time.', default: '1x' }),
      burstiness: v.number({ min: 0, max: 1_000_000 }).optional().meta({
        description: 'Index of dispersion within a counted period, about which the counts say nothing: 1 is Poisson.',
        default: 1,
      }),
    })
    .meta({ dependencies: { count: ['every'], every: ['count'], burstiness: ['count'] } })
    .transform((t, ctx) => {
      if (t.count !== undefined && t.every === undefined) {
        complain(ctx, ['every'], 'missing', 'the length of a counted period, such as 5m, beside count');
      }
      if (t.count === undefined && t.every !== undefined) {
        complain(ctx, ['count'], 'missing', 'the name of the column that holds the count, beside every');
      }
      if (t.count === undefined && t.burstiness !== undefined) {
        complain(
          ctx,
          ['burstiness'],
          'misfit',
          'burstiness only beside count: a recording with one row a request knows its own',
        );
      }
      if (t.scale === 0) complain(ctx, ['scale'], 'out-of-range', 'a factor above 0x');
      if (t.speed === 0) complain(ctx, ['speed'], 'out-of-range', 'a factor above 0x');
      return {
        file: t.file,
        time: t.time,
        count: t.count ?? null,
        everyUs: t.every ?? null,
        scale: t.scale ?? 1,
        speed: t.speed ?? 1,
        burstiness: t.burstiness ?? 1,
      };
    });
}

function keySchema(v: Vocabulary): z.ZodType<KeySettings> {
  const keys = v.count({ min: 1, max: 1_000_000_000 }).meta({ description: 'Number of different keys.' });
  const plain = v.text('a key').transform((value): KeySettings => ({ kind: 'constant', value }));
  const drawn = v
    .oneKey('one of { zipf }, { uniform }, { hot } or { constant }', {
      zipf: v
        .object({
          keys,
          exponent: v.number({ min: 0, max: 100 }).meta({ description: 'How unequal: 0 is uniform, 1 is common.' }),
        })
        .optional()
        .meta({ description: 'Few keys take most: the weight of the n-th is n to the power of -exponent.' }),
      uniform: v.object({ keys }).optional().meta({ description: 'All keys are equal.' }),
      hot: v
        .object({ keys, share: v.share().meta({ description: 'Share of the requests that bear the hot key.' }) })
        .optional()
        .meta({ description: 'One key takes a share, the others are equal.' }),
      constant: v.text('a key').optional().meta({ description: 'One key for all.' }),
    })
    .transform((k): KeySettings => {
      if (k.zipf !== undefined) return { kind: 'zipf', ...k.zipf };
      if (k.uniform !== undefined) return { kind: 'uniform', ...k.uniform };
      if (k.hot !== undefined) return { kind: 'hot', ...k.hot };
      return { kind: 'constant', value: k.constant ?? '' };
    });
  return v.either('{ zipf: { keys, exponent } }, { uniform: { keys } }, { hot: { keys, share } } or one key', [
    plain,
    drawn,
  ]);
}

function attributesSchema(v: Vocabulary): z.ZodType<readonly AttributeSettings[]> {
  const choice = v.object({
    type: v.choice(['String', 'Number', 'String.Array']).optional().meta({
      description: 'How filter policies read its values; String.Array: each is a JSON list.',
      default: 'String',
    }),
    choice: z
      .record(z.string(), v.number({ min: 0, max: 1e9 }), {
        error: 'weights by value, such as { gold: 0.1, silver: 0.9 }',
      })
      .meta({ description: 'Weights by value.' }),
  });
  return z
    .record(z.string(), choice, {
      error: 'attributes by name, such as { tier: { choice: { gold: 0.1, silver: 0.9 } } }',
    })
    .transform((written, ctx) => {
      if (Object.keys(written).length > MAX_ATTRIBUTES) {
        complain(ctx, [], 'out-of-range', `at most ${MAX_ATTRIBUTES} attributes (limits of SQS)`);
      }
      for (const name of Object.keys(written)) {
        if (name.length <= MAX_ATTRIBUTE_NAME) continue;
        complain(ctx, [name], 'out-of-range', `a name of at most ${MAX_ATTRIBUTE_NAME} characters (limits of SQS)`);
      }
      const kinds = Object.values(written).reduce((product, one) => product * Object.keys(one.choice).length, 1);
      if (kinds > MAX_KINDS) {
        const expected = `at most ${MAX_KINDS} combinations of values: filter policies are decided for each of them`;
        complain(ctx, [], 'out-of-range', expected);
      }
      return Object.entries(written).map(([name, { choice: weights, type }]) => {
        const values = Object.entries(weights).map(([value, weight]) => ({ value, weight }));
        if (!values.some((one) => one.weight > 0)) {
          complain(
            ctx,
            [name, 'choice'],
            'out-of-range',
            'at least one value with a weight above 0, such as { gold: 0.1, silver: 0.9 }',
          );
        }
        return { name, ...(type === undefined || type === 'String' ? {} : { type }), choice: values };
      });
    });
}

/** Settings of a traffic, without its name; a recording is still only named. */
export function trafficSchema(v: Vocabulary, limits: StreamLimits): z.ZodType<WrittenTraffic> {
  return v
    .object({
      rate: baseRateSchema(v)
        .optional()
        .meta({ description: 'Requests over time: a constant rate, or one that goes through a day.' }),
      changes: v
        .list('a list of changes, such as [ { at: 5m, for: 2m, rate: 2k/s } ]', changeSchema(v))
        .optional()
        .meta({
          description: 'Each sets the rate from its instant on; where two overlap the later one wins. Default: none.',
        }),
      arrivals: arrivalsSchema(v)
        .optional()
        .meta({ description: 'How regular the requests come.', default: 'poisson' }),
      trace: traceSchema(v).optional().meta({ description: 'A recording in place of a rate.' }),
      users: v.count({ min: 1, max: 10_000_000 }).optional().meta({
        description:
          'A closed loop of so many users, in place of a rate: each thinks between its answer and its next request.',
      }),
      think: v.durations().optional().meta({ description: 'How long a user thinks; needed beside users.' }),
      size: v.sizes().optional().meta({ description: 'Size of a request.', default: '1KiB' }),
      key: keySchema(v)
        .optional()
        .meta({ description: 'Partition key, message group or row of each request. Default: none.' }),
      eventDelay: v.durations().optional().meta({
        description:
          'How long before a request arrives what it tells of happened; applications of Flink count by that time. Default: it happens as it arrives.',
      }),
      attributes: attributesSchema(v)
        .optional()
        .meta({ description: 'Message attributes by name, drawn for each request. Default: none.' }),
      batch: v
        .object({
          size: v.count({ ...limits.batchSize, because: 'Kinesis' }).meta({
            description: 'Messages in a full batch: 10 at most into a queue or a topic, 500 into a stream.',
          }),
          linger: v.duration().meta({ description: 'How long an unfinished batch waits for more.' }),
        })
        .optional()
        .meta({ description: 'The producer groups its sends into a queue, a topic or a stream. Default: one by one.' }),
      timeout: v
        .duration({ min: 1 })
        .optional()
        .meta({ description: 'How long the sender waits for one attempt. Default: for ever.' }),
      retry: retrySchema(v)
        .optional()
        .meta({ description: 'What the sender does when refused or timed out.', default: 'none' }),
      breaker: breakerSchema(v).optional().meta({
        description: 'Stops sending for a while when too many sends fail; `{}` takes the defaults. Default: none.',
      }),
      hedge: hedgeSchema(v)
        .optional()
        .meta({ description: 'The sender sends a second time where an answer takes long. Default: none.' }),
      bulkhead: bulkheadSchema(v)
        .optional()
        .meta({ description: 'Bounds how many requests the sender has under way at once. Default: none.' }),
      cancelOnTimeout: v.flag().optional().meta({
        description: 'Whether an attempt that timed out, or lost against a hedge, also stops the work behind it.',
        default: false,
      }),
      duplicates: v
        .share()
        .optional()
        .meta({ description: 'Share of the requests that the producer sends twice.', default: '0%' }),
      poison: v
        .share()
        .optional()
        .meta({ description: 'Share of the requests on which a handler always fails.', default: '0%' }),
      producer: producerSchema(v).optional().meta({
        description:
          'Into a stream: what puts the records: sdk, an SDK client; kpl, the Kinesis Producer Library; agent, the Kinesis Agent.',
        default: 'sdk',
      }),
      role: roleSchema(v)
        .optional()
        .meta({ description: 'The role under which it sends. Default: one that may do everything.' }),
    })
    .meta({
      oneOf: ['rate', 'trace', 'users'].map((key) => ({ required: [key] })),
      dependencies: { changes: ['rate'], arrivals: ['rate'], users: ['think'], think: ['users'] },
    })
    .transform((t, ctx): WrittenTraffic => {
      hedgeInTime(ctx, t);
      const sources = [t.rate, t.trace, t.users].filter((source) => source !== undefined).length;
      if (sources !== 1) complain(ctx, [], 'one-of', SOURCES);
      if (t.rate === undefined && sources === 1) {
        if (t.changes !== undefined) complain(ctx, ['changes'], 'misfit', 'changes only beside rate');
        if (t.arrivals !== undefined) complain(ctx, ['arrivals'], 'misfit', 'arrivals only beside rate');
      }
      if (t.users !== undefined && t.think === undefined) {
        complain(
          ctx,
          ['think'],
          'missing',
          'how long a user thinks between two requests, such as { exponential: { mean: 2s } }',
        );
      }
      if (t.users === undefined && t.think !== undefined) complain(ctx, ['think'], 'misfit', 'think only beside users');
      const producer = t.producer ?? null;
      if (producer !== null && t.batch !== undefined)
        complain(ctx, ['batch'], 'misfit', `no batch beside producer: ${producer.kind}, which groups by itself`);
      return {
        source: sourceOf(t),
        size: t.size ?? { kind: 'constant', value: DEFAULT_SIZE_BYTES },
        key: t.key ?? null,
        attributes: t.attributes ?? [],
        batch: t.batch === undefined ? null : { size: t.batch.size, lingerUs: t.batch.linger },
        timeoutUs: t.timeout ?? null,
        retry: t.retry ?? (producer?.kind === 'agent' ? AGENT_RETRY : NO_RETRY),
        breaker: t.breaker ?? null,
        hedge: t.hedge ?? null,
        bulkhead: t.bulkhead ?? null,
        cancelOnTimeout: t.cancelOnTimeout ?? false,
        duplicates: t.duplicates ?? 0,
        poison: t.poison ?? 0,
        ...(t.eventDelay === undefined ? {} : { eventDelay: t.eventDelay }),
        ...(producer === null ? {} : { producer }),
        ...roleOf(t.role),
      };
    });
}

/** The Agent tries again until the record is put. */
const AGENT_RETRY: TrafficSettings['retry'] = {
  ...NO_RETRY,
  attempts: 1000,
  backoff: {
    baseUs: streamClientFacts.agentRetryFirstUs.value,
    capUs: streamClientFacts.agentRetryMostUs.value,
    factor: 2,
    jitter: 'none',
  },
};

/** null: an SDK client. */
function producerSchema(v: Vocabulary): z.ZodType<KplSettings | AgentSettings | null> {
  const kpl = v.object({
    aggregation: v
      .flag()
      .optional()
      .meta({ description: 'Whether several requests may be in one record.', default: true }),
    recordMaxBufferedTime: v
      .duration({ min: 1000 })
      .optional()
      .meta({ description: 'How long a request waits for others.', default: '100ms' }),
    recordTtl: v
      .duration({ min: 1000 })
      .optional()
      .meta({ description: 'How long it is tried before it has failed.', default: '30s' }),
    rateLimit: v.count({ min: 1, max: 1_000_000 }).optional().meta({
      description: 'Percent of what a shard takes, records and bytes, that this producer sends to it at most.',
      default: streamClientFacts.kplRatePercent.value,
    }),
  });
  const agent = v.object({
    maxBufferAge: v
      .duration({ min: 1000 })
      .optional()
      .meta({ description: 'How long a record waits for others.', default: '1m' }),
  });
  const ofKpl = (k: z.output<typeof kpl>): KplSettings => ({
    kind: 'kpl',
    aggregation: k.aggregation ?? true,
    recordMaxBufferedTimeUs: k.recordMaxBufferedTime ?? streamClientFacts.kplBufferedUs.value,
    recordTtlUs: k.recordTtl ?? streamClientFacts.kplTtlUs.value,
    rateLimit: (k.rateLimit ?? streamClientFacts.kplRatePercent.value) / 100,
  });
  const ofAgent = (a: z.output<typeof agent>): AgentSettings => ({
    kind: 'agent',
    maxBufferAgeUs: a.maxBufferAge ?? streamClientFacts.agentBufferAgeUs.value,
  });
  const named = v
    .choice(['sdk', 'kpl', 'agent'])
    .transform((kind) => (kind === 'sdk' ? null : kind === 'kpl' ? ofKpl({}) : ofAgent({})));
  const withSettings = v
    .oneKey('kpl or agent, such as { kpl: { recordTtl: 1m } }', {
      kpl: kpl.optional().meta({ description: 'The Kinesis Producer Library.' }),
      agent: agent.optional().meta({ description: 'The Kinesis Agent, which reads files.' }),
    })
    .transform((one) => (one.kpl === undefined ? ofAgent(one.agent ?? {}) : ofKpl(one.kpl)));
  return v.either('sdk, kpl, agent, or one of the two with settings, such as { kpl: { recordTtl: 1m } }', [
    named,
    withSettings,
  ]);
}

function sourceOf(t: {
  readonly rate?: BaseRate | undefined;
  readonly changes?: readonly (RateChange | Burst)[] | undefined;
  readonly arrivals?: Arrivals | undefined;
  readonly trace?: TraceSpec | undefined;
  readonly users?: number | undefined;
  readonly think?: TrafficSettings['size'] | undefined;
}): WrittenSource {
  if (t.trace !== undefined) return { kind: 'trace', trace: t.trace };
  if (t.users !== undefined) return { kind: 'users', users: t.users, think: t.think ?? { kind: 'constant', value: 0 } };
  return {
    kind: 'rate',
    base: t.rate ?? { kind: 'constant', perSecond: 0 },
    changes: t.changes ?? [],
    arrivals: t.arrivals ?? { kind: 'poisson' },
  };
}

/** Settings of a `consumer`, without its name. */
export function consumerSchema(
  v: Vocabulary,
  limits: QueueLimits,
  ofStream: StreamLimits,
): z.ZodType<Omit<WrittenConsumer, 'name'>> {
  return v
    .object({
      type: v.choice(['consumer']).meta({ description: 'What kind of resource it is.' }),
      source: v
        .name('the name of an sqs queue, a kinesis stream or an mq broker')
        .meta({ description: 'The sqs queue, the kinesis stream or the mq broker that it reads.' }),
      instances: v.count({ min: 1, max: 100_000 }).optional().meta({
        description: 'How many of it run; with autoscaling at first, by default as few as it may have.',
        default: 1,
      }),
      concurrency: v.count({ min: 1, max: 100_000 }).optional().meta({
        description:
          'Messages (batches, where `deletes: perBatch`) that an instance works on at once. Of a stream: shards. Default: 1; of a stream all that it reads.',
      }),
      batchSize: v
        .count({ ...limits.batchSize, because: 'SQS' })
        .optional()
        .meta({ description: 'Messages that a receive asks for.', default: 10 }),
      waitTime: v
        .duration(limits.wait)
        .optional()
        .meta({ description: 'How long a receive waits for a message: 0s is short polling.', default: '20s' }),
      visibilityTimeout: v
        .duration(limits.visibility)
        .optional()
        .meta({ description: 'Hides what is received for so long. Default: as the queue says.' }),
      deletes: v.choice(['perMessage', 'perBatch']).optional().meta({
        description: 'Deletes each message when it is done, or the batch when all of it is.',
        default: 'perMessage',
      }),
      partialFailure: v.flag().optional().meta({
        description: 'With perBatch: deletes those that went well, instead of none of a batch in which one failed.',
        default: false,
      }),
      onFailureVisibility: v.duration(limits.visibility).optional().meta({
        description: 'Hides a message that failed for so long from then on. Default: its visibility timeout runs out.',
      }),
      heartbeat: v
        .object({
          every: v.duration({ min: 1 }).meta({ description: 'Time between two extensions.' }),
          extendTo: v
            .duration({ ...limits.visibility, min: 1 })
            .meta({ description: 'What the visibility timeout is set to each time; longer than `every`.' }),
        })
        .optional()
        .meta({ description: 'Extends the visibility timeout of what is in hand. Default: none.' }),
      pollRetry: v.duration({ min: 1 }).optional().meta({
        description: 'Wait after a poll that failed; of a stream also after one that was throttled.',
        default: '1s',
      }),
      restartDelay: v
        .duration()
        .optional()
        .meta({ description: 'How long an instance is away after a crash without `for`.', default: '10s' }),
      handler: v
        .object({
          time: v.durations().optional().meta({ description: 'Own work, before the calls.', default: '0s' }),
          calls: callsSchema(v)
            .optional()
            .meta({ description: 'Calls to services, one after the other. Default: none.' }),
          failureRate: v
            .share()
            .optional()
            .meta({ description: 'Share of the attempts on which the handler fails.', default: '0%' }),
        })
        .meta({ description: 'What is done for each message.' }),
      reader: v.choice(['sdk', 'kcl']).optional().meta({
        description:
          'Stream: who says which instance reads which shard; sdk: the number of the shard, kcl: leases that instances share.',
        default: 'sdk',
      }),
      startingPosition: positionSchema(v).optional().meta({
        description: 'Stream: where it begins: TRIM_HORIZON is the oldest record, LATEST the next one.',
        default: 'TRIM_HORIZON',
      }),
      from: v.duration().optional().meta({ description: 'Stream: when it begins to read.', default: '0s' }),
      idleTimeBetweenReads: v.duration().optional().meta({
        description: 'Stream: from the answer to a read until the next one of the shard. Default: 1s; with kcl 1.5s.',
      }),
      limit: v
        .count({ ...ofStream.limit, because: 'Kinesis' })
        .optional()
        .meta({ description: 'Stream: records that a read asks for.', default: ofStream.limit.max }),
      fanOut: v.flag().optional().meta({
        description: 'Stream: enhanced fan-out, records are pushed to it in a pipe of its own.',
        default: false,
      }),
      onFailure: v.choice(['retry', 'skip', 'requeue', 'reject']).optional().meta({
        description:
          'Stream: a record that failed is tried until it goes well, and its shard waits; or it is left out. Broker: a message that failed goes back to its queue, or to where dead letters go. Default: retry; of a broker requeue.',
      }),
      queue: v.name('the name of a queue of the broker').optional().meta({
        description: 'Broker: the queue that it reads; of MQTT the topic. Default: the first queue.',
      }),
      protocol: v.choice(['amqp', 'openwire', 'stomp', 'mqtt']).optional().meta({
        description: 'Broker: the protocol that it speaks. Default: amqp; of ActiveMQ openwire.',
      }),
      prefetch: v.count({ min: 0, max: 65_535 }).optional().meta({
        description:
          'Broker: messages that are sent ahead of their acknowledgement; 0: without limit. Default: no limit; of OpenWire 1000, of STOMP 1.',
      }),
      acknowledge: v.choice(['auto', 'individual', 'client']).optional().meta({
        description:
          'Broker: who acknowledges; auto: nobody, what was sent counts as received; individual: the consumer, each message; client: each with all before it.',
        default: 'individual',
      }),
      qos: v
        .count({ min: 0, max: 2 })
        .optional()
        .meta({ description: 'Broker, MQTT: how often a message may come.', default: 1 }),
      retryDelay: v
        .duration({ min: 1 })
        .optional()
        .meta({ description: 'Stream: between two attempts at a record. Default: 1s; with kcl 500ms.' }),
      checkpoint: checkpointSchema(v).optional().meta({
        description:
          'KCL: when a worker writes down how far it has come: when all of a read is done, after so many records, or with the first that is done after so long.',
        default: 'perBatch',
      }),
      failoverTime: v.duration({ min: 1_000_000 }).optional().meta({
        description: 'KCL: a lease that was not renewed for so long may be taken by another instance.',
        default: '10s',
      }),
      shardSync: v.duration({ min: 1_000_000 }).optional().meta({
        description: 'KCL: time between two looks for new shards.',
        default: '1m',
      }),
      gracefulHandOff: v.duration().optional().meta({
        description:
          'KCL: how long an instance whose lease another one wants has to finish what it has in hand; 0s: the lease is taken at once, as by KCL 1.x and 2.x.',
        default: '30s',
      }),
      autoscaling: autoscalingSchema(v, SCALED_CONSUMER)
        .optional()
        .meta({ description: 'Instances come and go with a metric. Default: they do not.' }),
      price: v.price().optional().meta({
        description:
          'Of each instance, USD. Default: assumed, a Fargate task of the size that its concurrency asks for.',
      }),
      role: roleSchema(v)
        .optional()
        .meta({ description: 'The role under which it receives. Default: one that may do everything.' }),
    })
    .transform((c, ctx) => {
      if (c.heartbeat !== undefined && c.heartbeat.every >= c.heartbeat.extendTo) {
        complain(
          ctx,
          ['heartbeat', 'extendTo'],
          'out-of-range',
          'an extension longer than the time between two heartbeats',
        );
      }
      if (c.partialFailure !== undefined && c.deletes !== 'perBatch') {
        complain(ctx, ['partialFailure'], 'misfit', 'partialFailure only beside deletes: perBatch');
      }
      const handler = {
        time: c.handler.time ?? { kind: 'constant' as const, value: 0 },
        calls: c.handler.calls ?? [],
        failureRate: c.handler.failureRate ?? 0,
      };
      const price = c.price === undefined ? assumedPrice(c.concurrency ?? 1) : givenPrice(c.price);
      const pollRetryUs = c.pollRetry ?? 1_000_000;
      const restartDelayUs = c.restartDelay ?? 10_000_000;
      const ofQueue = {
        type: 'consumer' as const,
        source: c.source,
        instances: startOf(c.instances, c.autoscaling, 'instances', ctx),
        concurrency: c.concurrency ?? 1,
        batchSize: c.batchSize ?? limits.batchSize.max,
        waitTimeUs: c.waitTime ?? limits.wait.max,
        visibilityTimeoutUs: c.visibilityTimeout ?? null,
        deletes: c.deletes ?? 'perMessage',
        partialFailure: c.partialFailure ?? false,
        onFailureVisibilityUs: c.onFailureVisibility ?? null,
        heartbeat: c.heartbeat === undefined ? null : { everyUs: c.heartbeat.every, extendToUs: c.heartbeat.extendTo },
        pollRetryUs,
        restartDelayUs,
        handler,
        autoscaling: c.autoscaling ?? null,
        price,
        ...roleOf(c.role),
      };
      const isKcl = c.reader === 'kcl';
      const stream = {
        reader: c.reader ?? 'sdk',
        startingPosition: c.startingPosition ?? 'TRIM_HORIZON',
        fromUs: c.from ?? 0,
        idleTimeBetweenReadsUs: c.idleTimeBetweenReads ?? (isKcl ? streamClientFacts.kclIdleUs.value : 1_000_000),
        limit: c.limit ?? ofStream.limit.max,
        fanOut: c.fanOut ?? false,
        onFailure: c.onFailure === 'skip' ? ('skip' as const) : ('retry' as const),
        retryDelayUs: c.retryDelay ?? (isKcl ? streamClientFacts.kclTaskBackoffUs.value : 1_000_000),
        ...(isKcl ? { kcl: kclOf(c) } : {}),
      };
      checkReading(c, ctx);
      return {
        type: 'consumer' as const,
        source: c.source,
        ofQueue,
        ofStream: {
          type: 'consumer' as const,
          source: c.source,
          stream,
          instances: c.instances ?? 1,
          concurrency: c.concurrency ?? null,
          pollRetryUs,
          restartDelayUs,
          handler,
          price,
          ...roleOf(c.role),
        },
        ofBroker: {
          type: 'consumer' as const,
          source: c.source,
          broker: {
            protocol: c.protocol,
            queue: c.queue,
            prefetch: c.prefetch,
            acknowledge: c.acknowledge,
            qos: c.qos as BrokerReading['qos'] | undefined,
            onFailure: c.onFailure === 'reject' ? 'reject' : 'requeue',
          },
          instances: c.instances ?? 1,
          concurrency: c.concurrency ?? 1,
          restartDelayUs,
          handler,
          price,
          ...roleOf(c.role),
        },
      };
    });
}

/** The settings of a consumer that fit its source. `broker`: that it reads, where it is one. */
export function resolveConsumer(
  { name, ofQueue, ofStream, ofBroker }: WrittenConsumer,
  sourceType: 'sqs' | 'kinesis' | 'mq',
  broker: ReadBroker | null,
): ConsumerSettings | StreamConsumerSettings | MqConsumerSettings {
  // The name stands right after the type, as in every resource.
  const first = { type: 'consumer' as const, name };
  if (sourceType === 'mq') return { ...first, ...ofBroker, broker: readingOf(ofBroker.broker, broker) };
  return sourceType === 'kinesis' ? { ...first, ...ofStream } : { ...first, ...ofQueue };
}

/** What of a broker decides how it is read. */
export interface ReadBroker {
  readonly engine: BrokerEngine;
  readonly protocol: Protocol;
  readonly firstQueue: string;
  /** That traffic is published to over MQTT; the first queue's name where none is. */
  readonly topic: string;
}

function readingOf(written: WrittenBrokerConsumer['broker'], broker: ReadBroker | null): BrokerReading {
  const protocol = written.protocol ?? broker?.protocol ?? 'amqp';
  return {
    protocol,
    queue: written.queue ?? (protocol === 'mqtt' ? broker?.topic : broker?.firstQueue) ?? '',
    prefetch: written.prefetch ?? prefetchOf(protocol, broker?.engine),
    acknowledge: written.acknowledge ?? 'individual',
    qos: written.qos ?? 1,
    onFailure: written.onFailure ?? 'requeue',
  };
}

/** What clients have where nothing is said: ActiveMQ's window of a queue, over STOMP too; none of RabbitMQ's. */
function prefetchOf(protocol: Protocol, engine: BrokerEngine | undefined): number {
  return protocol === 'openwire' || (protocol === 'stomp' && engine === 'activemq') ? mqFacts.prefetchQueue.value : 0;
}

function positionSchema(v: Vocabulary): z.ZodType<StreamPosition> {
  const instant = v
    .object({ at: v.duration().meta({ description: 'AT_TIMESTAMP: with what came at that instant or later.' }) })
    .transform((p): StreamPosition => ({ atUs: p.at }));
  const named: z.ZodType<StreamPosition> = v.choice(['TRIM_HORIZON', 'LATEST']);
  return v.either('TRIM_HORIZON, LATEST or { at: 10m }', [named, instant]);
}

function checkpointSchema(v: Vocabulary): z.ZodType<CheckpointRule> {
  const records = v.count({ min: 1 }).optional().meta({ description: 'After so many records.' });
  const every = v.duration({ min: 1 }).optional().meta({ description: 'With the first that is done after so long.' });
  const perBatch = v.choice(['perBatch']).transform((): CheckpointRule => ({ kind: 'perBatch' }));
  const counted = v
    .oneKey('records or every, such as { every: 1m }', { records, every })
    .transform(
      (c): CheckpointRule =>
        c.records === undefined ? { kind: 'every', everyUs: c.every ?? 0 } : { kind: 'records', records: c.records },
    );
  return v.either('perBatch, { records: 100 } or { every: 1m }', [perBatch, counted]);
}

interface WrittenKcl {
  readonly checkpoint?: CheckpointRule | undefined;
  readonly failoverTime?: number | undefined;
  readonly shardSync?: number | undefined;
  readonly gracefulHandOff?: number | undefined;
}

function kclOf(c: WrittenKcl): KclSettings {
  return {
    failoverTimeUs: c.failoverTime ?? streamClientFacts.kclFailoverUs.value,
    shardSyncUs: c.shardSync ?? streamClientFacts.kclShardSyncUs.value,
    gracefulHandOffUs: c.gracefulHandOff ?? streamClientFacts.kclHandOffUs.value,
    checkpoint: c.checkpoint ?? { kind: 'perBatch' },
  };
}

function checkReading(
  c: WrittenKcl & {
    readonly reader?: 'sdk' | 'kcl' | undefined;
    readonly startingPosition?: StreamPosition | undefined;
    readonly from?: number | undefined;
    readonly fanOut?: boolean | undefined;
    readonly limit?: number | undefined;
    readonly idleTimeBetweenReads?: number | undefined;
    readonly onFailure?: string | undefined;
    readonly retryDelay?: number | undefined;
  },
  ctx: z.core.$RefinementCtx,
): void {
  const position = c.startingPosition;
  if (typeof position === 'object' && position.atUs > (c.from ?? 0)) {
    complain(ctx, ['startingPosition', 'at'], 'out-of-range', 'an instant before it begins to read: see from');
  }
  for (const key of ['limit', 'idleTimeBetweenReads'] as const) {
    if (c.fanOut === true && c[key] !== undefined)
      complain(ctx, [key], 'misfit', `no ${key} beside fanOut: true, where records are pushed`);
  }
  for (const key of KCL_KEYS) {
    if (c.reader !== 'kcl' && c[key] !== undefined)
      complain(ctx, [key], 'misfit', `no ${key} without reader: kcl, whose instances share leases`);
  }
  const least = streamClientFacts.kclIdleLeastUs.value;
  if (c.reader === 'kcl' && (c.idleTimeBetweenReads ?? least) < least)
    complain(
      ctx,
      ['idleTimeBetweenReads'],
      'out-of-range',
      `${least / 1000}ms or longer with reader: kcl (limits of KCL)`,
    );
  if (c.onFailure === 'skip' && c.retryDelay !== undefined)
    complain(ctx, ['retryDelay'], 'misfit', 'no retryDelay beside onFailure: skip');
}

const { moveRateMin, moveRateMax } = sqsFacts;

/** A fault as written: names are looked up by the scenario room. */
export interface WrittenFault extends Omit<FaultSettings, 'target'> {
  readonly resource: string | null;
  readonly zone: string | null;
  readonly share: number | null;
  readonly link: readonly [string, string] | null;
}

/** One scripted fault. */
export function faultSchema(v: Vocabulary): z.ZodType<WrittenFault> {
  return v
    .object({
      at: v.duration().meta({ description: 'When it begins.' }),
      for: v
        .duration({ min: 1 })
        .optional()
        .meta({ description: 'How long it lasts. Default: to the end; after a crash, restartDelay.' }),
      design: v
        .name('the name of a design')
        .optional()
        .meta({ description: 'The one design in which it happens. Default: every design that has the target.' }),
      resource: v
        .text('the name of a resource, or name[replica]')
        .optional()
        .meta({ description: 'The resource that it strikes, or one replica of a service such as orders-db[1].' }),
      link: z
        .tuple([v.name('the name of a resource'), v.name('the name of a resource')], {
          error: 'two names, such as [workers, orders]',
        })
        .optional()
        .meta({ description: 'The way between two that it strikes: [caller, callee].' }),
      zone: v
        .name('the name of a zone')
        .optional()
        .meta({ description: 'Only the replicas of the service, or the nodes of the broker (a, b, c), in this zone.' }),
      share: v.share({ min: 0.000_001 }).optional().meta({ description: 'Only so much of the servers or instances.' }),
      slow: v.factor().optional().meta({ description: 'Work that begins meanwhile takes so many times as long.' }),
      down: v.flag().optional().meta({ description: 'Refuses everything.' }),
      errors: v.share().optional().meta({ description: 'Share of the calls that end in an error.' }),
      crash: v.share().optional().meta({
        description: 'Share of the instances, or of a broker’s nodes, that stop; what is in hand is not deleted.',
      }),
      cutOff: v.share().optional().meta({
        description: 'Share of the instances of a KCL consumer that do not reach their table of leases.',
      }),
      duplicate: v.share().optional().meta({ description: 'Share of the deletes that a copy survives.' }),
      unreachable: v.share().optional().meta({ description: 'Share of the calls that get no answer.' }),
      flush: v.flag().optional().meta({ description: 'Empties the cache of a service, at once.' }),
      policy: policySchema().optional().meta({ description: 'The access policy that a queue has meanwhile, as JSON.' }),
      kmsDown: v.flag().optional().meta({ description: 'KMS does not answer when a data key of the queue is needed.' }),
      throttle: v
        .share()
        .optional()
        .meta({ description: 'Share of the records and reads of a stream that are refused for their rate.' }),
      disconnect: v.share().optional().meta({
        description: 'Share of the connections to a broker that break, at once; their clients come back.',
      }),
      maintenance: v
        .flag()
        .optional()
        .meta({ description: 'The nodes of a broker are restarted one after the other.' }),
      redrive: v
        .object({
          to: v
            .name('the name of an sqs queue')
            .optional()
            .meta({ description: 'The queue to which they go. Default: each to where it came from.' }),
          rate: v.rate().optional().meta({
            description:
              'Messages per second, a whole number from 1 to 500. Default: as SQS finds best, assumed to be 500.',
          }),
        })
        .optional()
        .meta({
          description: 'An operator starts to move the messages of a dead-letter queue back; cancelled after `for`.',
        }),
      lose: v
        .object({
          requests: v.share().optional().meta({ description: 'Share of the requests that never arrive.' }),
          replies: v
            .share()
            .optional()
            .meta({ description: 'Share of the answers that never come, although the work is done.' }),
        })
        .optional()
        .meta({ description: 'What the network loses.' }),
    })
    .meta({ oneOf: [{ required: ['resource'] }, { required: ['link'] }] })
    .transform((f, ctx) => {
      if ((f.resource === undefined) === (f.link === undefined)) {
        complain(ctx, [], 'one-of', 'either resource or link, and one of them');
      }
      const rate = f.redrive?.rate;
      if (rate !== undefined && !(Number.isInteger(rate) && rate >= moveRateMin.value && rate <= moveRateMax.value)) {
        const expected = `a whole number of messages from ${moveRateMin.value}/s to ${moveRateMax.value}/s (limits of SQS)`;
        complain(ctx, ['redrive', 'rate'], 'out-of-range', expected);
      }
      return {
        atUs: f.at,
        forUs: f.for ?? null,
        design: f.design ?? null,
        resource: f.resource ?? null,
        link: f.link ?? null,
        zone: f.zone ?? null,
        share: f.share ?? null,
        slow: f.slow ?? null,
        down: f.down ?? false,
        errors: f.errors ?? null,
        crash: f.crash ?? null,
        ...(f.cutOff === undefined ? {} : { cutOff: f.cutOff }),
        duplicate: f.duplicate ?? null,
        unreachable: f.unreachable ?? null,
        loseRequests: f.lose?.requests ?? null,
        loseReplies: f.lose?.replies ?? null,
        flush: f.flush ?? false,
        ...(f.policy === undefined ? {} : { policy: f.policy }),
        ...(f.kmsDown === true ? { kmsDown: true as const } : {}),
        ...(f.throttle === undefined ? {} : { throttle: f.throttle }),
        ...(f.disconnect === undefined ? {} : { disconnect: f.disconnect }),
        ...(f.maintenance === true ? { maintenance: true as const } : {}),
        ...(f.redrive === undefined ? {} : { redrive: { to: f.redrive.to ?? null, perSecond: rate ?? null } }),
      };
    });
}
