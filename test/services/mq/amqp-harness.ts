/** A client of AMQP that notes what it is told, in short lines; messages are told by their bodies. */
import { Simulation, type Ties } from '../../../src/kernel/index.ts';
import type * as Mq from '../../../src/services/mq/index.ts';
import * as door from '../../../src/services/mq/index.ts';

export type MqDoor = typeof Mq;

export interface ClientOptions {
  /** Acknowledges what is delivered, at once. */
  readonly acks?: boolean;
  readonly node?: number;
}

export class Broker {
  readonly sim: Simulation;
  readonly rabbit: Mq.RabbitBroker;
  /** Bodies held, and what was dropped. */
  held = 0;
  readonly dropped: string[] = [];
  readonly deadLettered: string[] = [];
  /** A message has come into a queue. */
  onEnqueued: () => void = () => {};

  constructor(
    input: Mq.RabbitInput = {},
    mq: MqDoor = door,
    metrics: Mq.RabbitPorts['metrics'] = null,
    ties: Ties = 'inOrder',
  ) {
    this.sim = new Simulation({ seed: 1, ties });
    this.rabbit = new mq.RabbitBroker(this.sim, mq.rabbitSettings(input), {
      metrics,
      holds: { retain: () => this.held++, release: () => this.held-- },
      observer: {
        onEnqueued: () => this.onEnqueued(),
        onDelivered: () => {},
        onAcknowledged: () => {},
        onRequeued: () => {},
        onDeadLettered: (_queue, body, _id, reason) => this.deadLettered.push(`${body} ${reason}`),
        onDropped: (_queue, body, _id, reason) => this.dropped.push(`${body} ${reason}`),
        onGone: () => {},
      },
    });
  }

  client(options: ClientOptions = {}): Client {
    return new Client(this, options);
  }
  pass(ms: number): void {
    this.sim.run({ until: this.sim.now + ms * 1000 });
  }
  /** What is in a queue, in the order of delivery, "nR" if flagged. */
  drain(queue: string): string[] {
    const client = this.client();
    client.channel.basicConsume({ queue, consumer: 0 });
    const bodies = client.bodies;
    for (const { deliveryTag } of client.deliveries) client.channel.basicAck(deliveryTag);
    client.connection.close();
    return bodies;
  }
}

export class Client implements Mq.AmqpConnectionOwner, Mq.AmqpChannelOwner {
  readonly connection: Mq.AmqpConnection;
  readonly channel: Mq.AmqpChannel;
  readonly told: string[] = [];
  readonly deliveries: { readonly consumer: number; readonly deliveryTag: number; readonly message: Mq.AmqpMessage }[] =
    [];
  readonly #acks: boolean;

  constructor(broker: Broker, { acks = false, node }: ClientOptions) {
    this.#acks = acks;
    const connection = broker.rabbit.connect(this, node);
    if (connection === null) throw new Error('nobody there');
    this.connection = connection;
    this.channel = this.another();
  }

  /** Another channel of the same connection. */
  another(): Mq.AmqpChannel {
    const channel = this.connection.openChannel(this);
    if (channel === null) throw new Error('no channel');
    return channel;
  }

  publish(routingKey: string, bodies: readonly number[], more: Partial<Mq.PublishInput> = {}): void {
    for (const body of bodies) {
      this.channel.basicPublish({
        exchange: '',
        routingKey,
        mandatory: false,
        body,
        bytes: 100,
        persistent: false,
        expirationMs: -1,
        priority: -1,
        group: -1,
        ...more,
      });
    }
  }

  get bodies(): string[] {
    return this.deliveries.map(({ message: { body, redelivered } }) => `${body}${redelivered ? 'R' : ''}`);
  }
  /** What it was told since it was last asked. */
  news(): string[] {
    return this.told.splice(0);
  }

  onDeliver(consumer: number, deliveryTag: number, message: Mq.AmqpMessage): void {
    this.deliveries.push({ consumer, deliveryTag, message: { ...message } });
    if (this.#acks) this.channel.basicAck(deliveryTag);
  }
  onGet(deliveryTag: number, message: Mq.AmqpMessage | null, messageCount: number): void {
    if (message === null) this.told.push('get nothing');
    else this.told.push(`get ${message.body}${message.redelivered ? 'R' : ''}, ${messageCount} left`);
    if (message !== null) this.deliveries.push({ consumer: -1, deliveryTag, message: { ...message } });
  }
  onConfirm(deliveryTag: number, multiple: boolean, ack: boolean): void {
    this.told.push(`${ack ? 'ack' : 'nack'} ${multiple ? 'to ' : ''}${deliveryTag}`);
  }
  onReturn(body: number, replyCode: number, text: string): void {
    this.told.push(`return ${body} ${replyCode} ${text}`);
  }
  onCommitted(): void {
    this.told.push('committed');
  }
  onClosed(code: number, text: string): void {
    this.told.push(text === '' ? `cut ${code}` : text);
  }
  onCancel(consumer: number): void {
    this.told.push(`cancel ${consumer}`);
  }
  onBlocked(reason: string): void {
    this.told.push(`blocked: ${reason}`);
  }
  onUnblocked(): void {
    this.told.push('unblocked');
  }
}
