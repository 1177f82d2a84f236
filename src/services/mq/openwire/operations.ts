/**
 * OpenWire between a JMS client and ActiveMQ: commands as method calls. Each takes effect when it is called; the network between the two is the caller's
 * business, and may lose what is under way only where it cuts the line.
 *
 *   client ──ConnectionInfo · ConsumerInfo · send · MessageAck · transactions …──▶ OpenWireConnection (broker)
 *   client ◀──MessageDispatch · Response …── OpenWireOwner (whoever holds the connection)
 *
 * `command` names a command in its response, a whole number of the client's from 0; -1: nobody asks for one. Consumers and transactions are numbers that the
 * client chooses, its own in each connection; messages are the ids that a dispatch bears. Without costs a broker answers before the call returns.
 */
import type { ConnectionOwner, DeliveredMessage, MessageInput } from '../broker/ports.ts';

export type { DeliveredMessage, MessageInput } from '../broker/ports.ts';

export interface OpenWireError {
  /** The class of the exception that a client of Java sees. */
  readonly code:
    | 'InvalidClientIDException'
    | 'InvalidDestinationException'
    | 'ResourceAllocationException'
    | 'TransactionRolledBackException'
    | 'JMSException';
  readonly message: string;
}

export interface ConsumerInfo {
  /** `queue://orders` or `topic://prices`. */
  readonly destination: string;
  /** Messages sent ahead at most; 0: each is pulled. */
  readonly prefetch: number;
  /** Of a queue: as long as it is there, it alone is given messages. */
  readonly isExclusive?: boolean;
  /** Of a topic: a durable subscription of the connection's client id. */
  readonly subscriptionName?: string | null;
  /** Higher ones first, as long as their window is open; default 0. */
  readonly priority?: number;
}

/** What an acknowledgement says, with OpenWire's numbers. */
export const AckType = {
  /** In the client's hands: the window moves on, nothing is settled. */
  delivered: 0,
  /** It can't be worked on: to the dead letters. */
  poison: 1,
  /** Done, from `first` to `last` in the order of their dispatch. */
  standard: 2,
  /** The client has rolled it back and gives it to its application once more. The broker only takes note. */
  redelivered: 3,
  /** Done, it alone. */
  individual: 4,
  /** The client found it too old. */
  expired: 6,
} as const;
export type AckType = (typeof AckType)[keyof typeof AckType];

/** Whoever acknowledges owns and reuses it. */
export interface MessageAck {
  consumer: number;
  type: AckType;
  /** Message ids; `first` -1: from the first that the consumer has. */
  first: number;
  last: number;
  /** Of `delivered`: how many, up to `last`. */
  count: number;
  /** -1: none. */
  transaction: number;
}

/** Of `removeConsumer`: the last message that its application was given. */
export const LastDelivered = {
  /** It was given none: what comes back counts as never delivered. */
  none: -1,
  /** Nobody knows: all that comes back counts as delivered. */
  unknown: -2,
} as const;

/** A client's end at the broker. After `cut`, `close`, or the owner's `onClosed` it does nothing. */
export interface OpenWireConnection {
  /** First of all. A client id that another connection has is an error, and closes the connection; null: none, so no durable subscriptions. */
  addConnectionInfo(command: number, clientId: string | null): void;
  /** Several destinations, parted by commas, have a copy each. Answered when it is safe: a persistent one after the disk. */
  send(command: number, destination: string, message: MessageInput, transaction: number): void;
  addConsumer(command: number, consumer: number, info: ConsumerInfo): void;
  /** `lastDelivered`: a message id, or one of LastDelivered. */
  removeConsumer(command: number, consumer: number, lastDelivered: number): void;
  /** Ends a durable subscription, which has no consumer now. */
  removeSubscription(command: number, subscriptionName: string): void;
  acknowledge(command: number, ack: Readonly<MessageAck>): void;
  /** A consumer without prefetch wants one message: dispatched when there is one. `timeoutMs`: 0 waits for ever, -1 not at all; nothing in time: `onPullTimeout`. */
  pull(consumer: number, timeoutMs: number): void;
  begin(command: number, transaction: number): void;
  /** All that was sent and acknowledged in it takes effect, or nothing. */
  commit(command: number, transaction: number): void;
  rollback(command: number, transaction: number): void;
  /** Leaves in good order. No `onClosed`. */
  close(): void;
  /** The network's: the broker notices that the line is gone. No `onClosed`. */
  cut(): void;
}

/** Whoever holds a connection: a client, or the network before it. */
export interface OpenWireOwner extends ConnectionOwner {
  /** `message.deliveries` - 1 is OpenWire's redelivery counter. */
  onDispatch(consumer: number, message: DeliveredMessage): void;
  onPullTimeout(consumer: number): void;
  /** `error` null: done. */
  onResponse(command: number, error: OpenWireError | null): void;
}

export interface OpenWireOperations {
  /** A new line to one of the broker's endpoints, 0 or 1 (active/standby has two, of which one answers); null where nobody is there. */
  connect(owner: OpenWireOwner, endpoint?: number): OpenWireConnection | null;
}
