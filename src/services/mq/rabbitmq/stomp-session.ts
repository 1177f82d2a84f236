/** STOMP over RabbitMQ: its frames as methods of one channel, as the broker's plugin plays them. */
import type {
  AmqpChannel,
  AmqpChannelOwner,
  AmqpConnection,
  AmqpConnectionOwner,
  AmqpMessage,
  PublishInput,
} from '../amqp/operations.ts';
import type { MessageInput } from '../broker/ports.ts';
import type { StompDestinations, StompRules, StompSession, StompSessionOwner } from '../stomp/destinations.ts';
import type { SubscribeFrame } from '../stomp/operations.ts';

/** As 3.10 answered; the grace is an assumption. */
const RULES: StompRules = {
  cumulativeOver: 'connection',
  nackIsCumulative: true,
  transactions: 'replay',
  beginTwiceFails: false,
  duplicateIdIsFatal: true,
  onUnsubscribe: 'keep',
  settlingTwiceIsFatal: true,
  heartBeatGrace: 2,
};

/** Where STOMP's clients connect; null: nobody is there. */
interface AmqpOperations {
  connect(owner: AmqpConnectionOwner, node?: number): AmqpConnection | null;
}

/** STOMP's end of a RabbitMQ broker; endpoints are its nodes. */
export function stompOverRabbitMq(broker: AmqpOperations): StompDestinations {
  return {
    rules: RULES,
    openSession(owner, endpoint) {
      const session = new RabbitStompSession(owner);
      const connection = broker.connect(session, endpoint);
      if (connection === null) return null;
      session.attach(connection);
      return session;
    },
  };
}

type Place =
  | { readonly kind: 'queue' | 'amqQueue'; readonly name: string }
  | { readonly kind: 'exchange'; readonly exchange: string; readonly key: string };

class RabbitStompSession implements StompSession, AmqpConnectionOwner, AmqpChannelOwner {
  readonly #owner: StompSessionOwner;
  #connection: AmqpConnection | null = null;
  #channel: AmqpChannel | null = null;
  /** By subscription: the queue of a durable one. */
  readonly #durables = new Map<number, string>();
  readonly #declared = new Set<string>();
  /** By the number of its publish: what to say when it is confirmed. */
  readonly #receipts = new Map<number, number>();
  #published = 0;
  #confirmed = 0;
  readonly #input: PublishInput = {
    body: 0,
    bytes: 0,
    persistent: false,
    expirationMs: -1,
    priority: -1,
    group: -1,
    exchange: '',
    routingKey: '',
    mandatory: false,
  };

  constructor(owner: StompSessionOwner) {
    this.#owner = owner;
  }

  attach(connection: AmqpConnection): void {
    this.#connection = connection;
  }

  open(): void {
    this.#channel = this.#connection?.openChannel(this) ?? null;
    this.#channel?.confirmSelect();
    this.#owner.onOpen();
  }

  send(destination: string, message: MessageInput, _transaction: number, receipt: number): void {
    const place = this.#placeOf(destination, receipt);
    const channel = this.#channel;
    if (place === null || channel === null) return;
    const isExchange = place.kind === 'exchange';
    if (place.kind === 'queue') this.#declare(channel, place.name);
    const input = Object.assign(this.#input, message);
    input.exchange = isExchange ? place.exchange : '';
    input.routingKey = isExchange ? place.key : place.name;
    this.#published++;
    if (receipt >= 0) this.#receipts.set(this.#published, receipt);
    channel.basicPublish(input);
  }

  /** On the first use in a session. */
  #declare(channel: AmqpChannel, queue: string): void {
    if (this.#declared.has(queue)) return;
    this.#declared.add(queue);
    channel.queueDeclare({ queue, durable: true });
  }

  subscribe(frame: SubscribeFrame, receipt: number): boolean {
    const place = this.#placeOf(frame.destination, receipt);
    const channel = this.#channel;
    if (place === null || channel === null) return false;
    const queue = this.#queueOf(channel, place, frame);
    if (queue === null) return false;
    channel.basicQos(frame.prefetch ?? 0);
    channel.basicConsume({
      queue,
      consumer: frame.id,
      noAck: (frame.ack ?? 'auto') === 'auto',
      priority: frame.priority ?? 0,
    });
    this.#done(receipt);
    return true;
  }

  /** What it consumes from: the queue itself, or one of its own that is bound for it. */
  #queueOf(channel: AmqpChannel, place: Place, { id, durableName }: SubscribeFrame): string | null {
    if (place.kind !== 'exchange') {
      if (place.kind === 'queue') this.#declare(channel, place.name);
      return place.name;
    }
    const isDurable = durableName !== undefined;
    const name = isDurable ? `stomp-subscription-${id}-${place.exchange}-${place.key}` : '';
    const declared = channel.queueDeclare({ queue: name, durable: isDurable, autoDelete: !isDurable });
    if (declared === null || !channel.queueBind(declared.queue, place.exchange, place.key)) return null;
    if (isDurable) this.#durables.set(id, declared.queue);
    return declared.queue;
  }

  unsubscribe(subscription: number, isForGood: boolean, receipt: number): void {
    this.#channel?.basicCancel(subscription);
    const durable = this.#durables.get(subscription);
    this.#durables.delete(subscription);
    if (isForGood && durable !== undefined) this.#channel?.queueDelete(durable);
    this.#done(receipt);
  }

  acknowledge(
    _subscription: number,
    delivery: number,
    isCumulative: boolean,
    _transaction: number,
    receipt: number,
  ): void {
    this.#channel?.basicAck(delivery, isCumulative);
    this.#done(receipt);
  }
  refuse(
    _subscription: number,
    delivery: number,
    isCumulative: boolean,
    requeue: boolean | null,
    _transaction: number,
    receipt: number,
  ): void {
    this.#channel?.basicNack(delivery, isCumulative, requeue ?? true);
    this.#done(receipt);
  }

  // Transactions are kept at the connection, and played at COMMIT.
  begin(): void {}
  commit(): void {}
  abort(): void {}

  flush(receipt: number): void {
    this.#done(receipt);
  }
  close(): void {
    this.#connection?.close();
  }
  cut(): void {
    this.#connection?.cut();
  }

  /** Methods are in order, so what it stands for is done when the next one is. */
  #done(receipt: number): void {
    if (receipt !== -1 && this.#channel?.isOpen === true) this.#owner.onDone(receipt);
  }

  #placeOf(destination: string, receipt: number): Place | null {
    const place = placeOf(destination);
    if (place === null) this.#owner.onFailed(receipt, `Unknown destination: '${destination}'`, false);
    return place;
  }

  // --- what the broker says ---

  onDeliver(consumer: number, deliveryTag: number, message: AmqpMessage): void {
    this.#owner.onMessage(consumer, deliveryTag, message);
  }
  onConfirm(deliveryTag: number, multiple: boolean, ack: boolean): void {
    for (let tag = multiple ? this.#confirmed + 1 : deliveryTag; tag <= deliveryTag; tag++) {
      const receipt = this.#receipts.get(tag);
      this.#receipts.delete(tag);
      // What was refused has no receipt.
      if (receipt !== undefined && ack) this.#owner.onDone(receipt);
    }
    if (multiple) this.#confirmed = deliveryTag;
  }
  onCancel(): void {
    this.#owner.onFailed(-1, 'Server cancelled subscription', false);
  }
  onGet(): void {}
  onReturn(): void {}
  onCommitted(): void {}
  onClosed(code: number, text: string): void {
    // Of the channel: an error of its client's. Of the connection: it is gone.
    if (this.#connection?.isOpen === true) this.#owner.onFailed(-1, text, true);
    else this.#owner.onClosed(code, text);
  }
  onBlocked(reason: string): void {
    this.#owner.onBlocked(reason);
  }
  onUnblocked(): void {
    this.#owner.onUnblocked();
  }
}

/** `/queue/x`, a name alone, `/amq/queue/x`, `/topic/key`, `/exchange/name/key`; null where it is none. */
function placeOf(destination: string): Place | null {
  if (!destination.startsWith('/')) return { kind: 'queue', name: destination };
  const [, first = '', ...rest] = destination.split('/');
  const name = rest.join('/');
  if (name === '') return null;
  if (first === 'queue') return { kind: 'queue', name };
  if (first === 'amq' && rest[0] === 'queue' && rest.length > 1)
    return { kind: 'amqQueue', name: rest.slice(1).join('/') };
  if (first === 'topic') return { kind: 'exchange', exchange: 'amq.topic', key: name };
  if (first === 'exchange') return { kind: 'exchange', exchange: rest[0] ?? '', key: rest.slice(1).join('/') };
  return null;
}
