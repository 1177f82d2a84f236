/** STOMP 1.2, as ActiveMQ and RabbitMQ speak it. `2R`: message 2, which may have been delivered before. */
import { type StompClient, type StompDriver, type StompMessage, textsOf } from '../drivers/stomp.ts';
import type { KillStory, Story } from '../story.ts';

const NO_DLQ =
  'RabbitMQ has no dead letters unless a queue is declared with an exchange for them, and STOMP declares none';
const FLAGS_ALL =
  'RabbitMQ flags whatever it has read from its disk; ActiveMQ keeps no note of what was delivered (`persistJMSRedelivered` is off)';
const NO_VIRTUAL =
  'virtual topics are ActiveMQ’s; in RabbitMQ these are a topic and queues that have nothing to do with it';

export const stompStories: readonly Story<StompDriver>[] = [
  // Acknowledgements.
  {
    name: 'ack mode client: one acknowledgement is for all up to it',
    run: async (broker) => {
      const first = await withMessages(broker, [1, 2, 3]);
      await first.subscribe(0, '/queue/q', { ack: 'client' });
      const messages = await first.received(0, 3);
      await first.ack(at(messages, 1));
      await first.cut();
      return [textsOf(messages), textsOf(await leftIn(broker, '/queue/q', 1))];
    },
    expected: ['1 2 3', '3R'],
  },
  {
    name: 'ack mode client-individual: each is for itself',
    run: async (broker) => {
      const first = await withMessages(broker, [1, 2, 3]);
      await first.subscribe(0, '/queue/q', { ack: 'client-individual' });
      const messages = await first.received(0, 3);
      await first.ack(at(messages, 1));
      await first.cut();
      return [textsOf(messages), textsOf(await leftIn(broker, '/queue/q', 2))];
    },
    expected: ['1 2 3', '1R 3R'],
  },
  {
    name: 'ack mode auto: what was sent is done, whether it arrived or not',
    run: async (broker) => {
      const first = await withMessages(broker, [1, 2, 3]);
      await first.subscribe(0, '/queue/q');
      const messages = await first.received(0, 3);
      await first.cut();
      return [textsOf(messages), textsOf(await leftIn(broker, '/queue/q', 0))];
    },
    expected: ['1 2 3', 'nothing'],
  },
  {
    name: 'a receipt is given for each kind of frame',
    run: async (broker) => {
      const client = await broker.connect();
      const answers = [
        await client.send('/queue/q', 1),
        await client.subscribe(0, '/queue/q', { ack: 'client-individual' }),
        await client.begin(1),
        await client.ack(at(await client.received(0, 1), 0), 1),
        await client.commit(1),
        await client.unsubscribe(0),
      ];
      await client.disconnect();
      return [answers.join(' ')];
    },
    expected: ['ok ok ok ok ok ok'],
  },
  {
    name: 'a prefetch of 2 lets out 2 until one is acknowledged',
    run: async (broker) => {
      const client = await withMessages(broker, [1, 2, 3, 4]);
      await client.subscribe(0, '/queue/q', { ack: 'client-individual', prefetch: 2 });
      const first = await client.received(0, 2);
      await client.ack(at(first, 0));
      return [textsOf(first), textsOf(await client.received(0, 1))];
    },
    expected: ['1 2', '3'],
  },
  {
    name: 'an acknowledgement of nothing known is an error',
    run: async (broker) => {
      const client = await withMessages(broker, [1]);
      await client.subscribe(0, '/queue/q', { ack: 'client-individual' });
      await client.received(0, 1);
      const answer = await client.ackUnknown();
      return [answer, textsOf(await leftIn(broker, '/queue/q', 1))];
    },
    expected: ['ERROR', '1R'],
  },
  {
    name: 'ack mode client: an acknowledgement is for its subscription, not for others of its connection',
    run: async (broker) => {
      const client = await withMessages(broker, [1, 2]);
      await client.subscribe(0, '/queue/q', { ack: 'client' });
      const first = await client.received(0, 2);
      await client.send('/queue/other', 3);
      await client.subscribe(1, '/queue/other', { ack: 'client' });
      const other = await client.received(1, 1);
      await client.ack(at(other, 0));
      await client.cut();
      return [textsOf(first), textsOf(other), textsOf(await leftIn(broker, '/queue/q', 2))];
    },
    expected: ['1 2', '3', '1R 2R'],
    differs: [
      {
        broker: 'rabbitmq',
        what: ['1 2', '3', 'nothing'],
        why: 'a connection of STOMP is one channel of RabbitMQ, and an acknowledgement of several is for all of the channel',
      },
    ],
  },
  {
    name: 'ack mode client: a refusal is of one message',
    run: async (broker) => {
      const client = await withMessages(broker, [1, 2, 3]);
      await client.subscribe(0, '/queue/q', { ack: 'client' });
      const messages = await client.received(0, 3);
      await client.nack(at(messages, 1), { requeue: false });
      await client.cut();
      return [textsOf(messages), textsOf(await leftIn(broker, '/queue/q', 1))];
    },
    expected: ['1 2 3', '1R 3R'],
    differs: [
      {
        broker: 'rabbitmq',
        what: ['1 2 3', '3R'],
        why: 'in RabbitMQ a refusal reaches back as an acknowledgement does',
      },
    ],
  },
  {
    name: 'an acknowledgement after the unsubscribe is an error',
    run: async (broker) => {
      const client = await withMessages(broker, [1]);
      await client.subscribe(0, '/queue/q', { ack: 'client-individual' });
      const messages = await client.received(0, 1);
      await client.unsubscribe(0);
      return [await client.ack(at(messages, 0)), textsOf(await leftIn(broker, '/queue/q', 1))];
    },
    expected: ['ERROR', '1R'],
    differs: [
      {
        broker: 'activemq',
        what: ['ok', '1R'],
        why: 'ActiveMQ remembers the acknowledgement that is due, and ignores it',
      },
    ],
  },
  {
    name: 'to acknowledge twice is an error',
    run: async (broker) => {
      const client = await withMessages(broker, [1, 2]);
      await client.subscribe(0, '/queue/q', { ack: 'client-individual' });
      const messages = await client.received(0, 2);
      const once = await client.ack(at(messages, 0));
      // RabbitMQ gives a receipt first, and then the error.
      await client.ack(at(messages, 0));
      await broker.waitMs(500);
      return [once, await client.send('/queue/other', 3), textsOf(await leftIn(broker, '/queue/q', 1))];
    },
    expected: ['ok', 'ERROR', '2R'],
  },
  {
    name: 'a refused message does not come back',
    run: async (broker) => {
      const client = await withMessages(broker, [1, 2]);
      await client.subscribe(0, '/queue/q', { ack: 'client-individual', prefetch: 1 });
      const first = await client.received(0, 1);
      await client.nack(at(first, 0));
      const then = await client.received(0, 1);
      return [textsOf(first), textsOf(then)];
    },
    expected: ['1', '2'],
    differs: [
      {
        broker: 'rabbitmq',
        what: ['1', '1R'],
        why: 'RabbitMQ gives a refused message back to its queue unless `requeue` says no; ActiveMQ takes it for undeliverable',
      },
    ],
  },
  {
    name: 'NACK that says it wants the message back',
    run: async (broker) => {
      const client = await withMessages(broker, [1, 2]);
      await client.subscribe(0, '/queue/q', { ack: 'client-individual', prefetch: 1 });
      const first = await client.received(0, 1);
      await client.nack(at(first, 0), { requeue: true });
      return [textsOf(first), textsOf(await client.received(0, 1))];
    },
    expected: ['1', '1R'],
    differs: [
      {
        broker: 'activemq',
        what: ['1', '2'],
        why: 'ActiveMQ has no header `requeue`: what is refused is undeliverable',
      },
    ],
  },
  {
    name: "NACK sends a persistent message to ActiveMQ's dead letters",
    run: async (broker) => {
      const client = await broker.connect();
      await client.send('/queue/q', 1, { persistent: true });
      await client.send('/queue/q', 2, { persistent: false });
      await client.subscribe(0, '/queue/q', { ack: 'client-individual' });
      const messages = await client.received(0, 2);
      for (const message of messages) await client.nack(message);
      await client.subscribe(1, '/queue/ActiveMQ.DLQ');
      return [textsOf(messages), `dead: ${textsOf(await client.received(1, 1))}`];
    },
    expected: ['1 2', 'dead: 1'],
    differs: [{ broker: 'rabbitmq', what: ['1 2', 'dead: nothing'], why: NO_DLQ }],
  },
  {
    name: 'a message that comes back after cut lines, again and again',
    run: async (broker) => {
      const publisher = await broker.connect();
      await publisher.send('/queue/q', 1, { persistent: true });
      const lines: string[] = [];
      for (let round = 0; round < 9; round++) {
        const client = await broker.connect();
        await client.subscribe(0, '/queue/q', { ack: 'client' });
        lines.push(textsOf(await client.received(0, 1)));
        await client.cut();
      }
      return [lines.join(' ')];
    },
    expected: ['1 1R 1R 1R 1R 1R 1R 1R 1R'],
  },
  {
    name: 'after an unsubscribe what was not acknowledged goes to another',
    run: async (broker) => {
      const client = await withMessages(broker, [1, 2]);
      await client.subscribe(0, '/queue/q', { ack: 'client-individual' });
      const first = await client.received(0, 2);
      await client.ack(at(first, 0));
      await client.unsubscribe(0);
      return [textsOf(first), textsOf(await leftIn(broker, '/queue/q', 1))];
    },
    expected: ['1 2', '2R'],
    differs: [
      {
        broker: 'rabbitmq',
        what: ['1 2', 'nothing'],
        why: 'in RabbitMQ what a cancelled consumer holds stays with its channel, which is the connection here',
      },
    ],
  },

  // Transactions.
  {
    name: 'what is sent in a transaction is there after its commit, and not before',
    run: async (broker) => {
      const client = await broker.connect();
      const consumer = await broker.connect();
      await consumer.subscribe(0, '/queue/q');
      await client.begin(1);
      await client.send('/queue/q', 1, { transaction: 1 });
      await client.send('/queue/q', 2, { transaction: 1 });
      await client.send('/queue/q', 3);
      const before = textsOf(await consumer.received(0, 1));
      await client.commit(1);
      return [before, textsOf(await consumer.received(0, 2))];
    },
    expected: ['3', '1 2'],
  },
  {
    name: 'what is sent in a transaction that is aborted, or whose line is cut, never was',
    run: async (broker) => {
      const client = await broker.connect();
      await client.begin(1);
      await client.send('/queue/q', 1, { transaction: 1 });
      await client.abort(1);
      await client.begin(2);
      await client.send('/queue/q', 2, { transaction: 2 });
      await client.cut();
      return [textsOf(await leftIn(broker, '/queue/q', 0))];
    },
    expected: ['nothing'],
  },
  {
    name: 'an acknowledgement in a transaction that is aborted does not count',
    run: async (broker) => {
      const client = await withMessages(broker, [1, 2]);
      await client.subscribe(0, '/queue/q', { ack: 'client-individual' });
      const messages = await client.received(0, 2);
      await client.begin(1);
      await client.ack(at(messages, 0), 1);
      await client.abort(1);
      await client.begin(2);
      await client.ack(at(messages, 1), 2);
      await client.commit(2);
      await client.cut();
      return [textsOf(messages), textsOf(await leftIn(broker, '/queue/q', 1))];
    },
    expected: ['1 2', '1R'],
  },
  {
    name: 'committing what was never begun is an error',
    run: async (broker) => {
      const client = await broker.connect();
      return [await client.commit(1)];
    },
    expected: ['ERROR'],
  },

  // Destinations.
  {
    name: 'two subscriptions of one queue share its messages',
    run: async (broker) => {
      const client = await broker.connect();
      await client.subscribe(0, '/queue/q', { ack: 'client-individual', prefetch: 1 });
      await client.subscribe(1, '/queue/q', { ack: 'client-individual', prefetch: 1 });
      for (const body of [1, 2, 3]) await client.send('/queue/q', body);
      const first = await client.received(0, 1);
      const second = await client.received(1, 1);
      return [inOrder([...first, ...second])];
    },
    expected: ['1 2'],
  },
  {
    name: 'each subscription of a topic has a copy of what comes after it',
    run: async (broker) => {
      const client = await broker.connect();
      await client.subscribe(0, '/topic/t');
      await client.send('/topic/t', 1);
      await client.subscribe(1, '/topic/t');
      await client.send('/topic/t', 2);
      return [textsOf(await client.received(0, 2)), textsOf(await client.received(1, 1))];
    },
    expected: ['1 2', '2'],
  },
  {
    name: 'a queue keeps what is sent before anybody subscribes, in order',
    run: async (broker) => {
      await withMessages(broker, [1, 2, 3, 4, 5]);
      return [textsOf(await leftIn(broker, '/queue/q', 5))];
    },
    expected: ['1 2 3 4 5'],
  },
  {
    name: 'what is past its time is not delivered',
    run: async (broker) => {
      const client = await broker.connect();
      await client.send('/queue/q', 1, { expirationMs: 100 });
      await client.send('/queue/q', 2);
      await broker.waitMs(400);
      return [textsOf(await leftIn(broker, '/queue/q', 1))];
    },
    expected: ['2'],
  },
  {
    name: "a persistent message past its time goes to ActiveMQ's dead letters",
    run: async (broker) => {
      const client = await broker.connect();
      await client.send('/queue/q', 1, { expirationMs: 100, persistent: true });
      await broker.waitMs(400);
      const came = textsOf(await leftIn(broker, '/queue/q', 0));
      await client.subscribe(1, '/queue/ActiveMQ.DLQ');
      return [came, `dead: ${textsOf(await client.received(1, 1))}`];
    },
    expected: ['nothing', 'dead: 1'],
    differs: [{ broker: 'rabbitmq', what: ['nothing', 'dead: nothing'], why: NO_DLQ }],
  },
  {
    name: 'a virtual topic has a queue for each of its consumers, which share it among themselves',
    run: async (broker) => {
      const client = await broker.connect();
      await client.subscribe(0, '/queue/Consumer.A.VirtualTopic.t', { ack: 'client-individual', prefetch: 1 });
      await client.subscribe(1, '/queue/Consumer.A.VirtualTopic.t', { ack: 'client-individual', prefetch: 1 });
      await client.subscribe(2, '/queue/Consumer.B.VirtualTopic.t');
      for (const body of [1, 2]) await client.send('/topic/VirtualTopic.t', body);
      const a = [...(await client.received(0, 1)), ...(await client.received(1, 1))];
      return [`A: ${inOrder(a)}`, `B: ${textsOf(await client.received(2, 2))}`];
    },
    expected: ['A: 1 2', 'B: 1 2'],
    differs: [{ broker: 'rabbitmq', what: ['A: nothing', 'B: nothing'], why: NO_VIRTUAL }],
  },
  {
    name: 'the queue of a virtual topic keeps what is sent while its consumer is away',
    run: async (broker) => {
      const first = await broker.connect();
      await first.subscribe(0, '/queue/Consumer.A.VirtualTopic.t');
      await first.disconnect();
      const client = await broker.connect();
      await client.send('/topic/VirtualTopic.t', 1);
      return [textsOf(await leftIn(broker, '/queue/Consumer.A.VirtualTopic.t', 1))];
    },
    expected: ['1'],
    differs: [{ broker: 'rabbitmq', what: ['nothing'], why: NO_VIRTUAL }],
  },
  {
    name: 'a durable subscriber is given what came while it was away',
    run: async (broker) => {
      const first = await broker.connect({ clientId: 'c' });
      await first.subscribe(0, '/topic/t', { durableName: 'd' });
      await first.disconnect();
      const client = await broker.connect();
      await client.send('/topic/t', 1, { persistent: true });
      await client.send('/topic/t', 2, { persistent: false });
      const second = await broker.connect({ clientId: 'c' });
      await second.subscribe(0, '/topic/t', { durableName: 'd' });
      const missed = textsOf(await second.received(0, 2));
      await client.send('/topic/t', 3);
      return [missed, textsOf(await second.received(0, 1))];
    },
    expected: ['1 2', '3'],
  },
  {
    name: 'what a durable subscriber held when its line was cut comes again',
    run: async (broker) => {
      const first = await broker.connect({ clientId: 'c' });
      await first.subscribe(0, '/topic/t', { durableName: 'd', ack: 'client-individual' });
      const client = await broker.connect();
      for (const body of [1, 2]) await client.send('/topic/t', body, { persistent: true });
      const before = textsOf(await first.received(0, 2));
      await first.cut();
      // ActiveMQ refuses a client id as long as it hasn't noticed.
      await broker.waitMs(300);
      const second = await broker.connect({ clientId: 'c' });
      await second.subscribe(0, '/topic/t', { durableName: 'd', ack: 'client-individual' });
      return [before, textsOf(await second.received(0, 2))];
    },
    expected: ['1 2', '1 2'],
    differs: [
      {
        broker: 'rabbitmq',
        what: ['1 2', '1R 2R'],
        why: 'ActiveMQ does not flag what a durable subscriber is given again; RabbitMQ has a queue for it, like any other',
      },
    ],
  },
  {
    name: 'a client id is for one connection',
    run: async (broker) => {
      await broker.connect({ clientId: 'c' });
      try {
        await broker.connect({ clientId: 'c' });
        return ['taken twice'];
      } catch {
        return ['refused'];
      }
    },
    expected: ['refused'],
    differs: [
      {
        broker: 'rabbitmq',
        what: ['taken twice'],
        why: 'RabbitMQ knows no client ids in STOMP: a durable subscription is known by its id',
      },
    ],
  },
  {
    name: 'a message group stays with one consumer until it leaves',
    run: async (broker) => {
      const a = await broker.connect();
      const b = await broker.connect();
      await a.subscribe(0, '/queue/q', { ack: 'client-individual' });
      await b.subscribe(0, '/queue/q', { ack: 'client-individual' });
      const client = await broker.connect();
      for (const [body, group] of [0, 0, 1, 0, 1, 1].entries()) await client.send('/queue/q', body, { group });
      const hands = [await a.received(0, 3), await b.received(0, 3)].toSorted((x, y) => at(x, 0).body - at(y, 0).body);
      return hands.map(textsOf);
    },
    expected: ['0 1 3', '2 4 5'],
    differs: [
      { broker: 'rabbitmq', what: ['0 2 4', '1 3 5'], why: 'RabbitMQ knows no message groups: consumers take turns' },
    ],
  },
  {
    name: 'when a consumer leaves, its groups go to another, from where they were',
    run: async (broker) => {
      const a = await broker.connect();
      await a.subscribe(0, '/queue/q', { ack: 'client-individual' });
      const client = await broker.connect();
      for (const body of [1, 2, 3]) await client.send('/queue/q', body, { group: 7 });
      const first = await a.received(0, 3);
      await a.ack(at(first, 0));
      const b = await broker.connect();
      await b.subscribe(0, '/queue/q', { ack: 'client-individual' });
      await client.send('/queue/q', 4, { group: 7 });
      const pinned = await a.received(0, 1);
      await a.cut();
      return [textsOf(first), textsOf(pinned), textsOf(await b.received(0, 3))];
    },
    expected: ['1 2 3', '4', '2R 3R 4R'],
  },
  {
    name: 'an exclusive consumer has all as long as it is there',
    run: async (broker) => {
      const a = await broker.connect();
      await a.subscribe(0, '/queue/q', { ack: 'client-individual', exclusive: true });
      const b = await broker.connect();
      await b.subscribe(0, '/queue/q', { ack: 'client-individual' });
      const client = await broker.connect();
      for (const body of [1, 2, 3]) await client.send('/queue/q', body);
      const first = textsOf(await a.received(0, 3));
      const second = textsOf(await b.received(0, 0));
      await a.cut();
      return [first, second, textsOf(await b.received(0, 3))];
    },
    expected: ['1 2 3', 'nothing', '1R 2R 3R'],
    differs: [
      { broker: 'rabbitmq', what: ['1 3', '2', '1R 3R'], why: '`activemq.exclusive` is a word of ActiveMQ only' },
    ],
  },
];

export const stompKillStories: readonly KillStory<StompDriver>[] = [
  {
    name: 'what is persistent and has its receipt survives a kill, the rest does not',
    run: async (broker) => {
      const client = await broker.connect();
      for (const body of [1, 2, 3, 4]) await client.send('/queue/kept', body, { persistent: body % 2 === 0 });
      return async () => [textsOf(await leftIn(broker, '/queue/kept', 2))];
    },
    expected: ['2 4'],
    differs: [{ broker: 'rabbitmq', what: ['2R 4R'], why: FLAGS_ALL }],
  },
  {
    name: 'a transaction that was not committed is gone with the broker, and what it acknowledged is back',
    run: async (broker) => {
      const client = await broker.connect();
      await client.send('/queue/open', 1, { persistent: true });
      await client.subscribe(0, '/queue/open', { ack: 'client-individual' });
      const messages = await client.received(0, 1);
      await client.begin(1);
      await client.ack(at(messages, 0), 1);
      await client.send('/queue/open', 2, { persistent: true, transaction: 1 });
      return async () => [textsOf(await leftIn(broker, '/queue/open', 1))];
    },
    expected: ['1'],
    differs: [{ broker: 'rabbitmq', what: ['1R'], why: FLAGS_ALL }],
  },
];

/** `/queue/q` with these messages, and a client. */
async function withMessages(broker: StompDriver, bodies: readonly number[]): Promise<StompClient> {
  const client = await broker.connect();
  for (const body of bodies) await client.send('/queue/q', body);
  return client;
}

/** What somebody else gets who comes now. */
async function leftIn(broker: StompDriver, destination: string, atLeast: number): Promise<StompMessage[]> {
  const client = await broker.connect();
  await client.subscribe(0, destination);
  return client.received(0, atLeast);
}

function at(messages: readonly StompMessage[], i: number): StompMessage {
  const message = messages[i];
  if (message === undefined) throw new Error(`the story expected a message here, after ${textsOf(messages)}`);
  return message;
}

const inOrder = (messages: readonly StompMessage[]): string => textsOf(messages.toSorted((a, b) => a.body - b.body));
