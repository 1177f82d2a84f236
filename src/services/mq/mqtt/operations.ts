/**
 * MQTT 3.1.1 between a client and a broker: packets as method calls, named as the specification names them. Each takes effect when it is called; the network
 * between the two is the caller's business, and may lose what is under way only where it cuts the line.
 *
 *   client ──CONNECT · PUBLISH · PUBREL · SUBSCRIBE · DISCONNECT …──▶ MqttConnection (broker)
 *   client ◀──CONNACK · PUBLISH · PUBACK · PUBREC · PUBCOMP · SUBACK …── MqttOwner (whoever holds the connection)
 *
 * Packets are reused by whoever owns them: good until the call returns. A payload is a number that stands for it; packet ids are 1 to 65,535, 0 where a packet has
 * none. A call of one side may come back to it before it returns (a broker whose work costs nothing answers at once).
 */
import type { ConnectionOwner } from '../broker/ports.ts';

/** At most once, at least once, exactly once. */
export type Qos = 0 | 1 | 2;

/** CONNACK's return code. All but `accepted` close the connection. */
export const ConnectReturnCode = {
  accepted: 0,
  unacceptableProtocolVersion: 1,
  identifierRejected: 2,
  serverUnavailable: 3,
  badUserNameOrPassword: 4,
  notAuthorized: 5,
} as const;
export type ConnectReturnCode = (typeof ConnectReturnCode)[keyof typeof ConnectReturnCode];

/** What SUBACK says of one filter: the QoS granted, or refused. */
export type Granted = Qos | typeof SUBSCRIBE_FAILURE;
export const SUBSCRIBE_FAILURE = 0x80;

/** What the broker publishes when the line is gone without a DISCONNECT. */
export interface Will {
  readonly topic: string;
  readonly body: number;
  readonly bytes: number;
  readonly qos: Qos;
  readonly retain: boolean;
}

export interface ConnectPacket {
  /** '': the broker makes one up, with a clean session only. */
  readonly clientId: string;
  /** True: what an earlier session left is dropped, and this one ends with its connection. */
  readonly cleanSession: boolean;
  /** Seconds without a packet of the client's after half as much again of which the broker closes; 0: never. */
  readonly keepAliveS: number;
  readonly will: Will | null;
}

/** Either way. */
export interface PublishPacket {
  topic: string;
  body: number;
  /** Of the payload. 0 with `retain`: clears what is retained, and is delivered like others. */
  bytes: number;
  qos: Qos;
  /** To the broker: keep it for later subscribers. From the broker: it was kept, and comes because of a new subscription. */
  retain: boolean;
  /** Sent before, to this client or by it, with the same packet id. */
  dup: boolean;
  /** 0 with QoS 0. */
  packetId: number;
}

export interface TopicSubscription {
  /** A topic's name, or with `+` for one level and a last `#` for all that follow. */
  readonly filter: string;
  /** The most that is wanted. */
  readonly qos: Qos;
}

/** A client's end at the broker. After `cut`, DISCONNECT, or the owner's `onClosed` it does nothing. */
export interface MqttConnection {
  /** The first packet, once. */
  CONNECT(packet: ConnectPacket): void;
  PUBLISH(packet: Readonly<PublishPacket>): void;
  PUBACK(packetId: number): void;
  PUBREC(packetId: number): void;
  PUBREL(packetId: number): void;
  PUBCOMP(packetId: number): void;
  SUBSCRIBE(packetId: number, subscriptions: readonly TopicSubscription[]): void;
  UNSUBSCRIBE(packetId: number, filters: readonly string[]): void;
  PINGREQ(): void;
  /** Leaves in good order: no will, no `onClosed`. */
  DISCONNECT(): void;
  /** The network's: the broker notices that the line is gone. No `onClosed`. */
  cut(): void;
}

/** Whoever holds a connection: a client, or the network before it. */
export interface MqttOwner extends Pick<ConnectionOwner, 'onClosed'> {
  /** `sessionPresent`: the broker still had a session of this client id, with its subscriptions and messages. */
  CONNACK(sessionPresent: boolean, returnCode: ConnectReturnCode): void;
  PUBLISH(packet: Readonly<PublishPacket>): void;
  PUBACK(packetId: number): void;
  PUBREC(packetId: number): void;
  PUBREL(packetId: number): void;
  PUBCOMP(packetId: number): void;
  /** `granted[i]`: of the i-th filter. Good until the call returns. */
  SUBACK(packetId: number, granted: readonly Granted[]): void;
  UNSUBACK(packetId: number): void;
  PINGRESP(): void;
}

export interface MqttOperations {
  /** A new line to the broker; null where nobody is there. CONNECT is its first packet. */
  connect(owner: MqttOwner): MqttConnection | null;
}
