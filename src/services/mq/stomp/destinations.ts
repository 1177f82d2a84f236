/**
 * What STOMP needs of the engine under it: a session for each connection, which sends, subscribes and settles; and how the engine's STOMP differs.
 *
 *   StompConnection (frames, ack ids, receipts, ERROR) ──▶ StompSession (ActiveMQ over OpenWire, RabbitMQ over a channel)
 */
import type { ConnectionOwner, DeliveredMessage, MessageInput } from '../broker/ports.ts';
import type { SubscribeFrame } from './operations.ts';

/** Where brokers that speak STOMP differ. */
export interface StompRules {
  /** How far an ACK of mode `client` reaches back: over its subscription, or over all of its connection. */
  readonly cumulativeOver: 'subscription' | 'connection';
  /** A NACK of mode `client` reaches back as an ACK does; false: it is of one message. */
  readonly nackIsCumulative: boolean;
  /** Frames of a transaction take effect at the engine and are undone by it; or they are kept, and played at COMMIT. */
  readonly transactions: 'engine' | 'replay';
  /** BEGIN of one that is open is an error; false: it begins anew. */
  readonly beginTwiceFails: boolean;
  /** A second subscription with an id that is in use closes the connection; false: both are there. */
  readonly duplicateIdIsFatal: boolean;
  /** What is unsettled when its subscription ends: back to the queue, or kept until the connection ends. */
  readonly onUnsubscribe: 'return' | 'keep';
  /** To settle what was settled before closes the connection. */
  readonly settlingTwiceIsFatal: boolean;
  /** Without a sign of life for the client's interval, times this, the broker closes. */
  readonly heartBeatGrace: number;
}

export interface StompDestinations {
  readonly rules: StompRules;
  /** Null: nobody is there. */
  openSession(owner: StompSessionOwner, endpoint: number): StompSession | null;
}

export interface StompSessionOwner extends ConnectionOwner {
  /** The session is open. */
  onOpen(): void;
  /** `delivery`: names it for settling, within its subscription at least. */
  onMessage(subscription: number, delivery: number, message: DeliveredMessage): void;
  /** What bore that receipt is done; not called for -1. */
  onDone(receipt: number): void;
  onFailed(receipt: number, message: string, isFatal: boolean): void;
}

/** `receipt`: told in `onDone` when it is done and safe; -1: none. `transaction`: -1: none. */
export interface StompSession {
  open(clientId: string | null): void;
  send(destination: string, message: MessageInput, transaction: number, receipt: number): void;
  /** False: refused at once, and `onFailed` was told. */
  subscribe(frame: SubscribeFrame, receipt: number): boolean;
  unsubscribe(subscription: number, isForGood: boolean, receipt: number): void;
  /** `isCumulative`: as far back as the rules say. */
  acknowledge(
    subscription: number,
    delivery: number,
    isCumulative: boolean,
    transaction: number,
    receipt: number,
  ): void;
  /** `requeue` null: as the broker does by itself. */
  refuse(
    subscription: number,
    delivery: number,
    isCumulative: boolean,
    requeue: boolean | null,
    transaction: number,
    receipt: number,
  ): void;
  begin(transaction: number, receipt: number): void;
  commit(transaction: number, receipt: number): void;
  abort(transaction: number, receipt: number): void;
  /** All that went before is done: `onDone`. */
  flush(receipt: number): void;
  close(): void;
  cut(): void;
}
