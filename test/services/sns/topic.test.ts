import { describe, expect, it } from 'vitest';
import { Simulation } from '../../../src/kernel/index.ts';
import { Outcome } from '../../../src/services/ports.ts';
import {
  AWS_MANAGED,
  HTTP_DEFAULT,
  PublishQuota,
  type SubscriptionSettings,
  Topic,
} from '../../../src/services/sns/index.ts';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

const TO_QUEUE: SubscriptionSettings = {
  to: 'a',
  protocol: 'sqs',
  filterPolicy: null,
  filterPolicyScope: 'MessageAttributes',
  rawMessageDelivery: true,
  deadLetterQueue: null,
  deliveryPolicy: AWS_MANAGED,
  maxReceivesPerSecond: null,
  subscribeUs: 0,
  unsubscribeUs: null,
  confirmAfterUs: 0,
};

/** A topic whose endpoints take everything; the diary has instants in seconds, endpoints and bodies. */
function stage(more: { fifo?: boolean; perSecond?: number } = {}) {
  const { fifo = false, perSecond = 1e6 } = more;
  const sim = new Simulation({ seed: 1 });
  const diary: string[] = [];
  const ignored = { add: () => {}, set: () => {}, record: () => {}, since: () => {} };
  const topic = new Topic(
    sim,
    {
      name: 'events',
      fifo,
      ...(fifo ? { fifoSettings: { contentBasedDeduplication: true, fifoThroughputScope: 'Topic' as const } } : {}),
      maximumMessageSizeBytes: 262_144,
      subscriptions: [],
    },
    {
      requests: { ordinal: (body) => body },
      metrics: { counter: () => ignored, level: () => ignored, observations: () => ignored, age: () => ignored },
      observer: {
        onPublished: () => {},
        onMatched: (body) => body,
        onFannedOut: () => {},
        onDeadLettered: () => {},
        onDone: () => {},
      },
      quota: new PublishQuota(perSecond),
      kinds: {
        message: (kind) => ({
          body: '',
          attributes: { tier: { DataType: 'String', StringValue: kind === 0 ? 'gold' : 'lead' } },
        }),
      },
      isFifoQueue: () => fifo,
    },
  );
  const subscribe = (change: Partial<SubscriptionSettings> = {}, pending = false) => {
    const settings = { ...TO_QUEUE, ...change };
    return topic.Subscribe({
      settings,
      endpoint: {
        deliver: ({ body }, _path, owner, tag) => {
          diary.push(`${sim.now / SECOND} ${settings.to} ${body}`);
          owner.onDelivery(tag, Outcome.ok);
        },
      },
      deadLetterQueue: null,
      latency: { kind: 'constant', value: 0 },
      crossRegion: null,
      envelopeBytes: 0,
      passesGroup: fifo,
      quota: null,
      pending,
    });
  };
  const publish = (body: number, input: { kind?: number; content?: number } = {}) => {
    const { error, MessageId, SequenceNumber } = topic.Publish({
      body,
      bytes: 10,
      kind: -1,
      ...(fifo ? { MessageGroupId: 1 } : {}),
      ...input,
    });
    return { code: error?.code ?? null, MessageId, SequenceNumber };
  };
  const at = (us: number, what: () => void): void => {
    sim.scheduleAt(us, what, undefined);
  };
  return { sim, topic, diary, subscribe, publish, at };
}

describe('a topic', () => {
  it('goes by a new filter when it has come about, up to 15 minutes after it was set [sns.filter-change-propagation]', () => {
    const { sim, topic, diary, subscribe, publish, at } = stage();
    subscribe({ filterPolicy: '{"tier":["gold"]}' });
    at(0, () => topic.setFilterPolicy(0, '{"tier":["lead"]}', 15 * MINUTE));
    for (const minute of [1, 14, 16]) {
      at(minute * MINUTE, () => {
        publish(minute, { kind: 0 });
        publish(100 + minute, { kind: 1 });
      });
    }
    sim.run({ until: 20 * MINUTE });
    expect(diary).toEqual(['60 a 1', '840 a 14', '960 a 116']);
  });

  it('swallows what it has accepted in the last five minutes, counted from the first [sns.fifo-dedup-window]', () => {
    const { sim, diary, subscribe, publish, at } = stage({ fifo: true });
    subscribe();
    const ids: number[] = [];
    for (const seconds of [0, 200, 299, 300, 301])
      at(seconds * SECOND, () => ids.push(publish(seconds, { content: 7 }).MessageId));
    sim.run({ until: 400 * SECOND });
    expect(diary).toEqual(['0 a 0', '300 a 300']);
    // The id of the message that it repeats.
    expect(ids).toEqual([0, 0, 0, 1, 1]);
  });

  it('gives FIFO messages sequence numbers that grow, and standard ones none', () => {
    const fifo = stage({ fifo: true });
    expect([1, 2, 3].map((content) => fifo.publish(content, { content }).SequenceNumber)).toEqual([0, 1, 2]);
    expect(stage().publish(1).SequenceNumber).toBe(-1);
  });

  it('refuses what is over the rate of its account, and takes again what time has brought [sns.rate-exceeded]', () => {
    const { sim, publish, at } = stage({ perSecond: 10 });
    const codes: (string | null)[] = [];
    for (let i = 0; i < 12; i++) at(0, () => codes.push(publish(i).code));
    at(SECOND / 10, () => codes.push(publish(99).code));
    sim.run({ until: SECOND });
    expect(codes).toEqual([...new Array<null>(10).fill(null), 'Throttling', 'Throttling', null]);
  });

  it('takes a batch as a whole or refuses it as a whole, by the rate of the account', () => {
    const { topic } = stage({ perSecond: 10 });
    const entry = (body: number) => ({ body, bytes: 10, kind: -1 });
    expect(topic.PublishBatch([1, 2, 3, 4, 5, 6].map(entry), 6).error).toBeNull();
    expect(topic.PublishBatch([1, 2, 3, 4, 5, 6].map(entry), 6).error?.code).toBe('Throttling');
    expect(topic.PublishBatch([1, 2, 3, 4].map(entry), 4).error).toBeNull();
  });

  it('knows no subscription that is not there [sns.topic-subscription-missing]', () => {
    const { topic, subscribe } = stage();
    const { SubscriptionArn } = subscribe();
    expect(topic.ConfirmSubscription(5)?.code).toBe('NotFound');
    expect(topic.setFilterPolicy(5, null, 0)?.code).toBe('NotFound');
    expect(topic.Unsubscribe(SubscriptionArn)).toBeNull();
    expect(topic.ConfirmSubscription(SubscriptionArn)?.code).toBe('NotFound');
    // Whoever takes away what is not there has what he wanted.
    expect(topic.Unsubscribe(SubscriptionArn)).toBeNull();
  });

  it('answers with the subscription that is there, and refuses the same one with other attributes', () => {
    const { subscribe } = stage();
    expect(subscribe()).toMatchObject({ error: null, SubscriptionArn: 0 });
    expect(subscribe()).toMatchObject({ error: null, SubscriptionArn: 0 });
    expect(subscribe({ to: 'b' })).toMatchObject({ SubscriptionArn: 1 });
    expect(subscribe({ rawMessageDelivery: false }).error?.code).toBe('InvalidParameter');
  });

  it.each([
    { filterPolicy: '{"tier":["gold"]}' },
    { filterPolicyScope: 'MessageBody' },
    { deadLetterQueue: 'dead' },
    { maxReceivesPerSecond: 5 },
    { deliveryPolicy: HTTP_DEFAULT },
  ] as const)('refuses the same subscription with another %o', (change) => {
    const { subscribe } = stage();
    subscribe();
    expect(subscribe(change).error?.code).toBe('InvalidParameter');
    // To somebody else, or by another protocol, it is another subscription.
    expect(subscribe({ ...change, to: 'b' })).toMatchObject({ error: null, SubscriptionArn: 1 });
    expect(subscribe({ ...change, protocol: 'https' })).toMatchObject({ error: null, SubscriptionArn: 2 });
  });

  it('takes the token of a subscription for two days [sns.confirmation-token]', () => {
    const { sim, topic, subscribe, diary, publish, at } = stage();
    subscribe({}, true);
    subscribe({ to: 'b' }, true);
    at(2 * 24 * 60 * MINUTE, () => expect(topic.ConfirmSubscription(0)).toBeNull());
    at(2 * 24 * 60 * MINUTE + 1, () => {
      expect(topic.ConfirmSubscription(1)?.message).toBe('Invalid token');
      publish(1);
    });
    sim.run({ until: 3 * 24 * 60 * MINUTE });
    expect(diary).toHaveLength(1);
  });

  it('spaces deliveries evenly where the subscription says how many it takes a second', () => {
    const { sim, diary, subscribe, publish, at } = stage();
    subscribe({ maxReceivesPerSecond: 4 });
    at(0, () => [1, 2, 3].forEach((body) => publish(body)));
    at(10 * SECOND, () => publish(4));
    sim.run({ until: 20 * SECOND });
    expect(diary).toEqual(['0 a 1', '0.25 a 2', '0.5 a 3', '10 a 4']);
  });
});
