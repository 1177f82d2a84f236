import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/index.ts';
import type { DesignResult } from '../../src/experiment/result.ts';
import { resolve } from '../support/street.ts';

const NOW = 'latency: { publish: 2ms, delivery: 10ms }';
const QUICK = 'latency: { send: 2ms, receive: 2ms, delete: 2ms }';

interface Shop {
  /** Of the traffic. */
  readonly traffic?: string;
  readonly subscriptions: string;
  /** Of the topic. */
  readonly topic?: string;
  /** Lines of resources, besides the topic. */
  readonly resources?: string;
  readonly rest?: string;
  readonly horizon?: string;
}

/** A design with the topic `events`; queues a and b with their workers are there. */
function shop({
  traffic = 'rate: 20/s, arrivals: regular',
  subscriptions,
  topic = '',
  resources = '',
  rest = '',
  horizon = '60s',
}: Shop): DesignResult {
  const scenario = resolve(`seed: 1
horizon: ${horizon}
replications: 1
traffic: { t: { ${traffic} } }
designs:
  d:
    traffic: { t: events }
    resources:
      events: { type: sns, ${NOW}, ${topic} subscriptions: [ ${subscriptions} ] }
      a: { type: sqs, ${QUICK} }
      b: { type: sqs, ${QUICK} }
      worker-a: { type: consumer, source: a, instances: 5, handler: { time: 1ms } }
      worker-b: { type: consumer, source: b, instances: 5, handler: { time: 1ms } }
${resources}
${rest}`);
  return runScenario(scenario).designs['d'] as DesignResult;
}

function delivered({ resources }: DesignResult, to: string) {
  const found = resources['events']?.subscriptions?.[to];
  if (found === undefined) throw new Error(`no subscription ${to}`);
  return found;
}

function sumOf({ resources }: DesignResult, metric: string, resource = 'events'): number {
  return resources[resource]?.metrics[metric]?.sum ?? Number.NaN;
}

describe('a standard topic', () => {
  test('puts each message into every queue once; a request is completed when all have handled it [sns.standard-topic] [sns.publish-success]', () => {
    const design = shop({ subscriptions: '{ to: a }, { to: b }' });
    const { t } = design.traffic;
    expect(t).toMatchObject({ completed: t?.offered, lost: 0, duplicates: 0 });
    for (const queue of ['a', 'b'])
      expect(delivered(design, queue)).toMatchObject({ offered: t?.offered, completed: t?.offered });
    // The publisher has its answer as soon as the message is stored: no delivery is waited for.
    expect(t?.responseMs.max).toBeCloseTo(2, 5);
    // Half a publish, the way to the queue, half a receive and the handler.
    expect(t?.completionMs.p50).toBeCloseTo(1 + 10 + 1 + 1, 5);
  });

  test('lets one slow and one dead subscriber hold nobody else [sns.failed-deliveries]', () => {
    const design = shop({
      subscriptions: '{ to: a }, { to: slow }, { to: dead }',
      resources: `      slow: { type: service, servers: 1, serviceTime: 200ms }
      dead: { type: service, servers: 1, serviceTime: 1ms }`,
      rest: 'drain: 10m\nfaults: [ { at: 10s, for: 20s, resource: dead, down: true } ]',
    });
    expect(delivered(design, 'a').completionMs.max).toBeLessThan(20);
    expect(delivered(design, 'slow').completionMs.p50).toBeGreaterThan(10_000);
    // After its outage it is delivered to again: failures do not disable a subscription.
    expect(delivered(design, 'dead').completed).toBeGreaterThan(1100);
  });

  test('is delivered to by attribute, and a request that nobody wants is completed with no delivery', () => {
    const design = shop({
      traffic: 'rate: 50/s, attributes: { tier: { choice: { gold: 0.3, silver: 0.7 } } }',
      subscriptions: '{ to: a, filterPolicy: { tier: [gold] } }, { to: b, filterPolicy: { tier: [lead] } }',
    });
    const { t } = design.traffic;
    const gold = delivered(design, 'a').offered;
    expect(delivered(design, 'b').offered).toBe(0);
    expect(t).toMatchObject({ completed: t?.offered });
    expect(gold / (t?.offered ?? 1)).toBeCloseTo(0.3, 1);
    // Gold is filtered out once, all else twice; the last publish may be on its way at the horizon.
    const filteredOut = sumOf(design, 'NumberOfNotificationsFilteredOut');
    expect(Math.abs(2 * (t?.offered ?? 0) - gold - filteredOut)).toBeLessThan(5);
  });

  test('filters by the body, where a dot in an attribute’s name nests [sns.scope-messagebody]', () => {
    const design = shop({
      traffic: 'rate: 50/s, attributes: { order.total: { type: Number, choice: { 10: 0.5, 1000: 0.5 } } }',
      subscriptions:
        '{ to: a, filterPolicyScope: MessageBody, filterPolicy: { order: { total: [ { numeric: [ ">", 100 ] } ] } } }, { to: b }',
    });
    expect(delivered(design, 'a').offered / delivered(design, 'b').offered).toBeCloseTo(0.5, 1);
  });

  test('delivers to who comes while it runs, from its confirmation on, and to nobody who has left [sns.confirmation-token]', () => {
    const design = shop({
      subscriptions: '{ to: a, from: 20s, confirmAfter: 10s, until: 50s }, { to: b }',
    });
    expect(delivered(design, 'a').offered).toBeCloseTo(20 * 20, -1);
    expect(delivered(design, 'b').offered).toBe(design.traffic['t']?.offered);
    expect(design.traffic['t']?.lost).toBe(0);
  });

  test('tries again by the policy of its endpoint, and puts what it gives up into the dead-letter queue [sns.policy-exhausted] [sns.http-s-outcome]', () => {
    const subscriber = (more: string): string => `{ to: hook, ${more} }`;
    const resources = `      hook: { type: service, servers: 1, serviceTime: 1ms }
      hook-dlq: { type: sqs }`;
    const rest = 'drain: 10m\nfaults: [ { at: 0s, for: 30s, resource: hook, down: true } ]';
    const policy = 'deliveryPolicy: { numRetries: 2, minDelayTarget: 5s, maxDelayTarget: 5s }';
    const kept = shop({
      subscriptions: subscriber(`${policy}, redrive: { deadLetterQueue: hook-dlq }`),
      resources,
      rest,
    });
    const dropped = shop({ subscriptions: subscriber(policy), resources, rest });
    // Of the first 20 s all three attempts fail; from then on the last one, or an earlier one, comes after the outage.
    expect(delivered(kept, 'hook').deadLettered / (20 * 20)).toBeCloseTo(1, 1);
    expect(delivered(dropped, 'hook')).toMatchObject({ deadLettered: 0, lost: delivered(kept, 'hook').deadLettered });
    expect(dropped.traffic['t']).toMatchObject({ lost: delivered(kept, 'hook').deadLettered });
    expect(sumOf(kept, 'NumberOfNotificationsRedrivenToDlq')).toBe(delivered(kept, 'hook').deadLettered);
    // Over HTTP each failed attempt counts: three of each that was given up.
    expect(sumOf(kept, 'NumberOfNotificationsFailed')).toBeGreaterThan(3 * delivered(kept, 'hook').deadLettered);
  });

  test('takes an endpoint that has not answered within 15 s for failed, though its work goes on', () => {
    const design = shop({
      traffic: 'rate: 1/s, arrivals: regular',
      subscriptions: '{ to: hook, deliveryPolicy: { numRetries: 1, minDelayTarget: 60s, maxDelayTarget: 60s } }',
      resources: '      hook: { type: service, servers: 1000, serviceTime: 16s }',
      rest: 'drain: 10m',
    });
    const { offered } = delivered(design, 'hook');
    expect(delivered(design, 'hook')).toMatchObject({ completed: offered, duplicates: offered });
  });

  test('invokes a function, which tries again by itself; what it gives up is lost to the topic', () => {
    const design = shop({
      traffic: 'rate: 5/s, arrivals: regular, poison: 10%',
      subscriptions: '{ to: fn }, { to: a }',
      resources: '      fn: { type: lambda, coldStart: 0s, handler: { time: 20ms } }',
      rest: 'drain: 10m\nfaults: [ { at: 20s, for: 10s, link: [events, fn], lose: { requests: 50% } } ]',
    });
    const { offered, completed, lost } = delivered(design, 'fn');
    // Lambda has taken each event in; two retries later it drops what is poisoned.
    expect(lost / offered).toBeCloseTo(0.1, 1);
    expect(completed + lost).toBe(offered);
    expect(sumOf(design, 'AsyncEventsDropped', 'fn')).toBeLessThanOrEqual(lost);
    expect(delivered(design, 'a').completed + delivered(design, 'a').inSystem).toBe(offered);
    // What the network lost the topic delivers again.
    expect(sumOf(design, 'DeliveryAttempts')).toBeGreaterThan(2 * offered + 10);
  });

  test('sends e-mail at ten a second for an account, over all its topics [sns.email-delivery]', () => {
    const design = shop({
      subscriptions: '{ to: mail, protocol: email }',
      resources: '      mail: { type: sink }',
      rest: 'drain: 1h',
    });
    expect(sumOf(design, 'NumberOfNotificationsDelivered') / 60).toBeCloseTo(10, 0);
    expect(delivered(design, 'mail')).toMatchObject({ lost: 0, completed: delivered(design, 'mail').offered });
  });

  test('takes 30,000 messages a second of an account in us-east-1, and elsewhere what its Region’s quota is [sns.publish-rate-standard]', () => {
    const quota = (region: string): number => {
      const design = shop({
        traffic: 'rate: 600/s, arrivals: regular',
        subscriptions: '',
        topic: `region: ${region},`,
        horizon: '30s',
      });
      return (design.traffic['t']?.accepted ?? 0) / 30;
    };
    expect(quota('us-east-1')).toBeCloseTo(600, 0);
    // 300 a second, and the burst of one second once.
    expect(quota('eu-north-1')).toBeCloseTo(310, 0);
  });

  test('adds an envelope to what is not raw: a message of just the queue’s size gets through only raw [sns.raw-delivery] [sns.envelope]', () => {
    const small = `      small: { type: sqs, maximumMessageSize: 2KiB, ${QUICK} }
      reader: { type: consumer, source: small, handler: { time: 1ms } }`;
    const design = (raw: boolean): DesignResult =>
      shop({
        traffic: 'rate: 5/s, arrivals: regular, size: 2KiB',
        subscriptions: `{ to: small, rawMessageDelivery: ${raw} }`,
        resources: small,
      });
    expect(delivered(design(true), 'small').lost).toBe(0);
    // A client-side error: not tried again. [sns.client-side-error]
    const refused = design(false);
    expect(delivered(refused, 'small').lost).toBe(delivered(refused, 'small').offered);
    // The last one may come after the horizon, up to which metrics count.
    expect(delivered(refused, 'small').offered - sumOf(refused, 'DeliveryAttempts')).toBeLessThan(2);
  });

  test('passes the group of a message on to fair queues alone [sns.messagegroupid-on-standard-topic]', () => {
    const design = shop({
      traffic: 'rate: 100/s, key: { hot: { keys: 50, share: 90% } }',
      subscriptions: '{ to: fair }, { to: a }',
      resources: `      fair: { type: sqs, fairQueues: true, ${QUICK} }
      few: { type: consumer, source: fair, instances: 5, concurrency: 10, handler: { time: 600ms } }`,
    });
    expect(design.resources['fair']?.metrics['ApproximateNumberOfNoisyGroups']?.max).toBe(1);
  });

  test('delivers a share twice where a fault says so', () => {
    const design = shop({
      subscriptions: '{ to: a }',
      rest: 'faults: [ { at: 0s, for: 60s, resource: events, duplicate: 20% } ]',
    });
    expect((design.traffic['t']?.duplicates ?? 0) / (design.traffic['t']?.offered ?? 1)).toBeCloseTo(0.2, 1);
  });

  test('sends again what the network lost, and twice what it did not know to be there', () => {
    const lost = shop({
      subscriptions: '{ to: a }',
      rest: 'faults: [ { at: 10s, for: 30s, link: [events, a], lose: { requests: 30%, replies: 10% } } ]',
    });
    expect(lost.traffic['t']).toMatchObject({ lost: 0, completed: lost.traffic['t']?.offered });
    expect(lost.traffic['t']?.duplicates).toBeGreaterThan(20);
    expect(sumOf(lost, 'DeliveryAttempts')).toBeGreaterThan(1300);
  });

  test('takes its time to another Region [sns.same-region-rule]', () => {
    const policy =
      '{ Statement: { Effect: Allow, Principal: { Service: sns.amazonaws.com }, Action: sqs:SendMessage, Resource: "*" } }';
    const design = shop({
      subscriptions: '{ to: far }, { to: near }',
      resources: ['far', 'near']
        .map(
          (
            name,
          ) => `      ${name}: { type: sqs, ${QUICK}, policy: ${policy}${name === 'far' ? ', region: eu-west-1' : ''} }
      reader-${name}: { type: consumer, source: ${name}, instances: 5, handler: { time: 1ms } }`,
        )
        .join('\n'),
    });
    const [far, near] = [delivered(design, 'far').completionMs, delivered(design, 'near').completionMs];
    // 80 ms are assumed where nothing is said.
    expect((far.p50 ?? 0) - (near.p50 ?? 0)).toBeCloseTo(80, 5);
  });
});

describe('a FIFO topic', () => {
  const keys = 'key: { uniform: { keys: 10 } }';
  const fifo = 'fifo: true,';
  const queue = (name: string, type = 'fifo: true,'): string => `      ${name}: { type: sqs, ${type} ${QUICK} }
      worker-${name}: { type: consumer, source: ${name}, instances: 10, handler: { time: { exponential: { mean: 5ms } } } }`;

  test('keeps the order of each group into each FIFO queue, whatever its latency, and swallows what was published twice [sns.fifo-order] [sns.fifo-dedup]', () => {
    const design = shop({
      traffic: `rate: 100/s, ${keys}, duplicates: 10%`,
      subscriptions: '{ to: one }, { to: two }',
      topic: fifo,
      resources: `${queue('one')}\n${queue('two')}`,
    });
    const { t } = design.traffic;
    expect(t).toMatchObject({ completed: t?.offered, duplicates: 0, outOfOrder: 0, lost: 0 });
    expect(sumOf(design, 'DuplicatePublishes') / (t?.offered ?? 1)).toBeCloseTo(0.1, 1);
  });

  test('has standard queues for subscribers too, where order is lost [sns.fifo-subscribers]', () => {
    const design = shop({
      traffic: `rate: 200/s, ${keys}`,
      subscriptions: '{ to: loose }',
      topic: fifo,
      resources: queue('loose', ''),
    });
    expect(design.traffic['t']?.outOfOrder).toBeGreaterThan(0);
    expect(design.traffic['t']?.completed).toBe(design.traffic['t']?.offered);
  });

  test('holds the messages of a group behind one that cannot be delivered, and no other group [sns.fifo-order]', () => {
    const design = shop({
      traffic: `rate: 100/s, ${keys}`,
      subscriptions: '{ to: one }',
      topic: fifo,
      resources: queue('one'),
      rest: 'faults: [ { at: 20s, for: 10s, resource: one, down: true } ]',
    });
    expect(design.traffic['t']).toMatchObject({ outOfOrder: 0, lost: 0, completed: design.traffic['t']?.offered });
    expect(design.traffic['t']?.completionMs.max).toBeGreaterThan(9000);
  });

  test('has each message handled once where answers to publishes and deliveries are lost [sns.exactly-once-conditions]', () => {
    const design = shop({
      traffic: `rate: 50/s, ${keys}, timeout: 200ms, retry: { attempts: 5, backoff: { base: 50ms, cap: 1s } }`,
      subscriptions: '{ to: one }',
      topic: fifo,
      resources: queue('one'),
      rest: 'faults: [ { at: 10s, for: 40s, link: [t, events], lose: { replies: 30% } }, { at: 10s, for: 40s, link: [events, one], lose: { replies: 30% } } ]',
    });
    expect(design.traffic['t']).toMatchObject({ duplicates: 0, lost: 0 });
    expect(design.traffic['t']?.completed).toBe(design.traffic['t']?.accepted);
    expect(sumOf(design, 'DuplicatePublishes')).toBeGreaterThan(100);
    expect(sumOf(design, 'NumberOfDeduplicatedSentMessages', 'one')).toBeGreaterThan(100);
  });

  test('drops for one queue what its policy refuses, and goes on for the others: they differ [sns.fifo-broken-queue-policy]', () => {
    const refuse = "{ Statement: { Effect: Deny, Principal: '*', Action: 'sqs:SendMessage', Resource: '*' } }";
    const design = shop({
      traffic: `rate: 50/s, arrivals: regular, ${keys}`,
      subscriptions: '{ to: one }, { to: two }',
      topic: fifo,
      resources: `${queue('one')}\n${queue('two')}`,
      rest: `faults: [ { at: 20s, for: 10s, resource: two, policy: ${refuse} } ]`,
    });
    expect(delivered(design, 'one')).toMatchObject({ lost: 0, completed: delivered(design, 'one').offered });
    expect(delivered(design, 'two').lost).toBeCloseTo(500, -1);
    // A client-side error is not tried again: what comes behind it is delivered at once.
    expect(delivered(design, 'two').completionMs.max).toBeLessThan(1000);
  });

  test.each([
    ['300 messages a second of one group [sns.fifo-per-message-group]', 'key: only', 'rate: 500/s', '', 300],
    [
      '3,000 a second of a topic [sns.publish-rate-fifo-scope-topic]',
      'key: { uniform: { keys: 5000 } }',
      'rate: 4k/s',
      '',
      3000,
    ],
    [
      'the account’s quota where its scope is the group [sns.publish-rate-fifo-scope-messagegroup]',
      'key: { uniform: { keys: 5000 } }',
      'rate: 4k/s',
      'fifoThroughputScope: MessageGroup,',
      4000,
    ],
    [
      '3,000 a second of an account in a small Region [sns.publish-rate-fifo-account-level]',
      'key: { uniform: { keys: 5000 } }',
      'rate: 4k/s',
      'fifoThroughputScope: MessageGroup, region: eu-north-1,',
      3000,
    ],
  ])('takes %s', (_what, key, rate, more, perSecond) => {
    const design = shop({
      traffic: `${rate}, arrivals: regular, ${key}`,
      subscriptions: '',
      topic: `${fifo} ${more}`,
      horizon: '100s',
    });
    // The burst of one second is there once.
    const accepted = (design.traffic['t']?.accepted ?? 0) / 100;
    expect(accepted / perSecond).toBeGreaterThan(0.99);
    expect(accepted / perSecond).toBeLessThan(1.011);
  });

  test('takes 20 MB a second, where messages are large [sns.publish-rate-fifo-scope-topic]', () => {
    const design = shop({
      traffic: 'rate: 200/s, arrivals: regular, size: 200KiB, key: { uniform: { keys: 100 } }',
      subscriptions: '',
      topic: fifo,
    });
    const accepted = (design.traffic['t']?.accepted ?? 0) / 60;
    expect((accepted * 200 * 1024) / 20_971_520).toBeCloseTo(1, 1);
  });
});

describe('what topics cost', () => {
  const lines = (design: DesignResult): Map<string, number> =>
    new Map(design.cost?.lines.filter(({ resource }) => resource === 'events').map(({ item, usd }) => [item, usd]));

  test('publishes by chunks of 64 KB, deliveries by protocol; to SQS they are free [sns.standard-publish] [sns.delivery-http-s] [sns.delivery-email] [sns.delivery-mobile-push] [sns.delivery-firehose]', () => {
    const design = shop({
      traffic: 'rate: 5/s, arrivals: regular, size: 100KiB',
      subscriptions:
        '{ to: a }, { to: hook }, { to: mail, protocol: email }, { to: push, protocol: application }, { to: hose, protocol: firehose }',
      resources: `      hook: { type: service, servers: 10, serviceTime: 1ms }
      mail: { type: sink }
      push: { type: sink }
      hose: { type: sink }`,
    });
    const messages = sumOf(design, 'NumberOfMessagesPublished');
    const found = lines(design);
    expect([...found.keys()]).toEqual([
      'publishes',
      'deliveries over HTTP',
      'deliveries by e-mail',
      'deliveries to mobile push',
      'deliveries to Firehose',
    ]);
    const usd = (item: string): number => (found.get(item) ?? 0) / messages;
    expect(usd('publishes')).toBeCloseTo((2 * 0.5) / 1e6, 9);
    // The last delivery may come after the horizon.
    expect(usd('deliveries over HTTP') / (0.6 / 1e6)).toBeCloseTo(1, 2);
    expect(usd('deliveries by e-mail') / (20 / 1e6)).toBeCloseTo(1, 2);
    expect(usd('deliveries to mobile push') / (0.5 / 1e6)).toBeCloseTo(1, 2);
    expect(usd('deliveries to Firehose') / (0.19 / 1e6)).toBeCloseTo(1, 2);
  });

  test('of FIFO topics messages and bytes, published and delivered [sns.fifo-publish] [sns.fifo-delivery]', () => {
    const design = shop({
      traffic: 'rate: 5/s, arrivals: regular, size: 100kB, key: { uniform: { keys: 10 } }',
      subscriptions: '{ to: one, rawMessageDelivery: true }',
      topic: 'fifo: true,',
      resources: `      one: { type: sqs, fifo: true, ${QUICK} }
      reader: { type: consumer, source: one, handler: { time: 1ms } }`,
    });
    const published = sumOf(design, 'NumberOfMessagesPublished');
    const arrived = sumOf(design, 'NumberOfNotificationsDelivered');
    const found = lines(design);
    expect(found.get('published messages')).toBeCloseTo((published * 0.3) / 1e6, 12);
    expect(found.get('published bytes')).toBeCloseTo(published * 1e-4 * 0.017, 9);
    expect(found.get('delivered messages')).toBeCloseTo((arrived * 0.01) / 1e6, 12);
    expect(found.get('delivered bytes')).toBeCloseTo(arrived * 1e-4 * 0.001, 9);
  });
});
