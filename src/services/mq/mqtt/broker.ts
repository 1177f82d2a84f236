/**
 * A broker that speaks MQTT 3.1.1: sessions by client id, subscriptions, what is retained, and the way of a message through it.
 *
 *   PUBLISH ─▶ door ─▶ disk (QoS 1, 2; where it has one) ─▶ retained? ─▶ sessions that match ─▶ PUBLISH
 *                                                     └─▶ PUBACK, PUBREC
 *
 * Which of a broker's freedoms it takes is data (`settings.ts`). Network, reconnects and what clients do are not its business.
 */
import type { Handle, Simulation } from '../../../kernel/index.ts';
import type { BrokerObserver } from '../broker/ports.ts';
import { Connection, type Host } from './connection.ts';
import { copyOf, isRetained, qosOf, rowOf } from './copies.ts';
import { Door, type MqttCosts, type ProcessorPort } from './door.ts';
import { MqModelError } from '../broker/errors.ts';
import { type BodyHolds, MessageTable } from './message-table.ts';
import {
  ConnectReturnCode,
  type ConnectPacket,
  type Granted,
  type MqttConnection,
  type MqttOperations,
  type MqttOwner,
  type PublishPacket,
  type Qos,
  type TopicSubscription,
  type Will,
} from './operations.ts';
import { RetainedMessages } from './retained.ts';
import { PENDING, Session, type Shared, TAKEN } from './session.ts';
import type { MqttSettings } from './settings.ts';
import { type Intake, type DiskPort, Storage } from './storage.ts';
import { SubscriptionTree } from './subscription-tree.ts';
import { granted, TopicTable, withoutQos0 } from './topic-table.ts';
import { hasWildcard, isTopicName } from './topics.ts';

const PACKET_IDS = 65_535;
/** One packet id stays free. */
const MAX_WINDOW = PACKET_IDS - 1;
const MAX_EXPIRY_S = 4e9;
const US_PER_SECOND = 1_000_000;
const FREE: MqttCosts = { publishUs: 0, deliveryUs: 0, otherUs: 0 };

/** What a broker stands on; all may be left out. */
export interface MqttPorts {
  readonly observer?: BrokerObserver | null;
  /** Holds a body as long as the broker has a message of it. */
  readonly holds?: BodyHolds | null;
  readonly processor?: ProcessorPort | null;
  /** Default: no time at all. */
  readonly costs?: MqttCosts;
  /** Of a broker whose `storage` is `disk`; without one a commit takes no time. */
  readonly disk?: DiskPort | null;
  /** Packet ids that there are, more than `maxInflight`; default 65,535. So few that they are used again soon show what depends on that. */
  readonly packetIds?: number;
}

/** What has passed, and what there is. */
export interface MqttCounts {
  /** PUBLISH packets that came in, and went out. */
  readonly received: number;
  readonly delivered: number;
  /** Copies that a session did not get: its queue was full, or its client away. */
  readonly dropped: number;
  readonly connections: number;
  readonly sessions: number;
  readonly retained: number;
  /** Messages that somebody still needs, once each, and their bytes. */
  readonly messages: number;
  readonly bytes: number;
}

export class MqttBroker implements MqttOperations {
  readonly settings: MqttSettings;
  readonly #sim: Simulation;
  readonly #observer: BrokerObserver | null;
  readonly #messages: MessageTable;
  readonly #shared: Shared;
  readonly #door: Door;
  readonly #storage: Storage;
  readonly #tree = new SubscriptionTree<Session>();
  readonly #topics: TopicTable;
  readonly #retained: RetainedMessages;
  readonly #sessions = new Map<string, Session>();
  readonly #byNumber = new Map<number, Session>();
  readonly #connections = new Set<Connection>();
  /** Of sessions whose client is away. */
  readonly #expiries = new Map<Session, Handle>();
  readonly #host: Host;
  #received = 0;
  #nextSession = 0;
  #nextMessage = 0;
  #isUp = true;

  /** Throws MqModelError `bad-setting`. */
  constructor(sim: Simulation, settings: MqttSettings, ports: MqttPorts = {}) {
    checkSettings(settings);
    this.#sim = sim;
    this.settings = settings;
    this.#observer = ports.observer ?? null;
    this.#messages = new MessageTable(ports.holds ?? null);
    this.#shared = {
      messages: this.#messages,
      observer: this.#observer,
      out: { topic: '', body: 0, bytes: 0, qos: 0, retain: false, dup: false, packetId: 0 },
      window: settings.maxInflight === 0 ? MAX_WINDOW : settings.maxInflight,
      maxQueued: settings.maxQueued,
      packetIds: ports.packetIds ?? PACKET_IDS,
      delivered: 0,
      dropped: 0,
    };
    this.#door = new Door(ports.processor ?? null, ports.costs ?? FREE, ports.holds ?? null);
    this.#storage = new Storage(
      settings.storage === 'disk' ? (ports.disk ?? null) : null,
      (intake) => this.#inside(() => this.#taken(intake)),
      ports.holds ?? null,
    );
    this.#topics = new TopicTable(this.#tree, settings.overlapping);
    this.#retained = new RetainedMessages(this.#messages);
    this.#host = {
      admit: (connection, packet) => this.#admit(connection, packet),
      published: (connection, session, packet) => this.#published(connection, session, packet),
      released: (connection, session, packetId) => this.#released(connection, session, packetId),
      subscribe: (connection, session, packetId, wanted) => this.#subscribe(connection, session, packetId, wanted),
      unsubscribe: (session, filters) => this.#unsubscribe(session, filters),
      detached: (session) => this.#detached(session),
      closed: (connection) => this.#connections.delete(connection),
      publishWill: (will) => this.#publishWill(will),
    };
  }

  connect(owner: MqttOwner): MqttConnection | null {
    if (!this.#isUp) return null;
    const connection = new Connection(this.#sim, this.#host, this.#door, owner);
    this.#connections.add(connection);
    return connection;
  }

  get counts(): MqttCounts {
    return {
      received: this.#received,
      delivered: this.#shared.delivered,
      dropped: this.#shared.dropped,
      connections: this.#connections.size,
      sessions: this.#sessions.size,
      retained: this.#retained.count,
      messages: this.#messages.count,
      bytes: this.#messages.totalBytes,
    };
  }

  /** The number that the observer knows a client's session by; -1: there is none. */
  sessionOf(clientId: string): number {
    return this.#sessions.get(clientId)?.number ?? -1;
  }
  /** Whose session the observer is told of; '': it has ended. */
  clientIdOf(session: number): string {
    return this.#byNumber.get(session)?.clientId ?? '';
  }
  /** Messages of a client's session: under way to it, and waiting. */
  depthOf(clientId: string): { readonly inflight: number; readonly waiting: number } {
    const session = this.#sessions.get(clientId);
    return { inflight: session?.inflightCount ?? 0, waiting: session?.waitingCount ?? 0 };
  }

  /** An alarm of memory or disk: connections that publish are not read from until it is over. Clients are not told: MQTT has no packet for it. */
  setBlocked(blocked: boolean): void {
    this.#door.setBlocked(blocked);
  }

  /** SIGKILL. All lines are cut, no wills; what was not stored is gone. Processor and disk are the node's, which loses their work with it. */
  kill(): void {
    this.#door.afterwards(() => {
      if (this.#isUp) this.#die();
    });
  }

  #die(): void {
    this.#isUp = false;
    const was = this.#door.begin();
    this.#door.lose();
    this.#storage.lose();
    for (const connection of this.#connections) connection.lose();
    for (const session of this.#sessions.values()) {
      session.connection = null;
      if (this.settings.storage === 'none' || session.clean) this.#end(session, 'lost');
      else {
        session.loseTransient();
        this.#endQos0(session);
      }
    }
    if (this.settings.storage === 'none') this.#retained.clearAll();
    this.#door.end(was);
  }

  /** There again, with what was stored. */
  restart(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    for (const session of this.#sessions.values()) this.#expireLater(session);
  }

  /** Outside a packet's handling, or in it. */
  #inside(work: () => void): void {
    const was = this.#door.begin();
    work();
    this.#door.end(was);
  }

  #admit(connection: Connection, packet: ConnectPacket): void {
    const clientId = packet.clientId === '' ? `auto-${this.#nextSession}` : packet.clientId;
    let session = this.#sessions.get(clientId);
    if (session?.connection instanceof Connection) this.#takeOver(session, session.connection, packet.cleanSession);
    session = this.#sessions.get(clientId);
    if (session !== undefined && packet.cleanSession) {
      this.#end(session);
      session = undefined;
    }
    const isPresent = session !== undefined;
    if (session === undefined) {
      session = new Session(this.#nextSession++, clientId, packet.cleanSession, this.#shared);
      this.#sessions.set(clientId, session);
      this.#byNumber.set(session.number, session);
    } else this.#cancelExpiry(session);
    session.connection = connection;
    connection.session = session;
    connection.owner.CONNACK(isPresent, ConnectReturnCode.accepted);
    session.resume();
  }

  #takeOver(session: Session, connection: Connection, byClean: boolean): void {
    const { willAtTakeover } = this.settings;
    connection.end(willAtTakeover === 'always' || (willAtTakeover === 'whenSessionEnds' && (session.clean || byClean)));
  }

  #detached(session: Session): void {
    session.connection = null;
    if (session.clean) this.#end(session);
    else {
      if (this.settings.receivedIds === 'connection') session.forgetReceived();
      this.#endQos0(session);
      this.#expireLater(session);
    }
  }

  #end(session: Session, reason: 'purged' | 'lost' = 'purged'): void {
    for (const filter of session.filters.keys()) this.#drop(filter, session);
    session.filters.clear();
    session.discard(reason);
    this.#cancelExpiry(session);
    this.#sessions.delete(session.clientId);
    this.#byNumber.delete(session.number);
  }

  #published(connection: Connection, session: Session, packet: Readonly<PublishPacket>): void {
    if (!isTopicName(packet.topic) || packet.packetId > 0 !== packet.qos > 0) {
      connection.fail();
      return;
    }
    this.#received++;
    const qos = Math.min(packet.qos, this.settings.maxQos) as Qos;
    if (qos === 2) {
      const before = session.received.get(packet.packetId);
      if (before !== undefined) {
        // It has it: the PUBREC was lost; or it comes with the commit, where it was asked for last: PUBRECs go in the order of their publishes on a line.
        if (before === PENDING) session.askedAgain.set(packet.packetId, connection);
        else connection.owner.PUBREC(packet.packetId);
        return;
      }
      session.received.set(packet.packetId, PENDING);
    }
    this.#storage.take(packet, qos, connection, session);
  }

  /** What was published is the broker's from here on. */
  #taken(intake: Readonly<Intake>): void {
    const { topic, body, bytes, qos, retain, packetId, line, session } = intake;
    if (qos < 2 || session === null) {
      this.#route(topic, body, bytes, qos, retain);
      if (qos === 1) line?.owner.PUBACK(packetId);
    } else if (session.received.get(packetId) === PENDING) {
      if (this.settings.qos2Forward === 'onPublish') {
        this.#route(topic, body, bytes, qos, retain);
        session.received.set(packetId, TAKEN);
      } else {
        const row = this.#messages.take(topic, body, bytes, this.#nextMessage++, this.#sim.now);
        session.received.set(packetId, copyOf(row, qos, retain));
      }
      const asker = session.askedAgain.get(packetId) ?? line;
      session.askedAgain.delete(packetId);
      asker?.owner.PUBREC(packetId);
    }
  }

  #released(connection: Connection, session: Session, packetId: number): void {
    const copy = session.received.get(packetId);
    session.received.delete(packetId);
    if (copy !== undefined && copy >= 0) {
      const row = rowOf(copy);
      this.#routeRow(row, qosOf(copy), isRetained(copy));
      this.#messages.release(row);
    }
    connection.owner.PUBCOMP(packetId);
  }

  #publishWill({ topic, body, bytes, qos, retain }: Will): void {
    if (!isTopicName(topic)) return;
    const most = Math.min(qos, this.settings.maxQos) as Qos;
    this.#storage.take({ topic, body, bytes, qos, retain, dup: false, packetId: 0 }, most, null, null);
  }

  #routeRow(row: number, qos: Qos, retain: boolean): void {
    const { topic, body, bytes } = this.#messages;
    this.#route(topic[row] as string, body[row] as number, bytes[row] as number, qos, retain, row);
  }

  /** Keeps it where it is to be kept, and gives it to all who are subscribed. `row`: where the table has it already; -1: it doesn't. */
  #route(name: string, body: number, bytes: number, qos: Qos, retain: boolean, row = -1): void {
    const id = row >= 0 ? (this.#messages.id[row] as number) : this.#nextMessage++;
    let kept = row;
    if (retain) {
      if (bytes === 0) this.#retained.clear(name);
      else {
        if (kept < 0) kept = this.#messages.take(name, body, bytes, id, this.#sim.now);
        this.#retained.set(name, kept, qos);
      }
    }
    const { count, sessions, qos: wanted } = this.#topics.matchesOf(this.#topics.get(name));
    const out = this.#shared.out;
    const keepsQos0 = this.settings.offlineQos0 === 'kept';
    for (let i = 0; i < count; i++) {
      const session = sessions[i] as Session;
      const most = qos < (wanted[i] as Qos) ? qos : (wanted[i] as Qos);
      const connection = session.connection;
      if (most === 0 && connection !== null) {
        out.topic = name;
        out.body = body;
        out.bytes = bytes;
        out.qos = 0;
        out.retain = false;
        out.dup = false;
        out.packetId = 0;
        this.#shared.delivered++;
        if (this.#observer !== null) session.passed(this.#observer, body, id);
        connection.owner.PUBLISH(out);
      } else {
        if (kept < 0) kept = this.#messages.take(name, body, bytes, id, this.#sim.now);
        if (most > 0 || (keepsQos0 && (wanted[i] as Qos) > 0)) session.enqueue(kept, most, false);
        else session.drop(kept, 'offline');
      }
    }
    if (count > 0) this.#door.delivered(count);
    else if (!retain && this.#observer !== null) this.#observer.onDropped(-1, body, id, 'unroutable');
    if (row < 0 && kept >= 0) this.#messages.release(kept);
  }

  #subscribe(connection: Connection, session: Session, packetId: number, wanted: readonly TopicSubscription[]): void {
    const grants: Granted[] = [];
    const { overlapping, retainedBy } = this.settings;
    for (const { filter, qos } of wanted) {
      const most = Math.min(qos, this.settings.maxQos) as Qos;
      const grant = granted(overlapping, session.filters.get(filter) ?? 0, most);
      session.filters.set(filter, grant);
      this.#tree.add(filter, session, grant);
      this.#topics.changed(filter);
      grants.push(most);
    }
    connection.owner.SUBACK(packetId, grants);
    for (const [i, { filter }] of wanted.entries()) {
      if (retainedBy === 'name' && hasWildcard(filter)) continue;
      const most = grants[i] as Qos;
      this.#retained.match(filter, (row, qos) => session.enqueue(row, Math.min(qos, most) as Qos, true));
    }
  }

  #unsubscribe(session: Session, filters: readonly string[]): void {
    for (const filter of filters) if (session.filters.delete(filter)) this.#drop(filter, session);
  }

  #drop(filter: string, session: Session): void {
    this.#tree.delete(filter, session);
    this.#topics.changed(filter);
  }

  /** Its subscriptions with QoS 0, where they are its connection's. */
  #endQos0(session: Session): void {
    const { overlapping, qos0Subscriptions } = this.settings;
    if (qos0Subscriptions === 'session') return;
    for (const [filter, grant] of session.filters) {
      const left = withoutQos0(overlapping, grant);
      if (left === grant) continue;
      if (left === null) {
        session.filters.delete(filter);
        this.#drop(filter, session);
      } else {
        session.filters.set(filter, left);
        this.#tree.add(filter, session, left);
        this.#topics.changed(filter);
      }
    }
  }

  #expireLater(session: Session): void {
    const { sessionExpiryS } = this.settings;
    if (sessionExpiryS === 0) return;
    this.#cancelExpiry(session);
    const handle = this.#sim.schedule(
      sessionExpiryS * US_PER_SECOND,
      () => {
        this.#expiries.delete(session);
        this.#end(session);
      },
      0,
      0,
    );
    this.#expiries.set(session, handle);
  }

  #cancelExpiry(session: Session): void {
    const handle = this.#expiries.get(session);
    if (handle === undefined) return;
    this.#sim.cancel(handle);
    this.#expiries.delete(session);
  }
}

function checkSettings({ maxInflight, maxQueued, sessionExpiryS }: MqttSettings): void {
  const isCount = (value: number, most: number): boolean => Number.isInteger(value) && value >= 0 && value <= most;
  if (!isCount(maxInflight, MAX_WINDOW)) {
    throw new MqModelError('bad-setting', `maxInflight ${maxInflight}: expected a whole number, 0 to ${MAX_WINDOW}`);
  }
  if (!isCount(maxQueued, Number.MAX_SAFE_INTEGER)) {
    throw new MqModelError('bad-setting', `maxQueued ${maxQueued}: expected a whole number, at least 0`);
  }
  if (!isCount(sessionExpiryS, MAX_EXPIRY_S)) {
    throw new MqModelError('bad-setting', `sessionExpiryS ${sessionExpiryS}: expected whole seconds, at least 0`);
  }
}
