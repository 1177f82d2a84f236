/**
 * What a client of any protocol needs of a broker: the broker's end of one connection. Each protocol has a driver, which speaks the protocol's own methods
 * (`amqp-driver.ts`, …); lines, reconnects, publishers and consumers know only this.
 */
import type { DeliveredMessage, MessageInput } from '../../services/mq/broker/ports.ts';
import type { Outcome, Requests } from '../../services/ports.ts';

/** What a publisher says of all its messages. */
export interface MessagePublishing {
  readonly persistent: boolean;
  /** Whether it waits for the broker's word on each. */
  readonly confirms: boolean;
  /** -1: none. */
  readonly priority: number;
}

/** How a consumer settles what it is sent. */
export interface MessageConsuming {
  /** 0: no limit. */
  readonly prefetch: number;
  readonly acknowledge: 'auto' | 'individual' | 'client';
  /** What is refused goes back to its queue; false: to the dead letters. */
  readonly requeues: boolean;
}

/** A message to be filled in, request by request. */
export function messageOf(publishing: MessagePublishing | null): MessageInput {
  return {
    body: 0,
    bytes: 0,
    persistent: publishing?.persistent ?? false,
    expirationMs: -1,
    priority: publishing?.priority ?? -1,
    group: -1,
  };
}

export function fill(message: MessageInput, requests: Pick<Requests, 'bytes' | 'key'>, request: number): void {
  message.body = request;
  message.bytes = requests.bytes(request);
  message.group = requests.key(request);
}

/** What the broker says on the connection; it leaves the broker now. */
export interface BrokerEnd {
  /** What was published under a tag is taken (`ok`), refused for want of room (`refused`), or can go nowhere (`failed`). */
  answered(tag: number, outcome: Outcome): void;
  /** `handle`: by which it is acknowledged, on this connection. */
  delivered(handle: number, message: DeliveredMessage): void;
  /** The connection is gone. */
  closed(): void;
}

export interface BrokerDriver {
  /** Whether what is published is answered; if not, it has been published when it has left. */
  readonly answers: boolean;
  /** Whether what is delivered wants to be acknowledged; if not, it has been when it was delivered. */
  readonly acknowledges: boolean;
  /** Opens the connection, at the broker, with all that is declared and subscribed on it. false: nobody is there, or it is refused. */
  connect(end: BrokerEnd): boolean;
  publish(request: number, tag: number): void;
  acknowledge(handle: number): void;
  /** It wasn't handled. */
  refuse(handle: number): void;
  /** The line is cut, or the client has died. */
  cut(): void;
}
