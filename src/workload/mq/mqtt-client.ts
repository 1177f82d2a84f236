/**
 * What a good MQTT 3.1.1 client library does with one session: packet ids, what is not acknowledged and is sent again when the line is back, QoS 2 taken in once. No
 * network and no time inside: whoever holds it opens lines (`attach`), tells when they are gone (`onClosed`), waits between attempts and sends pings.
 *
 *   publish ─▶ waits ─▶ under way ──PUBACK | PUBREC, PUBREL, PUBCOMP──▶ onPublished
 *   onDelivered ◀── PUBLISH (QoS 2: if its packet id is new) ── PUBACK | PUBREC … PUBREL, PUBCOMP
 */
import {
  type ConnectPacket,
  type ConnectReturnCode,
  type Granted,
  type MqttConnection,
  type MqttOwner,
  type PublishPacket,
  type Qos,
  type TopicSubscription,
} from '../../services/mq/mqtt/operations.ts';

/** The way to the broker: what is said into it arrives in order, later or never, and never after it was cut. */
export type MqttLink = MqttConnection;

export interface MqttSessionSettings extends ConnectPacket {
  /** Most publishes with QoS 1 and 2 under way; others wait. 0: as many as there are packet ids. */
  readonly maxInflight: number;
  /** `onDelivery`: PUBACK and PUBREC when `onDelivered` returns. `byHand`: when `acknowledge` is called, which may be never. */
  readonly acknowledge: 'onDelivery' | 'byHand';
  /** Packet ids that there are; default 65,535. */
  readonly packetIds?: number;
}

export interface MqttSessionOwner {
  /** A message for the application. `packet.dup`: it may have had it before (QoS 1). Good until the call returns. */
  onDelivered(packet: Readonly<PublishPacket>): void;
  /** The broker has it (QoS 1, 2), or it was given to the line (QoS 0). */
  onPublished(tag: number): void;
  onConnected(sessionPresent: boolean): void;
  /** CONNACK said no; the line is closed after it. */
  onRefused(returnCode: ConnectReturnCode): void;
  onSubscribed(subscriptions: readonly TopicSubscription[], granted: readonly Granted[]): void;
  onDisconnected(): void;
}

/** What is awaited for a publish. */
type Awaited = 'nothing' | 'puback' | 'pubrec' | 'pubcomp';

interface Outgoing {
  readonly topic: string;
  readonly body: number;
  readonly bytes: number;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly tag: number;
  awaited: Awaited;
  /** It was given to a line before. */
  wasSent: boolean;
}

const PACKET_IDS = 65_535;

export class MqttSession implements MqttOwner {
  readonly #settings: MqttSessionSettings;
  readonly #owner: MqttSessionOwner;
  readonly #window: number;
  readonly #packetIds: number;
  #link: MqttLink | null = null;
  /** CONNACK has come. */
  #isConnected = false;
  /** In the middle of sending: an answer that comes at once sends nothing of its own. */
  #isSending = false;
  #lastId = 0;
  /** By packet id, in the order in which they were published. */
  readonly #outgoing = new Map<number, Outgoing>();
  /** From `#firstWaiting` on. */
  #waiting: Outgoing[] = [];
  #firstWaiting = 0;
  /** Packet ids of QoS 2 that were delivered, until their PUBREL; whether they were acknowledged. */
  readonly #received = new Map<number, boolean>();
  /** All that the application wants, by filter. */
  readonly #wanted = new Map<string, Qos>();
  readonly #subscribing = new Map<number, readonly TopicSubscription[]>();
  readonly #unsubscribing = new Map<number, readonly string[]>();
  readonly #out: PublishPacket = { topic: '', body: 0, bytes: 0, qos: 0, retain: false, dup: false, packetId: 0 };

  constructor(settings: MqttSessionSettings, owner: MqttSessionOwner) {
    this.#settings = settings;
    this.#owner = owner;
    this.#packetIds = settings.packetIds ?? PACKET_IDS;
    this.#window = settings.maxInflight === 0 ? this.#packetIds - 1 : settings.maxInflight;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }
  /** Publishes under way, and those that wait. */
  get unacknowledged(): number {
    return this.#outgoing.size + this.#waiting.length - this.#firstWaiting;
  }

  /** A new line is there. */
  attach(link: MqttLink): void {
    this.#link = link;
    link.CONNECT(this.#settings);
  }

  /** False: QoS 0 without a line, which is lost. `tag`: given back in `onPublished`. */
  publish(topic: string, body: number, bytes: number, qos: Qos, retain: boolean, tag: number): boolean {
    const outgoing: Outgoing = { topic, body, bytes, qos, retain, tag, awaited: 'nothing', wasSent: false };
    if (qos > 0) {
      this.#waiting.push(outgoing);
      this.#sendWaiting();
      return true;
    }
    if (!this.#isConnected) return false;
    this.#send(0, outgoing);
    this.#owner.onPublished(tag);
    return true;
  }

  subscribe(subscriptions: readonly TopicSubscription[]): void {
    for (const { filter, qos } of subscriptions) this.#wanted.set(filter, qos);
    if (this.#isConnected) this.#subscribe(subscriptions);
  }

  unsubscribe(filters: readonly string[]): void {
    for (const filter of filters) this.#wanted.delete(filter);
    const id = this.#nextId();
    this.#unsubscribing.set(id, filters);
    if (this.#isConnected) this.#link?.UNSUBSCRIBE(id, filters);
  }

  /**
   * By hand: the application has done its work. QoS 1: only on the line that delivered it, after which the broker delivers it again. QoS 2: at any time while the
   * session lasts; where the line is gone the broker asks again, and is told then.
   */
  acknowledge(packetId: number, qos: Qos): void {
    if (qos === 2) {
      if (!this.#received.has(packetId)) return;
      this.#received.set(packetId, true);
    }
    if (!this.#isConnected) return;
    if (qos === 1) this.#link?.PUBACK(packetId);
    else if (qos === 2) this.#link?.PUBREC(packetId);
  }

  ping(): void {
    if (this.#isConnected) this.#link?.PINGREQ();
  }

  /** In good order: no will. */
  disconnect(): void {
    const link = this.#link;
    this.onClosed(0, '');
    link?.DISCONNECT();
  }

  CONNACK(sessionPresent: boolean, returnCode: ConnectReturnCode): void {
    if (returnCode !== 0) {
      this.#owner.onRefused(returnCode);
      return;
    }
    this.#isConnected = true;
    if (!sessionPresent) this.#beginAnew();
    // What is published meanwhile goes behind what goes once more.
    this.#isSending = true;
    this.#owner.onConnected(sessionPresent);
    for (const [id, subscriptions] of this.#subscribing) this.#link?.SUBSCRIBE(id, subscriptions);
    for (const [id, filters] of this.#unsubscribing) this.#link?.UNSUBSCRIBE(id, filters);
    for (const [id, outgoing] of this.#outgoing) {
      if (outgoing.awaited === 'pubcomp') this.#link?.PUBREL(id);
      else this.#send(id, outgoing);
    }
    this.#isSending = false;
    this.#sendWaiting();
  }

  PUBLISH(packet: Readonly<PublishPacket>): void {
    const { qos, packetId } = packet;
    if (qos === 2 && this.#received.has(packetId)) {
      if (this.#received.get(packetId) === true) this.#link?.PUBREC(packetId);
      return;
    }
    if (qos === 2) this.#received.set(packetId, false);
    this.#owner.onDelivered(packet);
    if (this.#settings.acknowledge === 'onDelivery') this.acknowledge(packetId, qos);
  }

  PUBREL(packetId: number): void {
    this.#received.delete(packetId);
    this.#link?.PUBCOMP(packetId);
  }

  /** Of QoS 2 too: a broker that knows QoS 1 at most is through with it then. */
  PUBACK(packetId: number): void {
    this.#finish(packetId);
  }

  PUBREC(packetId: number): void {
    const outgoing = this.#outgoing.get(packetId);
    if (outgoing !== undefined) outgoing.awaited = 'pubcomp';
    this.#link?.PUBREL(packetId);
  }

  PUBCOMP(packetId: number): void {
    this.#finish(packetId);
  }

  SUBACK(packetId: number, granted: readonly Granted[]): void {
    const subscriptions = this.#subscribing.get(packetId);
    if (subscriptions === undefined) return;
    this.#subscribing.delete(packetId);
    this.#owner.onSubscribed(subscriptions, granted);
  }

  UNSUBACK(packetId: number): void {
    this.#unsubscribing.delete(packetId);
  }

  PINGRESP(): void {
    // The line is there; who waits for it has seen that it is.
  }

  /** The line is gone, whoever ended it. What is under way is kept. */
  onClosed(_code: number, _text: string): void {
    if (this.#link === null) return;
    this.#link = null;
    this.#isConnected = false;
    this.#owner.onDisconnected();
  }

  /** The broker knows nothing of this session: its packet ids are new ones, and its subscriptions are to be told again. */
  #beginAnew(): void {
    this.#received.clear();
    this.#unsubscribing.clear();
    this.#subscribing.clear();
    const wanted = [...this.#wanted].map(([filter, qos]) => ({ filter, qos }));
    if (wanted.length > 0) this.#subscribing.set(this.#nextId(), wanted);
  }

  #subscribe(subscriptions: readonly TopicSubscription[]): void {
    const id = this.#nextId();
    this.#subscribing.set(id, subscriptions);
    this.#link?.SUBSCRIBE(id, subscriptions);
  }

  #sendWaiting(): void {
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#isConnected && this.#firstWaiting < this.#waiting.length && this.#outgoing.size < this.#window) {
      const outgoing = this.#nextWaiting();
      const id = this.#nextId();
      outgoing.awaited = outgoing.qos === 1 ? 'puback' : 'pubrec';
      this.#outgoing.set(id, outgoing);
      this.#send(id, outgoing);
    }
    this.#isSending = false;
  }

  /** A long backlog is not moved up for each. */
  #nextWaiting(): Outgoing {
    const outgoing = this.#waiting[this.#firstWaiting++] as Outgoing;
    if (this.#firstWaiting * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#firstWaiting);
      this.#firstWaiting = 0;
    }
    return outgoing;
  }

  #send(id: number, outgoing: Outgoing): void {
    if (this.#link === null) return;
    const out = this.#out;
    out.topic = outgoing.topic;
    out.body = outgoing.body;
    out.bytes = outgoing.bytes;
    out.qos = outgoing.qos;
    out.retain = outgoing.retain;
    out.dup = outgoing.wasSent;
    out.packetId = id;
    outgoing.wasSent = true;
    this.#link.PUBLISH(out);
  }

  #finish(packetId: number): void {
    const outgoing = this.#outgoing.get(packetId);
    if (outgoing === undefined) return;
    this.#outgoing.delete(packetId);
    this.#owner.onPublished(outgoing.tag);
    this.#sendWaiting();
  }

  #nextId(): number {
    do this.#lastId = this.#lastId === this.#packetIds ? 1 : this.#lastId + 1;
    while (
      this.#outgoing.has(this.#lastId) ||
      this.#subscribing.has(this.#lastId) ||
      this.#unsubscribing.has(this.#lastId)
    );
    return this.#lastId;
  }
}
