/**
 * How a broker meets the world, whatever its engine and protocol. Each protocol adds its own operations (`amqp/operations.ts`, …) and what it tells the
 * holder of a connection; this is what they share.
 */

/** Whoever holds a connection. */
export interface ConnectionOwner {
  /** The broker closed it, or is gone. `code`, `text`: as the protocol has them; -1: the line is cut, nobody says why. Nothing more comes through it. */
  onClosed(code: number, text: string): void;
  /** A memory or disk alarm: what is published from now on waits at the broker's door. */
  onBlocked(reason: string): void;
  onUnblocked(): void;
}

/** A message as its publisher gives it. Whoever publishes owns and reuses it. */
export interface MessageInput {
  /** Stands for the payload. */
  body: number;
  /** Payload and headers, bytes. */
  bytes: number;
  /** Delivery mode 2 (AMQP), `persistent` (STOMP, JMS). */
  persistent: boolean;
  /** Milliseconds from the arrival at the broker; -1: none. */
  expirationMs: number;
  /** From 0 (lowest); -1: none given. */
  priority: number;
  /** Message group (`JMSXGroupID`), a whole number from 0; -1: none. */
  group: number;
}

/** A message as it is delivered. The broker owns and reuses it: good until the call returns. */
export interface DeliveredMessage {
  readonly body: number;
  readonly bytes: number;
  /** The same in every delivery, and in every queue that has a copy another one. */
  readonly id: number;
  /** Place in its queue: grows in the order in which messages came; a message that comes back keeps it. */
  readonly sequence: number;
  /** May have been delivered before. */
  readonly redelivered: boolean;
  /** How often it was delivered, with this one. */
  readonly deliveries: number;
  readonly group: number;
  readonly persistent: boolean;
  /** When the broker took it, microseconds. */
  readonly enqueuedUs: number;
}

/** Why a message left a queue without an acknowledgement. */
export type DropReason =
  /** Too old for its own or its queue's time to live. */
  | 'expired'
  /** Its queue was full, and dropped its oldest, or it. */
  | 'maxlen'
  /** A consumer refused it, for good. */
  | 'rejected'
  /** Delivered too often. */
  | 'delivery_limit'
  /** Nobody was subscribed, or no binding matched. */
  | 'unroutable'
  /** Its queue was purged or deleted. */
  | 'purged'
  /** Its subscriber was away, and is not owed what comes then. */
  | 'offline'
  /** The node that had it died, and it was not stored. */
  | 'lost';

/** What becomes of messages, told at the instant it happens; the accounts and the history listen. `queue`: the number that its declaration gave it. */
export interface BrokerObserver {
  onEnqueued(queue: number, body: number, id: number, sequence: number): void;
  onDelivered(queue: number, body: number, id: number, deliveries: number): void;
  /** Acknowledged, or delivered where no acknowledgement is asked for: the queue is rid of it. */
  onAcknowledged(queue: number, body: number, id: number): void;
  onRequeued(queue: number, body: number, id: number): void;
  /** It is in `to` now, under an id of its own. */
  onDeadLettered(queue: number, body: number, id: number, reason: DropReason, to: number): void;
  /** `queue`: -1 where it never came into one. */
  onDropped(queue: number, body: number, id: number, reason: DropReason): void;
  /** No copy of it is in this queue any more. After onAcknowledged, onDeadLettered or onDropped, once for each onEnqueued. */
  onGone(queue: number, body: number, id: number): void;
}
