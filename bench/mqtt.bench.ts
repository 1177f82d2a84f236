/**
 * Speed and memory of MQTT alone, CPU time: QoS 0 to one, ten and 10,000 subscribers, each way of acknowledging end to end, a fleet that publishes on topics of its own; bytes a session, and a
 * message that waits. Run: npm run bench mqtt
 */
import { Simulation } from '../src/kernel/index.ts';
import { MqttBroker, type MqttConnection, type MqttOwner, mosquitto, type Qos } from '../src/services/mq/mqtt/index.ts';

/** Answers as a client should, and counts. */
class Client implements MqttOwner {
  delivered = 0;
  connection!: MqttConnection;
  readonly #packet = { topic: '', body: 1, bytes: 100, qos: 0 as Qos, retain: false, dup: false, packetId: 0 };
  #nextId = 0;

  constructor(broker: MqttBroker, clientId: string, filter: string | null, qos: Qos, cleanSession = true) {
    const connection = broker.connect(this);
    if (connection === null) throw new Error('nobody there');
    this.connection = connection;
    connection.CONNECT({ clientId, cleanSession, keepAliveS: 0, will: null });
    if (filter !== null) connection.SUBSCRIBE(1, [{ filter, qos }]);
  }

  publish(topic: string, qos: Qos): void {
    const packet = this.#packet;
    packet.topic = topic;
    packet.qos = qos;
    if (qos > 0) this.#nextId = (this.#nextId % 65_535) + 1;
    packet.packetId = qos > 0 ? this.#nextId : 0;
    this.connection.PUBLISH(packet);
  }

  CONNACK(): void {}
  PUBLISH({ qos, packetId }: { readonly qos: Qos; readonly packetId: number }): void {
    this.delivered++;
    if (qos === 1) this.connection.PUBACK(packetId);
    else if (qos === 2) this.connection.PUBREC(packetId);
  }
  PUBACK(): void {}
  PUBREC(packetId: number): void {
    this.connection.PUBREL(packetId);
  }
  PUBREL(packetId: number): void {
    this.connection.PUBCOMP(packetId);
  }
  PUBCOMP(): void {}
  SUBACK(): void {}
  UNSUBACK(): void {}
  PINGRESP(): void {}
  onClosed(): void {}
}

function newBroker(): MqttBroker {
  return new MqttBroker(new Simulation({ seed: 1 }), { ...mosquitto, maxQueued: 0 });
}

/** CPU time, so that a busy machine changes it less. */
function seconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** Millions of deliveries a second, median of 3. */
function rate(subscribers: number, publishes: number, qos: Qos): string {
  const broker = newBroker();
  const clients = Array.from(
    { length: subscribers },
    (_, i) => new Client(broker, `s${i}`, 'plant/+/temperature', qos),
  );
  const publisher = new Client(broker, 'p', null, 0);
  const round = (): number => {
    const took = seconds(() => {
      for (let i = 0; i < publishes; i++) publisher.publish('plant/7/temperature', qos);
    });
    return (publishes * subscribers) / took / 1e6;
  };
  round();
  const rates = [round(), round(), round()].toSorted((a, b) => a - b);
  if (clients.some(({ delivered }) => delivered !== publishes * 4)) throw new Error('not all were delivered');
  return `${(rates[1] as number).toFixed(2)} M deliveries/s`;
}

/** 10,000 devices on topics of their own, all read by one. */
function fleet(qos: Qos): string {
  const broker = newBroker();
  const reader = new Client(broker, 'reader', 'fleet/+/state', qos);
  const devices = Array.from({ length: 10_000 }, (_, i) => new Client(broker, `d${i}`, `fleet/${i}/command`, 1));
  const topics = devices.map((_, i) => `fleet/${i}/state`);
  const round = (): number => {
    const took = seconds(() => {
      for (let n = 0; n < 100; n++)
        for (const [i, device] of devices.entries()) device.publish(topics[i] as string, qos);
    });
    return (100 * devices.length) / took / 1e6;
  };
  round();
  const rates = [round(), round(), round()].toSorted((a, b) => a - b);
  if (reader.delivered !== 4_000_000) throw new Error(`delivered ${reader.delivered}`);
  return `${(rates[1] as number).toFixed(2)} M messages/s`;
}

/** Twice: columns that were outgrown are given back late. */
function collect(): void {
  for (let i = 0; i < 2; i++) (globalThis as { gc?: () => void }).gc?.();
}
function bytesOf(work: () => unknown): number {
  collect();
  const before = process.memoryUsage();
  const kept = work();
  collect();
  const after = process.memoryUsage();
  if (kept === undefined) throw new Error('nothing to weigh');
  return after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
}

const SESSIONS = 20_000;
const WAITING = 1_000_000;
function sessionBytes(): number {
  const broker = newBroker();
  const bytes = bytesOf(() => {
    for (let i = 0; i < SESSIONS; i++)
      new Client(broker, `d${i}`, `fleet/${i}/command`, 1, false).connection.DISCONNECT();
    return broker;
  });
  return bytes / SESSIONS;
}
function waitingBytes(): number {
  const broker = newBroker();
  new Client(broker, 's', 't', 1, false).connection.DISCONNECT();
  const publisher = new Client(broker, 'p', null, 0);
  return (
    bytesOf(() => {
      for (let i = 0; i < WAITING; i++) publisher.publish('t', 1);
      return broker.counts.messages === WAITING ? broker : undefined;
    }) / WAITING
  );
}

console.log('MQTT 3.1.1, CPU time, median of 3');
console.log(`a session whose client is away:        ${sessionBytes().toFixed(0)} B`);
console.log(`a message that waits for one:          ${waitingBytes().toFixed(1)} B`);
console.log(`QoS 0 to one subscriber:               ${rate(1, 2_000_000, 0)}`);
console.log(`QoS 0 to ten:                          ${rate(10, 500_000, 0)}`);
console.log(`QoS 0 to 10,000:                       ${rate(10_000, 1000, 0)}`);
console.log(`QoS 1 to one, acknowledged:            ${rate(1, 500_000, 1)}`);
console.log(`QoS 1 to ten:                          ${rate(10, 100_000, 1)}`);
console.log(`QoS 2 to one, all four ways:           ${rate(1, 300_000, 2)}`);
console.log(`10,000 devices to one reader, QoS 0:   ${fleet(0)}`);
console.log(`10,000 devices to one reader, QoS 1:   ${fleet(1)}`);
