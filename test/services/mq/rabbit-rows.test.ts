/** What real brokers did: each AMQP row of what was measured, by its name. */
import { describe, expect, test } from 'vitest';
import { Broker } from './amqp-harness.ts';

function withQueue(args = {}, more = {}) {
  const broker = new Broker();
  const client = broker.client();
  client.channel.queueDeclare({ queue: 'q', ...more, arguments: args });
  return { broker, client, channel: client.channel };
}

/** q, whose dead letters go to `dead`. */
function withDeadLetters(args = {}, more = {}) {
  const made = withQueue({ ...args, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' }, more);
  made.channel.queueDeclare({ queue: 'dead' });
  const dead = (): string[] => {
    const reader = made.broker.client();
    reader.channel.basicConsume({ queue: 'dead', consumer: 0 });
    reader.connection.cut();
    return reader.deliveries.map(({ message: { body, deaths } }) => {
      const [death] = deaths;
      return `${body} ${death?.reason} ${death?.count} of ${death?.queue}`;
    });
  };
  return { ...made, dead };
}

describe('as RabbitMQ did', () => {
  test('get 1 and 2, requeue 2, then 1, drain: the original positions [mq.rabbitmq-ack]', () => {
    const { broker, client, channel } = withQueue();
    client.publish('q', [1, 2, 3, 4]);
    channel.basicGet('q');
    channel.basicGet('q');
    channel.basicNack(2);
    channel.basicNack(1);
    expect(broker.drain('q')).toEqual(['1R', '2R', '3', '4']);
  });

  test('prefetch 3, ten messages: 3 delivered; 4 after one ack; 7 after ack-multiple up to the 4th [mq.prefetch-rabbitmq]', () => {
    const { client, channel } = withQueue();
    client.publish('q', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    channel.basicQos(3);
    channel.basicConsume({ queue: 'q', consumer: 1 });
    expect(client.deliveries).toHaveLength(3);
    channel.basicAck(1);
    expect(client.deliveries).toHaveLength(4);
    channel.basicAck(4, true);
    expect(client.deliveries).toHaveLength(7);
  });

  test('ready while unacked, and after the channel closed: 3, 6; then 4R 5R 6R 7 8 9 [mq.rabbitmq-ack]', () => {
    const { broker, client, channel } = withQueue();
    client.publish('q', [4, 5, 6, 7, 8, 9]);
    channel.basicQos(3);
    channel.basicConsume({ queue: 'q', consumer: 1 });
    const ready = (): number | undefined =>
      client.another().queueDeclare({ queue: 'q', passive: true, durable: false })?.messageCount;
    expect(ready()).toBe(3);
    channel.close();
    expect(ready()).toBe(6);
    expect(broker.drain('q')).toEqual(['4R', '5R', '6R', '7', '8', '9']);
  });

  test('two consumers on one queue: in turn', () => {
    const { broker, client } = withQueue();
    const readers = [broker.client({ acks: true }), broker.client({ acks: true })];
    for (const { channel } of readers) channel.basicConsume({ queue: 'q', consumer: 1 });
    client.publish('q', [0, 1, 2, 3, 4, 5]);
    expect(readers.map(({ bodies }) => bodies)).toEqual([
      ['0', '2', '4'],
      ['1', '3', '5'],
    ]);
  });

  test('reject without requeue, dead-letter exchange: reason rejected, count 1', () => {
    const { client, channel, dead } = withDeadLetters();
    client.publish('q', [1]);
    channel.basicGet('q');
    channel.basicReject(1, false);
    expect(dead()).toEqual(['1 rejected 1 of q']);
  });

  test('queue TTL 100 ms, dead-letter exchange: reason expired', () => {
    const { broker, client, dead } = withDeadLetters({ 'x-message-ttl': 100 });
    client.publish('q', [1]);
    broker.pass(99);
    expect(dead()).toEqual([]);
    broker.pass(1);
    expect(dead()).toEqual(['1 expired 1 of q']);
  });

  test('max-length 2, drop-head, dead-letter exchange: a, b dead with maxlen; c, d kept', () => {
    const { broker, client, dead } = withDeadLetters({ 'x-max-length': 2 });
    client.publish('q', [1, 2, 3, 4]);
    expect(dead()).toEqual(['1 maxlen 1 of q', '2 maxlen 1 of q']);
    expect(broker.drain('q')).toEqual(['3', '4']);
  });

  test('max-length 2, reject-publish: ack ack nack nack [mq.max-length-overflow]', () => {
    const { client, channel } = withQueue({ 'x-max-length': 2, 'x-overflow': 'reject-publish' });
    channel.confirmSelect();
    client.publish('q', [1, 2, 3, 4]);
    expect(client.news()).toEqual(['ack 1', 'ack 2', 'nack 3', 'nack 4']);
  });

  test('a TTL of 100 ms behind one of 5 s: still counted after 300 ms', () => {
    const { broker, client, channel } = withQueue();
    client.publish('q', [1], { expirationMs: 5000 });
    client.publish('q', [2], { expirationMs: 100 });
    broker.pass(300);
    expect(channel.queueDeclare({ queue: 'q', passive: true })?.messageCount).toBe(2);
    broker.pass(4700);
    expect(channel.queueDeclare({ queue: 'q', passive: true })?.messageCount).toBe(0);
  });

  test('mandatory, unroutable: basic.return NO_ROUTE, then ack [mq.unroutable]', () => {
    const { broker, client, channel } = withQueue();
    channel.confirmSelect();
    client.publish('nowhere', [1], { mandatory: true });
    expect(client.news()).toEqual(['return 1 312 NO_ROUTE', 'ack 1']);
    expect(broker.dropped).toEqual(['1 unroutable']);
  });

  test('x-max-priority: high, middle, low', () => {
    const { broker, client } = withQueue({ 'x-max-priority': 10 });
    for (const priority of [1, 9, 5]) client.publish('q', [priority], { priority });
    expect(broker.drain('q')).toEqual(['9', '5', '1']);
  });

  test('quorum queue, delivery-limit 2: x-delivery-count 0, 1, 2, then gone [mq.delivery-limit]', () => {
    const { broker, client, channel } = withQueue(
      { 'x-queue-type': 'quorum', 'x-delivery-limit': 2 },
      { durable: true },
    );
    client.publish('q', [1]);
    channel.basicConsume({ queue: 'q', consumer: 1 });
    for (let tag = 1; tag <= 3; tag++) channel.basicNack(tag);
    expect(client.deliveries.map(({ message }) => message.deliveryCount)).toEqual([0, 1, 2]);
    expect(broker.dropped).toEqual(['1 delivery_limit']);
    expect(broker.held).toBe(0);
  });

  test.each([
    [-1, ['4', '5', '2R', '3R', '1R']],
    [5, ['2R', '3R', '1R', '4', '5']],
  ])('quorum queue, delivery-limit %i: 1, 2, 3 got; 2, 3, 1 requeued; drained', (limit, drained) => {
    const made = withQueue({ 'x-queue-type': 'quorum', 'x-delivery-limit': limit }, { durable: true });
    made.client.publish('q', [1, 2, 3, 4, 5]);
    for (let i = 0; i < 3; i++) made.channel.basicGet('q');
    for (const tag of [2, 3, 1]) made.channel.basicNack(tag);
    expect(made.broker.drain('q')).toEqual(drained);
  });

  test('quorum queue: two channels with 1 and 3, 2 and 4; the second closes, then the first; drained', () => {
    const { broker, client } = withQueue({ 'x-queue-type': 'quorum' }, { durable: true });
    client.publish('q', [1, 2, 3, 4, 5, 6]);
    const [first, second] = [client.another(), client.another()];
    for (const channel of [first, second, first, second]) channel.basicGet('q');
    second.close();
    first.close();
    expect(broker.drain('q')).toEqual(['2R', '4R', '1R', '3R', '5', '6']);
  });

  test('quorum queue, max-length 2, one in hand: reject-publish lets one too many in', () => {
    const args = { 'x-queue-type': 'quorum', 'x-max-length': 2, 'x-overflow': 'reject-publish' };
    const { client, channel } = withQueue(args, { durable: true });
    channel.confirmSelect();
    client.publish('q', [1]);
    channel.basicGet('q');
    client.publish('q', [2, 3, 4, 5]);
    expect(client.news()).toEqual(['ack 1', 'get 1, 0 left', 'ack 2', 'ack 3', 'ack 4', 'nack 5']);
  });

  test('TTL 0: to a consumer that waits, or to nobody', () => {
    const { client, channel } = withQueue({ 'x-message-ttl': 0 });
    client.publish('q', [1]);
    channel.basicConsume({ queue: 'q', consumer: 1 });
    client.publish('q', [2]);
    expect(client.bodies).toEqual(['2']);
  });

  test('SIGKILL: persistent ones survive, flagged; transient ones are gone; a queue that is not durable answers 404 [mq.persistence]', () => {
    const { broker, client, channel } = withQueue({}, { durable: true });
    channel.queueDeclare({ queue: 'passing' });
    client.publish('q', [1, 2, 3, 4, 5], { persistent: true });
    client.publish('q', [6, 7, 8, 9, 10]);
    client.publish('passing', [11], { persistent: true });
    broker.rabbit.kill(0);
    expect(client.news()).toEqual(['cut -1']);
    expect(broker.rabbit.connect(client)).toBeNull();
    broker.rabbit.start(0);
    expect(broker.drain('q')).toEqual(['1R', '2R', '3R', '4R', '5R']);
    const after = broker.client();
    expect(after.channel.queueDeclare({ queue: 'passing', passive: true })).toBeNull();
    expect(after.news()).toEqual(["NOT_FOUND - no queue 'passing' in vhost '/'"]);
    expect(broker.held).toBe(0);
  });

  test('SIGKILL to usable again: so long as the setting says', () => {
    const broker = new Broker({ startUs: 6_000_000 });
    broker.rabbit.kill(0);
    broker.rabbit.start(0);
    broker.pass(5999);
    expect(broker.rabbit.isServing(0)).toBe(false);
    broker.pass(1);
    expect(broker.rabbit.isServing(0)).toBe(true);
  });
});
