/** The model of RabbitMQ, as a story of AMQP drives it. */
import type * as Mq from '../../../src/services/mq/index.ts';
import { RabbitBroker, rabbitSettings } from '../../../src/services/mq/index.ts';
import {
  type AmqpChannel,
  type AmqpClient,
  type AmqpDriver,
  type AmqpMessage,
  type Answer,
  answerOf,
  type ConsumeOptions,
  type PublishOptions,
  type QueueOptions,
} from './amqp.ts';
import { VirtualTime } from './virtual.ts';

/** RabbitMQ 3.10 has no delivery limit of its own either. */
const VERSION = '3.13';

export class ModelAmqp implements AmqpDriver {
  readonly #time = new VirtualTime();
  readonly #broker = new RabbitBroker(this.#time.sim, rabbitSettings({ version: VERSION }));

  async connect(): Promise<AmqpClient> {
    return new ModelClient(this.#time, this.#broker);
  }

  async waitMs(ms: number): Promise<void> {
    this.#time.passMs(ms);
  }

  async kill(): Promise<void> {
    this.#broker.kill(0);
    this.#broker.start(0);
  }

  async end(): Promise<void> {}
}

class ModelClient implements AmqpClient, Mq.AmqpConnectionOwner {
  readonly #time: VirtualTime;
  readonly #connection: Mq.AmqpConnection;

  constructor(time: VirtualTime, broker: RabbitBroker) {
    this.#time = time;
    const connection = broker.connect(this);
    if (connection === null) throw new Error('nobody is there');
    this.#connection = connection;
  }

  async channel({ confirms } = { confirms: false }): Promise<AmqpChannel> {
    return new ModelChannel(this.#time, this.#connection, confirms);
  }
  async close(): Promise<void> {
    this.#connection.close();
  }
  async cut(): Promise<void> {
    this.#connection.cut();
  }

  onClosed(): void {}
  onBlocked(): void {}
  onUnblocked(): void {}
}

class ModelChannel implements AmqpChannel, Mq.AmqpChannelOwner {
  readonly #time: VirtualTime;
  readonly #channel: Mq.AmqpChannel;
  readonly #confirms: boolean;
  readonly #consumers: string[] = [];
  readonly #deliveries = new Map<string, AmqpMessage[]>();
  readonly #cancelled = new Set<string>();
  readonly #outcomes: string[] = [];
  /** What waits for its confirm, by its number. */
  readonly #published = new Map<number, number>();
  #nextPublish = 1;
  #got: AmqpMessage | null | undefined;
  #closed: Answer | undefined;

  constructor(time: VirtualTime, connection: Mq.AmqpConnection, confirms: boolean) {
    this.#time = time;
    const channel = connection.openChannel(this);
    if (channel === null) throw new Error('no channel');
    this.#channel = channel;
    this.#confirms = confirms;
    if (confirms) channel.confirmSelect();
  }

  async declare(queue: string, options: QueueOptions = {}): Promise<Answer> {
    const { durable = false, exclusive = false, autoDelete = false } = options;
    const all: Record<string, unknown> = {
      'x-queue-type': options.type,
      'x-message-ttl': options.messageTtlMs,
      'x-expires': options.expiresMs,
      'x-max-length': options.maxLength,
      'x-overflow': options.overflow,
      'x-dead-letter-exchange': options.deadLetterExchange,
      'x-dead-letter-routing-key': options.deadLetterRoutingKey,
      'x-max-priority': options.maxPriority,
      'x-delivery-limit': options.deliveryLimit,
      'x-single-active-consumer': options.singleActiveConsumer,
    };
    const given: Mq.QueueArguments = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    this.#channel.queueDeclare({ queue, durable, exclusive, autoDelete, arguments: given });
    return this.#answer();
  }
  async declareExchange(exchange: string, type: 'direct' | 'fanout' | 'topic'): Promise<Answer> {
    this.#channel.exchangeDeclare({ exchange, type });
    return this.#answer();
  }
  async bind(queue: string, exchange: string, routingKey = ''): Promise<Answer> {
    this.#channel.queueBind(queue, exchange, routingKey);
    return this.#answer();
  }
  async unbind(queue: string, exchange: string, routingKey = ''): Promise<Answer> {
    this.#channel.queueUnbind(queue, exchange, routingKey);
    return this.#answer();
  }
  async purge(queue: string): Promise<Answer> {
    this.#channel.queuePurge(queue);
    return this.#answer();
  }
  async delete(queue: string): Promise<Answer> {
    this.#channel.queueDelete(queue);
    return this.#answer();
  }
  async check(queue: string): Promise<Answer> {
    this.#channel.queueDeclare({ queue, passive: true });
    return this.#answer();
  }
  async ready(queue: string, expected: number): Promise<number> {
    let seen = -1;
    this.#time.until(() => {
      seen = this.#channel.queueDeclare({ queue, passive: true })?.messageCount ?? -1;
      return seen === expected;
    });
    return seen;
  }

  async publish(routingKey: string, body: number, options: PublishOptions = {}): Promise<void> {
    const { exchange = '', persistent = false, mandatory = false, expirationMs = -1, priority = -1 } = options;
    if (this.#confirms) this.#published.set(this.#nextPublish++, body);
    const message = { body, bytes: 10, persistent, expirationMs, priority, group: -1 };
    this.#channel.basicPublish({ exchange, routingKey, mandatory, ...message });
  }
  async outcomes(atLeast: number): Promise<string[]> {
    return this.#time.take(this.#outcomes, atLeast);
  }

  async prefetch(count: number): Promise<void> {
    this.#channel.basicQos(count);
  }
  async get(queue: string): Promise<AmqpMessage | null> {
    this.#got = undefined;
    this.#channel.basicGet(queue);
    this.#time.until(() => this.#got !== undefined || this.#closed !== undefined);
    return this.#got ?? null;
  }
  async consume(queue: string, consumer: string, options: ConsumeOptions = {}): Promise<Answer> {
    this.#deliveries.set(consumer, []);
    this.#channel.basicConsume({ queue, consumer: this.#consumers.push(consumer) - 1, ...options });
    return this.#answer();
  }
  async cancel(consumer: string): Promise<void> {
    this.#channel.basicCancel(this.#consumers.indexOf(consumer));
  }
  async delivered(consumer: string, atLeast: number): Promise<AmqpMessage[]> {
    return this.#time.take(this.#deliveries.get(consumer) ?? [], atLeast);
  }
  async isCancelled(consumer: string): Promise<boolean> {
    return this.#time.until(() => this.#cancelled.has(consumer));
  }

  async ack(tag: number, upTo = false): Promise<void> {
    this.#channel.basicAck(tag, upTo);
  }
  async nack(tag: number, { requeue, upTo = false }: { requeue: boolean; upTo?: boolean }): Promise<void> {
    this.#channel.basicNack(tag, upTo, requeue);
  }
  async reject(tag: number, requeue: boolean): Promise<void> {
    this.#channel.basicReject(tag, requeue);
  }
  async recover(): Promise<void> {
    this.#channel.basicRecover();
  }
  async closedWith(): Promise<Answer> {
    this.#time.until(() => this.#closed !== undefined);
    return this.#closed ?? 'open';
  }
  async close(): Promise<void> {
    this.#channel.close();
  }

  #answer(): Answer {
    return this.#closed ?? 'ok';
  }

  onDeliver(consumer: number, deliveryTag: number, message: Mq.AmqpMessage): void {
    this.#deliveries.get(this.#consumers[consumer] ?? '')?.push(copyOf(deliveryTag, message));
  }
  onGet(deliveryTag: number, message: Mq.AmqpMessage | null): void {
    this.#got = message === null ? null : copyOf(deliveryTag, message);
  }
  onConfirm(deliveryTag: number, multiple: boolean, ack: boolean): void {
    for (const [tag, body] of this.#published) {
      if (multiple ? tag > deliveryTag : tag !== deliveryTag) continue;
      this.#published.delete(tag);
      this.#outcomes.push(`${ack ? 'ack' : 'nack'} ${body}`);
    }
  }
  onReturn(body: number, replyCode: number): void {
    this.#outcomes.push(`return ${replyCode} ${body}`);
  }
  onCommitted(): void {}
  onClosed(code: number): void {
    this.#closed = answerOf(code);
  }
  onCancel(consumer: number): void {
    this.#cancelled.add(this.#consumers[consumer] ?? '');
  }
}

const copyOf = (tag: number, { body, redelivered, deliveryCount, deaths }: Mq.AmqpMessage): AmqpMessage => ({
  body,
  redelivered,
  tag,
  deliveryCount,
  deaths: deaths.map(({ queue, reason, count }) => ({ queue, reason, count })),
});
