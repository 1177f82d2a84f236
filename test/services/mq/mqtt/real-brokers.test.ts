/** What real brokers did (mosquitto 2.0.11, RabbitMQ 3.10.8), row by row of the MQTT part of the table that was measured. */
import { describe, expect, it } from 'vitest';
import { type MqttSettings, mosquitto, rabbitMqtt } from '../../../../src/services/mq/mqtt/index.ts';
import { Stage } from './stage.ts';

const both: readonly (readonly [string, MqttSettings])[] = [
  ['mosquitto', mosquitto],
  ['RabbitMQ', rabbitMqtt],
];

describe('MQTT as real brokers speak it', () => {
  it.each(both)('%s delivers a retained message on subscribe, with the retain flag', (_, settings) => {
    const stage = new Stage(settings);
    stage.connect('p').publish('t', 7, 1, { retain: true });
    const late = stage.connect('late');
    late.subscribe('t', 1);
    expect(late.take()).toEqual(['CONNACK 0', 'SUBACK 1', 't=7 q1 #1 retain']);
  });

  const offline = (settings: MqttSettings): string[] => {
    const stage = new Stage(settings);
    stage.subscriber('s', 't/#', 2, { clean: false }).connection.DISCONNECT();
    const publisher = stage.connect('p');
    for (const qos of [0, 1, 2] as const) for (const n of [1, 2]) publisher.publish(`t/q${qos}`, n, qos);
    return stage.connect('s', { clean: false }).take();
  };

  it('mosquitto drops QoS 0 for an offline persistent session, and keeps QoS 1 and 2', () => {
    expect(offline(mosquitto)).toEqual([
      'CONNACK 0 present',
      't/q1=1 q1 #1',
      't/q1=2 q1 #2',
      't/q2=1 q2 #3',
      't/q2=2 q2 #4',
    ]);
  });

  it('RabbitMQ keeps QoS 0 for it too, and takes QoS 2 as QoS 1', () => {
    expect(offline(rabbitMqtt)).toEqual([
      'CONNACK 0 present',
      't/q0=1 q0',
      't/q0=2 q0',
      't/q1=1 q1 #1',
      't/q1=2 q1 #2',
      't/q2=1 q1 #3',
      't/q2=2 q1 #4',
    ]);
  });

  it.each(both)('%s redelivers QoS 1 that was not acknowledged after a cut line, with dup', (_, settings) => {
    const stage = new Stage(settings);
    const first = stage.subscriber('s', 't', 1, { clean: false, answers: false });
    stage.connect('p').publish('t', 1, 1);
    expect(first.take()).toEqual(['t=1 q1 #1']);
    first.connection.cut();
    expect(stage.connect('s', { clean: false }).take()).toEqual(['CONNACK 0 present', 't=1 q1 #1 dup']);
    expect(stage.connect('s', { clean: false }).take()).toEqual(['CONNACK 0 present']);
  });

  it.each(both)('%s sends the last will when a line is cut', (_, settings) => {
    const stage = new Stage(settings);
    const watcher = stage.subscriber('w', 'will', 1);
    stage.connect('s', { will: { body: 5, qos: 1 } }).connection.cut();
    expect(watcher.take()).toEqual(['will=5 q1 #1']);
  });

  // Measured beside the table, in the same way.
  it.each([
    ['t/a', 't/+'],
    ['t/a', '#'],
    ['t/+', 't/#'],
    ['t/+', '+/a'],
    ['t/#', '+/a'],
    ['t/#', '+/+'],
    ['+/a', '+/+'],
    ['+/+', '+/#'],
    ['+/#', '#'],
  ])('mosquitto sends one copy where both %s and %s match, with the QoS of the first', (first, second) => {
    for (const qos of [0, 1] as const) {
      const stage = new Stage(mosquitto);
      const client = stage.subscriber('s', second, (1 - qos) as 0 | 1);
      client.subscribe(first, qos);
      client.take();
      stage.connect('p').publish('t/a', 1, 1);
      expect(client.take()).toEqual([qos === 0 ? 't/a=1 q0' : 't/a=1 q1 #1']);
    }
  });

  it('RabbitMQ has a queue for each QoS: a copy from both, also where a filter is subscribed to again', () => {
    for (const second of ['a/+', 'a/#']) {
      const stage = new Stage(rabbitMqtt);
      const client = stage.subscriber('s', 'a/#', 0);
      client.subscribe(second, 1);
      client.take();
      stage.connect('p').publish('a/b', 1, 1);
      expect(client.take()).toEqual(['a/b=1 q0', 'a/b=1 q1 #1']);
    }
  });

  it('RabbitMQ finds what is retained by the name of a topic only', () => {
    const stage = new Stage(rabbitMqtt);
    stage.connect('p').publish('t/1', 1, 1, { retain: true });
    const client = stage.connect('s');
    for (const filter of ['t/+', 't/1']) client.subscribe(filter, 1);
    expect(client.take()).toEqual(['CONNACK 0', 'SUBACK 1', 'SUBACK 1', 't/1=1 q1 #1 retain']);
  });

  it.each(both)('%s keeps nothing for an offline session that subscribed with QoS 0', (_, settings) => {
    const stage = new Stage(settings);
    stage.subscriber('s', 't', 0, { clean: false }).connection.DISCONNECT();
    stage.connect('p').publish('t', 1, 1);
    expect(stage.connect('s', { clean: false }).take()).toEqual(['CONNACK 0 present']);
  });

  it('RabbitMQ ends a subscription with QoS 0 with its connection, however that ends; mosquitto keeps it', () => {
    const after = (settings: MqttSettings, end: (stage: Stage) => void): string[] => {
      const stage = new Stage({ ...settings, storage: 'disk' });
      const first = stage.subscriber('s', 't', 0, { clean: false });
      first.subscribe('both', 0);
      first.subscribe('both', 1);
      end(stage);
      first.connection.cut();
      const again = stage.connect('s', { clean: false });
      const publisher = stage.connect('p');
      for (const topic of ['t', 'both']) publisher.publish(topic, 1, 1);
      return again.take().slice(1);
    };
    const kill = ({ broker }: Stage): void => {
      broker.kill();
      broker.restart();
    };
    for (const end of [() => {}, kill]) {
      expect(after(rabbitMqtt, end)).toEqual(['both=1 q1 #1']);
      expect(after(mosquitto, end)).toEqual(['t=1 q0', 'both=1 q1 #1']);
    }
  });

  it('mosquitto keeps 1,000 messages for an offline session, the first', () => {
    const stage = new Stage(mosquitto);
    stage.subscriber('s', 't', 1, { clean: false }).connection.DISCONNECT();
    const publisher = stage.connect('p');
    for (let n = 0; n < 1100; n++) publisher.publish('t', n, 1);
    const came = stage.connect('s', { clean: false }).take();
    expect([came.length - 1, came[1], came.at(-1)]).toEqual([1000, 't=0 q1 #1', 't=999 q1 #1000']);
  });
});
