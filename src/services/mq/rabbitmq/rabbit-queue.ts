/** A queue of RabbitMQ over the core's: where it lives, whose it is, what it is told of its nodes. Classic and quorum queues differ in how a message gets in. */
import { mqFacts } from '../../../facts/index.ts';
import type { Simulation } from '../../../kernel/index.ts';
import type { Requests } from '../../ports.ts';
import type { Death, QueueArguments, QueueDeclareInput } from '../amqp/operations.ts';
import { BrokerQueue, type IdSource } from '../broker/broker-queue.ts';
import type { Consumer, Subscriber } from '../broker/consumer.ts';
import { NEVER } from '../broker/message-rows.ts';
import type { BrokerObserver, DropReason, MessageInput } from '../broker/ports.ts';
import type { RabbitNode } from './node.ts';
import type { RabbitMetrics } from './rabbit-metrics.ts';
import type { Settled } from './settled.ts';
import type { RabbitSettings } from './settings.ts';

/** RabbitMQ 4's, of quorum queues: 5 and above is high, and goes twice for each other one. */
const HIGH = { from: mqFacts.quorumHighPriority.value, share: mqFacts.quorumHighShare.value };

/** What all queues of a broker share. */
export interface QueueWorld {
  readonly sim: Simulation;
  readonly settings: RabbitSettings;
  readonly ids: IdSource;
  readonly observer: BrokerObserver | null;
  readonly holds: Pick<Requests, 'retain' | 'release'> | null;
  readonly metrics: RabbitMetrics | null;
  /** `x-death` of messages that have one, by id. */
  readonly deaths: Map<number, readonly Death[]>;
  /** Sends it to its queue's dead-letter exchange; false: it has none, or nobody gets it. */
  deadLetter(from: RabbitQueue, row: number, reason: DropReason): boolean;
  /** The same of one that a full queue refused (`reject-publish-dlx`). */
  deadLetterRefused(from: RabbitQueue, input: MessageInput, route: number): boolean;
}

/** Whoever serves a consumer. */
export interface QueueConsumer extends Subscriber {
  /** The queue is gone, or its node: it has been cancelled. */
  onQueueGone(): void;
}

export abstract class RabbitQueue implements BrokerObserver {
  readonly name: string;
  readonly number: number;
  readonly durable: boolean;
  readonly exclusive: boolean;
  readonly autoDelete: boolean;
  readonly arguments: QueueArguments;
  readonly messages: BrokerQueue;
  /** The connection that alone may use it; null: all may. */
  readonly owner: object | null;
  /** One consumer has it for itself. */
  isTaken = false;
  hadConsumers = false;
  /** Deleted: whoever still knows it may forget it. */
  isGone = false;
  lastUsedUs: number;
  /** The node that serves it; null: none does. */
  leader: RabbitNode | null;
  /** Nodes that have it. */
  readonly members: readonly RabbitNode[];
  protected readonly world: QueueWorld;
  readonly #consumers = new Map<Consumer, QueueConsumer>();
  #lastReady = 0;
  #lastHeld = 0;

  constructor(
    world: QueueWorld,
    input: QueueDeclareInput,
    number: number,
    owner: object | null,
    members: readonly RabbitNode[],
    deliveryLimit: number,
  ) {
    const { arguments: args = {} } = input;
    this.world = world;
    this.name = input.queue;
    this.number = number;
    this.durable = input.durable ?? false;
    this.exclusive = input.exclusive ?? false;
    this.autoDelete = input.autoDelete ?? false;
    this.arguments = args;
    this.owner = owner;
    this.members = members;
    this.leader = members[0] ?? null;
    this.lastUsedUs = world.sim.now;
    const ttlMs = args['x-message-ttl'];
    const overflow = args['x-overflow'] ?? 'drop-head';
    this.messages = new BrokerQueue(
      world.sim,
      {
        number,
        maxPriority: this.isQuorum ? 0 : (args['x-max-priority'] ?? 0),
        highPriority: this.isQuorum && world.settings.version === '4' ? HIGH : null,
        maxLength: args['x-max-length'] ?? NEVER,
        maxBytes: args['x-max-length-bytes'] ?? NEVER,
        overflow: overflow === 'drop-head' ? 'drop-head' : 'reject-publish',
        rejectsLate: this.isQuorum,
        returns: this.isQuorum ? 'head' : 'place',
        messageTtlUs: ttlMs === undefined ? NEVER : ttlMs * 1000,
        deliveryLimit,
        singleActive: args['x-single-active-consumer'] ?? false,
      },
      {
        ids: world.ids,
        observer: this,
        holds: world.holds,
        memory: { add: (bytes, persistent) => this.#use(bytes, persistent) },
        onDrop: (_queue, row, reason) => world.deadLetter(this, row, reason),
      },
    );
  }

  get isQuorum(): boolean {
    return this.arguments['x-queue-type'] === 'quorum';
  }
  /** Whether it can be used; a quorum queue without a leader can, and waits. */
  abstract get isAvailable(): boolean;
  /** What a client requeues goes behind all others, not back to where it was. */
  get requeuesToTail(): boolean {
    return false;
  }
  /** A copy of a message comes in. Each is settled once, at once or later. */
  abstract publish(
    input: MessageInput,
    route: number,
    deaths: readonly Death[] | null,
    settled: Settled | null,
    tag: number,
  ): void;
  /** A node that has it has stopped; in order: what it was about to store is stored. */
  abstract nodeDown(node: RabbitNode): void;
  abstract nodeUp(node: RabbitNode): void;
  /** Before its node stops in order: what waits for its disk is stored. */
  abstract finishWrites(node: RabbitNode): void;

  // --- consumers ---

  get consumerCount(): number {
    return this.#consumers.size;
  }

  subscribe(server: QueueConsumer, tag: number, prefetch: number, priority: number): Consumer {
    this.world.metrics?.consumers.add(1);
    this.hadConsumers = true;
    return this.messages.subscribe({ subscriber: server, tag, prefetch, priority }, (made) =>
      this.#consumers.set(made, server),
    );
  }
  /** It gets nothing more; what it has in hand it keeps. */
  unsubscribe(consumer: Consumer): void {
    this.lastUsedUs = this.world.sim.now;
    if (!this.#consumers.delete(consumer)) return;
    this.world.metrics?.consumers.add(-1);
    this.isTaken = false;
    this.messages.cancel(consumer);
  }
  /** All of them are told that it is over. */
  protected cancelConsumers(): void {
    const consumers = [...this.#consumers];
    for (const [consumer] of consumers) this.unsubscribe(consumer);
    for (const [, server] of consumers) server.onQueueGone();
  }

  /** Deleted, or it died with its node. */
  remove(reason: DropReason): void {
    this.isGone = true;
    this.cancelConsumers();
    this.messages.remove(reason);
  }

  // --- what it takes ---

  /** Of memory, of a node that has it. */
  get memoryBytes(): number {
    return this.messages.bytes + this.messages.count * this.world.settings.messageOverheadBytes;
  }
  #use(bytes: number, persistent: boolean): void {
    if (persistent && this.durable) this.#store(bytes);
    const overhead = this.world.settings.messageOverheadBytes;
    const all = bytes < 0 ? bytes - overhead : bytes + overhead;
    for (const node of this.members) {
      if (!node.isServing) continue;
      node.memory.add(all);
      this.world.metrics?.memUsed.add(all);
    }
  }
  #store(bytes: number): void {
    for (const node of this.members) {
      node.storage.add(bytes);
      if (Number.isFinite(this.world.settings.diskBytes)) this.world.metrics?.diskFree.add(-bytes);
    }
  }

  // --- what becomes of messages ---

  onEnqueued(queue: number, body: number, id: number, sequence: number): void {
    this.#report();
    this.world.observer?.onEnqueued(queue, body, id, sequence);
  }
  onDelivered(queue: number, body: number, id: number, deliveries: number): void {
    this.#report();
    this.world.observer?.onDelivered(queue, body, id, deliveries);
  }
  onAcknowledged(queue: number, body: number, id: number): void {
    this.world.metrics?.acknowledged.add(1);
    this.world.observer?.onAcknowledged(queue, body, id);
  }
  onRequeued(queue: number, body: number, id: number): void {
    this.#report();
    this.world.observer?.onRequeued(queue, body, id);
  }
  onDeadLettered(): void {}
  onDropped(queue: number, body: number, id: number, reason: DropReason): void {
    this.world.observer?.onDropped(queue, body, id, reason);
  }
  onGone(queue: number, body: number, id: number): void {
    this.#report();
    if (this.world.deaths.size > 0) this.world.deaths.delete(id);
    this.world.observer?.onGone(queue, body, id);
  }

  #report(): void {
    const { metrics } = this.world;
    if (metrics === null) return;
    const ready = this.messages.readyCount - this.#lastReady;
    const held = this.messages.heldCount - this.#lastHeld;
    this.#lastReady += ready;
    this.#lastHeld += held;
    if (ready !== 0) metrics.ready.add(ready);
    if (held !== 0) metrics.unacknowledged.add(held);
    if (ready + held !== 0) metrics.messages.add(ready + held);
  }
}
