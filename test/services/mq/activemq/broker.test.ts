/** What ActiveMQ does with its disk, its space, its processor and its nodes. */
import { beforeEach, describe, expect, test } from 'vitest';
import { Simulation } from '../../../../src/kernel/index.ts';
import { ActiveMqBroker } from '../../../../src/services/mq/activemq/broker.ts';
import type { ActiveMqSettings } from '../../../../src/services/mq/activemq/settings.ts';
import type { DeliveredMessage, MessageInput } from '../../../../src/services/mq/broker/ports.ts';
import {
  AckType,
  type ConsumerInfo,
  type OpenWireConnection,
  type OpenWireError,
  type OpenWireOwner,
} from '../../../../src/services/mq/openwire/operations.ts';
import { message } from '../stomp/client.ts';

let sim: Simulation;
let broker: ActiveMqBroker;

const start = (settings: ActiveMqSettings = {}): void => {
  sim = new Simulation({ seed: 1 });
  broker = new ActiveMqBroker(sim, settings);
};
beforeEach(() => start());

class Client implements OpenWireOwner {
  readonly told: string[] = [];
  readonly at: number[] = [];
  readonly ids: number[] = [];
  readonly connection: OpenWireConnection;
  /** Acknowledges what it is given at once. */
  acknowledges = false;
  onGiven: (id: number) => void = () => {};

  constructor(endpoint = 0) {
    const connection = broker.connect(this, endpoint);
    if (connection === null) throw new Error('nobody is there');
    this.connection = connection;
  }

  send(body: number, more: Partial<MessageInput> = {}, destination = 'queue://a'): this {
    this.connection.send(body, destination, message(body, more), -1);
    return this;
  }
  consume(info: Partial<ConsumerInfo> = {}): this {
    this.connection.addConsumer(-1, 1, { destination: 'queue://a', prefetch: 1000, ...info });
    return this;
  }
  ack(id: number, type: AckType = AckType.individual): void {
    this.connection.acknowledge(-1, { consumer: 1, type, first: id, last: id, count: 1, transaction: -1 });
  }
  get text(): string {
    return this.told.join(' ');
  }
  #tell(text: string): void {
    this.told.push(text);
    this.at.push(sim.now);
  }

  onDispatch(_: number, { body, id, redelivered }: DeliveredMessage): void {
    this.ids.push(id);
    this.#tell(`${body}${redelivered ? 'R' : ''}`);
    if (this.acknowledges) this.ack(id);
    this.onGiven(id);
  }
  onPullTimeout(): void {
    this.#tell('nothing');
  }
  onResponse(command: number, error: OpenWireError | null): void {
    this.#tell(error === null ? `ok${command}` : error.code);
  }
  onClosed(): void {
    this.#tell('closed');
  }
  onBlocked(reason: string): void {
    this.#tell(`blocked: ${reason}`);
  }
  onUnblocked(): void {
    this.#tell('free');
  }
}

const COSTS = { diskLatencyUs: 10_000 };

describe('the journal', () => {
  test('one sender that waits has one message in each commit; what comes meanwhile goes in one [mq.enqueue-rate]', () => {
    start({ costs: COSTS });
    const one = new Client().send(1).send(2).send(3);
    sim.run();
    expect([one.text, one.at]).toEqual(['ok1 ok2 ok3', [10_000, 20_000, 20_000]]);
  });

  test('a message that is acknowledged while it waits for the disk is never written, and its sender is told then [mq.concurrent-store-and-dispatch]', () => {
    start({ costs: COSTS });
    const reader = new Client().consume();
    reader.acknowledges = true;
    const one = new Client().send(1).send(2);
    // The second's write had not begun, nor had the first's when it was given out.
    expect(one.text).toBe('ok1 ok2');
    sim.run();
    expect(broker.engine.disk.commits).toBe(0);
  });

  test('without concurrentStoreAndDispatchQueues a message is given out when it is stored [mq.concurrent-store-and-dispatch]', () => {
    start({ costs: COSTS, concurrentStoreAndDispatchQueues: false });
    const reader = new Client().consume();
    new Client().send(1);
    sim.run();
    expect([reader.text, reader.at]).toEqual(['1', [10_000]]);
  });

  test('an acknowledgement that the disk did not have when the broker died was none', () => {
    start({ costs: COSTS });
    const one = new Client().send(1).consume();
    sim.run();
    one.ack(one.ids[0] as number);
    sim.run({ until: sim.now + 5000 });
    expect(broker.sizeOf('queue://a')).toBe(1);
    broker.kill();
    broker.restart();
    sim.run();
    const two = new Client().consume();
    expect(two.text).toBe('1');
    two.ack(two.ids[0] as number);
    sim.run();
    broker.kill();
    broker.restart();
    sim.run();
    expect(new Client().consume().text).toBe('');
  });

  test('a message whose commit is written before it leaves no mark on whoever has its place then', () => {
    start({ costs: COSTS });
    const reader = new Client().consume({ prefetch: 1 });
    const { connection } = reader;
    // Within the dispatch, so before the message itself is handed to the journal.
    reader.onGiven = (id) => {
      reader.onGiven = () => {};
      connection.begin(-1, 1);
      const ack = { consumer: 1, type: AckType.individual, first: id, last: id, count: 1, transaction: 1 };
      connection.acknowledge(-1, ack);
      connection.commit(-1, 1);
    };
    new Client().send(1);
    sim.run({ until: 15_000 });
    expect(broker.sizeOf('queue://a')).toBe(0);
    new Client().send(2, { persistent: false });
    sim.run();
    broker.kill();
    broker.restart();
    sim.run();
    expect(broker.sizeOf('queue://a')).toBe(0);
  });

  test('a durable subscriber is given a message when it is stored, and it is written once for all of them', () => {
    start({ costs: COSTS });
    const durable = (name: string): Client => {
      const client = new Client();
      client.connection.addConnectionInfo(-1, name);
      return client.consume({ destination: 'topic://t', subscriptionName: 's' });
    };
    const [one, two] = [durable('x'), durable('y')];
    new Client().send(1, {}, 'topic://t');
    sim.run();
    expect([one.at, two.at]).toEqual([[10_000], [10_000]]);
    expect(broker.engine.disk.commits).toBe(1);
  });
});

describe('producer flow control', () => {
  test('who waits for an answer gets it when there is space again [mq.producer-flow-control] [mq.storage]', () => {
    start({ limits: { storeBytes: 200 } });
    const one = new Client().send(1).send(2).send(3);
    expect(one.text).toBe('ok1 ok2 blocked: store');
    const reader = new Client().consume({ prefetch: 1 });
    reader.ack(reader.ids[0] as number);
    sim.run();
    expect(one.text).toBe('ok1 ok2 blocked: store ok3 free');
  });

  test('of who doesn’t wait nothing more is read, acknowledgements neither', () => {
    start({ limits: { transientBytes: 100 } });
    const one = new Client().consume({ prefetch: 1 });
    one.connection.send(-1, 'queue://a', message(1, { persistent: false }), -1);
    one.connection.send(-1, 'queue://a', message(2, { persistent: false }), -1);
    one.ack(one.ids[0] as number);
    sim.run();
    // It blocks itself.
    expect(one.text).toBe('1 blocked: memory');
    expect(broker.sizeOf('queue://a')).toBe(1);
    // Persistent ones of others have the store.
    expect(new Client().send(3).text).toBe('ok3');
  });

  test('sendFailIfNoSpace: an error at once [mq.producer-flow-control]', () => {
    start({ limits: { storeBytes: 100 }, sendFailIfNoSpace: true });
    expect(new Client().send(1).send(2).text).toBe('ok1 ResourceAllocationException');
  });
});

describe('the processor', () => {
  test('all commands and dispatches take its time, one after the other', () => {
    start({ costs: { commandUs: 100, dispatchUs: 50 } });
    const reader = new Client().consume();
    const one = new Client().send(1).send(2);
    sim.run();
    // 100 to subscribe, 100 for each send; their dispatches queue behind.
    expect([one.text, one.at]).toEqual(['ok1 ok2', [200, 300]]);
    expect([reader.text, reader.at]).toEqual(['1 2', [350, 400]]);
  });

  test('by size, where that costs', () => {
    start({ costs: { perKibUs: 1024 } });
    const one = new Client().send(1, { bytes: 5000 });
    sim.run();
    expect(one.at).toEqual([5000]);
  });
});

describe('active and standby', () => {
  const settings = { deployment: 'activeStandbyMultiAz', lockFreeUs: 30_000_000, rebootUs: 3_000_000 } as const;

  test('one of the two endpoints answers; after a kill the other, when the lock is free [mq.failover-active-standby] [mq.engines-modes]', () => {
    start(settings);
    expect(broker.connect(new Client(), 1)).toBeNull();
    const one = new Client().send(1).send(2, { persistent: false });
    broker.kill();
    expect(one.text).toBe('ok1 ok2 closed');
    sim.run({ until: 29_999_999 });
    expect(broker.active).toBe(-1);
    sim.run({ until: 30_000_000 });
    expect(broker.active).toBe(1);
    expect(broker.connect(one, 0)).toBeNull();
    expect(new Client(1).consume().text).toBe('1');
  });

  test('a reboot takes less, and the standby is active after it [mq.failover-active-standby]', () => {
    start(settings);
    broker.reboot();
    sim.run();
    expect([broker.active, sim.now]).toEqual([1, 3_000_000]);
  });

  test('the standby’s death changes nothing; with both gone nobody answers until one is back', () => {
    start(settings);
    const one = new Client();
    broker.kill(1);
    expect(one.text).toBe('');
    broker.kill(0);
    sim.run();
    expect(broker.active).toBe(-1);
    broker.restart(1);
    sim.run();
    expect(broker.active).toBe(1);
  });

  test('whoever takes over reads the store first', () => {
    start({ ...settings, loadUs: 1_000_000, loadPerMessageUs: 1000 });
    const one = new Client();
    for (let body = 0; body < 500; body++) one.send(body);
    broker.kill();
    sim.run();
    expect(sim.now).toBe(31_500_000);
  });

  test('persistJMSRedelivered: what was given out is flagged after it [mq.survives-failover]', () => {
    start({ persistJMSRedelivered: true });
    new Client().send(1).send(2).consume({ prefetch: 1 });
    broker.kill();
    broker.restart();
    sim.run();
    expect(new Client().consume().text).toBe('1R 2');
  });
});

test('a connection too many is not taken until another has gone [mq.connections-activemq]', () => {
  start({ limits: { connections: 2 } });
  const one = new Client();
  const two = new Client();
  expect(broker.connect(two)).toBeNull();
  one.connection.cut();
  expect(broker.connect(two)).not.toBeNull();
});

describe('destinations', () => {
  test('several, parted by commas, have a copy each, and the answer comes when all are stored', () => {
    start({ costs: COSTS });
    const one = new Client().send(1, {}, 'queue://a,queue://b,topic://t');
    expect(one.text).toBe('');
    sim.run();
    expect(one.text).toBe('ok1');
    expect([broker.sizeOf('queue://a'), broker.sizeOf('queue://b')]).toEqual([1, 1]);
  });

  test('what is no destination is refused', () => {
    expect(new Client().send(1, {}, 'exchange://x').text).toBe('InvalidDestinationException');
    const one = new Client();
    one.connection.addConsumer(1, 1, { destination: 'queue://a,queue://b', prefetch: 1 });
    expect(one.text).toBe('InvalidDestinationException');
  });

  test('a durable subscription has one consumer, needs a client id, and ends only when it is told to [mq.topics]', () => {
    const info = { destination: 'topic://t', prefetch: 10, subscriptionName: 's' };
    const nameless = new Client();
    nameless.connection.addConsumer(1, 1, info);
    expect(nameless.text).toBe('JMSException');
    const one = new Client();
    one.connection.addConnectionInfo(-1, 'c');
    one.connection.addConsumer(1, 1, info);
    one.connection.addConsumer(2, 2, info);
    one.connection.removeSubscription(3, 's');
    one.connection.removeConsumer(4, 1, -1);
    one.connection.removeSubscription(5, 's');
    expect(one.text).toBe('ok1 JMSException JMSException ok4 ok5');
    new Client().send(1, {}, 'topic://t');
    one.connection.addConsumer(6, 1, info);
    expect(one.text.endsWith('ok6')).toBe(true);
  });

  test('who acknowledges what it was not given is told so', () => {
    const one = new Client().send(1).consume();
    one.connection.acknowledge(7, {
      consumer: 1,
      type: AckType.individual,
      first: 99,
      last: 99,
      count: 1,
      transaction: -1,
    });
    expect(one.text).toBe('ok1 1 JMSException');
  });

  test('a pull that is not served in time is told so', () => {
    const one = new Client().consume({ prefetch: 0 });
    one.connection.pull(1, -1);
    one.connection.pull(1, 500);
    sim.run();
    expect([one.text, one.at]).toEqual(['nothing nothing', [0, 500_000]]);
    one.connection.pull(1, 0);
    new Client().send(1).send(2);
    expect(one.text).toBe('nothing nothing 1');
  });

  test('a group whose consumer was not heard of for long is another’s', () => {
    start({ messageGroups: 2 });
    const [one, two] = [new Client().consume(), new Client().consume()];
    const sender = new Client();
    for (const [body, group] of [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 1],
    ] as const)
      sender.send(body, { group });
    // Group 1 went to the first, was forgotten for 3, and its turn is the second’s.
    expect([one.text, two.text]).toEqual(['1 3', '2 4']);
  });

  test('consumers of a higher priority first, as long as their windows are open', () => {
    const low = new Client().consume();
    const high = new Client().consume({ priority: 5, prefetch: 2 });
    new Client().send(1).send(2).send(3);
    expect([high.text, low.text]).toEqual(['1 2', '3']);
  });
});
