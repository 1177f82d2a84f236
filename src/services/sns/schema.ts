/** How a topic and its subscriptions may be written in a scenario, their defaults, and AWS's limits. */
import { z } from 'zod';
import { resourceAccessOf, resourceAccessShape } from '../../calls/access.ts';
import { complain, type Vocabulary } from '../../calls/schema.ts';
import { snsFacts as f } from '../../facts/index.ts';
import { fittedLatency } from '../messaging/latency.ts';
import { defaultDeliveryPolicy } from './default-policy.ts';
import { BadFilterPolicy } from './filter/index.ts';
import { parseFilterPolicy } from './filter/parse.ts';
import { BadDeliveryPolicy, readHttpPolicy, type ReadHttpPolicy } from './http-policy.ts';
import type { Protocol, SnsLatency, SnsSettings, SubscriptionSettings } from './settings.ts';

const SECOND = 1_000_000;
const PROTOCOLS = ['sqs', 'lambda', 'firehose', 'http', 'https', 'email', 'email-json', 'sms', 'application'] as const;
/** What a target of a type is reached by, where nothing is said. A sink may be anything: there it has to be said. */
const PROTOCOL_OF: Readonly<Record<string, Protocol>> = {
  sqs: 'sqs',
  lambda: 'lambda',
  firehose: 'firehose',
  service: 'https',
};
/** Protocols by which a target of a type can be reached. */
export const PROTOCOLS_OF: Readonly<Record<string, readonly Protocol[]>> = {
  sqs: ['sqs'],
  lambda: ['lambda'],
  firehose: ['firehose'],
  service: ['http', 'https'],
  sink: PROTOCOLS.filter((one) => one !== 'sqs' && one !== 'lambda'),
};

/** A subscription before anybody has looked at what it delivers to; null: as the target has it. */
export interface WrittenSubscription extends Omit<SubscriptionSettings, 'protocol' | 'deliveryPolicy'> {
  readonly protocol: Protocol | null;
  readonly deliveryPolicy: SubscriptionSettings['deliveryPolicy'] | null;
}
export interface WrittenSns extends Omit<SnsSettings, 'subscriptions'> {
  readonly subscriptions: readonly WrittenSubscription[];
}

const PUBLISH = fittedLatency({
  p50: f.publishP50Us,
  p99: f.publishP99Us,
  slowShare: f.slowShare,
  slowP50: f.slowPublishP50Us,
  slowP99: f.slowPublishP99Us,
});

/** Round trips and ways where a scenario gives none: fitted to a published end-to-end measurement, so assumed. */
export const SNS_LATENCY: SnsLatency = {
  publish: PUBLISH,
  delivery: fittedLatency({
    p50: f.deliveryP50Us,
    p99: f.deliveryP99Us,
    slowShare: f.slowShare,
    slowP50: f.slowDeliveryP50Us,
    slowP99: f.slowDeliveryP99Us,
  }),
  crossRegion: { kind: 'constant', value: f.crossRegionUs.value },
};
/** The same of a FIFO topic. */
export const SNS_FIFO_LATENCY: SnsLatency = {
  publish: PUBLISH,
  delivery: fittedLatency({
    p50: f.fifoDeliveryP50Us,
    p99: f.fifoDeliveryP99Us,
    slowShare: f.slowShare,
    slowP50: f.fifoSlowDeliveryP50Us,
    slowP99: f.fifoSlowDeliveryP99Us,
  }),
  crossRegion: SNS_LATENCY.crossRegion,
};

/** With everything that follows from the type of what it delivers to; undefined: nobody knows of such a target. */
export function resolveSubscription(
  written: WrittenSubscription,
  targetType: string | undefined,
): SubscriptionSettings | null {
  const protocol = written.protocol ?? PROTOCOL_OF[targetType ?? ''];
  if (protocol === undefined) return null;
  return { ...written, protocol, deliveryPolicy: written.deliveryPolicy ?? defaultDeliveryPolicy(protocol) };
}

/** Settings of an `sns` topic, without its name. */
export function snsSchema(v: Vocabulary): z.ZodType<Omit<WrittenSns, 'name'>> {
  return v
    .object({
      type: v.choice(['sns']).meta({ description: 'What kind of resource it is.' }),
      fifo: v.flag().optional().meta({
        description: 'A FIFO topic: order by group (the key of a request) and exactly-once publishing.',
        default: false,
      }),
      contentBasedDeduplication: v.flag().optional().meta({
        description: 'FIFO: a message without a deduplication id has the hash of its body for it. Default: false.',
      }),
      fifoThroughputScope: v.choice(['Topic', 'MessageGroup']).optional().meta({
        description: 'FIFO: what rate and deduplication hold for. Default: Topic, 3,000 messages or 20 MB a second.',
      }),
      maximumMessageSize: v
        .size({ min: f.maximumMessageSizeMinBytes.value, max: f.messageMaxBytes.value, because: 'SNS' })
        .optional()
        .meta({ description: 'Largest message that is taken.', default: '256KiB' }),
      subscriptions: v
        .list('a list of subscriptions, such as [ { to: orders } ]', subscriptionSchema(v))
        .optional()
        .meta({ description: 'What it delivers to. Default: nothing.' }),
      publishQuota: v.rate().optional().meta({
        description:
          'Messages a second from its account, over all its topics of this kind. Default: that of the Region.',
      }),
      latency: v
        .object({
          publish: v.durations().optional().meta({ description: 'Round trip of a publish.' }),
          delivery: v.durations().optional().meta({ description: 'From the topic to the endpoint.' }),
          crossRegion: v.durations().optional().meta({
            description: 'Added where the endpoint is in another Region.',
            default: '80ms',
          }),
        })
        .optional()
        .meta({ description: 'How long things take. Default: assumed, fitted to a published measurement.' }),
      ...resourceAccessShape(v, 'sns'),
    })
    .transform((t, ctx): Omit<WrittenSns, 'name'> => {
      const fifo = t.fifo ?? false;
      for (const key of ['contentBasedDeduplication', 'fifoThroughputScope'] as const) {
        if (!fifo && t[key] !== undefined)
          complain(ctx, [key], 'misfit', `no ${key} on a standard topic: only beside fifo: true`);
      }
      const latency = fifo ? SNS_FIFO_LATENCY : SNS_LATENCY;
      return {
        type: 'sns' as const,
        fifo,
        ...(fifo
          ? {
              fifoSettings: {
                contentBasedDeduplication: t.contentBasedDeduplication ?? false,
                fifoThroughputScope: t.fifoThroughputScope ?? 'Topic',
              },
            }
          : {}),
        maximumMessageSizeBytes: t.maximumMessageSize ?? f.maximumMessageSizeDefaultBytes.value,
        subscriptions: t.subscriptions ?? [],
        publishQuota: t.publishQuota ?? null,
        latency: {
          publish: t.latency?.publish ?? latency.publish,
          delivery: t.latency?.delivery ?? latency.delivery,
          crossRegion: t.latency?.crossRegion ?? latency.crossRegion,
        },
        ...resourceAccessOf(t),
      };
    });
}

function subscriptionSchema(v: Vocabulary): z.ZodType<WrittenSubscription> {
  return v
    .object({
      to: v.name('the name of a resource').meta({
        description: 'An sqs queue, a lambda function, a service (over HTTPS), or a sink.',
      }),
      protocol: v.choice(PROTOCOLS).optional().meta({
        description: 'How it is reached. Default: as its type is; a sink needs one.',
      }),
      filterPolicy: z.unknown().optional().meta({
        description: 'Which messages it gets, in the words of AWS. Default: all.',
      }),
      filterPolicyScope: v.choice(['MessageAttributes', 'MessageBody']).optional().meta({
        description: 'What the policy looks at; in the body the attributes stand as JSON, a dot in a name nests.',
        default: 'MessageAttributes',
      }),
      rawMessageDelivery: v.flag().optional().meta({
        description: 'Without the envelope, which adds about a kilobyte.',
        default: false,
      }),
      redrive: v
        .object({
          deadLetterQueue: v.name('the name of an sqs queue').meta({ description: 'The sqs queue that takes them.' }),
        })
        .optional()
        .meta({ description: 'Where what cannot be delivered goes. Default: it is dropped.' }),
      deliveryPolicy: deliveryPolicySchema(v)
        .optional()
        .meta({ description: 'HTTP and HTTPS: when a failed delivery is tried again. Default: 3 times, 20 s apart.' }),
      from: v.duration().optional().meta({ description: 'When it subscribes.', default: '0s' }),
      until: v.duration({ min: 1 }).optional().meta({ description: 'When it unsubscribes. Default: never.' }),
      confirmAfter: v
        .duration({ max: f.tokenSeconds.value * SECOND, because: 'SNS' })
        .optional()
        .meta({
          description: 'From subscribing to its confirmation; nothing is delivered before.',
          default: '0s',
        }),
    })
    .transform((s, ctx): WrittenSubscription => {
      const from = s.from ?? 0;
      if (s.until !== undefined && s.until <= from) {
        complain(ctx, ['until'], 'out-of-range', 'an instant after from');
      }
      const scope = s.filterPolicyScope ?? 'MessageAttributes';
      return {
        to: s.to,
        protocol: s.protocol ?? null,
        filterPolicy: filterText(s.filterPolicy, scope, ctx),
        filterPolicyScope: scope,
        rawMessageDelivery: s.rawMessageDelivery ?? false,
        deadLetterQueue: s.redrive?.deadLetterQueue ?? null,
        deliveryPolicy: s.deliveryPolicy?.deliveryPolicy ?? null,
        maxReceivesPerSecond: s.deliveryPolicy?.maxReceivesPerSecond ?? null,
        subscribeUs: from,
        unsubscribeUs: s.until ?? null,
        confirmAfterUs: s.confirmAfter ?? 0,
      };
    });
}

/** As JSON, when AWS would take it. */
function filterText(
  written: unknown,
  scope: SubscriptionSettings['filterPolicyScope'],
  ctx: z.core.$RefinementCtx,
): string | null {
  if (written === undefined || written === null) return null;
  const text = JSON.stringify(written);
  try {
    parseFilterPolicy(text, scope);
  } catch (error) {
    if (!(error instanceof BadFilterPolicy)) throw error;
    complain(ctx, ['filterPolicy'], 'bad-policy', `a filter policy that SNS takes; it says: ${error.message}`);
  }
  return text;
}

function deliveryPolicySchema(v: Vocabulary): z.ZodType<ReadHttpPolicy> {
  const retries = v.count({ min: 0, max: f.httpRetriesMax.value, because: 'SNS' });
  const delay = v.duration({
    min: f.httpDelayMinSeconds.value * SECOND,
    max: f.httpDelayMaxSeconds.value * SECOND,
    wholeSeconds: true,
    because: 'SNS',
  });
  return v
    .object({
      numRetries: retries.optional().meta({ description: 'All retries, those of every phase.', default: 3 }),
      numNoDelayRetries: retries.optional().meta({ description: 'At once.', default: 0 }),
      numMinDelayRetries: retries
        .optional()
        .meta({ description: 'minDelayTarget apart, before the backoff.', default: 0 }),
      numMaxDelayRetries: retries
        .optional()
        .meta({ description: 'maxDelayTarget apart, after the backoff.', default: 0 }),
      minDelayTarget: delay.optional().meta({ description: 'The least wait.', default: '20s' }),
      maxDelayTarget: delay.optional().meta({ description: 'The longest wait.', default: '20s' }),
      backoffFunction: v.choice(['linear', 'arithmetic', 'geometric', 'exponential']).optional().meta({
        description: 'How waits grow from the least to the longest.',
        default: 'linear',
      }),
      maxReceivesPerSecond: v.number({ min: 1, max: 1_000_000 }).optional().meta({
        description: 'Deliveries a second at most; others wait. Default: as they come.',
      }),
    })
    .transform((p, ctx): ReadHttpPolicy => {
      const { minDelayTarget, maxDelayTarget, maxReceivesPerSecond, ...rest } = p;
      try {
        return readHttpPolicy({
          healthyRetryPolicy: {
            ...definedOf(rest),
            ...(minDelayTarget === undefined ? {} : { minDelayTarget: minDelayTarget / SECOND }),
            ...(maxDelayTarget === undefined ? {} : { maxDelayTarget: maxDelayTarget / SECOND }),
          },
          throttlePolicy: maxReceivesPerSecond === undefined ? {} : { maxReceivesPerSecond },
        });
      } catch (error) {
        if (!(error instanceof BadDeliveryPolicy)) throw error;
        complain(ctx, [], 'misfit', `a delivery policy that SNS takes; it says: ${error.message}`);
        return readHttpPolicy({});
      }
    });
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function definedOf<T extends object>(settings: T): Defined<T> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Defined<T>;
}
