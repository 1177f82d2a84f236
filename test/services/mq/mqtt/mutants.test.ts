/** The property of properties.test.ts notices a broker, or a client, with one thing wrong. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Mutation, mutant } from '../../../support/mutant.ts';
import { plays } from './play.ts';

const BROKER = 'src/services/mq/mqtt/broker.ts';
const SESSION = 'src/services/mq/mqtt/session.ts';
const STORAGE = 'src/services/mq/mqtt/storage.ts';
const CONNECTION = 'src/services/mq/mqtt/connection.ts';
const CLIENT = 'src/workload/mq/mqtt-client.ts';

const mutations: readonly Mutation[] = [
  {
    name: 'the broker does not keep that it sent PUBREL: the id is free at PUBREC',
    file: SESSION,
    find: '        this.#inflight.awaited[place] = Awaited.pubcomp;',
    replace: '        this.#inflight.remove(place);',
  },
  {
    name: 'the broker sends PUBLISH once more where it owes PUBREL',
    file: SESSION,
    find: '        this.#acknowledged(place);\n        this.#inflight.awaited[place] = Awaited.pubcomp;',
    replace: '',
  },
  {
    name: 'the client does not keep that it sent PUBREL',
    file: CLIENT,
    find: "    if (outgoing !== undefined) outgoing.awaited = 'pubcomp';",
    replace: '    if (outgoing !== undefined) this.#finish(packetId);',
  },
  {
    name: 'the client forgets an id at PUBREC',
    file: CLIENT,
    find: '    else if (qos === 2) this.#link?.PUBREC(packetId);',
    replace: '    else if (qos === 2) { this.#received.delete(packetId); this.#link?.PUBREC(packetId); }',
  },
  {
    name: 'the client knows what it had by its payload',
    file: CLIENT,
    find: '    const { qos, packetId } = packet;',
    replace: '    const { qos } = packet; const packetId = packet.body as number;',
    and: [
      {
        find: "    if (this.#settings.acknowledge === 'onDelivery') this.acknowledge(packetId, qos);",
        replace:
          '    if (qos === 1) this.#link?.PUBACK(packet.packetId); if (qos === 2) { this.#received.set(packetId, true); this.#link?.PUBREC(packet.packetId); }',
      },
      {
        find: '      if (this.#received.get(packetId) === true) this.#link?.PUBREC(packetId);',
        replace: '      this.#link?.PUBREC(packet.packetId);',
      },
    ],
  },
  {
    name: 'the client delivers QoS 2 as often as it comes',
    file: CLIENT,
    find: '    if (qos === 2 && this.#received.has(packetId)) {',
    replace: '    if (qos === 2 && this.#received.has(-1)) {',
  },
  {
    name: 'the client sends nothing again',
    file: CLIENT,
    find: '      else this.#send(id, outgoing);',
    replace: '      else if (outgoing.wasSent === false) this.#send(id, outgoing);',
  },
  {
    name: 'the client sends again under a new id',
    file: CLIENT,
    find: '      else this.#send(id, outgoing);',
    replace: '      else this.#send((id % 5) + 1, outgoing);',
  },
  {
    name: 'the client sends what waits before what goes again',
    file: CLIENT,
    find: '    this.#isSending = true;\n    this.#owner.onConnected(sessionPresent);',
    replace: '    this.#sendWaiting();\n    this.#owner.onConnected(sessionPresent);',
    and: [
      { find: '    this.#window = settings.maxInflight === 0', replace: '    this.#window = settings.maxInflight > 0' },
    ],
  },
  {
    name: 'the session is lost on reconnect',
    file: BROKER,
    find: '    if (session !== undefined && packet.cleanSession) {',
    replace: '    if (session !== undefined) {',
  },
  {
    name: 'the broker forgets which ids came in when the line is gone',
    file: BROKER,
    find: "      if (this.settings.receivedIds === 'connection') session.forgetReceived();",
    replace: '      session.forgetReceived();',
  },
  {
    name: 'the broker takes QoS 2 in as often as it comes',
    file: BROKER,
    find: '      if (before !== undefined) {',
    replace: '      if (before !== undefined && before === PENDING) {',
  },
  {
    name: 'the broker acknowledges QoS 2 before it is stored',
    file: BROKER,
    find: '        if (before === PENDING) session.askedAgain.set(packet.packetId, connection);\n        else connection',
    replace: '        connection',
  },
  {
    name: 'the broker acknowledges QoS 1 before it is stored',
    file: BROKER,
    find: '    this.#storage.take(packet, qos, connection, session);',
    replace:
      '    if (qos === 1) connection.owner.PUBACK(packet.packetId); this.#storage.take(packet, qos, qos === 1 ? null : connection, session);',
  },
  {
    name: 'PUBREC goes to whichever line there is',
    file: BROKER,
    find: '      const asker = session.askedAgain.get(packetId) ?? line;',
    replace: '      const asker = session.connection;',
  },
  {
    name: 'nothing is sent again on reconnect',
    file: SESSION,
    find: '      else {\n        inflight.sent[place]',
    replace: '      else if (awaited > 9) {\n        inflight.sent[place]',
  },
  {
    name: 'dup is never set',
    file: SESSION,
    find: '    out.dup = deliveries > 1;',
    replace: '    out.dup = deliveries > 99;',
  },
  {
    name: 'what waits is sent before what goes again',
    file: SESSION,
    find: '    const inflight = this.#inflight;\n    for (let place = inflight.start; place < inflight.end; place++) {\n      const awaited',
    replace:
      '    const inflight = this.#inflight; this.#pump();\n    for (let place = inflight.start; place < inflight.end; place++) {\n      const awaited',
  },
  {
    name: 'what is new overtakes what waits',
    file: SESSION,
    find: '    const goesNow = this.#hasRoom && this.#waiting.count === 0;',
    replace: '    const goesNow = this.connection !== null && this.#inflight.count < this.#shared.window + 1;',
  },
  {
    name: 'the window is one too wide',
    file: SESSION,
    find: 'this.#inflight.count < this.#shared.window;',
    replace: 'this.#inflight.count <= this.#shared.window;',
  },
  {
    name: 'QoS 1 and 2 are dropped while the client is away',
    file: BROKER,
    find: '        if (most > 0 || (keepsQos0',
    replace: '        if (connection !== null || (keepsQos0',
  },
  {
    name: 'QoS 0 is kept at the publisher and sent twice',
    file: CLIENT,
    find: '    this.#send(0, outgoing);\n',
    replace: '    this.#send(0, outgoing); this.#send(0, outgoing);\n',
  },
  {
    name: 'what is retained first stays',
    file: 'src/services/mq/mqtt/retained.ts',
    find: '    this.#messages.hold(row);\n    this.#letGo(node);',
    replace: '    if (node.copy >= 0) return;\n    this.#messages.hold(row);',
  },
  {
    name: 'a will is sent after DISCONNECT',
    file: CONNECTION,
    find: '        this.end(false);',
    replace: '        this.end(true);',
  },
  {
    name: 'a cut line has no will',
    file: CONNECTION,
    find: '  fail(): void {\n    this.end(true);',
    replace: '  fail(): void {\n    this.end(false);',
  },
  {
    name: 'a will is sent twice',
    file: CONNECTION,
    find: '    if (withWill && will !== null) this.#broker.publishWill(will);',
    replace: '    if (withWill && will !== null) { this.#broker.publishWill(will); this.#broker.publishWill(will); }',
  },
  {
    name: 'what was stored is lost in a kill',
    file: SESSION,
    find: '      if (qosOf(copy) === 0) this.#letGo',
    replace: '      if (qosOf(copy) < 2) this.#letGo',
  },
  {
    name: 'a commit hands on the last one first',
    file: STORAGE,
    find: '    const intake = this.#waiting[this.#head++] as Intake;',
    replace: '    const intake = this.#waiting.pop() as Intake;',
  },
];

describe('what is broken in MQTT is noticed', () => {
  it.each(mutations)('$name', async (mutation) => {
    const { faults } = await mutant<typeof import('./play.ts')>('test/services/mq/mqtt/play.ts', mutation);
    const property = fc.property(plays, (play) => faults(play).length === 0);
    expect(fc.check(property, { seed: 11, numRuns: 3000, endOnFailure: true }).failed).toBe(true);
  });

  it('nothing is, where nothing is broken', async () => {
    const { faults } = await mutant<typeof import('./play.ts')>('test/services/mq/mqtt/play.ts', {
      name: 'the same in other words',
      file: SESSION,
      find: '    out.dup = deliveries > 1;',
      replace: '    out.dup = deliveries >= 2;',
    });
    const property = fc.property(plays, (play) => faults(play).length === 0);
    expect(fc.check(property, { seed: 11, numRuns: 100, endOnFailure: true }).failed).toBe(false);
  });
});
