/** STOMP 1.2 as an application's client speaks it: it sends, with a receipt or without, and subscribes in one of the three modes of acknowledgement. */
import type { DeliveredMessage, MessageInput } from '../../services/mq/broker/ports.ts';
import type { StompAckMode, StompConnection, StompOwner } from '../../services/mq/stomp/operations.ts';
import { Outcome, type Requests } from '../../services/ports.ts';
import type { BrokerDriver, BrokerEnd } from './protocol.ts';

export interface StompPublishing {
  /** `/queue/orders`. */
  readonly destination: string;
  readonly persistent: boolean;
  /** Whether each asks for a receipt. */
  readonly confirms: boolean;
  readonly priority: number;
}

export interface StompConsuming {
  readonly destination: string;
  readonly prefetch: number;
  readonly acknowledge: 'auto' | 'individual' | 'client';
  readonly requeues: boolean;
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
    this.#input = {
      body: 0,
      bytes: 0,
      persistent: publishing?.persistent ?? false,
      expirationMs: NONE,
      priority: publishing?.priority ?? NONE,
      group: NONE,
    };
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
    const input = this.#input;
    input.body = request;
    input.bytes = requests.bytes(request);
    input.group = requests.key(request);
    this.#connection?.SEND(publishing?.destination ?? '', input, this.answers ? tag : NONE);
  }

  acknowledge(handle: number): void {
    this.#connection?.ACK(handle);
  }

  refuse(handle: number): void {
    this.#connection?.NACK(handle, NONE, NONE, this.#ports.consuming?.requeues ?? true);
  }

  close(): void {
    this.#connection?.DISCONNECT();
    this.#forget();
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
