/** What a broker reports is what CloudWatch would show of it. */
import { expect, test } from 'vitest';
import { Simulation } from '../../../../src/kernel/index.ts';
import { ActiveMqBroker } from '../../../../src/services/mq/activemq/broker.ts';
import { stompOverActiveMq } from '../../../../src/services/mq/activemq/stomp-session.ts';
import { StompBroker } from '../../../../src/services/mq/stomp/connection.ts';
import type { Age, Counter, Level, Metrics, Observations } from '../../../../src/services/ports.ts';
import { message, StompClient } from '../stomp/client.ts';

/** The last level, the sum of a counter, the observations. */
class Told implements Metrics {
  readonly values = new Map<string, number>();
  readonly observed: number[] = [];

  counter(name: string): Counter {
    return { add: (count) => this.#set(name, this.of(name) + count) };
  }
  level(name: string): Level {
    this.values.set(name, 0);
    return { set: (level) => this.#set(name, level), add: (by) => this.#set(name, this.of(name) + by) };
  }
  observations(): Observations {
    return { record: (value) => this.observed.push(value) };
  }
  age(): Age {
    return { since: () => {} };
  }
  of(name: string): number {
    return this.values.get(name) ?? 0;
  }
  #set(name: string, value: number): void {
    this.values.set(name, value);
  }
}

test('messages, consumers, connections and space are counted, of each queue and of the broker', () => {
  const sim = new Simulation({ seed: 1 });
  const [told, ofA] = [new Told(), new Told()];
  const settings = { limits: { storeBytes: 1000, transientBytes: 400 } };
  const broker = new ActiveMqBroker(sim, settings, {
    metrics: told,
    metricsOf: (name) => (name === 'queue://a' ? ofA : null),
  });
  const stomp = new StompBroker(sim, stompOverActiveMq(broker));
  const sender = new StompClient(stomp).send('/queue/a', 1, 2, 3).send('/queue/b', 4);
  sender.frames.SEND('/queue/b', message(5, { persistent: false }));
  sender.frames.SEND('/queue/b', message(6, { expirationMs: 1000 }));
  sim.run({ until: 30_000_000 });
  const reader = new StompClient(stomp).subscribe('/queue/a', { prefetch: 2 });
  reader.ack(1);
  const all = ['EnqueueCount', 'QueueSize', 'DispatchCount', 'InFlightCount', 'DequeueCount', 'ConsumerCount'];
  expect(all.map((name) => ofA.of(name))).toEqual([3, 2, 3, 2, 1, 1]);
  // The one that was too old is in the dead letters.
  expect(all.map((name) => told.of(name))).toEqual([7, 5, 3, 2, 1, 1]);
  expect(told.of('ExpiredCount')).toBe(1);
  expect(ofA.observed).toEqual([30_000, 30_000, 30_000]);
  expect(told.of('StorePercentUsage')).toBe(40);
  expect(told.of('HeapUsage')).toBe(25);
  expect([told.of('CurrentConnectionsCount'), told.of('ProducerCount')]).toEqual([2, 1]);
  broker.kill();
  expect(all.map((name) => ofA.of(name))).toEqual([3, 2, 3, 0, 1, 0]);
  expect([told.of('CurrentConnectionsCount'), told.of('ProducerCount'), told.of('HeapUsage')]).toEqual([0, 0, 0]);
});

test('a processor that is busy says so', () => {
  const sim = new Simulation({ seed: 1 });
  const told = new Told();
  const broker = new ActiveMqBroker(sim, { costs: { commandUs: 1000 } }, { metrics: told });
  const stomp = new StompBroker(sim, stompOverActiveMq(broker));
  const one = new StompClient(stomp);
  expect(told.of('CpuUtilization')).toBe(100);
  sim.run();
  expect([told.of('CpuUtilization'), one.isConnected]).toEqual([0, true]);
});
