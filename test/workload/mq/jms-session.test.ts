/** What JMS promises its applications, and how ActiveMQ's client keeps it. */
import { beforeEach, describe, expect, test } from 'vitest';
import { Simulation } from '../../../src/kernel/index.ts';
import { ActiveMqBroker } from '../../../src/services/mq/activemq/broker.ts';
import type { OpenWireError } from '../../../src/services/mq/openwire/operations.ts';
import { type JmsApplication, type JmsMessage, JmsSession } from '../../../src/workload/mq/jms-session.ts';
import { type JmsSettings, nextRedeliveryMs, REDELIVERY } from '../../../src/workload/mq/jms-settings.ts';
import { Line } from '../../services/mq/activemq/line.ts';
import { message } from '../../services/mq/stomp/client.ts';

let sim: Simulation;
let broker: ActiveMqBroker;

beforeEach(() => {
  sim = new Simulation({ seed: 1 });
  broker = new ActiveMqBroker(sim);
});

/** Keeps what it is given; its listener returns at once, unless `isSlow`, and throws for what is in `fails`. */
class Application implements JmsApplication {
  readonly got: string[] = [];
  readonly messages: JmsMessage[] = [];
  readonly answers: string[] = [];
  readonly at: number[] = [];
  readonly fails = new Set<number>();
  isSlow = false;
  readonly session: JmsSession;
  line: Line;

  constructor(settings: Partial<JmsSettings>) {
    this.session = new JmsSession(sim, { name: 'jms', mode: 'AUTO', ...settings }, this);
    this.line = this.connect();
  }

  connect(): Line {
    const line = Line.to(sim, broker, this.session, 0);
    if (line === null) throw new Error('nobody is there');
    this.line = line;
    this.session.attach(line);
    return line;
  }
  consume(destination: string, prefetch = 1000): number {
    return this.session.createConsumer({ destination, prefetch });
  }
  get told(): string {
    return this.got.join(' ');
  }

  onMessage(one: JmsMessage): void {
    this.messages.push(one);
    this.at.push(sim.now / 1000);
    this.got.push(`${one.body}${one.redeliveryCounter > 0 ? `R${one.redeliveryCounter}` : ''}`);
    if (this.isSlow) return;
    if (this.fails.has(one.body)) this.session.threw();
    else this.session.returned();
  }
  onSent(tag: number, error: OpenWireError | null): void {
    this.answers.push(error === null ? `sent ${tag}` : error.code);
  }
  onCommitted(error: OpenWireError | null): void {
    this.answers.push(error === null ? 'committed' : error.code);
  }
  onConsumerFailed(_: number, error: OpenWireError): void {
    this.answers.push(error.message);
  }
}

function fill(...bodies: number[]): void {
  const sender = new Application({});
  for (const body of bodies) sender.session.send('queue://a', message(body), body);
}

const size = (name = 'queue://a'): number => broker.sizeOf(name);

describe('acknowledgement', () => {
  test('AUTO: a message is done when its listener has returned, and not before [mq.jms-ack-modes]', () => {
    fill(1, 2);
    const one = new Application({});
    one.isSlow = true;
    one.consume('queue://a');
    expect([one.told, size()]).toEqual(['1', 2]);
    one.session.returned();
    expect([one.told, size()]).toEqual(['1 2', 1]);
  });

  test('AUTO, optimized: told when 65 % of the window are worked on, and what was not told comes again', () => {
    fill(1, 2, 3, 4, 5, 6, 7, 8);
    const one = new Application({ optimizeAcknowledge: true });
    one.consume('queue://a', 10);
    expect([one.got.length, size()]).toEqual([8, 1]);
    one.line.cut();
    const two = new Application({});
    two.consume('queue://a');
    expect(two.told).toBe('8R1');
  });

  test('CLIENT: one acknowledge is of all that the session was given [mq.jms-ack-modes]', () => {
    fill(1, 2, 3);
    const one = new Application({ mode: 'CLIENT' });
    one.consume('queue://a');
    expect([one.told, size()]).toEqual(['1 2 3', 3]);
    one.session.acknowledge();
    expect(size()).toBe(0);
  });

  test('CLIENT: what is worked on and not acknowledged doesn’t close the window', () => {
    fill(1, 2, 3, 4, 5, 6, 7);
    const one = new Application({ mode: 'CLIENT' });
    one.consume('queue://a', 4);
    expect([one.told, size()]).toEqual(['1 2 3 4 5 6 7', 7]);
  });

  test('CLIENT: recover delivers all that is not acknowledged again, in its order', () => {
    fill(1, 2, 3);
    const one = new Application({ mode: 'CLIENT' });
    one.consume('queue://a');
    one.session.recover();
    expect(one.told).toBe('1 2 3');
    sim.run();
    expect(one.told).toBe('1 2 3 1R1 2R1 3R1');
  });

  test('INDIVIDUAL: one acknowledge is of one message [mq.jms-ack-modes]', () => {
    fill(1, 2, 3);
    const one = new Application({ mode: 'INDIVIDUAL' });
    one.consume('queue://a');
    one.session.acknowledge(one.messages[1]);
    expect(size()).toBe(2);
    one.line.cut();
    const two = new Application({});
    two.consume('queue://a');
    expect(two.told).toBe('1R1 3R1');
  });

  test('DUPS_OK of a topic: told half a window at a time [mq.jms-ack-modes]', () => {
    const one = new Application({ mode: 'DUPS_OK', clientId: 'c' });
    one.session.createConsumer({ destination: 'topic://t', prefetch: 4, subscriptionName: 's' });
    const sender = new Application({});
    sender.session.send('topic://t', message(1), 1);
    expect(size('topic://t c.s')).toBe(1);
    sender.session.send('topic://t', message(2), 2);
    expect(size('topic://t c.s')).toBe(0);
  });
});

describe('redelivery', () => {
  test.each(['AUTO', 'SESSION_TRANSACTED'] as const)(
    '%s: a poison message is delivered seven times, a second apart, then it is a dead letter [mq.redelivery-activemq]',
    (mode) => {
      fill(1);
      const one = new Application({ mode });
      one.fails.add(1);
      one.consume('queue://a');
      for (let i = 0; i < 7; i++) {
        if (mode === 'SESSION_TRANSACTED') one.session.rollback();
        sim.run();
      }
      expect(one.told).toBe('1 1R1 1R2 1R3 1R4 1R5 1R6');
      expect(one.at).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000]);
      expect([size(), size('queue://ActiveMQ.DLQ')]).toEqual([0, 1]);
    },
  );

  test('the consumer stands still while a message waits; non-blocking, others overtake it [mq.order-activemq]', () => {
    fill(1, 2, 3);
    const told = (nonBlockingRedelivery: boolean): string => {
      const one = new Application({ nonBlockingRedelivery, redelivery: { maximumRedeliveries: 1 } });
      one.fails.add(1);
      one.consume('queue://a');
      sim.run();
      one.session.close();
      return one.told;
    };
    expect(told(false)).toBe('1 1R1 2 3');
    fill(1, 2, 3);
    expect(told(true)).toBe('1 2 3 1R1');
  });

  test('what waits for its redelivery when its line breaks comes over the next one alone, also where a line is the same object each time', () => {
    fill(1);
    const one = new Application({});
    one.fails.add(1);
    one.consume('queue://a');
    const ofClient = new Proxy(one.line, {
      get: (_, key) => {
        const value: unknown = Reflect.get(one.line, key);
        return typeof value === 'function' ? value.bind(one.line) : value;
      },
    });
    for (const fails of [true, false]) {
      one.line.cut();
      if (!fails) one.fails.clear();
      one.line = Line.to(sim, broker, one.session, 0) as Line;
      one.session.attach(ofClient);
    }
    sim.run();
    expect(one.got).toHaveLength(3);
    expect(size()).toBe(0);
  });

  test('exponential: five times as long each time, up to the maximum [mq.redelivery-activemq]', () => {
    fill(1);
    const redelivery = { useExponentialBackOff: true, maximumRedeliveries: 4, maximumRedeliveryDelayMs: 20_000 };
    const one = new Application({ redelivery });
    one.fails.add(1);
    one.consume('queue://a');
    sim.run();
    expect(one.at).toEqual([0, 1000, 6000, 26_000, 46_000]);
  });

  test('collision avoidance: 15 % more or less at most [mq.redelivery-activemq]', () => {
    const policy = { ...REDELIVERY, useCollisionAvoidance: true };
    const draws = [0.2, 1, 0.8, 1, 0.8, 0];
    const uniform = (): number => draws.shift() as number;
    expect([0, 0, 0].map((previous) => nextRedeliveryMs(policy, previous, uniform))).toEqual([850, 1150, 1000]);
  });

  test('the next consumer begins with how often the message came back to the broker, not with what the last one counted', () => {
    fill(1);
    const one = new Application({});
    one.fails.add(1);
    one.consume('queue://a');
    sim.run({ until: 1_500_000 });
    one.line.cut();
    const two = new Application({});
    two.consume('queue://a');
    expect([one.told, two.told]).toEqual(['1 1R1', '1R1']);
  });

  test('of a batch that is rolled back the last message decides for all', () => {
    fill(1, 2);
    const redelivery = { maximumRedeliveries: 1, initialRedeliveryDelayMs: 100 };
    const one = new Application({ mode: 'SESSION_TRANSACTED', redelivery });
    one.consume('queue://a');
    one.session.rollback();
    fill(3);
    sim.run();
    one.session.rollback();
    sim.run();
    expect(one.told).toBe('1 2 1R1 2R1 3 1R2 2R2 3R1');
    one.session.rollback();
    sim.run();
    expect([one.got.length, size(), size('queue://ActiveMQ.DLQ')]).toEqual([8, 0, 3]);
  });

  test('a transacted message that came back too often is a dead letter before anybody sees it', () => {
    fill(1);
    const settings = { mode: 'SESSION_TRANSACTED', redelivery: { maximumRedeliveries: 1 } } as const;
    for (let i = 0; i < 3; i++) {
      const one = new Application(settings);
      one.consume('queue://a');
      expect(one.told).toBe(['1', '1R1', ''][i]);
      one.line.cut();
    }
    expect([size(), size('queue://ActiveMQ.DLQ')]).toEqual([0, 1]);
  });

  test('what was sent ahead and never given to the application comes to others as new where the session closes in good order', () => {
    fill(1, 2, 3);
    const one = new Application({});
    one.isSlow = true;
    one.consume('queue://a');
    one.session.close();
    const two = new Application({});
    two.consume('queue://a');
    expect(two.told).toBe('1R1 2 3');
  });
});

describe('transactions', () => {
  test('what was received is gone and what was sent is there with the commit, and not before [mq.jms-ack-modes]', () => {
    fill(1, 2);
    const one = new Application({ mode: 'SESSION_TRANSACTED' });
    one.consume('queue://a');
    one.session.send('queue://b', message(9), 0);
    expect([size(), size('queue://b')]).toEqual([2, 0]);
    one.session.commit();
    expect(one.answers).toEqual(['committed']);
    expect([size(), size('queue://b')]).toEqual([0, 1]);
  });

  test('rolled back, what was received comes again and what was sent never was', () => {
    fill(1, 2);
    const one = new Application({ mode: 'SESSION_TRANSACTED' });
    one.consume('queue://a');
    one.session.send('queue://b', message(9), 0);
    one.session.rollback();
    sim.run();
    one.session.commit();
    expect(one.told).toBe('1 2 1R1 2R1');
    expect([size(), size('queue://b')]).toEqual([0, 0]);
  });

  test('a lost line rolls back: the commit says so, and all comes again over the next line', () => {
    fill(1);
    const one = new Application({ mode: 'SESSION_TRANSACTED' });
    one.consume('queue://a');
    one.session.send('queue://b', message(9), 0);
    one.line.cut();
    one.connect();
    one.session.commit();
    sim.run();
    expect(one.answers).toEqual(['TransactionRolledBackException']);
    expect([size(), size('queue://b')]).toEqual([1, 0]);
    one.session.commit();
    expect(one.answers.at(-1)).toBe('committed');
    expect([size(), size('queue://b')]).toEqual([0, 0]);
  });
});

describe('sends and windows', () => {
  test('a persistent send is answered when it is stored; others, and asynchronous ones, are not waited for', () => {
    broker = new ActiveMqBroker(sim, { costs: { diskLatencyUs: 12_000 } });
    const one = new Application({});
    expect(one.session.send('queue://a', message(1), 1)).toBe(true);
    expect(one.session.send('queue://a', message(2, { persistent: false }), 2)).toBe(false);
    expect(new Application({ useAsyncSend: true }).session.send('queue://a', message(3), 3)).toBe(false);
    sim.run({ until: 11_999 });
    expect(one.answers).toEqual([]);
    sim.run();
    expect(one.answers).toEqual(['sent 1']);
  });

  test('a send that was not answered when the line was lost is sent again [mq.client-on-failover]', () => {
    broker = new ActiveMqBroker(sim, { costs: { diskLatencyUs: 12_000 } });
    const one = new Application({});
    one.session.send('queue://a', message(1), 1);
    one.line.cut();
    one.connect();
    sim.run();
    expect(one.answers).toEqual(['sent 1']);
    // The first had arrived.
    expect(size()).toBe(2);
  });

  test('a prefetch of 0: each message is pulled when the one before is done', () => {
    fill(1, 2, 3);
    const [one, two] = [new Application({}), new Application({})];
    one.isSlow = true;
    two.isSlow = true;
    one.consume('queue://a', 0);
    two.consume('queue://a', 0);
    expect([one.told, two.told]).toEqual(['1', '2']);
    two.session.returned();
    expect([one.told, two.told]).toEqual(['1', '2 3']);
  });
});
