import { describe, expect, it } from 'vitest';
import { Simulation } from '../../../src/kernel/index.ts';
import { Outcome } from '../../../src/services/ports.ts';
import { EndpointState } from '../../../src/workload/endpoint.ts';
import { MqConsumer } from '../../../src/workload/mq/consumer.ts';
import { Line } from '../../../src/workload/mq/line.ts';
import { MqProducer, type MqProducerOptions } from '../../../src/workload/mq/producer.ts';
import type { MqConsumerSettings } from '../../../src/workload/settings.ts';
import { CountedRequests, Owner } from '../../calls/stage.ts';
import { Totals } from '../../services/kinesis/harness.ts';
import { connectionsTo, FakeBroker, type FakeOptions } from './fake-broker.ts';

/** Until a connection can be used: seven ways there, one back. */
const CONNECTED_MS = 40;

describe('line', () => {
  it('keeps frames in order, however long each of them takes', () => {
    const sim = new Simulation({ seed: 1 });
    const seen: string[] = [];
    const line = new Line(
      sim,
      ({ a }) => seen.push(`${sim.now} ${a}`),
      () => {},
    );
    for (const [a, delay] of [30, 10, 20, 50].entries()) line.push(delay, 1, a);
    sim.run();
    expect(seen).toEqual(['30 0', '30 1', '30 2', '50 3']);
  });

  it('grows without mixing what is in it', () => {
    const sim = new Simulation({ seed: 1 });
    const seen: number[] = [];
    const line = new Line(
      sim,
      ({ a, g }) => seen.push(a * 1000 + g),
      () => {},
    );
    // Some leave before it grows, so that its first is in the middle of the ring.
    for (let i = 0; i < 10; i++) line.push(1, 1, i, 0, 0, 0, 0, 0, i);
    sim.run({ until: 5 });
    for (let i = 10; i < 60; i++) line.push(1, 1, i, 0, 0, 0, 0, 0, i);
    sim.run();
    expect(seen).toEqual(Array.from({ length: 60 }, (_, i) => i * 1001));
  });

  it('loses what is under way when it is cut, and tells of each', () => {
    const sim = new Simulation({ seed: 1 });
    const seen: number[] = [];
    const dropped: number[] = [];
    const line = new Line(
      sim,
      ({ a }) => {
        seen.push(a);
        if (a === 1) line.cut();
      },
      ({ a }) => dropped.push(a),
    );
    for (const a of [0, 1, 2, 3]) line.push(10, 1, a);
    sim.run();
    line.push(5, 1, 4);
    sim.run();
    expect({ seen, dropped }).toEqual({ seen: [0, 1, 4], dropped: [2, 3] });
  });
});

function publishing(options: Partial<MqProducerOptions> = {}, fake: FakeOptions = {}) {
  const sim = new Simulation({ seed: 2 });
  const requests = new CountedRequests();
  const broker = new FakeBroker(sim, requests);
  const state = new EndpointState();
  const table = Object.assign(requests, { accept: () => {} });
  const producer = new MqProducer(table as never, connectionsTo(broker, fake, state), {
    connections: 1,
    perKey: false,
    resends: false,
    ...options,
  });
  const owner = new Owner(sim);
  const at = (ms: number, ...bodies: number[]): void => {
    for (const body of bodies) sim.scheduleAt(ms * 1000, () => producer.call(body, 0, owner, body), null);
  };
  const told = (): string[] => owner.diary.map((line) => line.replace(/^\d+/, (us) => String(Number(us) / 1000)));
  producer.start();
  return { sim, requests, broker, state, producer, owner, at, told };
}

describe('publisher', () => {
  it('waits for its connection, then for the broker’s answer', () => {
    const { sim, broker, at, told, requests } = publishing();
    at(0, 1);
    at(100, 2);
    sim.run();
    expect({ broker: broker.diary, told: told() }).toEqual({
      broker: ['35 connected', `${CONNECTED_MS + 5} publish 1`, '105 publish 2'],
      told: ['50 ok', '110 ok'],
    });
    // Two are in the queue.
    expect(requests.held).toBe(2);
  });

  it('says ok when a message has left, where nobody answers [mq.no-confirms]', () => {
    const { sim, at, told } = publishing({}, { answers: false });
    at(100, 1);
    sim.run();
    expect(told()).toEqual(['100 ok']);
  });

  it('is told of a refusal', () => {
    const { sim, broker, at, told } = publishing();
    broker.answers.push(Outcome.refused);
    at(100, 1);
    sim.run();
    expect(told()).toEqual(['110 refused']);
  });

  it('fails what was not answered when the connection breaks, and comes back by a back-off that grows to its most [mq.failover-transport] [mq.client-on-failover]', () => {
    const { sim, broker, at, told } = publishing();
    broker.isSilent = true;
    at(100, 1);
    sim.scheduleAt(200_000, () => broker.kill(), null);
    at(300, 2);
    sim.scheduleAt(
      1_700_000,
      () => {
        broker.isUp = true;
        broker.isSilent = false;
      },
      null,
    );
    sim.run();
    expect(told()).toEqual(['200 failed', '1890 ok']);
    // 35 ms to get there after 100, 200, 400, 400, 400 ms.
    expect(broker.diary.filter((line) => /refused|connected/.test(line))).toEqual([
      '35 connected',
      '335 refused',
      '570 refused',
      '1005 refused',
      '1440 refused',
      '1875 connected',
    ]);
  });

  it('sends again by itself where its client does', () => {
    const { sim, broker, at, told, requests } = publishing({ resends: true });
    broker.isSilent = true;
    at(100, 1);
    sim.scheduleAt(200_000, () => broker.kill(), null);
    sim.scheduleAt(
      201_000,
      () => {
        broker.isUp = true;
        broker.isSilent = false;
      },
      null,
    );
    sim.run();
    expect(broker.diary.filter((line) => line.includes('publish'))).toEqual(['105 publish 1', '345 publish 1']);
    expect(told()).toEqual(['350 ok']);
    expect(requests.held).toBe(2);
  });

  it('a lost frame breaks the connection, and nothing is held for it', () => {
    const { sim, broker, state, at, told, requests } = publishing();
    sim.scheduleAt(90_000, () => void (state.loseRequests = 1), null);
    sim.scheduleAt(110_000, () => void (state.loseRequests = 0), null);
    at(100, 1);
    sim.run();
    expect(told()).toEqual(['100 failed']);
    expect(broker.diary).toEqual(['35 connected', '100 cut', '235 connected']);
    expect(requests.held).toBe(0);
  });

  it('a lost answer breaks the connection too: the message is there, and its sender does not know', () => {
    const { sim, broker, state, at, told, requests } = publishing();
    sim.scheduleAt(90_000, () => void (state.loseReplies = 1), null);
    sim.scheduleAt(110_000, () => void (state.loseReplies = 0), null);
    at(100, 1);
    sim.run();
    expect(told()).toEqual(['105 failed']);
    expect(broker.diary).toEqual(['35 connected', '105 publish 1', '105 cut', '240 connected']);
    expect(requests.held).toBe(1);
  });

  it('a call that is abandoned while it waits is never published', () => {
    const { sim, broker, producer, owner, told, requests } = publishing();
    sim.scheduleAt(
      1000,
      () => {
        const ticket = producer.call(1, 0, owner, 1);
        producer.abandon(ticket);
      },
      null,
    );
    sim.run();
    expect({ told: told(), broker: broker.diary, held: requests.held }).toEqual({
      told: [],
      broker: ['35 connected'],
      held: 0,
    });
  });
});

const SETTINGS: MqConsumerSettings = {
  type: 'consumer',
  name: 'workers',
  source: 'broker',
  broker: { protocol: 'amqp', queue: 'q', prefetch: 2, acknowledge: 'individual', qos: 1, onFailure: 'requeue' },
  instances: 1,
  concurrency: 1,
  restartDelayUs: 1_000_000,
  handler: { time: { kind: 'constant', value: 20_000 }, calls: [], failureRate: 0 },
};

function consuming(settings: Partial<MqConsumerSettings> = {}, fake: FakeOptions = {}) {
  const sim = new Simulation({ seed: 2 });
  const requests = new CountedRequests();
  const broker = new FakeBroker(sim, requests);
  const state = new EndpointState();
  const done: string[] = [];
  const table = Object.assign(requests, { complete: (row: number) => done.push(`${sim.now / 1000} ${row}`) });
  const metrics = new Totals();
  const consumer = new MqConsumer(
    sim,
    { ...SETTINGS, ...settings },
    {
      requests: table as never,
      metrics,
      connection: connectionsTo(broker, { prefetch: 2, ...fake }, state),
      take: (body) => {
        requests.retain(body);
        return body;
      },
      queue: 0,
    },
  );
  consumer.start();
  return { sim, requests, broker, state, consumer, done, metrics };
}

describe('consumer of a broker', () => {
  it('works on what is pushed to it, one after the other, and acknowledges each', () => {
    const { sim, broker, done, requests } = consuming();
    for (const body of [1, 2, 3]) broker.put(body);
    sim.run();
    // Pushed with the greeting at 40 ms, done after 20 ms each; the third comes when the first is acknowledged.
    expect(done).toEqual(['60 1', '80 2', '100 3']);
    expect(broker.diary).toEqual(['35 connected', '65 ack 1', '85 ack 2', '105 ack 3']);
    expect(requests.held).toBe(0);
  });

  it('a prefetch of one costs a round trip between two messages', () => {
    const { sim, broker, done } = consuming({}, { prefetch: 1 });
    for (const body of [1, 2]) broker.put(body);
    sim.run();
    expect(done).toEqual(['60 1', '90 2']);
  });

  it('what fails goes back, and is tried again', () => {
    const { sim, broker, done, metrics } = consuming({ handler: { ...SETTINGS.handler, failureRate: 1 } });
    broker.put(1);
    sim.run({ until: 130_000 });
    expect(done).toEqual([]);
    expect(broker.diary).toEqual(['35 connected', '65 refuse 1', '95 refuse 1', '125 refuse 1']);
    expect(metrics.total('HandlerFailures')).toBe(4 - 1);
  });

  it('a broken connection gives back what is in hand; the handler goes on, and nobody hears of it', () => {
    const { sim, broker, done, requests } = consuming();
    broker.put(1);
    broker.put(2);
    sim.scheduleAt(
      50_000,
      () => {
        broker.kill();
        broker.isUp = true;
      },
      null,
    );
    sim.run();
    // The first is done at 60 and again after the reconnect; only then it is acknowledged.
    expect(done).toEqual(['60 1', '210 1', '230 2']);
    expect(broker.diary).toEqual(['35 connected', '185 connected', '215 ack 1', '235 ack 2']);
    expect(requests.held).toBe(0);
  });

  it('a crash loses what is in hand where nothing is acknowledged, and gives it back where it is', () => {
    for (const [acknowledges, done, held] of [
      [true, ['1110 1', '1130 2'], 0],
      [false, [], 0],
    ] as const) {
      const it = consuming({}, { acknowledges });
      it.broker.put(1);
      it.broker.put(2);
      it.sim.scheduleAt(50_000, () => it.consumer.crash(1, 1_000_000), null);
      it.sim.run();
      expect(it.done).toEqual(done);
      expect(it.requests.held).toBe(held);
    }
  });

  it('several workers of an instance take from one hand', () => {
    const { sim, broker, done } = consuming({ concurrency: 2 });
    for (const body of [1, 2, 3, 4]) broker.put(body);
    sim.run();
    expect(done).toEqual(['60 1', '60 2', '90 3', '90 4']);
  });
});
