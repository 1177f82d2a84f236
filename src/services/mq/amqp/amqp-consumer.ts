/** A consumer of a channel, between its queue and its channel. */
import type { Consumer } from '../broker/consumer.ts';
import type { Job } from '../broker/job-ring.ts';
import type { QueueConsumer, RabbitQueue } from '../rabbitmq/rabbit-queue.ts';

/** Its channel. */
export interface DeliveryPort {
  /** The queue has given it a message. */
  onGiven(consumer: AmqpConsumer, row: number): void;
  /** The message has passed the processor, or that of a node that died. */
  onPassed(consumer: AmqpConsumer, row: number, deliveryTag: number): void;
  onLost(consumer: AmqpConsumer, row: number, deliveryTag: number): void;
  onConsumerGone(consumer: AmqpConsumer): void;
}

export class AmqpConsumer implements QueueConsumer, Job {
  readonly tag: number;
  readonly queue: RabbitQueue;
  readonly noAck: boolean;
  /** As the queue knows it, from its first message on. */
  holder: Consumer | null = null;
  readonly #port: DeliveryPort;

  constructor(port: DeliveryPort, tag: number, queue: RabbitQueue, noAck: boolean) {
    this.#port = port;
    this.tag = tag;
    this.queue = queue;
    this.noAck = noAck;
  }

  onMessage(holder: Consumer, row: number): void {
    this.holder = holder;
    this.#port.onGiven(this, row);
  }
  onDone(row: number, deliveryTag: number): void {
    this.#port.onPassed(this, row, deliveryTag);
  }
  onLost(row: number, deliveryTag: number): void {
    this.#port.onLost(this, row, deliveryTag);
  }
  onQueueGone(): void {
    this.#port.onConsumerGone(this);
  }
}
