/** AMQP 0-9-1 as an application's client speaks it: a connection with one channel, on which it declares, publishes with or without confirms, and consumes. */
import type {
  AmqpChannel,
  AmqpChannelOwner,
  AmqpConnection,
  AmqpConnectionOwner,
  AmqpMessage,
  PublishInput,
} from '../../services/mq/amqp/operations.ts';
import { Outcome, type Requests } from '../../services/ports.ts';
import {
  type BrokerDriver,
  type BrokerEnd,
  fill,
  type MessageConsuming,
  messageOf,
  type MessagePublishing,
} from './protocol.ts';

export interface AmqpPublishing extends MessagePublishing {
  readonly exchange: string;
  readonly routingKey: string;
}

export interface AmqpConsuming extends MessageConsuming {
  readonly queue: string;
}

export interface AmqpDriverPorts {
  readonly requests: Pick<Requests, 'bytes' | 'key'>;
  /** null: nobody is there, or takes no more. */
  readonly connect: (owner: AmqpConnectionOwner) => AmqpConnection | null;
  /** Declares what the client relies on; false: it can't be, and the channel is closed. */
  readonly declare: (channel: AmqpChannel) => boolean;
  readonly publishing: AmqpPublishing | null;
  readonly consuming: AmqpConsuming | null;
}

const CONSUMER = 0;

export class AmqpDriver implements BrokerDriver, AmqpChannelOwner {
  readonly answers: boolean;
  readonly acknowledges: boolean;
  readonly #ports: AmqpDriverPorts;
  readonly #input: PublishInput;
  readonly #unconfirmed = new Unconfirmed();
  #connection: AmqpConnection | null = null;
  #channel: AmqpChannel | null = null;
  #end: BrokerEnd | null = null;

  readonly #ofConnection: AmqpConnectionOwner = {
    onClosed: () => this.#lost(),
    // What is published meanwhile waits at the broker's door.
    onBlocked: () => {},
    onUnblocked: () => {},
  };

  constructor(ports: AmqpDriverPorts) {
    const { publishing, consuming } = ports;
    this.#ports = ports;
    this.answers = publishing?.confirms ?? false;
    this.acknowledges = consuming !== null && consuming.acknowledge !== 'auto';
    this.#input = {
      ...messageOf(publishing),
      exchange: publishing?.exchange ?? '',
      routingKey: publishing?.routingKey ?? '',
      mandatory: false,
    };
  }

  connect(end: BrokerEnd): boolean {
    const connection = this.#ports.connect(this.#ofConnection);
    const channel = connection?.openChannel(this) ?? null;
    if (connection === null || channel === null) return false;
    this.#connection = connection;
    this.#channel = channel;
    this.#unconfirmed.clear();
    if (!this.#ports.declare(channel)) {
      this.#forget();
      connection.cut();
      return false;
    }
    this.#end = end;
    this.#begin(channel);
    return this.#end !== null;
  }

  #begin(channel: AmqpChannel): void {
    const { publishing, consuming } = this.#ports;
    if (publishing?.confirms === true) channel.confirmSelect();
    if (consuming === null) return;
    const { queue, prefetch, acknowledge } = consuming;
    channel.basicQos(prefetch);
    channel.basicConsume({ queue, consumer: CONSUMER, noAck: acknowledge === 'auto' });
  }

  publish(request: number, tag: number): void {
    const { requests } = this.#ports;
    fill(this.#input, requests, request);
    if (this.answers) this.#unconfirmed.add(tag);
    this.#channel?.basicPublish(this.#input);
  }

  acknowledge(handle: number): void {
    this.#channel?.basicAck(handle, this.#ports.consuming?.acknowledge === 'client');
  }

  refuse(handle: number): void {
    this.#channel?.basicReject(handle, this.#ports.consuming?.requeues ?? true);
  }

  cut(): void {
    const connection = this.#connection;
    this.#forget();
    connection?.cut();
  }

  // --- the owner of the channel ---

  onDeliver(_consumer: number, deliveryTag: number, message: AmqpMessage): void {
    this.#end?.delivered(deliveryTag, message);
  }

  onConfirm(deliveryTag: number, multiple: boolean, ack: boolean): void {
    const outcome = ack ? Outcome.ok : Outcome.refused;
    if (!multiple) {
      this.#answer(this.#unconfirmed.take(deliveryTag), outcome);
      return;
    }
    for (let first = this.#unconfirmed.first; first <= deliveryTag; first++)
      this.#answer(this.#unconfirmed.take(first), outcome);
  }

  /** An error of the client's, or the broker's timeout: its application opens all anew. */
  onClosed(): void {
    const connection = this.#connection;
    this.#lost();
    connection?.cut();
  }

  /** Its queue is gone. */
  onCancel(): void {
    this.onClosed();
  }

  onGet(): void {}

  onReturn(): void {}

  onCommitted(): void {}

  #answer(tag: number, outcome: Outcome): void {
    if (tag >= 0) this.#end?.answered(tag, outcome);
  }

  #lost(): void {
    const end = this.#end;
    this.#forget();
    end?.closed();
  }

  #forget(): void {
    this.#connection = null;
    this.#channel = null;
    this.#end = null;
  }
}

/** The tags of publishes that wait for their confirm, by delivery tag, which counts from 1. */
class Unconfirmed {
  #tags = new Int32Array(64);
  /** The oldest that is not confirmed. */
  first = 1;
  #next = 1;

  add(tag: number): void {
    if (this.#next - this.first === this.#tags.length) this.#grow();
    this.#tags[this.#next & (this.#tags.length - 1)] = tag;
    this.#next++;
  }

  /** -1: it was confirmed before. */
  take(deliveryTag: number): number {
    if (deliveryTag < this.first || deliveryTag >= this.#next) return -1;
    const mask = this.#tags.length - 1;
    const tag = this.#tags[deliveryTag & mask] as number;
    this.#tags[deliveryTag & mask] = -1;
    while (this.first < this.#next && (this.#tags[this.first & mask] as number) < 0) this.first++;
    return tag;
  }

  clear(): void {
    this.first = 1;
    this.#next = 1;
  }

  #grow(): void {
    const old = this.#tags;
    const wider = new Int32Array(old.length * 2);
    for (let tag = this.first; tag < this.#next; tag++)
      wider[tag & (wider.length - 1)] = old[tag & (old.length - 1)] as number;
    this.#tags = wider;
  }
}
