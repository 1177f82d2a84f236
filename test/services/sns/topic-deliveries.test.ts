/** What a topic does with what it has taken: batches, copies, retries by protocol, dead letters, lanes, and what it reports. */
import { describe, expect, it } from 'vitest';
import { type Distribution, Simulation } from '../../../src/kernel/index.ts';
import { snsFacts } from '../../../src/facts/index.ts';
import { type Metrics, Outcome } from '../../../src/services/ports.ts';
import {
  AWS_MANAGED,
  HTTP_DEFAULT,
  PublishQuota,
  type PublishInput,
  type SubscriptionSettings,
  Topic,
} from '../../../src/services/sns/index.ts';
import type { SubscribeInput } from '../../../src/services/sns/subscription.ts';

const SECOND = 1_000_000;
const NO_TIME: Distribution = { kind: 'constant', value: 0 };

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

interface Stage {
  readonly fifoSettings?: {
    readonly contentBasedDeduplication: boolean;
    readonly fifoThroughputScope: 'Topic' | 'MessageGroup';
  };
  readonly subscriptions?: readonly SubscriptionSettings[];
  readonly perSecond?: number;
}

/** A topic with all that it tells: sums of its counters, what it observes, and what arrives where. */
function stage({ fifoSettings, subscriptions = [TO_QUEUE], perSecond = 1e9 }: Stage = {}) {
  const sim = new Simulation({ seed: 3 });
  const sums: Record<string, number> = {};
  const recorded: Record<string, number[]> = {};
  const metrics: Metrics = {
    counter: (name) => ({ add: (n) => (sums[name] = (sums[name] ?? 0) + n) }),
    level: (name) => ({ set: (n) => (sums[name] = n), add: () => {} }),
    observations: (name) => ({ record: (value) => (recorded[name] ??= []).push(value) }),
    age: () => ({ since: () => {} }),
  };
  const told: string[] = [];
  const topic = new Topic(
    sim,
    {
      name: 'events',
      fifo: fifoSettings !== undefined,
      ...(fifoSettings === undefined ? {} : { fifoSettings }),
      maximumMessageSizeBytes: 262_144,
      subscriptions,
    },
    {
      requests: { ordinal: (body) => body },
      metrics,
      observer: {
        onPublished: (body, id) => told.push(`published ${body} as ${id}`),
        onMatched: (body, subscription, bytes) => {
          told.push(`matched ${body} to ${subscription}, ${bytes} B`);
          return body;
        },
        onFannedOut: (body) => told.push(`fanned out ${body}`),
        onDeadLettered: (body, subscription) => told.push(`dead letter ${body} of ${subscription}`),
        onDone: (body, subscription, delivered) =>
          told.push(`${body} of ${subscription} ${delivered ? 'delivered' : 'given up'}`),
      },
      quota: new PublishQuota(perSecond),
      kinds: {
        message: (kind) => ({ body: '', attributes: { tier: { DataType: 'Number', StringValue: String(kind) } } }),
      },
      isFifoQueue: () => fifoSettings !== undefined,
    },
  );
  /** What arrived: instants in seconds, where, and the delivery. */
  const arrived: {
    readonly s: number;
    readonly to: string;
    readonly body: number;
    readonly bytes: number;
    readonly group: number;
    readonly id: number;
    readonly path: number;
  }[] = [];
  /** `answer`: to the attempt of this number at that endpoint, from 0. */
  const subscribe = (
    change: Partial<SubscriptionSettings> = {},
    more: Partial<SubscribeInput> = {},
    answer: (attempt: number) => Outcome = () => Outcome.ok,
  ) => {
    const settings = { ...TO_QUEUE, ...change };
    let attempts = 0;
    return topic.Subscribe({
      settings,
      endpoint: {
        deliver: ({ body, bytes, MessageGroupId: group, MessageDeduplicationId: id }, path, owner, tag) => {
          arrived.push({ s: sim.now / SECOND, to: settings.to, body, bytes, group, id, path });
          owner.onDelivery(tag, answer(attempts++));
        },
      },
      deadLetterQueue: null,
      latency: NO_TIME,
      crossRegion: null,
      envelopeBytes: 0,
      passesGroup: fifoSettings !== undefined,
      quota: null,
      pending: false,
      ...more,
    });
  };
  const entry = (body: number, more: Partial<PublishInput> = {}): PublishInput => ({
    body,
    bytes: 10,
    kind: -1,
    ...(fifoSettings === undefined ? {} : { MessageGroupId: 1 }),
    ...more,
  });
  const bodies = (): number[] => arrived.map(({ body }) => body);
  return { sim, topic, sums, recorded, told, arrived, subscribe, entry, bodies };
}

const CONTENT = { contentBasedDeduplication: true, fifoThroughputScope: 'MessageGroup' } as const;
const refused = Outcome.failed;

describe('a publish', () => {
  it('is told, counted and billed by 64 KB', () => {
    const { sim, topic, sums, recorded, told, subscribe, entry } = stage();
    subscribe();
    expect(topic.Publish(entry(7, { bytes: 65_537 }))).toEqual({ error: null, MessageId: 0, SequenceNumber: -1 });
    expect(topic.Publish(entry(8, { bytes: 65_536 }))).toMatchObject({ MessageId: 1, SequenceNumber: -1 });
    expect(topic.Publish(entry(9, { bytes: 0 }))).toMatchObject({
      MessageId: 0,
      SequenceNumber: -1,
      error: { code: 'InvalidParameter' },
    });
    sim.run();
    expect(sums).toMatchObject({
      NumberOfMessagesPublished: 2,
      BilledPublishRequests: 3,
      NumberOfNotificationsDelivered: 2,
      DeliveryAttempts: 2,
      DeliveriesUnderWay: 0,
      'BilledDeliveries-sqs': 2,
      BilledDeliveryBytes: 131_073,
    });
    expect(recorded).toEqual({ PublishSize: [65_537, 65_536], DeliveryMs: [0, 0] });
    expect(told).toEqual([
      'published 7 as 0',
      'matched 7 to 0, 65537 B',
      'fanned out 7',
      'published 8 as 1',
      'matched 8 to 0, 65536 B',
      'fanned out 8',
      '7 of 0 delivered',
      '8 of 0 delivered',
    ]);
    expect(topic.underWay).toBe(0);
  });

  it('counts those that filters keep out, and asks a filter about every kind', () => {
    const { sim, topic, sums, subscribe, entry, arrived } = stage();
    subscribe();
    subscribe({ to: 'b', filterPolicy: '{"tier":[{"numeric":[">=",40]}]}' });
    subscribe({ to: 'c', filterPolicy: '{"tier":[{"exists":false}]}' });
    for (const kind of [-1, 3, 40, 16, 100, 40]) topic.Publish(entry(kind + 1, { kind }));
    expect(topic.underWay).toBe(6 + 3 + 1);
    sim.run();
    const of = (to: string): number[] => arrived.filter((one) => one.to === to).map(({ body }) => body);
    expect([of('a'), of('b'), of('c')]).toEqual([[0, 4, 41, 17, 101, 41], [41, 101, 41], [0]]);
    expect(sums['NumberOfNotificationsFilteredOut']).toBe(3 + 5);
  });

  it('goes to nobody who is pending or gone, and to who came after that', () => {
    const { sim, topic, bodies, arrived, subscribe, entry } = stage();
    const pending = subscribe({}, { pending: true });
    expect(topic.Publish(entry(1)).error).toBeNull();
    topic.ConfirmSubscription(pending.SubscriptionArn);
    topic.Publish(entry(2));
    topic.Unsubscribe(pending.SubscriptionArn);
    topic.Publish(entry(3));
    // Gone is gone: the same endpoint is a new subscription.
    expect(subscribe().SubscriptionArn).toBe(1);
    topic.Publish(entry(4));
    sim.run();
    expect(bodies()).toEqual([2, 4]);
    expect(arrived.every(({ to }) => to === 'a')).toBe(true);
  });

  it('goes by a filter that is set at once, and by none where it is taken away', () => {
    const { sim, topic, bodies, subscribe, entry } = stage();
    subscribe();
    topic.setFilterPolicy(0, '{"tier":["x"]}', 0);
    topic.Publish(entry(1, { kind: 1 }));
    topic.setFilterPolicy(0, null, 0);
    topic.Publish(entry(2, { kind: 1 }));
    sim.run();
    expect(bodies()).toEqual([2]);
    topic.Unsubscribe(0);
    expect(topic.setFilterPolicy(0, null, 0)?.code).toBe('NotFound');
  });

  it('may be delivered twice, each copy with its own luck', () => {
    const { sim, topic, arrived, subscribe, entry } = stage();
    subscribe();
    topic.setDuplicateRate(1);
    topic.Publish(entry(1));
    topic.setDuplicateRate(0);
    topic.Publish(entry(2));
    sim.run();
    expect(arrived.map(({ body }) => body)).toEqual([1, 1, 2]);
    expect(arrived[0]?.path).not.toBe(arrived[1]?.path);
    topic.setDuplicateRate(0.2);
    for (let body = 0; body < 2000; body++) topic.Publish(entry(body));
    sim.run();
    // 2,000 × 1.2, and four standard deviations of the copies.
    expect(Math.abs(arrived.length - 3 - 2400)).toBeLessThan(72);
  });
});

describe('a batch', () => {
  it('is one call, billed by its bytes together', () => {
    const { sim, topic, sums, bodies, subscribe, entry } = stage();
    subscribe();
    const output = topic.PublishBatch(
      [1, 2, 3].map((body) => entry(body, { bytes: 40_000 })),
      3,
    );
    expect(output).toMatchObject({ error: null, count: 3 });
    expect(output.entryErrors.slice(0, 3)).toEqual([null, null, null]);
    expect([...output.MessageId.subarray(0, 3)]).toEqual([0, 1, 2]);
    expect([...output.SequenceNumber.subarray(0, 3)]).toEqual([-1, -1, -1]);
    sim.run();
    expect(sums).toMatchObject({ NumberOfMessagesPublished: 3, BilledPublishRequests: 2 });
    expect(bodies()).toEqual([1, 2, 3]);
  });

  it('tells each entry of a FIFO topic: a group over its rate is throttled, another is not', () => {
    const { sim, topic, sums, bodies, subscribe, entry } = stage({ fifoSettings: CONTENT });
    subscribe();
    const perSecond = snsFacts.fifoGroupMessages.value;
    for (let body = 0; body < perSecond; body++) expect(topic.Publish(entry(body)).error).toBeNull();
    expect(topic.Publish(entry(perSecond)).error?.code).toBe('Throttling');
    const output = topic.PublishBatch([entry(1000), entry(1001, { MessageGroupId: 2 })], 2);
    expect(output.error).toBeNull();
    expect(output.entryErrors.slice(0, 2).map((one) => one?.code ?? null)).toEqual(['Throttling', null]);
    expect([output.MessageId[1], output.SequenceNumber[1]]).toEqual([perSecond, perSecond]);
    expect(sums).toMatchObject({
      ThrottledPublishes: 2,
      NumberOfMessagesPublished: perSecond + 1,
      BilledPublishRequests: perSecond + 1,
    });
    // All of it throttled: nothing to pay.
    expect(topic.PublishBatch([entry(1002)], 1).entryErrors[0]?.code).toBe('Throttling');
    expect(sums['BilledPublishRequests']).toBe(perSecond + 1);
    sim.run();
    expect(bodies()).toHaveLength(perSecond + 1);
  });

  it('that is refused tells no entries', () => {
    const { topic, sums, entry } = stage({ perSecond: 2 });
    expect(topic.PublishBatch([], 0)).toMatchObject({ error: { code: 'EmptyBatchRequest' }, count: 0 });
    expect(
      topic.PublishBatch(
        [1, 2, 3].map((body) => entry(body)),
        3,
      ),
    ).toMatchObject({ error: { code: 'Throttling' }, count: 0 });
    expect(sums).toMatchObject({ ThrottledPublishes: 3 });
    expect(sums['NumberOfMessagesPublished']).toBeUndefined();
  });
});

describe('the rates of a FIFO topic', () => {
  it('bound all groups together where the topic is the scope, and each group alone where the group is', () => {
    const most = snsFacts.fifoTopicMessages.value;
    for (const scope of ['Topic', 'MessageGroup'] as const) {
      const { topic, entry } = stage({ fifoSettings: { ...CONTENT, fifoThroughputScope: scope } });
      let taken = 0;
      for (let body = 0; body < most + 100; body++)
        if (topic.Publish(entry(body, { MessageGroupId: body })).error === null) taken++;
      expect(taken, scope).toBe(scope === 'Topic' ? most : most + 100);
    }
  });

  it('bound its bytes too, and fill again with time', () => {
    const { sim, topic, entry } = stage({ fifoSettings: { ...CONTENT, fifoThroughputScope: 'Topic' } });
    const bytes = 262_144;
    const most = Math.floor(snsFacts.fifoTopicBytes.value / bytes);
    const taken = (from: number): number => {
      let count = 0;
      for (let body = from; body < from + most + 5; body++)
        if (topic.Publish(entry(body, { bytes, MessageGroupId: body })).error === null) count++;
      return count;
    };
    expect(taken(0)).toBe(most);
    sim.run({ until: SECOND / 2 });
    expect(Math.abs(taken(1000) - most / 2)).toBeLessThanOrEqual(1);
  });
});

describe('deduplication of a FIFO topic', () => {
  it.each([
    ['MessageGroup', [1, 2]],
    ['Topic', [1]],
  ] as const)('in the scope %s', (fifoThroughputScope, arrive) => {
    const { sim, topic, sums, told, bodies, subscribe, entry } = stage({
      fifoSettings: { contentBasedDeduplication: false, fifoThroughputScope },
    });
    subscribe();
    topic.Publish(entry(1, { MessageGroupId: 1, MessageDeduplicationId: 5 }));
    topic.Publish(entry(2, { MessageGroupId: 2, MessageDeduplicationId: 5 }));
    topic.Publish(entry(3, { MessageGroupId: 1, MessageDeduplicationId: 5 }));
    sim.run();
    expect(bodies()).toEqual(arrive);
    expect(sums).toMatchObject({ NumberOfMessagesPublished: 3, DuplicatePublishes: 3 - arrive.length });
    // It is told of the message that it repeats, and goes nowhere.
    expect(told).toContain('published 3 as 0');
    expect(told).not.toContain('fanned out 3');
  });

  it('goes by the content where no id is given, and by the id where one is', () => {
    const { sim, topic, arrived, subscribe, entry } = stage({ fifoSettings: CONTENT });
    subscribe();
    topic.Publish(entry(1, { content: 9 }));
    topic.Publish(entry(2, { content: 9 }));
    topic.Publish(entry(3, { content: 9, MessageDeduplicationId: 4 }));
    // Its content is what the one before had for an id.
    topic.Publish(entry(4));
    sim.run();
    expect(arrived.map(({ body, id, group }) => [body, id, group])).toEqual([
      [1, 9, 1],
      [3, 4, 1],
    ]);
  });
});

describe('a delivery', () => {
  it('takes its latency, and more into another Region, and bears its envelope', () => {
    const { sim, topic, recorded, sums, arrived, subscribe, entry } = stage();
    subscribe({}, { latency: { kind: 'constant', value: 5000 }, envelopeBytes: 300 });
    subscribe(
      { to: 'far' },
      { latency: { kind: 'constant', value: 5000 }, crossRegion: { kind: 'constant', value: 70_000 } },
    );
    topic.Publish(entry(1));
    sim.run();
    expect(arrived.map(({ s, to, bytes, group, id }) => [s, to, bytes, group, id])).toEqual([
      [0.005, 'a', 310, -1, -1],
      [0.075, 'far', 10, -1, -1],
    ]);
    expect(recorded['DeliveryMs']).toEqual([5, 75]);
    expect(sums['BilledDeliveryBytes']).toBe(320);
  });

  it('draws its latency where that varies', () => {
    const { sim, topic, recorded, subscribe, entry } = stage();
    subscribe(
      {},
      { latency: { kind: 'exponential', mean: 10_000 }, crossRegion: { kind: 'constant', value: 1_000_000 } },
    );
    for (let body = 0; body < 500; body++) topic.Publish(entry(body));
    sim.run();
    const all = recorded['DeliveryMs'] ?? [];
    const mean = all.reduce((sum, ms) => sum + ms, 0) / all.length;
    expect(Math.min(...all)).toBeGreaterThanOrEqual(1000);
    // Four standard errors of an exponential of 10 ms.
    expect(Math.abs(mean - 1010)).toBeLessThan(1.8);
  });

  it('tells a group only to who is told groups', () => {
    const { sim, topic, arrived, subscribe, entry } = stage();
    subscribe({}, { passesGroup: true });
    subscribe({ to: 'b' });
    topic.Publish(entry(1, { MessageGroupId: 7 }));
    topic.Publish(entry(2));
    sim.run();
    expect(arrived.map(({ to, body, group }) => [to, body, group])).toEqual([
      ['a', 1, 7],
      ['b', 1, -1],
      ['a', 2, -1],
      ['b', 2, -1],
    ]);
  });

  it('to a queue that fails is tried again, and counted as failed only when it is given up', () => {
    const { sim, topic, sums, arrived, told, subscribe, entry } = stage();
    subscribe({}, {}, (attempt) => (attempt < 5 ? refused : Outcome.ok));
    topic.Publish(entry(1));
    sim.run({ until: 60 * SECOND });
    // Three at once, then a second apart, give or take the jitter.
    expect(arrived.map(({ s }) => Math.round(s))).toEqual([0, 0, 0, 0, 1, 2]);
    expect(new Set(arrived.map(({ path }) => path)).size).toBe(6);
    expect(sums).toMatchObject({ DeliveryAttempts: 6, NumberOfNotificationsDelivered: 1, DeliveriesUnderWay: 0 });
    expect(sums['NumberOfNotificationsFailed']).toBeUndefined();
    expect(told.at(-1)).toBe('1 of 0 delivered');
  });

  it.each(['http', 'https'] as const)(
    'over %s counts each attempt that fails, and is dropped when its policy is over',
    (protocol) => {
      const { sim, topic, sums, arrived, told, subscribe, entry } = stage();
      subscribe({ protocol, deliveryPolicy: HTTP_DEFAULT }, {}, () => refused);
      topic.Publish(entry(1));
      sim.run();
      expect(arrived).toHaveLength(4);
      expect(sums).toMatchObject({ NumberOfNotificationsFailed: 4, DeliveriesUnderWay: 0 });
      expect(sums['NumberOfNotificationsDelivered']).toBeUndefined();
      expect(told.at(-1)).toBe('1 of 0 given up');
    },
  );

  it('that is denied is not tried again', () => {
    for (const protocol of ['sqs', 'https'] as const) {
      const { sim, topic, sums, arrived, subscribe, entry } = stage();
      subscribe({ protocol }, {}, () => Outcome.denied);
      topic.Publish(entry(1));
      sim.run();
      expect(arrived).toHaveLength(1);
      expect(sums['NumberOfNotificationsFailed']).toBe(1);
    }
  });

  it('goes to the dead-letter queue when it is given up, once, whether or not that takes it', () => {
    for (const takes of [true, false]) {
      const { sim, topic, sums, told, subscribe, entry } = stage();
      const dead: number[] = [];
      const deadLetterQueue: SubscribeInput['deadLetterQueue'] = {
        deliver: ({ body, MessageGroupId }, _path, owner, tag) => {
          dead.push(body, MessageGroupId);
          owner.onDelivery(tag, takes ? Outcome.ok : refused);
        },
      };
      subscribe({}, { deadLetterQueue }, () => Outcome.denied);
      topic.Publish(entry(1));
      sim.run();
      expect(dead).toEqual([1, -1]);
      expect(sums[takes ? 'NumberOfNotificationsRedrivenToDlq' : 'NumberOfNotificationsFailedToRedriveToDlq']).toBe(1);
      expect(
        sums[takes ? 'NumberOfNotificationsFailedToRedriveToDlq' : 'NumberOfNotificationsRedrivenToDlq'],
      ).toBeUndefined();
      expect(told.includes('dead letter 1 of 0')).toBe(takes);
      expect(told.at(-1)).toBe('1 of 0 given up');
      expect(topic.underWay).toBe(0);
    }
  });

  it('of a FIFO topic bears its group into the dead-letter queue, whatever its endpoint is told', () => {
    const { sim, topic, subscribe, entry } = stage({ fifoSettings: CONTENT });
    const groups: number[] = [];
    const deadLetterQueue: SubscribeInput['deadLetterQueue'] = {
      deliver: ({ MessageGroupId }, _path, owner, tag) => {
        groups.push(MessageGroupId);
        owner.onDelivery(tag, Outcome.ok);
      },
    };
    subscribe({}, { deadLetterQueue, passesGroup: false }, () => Outcome.denied);
    topic.Publish(entry(1, { MessageGroupId: 6 }));
    sim.run();
    expect(groups).toEqual([6]);
  });

  it.each([
    ['firehose', Outcome.throttled, 51],
    ['firehose', refused, 80],
    ['sqs', Outcome.throttled, 80],
  ] as const)(
    'to %s that answers %i has the retries of its policy: %i attempts by then',
    (protocol, answer, attempts) => {
      const { sim, topic, arrived, subscribe, entry } = stage();
      subscribe({ protocol }, {}, (attempt) => (attempt < 79 ? answer : Outcome.ok));
      topic.Publish(entry(1));
      sim.run();
      expect(arrived).toHaveLength(attempts);
    },
  );

  it('finds no place in the quota of its account: that is an attempt, and it is tried again', () => {
    const { sim, topic, sums, arrived, subscribe, entry } = stage();
    let asked = 0;
    subscribe({}, { quota: { take: () => asked++ > 0 } });
    topic.Publish(entry(1));
    sim.run({ until: 3600 * SECOND });
    expect(sums['DeliveryAttempts']).toBe(2);
    expect(arrived).toHaveLength(1);
  });
});

describe('a lane', () => {
  it('keeps the order of a group whatever the latencies are, and leaves other groups alone', () => {
    const { sim, topic, arrived, subscribe, entry } = stage({ fifoSettings: CONTENT });
    subscribe({}, { latency: { kind: 'exponential', mean: 50_000 } });
    for (let body = 0; body < 400; body++) {
      sim.scheduleAt(body * 20_000, () => topic.Publish(entry(body, { MessageGroupId: body % 2 })), undefined);
    }
    sim.run();
    const bodies = arrived.map(({ body }) => body);
    expect(bodies).toHaveLength(400);
    for (const group of [0, 1]) {
      const own = bodies.filter((body) => body % 2 === group);
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
    expect(bodies).not.toEqual([...bodies].sort((a, b) => a - b));
  });

  it('holds those behind one that fails until it is through, and then they come at once', () => {
    const { sim, topic, arrived, subscribe, entry } = stage({ fifoSettings: CONTENT });
    subscribe({}, {}, (attempt) => (attempt < 4 ? refused : Outcome.ok));
    for (const body of [1, 2]) topic.Publish(entry(body));
    topic.Publish(entry(3, { MessageGroupId: 2 }));
    sim.run({ until: 60 * SECOND });
    const of = (group: readonly number[]): number[] =>
      arrived.map(({ body }) => body).filter((body) => group.includes(body));
    expect(of([1, 2]).lastIndexOf(1)).toBeLessThan(of([1, 2]).indexOf(2));
    const through = arrived.filter(({ body }) => body === 1).at(-1)?.s;
    expect(arrived.find(({ body }) => body === 2)?.s).toBe(through);
  });
});

describe('the census of a topic', () => {
  it('counts filters and pending subscriptions that are there', () => {
    const { topic, subscribe } = stage();
    subscribe({ filterPolicy: '{"tier":["x"]}' });
    subscribe({ to: 'b' }, { pending: true });
    subscribe({ to: 'c', filterPolicy: '{"tier":["x"]}' }, { pending: true });
    expect(topic.census()).toEqual({ filterPoliciesOfAccount: 2, pendingConfirmations: 2 });
    topic.ConfirmSubscription(1);
    topic.Unsubscribe(2);
    expect(topic.census()).toEqual({ filterPoliciesOfAccount: 1, pendingConfirmations: 0 });
  });
});
