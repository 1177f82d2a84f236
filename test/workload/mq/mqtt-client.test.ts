/** A client's session alone: what it says into a line that only writes down. What it does together with a broker: test/services/mq/mqtt. */
import { describe, expect, it } from 'vitest';
import type { PublishPacket, Qos } from '../../../src/services/mq/mqtt/index.ts';
import { type MqttLink, MqttSession, type MqttSessionSettings } from '../../../src/workload/mq/mqtt-client.ts';

class Stage {
  /** What the session said, and what its owner was told, in the order of both. */
  readonly lines: string[] = [];
  readonly session: MqttSession;
  onPublished: (tag: number) => void = () => undefined;

  constructor(settings: Partial<MqttSessionSettings> = {}) {
    const common = { clientId: 'c', cleanSession: false, keepAliveS: 0, will: null, maxInflight: 0 };
    this.session = new MqttSession(
      { ...common, acknowledge: 'onDelivery', ...settings },
      {
        onDelivered: ({ topic, body }) => this.lines.push(`delivered ${topic}=${body}`),
        onPublished: (tag) => {
          this.lines.push(`published ${tag}`);
          this.onPublished(tag);
        },
        onConnected: (isPresent) => this.lines.push(`connected${isPresent ? ' present' : ''}`),
        onRefused: (code) => this.lines.push(`refused ${code}`),
        onSubscribed: (subscriptions, granted) =>
          this.lines.push(`subscribed ${subscriptions.length} ${granted.join(' ')}`),
        onDisconnected: () => this.lines.push('disconnected'),
      },
    );
  }

  /** A new line, and CONNACK. */
  connect(isPresent: boolean): void {
    this.session.attach(this.#link());
    this.lines.splice(0);
    this.session.CONNACK(isPresent, 0);
  }

  take(): string[] {
    return this.lines.splice(0);
  }

  deliver(body: number, qos: Qos, packetId: number, dup = false): void {
    this.session.PUBLISH({ topic: 't', body, bytes: 1, qos, retain: false, dup, packetId });
  }

  #link(): MqttLink {
    const say = (name: string) => (id?: number) => void this.lines.push(id === undefined ? name : `${name} #${id}`);
    return {
      CONNECT: ({ clientId }) => void this.lines.push(`CONNECT ${clientId}`),
      PUBLISH: ({ body, qos, packetId, dup }: Readonly<PublishPacket>) =>
        void this.lines.push(`PUBLISH ${body} q${qos} #${packetId}${dup ? ' dup' : ''}`),
      PUBACK: say('PUBACK'),
      PUBREC: say('PUBREC'),
      PUBREL: say('PUBREL'),
      PUBCOMP: say('PUBCOMP'),
      SUBSCRIBE: (id, subscriptions) =>
        void this.lines.push(`SUBSCRIBE #${id} ${subscriptions.map(({ filter }) => filter).join()}`),
      UNSUBSCRIBE: (id, filters) => void this.lines.push(`UNSUBSCRIBE #${id} ${filters.join()}`),
      PINGREQ: say('PINGREQ'),
      DISCONNECT: say('DISCONNECT'),
      cut: say('cut'),
    };
  }
}

describe('a session of MQTT at its client', () => {
  it('keeps QoS 1 and 2 until it is connected, and says where QoS 0 is lost', () => {
    const stage = new Stage();
    expect([0, 1, 2].map((qos) => stage.session.publish('t', qos, 1, qos as Qos, false, qos))).toEqual([
      false,
      true,
      true,
    ]);
    stage.connect(false);
    stage.session.publish('t', 3, 1, 0, false, 3);
    expect(stage.take()).toEqual(['connected', 'PUBLISH 1 q1 #1', 'PUBLISH 2 q2 #2', 'PUBLISH 3 q0 #0', 'published 3']);
    expect(stage.session.unacknowledged).toBe(2);
  });

  it('sends again on a new line what was not acknowledged, as it went first, and then what waits', () => {
    const stage = new Stage({ maxInflight: 3 });
    stage.connect(false);
    for (const [i, qos] of ([1, 2, 2, 1] as const).entries()) stage.session.publish('t', i, 1, qos, false, i);
    stage.session.PUBREC(2);
    stage.session.onClosed(-1, '');
    stage.session.publish('t', 4, 1, 1, false, 4);
    stage.connect(true);
    expect(stage.take()).toEqual(['connected present', 'PUBLISH 0 q1 #1 dup', 'PUBREL #2', 'PUBLISH 2 q2 #3 dup']);
    stage.session.PUBCOMP(2);
    expect(stage.take()).toEqual(['published 1', 'PUBLISH 3 q1 #4']);
  });

  it('sends what is published in the middle of that behind it', () => {
    const stage = new Stage({ maxInflight: 1 });
    stage.onPublished = (tag) => {
      if (tag === 0) stage.session.publish('t', 9, 1, 1, false, 9);
    };
    stage.connect(false);
    for (const i of [0, 1]) stage.session.publish('t', i, 1, 1, false, i);
    stage.session.PUBACK(1);
    stage.session.PUBACK(2);
    expect(stage.take()).toEqual([
      'connected',
      'PUBLISH 0 q1 #1',
      'published 0',
      'PUBLISH 1 q1 #2',
      'published 1',
      'PUBLISH 9 q1 #3',
    ]);
  });

  it('tells a broker that has no session what it wants, and takes its packet ids for new', () => {
    const stage = new Stage();
    stage.session.subscribe([
      { filter: 'a', qos: 1 },
      { filter: 'b', qos: 1 },
    ]);
    stage.connect(false);
    stage.session.SUBACK(1, [1, 0]);
    stage.session.unsubscribe(['b']);
    stage.deliver(1, 2, 7);
    expect(stage.take()).toEqual([
      'connected',
      'SUBSCRIBE #1 a,b',
      'subscribed 2 1 0',
      'UNSUBSCRIBE #2 b',
      'delivered t=1',
      'PUBREC #7',
    ]);
    stage.connect(true);
    stage.deliver(1, 2, 7, true);
    expect(stage.take()).toEqual(['connected present', 'UNSUBSCRIBE #2 b', 'PUBREC #7']);
    stage.connect(false);
    stage.deliver(2, 2, 7);
    expect(stage.take()).toEqual(['connected', 'SUBSCRIBE #3 a', 'delivered t=2', 'PUBREC #7']);
  });

  it('acknowledges by hand where it is told to: QoS 2 after a reconnect too', () => {
    const stage = new Stage({ acknowledge: 'byHand' });
    stage.connect(false);
    stage.deliver(1, 1, 5);
    stage.deliver(2, 2, 6);
    stage.session.acknowledge(5, 1);
    expect(stage.take()).toEqual(['connected', 'delivered t=1', 'delivered t=2', 'PUBACK #5']);
    stage.connect(true);
    stage.deliver(2, 2, 6, true);
    stage.session.acknowledge(6, 2);
    stage.deliver(2, 2, 6, true);
    stage.session.PUBREL(6);
    stage.session.acknowledge(6, 2);
    expect(stage.take()).toEqual(['connected present', 'PUBREC #6', 'PUBREC #6', 'PUBCOMP #6']);
  });

  it('takes PUBACK for the end of QoS 2, as brokers that know QoS 1 at most mean it', () => {
    const stage = new Stage();
    stage.connect(false);
    stage.session.publish('t', 1, 1, 2, false, 1);
    stage.session.PUBACK(1);
    stage.session.PUBACK(1);
    expect(stage.take()).toEqual(['connected', 'PUBLISH 1 q2 #1', 'published 1']);
  });

  it('tells a refusal and the end of a line, each once, and leaves in good order', () => {
    const stage = new Stage();
    stage.connect(false);
    stage.session.disconnect();
    stage.session.onClosed(-1, '');
    expect(stage.take()).toEqual(['connected', 'disconnected', 'DISCONNECT']);
    stage.session.CONNACK(false, 5);
    expect([stage.take(), stage.session.isConnected]).toEqual([['refused 5'], false]);
  });

  it('passes over packet ids that are in use', () => {
    const stage = new Stage({ packetIds: 3 });
    stage.connect(false);
    for (const i of [0, 1]) stage.session.publish('t', i, 1, 1, false, i);
    for (const id of [2, 3, 2]) {
      stage.session.PUBACK(id);
      stage.session.publish('t', id, 1, 1, false, id);
    }
    expect(stage.take().filter((line) => line.startsWith('PUBLISH'))).toEqual([
      'PUBLISH 0 q1 #1',
      'PUBLISH 1 q1 #2',
      'PUBLISH 2 q1 #3',
      'PUBLISH 3 q1 #2',
      'PUBLISH 2 q1 #3',
    ]);
  });
});
