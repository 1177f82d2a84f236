/**
 * What a client of any protocol needs of a broker: the broker's end of one connection. Each protocol has a driver, which speaks the protocol's own methods
 * (`amqp-driver.ts`, …); lines, reconnects, publishers and consumers know only this.
 */
import type { DeliveredMessage } from '../../services/mq/broker/ports.ts';
import type { Outcome } from '../../services/ports.ts';

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
  /** The client takes its leave. */
  close(): void;
  /** The line is cut, or the client has died. */
  cut(): void;
}
