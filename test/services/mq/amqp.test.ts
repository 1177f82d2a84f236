import { describe, expect, test } from 'vitest';
import type { QueueArguments } from '../../../src/services/mq/index.ts';
import { Broker, type Client } from './amqp-harness.ts';

function setup(input = {}) {
  const broker = new Broker(input);
  const client = broker.client();
  return { broker, client, channel: client.channel };
}

/** How many each of these queues has. */
function counts(client: Client, queues: readonly string[]): number[] {
  const channel = client.another();
  return queues.map((queue) => channel.queueDeclare({ queue, passive: true })?.messageCount ?? -1);
}

describe('exchanges', () => {
  function bound(type: 'direct' | 'fanout' | 'topic', keys: readonly string[]) {
    const made = setup();
    made.channel.exchangeDeclare({ exchange: 'x', type });
    for (const key of keys) {
      made.channel.queueDeclare({ queue: key });
      made.channel.queueBind(key, 'x', key);
    }
    const send = (routingKey: string): number[] => {
      made.client.publish(routingKey, [1], { exchange: 'x' });
      const found = counts(made.client, keys);
      for (const key of keys) made.channel.queuePurge(key);
      return found;
    };
    return { ...made, send };
  }

  test('direct: by the whole key', () => {
    const { send } = bound('direct', ['a', 'b', 'a.b']);
    expect(send('a')).toEqual([1, 0, 0]);
    expect(send('a.b')).toEqual([0, 0, 1]);
    expect(send('c')).toEqual([0, 0, 0]);
  });

  test('fanout: to all', () => {
    expect(bound('fanout', ['a', 'b']).send('whatever')).toEqual([1, 1]);
  });

  test('topic: * is one word, # any number of them', () => {
    const { send } = bound('topic', ['*.orange.*', '*.*.rabbit', 'lazy.#', '#', 'quick.orange.rabbit', 'a.#.b']);
    expect(send('quick.orange.rabbit')).toEqual([1, 1, 0, 1, 1, 0]);
    expect(send('lazy')).toEqual([0, 0, 1, 1, 0, 0]);
    expect(send('lazy.orange.new.rabbit')).toEqual([0, 0, 1, 1, 0, 0]);
    expect(send('orange')).toEqual([0, 0, 0, 1, 0, 0]);
    expect(send('a.b')).toEqual([0, 0, 0, 1, 0, 1]);
    expect(send('a.x.y.b')).toEqual([0, 0, 0, 1, 0, 1]);
    expect(send('')).toEqual([0, 0, 0, 1, 0, 0]);
  });

  test('topic: an empty key has no word, and one that ends in a dot has an empty one', () => {
    const { send } = bound('topic', ['*', '*.*', '#']);
    expect(send('')).toEqual([0, 0, 1]);
    expect(send('a.')).toEqual([0, 1, 1]);
  });

  test('a queue that is bound twice gets one copy', () => {
    const { client, channel } = setup();
    channel.queueDeclare({ queue: 'q' });
    for (const key of ['a.#', '#.b']) channel.queueBind('q', 'amq.topic', key);
    client.publish('a.b', [1], { exchange: 'amq.topic' });
    expect(counts(client, ['q'])).toEqual([1]);
    channel.queueUnbind('q', 'amq.topic', 'a.#');
    client.publish('a.b', [1], { exchange: 'amq.topic' });
    channel.queueUnbind('q', 'amq.topic', '#.b');
    client.publish('a.b', [1], { exchange: 'amq.topic' });
    expect(counts(client, ['q'])).toEqual([2]);
  });

  test('headers: all of them, or any', () => {
    const { client, channel } = setup();
    for (const match of ['all', 'any']) {
      channel.queueDeclare({ queue: match });
      channel.queueBind(match, 'amq.headers', '', { 'x-match': match, type: 'order', size: 3 });
    }
    client.publish('', [1], { exchange: 'amq.headers', headers: { type: 'order', size: 3, other: true } });
    client.publish('', [2], { exchange: 'amq.headers', headers: { type: 'order', size: 4 } });
    client.publish('', [3], { exchange: 'amq.headers' });
    expect(counts(client, ['all', 'any'])).toEqual([1, 2]);
  });

  test('bound to another exchange, and with one for what nobody gets', () => {
    const { client, channel } = setup();
    channel.exchangeDeclare({ exchange: 'rest', type: 'fanout', internal: true });
    channel.exchangeDeclare({ exchange: 'in', type: 'topic', arguments: { 'alternate-exchange': 'rest' } });
    channel.queueDeclare({ queue: 'orders' });
    channel.queueDeclare({ queue: 'others' });
    channel.exchangeBind('amq.direct', 'in', 'order.*');
    channel.queueBind('orders', 'amq.direct', 'order.new');
    channel.queueBind('others', 'rest', '');
    for (const key of ['order.new', 'order.old', 'x']) client.publish(key, [1], { exchange: 'in' });
    expect(counts(client, ['orders', 'others'])).toEqual([1, 2]);
    channel.exchangeUnbind('amq.direct', 'in', 'order.*');
    client.publish('order.new', [1], { exchange: 'in' });
    expect(counts(client, ['orders', 'others'])).toEqual([1, 3]);
  });

  test('bound in a circle', () => {
    const { client, channel } = setup();
    channel.queueDeclare({ queue: 'q' });
    for (const [destination, source] of [
      ['amq.fanout', 'amq.topic'],
      ['amq.topic', 'amq.fanout'],
    ] as const) {
      channel.exchangeBind(destination, source, '#');
    }
    channel.queueBind('q', 'amq.topic', '#');
    client.publish('a', [1], { exchange: 'amq.fanout' });
    expect(counts(client, ['q'])).toEqual([1]);
  });

  test('one that is declared auto-delete goes with its last binding', () => {
    const { client, channel } = setup();
    channel.exchangeDeclare({ exchange: 'x', type: 'fanout', autoDelete: true });
    channel.queueDeclare({ queue: 'q' });
    channel.queueBind('q', 'x', '');
    channel.queueDelete('q');
    expect(channel.exchangeDeclare({ exchange: 'x', type: 'fanout', passive: true })).toBe(false);
    expect(client.news()).toEqual(["NOT_FOUND - no exchange 'x' in vhost '/'"]);
  });
});

describe('an error closes the channel', () => {
  const cases: readonly (readonly [name: string, text: RegExp, act: (client: Client) => void])[] = [
    ['a queue that is not there', /^NOT_FOUND - no queue 'n' in vhost/, ({ channel }) => channel.basicGet('n')],
    ['an exchange that is not there', /^NOT_FOUND - no exchange 'x'/, (c) => c.publish('q', [1], { exchange: 'x' })],
    ['a binding to nothing', /^NOT_FOUND - no exchange 'x'/, ({ channel }) => channel.queueBind('q', 'x', '')],
    ['a tag that is unknown', /^PRECONDITION_FAILED - unknown delivery tag 7$/, ({ channel }) => channel.basicAck(7)],
    ['a tag up to which nothing is', /unknown delivery tag 7$/, ({ channel }) => channel.basicAck(7, true)],
    [
      'another kind of the same queue',
      /^PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q' in vhost '\/': received 'true' but current is 'false'$/,
      ({ channel }) => channel.queueDeclare({ queue: 'q', durable: true }),
    ],
    [
      'another argument of the same queue',
      /inequivalent arg 'x-max-length' for queue 'q' in vhost '\/': received the value '5' of type 'byte' but current is none$/,
      ({ channel }) => channel.queueDeclare({ queue: 'q', arguments: { 'x-max-length': 5 } }),
    ],
    [
      'another type of the same exchange',
      /inequivalent arg 'type' for exchange 'amq.topic'/,
      ({ channel }) => channel.exchangeDeclare({ exchange: 'amq.topic', type: 'fanout', durable: true }),
    ],
    [
      'a name that is reserved',
      /^ACCESS_REFUSED - exchange name 'amq.mine'/,
      ({ channel }) => channel.exchangeDeclare({ exchange: 'amq.mine', type: 'fanout' }),
    ],
    [
      'an exchange of the system',
      /^ACCESS_REFUSED - deletion of system exchange/,
      (c) => c.channel.exchangeDelete('amq.topic'),
    ],
    [
      'a queue name that is reserved',
      /^ACCESS_REFUSED - queue name 'amq.q'/,
      (c) => c.channel.queueDeclare({ queue: 'amq.q' }),
    ],
    [
      'a negative time to live',
      /^PRECONDITION_FAILED - invalid arg 'x-message-ttl' for queue 'z' in vhost '\/': {value_negative,-1}$/,
      ({ channel }) => channel.queueDeclare({ queue: 'z', arguments: { 'x-message-ttl': -1 } }),
    ],
    [
      'the default exchange, bound',
      /^ACCESS_REFUSED - operation not permitted on the default exchange$/,
      ({ channel }) => channel.queueBind('q', '', 'k'),
    ],
    [
      'a queue in use, if unused',
      /^PRECONDITION_FAILED - queue 'q' in vhost '\/' in use$/,
      ({ channel }) => {
        channel.basicConsume({ queue: 'q', consumer: 1 });
        channel.queueDelete('q', true);
      },
    ],
    [
      'a queue with messages, if empty',
      /not empty$/,
      (client) => {
        client.publish('q', [1]);
        client.channel.queueDelete('q', false, true);
      },
    ],
    [
      'a second consumer beside an exclusive one',
      /^ACCESS_REFUSED - queue 'q' in vhost '\/' in exclusive use$/,
      ({ channel }) => {
        channel.basicConsume({ queue: 'q', consumer: 1, exclusive: true });
        channel.basicConsume({ queue: 'q', consumer: 2 });
      },
    ],
    [
      'a quorum queue that is not durable',
      /^PRECONDITION_FAILED - invalid property 'non-durable' for queue 'z' in vhost '\/'$/,
      ({ channel }) => channel.queueDeclare({ queue: 'z', arguments: { 'x-queue-type': 'quorum' } }),
    ],
    ['a commit without a transaction', /not transactional$/, ({ channel }) => channel.txCommit()],
    [
      'confirms in a transaction',
      /cannot switch from tx to confirm mode$/,
      ({ channel }) => {
        channel.txSelect();
        channel.confirmSelect();
      },
    ],
  ];
  test.each(cases)('%s', (_name, text, act) => {
    const { client, channel } = setup();
    channel.queueDeclare({ queue: 'q' });
    act(client);
    expect(client.told).toHaveLength(1);
    expect(client.told[0]).toMatch(text);
    expect(channel.isOpen).toBe(false);
    expect(client.connection.isOpen).toBe(true);
    client.publish('q', [9]);
    expect(client.told).toHaveLength(1);
  });

  test('and what it had in hand comes back', () => {
    const { broker, client, channel } = setup();
    channel.queueDeclare({ queue: 'q' });
    client.publish('q', [1, 2]);
    channel.basicConsume({ queue: 'q', consumer: 1 });
    channel.basicAck(1);
    channel.basicAck(1);
    expect(client.news()).toEqual(['PRECONDITION_FAILED - unknown delivery tag 1']);
    expect(broker.drain('q')).toEqual(['2R']);
  });

  test('a consumer tag that is used already: the connection', () => {
    const { client, channel } = setup();
    channel.queueDeclare({ queue: 'q' });
    for (let i = 0; i < 2; i++) channel.basicConsume({ queue: 'q', consumer: 5 });
    expect(client.news()).toEqual(["NOT_ALLOWED - attempt to reuse consumer tag '5'"]);
    expect(client.connection.isOpen).toBe(false);
  });

  test('one consumer too many on a channel: the connection; one queue too many: the channel [mq.vhost-defaults]', () => {
    const { broker, client, channel } = setup({ maxConsumers: 1, maxQueues: 1 });
    channel.queueDeclare({ queue: 'q' });
    for (const consumer of [1, 2]) channel.basicConsume({ queue: 'q', consumer });
    expect(client.news()).toEqual(['NOT_ALLOWED - reached maximum (1) of consumers per channel']);
    const other = broker.client();
    other.channel.queueDeclare({ queue: 'r' });
    expect(other.news()).toEqual([
      "PRECONDITION_FAILED - cannot declare queue 'r': queue limit in vhost '/' (1) is reached",
    ]);
  });

  test('the exclusive queue of another connection: 405', () => {
    const { broker, channel } = setup();
    channel.queueDeclare({ queue: 'mine', exclusive: true });
    const other = broker.client();
    other.channel.queueDeclare({ queue: 'mine', passive: true });
    expect(other.told[0]).toMatch(/^RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'mine'/);
  });

  test('a message that is too large: 406 [mq.max-message-size-rabbitmq]', () => {
    const { client, channel } = setup({ maxMessageBytes: 1000 });
    channel.queueDeclare({ queue: 'q' });
    client.publish('q', [1], { bytes: 1001 });
    expect(client.news()).toEqual(['PRECONDITION_FAILED - message size 1001 is larger than configured max size 1000']);
  });

  test('a delivery that nobody settles for half an hour: 406, and it is ready again [mq.consumer-timeout]', () => {
    const { broker, client, channel } = setup({ consumerTimeoutUs: 1_800_000_000 });
    channel.queueDeclare({ queue: 'q' });
    channel.basicConsume({ queue: 'q', consumer: 1 });
    broker.pass(30_000);
    client.publish('q', [1]);
    broker.pass(1_800_000);
    expect(client.news()).toEqual([]);
    broker.pass(30_000);
    expect(client.news()[0]).toMatch(/^PRECONDITION_FAILED - delivery acknowledgement on channel timed out/);
    expect(broker.drain('q')).toEqual(['1R']);
  });
});

describe('queues', () => {
  test('exclusive ones go with their connection, auto-delete ones with their last consumer', () => {
    const { broker, client, channel } = setup();
    channel.queueDeclare({ queue: 'mine', exclusive: true });
    channel.queueDeclare({ queue: 'passing', autoDelete: true });
    for (const consumer of [1, 2]) channel.basicConsume({ queue: 'passing', consumer });
    channel.basicCancel(1);
    client.publish('passing', [1]);
    expect(broker.rabbit.vhost.queues.size).toBe(2);
    channel.basicCancel(2);
    expect([...broker.rabbit.vhost.queues.keys()]).toEqual(['mine']);
    channel.queueDeclare({ queue: 'passing', autoDelete: true });
    channel.basicConsume({ queue: 'passing', consumer: 3 });
    client.connection.close();
    expect(broker.rabbit.vhost.queues.size).toBe(0);
    expect(broker.held).toBe(0);
  });

  test('one with x-expires goes when nobody has used it for so long', () => {
    const { broker, channel } = setup();
    channel.queueDeclare({ queue: 'q', arguments: { 'x-expires': 1000 } });
    broker.pass(900);
    channel.basicGet('q');
    broker.pass(900);
    channel.basicConsume({ queue: 'q', consumer: 1 });
    broker.pass(5000);
    channel.basicCancel(1);
    broker.pass(999);
    expect(broker.rabbit.vhost.queues.size).toBe(1);
    broker.pass(1001);
    expect(broker.rabbit.vhost.queues.size).toBe(0);
  });

  test('a consumer of one that is deleted is told', () => {
    const { client, channel } = setup();
    channel.queueDeclare({ queue: 'q' });
    channel.basicConsume({ queue: 'q', consumer: 4 });
    client.publish('q', [1]);
    expect(channel.queueDelete('q')).toBe(0);
    expect(client.news()).toEqual(['cancel 4']);
    // What it has in hand is gone, but its tag is known.
    channel.basicAck(1);
    expect(client.news()).toEqual([]);
  });

  test('single active consumer: one at a time, and the next when it leaves', () => {
    const { broker, client, channel } = setup();
    channel.queueDeclare({ queue: 'q', arguments: { 'x-single-active-consumer': true } });
    const [first, second] = [broker.client({ acks: true }), broker.client({ acks: true })];
    for (const { channel: one } of [first, second]) one.basicConsume({ queue: 'q', consumer: 1 });
    client.publish('q', [1, 2, 3]);
    first.connection.cut();
    client.publish('q', [4, 5]);
    expect([first.bodies, second.bodies]).toEqual([
      ['1', '2', '3'],
      ['4', '5'],
    ]);
  });

  test('single active consumer: who takes over is given what the one before had in hand, and then the next', () => {
    const { broker, client, channel } = setup();
    channel.queueDeclare({ queue: 'q', arguments: { 'x-single-active-consumer': true } });
    const [first, second] = [broker.client(), broker.client()];
    for (const { channel: one } of [first, second]) {
      one.basicQos(1);
      one.basicConsume({ queue: 'q', consumer: 1 });
    }
    client.publish('q', [1, 2]);
    first.connection.cut();
    expect([first.bodies, second.bodies]).toEqual([['1'], ['1R']]);
  });

  test('consumers of a higher priority first, while they have credit', () => {
    const { broker, client, channel } = setup();
    channel.queueDeclare({ queue: 'q' });
    const [low, high] = [broker.client(), broker.client()];
    low.channel.basicConsume({ queue: 'q', consumer: 1 });
    high.channel.basicQos(2);
    high.channel.basicConsume({ queue: 'q', consumer: 1, priority: 10 });
    client.publish('q', [1, 2, 3]);
    expect([high.bodies, low.bodies]).toEqual([['1', '2'], ['3']]);
  });

  test('dead letters count: by queue and reason, the latest first; a message that nobody rejected does not go round', () => {
    const { broker, client, channel } = setup();
    const to = (queue: string): QueueArguments => ({
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': queue,
    });
    channel.queueDeclare({ queue: 'work', arguments: to('wait') });
    channel.queueDeclare({ queue: 'wait', arguments: { ...to('work'), 'x-message-ttl': 100 } });
    client.publish('work', [1]);
    for (let i = 0; i < 3; i++) {
      channel.basicGet('work');
      channel.basicReject(i + 1, false);
      broker.pass(100);
    }
    channel.basicGet('work');
    const { deaths } = client.deliveries.at(-1)?.message ?? {};
    expect(deaths?.map(({ queue, reason, count }) => `${queue} ${reason} ${count}`)).toEqual([
      'wait expired 3',
      'work rejected 3',
    ]);
    // Two queues with a TTL that lead to each other: dropped when it would come back the second time.
    channel.queueDeclare({ queue: 'a', arguments: { ...to('b'), 'x-message-ttl': 10 } });
    channel.queueDeclare({ queue: 'b', arguments: { ...to('a'), 'x-message-ttl': 10 } });
    client.publish('a', [2]);
    broker.pass(100);
    expect(broker.dropped).toEqual(['2 expired']);
    expect(broker.held).toBe(1);
  });

  test('one that is full can send what it refuses to its dead-letter exchange', () => {
    const { broker, client, channel } = setup();
    channel.queueDeclare({ queue: 'dead' });
    channel.queueDeclare({
      queue: 'q',
      arguments: {
        'x-max-length': 1,
        'x-overflow': 'reject-publish-dlx',
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': 'dead',
      },
    });
    channel.confirmSelect();
    client.publish('q', [1, 2]);
    expect([client.news(), broker.drain('q'), broker.drain('dead')]).toEqual([['ack 1', 'nack 2'], ['1'], ['2']]);
    expect(broker.deadLettered).toEqual(['2 maxlen']);
  });

  test('a message keeps its place and its priority as a dead letter, but not its TTL', () => {
    const { broker, client, channel } = setup();
    channel.queueDeclare({ queue: 'dead', arguments: { 'x-max-priority': 5 } });
    channel.queueDeclare({ queue: 'q', arguments: { 'x-dead-letter-exchange': 'amq.fanout' } });
    channel.queueBind('dead', 'amq.fanout', '');
    client.publish('q', [1], { expirationMs: 10, priority: 1 });
    client.publish('q', [2], { expirationMs: 10, priority: 4 });
    broker.pass(1000);
    const reader = broker.client();
    reader.channel.basicConsume({ queue: 'dead', consumer: 1 });
    expect(
      reader.deliveries.map(({ message: { body, routingKey, exchange } }) => [body, routingKey, exchange]),
    ).toEqual([
      [2, 'q', 'amq.fanout'],
      [1, 'q', 'amq.fanout'],
    ]);
  });
});

describe('channels', () => {
  test('prefetch of the whole channel: of all its consumers together', () => {
    const { client, channel } = setup();
    for (const queue of ['a', 'b']) channel.queueDeclare({ queue });
    channel.basicQos(3, true);
    channel.basicConsume({ queue: 'a', consumer: 1 });
    channel.basicConsume({ queue: 'b', consumer: 2 });
    client.publish('a', [1, 2]);
    client.publish('b', [3, 4, 5]);
    expect(client.bodies).toEqual(['1', '2', '3']);
    channel.basicAck(2, true);
    expect(client.bodies).toEqual(['1', '2', '3', '4', '5']);
  });

  test('prefetch counts for consumers that come after it [mq.prefetch-rabbitmq]', () => {
    const { client, channel } = setup();
    channel.queueDeclare({ queue: 'q' });
    channel.basicConsume({ queue: 'q', consumer: 1 });
    channel.basicQos(1);
    client.publish('q', [1, 2, 3]);
    expect(client.bodies).toEqual(['1', '2', '3']);
  });

  test('without acknowledgements a message is gone when it is delivered [mq.rabbitmq-ack]', () => {
    const { broker, client, channel } = setup();
    channel.queueDeclare({ queue: 'q' });
    channel.basicConsume({ queue: 'q', consumer: 1, noAck: true });
    client.publish('q', [1, 2]);
    channel.basicCancel(1);
    client.publish('q', [3]);
    channel.basicGet('q', true);
    expect(client.news()).toEqual(['get 3, 0 left']);
    expect([broker.held, channel.unacknowledged]).toEqual([0, 0]);
    channel.basicAck(1);
    expect(client.news()).toEqual(['PRECONDITION_FAILED - unknown delivery tag 1']);
  });

  test('nack multiple with requeue: all go back to their places before any is given out again', () => {
    const { client, channel } = setup();
    channel.queueDeclare({ queue: 'q' });
    client.publish('q', [1, 2, 3, 4]);
    channel.basicQos(3);
    channel.basicConsume({ queue: 'q', consumer: 1 });
    channel.basicNack(2, true);
    expect(client.bodies).toEqual(['1', '2', '3', '1R', '2R']);
  });

  test('basic.recover: all that is unsettled comes back, flagged', () => {
    const { client, channel } = setup();
    channel.queueDeclare({ queue: 'q' });
    client.publish('q', [1, 2, 3]);
    channel.basicConsume({ queue: 'q', consumer: 1 });
    channel.basicAck(2);
    channel.basicRecover();
    expect(client.bodies).toEqual(['1', '2', '3', '1R', '3R']);
  });

  test('a cancelled consumer keeps what it has in hand', () => {
    const { broker, client, channel } = setup();
    channel.queueDeclare({ queue: 'q' });
    client.publish('q', [1, 2]);
    channel.basicQos(1);
    channel.basicConsume({ queue: 'q', consumer: 1 });
    channel.basicCancel(1);
    expect(channel.unacknowledged).toBe(1);
    channel.basicAck(1);
    expect(broker.drain('q')).toEqual(['2']);
  });

  test('another channel of a connection that is cut does not get what comes back', () => {
    const { broker, client, channel } = setup();
    channel.queueDeclare({ queue: 'q' });
    channel.basicQos(1);
    channel.basicConsume({ queue: 'q', consumer: 1 });
    client.another().basicConsume({ queue: 'q', consumer: 2 });
    client.publish('q', [1, 2, 3]);
    const before = client.deliveries.length;
    client.connection.cut();
    expect(client.deliveries).toHaveLength(before);
    expect(broker.drain('q')).toEqual(['1R', '2R', '3R']);
  });

  test('a transaction: published and acknowledged at its commit, or not at all', () => {
    const { broker, client, channel } = setup();
    channel.queueDeclare({ queue: 'q' });
    channel.queueDeclare({ queue: 'in' });
    client.publish('in', [1, 2]);
    channel.txSelect();
    channel.basicGet('in');
    client.publish('q', [10, 11]);
    channel.basicAck(1);
    expect(counts(client, ['q'])).toEqual([0]);
    channel.txRollback();
    client.publish('q', [12]);
    channel.basicAck(1);
    channel.txCommit();
    expect(client.news()).toEqual(['get 1, 1 left', 'committed']);
    expect(broker.drain('q')).toEqual(['12']);
    expect([broker.drain('in'), broker.held]).toEqual([['2'], 0]);
  });

  test('a transaction is committed when its messages are on disk, and nothing of it is left where the line is cut', () => {
    const { broker, client, channel } = setup({ diskLatencyUs: 2000 });
    channel.queueDeclare({ queue: 'q', durable: true });
    channel.txSelect();
    client.publish('q', [1, 2], { persistent: true });
    channel.txCommit();
    broker.pass(1);
    expect(client.news()).toEqual([]);
    broker.pass(3);
    expect(client.news()).toEqual(['committed']);
    client.publish('q', [3], { persistent: true });
    client.connection.cut();
    expect(broker.drain('q')).toEqual(['1', '2']);
    expect(broker.held).toBe(0);
  });

  test('confirms come together where a disk has stored together [mq.publisher-confirms]', () => {
    const { broker, client, channel } = setup({ diskLatencyUs: 2000 });
    channel.queueDeclare({ queue: 'q', durable: true });
    channel.queueDeclare({ queue: 'passing' });
    channel.confirmSelect();
    client.publish('q', [1, 2, 3], { persistent: true });
    client.publish('passing', [4], { persistent: true });
    expect(client.news()).toEqual(['ack 4']);
    broker.pass(2);
    expect(client.news()).toEqual(['ack 1']);
    broker.pass(2);
    expect(client.news()).toEqual(['ack to 3']);
  });

  test('a message that goes to two queues is confirmed when both have it', () => {
    const { broker, client, channel } = setup({ diskLatencyUs: 2000 });
    for (const [queue, durable] of [
      ['a', true],
      ['b', false],
    ] as const) {
      channel.queueDeclare({ queue, durable });
      channel.queueBind(queue, 'amq.fanout', '');
    }
    channel.confirmSelect();
    client.publish('', [1], { exchange: 'amq.fanout', persistent: true });
    expect(client.news()).toEqual([]);
    broker.pass(2);
    expect(client.news()).toEqual(['ack 1']);
  });
});
