/** What a story of AMQP 0-9-1 can do with a broker. Names of queues and exchanges are the story's own: two stories never meet. */

export interface AmqpDriver {
  connect(): Promise<AmqpClient>;
  waitMs(ms: number): Promise<void>;
}

export interface AmqpClient {
  channel(options?: { readonly confirms: boolean }): Promise<AmqpChannel>;
  /** Says goodbye. */
  close(): Promise<void>;
  /** The line is gone, without a word. */
  cut(): Promise<void>;
}

export interface QueueOptions {
  /** Default: false. */
  readonly durable?: boolean;
  readonly exclusive?: boolean;
  readonly autoDelete?: boolean;
  readonly type?: 'classic' | 'quorum';
  readonly messageTtlMs?: number;
  readonly expiresMs?: number;
  readonly maxLength?: number;
  readonly overflow?: 'drop-head' | 'reject-publish';
  readonly deadLetterExchange?: string;
  readonly deadLetterRoutingKey?: string;
  readonly maxPriority?: number;
  readonly deliveryLimit?: number;
  readonly singleActiveConsumer?: boolean;
}

export interface PublishOptions {
  /** '': the default exchange. */
  readonly exchange?: string;
  readonly persistent?: boolean;
  readonly mandatory?: boolean;
  readonly expirationMs?: number;
  readonly priority?: number;
}

export interface ConsumeOptions {
  readonly noAck?: boolean;
  readonly exclusive?: boolean;
  readonly priority?: number;
}

/** One entry of `x-death`. */
export interface Death {
  readonly queue: string;
  readonly reason: string;
  readonly count: number;
}

export interface AmqpMessage {
  readonly body: number;
  readonly redelivered: boolean;
  readonly tag: number;
  /** `x-delivery-count`, which quorum queues write; -1: it isn't there. */
  readonly deliveryCount: number;
  /** The latest first. */
  readonly deaths: readonly Death[];
}

/** `ok`, or what the broker closed the channel with: `404 NOT_FOUND`. */
export type Answer = string;

export interface AmqpChannel {
  declare(queue: string, options?: QueueOptions): Promise<Answer>;
  declareExchange(name: string, type: 'direct' | 'fanout' | 'topic'): Promise<Answer>;
  bind(queue: string, exchange: string, routingKey?: string): Promise<Answer>;
  unbind(queue: string, exchange: string, routingKey?: string): Promise<Answer>;
  purge(queue: string): Promise<Answer>;
  delete(queue: string): Promise<Answer>;
  /** `ok`, if there is such a queue. */
  check(queue: string): Promise<Answer>;
  /** How many are ready; waits until there are as many as expected, but not for ever. */
  ready(queue: string, expected: number): Promise<number>;

  publish(routingKey: string, body: number, options?: PublishOptions): Promise<void>;
  /** What came of publishes: `ack 1`, `nack 2`, `return 312 3`, by body; waits for so many. */
  outcomes(atLeast: number): Promise<string[]>;

  prefetch(count: number): Promise<void>;
  get(queue: string): Promise<AmqpMessage | null>;
  /** Under a tag of the story's own. */
  consume(queue: string, consumer: string, options?: ConsumeOptions): Promise<Answer>;
  cancel(consumer: string): Promise<void>;
  /** What was delivered to a consumer since the last look; waits for so many, and for more. */
  delivered(consumer: string, atLeast: number): Promise<AmqpMessage[]>;
  /** True once the broker has ended this consumer by itself. */
  isCancelled(consumer: string): Promise<boolean>;

  ack(tag: number, upTo?: boolean): Promise<void>;
  nack(tag: number, options: { readonly requeue: boolean; readonly upTo?: boolean }): Promise<void>;
  reject(tag: number, requeue: boolean): Promise<void>;
  /** All unsettled ones come back to their queues. */
  recover(): Promise<void>;

  /** What the broker closed it with; waits for that. */
  closedWith(): Promise<Answer>;
  close(): Promise<void>;
}

const NAMES: Readonly<Record<number, string>> = {
  403: 'ACCESS_REFUSED',
  404: 'NOT_FOUND',
  405: 'RESOURCE_LOCKED',
  406: 'PRECONDITION_FAILED',
};

export const answerOf = (code: number): Answer => `${code} ${NAMES[code] ?? ''}`.trimEnd();

/** `2R`: message 2, which may have been delivered before. */
export const textOf = ({ body, redelivered }: Pick<AmqpMessage, 'body' | 'redelivered'>): string =>
  `${body}${redelivered ? 'R' : ''}`;

export const textsOf = (messages: readonly Pick<AmqpMessage, 'body' | 'redelivered'>[]): string =>
  messages.length === 0 ? 'nothing' : messages.map(textOf).join(' ');

/** Takes all that is ready. */
export async function drain(channel: AmqpChannel, queue: string): Promise<AmqpMessage[]> {
  const all: AmqpMessage[] = [];
  for (let one = await channel.get(queue); one !== null; one = await channel.get(queue)) all.push(one);
  return all;
}
