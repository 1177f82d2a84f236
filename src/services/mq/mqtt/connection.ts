/** One line to a client: the packets that come through it, and when it ends. What must outlive it is the session's. */
import type { Handle, Simulation } from '../../../kernel/index.ts';
import { type Door, type Extra, Kind } from './door.ts';
import {
  ConnectReturnCode,
  type ConnectPacket,
  type MqttConnection,
  type MqttOwner,
  type PublishPacket,
  type TopicSubscription,
  type Will,
} from './operations.ts';
import type { Session } from './session.ts';
import { isTopicFilter } from './topics.ts';

/** What a connection asks of its broker. */
export interface Host {
  /** The client id's session is this connection's from here on; CONNACK. */
  admit(connection: Connection, packet: ConnectPacket): void;
  published(connection: Connection, session: Session, packet: Readonly<PublishPacket>): void;
  released(connection: Connection, session: Session, packetId: number): void;
  subscribe(
    connection: Connection,
    session: Session,
    packetId: number,
    subscriptions: readonly TopicSubscription[],
  ): void;
  unsubscribe(session: Session, filters: readonly string[]): void;
  /** The session's connection is over. */
  detached(session: Session): void;
  closed(connection: Connection): void;
  publishWill(will: Will): void;
}

/** MQTT 3.1.1 has no packet by which a server says why it closes. */
const CUT = -1;
const US_PER_KEEP_ALIVE_SECOND = 1_500_000;
/** Late enough that a packet of the same instant is still in time. */
const GIVE_UP = 2;

/** Where nobody listens any more. */
const NOBODY: MqttOwner = {
  CONNACK: () => undefined,
  PUBLISH: () => undefined,
  PUBACK: () => undefined,
  PUBREC: () => undefined,
  PUBREL: () => undefined,
  PUBCOMP: () => undefined,
  SUBACK: () => undefined,
  UNSUBACK: () => undefined,
  PINGRESP: () => undefined,
  onClosed: () => undefined,
};

export class Connection implements MqttConnection {
  owner: MqttOwner;
  session: Session | null = null;
  will: Will | null = null;
  readonly #sim: Simulation;
  readonly #broker: Host;
  readonly #door: Door;
  /** The client has left, or the line is cut: it sends nothing more. */
  #left = false;
  /** The broker is done with it. */
  #ended = false;
  #heardUs = 0;
  #keepAliveUs = 0;
  #timer: Handle | null = null;

  constructor(sim: Simulation, broker: Host, door: Door, owner: MqttOwner) {
    this.#sim = sim;
    this.#broker = broker;
    this.#door = door;
    this.owner = owner;
  }

  CONNECT(packet: ConnectPacket): void {
    this.#take(Kind.connect, 0, null, packet);
  }
  PUBLISH(packet: Readonly<PublishPacket>): void {
    this.#take(Kind.publish, packet.packetId, packet, null);
  }
  PUBACK(packetId: number): void {
    this.#take(Kind.puback, packetId, null, null);
  }
  PUBREC(packetId: number): void {
    this.#take(Kind.pubrec, packetId, null, null);
  }
  PUBREL(packetId: number): void {
    this.#take(Kind.pubrel, packetId, null, null);
  }
  PUBCOMP(packetId: number): void {
    this.#take(Kind.pubcomp, packetId, null, null);
  }
  SUBSCRIBE(packetId: number, subscriptions: readonly TopicSubscription[]): void {
    this.#take(Kind.subscribe, packetId, null, subscriptions);
  }
  UNSUBSCRIBE(packetId: number, filters: readonly string[]): void {
    this.#take(Kind.unsubscribe, packetId, null, filters);
  }
  PINGREQ(): void {
    this.#take(Kind.pingreq, 0, null, null);
  }
  DISCONNECT(): void {
    this.#leave(Kind.disconnect);
  }
  cut(): void {
    this.#leave(Kind.cut);
  }

  /** The door's: its turn has come. */
  handle(kind: Kind, packetId: number, packet: Readonly<PublishPacket> | null, extra: Extra): void {
    if (this.#ended) return;
    if (kind === Kind.cut || kind === Kind.silent) this.fail();
    else if (kind === Kind.connect) this.#connect(extra as ConnectPacket);
    else if (this.session === null) this.fail();
    else this.#handle(this.session, kind, packetId, packet, extra);
  }

  /** The broker closes, for a silence or a packet that may not be; or the line is gone: the will is published. */
  fail(): void {
    this.end(true);
  }

  /** Whatever the reason. */
  end(withWill: boolean): void {
    if (this.#ended) return;
    const { owner, will, session } = this;
    this.close();
    this.will = null;
    if (session !== null) this.#broker.detached(session);
    if (withWill && will !== null) this.#broker.publishWill(will);
    owner.onClosed(CUT, '');
  }

  /** The broker died: no will, and what the session is left with is the broker's to say. */
  lose(): void {
    const { owner } = this;
    this.close();
    owner.onClosed(CUT, '');
  }

  /** Nothing passes through it from here on; the session is left as it is. */
  close(): void {
    this.#left = true;
    this.#ended = true;
    this.owner = NOBODY;
    if (this.#timer !== null) this.#sim.cancel(this.#timer);
    this.#timer = null;
    this.#broker.closed(this);
  }

  #take(kind: Kind, packetId: number, packet: Readonly<PublishPacket> | null, extra: Extra): void {
    if (this.#left) return;
    this.#heardUs = this.#sim.now;
    this.#door.take(kind, this, packetId, packet, extra);
  }

  #leave(kind: Kind): void {
    if (this.#left) return;
    this.#left = true;
    this.owner = NOBODY;
    this.#door.take(kind, this, 0, null, null);
  }

  #connect(packet: ConnectPacket): void {
    if (this.session !== null) this.fail();
    else if (packet.clientId === '' && !packet.cleanSession) {
      this.owner.CONNACK(false, ConnectReturnCode.identifierRejected);
      this.fail();
    } else {
      this.will = packet.will;
      this.#keepAliveUs = packet.keepAliveS * US_PER_KEEP_ALIVE_SECOND;
      if (this.#keepAliveUs > 0) this.#watch(this.#heardUs + this.#keepAliveUs);
      this.#broker.admit(this, packet);
    }
  }

  #handle(session: Session, kind: Kind, packetId: number, packet: Readonly<PublishPacket> | null, extra: Extra): void {
    switch (kind) {
      case Kind.publish:
        this.#broker.published(this, session, packet as Readonly<PublishPacket>);
        break;
      case Kind.puback:
        session.onPuback(packetId);
        break;
      case Kind.pubrec:
        session.onPubrec(packetId);
        break;
      case Kind.pubrel:
        this.#broker.released(this, session, packetId);
        break;
      case Kind.pubcomp:
        session.onPubcomp(packetId);
        break;
      case Kind.subscribe:
        this.#subscribe(session, packetId, extra as readonly TopicSubscription[]);
        break;
      case Kind.unsubscribe:
        this.#broker.unsubscribe(session, extra as readonly string[]);
        this.owner.UNSUBACK(packetId);
        break;
      case Kind.pingreq:
        this.owner.PINGRESP();
        break;
      case Kind.disconnect:
        this.end(false);
        break;
      default:
    }
  }

  #subscribe(session: Session, packetId: number, subscriptions: readonly TopicSubscription[]): void {
    const isValid = subscriptions.length > 0 && subscriptions.every(({ filter }) => isTopicFilter(filter));
    if (isValid) this.#broker.subscribe(this, session, packetId, subscriptions);
    else this.fail();
  }

  #watch(atUs: number): void {
    this.#timer = this.#sim.scheduleAt(atUs, this.#onTimer, 0, GIVE_UP);
  }

  readonly #onTimer = (): void => {
    this.#timer = null;
    const dueUs = this.#heardUs + this.#keepAliveUs;
    if (dueUs > this.#sim.now) this.#watch(dueUs);
    else this.#door.take(Kind.silent, this, 0, null, null);
  };
}
