/** A method on its way through the broker: waiting at its door, or for its processor. Objects are used again. */
import type { HeaderArguments, PublishInput } from './operations.ts';

export type CommandKind = 'publish' | 'settle' | 'other';
/** What is done to deliveries; `return`: the channel is gone. */
export type Settlement = 'ack' | 'requeue' | 'return' | 'drop';

export interface Command<C> extends PublishInput {
  kind: CommandKind;
  /** Null: the connection's own. */
  channel: C | null;
  deliveryTag: number;
  multiple: boolean;
  settlement: Settlement;
  /** Of other methods. */
  run: (() => void) | null;
  headers: HeaderArguments | null;
}

export function newCommand<C>(): Command<C> {
  return {
    kind: 'other',
    channel: null,
    deliveryTag: 0,
    multiple: false,
    settlement: 'ack',
    run: null,
    exchange: '',
    routingKey: '',
    mandatory: false,
    headers: null,
    body: 0,
    bytes: 0,
    persistent: false,
    expirationMs: -1,
    priority: -1,
    group: -1,
  };
}

export function copyPublish(to: PublishInput, from: PublishInput): void {
  to.exchange = from.exchange;
  to.routingKey = from.routingKey;
  to.mandatory = from.mandatory;
  to.headers = from.headers ?? null;
  to.body = from.body;
  to.bytes = from.bytes;
  to.persistent = from.persistent;
  to.expirationMs = from.expirationMs;
  to.priority = from.priority;
  to.group = from.group;
}
