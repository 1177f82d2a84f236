/** The models of ActiveMQ and RabbitMQ, as a story of STOMP drives them. */
import { ActiveMqBroker } from '../../../src/services/mq/activemq/broker.ts';
import { stompOverActiveMq } from '../../../src/services/mq/activemq/stomp-session.ts';
import type { DeliveredMessage } from '../../../src/services/mq/broker/ports.ts';
import { RabbitBroker, rabbitSettings } from '../../../src/services/mq/index.ts';
import { stompOverRabbitMq } from '../../../src/services/mq/rabbitmq/stomp-session.ts';
import { StompBroker } from '../../../src/services/mq/stomp/connection.ts';
import type { StompConnection, StompOwner } from '../../../src/services/mq/stomp/operations.ts';
import type { Answer, SendOptions, StompClient, StompDriver, StompMessage, SubscribeOptions } from './stomp.ts';
import { VirtualTime } from './virtual.ts';

const BYTES = 10;

export class ModelStomp implements StompDriver {
  readonly #time = new VirtualTime();
  readonly #broker: StompBroker;
  readonly #kill: () => void;

  constructor(engine: 'activemq' | 'rabbitmq') {
    if (engine === 'activemq') {
      const broker = new ActiveMqBroker(this.#time.sim);
      this.#broker = new StompBroker(this.#time.sim, stompOverActiveMq(broker));
      this.#kill = () => {
        broker.kill();
        broker.restart();
      };
    } else {
      const broker = new RabbitBroker(this.#time.sim, rabbitSettings({ version: '3.13' }));
      this.#broker = new StompBroker(this.#time.sim, stompOverRabbitMq(broker));
      this.#kill = () => {
        broker.kill(0);
        broker.start(0);
      };
    }
  }

  async connect({ clientId }: { readonly clientId?: string } = {}): Promise<StompClient> {
    const client = new ModelClient(this.#time, this.#broker);
    client.open(clientId);
    return client;
  }

  async waitMs(ms: number): Promise<void> {
    this.#time.passMs(ms);
  }

  async kill(): Promise<void> {
    this.#kill();
    // It reads its store.
    this.#time.passMs(1);
  }

  async end(): Promise<void> {}
}

class ModelClient implements StompClient, StompOwner {
  readonly #time: VirtualTime;
  readonly #connection: StompConnection;
  readonly #inboxes = new Map<number, StompMessage[]>();
  readonly #receipts = new Set<number>();
  #nextReceipt = 0;
  #isConnected = false;
  #isOver = false;

  constructor(time: VirtualTime, broker: StompBroker) {
    this.#time = time;
    const connection = broker.connect(this);
    if (connection === null) throw new Error('nobody is there');
    this.#connection = connection;
  }

  open(clientId: string | undefined): void {
    this.#connection.CONNECT({ clientId: clientId ?? null });
    this.#time.until(() => this.#isConnected || this.#isOver);
    if (this.#isOver) throw new Error('refused');
  }

  async send(destination: string, body: number, options: SendOptions = {}): Promise<Answer> {
    const { persistent = false, transaction = -1, group = -1, expirationMs = -1 } = options;
    const message = { body, bytes: BYTES, persistent, expirationMs, priority: -1, group };
    if (transaction < 0) return this.#ask((receipt) => this.#connection.SEND(destination, message, receipt));
    this.#connection.SEND(destination, message, -1, transaction);
    return 'ok';
  }
  async subscribe(id: number, destination: string, options: SubscribeOptions = {}): Promise<Answer> {
    const { ack = 'auto', prefetch, exclusive: isExclusive = false, durableName } = options;
    this.#inboxes.set(id, []);
    const given = { ...(prefetch !== undefined && { prefetch }), ...(durableName !== undefined && { durableName }) };
    return this.#ask((receipt) => this.#connection.SUBSCRIBE({ id, destination, ack, isExclusive, ...given }, receipt));
  }
  async unsubscribe(id: number): Promise<Answer> {
    return this.#ask((receipt) => this.#connection.UNSUBSCRIBE(id, receipt));
  }
  async received(id: number, atLeast: number): Promise<StompMessage[]> {
    return this.#time.take(this.#inboxes.get(id) ?? [], atLeast);
  }
  async ack({ handle }: StompMessage, transaction = -1): Promise<Answer> {
    if (transaction < 0) return this.#ask((receipt) => this.#connection.ACK(Number(handle), receipt));
    this.#connection.ACK(Number(handle), -1, transaction);
    return 'ok';
  }
  async nack({ handle }: StompMessage, { requeue }: { readonly requeue?: boolean } = {}): Promise<Answer> {
    return this.#ask((receipt) => this.#connection.NACK(Number(handle), receipt, -1, requeue));
  }
  async ackUnknown(): Promise<Answer> {
    return this.#ask((receipt) => this.#connection.ACK(1000, receipt));
  }
  async begin(transaction: number): Promise<Answer> {
    return this.#ask((receipt) => this.#connection.BEGIN(transaction, receipt));
  }
  async commit(transaction: number): Promise<Answer> {
    return this.#ask((receipt) => this.#connection.COMMIT(transaction, receipt));
  }
  async abort(transaction: number): Promise<Answer> {
    return this.#ask((receipt) => this.#connection.ABORT(transaction, receipt));
  }
  async disconnect(): Promise<void> {
    this.#ask((receipt) => this.#connection.DISCONNECT(receipt));
  }
  async cut(): Promise<void> {
    this.#isOver = true;
    this.#connection.cut();
  }

  #ask(say: (receipt: number) => void): Answer {
    const receipt = this.#nextReceipt++;
    say(receipt);
    this.#time.until(() => this.#receipts.has(receipt) || this.#isOver);
    return this.#receipts.has(receipt) ? 'ok' : 'ERROR';
  }

  CONNECTED(): void {
    this.#isConnected = true;
  }
  MESSAGE(subscription: number, ack: number, { body, redelivered }: DeliveredMessage): void {
    this.#inboxes.get(subscription)?.push({ body, redelivered, handle: ack });
  }
  RECEIPT(receipt: number): void {
    this.#receipts.add(receipt);
  }
  /** As stompit does: after an ERROR its line is of no use. */
  ERROR(): void {
    this.#isOver = true;
    this.#connection.cut();
  }
  onClosed(): void {
    this.#isOver = true;
  }
  onBlocked(): void {}
  onUnblocked(): void {}
}
