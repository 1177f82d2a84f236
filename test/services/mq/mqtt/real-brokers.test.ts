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
});
