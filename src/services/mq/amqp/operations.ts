/**
 * AMQP 0-9-1 at the broker, as simulated applications (and drivers of real ones) call it: the protocol's methods, arguments and reply codes. A method takes effect when it
 * has passed the broker's processor, and its answer comes through the owner then: within the call where that costs nothing. The network is the caller's business.
 *
 * Inputs are read before a call returns, and messages given to an owner are good until its callback returns. Methods on a channel or a connection that is closed do nothing.
 * Topology (exchanges, queues, bindings, purges) takes no time, and answers at once.
 */
import type { ConnectionOwner, DeliveredMessage, MessageInput } from '../broker/ports.ts';

export type ExchangeType = 'direct' | 'fanout' | 'topic' | 'headers';

export interface ExchangeDeclareInput {
  readonly exchange: string;
  readonly type: ExchangeType;
  /** Default false, as all flags here. */
  readonly passive?: boolean;
  readonly durable?: boolean;
  readonly autoDelete?: boolean;
  /** Only other exchanges may publish to it. */
  readonly internal?: boolean;
  readonly arguments?: ExchangeArguments;
}

export interface ExchangeArguments {
  /** Gets what no binding matches. */
  readonly 'alternate-exchange'?: string;
}

export interface QueueArguments {
  /** Default `classic`. */
  readonly 'x-queue-type'?: 'classic' | 'quorum';
  /** Milliseconds. */
  readonly 'x-message-ttl'?: number;
  /** Unused for so many milliseconds, the queue is deleted. */
  readonly 'x-expires'?: number;
  readonly 'x-max-length'?: number;
  readonly 'x-max-length-bytes'?: number;
  readonly 'x-overflow'?: 'drop-head' | 'reject-publish' | 'reject-publish-dlx';
  readonly 'x-dead-letter-exchange'?: string;
  readonly 'x-dead-letter-routing-key'?: string;
  readonly 'x-max-priority'?: number;
  /** Quorum queues; -1: none. Left out: the broker's (20 in RabbitMQ 4, none in 3.13). */
  readonly 'x-delivery-limit'?: number;
  readonly 'x-single-active-consumer'?: boolean;
}

export interface QueueDeclareInput {
  /** '': the broker makes up a name. */
  readonly queue: string;
  readonly passive?: boolean;
  readonly durable?: boolean;
  /** Of this connection, and gone with it. */
  readonly exclusive?: boolean;
  /** Gone with its last consumer. */
  readonly autoDelete?: boolean;
  readonly arguments?: QueueArguments;
}

export interface QueueDeclareOk {
  readonly queue: string;
  /** Ready ones. */
  readonly messageCount: number;
  readonly consumerCount: number;
}

/** Of a binding to a headers exchange: `x-match` (default `all`) and what headers must be. */
export type HeaderArguments = Readonly<Record<string, string | number | boolean>>;

export interface PublishInput extends MessageInput {
  /** '': the default exchange, where the routing key is the queue. */
  exchange: string;
  routingKey: string;
  /** Where no queue gets it, it comes back (`onReturn`). */
  mandatory: boolean;
  /** Only headers exchanges look at them. */
  headers?: HeaderArguments | null;
}

export interface ConsumeInput {
  readonly queue: string;
  /** The consumer tag: a number of the client's, unique in its channel. */
  readonly consumer: number;
  readonly noAck?: boolean;
  readonly exclusive?: boolean;
  /** `x-priority`, default 0. */
  readonly priority?: number;
}

/** An entry of the header `x-death`. */
export interface Death {
  readonly queue: string;
  readonly reason: 'rejected' | 'expired' | 'maxlen' | 'delivery_limit';
  count: number;
  readonly exchange: string;
  readonly 'routing-keys': readonly string[];
}

export interface AmqpMessage extends DeliveredMessage {
  /** Where it was published to. */
  readonly exchange: string;
  readonly routingKey: string;
  /** `x-delivery-count` of a quorum queue: deliveries before this one; -1: the header is not there. */
  readonly deliveryCount: number;
  /** `x-death`, the latest first. */
  readonly deaths: readonly Death[];
}

export interface AmqpChannelOwner {
  onDeliver(consumer: number, deliveryTag: number, message: AmqpMessage): void;
  /** basic.get-ok, with how many are ready behind it; null: basic.get-empty. */
  onGet(deliveryTag: number, message: AmqpMessage | null, messageCount: number): void;
  /** Since confirm.select. `ack`: false is basic.nack: it may be lost. Publishes count from 1. */
  onConfirm(deliveryTag: number, multiple: boolean, ack: boolean): void;
  /** Before its confirm. */
  onReturn(body: number, replyCode: number, text: string): void;
  /** tx.commit-ok. */
  onCommitted(): void;
  /** The broker closed the channel for an error of its client's; what is unsettled is back in its queue. Not called where the whole connection ends, or by `close`. */
  onClosed(code: number, text: string): void;
  /** The broker cancelled a consumer: its queue is gone. */
  onCancel(consumer: number): void;
}

/** Whoever holds a connection: told when it ends (320 CONNECTION_FORCED where a node stops in order; -1 where the line is cut), and when its publishes are held up. */
export type AmqpConnectionOwner = ConnectionOwner;

export interface AmqpConnection {
  readonly isOpen: boolean;
  /** The node it leads to. */
  readonly node: number;
  /** Methods that the broker has not read yet: it is blocked, or its credit is used up. */
  readonly waiting: number;
  /** Null: closed, or no more channels are allowed. */
  openChannel(owner: AmqpChannelOwner): AmqpChannel | null;
  /** In order: what was said before is done first. */
  close(): void;
  /** The line is gone: what the broker has not read is lost. */
  cut(): void;
}

export interface AmqpChannel {
  readonly isOpen: boolean;
  /** Deliveries that are not settled. */
  readonly unacknowledged: number;

  exchangeDeclare(input: ExchangeDeclareInput): boolean;
  exchangeDelete(exchange: string, ifUnused?: boolean): boolean;
  /** What `source` gets by this key goes to `destination` too. */
  exchangeBind(destination: string, source: string, routingKey: string, headers?: HeaderArguments): boolean;
  exchangeUnbind(destination: string, source: string, routingKey: string, headers?: HeaderArguments): boolean;
  /** Null, as false of others: the channel is closed by an error. */
  queueDeclare(input: QueueDeclareInput): QueueDeclareOk | null;
  queueBind(queue: string, exchange: string, routingKey: string, headers?: HeaderArguments): boolean;
  queueUnbind(queue: string, exchange: string, routingKey: string, headers?: HeaderArguments): boolean;
  /** How many were dropped; -1 after an error. */
  queuePurge(queue: string): number;
  queueDelete(queue: string, ifUnused?: boolean, ifEmpty?: boolean): number;

  confirmSelect(): void;
  basicPublish(input: PublishInput): void;
  /** 0: no limit. Not `global`: for each consumer that comes from now on. `global`: of the whole channel. */
  basicQos(prefetchCount: number, global?: boolean): void;
  basicConsume(input: ConsumeInput): void;
  basicCancel(consumer: number): void;
  basicGet(queue: string, noAck?: boolean): void;
  basicAck(deliveryTag: number, multiple?: boolean): void;
  basicNack(deliveryTag: number, multiple?: boolean, requeue?: boolean): void;
  basicReject(deliveryTag: number, requeue?: boolean): void;
  /** Requeues all that is unsettled. */
  basicRecover(): void;
  txSelect(): void;
  txCommit(): void;
  txRollback(): void;
  close(): void;
}
