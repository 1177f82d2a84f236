import { describe, expect, test } from 'vitest';
import * as mq from '../../../src/services/mq/index.ts';
import type { RabbitInput } from '../../../src/services/mq/index.ts';
import type { Metrics } from '../../../src/services/ports.ts';
import { Broker, type Client } from './amqp-harness.ts';

const CLUSTER: RabbitInput = { deploymentMode: 'clusterMultiAz' };
const QUORUM = { 'x-queue-type': 'quorum' } as const;

function cluster(input: RabbitInput = {}) {
  const broker = new Broker({ ...CLUSTER, ...input });
  const clients = [0, 1, 2].map((node) => broker.client({ node })) as [Client, Client, Client];
  for (const { channel } of clients) channel.confirmSelect();
  return { broker, rabbit: broker.rabbit, clients };
}

describe('a broker that is busy', () => {
  test('confirms after the processor and the disk; one producer that waits gets 1/latency [mq.publisher-confirms] [mq.latency]', () => {
    const broker = new Broker({ diskLatencyUs: 2000, costs: { publishUs: 100 } });
    const client = broker.client();
    client.channel.queueDeclare({ queue: 'q', durable: true });
    client.channel.confirmSelect();
    broker.pass(1);
    client.publish('q', [1], { persistent: true });
    broker.pass(2.099);
    expect(client.news()).toEqual([]);
    broker.pass(0.001);
    expect(client.news()).toEqual(['ack 1']);
  });

  test('serves all its connections by one processor', () => {
    const broker = new Broker({ costs: { publishUs: 50, publishUsPerByte: 0.5, deliverUs: 100, ackUs: 10 } });
    const [one, two, reader] = [broker.client(), broker.client(), broker.client({ acks: true })];
    one.channel.queueDeclare({ queue: 'q' });
    reader.channel.basicConsume({ queue: 'q', consumer: 1 });
    one.publish('q', [1], { bytes: 100 });
    two.publish('q', [2], { bytes: 100 });
    // Published at 100 and 200 µs, delivered at 300 and (behind the first's acknowledgement) 400.
    broker.pass(0.299);
    expect(reader.bodies).toEqual([]);
    broker.pass(0.101);
    expect(reader.bodies).toEqual(['1', '2']);
    broker.sim.run();
    expect(broker.rabbit.nodes[0]?.processor.busyUs).toBe(420);
    expect(broker.held).toBe(0);
  });

  test('reads no more of a connection than its credit, and goes on where it was', () => {
    const broker = new Broker({ flowCredit: 3, costs: { publishUs: 100 } });
    const client = broker.client();
    client.channel.queueDeclare({ queue: 'q' });
    client.publish('q', [1, 2, 3, 4, 5, 6, 7]);
    expect(client.connection.waiting).toBe(4);
    expect(broker.rabbit.nodes[0]?.processor.waiting).toBe(3);
    broker.pass(0.2);
    expect(client.connection.waiting).toBe(2);
    broker.pass(1);
    expect(broker.drain('q')).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    client.publish('q', [8]);
    client.connection.cut();
    broker.pass(1);
    expect(broker.held).toBe(0);
  });

  test('does not read on while its disk is behind', () => {
    const broker = new Broker({ flowCredit: 2, diskLatencyUs: 1000 });
    const client = broker.client();
    client.channel.queueDeclare({ queue: 'q', durable: true });
    client.publish('q', [1, 2, 3, 4, 5, 6], { persistent: true });
    expect([client.connection.waiting, broker.rabbit.nodes[0]?.disk.waiting]).toEqual([4, 2]);
    broker.pass(10);
    expect(broker.drain('q')).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  test('is left by whoever closes in order only when all is done that was said before', () => {
    const broker = new Broker({ costs: { publishUs: 100, otherUs: 100 } });
    const client = broker.client();
    client.channel.queueDeclare({ queue: 'q' });
    client.publish('q', [1, 2]);
    client.connection.close();
    broker.pass(0.299);
    expect(client.connection.isOpen).toBe(true);
    broker.pass(0.001);
    expect(client.connection.isOpen).toBe(false);
    expect(broker.rabbit.vhost.queues.get('q')?.messages.readyCount).toBe(2);
  });

  test('blocks those who publish while memory is short, and lets consumers go on [mq.memory-alarm]', () => {
    const broker = new Broker({ memoryLimitBytes: 250 });
    const [client, reader] = [broker.client(), broker.client()];
    client.channel.queueDeclare({ queue: 'q' });
    client.publish('q', [1, 2, 3, 4]);
    expect([client.news(), client.connection.waiting]).toEqual([['blocked: low on memory'], 1]);
    const late = broker.client();
    expect(late.news()).toEqual([]);
    late.publish('q', [5]);
    expect(late.news()).toEqual(['blocked: low on memory']);
    reader.channel.basicGet('q');
    expect(client.news()).toEqual([]);
    // 4 comes in, and fills it again.
    reader.channel.basicAck(1);
    expect(client.news()).toEqual(['unblocked', 'blocked: low on memory']);
    expect(reader.news()).toEqual(['get 1, 2 left']);
    for (let tag = 2; tag <= 5; tag++) {
      reader.channel.basicGet('q');
      reader.channel.basicAck(tag);
    }
    expect(reader.news()).toEqual(['get 2, 2 left', 'get 3, 2 left', 'get 4, 1 left', 'get 5, 0 left']);
    expect([client.news(), late.news()].map((news) => news.at(-1))).toEqual(['unblocked', 'unblocked']);
    expect(broker.held).toBe(0);
  });

  test('blocks them too when its disk is nearly full [mq.disk-alarm] [mq.storage]', () => {
    const broker = new Broker({ diskBytes: 1000, diskFreeLimitBytes: 750 });
    const client = broker.client();
    client.channel.queueDeclare({ queue: 'q', durable: true });
    client.publish('q', [1, 2, 3]);
    expect(client.news()).toEqual([]);
    client.publish('q', [4, 5, 6], { persistent: true });
    expect(client.news()).toEqual(['blocked: low on disk']);
    client.channel.queuePurge('q');
    expect(client.news()).toEqual(['unblocked']);
  });

  test('takes so many connections, and no more [mq.connections-rabbitmq] [mq.vhost-defaults]', () => {
    const broker = new Broker({ maxConnections: 1, maxChannels: 1 });
    const client = broker.client();
    expect(client.connection.openChannel(client)).toBeNull();
    expect(broker.rabbit.connect(client)).toBeNull();
    client.connection.close();
    expect(broker.rabbit.connect(client)).not.toBeNull();
  });

  test('reports under the names of CloudWatch', () => {
    const values = new Map<string, number>();
    const add = (name: string) => (value: number) => values.set(name, (values.get(name) ?? 0) + value);
    const level = (name: string) => ({ add: add(name), set: (value: number) => values.set(name, value) });
    const metrics = { counter: (name: string) => ({ add: add(name) }), level } as unknown as Metrics;
    const broker = new Broker({ memoryLimitBytes: 1000, diskBytes: 5000 }, mq, metrics);
    const client = broker.client();
    client.channel.queueDeclare({ queue: 'q', durable: true });
    client.channel.confirmSelect();
    client.channel.basicQos(2);
    client.publish('q', [1, 2, 3, 4], { persistent: true });
    client.channel.basicConsume({ queue: 'q', consumer: 1 });
    client.channel.basicAck(1);
    expect(Object.fromEntries(values)).toEqual({
      PublishRate: 4,
      ConfirmRate: 4,
      AckRate: 1,
      MessageCount: 3,
      MessageReadyCount: 1,
      MessageUnacknowledgedCount: 2,
      RabbitMQMemUsed: 300,
      RabbitMQMemLimit: 1000,
      RabbitMQDiskFree: 4700,
      ConnectionCount: 1,
      ChannelCount: 1,
      QueueCount: 1,
      ConsumerCount: 1,
    });
    client.connection.cut();
    broker.rabbit.kill(0);
    for (const name of ['ConnectionCount', 'ChannelCount', 'ConsumerCount', 'MessageUnacknowledgedCount'])
      expect(values.get(name)).toBe(0);
    expect([values.get('MessageReadyCount'), values.get('RabbitMQMemUsed')]).toEqual([3, 0]);
    broker.rabbit.start(0);
    expect(values.get('RabbitMQMemUsed')).toBe(300);
  });
});

describe('a classic queue in a cluster', () => {
  test('of a node that is down: 404, consumers are cancelled, publishes nacked; back when its node is', () => {
    const { broker, rabbit, clients } = cluster();
    const [first, second] = clients;
    first.channel.queueDeclare({ queue: 'q', durable: true });
    second.channel.basicConsume({ queue: 'q', consumer: 3 });
    second.publish('q', [1, 2], { persistent: true });
    expect(second.news()).toEqual(['ack 1', 'ack 2']);
    rabbit.kill(0);
    expect([first.news(), second.news()]).toEqual([['cut -1'], ['cancel 3']]);
    second.publish('q', [3], { persistent: true });
    expect(second.news()).toEqual(['nack 3']);
    second.another().basicGet('q');
    expect(second.news()).toEqual([
      "NOT_FOUND - home node 'rabbit@0' of durable queue 'q' in vhost '/' is down or inaccessible",
    ]);
    rabbit.start(0);
    // Another one has it now, under the same tag: a delivery of before that is acknowledged is nobody's.
    const reader = broker.client();
    reader.channel.basicGet('q');
    second.channel.basicAck(1);
    expect(rabbit.vhost.queues.get('q')?.messages.heldCount).toBe(1);
    reader.connection.cut();
    expect(broker.drain('q')).toEqual(['1R', '2R']);
  });

  test('mirrored: another node leads, with all of it; what was in hand is ready again [mq.cluster-classic]', () => {
    const { broker, rabbit, clients } = cluster({ version: '3.13', isMirrored: true });
    const [first, second] = clients;
    first.channel.queueDeclare({ queue: 'q', durable: true });
    second.publish('q', [1, 2, 3]);
    second.channel.basicConsume({ queue: 'q', consumer: 3 });
    rabbit.kill(0);
    expect(second.news()).toEqual(['ack 1', 'ack 2', 'ack 3', 'cancel 3']);
    expect(broker.drain('q')).toEqual(['1R', '2R', '3R']);
    second.publish('q', [4]);
    second.publish('q', [5], { persistent: true });
    rabbit.kill(1);
    rabbit.kill(2);
    // Who had it last has all of it, and nobody else.
    rabbit.start(0);
    const after = broker.client({ node: 0 });
    after.channel.basicGet('q');
    expect(after.news()[0]).toMatch(/^NOT_FOUND - home node/);
    rabbit.start(2);
    expect(broker.drain('q')).toEqual(['5R']);
  });

  test('orderly: what waits for the disk is stored before a node stops', () => {
    const { broker, rabbit, clients } = cluster({ diskLatencyUs: 2000 });
    const [first] = clients;
    first.channel.queueDeclare({ queue: 'q', durable: true });
    first.publish('q', [1, 2], { persistent: true });
    rabbit.restart(0);
    expect(first.news()).toEqual(["CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'"]);
    expect(broker.drain('q')).toEqual(['1R', '2R']);
  });
});

describe('a quorum queue', () => {
  test('is confirmed when a majority has stored: the leader and the nearer follower [mq.publisher-confirms]', () => {
    const { broker, clients } = cluster({ diskLatencyUs: 1000, replicationUs: 500 });
    const [first] = clients;
    first.channel.queueDeclare({ queue: 'q', durable: true, arguments: QUORUM });
    first.publish('q', [1]);
    broker.pass(1.499);
    expect([first.news(), broker.rabbit.vhost.queues.get('q')?.messages.readyCount]).toEqual([[], 0]);
    broker.pass(0.001);
    expect([first.news(), broker.rabbit.vhost.queues.get('q')?.messages.readyCount]).toEqual([['ack 1'], 1]);
  });

  test('goes on with a new leader after an election; deliveries of connections that are left stay theirs [mq.quorum-queues]', () => {
    const { broker, rabbit, clients } = cluster({ electionUs: 5000 });
    const [first, second] = clients;
    first.channel.queueDeclare({ queue: 'q', durable: true, arguments: QUORUM });
    broker.pass(5);
    second.channel.basicQos(1);
    second.channel.basicConsume({ queue: 'q', consumer: 1 });
    second.publish('q', [1, 2]);
    rabbit.kill(0);
    second.publish('q', [3]);
    expect(second.news()).toEqual(['ack 1', 'ack 2']);
    second.channel.basicAck(1);
    expect(second.bodies).toEqual(['1']);
    broker.pass(5);
    expect([second.news(), second.bodies]).toEqual([['ack 3'], ['1', '2']]);
    second.channel.basicAck(2);
    expect(second.bodies).toEqual(['1', '2', '3']);
  });

  test('stops without a majority, and takes nothing; it goes on when a node is back [mq.quorum-queues]', () => {
    const { broker, rabbit, clients } = cluster();
    const [, , third] = clients;
    third.channel.queueDeclare({ queue: 'q', durable: true, arguments: QUORUM });
    third.publish('q', [1]);
    rabbit.killZone('a');
    rabbit.killZone('b');
    third.channel.basicConsume({ queue: 'q', consumer: 1 });
    third.publish('q', [2]);
    broker.pass(1000);
    expect([third.news(), third.bodies]).toEqual([['ack 1'], []]);
    rabbit.startZone('a');
    broker.pass(1);
    expect([third.news(), third.bodies]).toEqual([['ack 2'], ['1', '2']]);
  });

  test('of which no member is left forgets what was not committed', () => {
    const { broker, rabbit, clients } = cluster({ diskLatencyUs: 1000 });
    const [first] = clients;
    first.channel.queueDeclare({ queue: 'q', durable: true, arguments: QUORUM });
    first.publish('q', [1]);
    for (const node of [0, 1, 2]) rabbit.kill(node);
    expect(broker.held).toBe(0);
    for (const node of [0, 1, 2]) rabbit.start(node);
    broker.pass(10);
    expect([first.news(), broker.drain('q')]).toEqual([['cut -1'], []]);
  });

  test('has a delivery limit of 20 in RabbitMQ 4, and none in 3.13 [mq.delivery-limit]', () => {
    const deliveries = (version: '3.13' | '4'): number => {
      const { clients } = cluster({ version });
      const [client] = clients;
      client.channel.queueDeclare({ queue: 'q', durable: true, arguments: QUORUM });
      client.publish('q', [1]);
      client.channel.basicConsume({ queue: 'q', consumer: 1 });
      for (let tag = 1; tag <= 50 && client.deliveries.length === tag; tag++) client.channel.basicNack(tag);
      return client.deliveries.length;
    };
    expect([deliveries('4'), deliveries('3.13')]).toEqual([21, 51]);
  });
});

describe('priorities of a quorum queue', () => {
  const given = (version: '3.13' | '4'): string[] => {
    const { broker, clients } = cluster({ version });
    const [client] = clients;
    client.channel.queueDeclare({ queue: 'q', durable: true, arguments: QUORUM });
    for (const [body, priority] of [4, 0, 5, 9, 7, 5, -1, 6].entries()) client.publish('q', [body], { priority });
    return broker.drain('q');
  };

  test('4: high ones (5 and above) go twice for each other one, while both wait', () => {
    expect(given('4')).toEqual(['2', '3', '0', '4', '5', '1', '7', '6']);
  });
  test('3.13: none', () => {
    expect(given('3.13')).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  });
});

describe('a partition', () => {
  test('a node that is not with the majority stops, and joins again', () => {
    const { broker, rabbit, clients } = cluster();
    const [first, second] = clients;
    first.channel.queueDeclare({ queue: 'q', durable: true, arguments: QUORUM });
    first.channel.queueDeclare({ queue: 'c', durable: true });
    first.publish('c', [9], { persistent: true });
    second.publish('q', [1]);
    rabbit.setPartition([[0], [1, 2]]);
    expect([first.news(), first.connection.isOpen]).toEqual([['ack 1', 'cut -1'], false]);
    expect([0, 1, 2].map((node) => rabbit.isServing(node))).toEqual([false, true, true]);
    second.publish('q', [2]);
    expect(second.news()).toEqual(['ack 1', 'ack 2']);
    rabbit.setPartition([[0], [1], [2]]);
    expect([0, 1, 2].some((node) => rabbit.isServing(node))).toBe(false);
    expect(second.news()).toEqual(['cut -1']);
    rabbit.setPartition(null);
    expect(broker.drain('q')).toEqual(['1', '2']);
    expect(broker.drain('c')).toEqual(['9R']);
  });

  test('a node that is started while it is cut off waits for the others', () => {
    const { rabbit } = cluster();
    rabbit.setPartition([[1, 2]]);
    rabbit.kill(0);
    rabbit.start(0);
    expect(rabbit.isServing(0)).toBe(false);
    rabbit.setPartition(null);
    expect(rabbit.isServing(0)).toBe(true);
  });
});

test('a node that is killed while it starts does not come up; one that is started twice comes up once', () => {
  const { broker, rabbit } = cluster({ startUs: 1_000_000 });
  rabbit.kill(0);
  rabbit.start(0);
  broker.pass(500);
  rabbit.start(0);
  rabbit.kill(1);
  rabbit.start(1);
  rabbit.kill(1);
  broker.pass(500);
  expect(rabbit.isServing(0)).toBe(true);
  broker.pass(10_000);
  expect(rabbit.isServing(1)).toBe(false);
});

test('maintenance restarts one node after the other [mq.maintenance]', () => {
  const { broker, rabbit, clients } = cluster({ startUs: 60_000_000 });
  rabbit.maintain(30_000_000);
  const serving: string[] = [];
  for (let i = 0; i < 10; i++) {
    serving.push([0, 1, 2].map((node) => (rabbit.isServing(node) ? node : '-')).join(''));
    broker.pass(30_000);
  }
  expect(serving).toEqual(['012', '-12', '012', '0-2', '0-2', '012', '01-', '01-', '012', '012']);
  expect(clients.map(({ connection }) => connection.isOpen)).toEqual([false, false, false]);
});

test('connects to the nodes in turn, and to those only that serve [mq.engines-modes]', () => {
  const { broker, rabbit } = cluster();
  rabbit.kill(1);
  const nodes = [0, 1, 2, 3].map(() => broker.client().connection.node);
  expect(nodes).toEqual([0, 2, 0, 2]);
  expect(() => rabbit.kill(3)).toThrow(/node 3 of rabbit: there are 3/);
});
