import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/index.ts';
import { resolve } from '../support/street.ts';

interface Parts {
  readonly traffic?: string;
  readonly topic?: string;
  readonly resources?: string;
  readonly rest?: string;
}

function text({
  traffic = 'rate: 10/s',
  topic = 'subscriptions: [ { to: a } ]',
  resources = '',
  rest = '',
}: Parts): string {
  return `seed: 1
horizon: 1m
traffic: { t: { ${traffic} } }
designs:
  d:
    traffic: { t: events }
    resources:
      events: { type: sns, ${topic} }
      a: { type: sqs }
      f: { type: sqs, fifo: true }
      hook: { type: service, serviceTime: 1ms }
      mail: { type: sink }
      w: { type: consumer, source: a, handler: {} }
${resources}
${rest}`;
}

/** Codes, paths and expectations of all errors. */
function errorsOf(parts: Parts): string[] {
  const outcome = parseScenario(text(parts), { file: 'test.yaml', name: 'test', readText: () => undefined });
  return outcome.ok ? [] : outcome.errors.map(({ code, path, expected }) => `${code} ${path}: ${expected}`);
}

const subscription = (more: string): Parts => ({ topic: `subscriptions: [ ${more} ]` });
const KEYED = 'rate: 10/s, key: { uniform: { keys: 5 } }';

describe('topics', () => {
  test('have every default filled in, by what they deliver to', () => {
    const scenario = resolve(
      text({ topic: 'subscriptions: [ { to: a }, { to: hook }, { to: mail, protocol: sms } ]' }),
    );
    const topic = scenario.designs[0]?.resources.find(({ name }) => name === 'events');
    expect(topic).toMatchObject({ fifo: false, maximumMessageSizeBytes: 262_144, publishQuota: null });
    const { subscriptions } = topic as Extract<typeof topic, { type: 'sns' }>;
    expect(subscriptions.map(({ protocol }) => protocol)).toEqual(['sqs', 'https', 'sms']);
    expect(subscriptions.map(({ deliveryPolicy }) => deliveryPolicy.postBackoff.count)).toEqual([100_000, 0, 38]);
    expect(scenario.assumptions.map(({ text: said }) => said).join(' ')).toContain('envelope');
  });

  test.each<[string, Parts, RegExp]>([
    ['nobody of that name', subscription('{ to: b }'), /^unknown-reference .*to: the name of a resource of design d/],
    [
      'a consumer',
      subscription('{ to: w }'),
      /^wrong-reference .*to: an sqs queue, .*a service or a sink; w is a consumer/,
    ],
    [
      'a FIFO queue on a standard topic [sns.standard-topic-fifo-queue]',
      subscription('{ to: f }'),
      /^wrong-reference .*FIFO SQS Queues can not be subscribed to standard SNS topics/,
    ],
    [
      'a service on a FIFO topic',
      { traffic: KEYED, topic: 'fifo: true, subscriptions: [ { to: hook } ]' },
      /^wrong-reference .*to: an sqs queue: a FIFO topic delivers to nothing else/,
    ],
    ['a sink without a protocol', subscription('{ to: mail }'), /^missing .*protocol/],
    [
      'a protocol that does not fit',
      subscription('{ to: hook, protocol: email }'),
      /^misfit .*protocol: one of http, https: hook is a service/,
    ],
    [
      'one endpoint twice',
      subscription('{ to: a }, { to: a }'),
      /^duplicate-name .*one subscription for each endpoint/,
    ],
    [
      'a dead-letter queue of the other kind [sns.dlq-placement]',
      subscription('{ to: a, redrive: { deadLetterQueue: f } }'),
      /^wrong-reference .*deadLetterQueue: a standard queue, as events is a standard topic; f is FIFO/,
    ],
    [
      'a dead-letter queue that is none',
      subscription('{ to: a, redrive: { deadLetterQueue: hook } }'),
      /^wrong-reference .*an sqs queue; hook is a service/,
    ],
    [
      'a delivery policy to a queue',
      subscription('{ to: a, deliveryPolicy: { numRetries: 5 } }'),
      /^misfit .*deliveryPolicy: a delivery policy only over HTTP and HTTPS/,
    ],
    [
      'retries of more than an hour [sns.delivery-policy-total-retry-time-http]',
      subscription('{ to: hook, deliveryPolicy: { numRetries: 100, minDelayTarget: 1h, maxDelayTarget: 1h } }'),
      /^misfit .*total retry time must be less than or equal to 3600 seconds/,
    ],
    [
      'raw delivery by e-mail',
      subscription('{ to: mail, protocol: email, rawMessageDelivery: true }'),
      /^misfit .*raw delivery only to SQS, HTTP and HTTPS, and Firehose/,
    ],
    [
      'a filter that AWS refuses',
      subscription('{ to: a, filterPolicy: { tier: [] } }'),
      /^bad-policy .*filterPolicy: a filter policy that SNS takes; it says: /,
    ],
    [
      'nested filters on attributes',
      subscription('{ to: a, filterPolicy: { order: { tier: [gold] } } }'),
      /^bad-policy .*it says: /,
    ],
    [
      'an end before its beginning',
      subscription('{ to: a, from: 30s, until: 20s }'),
      /^out-of-range .*until: an instant after from/,
    ],
    [
      'settings of FIFO topics on a standard one',
      { topic: 'contentBasedDeduplication: true' },
      /^misfit .*contentBasedDeduplication: no contentBasedDeduplication on a standard topic/,
    ],
    [
      'large messages over HTTP [sns.rule-for-topics-above-256-kib]',
      { topic: 'maximumMessageSize: 1MiB, subscriptions: [ { to: hook } ]' },
      /^misfit .*SQS, Firehose or Lambda: a topic with messages above 256 KiB/,
    ],
    [
      'a topic larger than SNS takes [sns.max-message-size]',
      { topic: 'maximumMessageSize: 2MiB' },
      /^out-of-range .*maximumMessageSize.*SNS/,
    ],
    [
      'a FIFO topic without keys',
      { topic: 'fifo: true, subscriptions: [ { to: f } ]' },
      /^missing traffic.t.key: .*the message group in the FIFO topic events/,
    ],
    [
      'duplicates of a FIFO topic',
      {
        traffic: KEYED,
        topic: 'fifo: true, subscriptions: [ { to: f } ]',
        rest: 'faults: [ { at: 1s, resource: events, duplicate: 1% } ]',
      },
      /^misfit faults.0.duplicate: no duplicate on events: a FIFO topic/,
    ],
    [
      'a slow topic',
      { rest: 'faults: [ { at: 1s, resource: events, slow: 2x } ]' },
      /^misfit faults.0.slow: something that can happen to a sns/,
    ],
    [
      'traffic into a sink',
      { resources: '  e: { traffic: { t: mail }, resources: { mail: { type: sink } } }' },
      /^wrong-reference designs.e.traffic.t: a service, an sqs queue, a topic, a stream, a broker or cameras; mail is a sink/,
    ],
    [
      'a figure that deliveries have not',
      { rest: 'objectives: [ "response.p99 of events.a < 1s" ]' },
      /^objective objectives.0: a figure of deliveries: /,
    ],
    [
      'a subscription that is not there',
      { rest: 'objectives: [ "completion.p99 of events.b < 1s" ]' },
      /^unknown-reference objectives.0: a subscription: events.a/,
    ],
    [
      'more kinds of messages than filters can be decided for',
      {
        traffic: `rate: 1/s, attributes: { ${Array.from({ length: 5 }, (_, i) => `a${i}: { choice: { ${Array.from({ length: 10 }, (__, j) => `v${j}: 1`).join(', ')} } }`).join(', ')} }`,
      },
      /^out-of-range traffic.t.attributes: at most 65536 combinations/,
    ],
  ])('are refused with %s', (_what, parts, expected) => {
    const errors = errorsOf(parts);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.join('\n')).toMatch(new RegExp(expected.source, 'm'));
  });

  test('take a FIFO queue on a FIFO topic, and objectives on a subscription', () => {
    const parts = {
      traffic: KEYED,
      topic: 'fifo: true, subscriptions: [ { to: f }, { to: a } ]',
      rest: 'objectives: [ "completion.p99 of events.f < 1s", "lost.share of events.a < 1%", "throughput of events.f > 1/s" ]',
    };
    expect(errorsOf(parts)).toEqual([]);
    expect(resolve(text(parts)).objectives.map(({ subject }) => subject)).toEqual([
      { kind: 'subscription', topic: 'events', to: 'f', field: 'completionMs', statistic: 'p99' },
      { kind: 'subscription', topic: 'events', to: 'a', field: 'lost', statistic: 'share' },
      { kind: 'subscription', topic: 'events', to: 'f', field: 'throughputPerSecond', statistic: null },
    ]);
  });
});
