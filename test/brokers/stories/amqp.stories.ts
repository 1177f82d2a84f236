/** AMQP 0-9-1, as RabbitMQ speaks it. `2R`: message 2, delivered before or perhaps. */
import {
  type AmqpChannel,
  type AmqpDriver,
  type AmqpMessage,
  drain,
  type PublishOptions,
  type QueueOptions,
  textOf,
  textsOf,
} from '../drivers/amqp.ts';
import type { KillStory, Story } from '../story.ts';

export const amqpStories: readonly Story<AmqpDriver>[] = [
  // Where a message goes that comes back.
  {
    name: 'a requeued message takes its old place',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await publish(channel, 'q', [1, 2, 3, 4]);
      const one = await channel.get('q');
      const two = await channel.get('q');
      await channel.nack(tagOf(two), { requeue: true });
      await channel.nack(tagOf(one), { requeue: true });
      return [textsOf(await drain(channel, 'q'))];
    },
    expected: ['1R 2R 3 4'],
  },
  {
    name: 'what a closed channel leaves is ready again, flagged and in order',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await publish(channel, 'q', [4, 5, 6, 7, 8, 9]);
      const client = await broker.connect();
      const other = await client.channel();
      await other.prefetch(3);
      await other.consume('q', 'c');
      const held = textsOf(await other.delivered('c', 3));
      const meanwhile = await channel.ready('q', 3);
      await other.close();
      const after = await channel.ready('q', 6);
      return [held, `${meanwhile} ready`, `${after} ready`, textsOf(await drain(channel, 'q'))];
    },
    expected: ['4 5 6', '3 ready', '6 ready', '4R 5R 6R 7 8 9'],
  },
  {
    name: 'what a cut line leaves is ready again too',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await publish(channel, 'q', [1, 2, 3]);
      const client = await broker.connect();
      const other = await client.channel();
      await other.get('q');
      await other.get('q');
      await client.cut();
      await channel.ready('q', 3);
      return [textsOf(await drain(channel, 'q'))];
    },
    expected: ['1R 2R 3'],
  },
  {
    name: 'nack of several at once, requeued',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await publish(channel, 'q', [1, 2, 3, 4]);
      await channel.get('q');
      const two = await channel.get('q');
      const three = await channel.get('q');
      await channel.nack(tagOf(two), { requeue: true, upTo: true });
      const left = textsOf(await drain(channel, 'q'));
      return [left, `still held: ${textOf(known(three))}`];
    },
    expected: ['1R 2R 4', 'still held: 3'],
  },
  {
    name: 'nack of several at once, for good',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await publish(channel, 'q', [1, 2, 3, 4]);
      await channel.get('q');
      await channel.get('q');
      const three = await channel.get('q');
      await channel.nack(tagOf(three), { requeue: false, upTo: true });
      return [textsOf(await drain(channel, 'q'))];
    },
    expected: ['4'],
  },
  {
    name: 'reject with requeue comes back to the same consumer if it is alone',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await publish(channel, 'q', [1, 2]);
      await channel.prefetch(1);
      await channel.consume('q', 'c');
      const first = await channel.delivered('c', 1);
      await channel.reject(tagOf(first[0]), true);
      const again = await channel.delivered('c', 1);
      await channel.ack(tagOf(again[0]));
      return [textsOf(first), textsOf(again), textsOf(await channel.delivered('c', 1))];
    },
    expected: ['1', '1R', '2'],
  },
  {
    name: 'recover brings back all that is unsettled',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await publish(channel, 'q', [1, 2, 3]);
      await channel.get('q');
      const two = await channel.get('q');
      await channel.ack(tagOf(two));
      await channel.recover();
      return [textsOf(await drain(channel, 'q'))];
    },
    expected: ['1R 3'],
  },
  {
    name: 'a message behind a requeued one is not flagged, and a second get of it is',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await publish(channel, 'q', [1, 2]);
      const one = await channel.get('q');
      await channel.reject(tagOf(one), true);
      const again = await channel.get('q');
      const two = await channel.get('q');
      return [textsOf([known(one), known(again), known(two)])];
    },
    expected: ['1 1R 2'],
  },

  // What is sent ahead.
  {
    name: 'prefetch is a window of what is unsettled',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await publish(channel, 'q', range(10));
      await channel.prefetch(3);
      await channel.consume('q', 'c');
      const first = await channel.delivered('c', 3);
      await channel.ack(tagOf(first[0]));
      const second = await channel.delivered('c', 1);
      await channel.ack(tagOf(second[0]), true);
      return [textsOf(first), textsOf(second), textsOf(await channel.delivered('c', 3))];
    },
    expected: ['0 1 2', '3', '4 5 6'],
  },
  {
    name: 'prefetch is counted for each consumer of a channel',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await channel.declare('other');
      await publish(channel, 'q', [1, 2, 3]);
      await publish(channel, 'other', [4, 5, 6]);
      await channel.prefetch(1);
      await channel.consume('q', 'a');
      await channel.prefetch(2);
      await channel.consume('other', 'b');
      return [textsOf(await channel.delivered('a', 1)), textsOf(await channel.delivered('b', 2))];
    },
    expected: ['1', '4 5'],
  },
  {
    name: 'without acknowledgements there is no window',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await publish(channel, 'q', [1, 2, 3]);
      await channel.prefetch(1);
      await channel.consume('q', 'c', { noAck: true });
      const all = textsOf(await channel.delivered('c', 3));
      await channel.close();
      const later = await (await broker.connect()).channel();
      return [all, `${await later.ready('q', 0)} ready`];
    },
    expected: ['1 2 3', '0 ready'],
  },
  {
    name: 'two consumers take turns',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await channel.consume('q', 'a');
      await channel.consume('q', 'b');
      await publish(channel, 'q', range(6));
      return [textsOf(await channel.delivered('a', 3)), textsOf(await channel.delivered('b', 3))];
    },
    expected: ['0 2 4', '1 3 5'],
  },
  {
    name: 'with a prefetch of 1 whoever is fast gets more',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await channel.prefetch(1);
      await channel.consume('q', 'slow');
      await channel.consume('q', 'fast');
      await publish(channel, 'q', range(5));
      const slow = await channel.delivered('slow', 1);
      const fast: AmqpMessage[] = [];
      for (let one = await channel.delivered('fast', 1); fast.length < 3; one = await channel.delivered('fast', 1)) {
        fast.push(...one);
        await channel.ack(tagOf(one[0]));
      }
      return [textsOf(slow), textsOf(fast)];
    },
    expected: ['0', '1 2 3'],
  },
  {
    name: 'a consumer of higher priority is served while it has room',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await channel.prefetch(2);
      await channel.consume('q', 'low');
      await channel.consume('q', 'high', { priority: 5 });
      await publish(channel, 'q', range(5));
      return [textsOf(await channel.delivered('high', 2)), textsOf(await channel.delivered('low', 2))];
    },
    expected: ['0 1', '2 3'],
  },
  {
    name: 'a single active consumer has all, until it goes',
    run: async (broker) => {
      const channel = await withQueue(broker, { singleActiveConsumer: true });
      const client = await broker.connect();
      const other = await client.channel();
      await other.consume('q', 'first');
      await channel.consume('q', 'second');
      await publish(channel, 'q', [1, 2, 3]);
      const first = textsOf(await other.delivered('first', 3));
      const second = textsOf(await channel.delivered('second', 0));
      await client.close();
      return [first, second, textsOf(await channel.delivered('second', 3))];
    },
    expected: ['1 2 3', 'nothing', '1R 2R 3R'],
  },
  {
    name: 'a cancelled consumer keeps what it holds, and gets no more',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await channel.consume('q', 'c');
      await publish(channel, 'q', [1, 2]);
      const held = await channel.delivered('c', 2);
      await channel.cancel('c');
      await publish(channel, 'q', [3]);
      const ready = await channel.ready('q', 1);
      await channel.ack(tagOf(held[1]), true);
      await channel.close();
      const later = await (await broker.connect()).channel();
      await later.ready('q', 1);
      return [textsOf(held), `${ready} ready`, textsOf(await drain(later, 'q'))];
    },
    expected: ['1 2', '1 ready', '3'],
  },
  {
    name: 'a consumer is told when its queue is deleted',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await channel.consume('q', 'c');
      const other = await (await broker.connect()).channel();
      const deleted = await other.delete('q');
      return [deleted, (await channel.isCancelled('c')) ? 'cancelled' : 'not told'];
    },
    expected: ['ok', 'cancelled'],
  },

  // Where a message goes that nobody wants.
  {
    name: 'a rejected message goes to the dead letters',
    run: async (broker) => {
      const channel = await withDeadLetters(broker);
      await publish(channel, 'q', [1]);
      await channel.reject(tagOf(await channel.get('q')), false);
      await channel.ready('dead', 1);
      return (await drain(channel, 'dead')).map(storyOfDeath);
    },
    expected: ['1: rejected in q ×1'],
  },
  {
    name: 'what is too old for its queue goes to the dead letters',
    run: async (broker) => {
      const channel = await withDeadLetters(broker, { messageTtlMs: 100 });
      await publish(channel, 'q', [1]);
      await channel.ready('dead', 1);
      return (await drain(channel, 'dead')).map(storyOfDeath);
    },
    expected: ['1: expired in q ×1'],
  },
  {
    name: 'a full queue drops its oldest to the dead letters',
    run: async (broker) => {
      const channel = await withDeadLetters(broker, { maxLength: 2 });
      await publish(channel, 'q', [1, 2, 3, 4]);
      await channel.ready('dead', 2);
      return [...(await drain(channel, 'dead')).map(storyOfDeath), textsOf(await drain(channel, 'q'))];
    },
    expected: ['1: maxlen in q ×1', '2: maxlen in q ×1', '3 4'],
  },
  {
    name: 'what is held does not count for the length of a queue',
    run: async (broker) => {
      const channel = await withQueue(broker, { maxLength: 2 });
      await publish(channel, 'q', [1, 2]);
      await channel.get('q');
      await channel.get('q');
      await publish(channel, 'q', [3, 4]);
      return [`${await channel.ready('q', 2)} ready`, textsOf(await drain(channel, 'q'))];
    },
    expected: ['2 ready', '3 4'],
  },
  {
    name: 'a full queue that rejects says so to the publisher',
    run: async (broker) => {
      const channel = await withQueue(broker, { maxLength: 2, overflow: 'reject-publish' }, true);
      await publish(channel, 'q', [1, 2, 3, 4]);
      const outcomes = await channel.outcomes(4);
      return [outcomes.toSorted().join(' '), textsOf(await drain(channel, 'q'))];
    },
    expected: ['ack 1 ack 2 nack 3 nack 4', '1 2'],
  },
  {
    name: 'a message past its time waits behind a younger one that is not',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await channel.publish('q', 1, { expirationMs: 600_000 });
      await channel.publish('q', 2, { expirationMs: 100 });
      await broker.waitMs(300);
      const ready = await channel.ready('q', 2);
      return [`${ready} ready`, textsOf(await drain(channel, 'q'))];
    },
    expected: ['2 ready', '1'],
  },
  {
    name: 'the shorter of both times to live counts',
    run: async (broker) => {
      const channel = await withDeadLetters(broker, { messageTtlMs: 100 });
      await channel.publish('q', 1, { expirationMs: 600_000 });
      await channel.ready('dead', 1);
      return (await drain(channel, 'dead')).map(storyOfDeath);
    },
    expected: ['1: expired in q ×1'],
  },
  {
    name: 'two deaths in two queues are both told, the last first',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await channel.declare('dead');
      await channel.declare('later', { messageTtlMs: 50, deadLetterExchange: '', deadLetterRoutingKey: 'dead' });
      await channel.declare('work', { deadLetterExchange: '', deadLetterRoutingKey: 'later' });
      await publish(channel, 'work', [1]);
      await channel.reject(tagOf(await channel.get('work')), false);
      await channel.ready('dead', 1);
      return (await drain(channel, 'dead')).map(storyOfDeath);
    },
    expected: ['1: expired in later ×1, rejected in work ×1'],
  },
  {
    name: 'a message that is retried in a circle has its deaths counted',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await channel.declare('later', { messageTtlMs: 50, deadLetterExchange: '', deadLetterRoutingKey: 'work' });
      await channel.declare('work', { deadLetterExchange: '', deadLetterRoutingKey: 'later' });
      await publish(channel, 'work', [1]);
      const lines: string[] = [];
      for (let round = 0; round < 3; round++) {
        await channel.ready('work', 1);
        const message = known(await channel.get('work'));
        lines.push(storyOfDeath(message));
        await channel.reject(message.tag, false);
      }
      return lines;
    },
    expected: [
      '1: alive',
      '1: expired in later ×1, rejected in work ×1',
      '1: expired in later ×2, rejected in work ×2',
    ],
  },
  {
    name: 'a dead letter is a new message: not flagged, at the end of its queue',
    run: async (broker) => {
      const channel = await withDeadLetters(broker);
      await publish(channel, 'dead', [9]);
      await publish(channel, 'q', [1]);
      await channel.reject(tagOf(await channel.get('q')), true);
      await channel.reject(tagOf(await channel.get('q')), false);
      await channel.ready('dead', 2);
      return [textsOf(await drain(channel, 'dead'))];
    },
    expected: ['9 1'],
  },
  {
    name: 'a quorum queue counts deliveries, and stops at its limit',
    run: async (broker) => {
      const channel = await withDeadLetters(broker, { type: 'quorum', durable: true, deliveryLimit: 2 });
      await channel.publish('q', 1, { persistent: true });
      const lines: string[] = [];
      for (let round = 0; round < 3; round++) {
        await channel.ready('q', 1);
        const message = known(await channel.get('q'));
        lines.push(`${textOf(message)}, count ${Math.max(0, message.deliveryCount)}`);
        await channel.nack(message.tag, { requeue: true });
      }
      await channel.ready('dead', 1);
      return [...lines, ...(await drain(channel, 'dead')).map(storyOfDeath), `${await channel.ready('q', 0)} ready`];
    },
    expected: ['1, count 0', '1R, count 1', '1R, count 2', '1: delivery_limit in q ×1', '0 ready'],
  },

  {
    name: 'a time to live of 0: to a consumer that waits, or to nobody',
    run: async (broker) => {
      const channel = await withDeadLetters(broker, { messageTtlMs: 0 });
      await publish(channel, 'q', [1]);
      await channel.ready('dead', 1);
      await channel.consume('q', 'c', { noAck: true });
      await publish(channel, 'q', [2]);
      const came = textsOf(await channel.delivered('c', 1));
      return [came, ...(await drain(channel, 'dead')).map(storyOfDeath)];
    },
    expected: ['2', '1: expired in q ×1'],
  },
  {
    name: 'dead letters for an exchange that is not there are gone',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await channel.declare('lost', { deadLetterExchange: 'nowhere' });
      await publish(channel, 'lost', [1]);
      await channel.reject(tagOf(await channel.get('lost')), false);
      return [`${await channel.ready('lost', 0)} ready`];
    },
    expected: ['0 ready'],
  },
  {
    name: 'an acknowledgement of several leaves what came after it',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await publish(channel, 'q', [1, 2, 3, 4]);
      const other = await (await broker.connect()).channel();
      await other.get('q');
      const two = await other.get('q');
      await other.get('q');
      await other.ack(tagOf(two), true);
      await other.close();
      await channel.ready('q', 2);
      return [textsOf(await drain(channel, 'q'))];
    },
    expected: ['3R 4'],
  },
  // Quorum queues.
  {
    name: 'what a client requeues to a quorum queue without a limit goes to its tail',
    run: async (broker) => {
      const channel = await withQueue(broker, { type: 'quorum', durable: true });
      await publish(channel, 'q', [1, 2, 3, 4]);
      await channel.ready('q', 4);
      const one = await channel.get('q');
      const two = await channel.get('q');
      await channel.nack(tagOf(two), { requeue: true });
      await channel.nack(tagOf(one), { requeue: true });
      await channel.ready('q', 4);
      return [textsOf(await drain(channel, 'q'))];
    },
    expected: ['3 4 2R 1R'],
  },
  {
    name: 'what is requeued to a quorum queue with a limit goes to its head',
    run: async (broker) => {
      const channel = await withQueue(broker, { type: 'quorum', durable: true, deliveryLimit: 5 });
      await publish(channel, 'q', [1, 2, 3, 4]);
      await channel.ready('q', 4);
      await channel.get('q');
      const two = await channel.get('q');
      await channel.nack(tagOf(two), { requeue: true });
      await channel.ready('q', 3);
      return [textsOf(await drain(channel, 'q'))];
    },
    expected: ['2R 3 4'],
  },
  {
    name: 'what a cut line leaves in a quorum queue is ready again at its head',
    run: async (broker) => {
      const channel = await withQueue(broker, { type: 'quorum', durable: true });
      await publish(channel, 'q', [1, 2, 3, 4]);
      await channel.ready('q', 4);
      const client = await broker.connect();
      const other = await client.channel();
      await other.get('q');
      await other.get('q');
      await client.cut();
      await channel.ready('q', 4);
      return [textsOf(await drain(channel, 'q'))];
    },
    expected: ['1R 2R 3 4'],
  },
  {
    name: 'a full quorum queue that rejects takes one too many',
    run: async (broker) => {
      const options = { type: 'quorum', durable: true, maxLength: 2, overflow: 'reject-publish' } as const;
      const channel = await withQueue(broker, options, true);
      const outcomes: string[] = [];
      for (const body of [1, 2, 3, 4]) {
        await channel.publish('q', body, { persistent: true });
        outcomes.push(...(await channel.outcomes(1)));
      }
      return [outcomes.join(' ')];
    },
    expected: ['ack 1 ack 2 ack 3 nack 4'],
  },

  // Where a message is sent.
  {
    name: 'a mandatory message without a queue is returned, then confirmed',
    run: async (broker) => {
      const channel = await withQueue(broker, {}, true);
      await channel.publish('nowhere', 1, { mandatory: true });
      return channel.outcomes(2);
    },
    expected: ['return 312 1', 'ack 1'],
  },
  {
    name: 'a message without a queue is confirmed and gone if nobody minds',
    run: async (broker) => {
      const channel = await withQueue(broker, {}, true);
      await channel.publish('nowhere', 1);
      return channel.outcomes(1);
    },
    expected: ['ack 1'],
  },
  {
    name: 'a fan-out exchange copies to all, whatever the key',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await channel.declare('other');
      await channel.declareExchange('news', 'fanout');
      await channel.bind('q', 'news', 'a');
      await channel.bind('other', 'news', 'b');
      await channel.publish('c', 1, { exchange: 'news' });
      await channel.unbind('other', 'news', 'b');
      await channel.publish('b', 2, { exchange: 'news' });
      await channel.ready('q', 2);
      return [textsOf(await drain(channel, 'q')), textsOf(await drain(channel, 'other'))];
    },
    expected: ['1 2', '1'],
  },
  {
    name: 'a direct exchange copies to equal keys, once for each queue',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await channel.declare('other');
      await channel.declareExchange('jobs', 'direct');
      await channel.bind('q', 'jobs', 'red');
      await channel.bind('q', 'jobs', 'blue');
      await channel.bind('other', 'jobs', 'red');
      for (const [i, key] of ['red', 'blue', 'green'].entries()) await channel.publish(key, i, { exchange: 'jobs' });
      await channel.ready('q', 2);
      return [textsOf(await drain(channel, 'q')), textsOf(await drain(channel, 'other'))];
    },
    expected: ['0 1', '0'],
  },
  {
    name: 'in a topic, * is one word and # any number of them',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await channel.declareExchange('prices', 'topic');
      const patterns = ['eu.*.gold', 'eu.#', '#', '*', '*.*', '#.gold', 'eu.#.gold', ''];
      for (const pattern of patterns) {
        await channel.declare(`by ${pattern}`);
        await channel.bind(`by ${pattern}`, 'prices', pattern);
      }
      const keys = ['eu.de.gold', 'eu', 'eu.gold', 'us.gold', 'gold', 'eu.de.by.gold', ''];
      for (const [i, key] of keys.entries()) await channel.publish(key, i, { exchange: 'prices' });
      const lines: string[] = [];
      await channel.ready('by #', keys.length);
      for (const pattern of patterns) {
        lines.push(`'${pattern}': ${textsOf(await drain(channel, `by ${pattern}`))}`);
      }
      return lines;
    },
    expected: [
      "'eu.*.gold': 0",
      "'eu.#': 0 1 2 5",
      "'#': 0 1 2 3 4 5 6",
      "'*': 1 4",
      "'*.*': 2 3",
      "'#.gold': 0 2 3 4 5",
      "'eu.#.gold': 0 2 5",
      "'': 6",
    ],
  },
  {
    name: 'two bindings of one queue that both match bring one copy',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await channel.declareExchange('prices', 'topic');
      await channel.bind('q', 'prices', 'eu.#');
      await channel.bind('q', 'prices', '#.gold');
      await channel.publish('eu.gold', 1, { exchange: 'prices' });
      await channel.ready('q', 1);
      return [textsOf(await drain(channel, 'q'))];
    },
    expected: ['1'],
  },
  {
    name: 'the higher priority first, and in order within one',
    run: async (broker) => {
      const channel = await withQueue(broker, { maxPriority: 10 });
      const priorities = [1, 5, 9, 5, 12];
      for (const [i, priority] of priorities.entries()) await channel.publish('q', i, { priority });
      await channel.publish('q', 5);
      await channel.ready('q', 6);
      return [textsOf(await drain(channel, 'q'))];
    },
    expected: ['4 2 1 3 0 5'],
  },

  // Confirms.
  {
    name: 'each publish is confirmed',
    run: async (broker) => {
      const channel = await withQueue(broker, { durable: true }, true);
      for (const body of range(5)) await channel.publish('q', body, { persistent: body % 2 === 0 });
      return [(await channel.outcomes(5)).toSorted().join(' ')];
    },
    expected: ['ack 0 ack 1 ack 2 ack 3 ack 4'],
  },
  {
    name: 'five thousand transient publishes are all confirmed',
    run: async (broker) => {
      const channel = await withQueue(broker, {}, true);
      await publish(channel, 'q', range(5000));
      const acks = (await channel.outcomes(5000)).filter((outcome) => outcome.startsWith('ack'));
      return [`${acks.length} confirmed`, `${await channel.ready('q', 5000)} ready`];
    },
    expected: ['5000 confirmed', '5000 ready'],
  },

  // What is refused.
  {
    name: 'a consumer beside an exclusive one is refused',
    run: async (broker) => {
      const channel = await withQueue(broker);
      const first = await channel.consume('q', 'a', { exclusive: true });
      const other = await (await broker.connect()).channel();
      return [first, await other.consume('q', 'b'), `channel: ${await other.closedWith()}`];
    },
    expected: ['ok', '403 ACCESS_REFUSED', 'channel: 403 ACCESS_REFUSED'],
  },
  {
    name: 'an exclusive consumer is refused where there is one already',
    run: async (broker) => {
      const channel = await withQueue(broker);
      const first = await channel.consume('q', 'a');
      const other = await (await broker.connect()).channel();
      return [first, await other.consume('q', 'b', { exclusive: true })];
    },
    expected: ['ok', '403 ACCESS_REFUSED'],
  },
  {
    name: "another connection's exclusive queue is locked, and gone with it",
    run: async (broker) => {
      const owner = await broker.connect();
      const own = await (await owner.channel()).declare('mine', { exclusive: true });
      const client = await broker.connect();
      const locked = await (await client.channel()).check('mine');
      await owner.close();
      const channel = await client.channel();
      return [own, locked, await channel.check('mine')];
    },
    expected: ['ok', '405 RESOURCE_LOCKED', '404 NOT_FOUND'],
  },
  {
    name: 'an unknown delivery tag closes the channel, and what it held comes back',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await publish(channel, 'q', [1, 2]);
      const client = await broker.connect();
      const other = await client.channel();
      const one = await other.get('q');
      await other.get('q');
      await other.ack(tagOf(one));
      await other.ack(tagOf(one));
      const code = await other.closedWith();
      await channel.ready('q', 1);
      return [code, textsOf(await drain(channel, 'q'))];
    },
    expected: ['406 PRECONDITION_FAILED', '2R'],
  },
  {
    name: 'a queue declared again must be the same',
    run: async (broker) => {
      const channel = await withQueue(broker, { durable: true, messageTtlMs: 60_000 });
      const same = await channel.declare('q', { durable: true, messageTtlMs: 60_000 });
      const client = await broker.connect();
      const other = await (await client.channel()).declare('q', { durable: false, messageTtlMs: 60_000 });
      const another = await (await client.channel()).declare('q', { durable: true, messageTtlMs: 1000 });
      return [same, other, another];
    },
    expected: ['ok', '406 PRECONDITION_FAILED', '406 PRECONDITION_FAILED'],
  },
  {
    name: 'an exchange declared again must be the same',
    run: async (broker) => {
      const client = await broker.connect();
      const channel = await client.channel();
      return [
        await channel.declareExchange('x', 'topic'),
        await channel.declareExchange('x', 'topic'),
        await channel.declareExchange('x', 'fanout'),
      ];
    },
    expected: ['ok', 'ok', '406 PRECONDITION_FAILED'],
  },
  {
    name: 'what is not there is not found',
    run: async (broker) => {
      const client = await broker.connect();
      const answers: string[] = [];
      const tries: ((channel: AmqpChannel) => Promise<string>)[] = [
        (channel) => channel.check('none'),
        (channel) => channel.consume('none', 'c'),
        (channel) => channel.purge('none'),
        (channel) => channel.bind('none', 'none'),
        // Deleting what is not there is no error.
        (channel) => channel.delete('none'),
      ];
      for (const attempt of tries) answers.push(await attempt(await client.channel()));
      return answers;
    },
    expected: ['404 NOT_FOUND', '404 NOT_FOUND', '404 NOT_FOUND', '404 NOT_FOUND', 'ok'],
  },
  {
    name: 'publishing to an exchange that is not there closes the channel, and what it held comes back',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await publish(channel, 'q', [1]);
      const other = await (await broker.connect()).channel();
      await other.get('q');
      await other.publish('key', 2, { exchange: 'none' });
      const code = await other.closedWith();
      await channel.ready('q', 1);
      return [code, textsOf(await drain(channel, 'q'))];
    },
    expected: ['404 NOT_FOUND', '1R'],
  },

  // Queues that go, and what is taken out of them.
  {
    name: 'a queue that deletes itself is gone with its last consumer',
    run: async (broker) => {
      const channel = await withQueue(broker, { autoDelete: true });
      const other = await (await broker.connect()).channel();
      const before = await channel.check('q');
      await channel.consume('q', 'a');
      await other.consume('q', 'b');
      await channel.cancel('a');
      const between = await channel.check('q');
      await other.cancel('b');
      return [before, between, await channel.check('q')];
    },
    expected: ['ok', 'ok', '404 NOT_FOUND'],
  },
  {
    name: 'a queue that nobody uses expires',
    run: async (broker) => {
      const channel = await withQueue(broker, { expiresMs: 200 });
      const before = await channel.check('q');
      await broker.waitMs(1500);
      return [before, await channel.check('q')];
    },
    expected: ['ok', '404 NOT_FOUND'],
  },
  {
    name: 'a purge takes what is ready, not what is held',
    run: async (broker) => {
      const channel = await withQueue(broker);
      await publish(channel, 'q', [1, 2, 3]);
      const one = await channel.get('q');
      await channel.purge('q');
      const ready = await channel.ready('q', 0);
      await channel.reject(tagOf(one), true);
      return [`${ready} ready`, textsOf(await drain(channel, 'q'))];
    },
    expected: ['0 ready', '1R'],
  },
];

export const amqpKillStories: readonly KillStory<AmqpDriver>[] = [
  {
    name: 'a durable queue keeps what is persistent through a kill, flagged; the rest is gone',
    run: async (broker) => {
      const channel = await (await broker.connect()).channel({ confirms: true });
      await channel.declare('kept', { durable: true });
      await channel.declare('gone');
      for (const body of range(10)) await channel.publish('kept', body, { persistent: body % 2 === 0 });
      await channel.publish('gone', 10, { persistent: true });
      await channel.outcomes(11);
      return async () => {
        const later = await (await broker.connect()).channel();
        await later.ready('kept', 5);
        const left = textsOf(await drain(later, 'kept'));
        return [left, await later.check('gone')];
      };
    },
    expected: ['0R 2R 4R 6R 8R', '404 NOT_FOUND'],
  },
  {
    name: 'what was acknowledged before a kill stays so, what was only held comes back',
    run: async (broker) => {
      const channel = await (await broker.connect()).channel({ confirms: true });
      await channel.declare('worked', { durable: true });
      for (const body of range(4)) await channel.publish('worked', body, { persistent: true });
      await channel.outcomes(4);
      await channel.ack(tagOf(await channel.get('worked')));
      await channel.get('worked');
      // The acknowledgement is written some time after: a queue writes a batch of them.
      await channel.ready('worked', 2);
      await broker.waitMs(1000);
      return async () => {
        const later = await (await broker.connect()).channel();
        await later.ready('worked', 3);
        return [textsOf(await drain(later, 'worked'))];
      };
    },
    expected: ['1R 2R 3R'],
  },
  {
    name: 'a quorum queue keeps all that is confirmed, whatever its publisher said',
    run: async (broker) => {
      const channel = await (await broker.connect()).channel({ confirms: true });
      await channel.declare('agreed', { durable: true, type: 'quorum' });
      for (const body of range(4)) await channel.publish('agreed', body, { persistent: body % 2 === 0 });
      await channel.outcomes(4);
      return async () => {
        const later = await (await broker.connect()).channel();
        await later.ready('agreed', 4);
        return [textsOf(await drain(later, 'agreed'))];
      };
    },
    expected: ['0 1 2 3'],
  },
];

async function withQueue(broker: AmqpDriver, options: QueueOptions = {}, confirms = false): Promise<AmqpChannel> {
  const channel = await (await broker.connect()).channel({ confirms });
  await channel.declare('q', options);
  return channel;
}

/** `q`, whose dead letters go to `dead`. */
async function withDeadLetters(broker: AmqpDriver, options: QueueOptions = {}): Promise<AmqpChannel> {
  const channel = await (await broker.connect()).channel();
  await channel.declare('dead');
  await channel.declare('q', { ...options, deadLetterExchange: '', deadLetterRoutingKey: 'dead' });
  return channel;
}

async function publish(
  channel: AmqpChannel,
  queue: string,
  bodies: readonly number[],
  options: PublishOptions = {},
): Promise<void> {
  for (const body of bodies) await channel.publish(queue, body, options);
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function known(message: AmqpMessage | null | undefined): AmqpMessage {
  if (message === null || message === undefined) throw new Error('the story expected a message here');
  return message;
}

const tagOf = (message: AmqpMessage | null | undefined): number => known(message).tag;

const storyOfDeath = (message: AmqpMessage): string => {
  const deaths = message.deaths.map(({ queue, reason, count }) => `${reason} in ${queue} ×${count}`);
  return `${textOf(message)}: ${deaths.length === 0 ? 'alive' : deaths.join(', ')}`;
};
