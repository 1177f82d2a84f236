/** MQTT 3.1.1. `7 q1 RD`: message 7 with QoS 1, retained, perhaps sent before. Mosquitto is the reference: it has all that the specification has. */
import { type MqttClient, type MqttDriver, textsOf } from '../drivers/mqtt.ts';
import type { KillStory, Story } from '../story.ts';

const TWO_QUEUES =
  'RabbitMQ has two queues for a client, one for QoS 0 and one for 1: a message that matches in both comes from both';

export const mqttStories: readonly Story<MqttDriver>[] = [
  // Quality of service.
  {
    name: 'a message comes with the lower of both qualities',
    run: async (broker) => {
      const publisher = await broker.connect('p');
      const lines: string[] = [];
      for (const wanted of [0, 1, 2] as const) {
        const subscriber = await broker.connect(`s${wanted}`);
        const granted = await subscriber.subscribe(`t${wanted}`, wanted);
        for (const qos of [0, 1, 2] as const) await publisher.publish(`t${wanted}`, qos, { qos });
        // RabbitMQ has a queue for each QoS: between them there is no order.
        lines.push(`granted ${granted}: ${(await inOrderOfBody(subscriber, 3)).join(', ')}`);
      }
      return lines;
    },
    expected: ['granted 0: 0 q0, 1 q0, 2 q0', 'granted 1: 0 q0, 1 q1, 2 q1', 'granted 2: 0 q0, 1 q1, 2 q2'],
    differs: [
      {
        broker: 'rabbitmq',
        what: ['granted 0: 0 q0, 1 q0, 2 q0', 'granted 1: 0 q0, 1 q1, 2 q1', 'granted 1: 0 q0, 1 q1, 2 q1'],
        why: 'RabbitMQ has no QoS 2: it grants and delivers 1 in its place',
      },
    ],
  },
  {
    name: 'a message whose acknowledgement is lost comes again after a reconnect, marked',
    run: async (broker) => {
      const first = await broker.connect('s', { clean: false, withholds: ['puback'] });
      await first.subscribe('t', 1);
      const publisher = await broker.connect('p');
      await publisher.publish('t', 1, { qos: 1 });
      const before = textsOf(await first.received(1));
      await first.cut();
      const second = await broker.connect('s', { clean: false });
      return [before, `session present: ${second.sessionPresent}`, textsOf(await second.received(1))];
    },
    expected: ['1 q1', 'session present: true', '1 q1 D'],
  },
  {
    name: 'a message with QoS 2 whose receipt is lost comes once, after a reconnect',
    run: async (broker) => {
      const first = await broker.connect('s', { clean: false, withholds: ['pubrec'] });
      await first.subscribe('t', 2);
      const publisher = await broker.connect('p');
      await publisher.publish('t', 1, { qos: 2 });
      const before = textsOf(await first.received(0));
      await first.cut();
      const second = await broker.connect('s', { clean: false });
      return [before, textsOf(await second.received(1))];
    },
    expected: ['nothing', '1 q2 D'],
    differs: [
      {
        broker: 'rabbitmq',
        what: ['1 q1', 'nothing'],
        why: 'RabbitMQ has no QoS 2: it grants and delivers 1 in its place',
      },
    ],
  },
  {
    name: 'what is acknowledged does not come again',
    run: async (broker) => {
      const first = await broker.connect('s', { clean: false });
      await first.subscribe('t', 2);
      const publisher = await broker.connect('p');
      await publisher.publish('t', 1, { qos: 1 });
      await publisher.publish('t', 2, { qos: 2 });
      const before = await first.received(2);
      await first.disconnect();
      const second = await broker.connect('s', { clean: false });
      return [before.map(({ body }) => body).join(' '), textsOf(await second.received(0))];
    },
    expected: ['1 2', 'nothing'],
  },
  {
    name: 'as long as nothing is acknowledged, only a window of messages is sent',
    run: async (broker) => {
      const subscriber = await broker.connect('s', { clean: false, withholds: ['puback'] });
      await subscriber.subscribe('t', 1);
      const publisher = await broker.connect('p');
      for (const body of range(30)) await publisher.publish('t', body, { qos: 1 });
      return [`${(await subscriber.received(10)).length} of 30`];
    },
    expected: ['20 of 30'],
    differs: [
      {
        broker: 'rabbitmq',
        what: ['10 of 30'],
        why: "Mosquitto's window is 20 by default, RabbitMQ's prefetch for MQTT is 10",
      },
    ],
  },
  {
    name: 'messages of one topic keep their order',
    run: async (broker) => {
      const subscriber = await broker.connect('s');
      await subscriber.subscribe('t', 1);
      const publisher = await broker.connect('p');
      for (const body of range(30)) await publisher.publish('t', body, { qos: 1 });
      return [(await subscriber.received(30)).map(({ body }) => body).join(' ')];
    },
    expected: [range(30).join(' ')],
  },
  {
    name: 'whoever publishes gets its own message if it is subscribed',
    run: async (broker) => {
      const client = await broker.connect('c');
      await client.subscribe('t', 0);
      await client.publish('t', 1);
      return [textsOf(await client.received(1))];
    },
    expected: ['1 q0'],
  },

  // Sessions.
  {
    name: 'a session that is away keeps what was sent with a quality',
    run: async (broker) => {
      const first = await broker.connect('s', { clean: false });
      await first.subscribe('t', 2);
      await first.disconnect();
      const publisher = await broker.connect('p');
      for (const qos of [0, 1, 2] as const) {
        for (const i of [1, 2]) await publisher.publish('t', 10 * qos + i, { qos });
      }
      const second = await broker.connect('s', { clean: false });
      return inOrderOfBody(second, 4);
    },
    expected: ['11 q1', '12 q1', '21 q2', '22 q2'],
    differs: [
      {
        broker: 'rabbitmq',
        what: ['1 q0', '2 q0', '11 q1', '12 q1', '21 q1', '22 q1'],
        why: 'the queue of a session of RabbitMQ keeps whatever matches its filter, QoS 0 too; QoS 2 is 1',
      },
    ],
  },
  {
    name: 'a session that is away keeps nothing where it subscribed with QoS 0',
    run: async (broker) => {
      const first = await broker.connect('s', { clean: false });
      await first.subscribe('t', 0);
      await first.disconnect();
      const publisher = await broker.connect('p');
      await publisher.publish('t', 1, { qos: 1 });
      const second = await broker.connect('s', { clean: false });
      const before = await inOrderOfBody(second, 0);
      await publisher.publish('t', 2, { qos: 1 });
      return [...before, ...(await inOrderOfBody(second, 1))];
    },
    expected: ['2 q0'],
    differs: [
      {
        broker: 'rabbitmq',
        what: [],
        why: 'the queue for QoS 0 is gone with its connection, and the subscription with it',
      },
    ],
  },
  {
    name: 'a clean session drops what an earlier one left',
    run: async (broker) => {
      const first = await broker.connect('s', { clean: false });
      await first.subscribe('t', 1);
      await first.disconnect();
      const publisher = await broker.connect('p');
      await publisher.publish('t', 1, { qos: 1 });
      const clean = await broker.connect('s');
      await publisher.publish('t', 2, { qos: 1 });
      const came = textsOf(await clean.received(0));
      await clean.disconnect();
      const last = await broker.connect('s', { clean: false });
      return [`session present: ${clean.sessionPresent}`, came, `session present: ${last.sessionPresent}`];
    },
    expected: ['session present: false', 'nothing', 'session present: false'],
  },
  {
    name: 'a second client of the same name takes its session over',
    run: async (broker) => {
      const first = await broker.connect('s', { clean: false });
      await first.subscribe('t', 1);
      const second = await broker.connect('s', { clean: false });
      const closed = await first.isClosed();
      const publisher = await broker.connect('p');
      await publisher.publish('t', 1, { qos: 1 });
      return [
        `the first is closed: ${closed}`,
        `session present: ${second.sessionPresent}`,
        textsOf(await second.received(1)),
      ];
    },
    expected: ['the first is closed: true', 'session present: true', '1 q1'],
  },
  {
    name: 'after unsubscribing nothing comes',
    run: async (broker) => {
      const client = await broker.connect('c');
      await client.subscribe('t', 1);
      await client.publish('t', 1, { qos: 1 });
      const before = textsOf(await client.received(1));
      await client.unsubscribe('t');
      await client.publish('t', 2, { qos: 1 });
      return [before, textsOf(await client.received(0))];
    },
    expected: ['1 q1', 'nothing'],
  },

  // Topics.
  {
    name: '+ is one level, # is all that follow and the level above',
    run: async (broker) => {
      const publisher = await broker.connect('p');
      const filters = ['a/+/c', 'a/#', '+', '+/+', 'a/+', '#', 'a//c'];
      const topics = ['a/b/c', 'a', 'a/b', 'a/b/c/d', 'b', 'a//c', 'a/'];
      const clients: MqttClient[] = [];
      for (const [i, filter] of filters.entries()) {
        const client = await broker.connect(`s${i}`);
        await client.subscribe(filter, 1);
        clients.push(client);
      }
      for (const [i, topic] of topics.entries()) await publisher.publish(topic, i, { qos: 1 });
      const lines: string[] = [];
      for (const [i, filter] of filters.entries()) {
        const bodies = (await clients[i]?.received(1))?.map(({ body }) => body) ?? [];
        lines.push(`${filter}: ${bodies.toSorted((a, b) => a - b).join(' ')}`);
      }
      return lines;
    },
    expected: ['a/+/c: 0 5', 'a/#: 0 1 2 3 5 6', '+: 1 4', '+/+: 2 6', 'a/+: 2 6', '#: 0 1 2 3 4 5 6', 'a//c: 5'],
  },
  {
    name: 'two subscriptions of one client that both match bring one copy, with the higher quality',
    run: async (broker) => {
      const client = await broker.connect('c');
      await client.subscribe('a/#', 0);
      await client.subscribe('a/+', 1);
      await client.publish('a/b', 1, { qos: 1 });
      return inOrderOfBody(client, 1);
    },
    expected: ['1 q1'],
    differs: [{ broker: 'rabbitmq', what: ['1 q0', '1 q1'], why: TWO_QUEUES }],
  },
  {
    name: 'a subscription made again takes the place of the first',
    run: async (broker) => {
      const client = await broker.connect('c');
      await client.subscribe('t', 0);
      await client.subscribe('t', 1);
      await client.publish('t', 1, { qos: 1 });
      return inOrderOfBody(client, 1);
    },
    expected: ['1 q1'],
    differs: [{ broker: 'rabbitmq', what: ['1 q0', '1 q1'], why: TWO_QUEUES }],
  },

  // Retained messages.
  {
    name: 'a retained message comes on subscribing, and is marked only then',
    run: async (broker) => {
      const publisher = await broker.connect('p');
      const early = await broker.connect('early');
      await early.subscribe('t', 1);
      await publisher.publish('t', 1, { qos: 1, retain: true });
      const live = textsOf(await early.received(1));
      const late = await broker.connect('late');
      await late.subscribe('t', 1);
      return [live, textsOf(await late.received(1))];
    },
    expected: ['1 q1', '1 q1 R'],
  },
  {
    name: 'the last retained message is the one that stays',
    run: async (broker) => {
      const publisher = await broker.connect('p');
      await publisher.publish('t', 1, { qos: 1, retain: true });
      await publisher.publish('t', 2, { qos: 1, retain: true });
      await publisher.publish('t', 3, { qos: 1 });
      await broker.waitMs(100);
      const late = await broker.connect('late');
      await late.subscribe('t', 1);
      return [textsOf(await late.received(1))];
    },
    expected: ['2 q1 R'],
  },
  {
    name: 'an empty retained message clears what was there, and is delivered like any other',
    run: async (broker) => {
      const publisher = await broker.connect('p');
      await publisher.publish('t', 1, { qos: 1, retain: true });
      const early = await broker.connect('early');
      await early.subscribe('t', 1);
      const before = textsOf(await early.received(1));
      await publisher.publish('t', null, { qos: 1, retain: true });
      const cleared = (await early.received(1)).map(({ body }) => (body === -1 ? 'empty' : String(body))).join(' ');
      const late = await broker.connect('late');
      await late.subscribe('t', 1);
      return [before, cleared, textsOf(await late.received(0))];
    },
    expected: ['1 q1 R', 'empty', 'nothing'],
  },
  {
    name: 'subscribing to many topics brings what each retains, and again on subscribing again',
    run: async (broker) => {
      const publisher = await broker.connect('p');
      for (const body of range(3)) await publisher.publish(`t/${body}`, body, { qos: 1, retain: true });
      await broker.waitMs(100);
      const late = await broker.connect('late');
      await late.subscribe('t/+', 1);
      const first = await inOrderOfBody(late, 3);
      await late.subscribe('t/+', 1);
      return [first.join(', '), (await inOrderOfBody(late, 3)).join(', ')];
    },
    expected: ['0 q1 R, 1 q1 R, 2 q1 R', '0 q1 R, 1 q1 R, 2 q1 R'],
    differs: [
      {
        broker: 'rabbitmq',
        what: ['', ''],
        why: 'RabbitMQ looks up what is retained by the name of a topic only, not by a filter',
      },
    ],
  },

  // Last wills.
  {
    name: 'a cut line sends the will, a good leave does not',
    run: async (broker) => {
      const witness = await broker.connect('w');
      await witness.subscribe('will/+', 1);
      const cut = await broker.connect('a', { will: { topic: 'will/a', body: 1, qos: 1, retain: false } });
      const good = await broker.connect('b', { will: { topic: 'will/b', body: 2, qos: 1, retain: false } });
      await good.disconnect();
      await cut.cut();
      return [textsOf(await witness.received(1))];
    },
    expected: ['1 q1'],
  },
  {
    name: 'a will can be retained',
    run: async (broker) => {
      const witness = await broker.connect('w');
      await witness.subscribe('state', 1);
      const client = await broker.connect('a', { will: { topic: 'state', body: 1, qos: 1, retain: true } });
      await client.cut();
      const live = textsOf(await witness.received(1));
      await broker.waitMs(100);
      const late = await broker.connect('late');
      await late.subscribe('state', 1);
      return [live, textsOf(await late.received(1))];
    },
    expected: ['1 q1', '1 q1 R'],
  },
  {
    name: 'a client that is silent for one and a half times its keep-alive is taken for gone',
    run: async (broker) => {
      const witness = await broker.connect('w');
      await witness.subscribe('state', 1);
      const silent = await broker.connect('a', {
        keepAliveS: 1,
        withholds: ['pingreq'],
        will: { topic: 'state', body: 1, qos: 1, retain: false },
      });
      const will = textsOf(await witness.received(1));
      return [will, `closed: ${await silent.isClosed()}`];
    },
    expected: ['1 q1', 'closed: true'],
  },
  {
    name: 'whoever is taken over leaves its will behind',
    run: async (broker) => {
      const witness = await broker.connect('w');
      await witness.subscribe('state', 1);
      await broker.connect('a', { will: { topic: 'state', body: 1, qos: 1, retain: false } });
      await broker.connect('a');
      return [textsOf(await witness.received(1))];
    },
    expected: ['1 q1'],
    differs: [
      {
        broker: 'rabbitmq',
        what: ['nothing'],
        why: 'RabbitMQ drops the will of a connection that it closes for a new one',
      },
    ],
  },
];

export const mqttKillStories: readonly KillStory<MqttDriver>[] = [
  {
    name: 'a session and what waits in it survive a kill as far as they are stored',
    run: async (broker) => {
      const first = await broker.connect('kept', { clean: false });
      await first.subscribe('t', 1);
      await first.disconnect();
      const publisher = await broker.connect('p');
      for (const body of range(3)) await publisher.publish('t', body, { qos: 1 });
      await broker.waitMs(1500);
      return async () => {
        const second = await broker.connect('kept', { clean: false });
        const before = await second.received(3);
        const later = await broker.connect('q');
        await later.publish('t', 3, { qos: 1 });
        const bodies = (messages: typeof before): string => messages.map(({ body }) => body).join(' ');
        return [`session present: ${second.sessionPresent}`, bodies(before), bodies(await second.received(1))];
      };
    },
    expected: ['session present: true', '0 1 2', '3'],
  },
  {
    name: 'a retained message survives a kill as far as it is stored',
    run: async (broker) => {
      const publisher = await broker.connect('p');
      await publisher.publish('state', 1, { qos: 1, retain: true });
      // RabbitMQ writes its table when nothing has changed for two of its two seconds.
      await broker.waitMs(5000);
      return async () => {
        const late = await broker.connect('late');
        await late.subscribe('state', 1);
        return [textsOf(await late.received(1))];
      };
    },
    expected: ['1 q1 R'],
  },
];

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Between topics there is no order. */
async function inOrderOfBody(client: MqttClient, atLeast: number): Promise<string[]> {
  const messages = await client.received(atLeast);
  return messages.toSorted((a, b) => a.body - b.body || a.qos - b.qos).map((message) => textsOf([message]));
}
