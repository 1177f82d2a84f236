/** A real RabbitMQ, over amqplib. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Channel, type ChannelModel, type ConfirmChannel, connect, type Message, type Options } from 'amqplib';
import {
  type AmqpChannel,
  type AmqpClient,
  type AmqpDriver,
  type AmqpMessage,
  type Answer,
  answerOf,
  type ConsumeOptions,
  type Death,
  type PublishOptions,
  type QueueOptions,
} from './amqp.ts';
import { Inbox, PATIENCE_MS, until } from './inbox.ts';

export class RealAmqp implements AmqpDriver {
  readonly #port: number;
  readonly #prefix: string;
  readonly #open = new Set<RealClient>();

  /** `prefix`: of all names of this story. */
  constructor(port: number, prefix: string) {
    this.#port = port;
    this.#prefix = prefix;
  }

  async connect(): Promise<AmqpClient> {
    const connection = await connect({ hostname: '127.0.0.1', port: this.#port, heartbeat: 0 });
    // It tells of its own end and of its channels' by events, which nobody may leave unheard.
    connection.on('error', () => undefined);
    const client = new RealClient(connection, this.#prefix);
    this.#open.add(client);
    return client;
  }

  waitMs(ms: number): Promise<void> {
    return sleep(ms);
  }

  /** Cuts what the story has left open. */
  async end(): Promise<void> {
    await Promise.all([...this.#open].map((client) => client.cut()));
  }
}

class RealClient implements AmqpClient {
  readonly #connection: ChannelModel;
  readonly #prefix: string;

  constructor(connection: ChannelModel, prefix: string) {
    this.#connection = connection;
    this.#prefix = prefix;
  }

  async channel({ confirms } = { confirms: false }): Promise<AmqpChannel> {
    if (confirms) return new RealChannel(await this.#connection.createConfirmChannel(), this.#prefix, true);
    return new RealChannel(await this.#connection.createChannel(), this.#prefix, false);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async cut(): Promise<void> {
    // amqplib has no word for it: below its door it keeps the socket.
    const { stream } = this.#connection.connection as unknown as { stream: { destroy(): void } };
    stream.destroy();
  }
}

class RealChannel implements AmqpChannel {
  readonly #channel: Channel | ConfirmChannel;
  readonly #prefix: string;
  readonly #confirms: boolean;
  readonly #outcomes = new Inbox<string>(PATIENCE_MS);
  readonly #deliveries = new Map<string, Inbox<AmqpMessage>>();
  readonly #cancelled = new Set<string>();
  #closed: Answer | undefined;

  constructor(channel: Channel | ConfirmChannel, prefix: string, confirms: boolean) {
    this.#channel = channel;
    this.#prefix = prefix;
    this.#confirms = confirms;
    channel.on('error', (error: Error) => {
      this.#closed = answerOf(codeOf(error));
    });
    channel.on('return', (message: Message) => {
      const { replyCode } = message.fields as unknown as { replyCode: number };
      this.#outcomes.add(`return ${replyCode} ${bodyOf(message)}`);
    });
  }

  declare(queue: string, options: QueueOptions = {}): Promise<Answer> {
    const wanted: Options.AssertQueue = {
      durable: options.durable ?? false,
      exclusive: options.exclusive ?? false,
      autoDelete: options.autoDelete ?? false,
      arguments: this.#argumentsOf(options),
    };
    return this.#answer(() => this.#channel.assertQueue(this.#name(queue), wanted));
  }

  #argumentsOf(options: QueueOptions): Record<string, unknown> {
    const { deadLetterExchange: exchange, deadLetterRoutingKey: key } = options;
    const all: Record<string, unknown> = {
      'x-queue-type': options.type,
      'x-message-ttl': options.messageTtlMs,
      'x-expires': options.expiresMs,
      'x-max-length': options.maxLength,
      'x-overflow': options.overflow,
      // The default exchange sends to the queue of that name.
      'x-dead-letter-exchange': exchange === undefined || exchange === '' ? exchange : this.#name(exchange),
      'x-dead-letter-routing-key': exchange === '' && key !== undefined ? this.#name(key) : key,
      'x-max-priority': options.maxPriority,
      'x-delivery-limit': options.deliveryLimit,
      'x-single-active-consumer': options.singleActiveConsumer,
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  }

  declareExchange(name: string, type: string): Promise<Answer> {
    return this.#answer(() => this.#channel.assertExchange(this.#name(name), type, { durable: false }));
  }

  bind(queue: string, exchange: string, routingKey = ''): Promise<Answer> {
    return this.#answer(() => this.#channel.bindQueue(this.#name(queue), this.#name(exchange), routingKey));
  }

  unbind(queue: string, exchange: string, routingKey = ''): Promise<Answer> {
    return this.#answer(() => this.#channel.unbindQueue(this.#name(queue), this.#name(exchange), routingKey));
  }

  purge(queue: string): Promise<Answer> {
    return this.#answer(() => this.#channel.purgeQueue(this.#name(queue)));
  }

  delete(queue: string): Promise<Answer> {
    return this.#answer(() => this.#channel.deleteQueue(this.#name(queue)));
  }

  check(queue: string): Promise<Answer> {
    return this.#answer(() => this.#channel.checkQueue(this.#name(queue)));
  }

  async ready(queue: string, expected: number): Promise<number> {
    let seen = -1;
    await until(async () => {
      seen = (await this.#channel.checkQueue(this.#name(queue))).messageCount;
      return seen === expected;
    }, PATIENCE_MS);
    return seen;
  }

  async publish(routingKey: string, body: number, options: PublishOptions = {}): Promise<void> {
    const { exchange = '', persistent = false, mandatory = false, expirationMs, priority } = options;
    const properties: Options.Publish = {
      persistent,
      mandatory,
      ...(expirationMs !== undefined && { expiration: expirationMs }),
      ...(priority !== undefined && { priority }),
    };
    const isDefault = exchange === '';
    const to = isDefault ? '' : this.#name(exchange);
    const key = isDefault ? this.#name(routingKey) : routingKey;
    const content = Buffer.from(String(body));
    if (!this.#confirms) {
      this.#channel.publish(to, key, content, properties);
      return;
    }
    (this.#channel as ConfirmChannel).publish(to, key, content, properties, (error: unknown) => {
      this.#outcomes.add(`${error === null || error === undefined ? 'ack' : 'nack'} ${body}`);
    });
  }

  outcomes(atLeast: number): Promise<string[]> {
    return this.#outcomes.take(atLeast);
  }

  async prefetch(count: number): Promise<void> {
    await this.#channel.prefetch(count);
  }

  async get(queue: string): Promise<AmqpMessage | null> {
    const message = await this.#channel.get(this.#name(queue));
    return message === false ? null : this.#read(message);
  }

  consume(queue: string, consumer: string, options: ConsumeOptions = {}): Promise<Answer> {
    const deliveries = new Inbox<AmqpMessage>(PATIENCE_MS);
    this.#deliveries.set(consumer, deliveries);
    const listen = (message: Message | null): void => {
      if (message === null) this.#cancelled.add(consumer);
      else deliveries.add(this.#read(message));
    };
    return this.#answer(() =>
      this.#channel.consume(this.#name(queue), listen, { consumerTag: this.#name(consumer), ...options }),
    );
  }

  async cancel(consumer: string): Promise<void> {
    await this.#channel.cancel(this.#name(consumer));
  }

  async delivered(consumer: string, atLeast: number): Promise<AmqpMessage[]> {
    return (await this.#deliveries.get(consumer)?.take(atLeast)) ?? [];
  }

  isCancelled(consumer: string): Promise<boolean> {
    return until(() => this.#cancelled.has(consumer), PATIENCE_MS);
  }

  async ack(tag: number, upTo = false): Promise<void> {
    this.#channel.ack(named(tag), upTo);
  }

  async nack(tag: number, { requeue, upTo = false }: { requeue: boolean; upTo?: boolean }): Promise<void> {
    this.#channel.nack(named(tag), upTo, requeue);
  }

  async reject(tag: number, requeue: boolean): Promise<void> {
    this.#channel.reject(named(tag), requeue);
  }

  async recover(): Promise<void> {
    await this.#channel.recover();
  }

  async closedWith(): Promise<Answer> {
    await until(() => this.#closed !== undefined, PATIENCE_MS);
    return this.#closed ?? 'open';
  }

  async close(): Promise<void> {
    await this.#channel.close();
  }

  #name(name: string): string {
    return `${this.#prefix}.${name}`;
  }

  async #answer(operation: () => Promise<unknown>): Promise<Answer> {
    try {
      await operation();
      return 'ok';
    } catch (error) {
      return answerOf(codeOf(error));
    }
  }

  #read(message: Message): AmqpMessage {
    const headers = (message.properties.headers ?? {}) as { 'x-delivery-count'?: number; 'x-death'?: Death[] };
    const { redelivered, deliveryTag } = message.fields as unknown as { redelivered: boolean; deliveryTag: number };
    const deaths = (headers['x-death'] ?? []).map(({ queue, reason, count }) => ({
      queue: queue.slice(this.#prefix.length + 1),
      reason,
      count,
    }));
    return {
      body: bodyOf(message),
      redelivered,
      tag: deliveryTag,
      deliveryCount: headers['x-delivery-count'] ?? -1,
      deaths,
    };
  }
}

const bodyOf = ({ content }: Message): number => Number(content.toString());

/** amqplib acknowledges a message, of which it reads the tag only. */
const named = (deliveryTag: number): Message => ({ fields: { deliveryTag } }) as unknown as Message;

function codeOf(error: unknown): number {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'number') throw error;
  return code;
}
