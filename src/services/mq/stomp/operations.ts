/**
 * STOMP 1.2 between a client and a broker: frames as method calls, named as the specification names them. Each takes effect when it is called; the network
 * between the two is the caller's business, and may lose what is under way only where it cuts the line.
 *
 *   client ──CONNECT · SEND · SUBSCRIBE · ACK · NACK · BEGIN · COMMIT …──▶ StompConnection (broker)
 *   client ◀──CONNECTED · MESSAGE · RECEIPT · ERROR …── StompOwner (whoever holds the connection)
 *
 * Ids of subscriptions, transactions and receipts are whole numbers of the client's from 0; a receipt or a transaction of -1: none. Without costs a broker
 * answers before the call returns.
 */
import type { ConnectionOwner, DeliveredMessage, MessageInput } from '../broker/ports.ts';

/** Given out is done; all up to the one named; each by itself. */
export type StompAckMode = 'auto' | 'client' | 'client-individual';

export interface ConnectFrame {
  /** ActiveMQ's `client-id`, for durable subscriptions; default: none. */
  readonly clientId?: string | null;
  /** What the client can send and wants to be sent, in milliseconds; 0: nothing. Default: [0, 0]. */
  readonly heartBeatMs?: readonly [number, number];
}

export interface SubscribeFrame {
  readonly id: number;
  /** ActiveMQ: `/queue/x`, `/topic/x`. RabbitMQ: these, `/amq/queue/x`, `/exchange/name/key`. */
  readonly destination: string;
  /** Default: auto. */
  readonly ack?: StompAckMode;
  /** `activemq.prefetchSize`, `prefetch-count`; left out: the broker's default. */
  readonly prefetch?: number;
  /** `activemq.exclusive`. */
  readonly isExclusive?: boolean;
  /** `activemq.priority`, `x-priority`. */
  readonly priority?: number;
  /** `activemq.subscriptionName`; on RabbitMQ `durable:true` with `auto-delete:false`, where the id takes the name's place. */
  readonly durableName?: string;
}

/** A client's end at the broker. After `cut`, or the owner's `onClosed`, it does nothing. */
export interface StompConnection {
  /** The first frame, once. */
  CONNECT(frame?: ConnectFrame): void;
  /** A receipt is sent when it is safe: a persistent one after the disk. */
  SEND(destination: string, message: MessageInput, receipt?: number, transaction?: number): void;
  SUBSCRIBE(frame: SubscribeFrame, receipt?: number): void;
  /** `isForGood`: ends a durable subscription too (RabbitMQ's `durable:true`; ActiveMQ's `activemq.subscriptionName`). */
  UNSUBSCRIBE(id: number, receipt?: number, isForGood?: boolean): void;
  /** `ack`: as a MESSAGE bears it. */
  ACK(ack: number, receipt?: number, transaction?: number): void;
  /** `requeue`: RabbitMQ's header; left out: its default. */
  NACK(ack: number, receipt?: number, transaction?: number, requeue?: boolean): void;
  BEGIN(transaction: number, receipt?: number): void;
  COMMIT(transaction: number, receipt?: number): void;
  ABORT(transaction: number, receipt?: number): void;
  /** Leaves when all that went before is done; a receipt says so, then the line is closed: `onClosed(0, …)`. */
  DISCONNECT(receipt?: number): void;
  /** The client's heart-beat, an end of line. */
  heartBeat(): void;
  /** The network's: the broker notices that the line is gone. No `onClosed`. */
  cut(): void;
}

/** Whoever holds a connection: a client, or the network before it. */
export interface StompOwner extends ConnectionOwner {
  /** What the broker can send and wants to be sent, in milliseconds. */
  CONNECTED(heartBeatMs: readonly [number, number]): void;
  /** `ack`: for ACK and NACK; -1 where the mode is auto. */
  MESSAGE(subscription: number, ack: number, message: DeliveredMessage): void;
  RECEIPT(receipt: number): void;
  /** `receipt`: of the frame that was wrong; -1: it asked for none. The line is closed after it or not, as the broker does: `onClosed`. */
  ERROR(message: string, receipt: number): void;
}

export interface StompOperations {
  /** A new line to one of the broker's endpoints; null where nobody is there. CONNECT is its first frame. */
  connect(owner: StompOwner, endpoint?: number): StompConnection | null;
}
