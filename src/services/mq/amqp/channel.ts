/**
 * A channel: delivery tags, confirms, transactions, consumers. What its client does goes through its connection (`enter`), and takes effect here.
 */
import { type Consumer, Holder } from '../broker/consumer.ts';
import { NONE } from '../broker/message-rows.ts';
import type { RabbitNode } from '../rabbitmq/node.ts';
import type { RabbitQueue } from '../rabbitmq/rabbit-queue.ts';
import type { Vhost } from '../rabbitmq/vhost.ts';
import { AmqpConsumer, type DeliveryPort } from './amqp-consumer.ts';
import { type Command, copyPublish, newCommand, type Settlement } from './command.ts';
import { Confirms } from './confirms.ts';
import { type AmqpError, amqpErrors, NO_ROUTE } from './errors.ts';
import type {
  AmqpChannel,
  AmqpChannelOwner,
  AmqpMessage,
  ConsumeInput,
  Death,
  ExchangeDeclareInput,
  HeaderArguments,
  PublishInput,
  QueueDeclareInput,
  QueueDeclareOk,
} from './operations.ts';
import { CommitWait, Transaction } from './transaction.ts';
import { Unsettled } from './unsettled.ts';

/** Its connection. */
export interface ChannelHost {
  readonly vhost: Vhost;
  /** The node that it leads to. */
  readonly home: RabbitNode;
  /** Whether a method that costs so much would take effect at once. */
  isDirect(costUs: number): boolean;
  /** A command to be filled, then entered. */
  command(): Command<Channel>;
  enter(): void;
  published(): void;
  /** A delivery waits to be settled. */
  watch(): void;
  forget(channel: Channel): void;
  fail(code: number, text: string): void;
}

const NO_DEATHS: readonly Death[] = [];

export class Channel implements AmqpChannel, DeliveryPort {
  isOpen = true;
  readonly #host: ChannelHost;
  readonly #owner: AmqpChannelOwner;
  readonly #unsettled = new Unsettled();
  readonly #consumers = new Map<number, AmqpConsumer>();
  /** Who gets messages one by one, for each queue. */
  readonly #getters = new Map<RabbitQueue, Holder>();
  #lastTag = 0;
  #prefetch = 0;
  #channelPrefetch = 0;
  #isFull = false;
  #confirms: Confirms | null = null;
  #transaction: Transaction | null = null;
  readonly #message: { -readonly [K in keyof AmqpMessage]: AmqpMessage[K] } = {
    body: 0,
    bytes: 0,
    id: 0,
    sequence: 0,
    redelivered: false,
    deliveries: 0,
    group: -1,
    persistent: false,
    enqueuedUs: 0,
    exchange: '',
    routingKey: '',
    deliveryCount: -1,
    deaths: NO_DEATHS,
  };

  constructor(host: ChannelHost, owner: AmqpChannelOwner) {
    this.#host = host;
    this.#owner = owner;
  }

  get unacknowledged(): number {
    return this.#unsettled.count;
  }
  /** Since when the oldest delivery waits to be settled; Infinity: there is none. */
  get oldestUs(): number {
    const { count, first, sinceUs } = this.#unsettled;
    return count === 0 ? Number.POSITIVE_INFINITY : (sinceUs[first] as number);
  }

  // --- topology ---

  exchangeDeclare(input: ExchangeDeclareInput): boolean {
    return this.isOpen && this.#check(this.#host.vhost.declareExchange(input));
  }
  exchangeDelete(exchange: string, ifUnused = false): boolean {
    return this.isOpen && this.#check(this.#host.vhost.deleteExchange(exchange, ifUnused));
  }
  exchangeBind(destination: string, source: string, routingKey: string, headers?: HeaderArguments): boolean {
    return this.#bind({ exchange: destination }, source, routingKey, headers, true);
  }
  exchangeUnbind(destination: string, source: string, routingKey: string, headers?: HeaderArguments): boolean {
    return this.#bind({ exchange: destination }, source, routingKey, headers, false);
  }
  queueBind(queue: string, exchange: string, routingKey: string, headers?: HeaderArguments): boolean {
    return this.#bind({ queue }, exchange, routingKey, headers, true);
  }
  queueUnbind(queue: string, exchange: string, routingKey: string, headers?: HeaderArguments): boolean {
    return this.#bind({ queue }, exchange, routingKey, headers, false);
  }
  #bind(
    to: { readonly queue: string } | { readonly exchange: string },
    source: string,
    routingKey: string,
    headers: HeaderArguments | undefined,
    isOn: boolean,
  ): boolean {
    return this.isOpen && this.#check(this.#host.vhost.bind(to, source, routingKey, headers ?? null, isOn));
  }

  queueDeclare(input: QueueDeclareInput): QueueDeclareOk | null {
    if (!this.isOpen) return null;
    const queue = this.#found(this.#host.vhost.declareQueue(input, this.#host, this.#host.home));
    if (queue === null) return null;
    return { queue: queue.name, messageCount: queue.messages.readyCount, consumerCount: queue.consumerCount };
  }
  queuePurge(queue: string): number {
    return this.#find(queue)?.messages.purge() ?? -1;
  }
  queueDelete(name: string, ifUnused = false, ifEmpty = false): number {
    if (!this.isOpen) return -1;
    const { vhost } = this.#host;
    if (!vhost.queues.has(name)) return 0;
    const queue = this.#find(name);
    if (queue === null) return -1;
    if (ifUnused && queue.consumerCount > 0) return this.#refuse(amqpErrors.queueInUse(name));
    if (ifEmpty && queue.messages.readyCount > 0) return this.#refuse(amqpErrors.queueNotEmpty(name));
    return vhost.deleteQueue(queue);
  }

  #find(name: string): RabbitQueue | null {
    return this.isOpen ? this.#found(this.#host.vhost.find(name, this.#host)) : null;
  }
  #found(found: RabbitQueue | AmqpError): RabbitQueue | null {
    if (!('code' in found)) return found;
    this.fail(found);
    return null;
  }
  #check(error: AmqpError | null): boolean {
    if (error !== null) this.fail(error);
    return error === null;
  }
  #refuse(error: AmqpError): -1 {
    this.fail(error);
    return -1;
  }

  // --- publish ---

  confirmSelect(): void {
    this.#do(() => {
      if (this.#transaction !== null) this.fail(amqpErrors.fromTxToConfirm);
      else this.#confirms ??= new Confirms(this.#host.vhost.world.sim, this.#tellConfirm);
    });
  }
  readonly #tellConfirm = (tag: number, multiple: boolean, ack: boolean, count: number): void => {
    this.#host.vhost.world.metrics?.confirmed.add(count);
    if (this.isOpen) this.#owner.onConfirm(tag, multiple, ack);
  };

  basicPublish(input: PublishInput): void {
    if (!this.isOpen) return;
    const host = this.#host;
    host.published();
    const { costs } = host.vhost.world.settings;
    if (host.isDirect(costs.publishUs + input.bytes * costs.publishUsPerByte)) {
      this.publish(input);
      return;
    }
    const command = host.command();
    command.kind = 'publish';
    command.channel = this;
    copyPublish(command, input);
    host.vhost.world.holds?.retain(input.body);
    host.enter();
  }

  /** It has passed the processor. */
  publish(input: PublishInput): void {
    const { vhost } = this.#host;
    const { metrics, settings } = vhost.world;
    metrics?.published.add(1);
    if (input.bytes > settings.maxMessageBytes) {
      this.fail(amqpErrors.tooLarge(input.bytes, settings.maxMessageBytes));
      return;
    }
    const exchange = vhost.routes.exchanges.get(input.exchange);
    if (exchange === undefined || exchange.internal) {
      const error = exchange === undefined ? amqpErrors.noExchange : amqpErrors.internalExchange;
      this.fail(error(input.exchange));
    } else if (this.#transaction !== null) {
      vhost.world.holds?.retain(input.body);
      this.#transaction.publishes.push({ ...input });
    } else {
      this.#deliver(input);
    }
  }

  #deliver(input: PublishInput): void {
    const { vhost } = this.#host;
    const { exchange, routingKey, headers = null } = input;
    const route = vhost.routes.find(exchange, routingKey, headers);
    if (route.queues.length === 0) this.#unroutable(input);
    const confirms = this.#confirms;
    if (confirms === null) {
      vhost.deliver(route, input, null, 0);
      return;
    }
    const tag = confirms.begin(route.queues.length);
    vhost.deliver(route, input, confirms, tag);
    confirms.end(tag);
  }

  #unroutable({ body, mandatory }: PublishInput): void {
    this.#host.vhost.world.observer?.onDropped(-1, body, -1, 'unroutable');
    if (mandatory && this.isOpen) this.#owner.onReturn(body, NO_ROUTE, 'NO_ROUTE');
  }

  // --- consume ---

  basicQos(prefetchCount: number, global = false): void {
    this.#do(() => {
      if (!global) {
        this.#prefetch = prefetchCount;
        return;
      }
      this.#channelPrefetch = prefetchCount;
      this.#fill();
    });
  }

  basicConsume(input: ConsumeInput): void {
    this.#do(() => this.#consume(input));
  }
  #consume({ queue: name, consumer: tag, noAck = false, exclusive = false, priority = 0 }: ConsumeInput): void {
    const queue = this.#find(name);
    if (queue === null) return;
    if (this.#consumers.has(tag)) {
      this.fail(amqpErrors.consumerTagUsed(tag));
      return;
    }
    const { maxConsumers } = this.#host.vhost.world.settings;
    if (this.#consumers.size >= maxConsumers) {
      this.fail(amqpErrors.tooManyConsumers(maxConsumers));
      return;
    }
    if (queue.isTaken || (exclusive && queue.consumerCount > 0)) {
      this.fail(amqpErrors.inExclusiveUse(name));
      return;
    }
    queue.isTaken = exclusive;
    const consumer = new AmqpConsumer(this, tag, queue, noAck);
    this.#consumers.set(tag, consumer);
    consumer.holder = queue.subscribe(consumer, tag, noAck ? 0 : this.#prefetch, priority);
    if (this.#isFull) queue.messages.setPaused(consumer.holder, true);
  }

  basicCancel(tag: number): void {
    this.#do(() => {
      const consumer = this.#consumers.get(tag);
      if (consumer === undefined) return;
      this.#leave(consumer);
      this.#host.vhost.consumerLeft(consumer.queue);
    });
  }
  #leave(consumer: AmqpConsumer): void {
    this.#consumers.delete(consumer.tag);
    if (consumer.holder !== null) consumer.queue.unsubscribe(consumer.holder);
  }

  onConsumerGone(consumer: AmqpConsumer): void {
    this.#consumers.delete(consumer.tag);
    if (this.isOpen) this.#owner.onCancel(consumer.tag);
  }

  onGiven(consumer: AmqpConsumer, row: number): void {
    const { queue } = consumer;
    const tag = this.#assign(queue, row, consumer.noAck, consumer.holder as Consumer);
    if (this.#channelPrefetch > 0) this.#fill();
    const { costs } = this.#host.vhost.world.settings;
    const cost = costs.deliverUs + (queue.messages.rows.bytes[row] as number) * costs.deliverUsPerByte;
    const processor = queue.leader?.processor;
    if (processor === undefined || (cost === 0 && processor.waiting === 0)) this.onPassed(consumer, row, tag);
    else processor.submit(cost, consumer, row, tag);
  }

  #assign(queue: RabbitQueue, row: number, noAck: boolean, holder: Holder): number {
    const tag = ++this.#lastTag;
    queue.messages.rows.tag[row] = tag;
    if (noAck) return tag;
    this.#unsettled.add(tag, queue, row, holder, this.#host.vhost.world.sim.now);
    this.#host.watch();
    return tag;
  }

  /** Whether it still has it: queues can lose what they have given out. */
  #has(queue: RabbitQueue, row: number, tag: number, holder: Holder | null): boolean {
    const { rows } = queue.messages;
    return holder !== null && rows.holder[row] === holder && rows.tag[row] === tag;
  }

  onPassed(consumer: AmqpConsumer, row: number, tag: number): void {
    const { queue, holder, noAck } = consumer;
    if (!this.isOpen || !this.#has(queue, row, tag, holder)) return;
    this.#owner.onDeliver(consumer.tag, tag, this.#read(queue, row));
    if (noAck && this.#has(queue, row, tag, holder)) queue.messages.acknowledge(row);
  }

  /** It never left the broker. */
  onLost(consumer: AmqpConsumer, row: number, tag: number): void {
    const { queue, holder } = consumer;
    const at = this.#unsettled.find(tag);
    if (at >= 0) this.#unsettled.settle(at);
    if (this.#has(queue, row, tag, holder)) queue.messages.requeue(row, false);
  }

  #read(queue: RabbitQueue, row: number): AmqpMessage {
    const { messages } = queue;
    const { world, routes } = this.#host.vhost;
    const message = this.#message;
    const read = messages.read(row);
    message.body = read.body;
    message.bytes = read.bytes;
    message.id = read.id;
    message.sequence = read.sequence;
    message.redelivered = read.redelivered;
    message.deliveries = read.deliveries;
    message.group = read.group;
    message.persistent = read.persistent;
    message.enqueuedUs = read.enqueuedUs;
    const route = routes.numbered(messages.rows.route[row] as number);
    message.exchange = route.exchange;
    message.routingKey = route.routingKey;
    message.deliveryCount = queue.isQuorum ? read.deliveries - 1 : -1;
    message.deaths = world.deaths.size > 0 ? (world.deaths.get(read.id) ?? NO_DEATHS) : NO_DEATHS;
    return message;
  }

  basicGet(queue: string, noAck = false): void {
    this.#do(() => this.#get(queue, noAck));
  }
  #get(name: string, noAck: boolean): void {
    const queue = this.#find(name);
    if (queue === null) return;
    queue.lastUsedUs = this.#host.vhost.world.sim.now;
    let getter = this.#getters.get(queue);
    if (getter === undefined) this.#getters.set(queue, (getter = new Holder()));
    const row = queue.messages.take(getter);
    if (row === NONE) {
      this.#owner.onGet(0, null, 0);
      return;
    }
    const tag = this.#assign(queue, row, noAck, getter);
    this.#owner.onGet(tag, this.#read(queue, row), queue.messages.readyCount);
    if (noAck && this.#has(queue, row, tag, getter)) queue.messages.acknowledge(row);
  }

  // --- settle ---

  basicAck(deliveryTag: number, multiple = false): void {
    this.#enterSettle(deliveryTag, multiple, 'ack');
  }
  basicNack(deliveryTag: number, multiple = false, requeue = true): void {
    this.#enterSettle(deliveryTag, multiple, requeue ? 'requeue' : 'drop');
  }
  basicReject(deliveryTag: number, requeue = true): void {
    this.#enterSettle(deliveryTag, false, requeue ? 'requeue' : 'drop');
  }
  basicRecover(): void {
    this.#do(() => this.#settleAll('requeue'));
  }

  #enterSettle(deliveryTag: number, multiple: boolean, settlement: Settlement): void {
    if (!this.isOpen) return;
    const host = this.#host;
    if (host.isDirect(host.vhost.world.settings.costs.ackUs)) {
      this.settle(deliveryTag, multiple, settlement);
      return;
    }
    const command = host.command();
    command.kind = 'settle';
    command.channel = this;
    command.deliveryTag = deliveryTag;
    command.multiple = multiple;
    command.settlement = settlement;
    host.enter();
  }

  /** It has passed the processor. */
  settle(deliveryTag: number, multiple: boolean, settlement: Settlement): void {
    const all = multiple && deliveryTag === 0;
    const at = all ? -1 : this.#unsettled.find(deliveryTag);
    if (at < 0 && !all) {
      this.fail(amqpErrors.unknownTag(deliveryTag));
      return;
    }
    if (this.#transaction !== null) this.#transaction.settlements.push({ deliveryTag, multiple, settlement });
    else if (multiple) this.#settleUpTo(all ? Number.POSITIVE_INFINITY : deliveryTag, settlement);
    else this.#settleOne(at, settlement);
    if (this.#isFull) this.#fill();
  }

  #settleOne(at: number, settlement: Settlement): void {
    const unsettled = this.#unsettled;
    const queue = unsettled.queue[at] as RabbitQueue;
    const row = unsettled.row[at] as number;
    const hasIt = this.#has(queue, row, unsettled.tag[at] as number, unsettled.holder[at] as Holder);
    unsettled.settle(at);
    if (!hasIt) return;
    if (settlement === 'ack') queue.messages.acknowledge(row);
    else if (settlement === 'requeue') queue.messages.requeue(row, true, queue.requeuesToTail);
    else if (settlement === 'return') queue.messages.requeue(row);
    else queue.messages.drop(row, 'rejected');
  }

  /** Deliveries that come meanwhile have later tags, and are none of them. */
  #settleUpTo(tag: number, settlement: Settlement): void {
    const unsettled = this.#unsettled;
    const last = Math.min(tag, this.#lastTag);
    const work = (): void => {
      while (unsettled.count > 0 && (unsettled.tag[unsettled.first] as number) <= last) {
        this.#settleOne(unsettled.first, settlement);
      }
    };
    if (settlement === 'requeue' || settlement === 'return') this.#together(work);
    else work();
  }
  /** What is requeued together is given out in order, not each as it comes back. */
  #together(work: () => void): void {
    const { queue, first, end } = this.#unsettled;
    const queues = new Set<RabbitQueue>();
    for (let i = first; i < end; i++) if (queue[i] !== null) queues.add(queue[i] as RabbitQueue);
    heldBack(queues, work);
  }
  #settleAll(settlement: 'requeue' | 'return'): void {
    this.#settleUpTo(Number.POSITIVE_INFINITY, settlement);
    if (this.#isFull) this.#fill();
  }

  /** The whole channel's prefetch: its consumers pause while it is used up. */
  #fill(): void {
    const isFull = this.#channelPrefetch > 0 && this.#unsettled.count >= this.#channelPrefetch;
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    for (const { queue, holder } of this.#consumers.values()) {
      if (holder !== null && this.#isFull === isFull) queue.messages.setPaused(holder, isFull);
    }
  }

  // --- transactions ---

  txSelect(): void {
    this.#do(() => {
      if (this.#confirms !== null) this.fail(amqpErrors.fromConfirmToTx);
      else this.#transaction ??= new Transaction();
    });
  }
  txCommit(): void {
    this.#do(() => {
      const transaction = this.#transaction;
      if (transaction === null) this.fail(amqpErrors.noTransaction);
      else this.#commit(transaction);
    });
  }
  txRollback(): void {
    this.#do(() => {
      if (this.#transaction === null) this.fail(amqpErrors.noTransaction);
      else this.#forgetTransaction(new Transaction());
    });
  }

  #commit(transaction: Transaction): void {
    this.#transaction = null;
    const { vhost } = this.#host;
    const wait = new CommitWait(() => {
      if (this.isOpen) this.#owner.onCommitted();
    });
    for (const input of transaction.publishes) {
      const { exchange, routingKey, headers = null } = input;
      const route = vhost.routes.find(exchange, routingKey, headers);
      if (route.queues.length === 0) this.#unroutable(input);
      wait.left += route.queues.length;
      vhost.deliver(route, input, wait, 0);
    }
    for (const { deliveryTag, multiple, settlement } of transaction.settlements) {
      this.settle(deliveryTag, multiple, settlement);
    }
    this.#transaction = transaction;
    this.#forgetTransaction(this.isOpen ? new Transaction() : null);
    wait.onStored();
  }
  #forgetTransaction(next: Transaction | null): void {
    const { holds } = this.#host.vhost.world;
    for (const { body } of this.#transaction?.publishes ?? []) holds?.release(body);
    this.#transaction = next;
  }

  // --- the end ---

  close(): void {
    this.#do(() => this.end());
  }

  /** The broker closes it, or the whole connection, for an error. */
  fail({ code, text, isHard = false }: AmqpError): void {
    if (!this.isOpen) return;
    if (isHard) {
      this.#host.fail(code, text);
      return;
    }
    this.end();
    this.#owner.onClosed(code, text);
  }

  /** What it has in hand comes back. */
  end(): void {
    if (!this.isOpen) return;
    heldBack(this.queues, () => {
      this.stopConsuming();
      this.giveBack();
    });
    this.#host.forget(this);
  }

  /** What it consumes from, or has messages of. */
  get queues(): ReadonlySet<RabbitQueue> {
    const queues = new Set<RabbitQueue>(this.#getters.keys());
    for (const { queue } of this.#consumers.values()) queues.add(queue);
    const { queue, first, end } = this.#unsettled;
    for (let i = first; i < end; i++) if (queue[i] !== null) queues.add(queue[i] as RabbitQueue);
    return queues;
  }

  /** The first half of the end: of all channels of a connection before the second. Nothing is given out in between (`heldBack`): who takes over is to have what comes back first. */
  stopConsuming(): void {
    this.isOpen = false;
    this.#left.push(...this.#consumers.values());
    for (const consumer of this.#left) this.#leave(consumer);
  }
  giveBack(): void {
    this.#settleAll('return');
    for (const { queue, holder } of this.#left) if (holder !== null) queue.messages.giveBack(holder);
    for (const [queue, getter] of this.#getters) queue.messages.giveBack(getter);
    for (const { queue } of this.#left) this.#host.vhost.consumerLeft(queue);
    this.#left.length = 0;
    this.#forgetTransaction(null);
  }
  readonly #left: AmqpConsumer[] = [];

  /** A method in its order. */
  #do(run: () => void): void {
    if (!this.isOpen) return;
    const host = this.#host;
    if (host.isDirect(host.vhost.world.settings.costs.otherUs)) {
      run();
      return;
    }
    const command = host.command();
    command.kind = 'other';
    command.channel = this;
    command.run = run;
    host.enter();
  }
}

/** None of the queues gives anything out until the work is through. */
export function heldBack(queues: ReadonlySet<RabbitQueue>, work: () => void): void {
  let all = work;
  for (const { messages } of queues) {
    const inner = all;
    all = () => messages.together(inner);
  }
  all();
}

export const newChannelCommand = newCommand<Channel>;
