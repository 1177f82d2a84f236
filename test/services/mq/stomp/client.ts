/** A STOMP client for tests, as far as it can be from the model: what it was told is kept as short texts. */
import type { DeliveredMessage, MessageInput } from '../../../../src/services/mq/broker/ports.ts';
import type {
  ConnectFrame,
  StompConnection,
  StompOperations,
  StompOwner,
  SubscribeFrame,
} from '../../../../src/services/mq/stomp/operations.ts';

export function message(body: number, more: Partial<MessageInput> = {}): MessageInput {
  return { body, bytes: 100, persistent: true, expirationMs: -1, priority: -1, group: -1, ...more };
}

export class StompClient implements StompOwner {
  readonly messages: string[] = [];
  readonly receipts: number[] = [];
  readonly errors: string[] = [];
  closed: string | null = null;
  isConnected = false;
  blocked: string[] = [];
  /** By body: the last ack id. */
  readonly acks = new Map<number, number>();
  readonly frames: StompConnection;

  constructor(broker: StompOperations, frame: ConnectFrame = {}, endpoint = 0) {
    const connection = broker.connect(this, endpoint);
    if (connection === null) throw new Error('nobody is there');
    this.frames = connection;
    connection.CONNECT(frame);
  }

  /** `2R`: message 2, flagged as redelivered. */
  get told(): string {
    return this.messages.join(' ');
  }

  send(destination: string, ...bodies: number[]): this {
    for (const body of bodies) this.frames.SEND(destination, message(body));
    return this;
  }
  subscribe(destination: string, more: Partial<SubscribeFrame> = {}): this {
    this.frames.SUBSCRIBE({ id: 1, destination, ack: 'client-individual', ...more });
    return this;
  }
  ack(body: number, receipt = -1, transaction = -1): void {
    this.frames.ACK(this.acks.get(body) ?? -1, receipt, transaction);
  }
  nack(body: number, receipt = -1, transaction = -1): void {
    this.frames.NACK(this.acks.get(body) ?? -1, receipt, transaction);
  }

  CONNECTED(): void {
    this.isConnected = true;
  }
  MESSAGE(_: number, ack: number, { body, redelivered }: DeliveredMessage): void {
    this.messages.push(`${body}${redelivered ? 'R' : ''}`);
    this.acks.set(body, ack);
  }
  RECEIPT(receipt: number): void {
    this.receipts.push(receipt);
  }
  ERROR(text: string): void {
    this.errors.push(text);
  }
  onClosed(_: number, text: string): void {
    this.closed = text;
  }
  onBlocked(reason: string): void {
    this.blocked.push(reason);
  }
  onUnblocked(): void {
    this.blocked.push('free');
  }
}

/** What is in a queue, taken out of it by a client that settles nothing itself. */
export function drain(broker: StompOperations, destination: string, endpoint = 0): string {
  const client = new StompClient(broker, {}, endpoint).subscribe(destination, { ack: 'auto' });
  client.frames.DISCONNECT();
  return client.told;
}
