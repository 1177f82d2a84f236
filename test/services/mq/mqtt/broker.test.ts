import { describe, expect, it } from 'vitest';
import { Disk, Processor } from '../../../../src/services/mq/index.ts';
import { activeMqtt, type MqttSettings, rabbitMqtt } from '../../../../src/services/mq/mqtt/index.ts';
import { Stage } from './stage.ts';

describe('subscriptions', () => {
  it('grants the lower of the QoS that is published and the one that is wanted [mq.mqtt-qos]', () => {
    const stage = new Stage();
    const subscribers = ([0, 1, 2] as const).map((qos) => stage.subscriber(`s${qos}`, 't', qos));
    const publisher = stage.connect('p');
    for (const qos of [0, 1, 2] as const) publisher.publish('t', qos, qos);
    expect(subscribers.map((client) => client.take())).toEqual([
      ['t=0 q0', 't=1 q0', 't=2 q0'],
      ['t=0 q0', 't=1 q1 #1', 't=2 q1 #2'],
      ['t=0 q0', 't=1 q1 #1', 't=2 q2 #2'],
    ]);
  });

  it('sends one copy where subscriptions overlap, with the highest QoS of them', () => {
    const stage = new Stage({ overlapping: 'oneCopy' });
    const client = stage.subscriber('s', 't/#', 0);
    client.subscribe('t/+', 2);
    client.subscribe('t/a', 1);
    client.take();
    stage.connect('p').publish('t/a', 1, 2);
    expect(client.take()).toEqual(['t/a=1 q2 #1']);
  });

  it('sends a copy for each subscription where the broker does so', () => {
    const stage = new Stage(activeMqtt);
    const client = stage.subscriber('s', 't/#', 0);
    client.subscribe('t/a', 1);
    client.take();
    stage.connect('p').publish('t/a', 1, 1);
    expect(client.take()).toEqual(['t/a=1 q1 #1', 't/a=1 q0']);
  });

  it('takes the same filter in the place of the one before, and sends what is retained again', () => {
    const stage = new Stage();
    const publisher = stage.connect('p');
    publisher.publish('t', 1, 1, { retain: true });
    const client = stage.connect('s');
    client.subscribe('t', 1);
    client.subscribe('t', 0);
    expect(client.take()).toEqual(['CONNACK 0', 'SUBACK 1', 't=1 q1 #1 retain', 'SUBACK 0', 't=1 q0 retain']);
    publisher.publish('t', 2, 1);
    expect(client.take()).toEqual(['t=2 q0']);
  });

  it('finds new receivers when a subscription comes or goes', () => {
    const stage = new Stage();
    const publisher = stage.connect('p');
    const [plain, wild] = [stage.connect('plain'), stage.connect('wild')];
    publisher.publish('a/b', 1);
    plain.subscribe('a/b', 0);
    publisher.publish('a/b', 2);
    wild.subscribe('a/+', 0);
    publisher.publish('a/b', 3);
    plain.connection.UNSUBSCRIBE(9, ['a/b']);
    publisher.publish('a/b', 4);
    wild.connection.DISCONNECT();
    publisher.publish('a/b', 5);
    expect(plain.take()).toEqual(['CONNACK 0', 'SUBACK 0', 'a/b=2 q0', 'a/b=3 q0', 'UNSUBACK']);
    expect(wild.take()).toEqual(['CONNACK 0', 'SUBACK 0', 'a/b=3 q0', 'a/b=4 q0']);
  });

  it.each(['', 'a/#/b', 'a#', 'a/b+', '#/a', '+a'])('closes on the filter "%s"', (filter) => {
    const client = new Stage().connect('s');
    client.subscribe(filter, 0);
    expect(client.take()).toEqual(['CONNACK 0', 'closed']);
  });

  it.each(['', 'a/+', '#'])('closes on a publish to "%s"', (topic) => {
    const client = new Stage().connect('s');
    client.publish(topic, 1);
    expect(client.take()).toEqual(['CONNACK 0', 'closed']);
  });
});

describe('retained messages', () => {
  it('are replaced, and cleared by an empty payload, which subscribers of the moment are sent', () => {
    const stage = new Stage();
    const publisher = stage.connect('p');
    const watcher = stage.subscriber('w', 't', 0);
    publisher.publish('t', 1, 0, { retain: true });
    publisher.publish('t', 2, 0, { retain: true });
    expect(watcher.take()).toEqual(['t=1 q0', 't=2 q0']);
    expect(stage.connect('s1').connection).toBeDefined();
    const second = stage.connect('s2');
    second.subscribe('#', 2);
    expect(second.take()).toEqual(['CONNACK 0', 'SUBACK 2', 't=2 q0 retain']);
    publisher.publish('t', 3, 0, { retain: true, bytes: 0 });
    expect(watcher.take()).toEqual(['t=3 q0']);
    expect(stage.subscriber('s3', '#', 2).take()).toEqual([]);
    expect(stage.broker.counts).toMatchObject({ retained: 0, messages: 0, bytes: 0 });
  });

  it('come with the lower of their QoS and the one wanted', () => {
    const stage = new Stage();
    stage.connect('p').publish('t', 1, 1, { retain: true });
    const clients = ([0, 2] as const).map((qos) => {
      const client = stage.connect(`s${qos}`);
      client.subscribe('t', qos);
      return client.take().at(-1);
    });
    expect(clients).toEqual(['t=1 q0 retain', 't=1 q1 #1 retain']);
  });
});

describe('sessions', () => {
  it('end with their connection where they are clean, and are present later where not', () => {
    const stage = new Stage();
    const publisher = stage.connect('p');
    stage.subscriber('clean', 't', 1).connection.cut();
    stage.subscriber('kept', 't', 1, { clean: false }).connection.cut();
    publisher.publish('t', 1, 1);
    expect(stage.connect('clean', { clean: false }).take()).toEqual(['CONNACK 0']);
    expect(stage.connect('kept', { clean: false }).take()).toEqual(['CONNACK 0 present', 't=1 q1 #1']);
  });

  it('are dropped by a clean connect of the same client id, with all that waits', () => {
    const stage = new Stage();
    stage.subscriber('s', 't', 1, { clean: false }).connection.cut();
    stage.connect('p').publish('t', 1, 1);
    expect(stage.connect('s').take()).toEqual(['CONNACK 0']);
    expect(stage.connect('s', { clean: false }).take()).toEqual(['CONNACK 0']);
    expect(stage.broker.counts.messages).toBe(0);
  });

  it('are taken over by a second connection of the client id, and the first is closed', () => {
    const stage = new Stage();
    const first = stage.subscriber('s', 't', 1, { clean: false });
    const second = stage.connect('s', { clean: false });
    stage.connect('p').publish('t', 1, 1);
    expect(first.take()).toEqual(['closed']);
    expect(second.take()).toEqual(['CONNACK 0 present', 't=1 q1 #1']);
  });

  it('keep what comes while the client is away up to their limit, and drop what comes then', () => {
    const stage = new Stage({ maxQueued: 3 });
    stage.subscriber('s', 't', 1, { clean: false }).connection.cut();
    const publisher = stage.connect('p');
    for (let n = 1; n <= 5; n++) publisher.publish('t', n, 1);
    expect(stage.connect('s', { clean: false }).take()).toEqual([
      'CONNACK 0 present',
      't=1 q1 #1',
      't=2 q1 #2',
      't=3 q1 #3',
    ]);
    expect(stage.broker.counts.dropped).toBe(2);
  });

  it('expire where the broker lets them, counted from the end of the connection', () => {
    const stage = new Stage(rabbitMqtt);
    stage.subscriber('s', 't', 1, { clean: false }).connection.cut();
    stage.wait(86_399);
    stage.connect('s', { clean: false }).connection.cut();
    stage.wait(86_399);
    expect(stage.connect('s', { clean: false }).take()).toEqual(['CONNACK 0 present']);
    stage.connect('s', { clean: false }).connection.cut();
    stage.wait(86_401);
    expect(stage.connect('s', { clean: false }).take()).toEqual(['CONNACK 0']);
  });

  it('need a client id unless they are clean', () => {
    const stage = new Stage();
    expect(stage.connect('', { clean: false }).take()).toEqual(['CONNACK 2', 'closed']);
    expect([stage.connect('').take(), stage.connect('').take()]).toEqual([['CONNACK 0'], ['CONNACK 0']]);
    expect(stage.broker.counts.sessions).toBe(2);
  });

  it('begin with CONNECT, once', () => {
    const stage = new Stage();
    const twice = stage.connect('s');
    twice.connection.CONNECT({ clientId: 's', cleanSession: true, keepAliveS: 0, will: null });
    expect(twice.take()).toEqual(['CONNACK 0', 'closed']);
  });
});

describe('acknowledgements', () => {
  it('keep the window: so many under way, the next when one is through', () => {
    const stage = new Stage({ maxInflight: 2 });
    const client = stage.subscriber('s', 't', 2, { answers: false });
    const publisher = stage.connect('p');
    for (let n = 1; n <= 4; n++) publisher.publish('t', n, 2);
    expect(client.take()).toEqual(['t=1 q2 #1', 't=2 q2 #2']);
    client.connection.PUBREC(1);
    expect(client.take()).toEqual(['PUBREL #1']);
    client.connection.PUBCOMP(1);
    expect(client.take()).toEqual(['t=3 q2 #3']);
  });

  it('send PUBLISH and PUBREL again after a reconnect, as they went first, and nothing again before', () => {
    const stage = new Stage();
    const client = stage.subscriber('s', 't', 2, { clean: false, answers: false });
    const publisher = stage.connect('p');
    for (const [n, qos] of ([2, 2, 1, 2] as const).entries()) publisher.publish('t', n + 1, qos);
    client.connection.PUBREC(2);
    stage.wait(1000);
    expect(client.take()).toEqual(['t=1 q2 #1', 't=2 q2 #2', 't=3 q1 #3', 't=4 q2 #4', 'PUBREL #2']);
    client.connection.cut();
    publisher.publish('t', 5, 1);
    expect(stage.connect('s', { clean: false, answers: false }).take()).toEqual([
      'CONNACK 0 present',
      't=1 q2 #1 dup',
      'PUBREL #2',
      't=3 q1 #3 dup',
      't=4 q2 #4 dup',
      't=5 q1 #5',
    ]);
  });

  it('take a QoS 2 publish in once, however often it is sent until PUBREL, and hand it on then', () => {
    const stage = new Stage();
    const watcher = stage.subscriber('w', 't', 2);
    const client = stage.connect('p', { clean: false, answers: false });
    client.take();
    client.publish('t', 1, 2, { packetId: 7 });
    client.publish('t', 1, 2, { packetId: 7, dup: true });
    expect([client.take(), watcher.take()]).toEqual([['PUBREC #7', 'PUBREC #7'], []]);
    client.connection.cut();
    const again = stage.connect('p', { clean: false, answers: false });
    again.publish('t', 1, 2, { packetId: 7, dup: true });
    again.connection.PUBREL(7);
    again.connection.PUBREL(7);
    expect(again.take()).toEqual(['CONNACK 0 present', 'PUBREC #7', 'PUBCOMP #7', 'PUBCOMP #7']);
    again.publish('t', 2, 2, { packetId: 7 });
    again.connection.PUBREL(7);
    expect(watcher.take()).toEqual(['t=1 q2 #1', 't=2 q2 #2']);
  });

  it('answer QoS 2 on a new line only what comes on it, in its order, whatever is stored meanwhile', () => {
    const stage = new Stage({ storage: 'disk' }, (sim) => ({ disk: new Disk(sim, { latencyUs: 1000 }) }));
    const first = stage.connect('p', { clean: false, answers: false });
    for (const packetId of [1, 2]) first.publish('t', packetId, 2, { packetId });
    first.connection.cut();
    const second = stage.connect('p', { clean: false, answers: false });
    second.publish('t', 1, 2, { packetId: 1, dup: true });
    stage.wait(1);
    expect(second.take()).toEqual(['CONNACK 0 present', 'PUBREC #1']);
    second.publish('t', 2, 2, { packetId: 2, dup: true });
    expect(second.take()).toEqual(['PUBREC #2']);
  });

  it("make a second message of a QoS 2 publish that comes again on a new line, where packet ids are the connection's", () => {
    const handedOn = (settings: Partial<MqttSettings>): string[] => {
      const stage = new Stage(settings);
      const watcher = stage.subscriber('w', 't', 0);
      stage.connect('p', { clean: false, answers: false }).publish('t', 1, 2, { packetId: 7 });
      const again = stage.connect('p', { clean: false, answers: false });
      again.publish('t', 1, 2, { packetId: 7, dup: true });
      again.connection.PUBREL(7);
      return watcher.take();
    };
    expect(handedOn(activeMqtt)).toEqual(['t=1 q0', 't=1 q0']);
    expect(handedOn({ ...activeMqtt, receivedIds: 'session' })).toEqual(['t=1 q0']);
  });

  it('answer a QoS 2 publish with PUBACK where the broker knows QoS 1 at most [mq.mqtt-qos]', () => {
    const client = new Stage(rabbitMqtt).connect('p', { answers: false });
    client.publish('t', 1, 2, { packetId: 7 });
    expect(client.take()).toEqual(['CONNACK 0', 'PUBACK #7']);
  });

  it('release a client from packet ids that the broker does not know', () => {
    const client = new Stage().connect('p', { answers: false });
    client.take();
    client.connection.PUBREL(3);
    client.connection.PUBREC(4);
    client.connection.PUBACK(5);
    client.connection.PUBCOMP(6);
    expect(client.take()).toEqual(['PUBCOMP #3', 'PUBREL #4']);
  });
});

describe('wills', () => {
  const willOf = (end: (stage: Stage) => void, settings = {}): string[] => {
    const stage = new Stage(settings);
    const watcher = stage.subscriber('w', 'will', 0);
    end(stage);
    return watcher.take();
  };
  const will = { body: 5 };

  it('are sent when the line is cut, after a silence of one and a half keep-alives, and at a protocol error', () => {
    expect(willOf((stage) => stage.connect('s', { will }).connection.cut())).toEqual(['will=5 q0']);
    expect(willOf((stage) => stage.connect('s', { will }).publish('#', 1))).toEqual(['will=5 q0']);
    const silent = (seconds: number): string[] =>
      willOf((stage) => {
        const client = stage.connect('s', { will, keepAliveS: 10 });
        stage.wait(10);
        client.connection.PINGREQ();
        stage.wait(seconds);
      });
    expect(silent(14.999)).toEqual([]);
    expect(silent(15)).toEqual(['will=5 q0']);
  });

  it('are not sent after DISCONNECT', () => {
    expect(willOf((stage) => stage.connect('s', { will }).connection.DISCONNECT())).toEqual([]);
  });

  it('are retained where they say so', () => {
    const stage = new Stage();
    stage.connect('s', { will: { body: 5, retain: true } }).connection.cut();
    const late = stage.connect('late');
    late.subscribe('will', 0);
    expect(late.take().at(-1)).toBe('will=5 q0 retain');
  });

  it('at a take-over are sent always, only where the session ends, or never', () => {
    const takeOver = (clean: boolean, settings = {}): string[] =>
      willOf((stage) => {
        stage.connect('s', { will, clean });
        stage.connect('s', { clean });
      }, settings);
    expect(takeOver(true)).toEqual(['will=5 q0']);
    expect(takeOver(false)).toEqual([]);
    expect(takeOver(false, { willAtTakeover: 'always' })).toEqual(['will=5 q0']);
    expect(takeOver(true, rabbitMqtt)).toEqual([]);
  });
});

describe('a broker that is killed', () => {
  const survivors = (settings: object): string[] => {
    const stage = new Stage({ ...settings, offlineQos0: 'kept' });
    stage.subscriber('s', 't', 2, { clean: false }).connection.cut();
    const publisher = stage.connect('p', { will: { topic: 't', qos: 1 } });
    publisher.publish('t', 1, 0);
    publisher.publish('t', 2, 1, { retain: true });
    publisher.take();
    stage.broker.kill();
    expect(publisher.take()).toEqual(['closed']);
    expect(stage.broker.connect(publisher)).toBeNull();
    stage.broker.restart();
    const late = stage.connect('late');
    late.subscribe('t', 1);
    return [...stage.connect('s', { clean: false }).take(), ...late.take()];
  };

  it('without a disk forgets sessions and what is retained', () => {
    expect(survivors({ storage: 'none' })).toEqual(['CONNACK 0', 'CONNACK 0', 'SUBACK 1']);
  });

  it('with a disk has persistent sessions, their QoS 1 and 2 and what is retained; no will is sent', () => {
    expect(survivors({ storage: 'disk' })).toEqual([
      'CONNACK 0 present',
      't=2 q1 #1',
      'CONNACK 0',
      'SUBACK 1',
      't=2 q1 #1 retain',
    ]);
  });

  it('loses what was not committed, which was not acknowledged either', () => {
    let disk!: Disk;
    const stage = new Stage({ storage: 'disk' }, (sim) => {
      disk = new Disk(sim, { latencyUs: 1000 });
      return { disk };
    });
    stage.subscriber('s', 't', 1, { clean: false }).connection.cut();
    const publisher = stage.connect('p');
    publisher.publish('t', 1, 1);
    stage.wait(0.001);
    publisher.publish('t', 2, 1);
    expect(publisher.take()).toEqual(['CONNACK 0', 'PUBACK #1']);
    disk.lose();
    stage.broker.kill();
    stage.broker.restart();
    stage.wait(1);
    expect(stage.connect('s', { clean: false }).take()).toEqual(['CONNACK 0 present', 't=1 q1 #1']);
  });
});

describe('what a broker takes its time for', () => {
  it('packets take the processor one after another, in order; messages that go out keep it busy', () => {
    const costs = { publishUs: 100, deliveryUs: 50, otherUs: 10 };
    let processor!: Processor;
    const stage = new Stage({}, (sim) => {
      processor = new Processor(sim);
      return { processor, costs };
    });
    const subscriber = stage.connect('s');
    subscriber.subscribe('t', 0);
    stage.wait(0.000_02);
    expect(subscriber.take()).toEqual(['CONNACK 0', 'SUBACK 0']);
    const publisher = stage.connect('p');
    publisher.publish('t', 1, 1);
    publisher.connection.PINGREQ();
    stage.wait(0.000_11);
    expect([subscriber.take(), publisher.take()]).toEqual([['t=1 q0'], ['CONNACK 0', 'PUBACK #1']]);
    stage.wait(0.000_01);
    expect(publisher.take()).toEqual(['PINGRESP']);
    expect(processor.backlogUs).toBe(50);
  });

  it('publishers are not read from while they are blocked, and all of them is handled in order after it', () => {
    const stage = new Stage();
    const subscriber = stage.subscriber('s', 't', 0);
    const [publisher, gone] = [stage.connect('p'), stage.connect('gone')];
    stage.broker.setBlocked(true);
    publisher.publish('t', 1, 1);
    publisher.connection.PINGREQ();
    gone.publish('t', 2);
    gone.connection.cut();
    subscriber.connection.PINGREQ();
    expect([publisher.take(), subscriber.take()]).toEqual([['CONNACK 0'], ['PINGRESP']]);
    stage.broker.setBlocked(false);
    expect([publisher.take(), subscriber.take()]).toEqual([['PUBACK #1', 'PINGRESP'], ['t=1 q0']]);
  });

  it('what a client answers in the middle of a delivery waits until that is done', () => {
    const stage = new Stage();
    const [echo, watcher] = [stage.subscriber('echo', 'a', 0), stage.subscriber('w', '#', 0)];
    const publish = echo.PUBLISH.bind(echo);
    echo.PUBLISH = (packet) => {
      publish(packet);
      echo.publish('b', 2);
    };
    stage.connect('p').publish('a', 1);
    expect(watcher.take()).toEqual(['a=1 q0', 'b=2 q0']);
  });
});

describe('settings', () => {
  it.each([{ maxInflight: 65_535 }, { maxInflight: 1.5 }, { maxQueued: -1 }, { sessionExpiryS: -1 }])(
    'that cannot be are refused: %o',
    (settings) => {
      expect(() => new Stage(settings)).toThrow(expect.objectContaining({ code: 'bad-setting' }));
    },
  );
});
