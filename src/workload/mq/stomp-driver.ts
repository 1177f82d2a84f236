/** STOMP 1.2 as an application's client speaks it: it sends, with a receipt or without, and subscribes in one of the three modes of acknowledgement. */
import type { DeliveredMessage, MessageInput } from '../../services/mq/broker/ports.ts';
import type { StompAckMode, StompConnection, StompOwner } from '../../services/mq/stomp/operations.ts';
import { Outcome, type Requests } from '../../services/ports.ts';
import {
  type BrokerDriver,
  type BrokerEnd,
  fill,
  type MessageConsuming,
  messageOf,
  type MessagePublishing,
} from './protocol.ts';

/** `confirms`: each asks for a receipt. */
export interface StompPublishing extends MessagePublishing {
  /** `/queue/orders`. */
  readonly destination: string;
}

export interface StompConsuming extends MessageConsuming {
  readonly destination: string;
}

export interface StompDriverPorts {
  readonly requests: Pick<Requests, 'bytes' | 'key'>;
  /** null: nobody is there, or takes no more. */
  readonly connect: (owner: StompOwner) => StompConnection | null;
  readonly publishing: StompPublishing | null;
  readonly consuming: StompConsuming | null;
}

const SUBSCRIPTION = 0;
const NONE = -1;
const MODES: Readonly<Record<StompConsuming['acknowledge'], StompAckMode>> = {
  auto: 'auto',
  client: 'client',
  individual: 'client-individual',
};

export class StompDriver implements BrokerDriver, StompOwner {
  readonly answers: boolean;
  readonly acknowledges: boolean;
  readonly #ports: StompDriverPorts;
  readonly #input: MessageInput;
  #connection: StompConnection | null = null;
  #end: BrokerEnd | null = null;

  constructor(ports: StompDriverPorts) {
    const { publishing, consuming } = ports;
    this.#ports = ports;
    this.answers = publishing?.confirms ?? false;
    this.acknowledges = consuming !== null && consuming.acknowledge !== 'auto';
    this.#input = messageOf(publishing);
  }

  connect(end: BrokerEnd): boolean {
    const connection = this.#ports.connect(this);
    if (connection === null) return false;
    this.#connection = connection;
    this.#end = end;
    connection.CONNECT();
    const { consuming } = this.#ports;
    if (consuming === null) return true;
    const { destination, prefetch, acknowledge } = consuming;
    connection.SUBSCRIBE({ id: SUBSCRIPTION, destination, ack: MODES[acknowledge], prefetch });
    return true;
  }

  publish(request: number, tag: number): void {
    const { requests, publishing } = this.#ports;
    fill(this.#input, requests, request);
    this.#connection?.SEND(publishing?.destination ?? '', this.#input, this.answers ? tag : NONE);
  }

  acknowledge(handle: number): void {
    this.#connection?.ACK(handle);
  }

  refuse(handle: number): void {
    this.#connection?.NACK(handle, NONE, NONE, this.#ports.consuming?.requeues ?? true);
  }

  cut(): void {
    const connection = this.#connection;
    this.#forget();
    connection?.cut();
  }

  // --- the owner of the connection ---

  CONNECTED(): void {}

  MESSAGE(_subscription: number, ack: number, message: DeliveredMessage): void {
    this.#end?.delivered(ack, message);
  }

  RECEIPT(receipt: number): void {
    this.#end?.answered(receipt, Outcome.ok);
  }

  ERROR(_message: string, receipt: number): void {
    if (receipt >= 0) this.#end?.answered(receipt, Outcome.refused);
  }

  onClosed(): void {
    const end = this.#end;
    this.#forget();
    end?.closed();
  }

  onBlocked(): void {}

  onUnblocked(): void {}

  #forget(): void {
    this.#connection = null;
    this.#end = null;
  }
}
