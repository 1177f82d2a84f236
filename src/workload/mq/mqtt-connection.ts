/**
 * A device's connection to a broker over MQTT: the client library's session at this end, packets as frames, the broker's connection at the other.
 *
 *   MqttSession ─ packets ─▶ Transport ─▶ MqttConnection (broker)
 *
 * MQTT has no refusal: a message whose handler failed is acknowledged all the same.
 */
import type { Simulation } from '../../kernel/index.ts';
import {
  type ConnectPacket,
  type ConnectReturnCode,
  type Granted,
  type MqttConnection as BrokersEnd,
  type MqttOwner,
  type PublishPacket,
  type Qos,
  type TopicSubscription,
} from '../../services/mq/mqtt/operations.ts';
import { Outcome, type Requests } from '../../services/ports.ts';
import type { Arrival, ClientConnection, ConnectionOwner } from './connection.ts';
import type { Frame } from './line.ts';
import { type MqttLink, MqttSession, type MqttSessionOwner } from './mqtt-client.ts';
import { type NetworkPorts, Transport, type TransportEnds } from './transport.ts';

export interface MqttConnectionPorts extends NetworkPorts {
  readonly requests: Requests;
  readonly clientId: string;
  readonly qos: Qos;
  /** Publishes under way at most. */
  readonly maxInflight: number;
  /** null: nobody is there. */
  readonly connect: (owner: MqttOwner) => BrokersEnd | null;
  /** The topic that a request is published to. */
  readonly topicOf: (request: number) => string;
  /** What it is subscribed to; null: nothing. */
  readonly filter: string | null;
}

const Connect = 1;
const Publish = 2;
const PubAck = 3;
const PubRec = 4;
const PubRel = 5;
const PubComp = 6;
const Subscribe = 7;
const Unsubscribe = 8;
const Ping = 9;
const ConnAck = 10;
const SubAck = 11;
const UnsubAck = 12;

/** Parts of a handle: the packet's id above its QoS. */
const QOS_BITS = 4;

export class MqttClientConnection implements ClientConnection, TransportEnds, MqttSessionOwner {
  readonly answers: boolean;
  readonly acknowledges: boolean;
  readonly keeps: boolean;
  /** QoS 2: it does not come again, and can be acknowledged on the next line. */
  readonly keepsInHand: boolean;
  readonly #sim: Simulation;
  readonly #index: number;
  readonly #ports: MqttConnectionPorts;
  readonly #owner: ConnectionOwner;
  readonly #transport: Transport;
  readonly #topics = new TopicNumbers();
  readonly #wanted: readonly TopicSubscription[];
  #session: MqttSession;
  #atBroker: BrokersEnd | null = null;
  readonly #packet: PublishPacket = { topic: '', body: 0, bytes: 0, qos: 0, retain: false, dup: false, packetId: 0 };
  readonly #arrival: { -readonly [K in keyof Arrival]: Arrival[K] } = {
    handle: 0,
    body: 0,
    id: -1,
    sequence: -1,
    deliveries: 0,
    group: -1,
    sentUs: 0,
  };

  constructor(sim: Simulation, index: number, ports: MqttConnectionPorts, owner: ConnectionOwner) {
    this.#sim = sim;
    this.#index = index;
    this.#ports = ports;
    this.#owner = owner;
    this.answers = ports.qos > 0;
    this.acknowledges = ports.qos > 0;
    this.keeps = ports.qos > 0;
    this.keepsInHand = ports.qos === 2;
    this.#wanted = ports.filter === null ? [] : [{ filter: ports.filter, qos: ports.qos }];
    this.#transport = new Transport(sim, index, ports, this);
    this.#session = this.#newSession();
  }

  /** With QoS 1 and 2 the session takes what is published whenever it is. */
  get isOpen(): boolean {
    return this.keeps || this.#session.isConnected;
  }

  open(): void {
    this.#transport.open();
  }

  publish(request: number, tag: number): void {
    const { requests, topicOf, qos } = this.#ports;
    this.#session.publish(topicOf(request), request, requests.bytes(request), qos, false, tag);
  }

  acknowledge(handle: number): boolean {
    this.#session.acknowledge(Math.floor(handle / QOS_BITS), (handle % QOS_BITS) as Qos);
    return true;
  }

  refuse(handle: number): boolean {
    return this.acknowledge(handle);
  }

  /** What the client knew of its session is gone; the broker still has it. */
  crash(): void {
    this.#transport.crash();
    this.#session = this.#newSession();
  }

  breakLine(): void {
    this.#transport.breakLine();
  }

  // --- the session's owner ---

  onDelivered({ body, qos, dup, packetId }: Readonly<PublishPacket>): void {
    const arrival = this.#arrival;
    arrival.handle = packetId * QOS_BITS + qos;
    arrival.body = body;
    arrival.deliveries = dup ? 2 : 1;
    arrival.sentUs = this.#sentUs;
    this.#owner.onMessage(this.#index, arrival);
  }

  onPublished(tag: number): void {
    if (this.answers) this.#owner.onAnswer(this.#index, tag, Outcome.ok);
  }

  onConnected(): void {
    if (this.#wanted.length === 0) this.#owner.onOpen(this.#index);
  }

  onRefused(_returnCode: ConnectReturnCode): void {}

  onSubscribed(): void {
    this.#owner.onOpen(this.#index);
  }

  onDisconnected(): void {
    this.#owner.onLost(this.#index);
  }

  // --- both ends of the line ---

  onConnect(): boolean {
    this.#atBroker = this.#ports.connect(this.#fromBroker);
    return this.#atBroker !== null;
  }

  onCut(): void {
    const atBroker = this.#atBroker;
    this.#atBroker = null;
    atBroker?.cut();
  }

  onOpen(): void {
    this.#session.attach(this.#toBroker);
    if (this.#wanted.length > 0) this.#session.subscribe(this.#wanted);
  }

  onLost(): void {
    this.#atBroker = null;
    this.#session.onClosed(-1, '');
  }

  onReachedBroker(frame: Frame): void {
    const atBroker = this.#atBroker;
    const { kind, a } = frame;
    if (kind === Publish) {
      const body = frame.b;
      atBroker?.PUBLISH(this.#read(frame));
      this.#ports.requests.release(body);
    } else if (kind === Connect) atBroker?.CONNECT(this.#connectPacket());
    else if (kind === PubAck) atBroker?.PUBACK(a);
    else if (kind === PubRec) atBroker?.PUBREC(a);
    else if (kind === PubRel) atBroker?.PUBREL(a);
    else if (kind === PubComp) atBroker?.PUBCOMP(a);
    else if (kind === Subscribe) atBroker?.SUBSCRIBE(a, this.#wanted);
    else if (kind === Ping) atBroker?.PINGREQ();
  }

  onReachedClient(frame: Frame): void {
    const { kind, a, b } = frame;
    const session = this.#session;
    if (kind === Publish) {
      this.#sentUs = frame.g;
      session.PUBLISH(this.#read(frame));
      this.#ports.requests.release(frame.b);
    } else if (kind === ConnAck) session.CONNACK(a === 1, b as ConnectReturnCode);
    else if (kind === PubAck) session.PUBACK(a);
    else if (kind === PubRec) session.PUBREC(a);
    else if (kind === PubRel) session.PUBREL(a);
    else if (kind === PubComp) session.PUBCOMP(a);
    else if (kind === SubAck) session.SUBACK(a, [b as Granted]);
    else if (kind === UnsubAck) session.UNSUBACK(a);
  }

  onDropped({ kind, b }: Frame): void {
    if (kind === Publish) this.#ports.requests.release(b);
  }

  #sentUs = 0;

  /** a: topic and flags, b: body, c: bytes, d: packet id. */
  #write(packet: Readonly<PublishPacket>): readonly [number, number, number, number] {
    const { topic, body, bytes, qos, retain, dup, packetId } = packet;
    this.#ports.requests.retain(body);
    const flags = qos + (retain ? 4 : 0) + (dup ? 8 : 0);
    return [this.#topics.numberOf(topic) * 16 + flags, body, bytes, packetId];
  }

  #read({ a, b, c, d }: Frame): PublishPacket {
    const packet = this.#packet;
    packet.topic = this.#topics.nameOf(Math.floor(a / 16));
    packet.qos = (a & 3) as Qos;
    packet.retain = (a & 4) !== 0;
    packet.dup = (a & 8) !== 0;
    packet.body = b;
    packet.bytes = c;
    packet.packetId = d;
    return packet;
  }

  #connectPacket(): ConnectPacket {
    return { clientId: this.#ports.clientId, cleanSession: false, keepAliveS: 0, will: null };
  }

  #newSession(): MqttSession {
    const { maxInflight, filter } = this.#ports;
    return new MqttSession(
      { ...this.#connectPacket(), maxInflight, acknowledge: filter === null ? 'onDelivery' : 'byHand' },
      this,
    );
  }

  readonly #toBroker: MqttLink = {
    CONNECT: () => void this.#transport.up(Connect),
    PUBLISH: (packet) => {
      const [a, b, c, d] = this.#write(packet);
      if (!this.#transport.up(Publish, a, b, c, d)) this.#ports.requests.release(b);
    },
    PUBACK: (id) => void this.#transport.up(PubAck, id),
    PUBREC: (id) => void this.#transport.up(PubRec, id),
    PUBREL: (id) => void this.#transport.up(PubRel, id),
    PUBCOMP: (id) => void this.#transport.up(PubComp, id),
    SUBSCRIBE: (id) => void this.#transport.up(Subscribe, id),
    UNSUBSCRIBE: (id) => void this.#transport.up(Unsubscribe, id),
    PINGREQ: () => void this.#transport.up(Ping),
    DISCONNECT: () => {},
    cut: () => {},
  };

  readonly #fromBroker: MqttOwner = {
    CONNACK: (present, code) => this.#transport.down(ConnAck, present ? 1 : 0, code),
    PUBLISH: (packet) => {
      const [a, b, c, d] = this.#write(packet);
      this.#transport.down(Publish, a, b, c, d, 0, 0, this.#sim.now);
    },
    PUBACK: (id) => this.#transport.down(PubAck, id),
    PUBREC: (id) => this.#transport.down(PubRec, id),
    PUBREL: (id) => this.#transport.down(PubRel, id),
    PUBCOMP: (id) => this.#transport.down(PubComp, id),
    SUBACK: (id, granted) => this.#transport.down(SubAck, id, granted[0] ?? 0),
    UNSUBACK: (id) => this.#transport.down(UnsubAck, id),
    PINGRESP: () => {},
    onClosed: () => {
      this.#atBroker = null;
      this.#transport.closed();
    },
  };
}

/** Topics as numbers, so that a frame is numbers alone. */
class TopicNumbers {
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  nameOf(number: number): string {
    return this.#names[number] as string;
  }
}
