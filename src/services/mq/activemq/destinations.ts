/** All destinations of a broker, made on first use: queues, topics, durable subscriptions, and where dead letters go. */
import type { Simulation } from '../../../kernel/index.ts';
import type { IdSource } from '../broker/broker-queue.ts';
import type { BrokerObserver, DropReason } from '../broker/ports.ts';
import type { DestinationMeter } from './metrics.ts';
import { type DestinationName, destinationNames, virtualTopicOf } from './destination-name.ts';
import type { Journal } from './journal.ts';
import type { BodyHolds, Kept } from './kept.ts';
import {
  type ActiveMqSettings,
  DEAD_LETTERS,
  DEFAULT_MESSAGE_GROUPS,
  EXPIRE_MESSAGES_PERIOD_US,
  MAX_PRIORITY,
} from './settings.ts';
import type { Space } from './space.ts';
import { type Destination, StoredQueue } from './stored-queue.ts';
import { Topic } from './topic.ts';

export interface DestinationPorts {
  readonly journal: Journal;
  readonly kept: Kept;
  readonly space: Space;
  readonly observer: BrokerObserver | null;
  readonly holds: BodyHolds | null;
  /** A queue is made: who counts what becomes of its messages. */
  meterOf(name: string): DestinationMeter;
}

export class Destinations {
  /** Queues and subscriptions that there are, in the order in which they were made. */
  readonly all = new Set<StoredQueue>();
  #nextNumber = 0;
  readonly #sim: Simulation;
  readonly #settings: ActiveMqSettings;
  readonly #ports: DestinationPorts;
  readonly #ids: IdSource = { next: 0 };
  readonly #queues = new Map<string, StoredQueue>();
  readonly #topics = new Map<string, Topic>();
  /** By client id and name. */
  readonly #durables = new Map<string, { readonly topic: Topic; readonly subscription: StoredQueue }>();
  readonly #resolved = new Map<string, readonly Destination[]>();

  constructor(sim: Simulation, settings: ActiveMqSettings, ports: DestinationPorts) {
    this.#sim = sim;
    this.#settings = settings;
    this.#ports = ports;
  }

  /** All that a name means, or null where it is none. */
  resolve(text: string): readonly Destination[] | null {
    const known = this.#resolved.get(text);
    if (known !== undefined) return known;
    const names = destinationNames(text);
    if (names === null) return null;
    const destinations = names.map((name) => (name.kind === 'queue' ? this.queue(name.name) : this.topic(name.name)));
    this.#resolved.set(text, destinations);
    return destinations;
  }

  /** Exactly one, or null. */
  one(text: string): DestinationName | null {
    const names = destinationNames(text);
    return names?.length === 1 ? (names[0] as DestinationName) : null;
  }

  queue(name: string): StoredQueue {
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      queue = this.#make(`queue://${name}`, true);
      this.#queues.set(name, queue);
      const virtual = virtualTopicOf(name);
      if (virtual !== null) this.topic(virtual).queues.push(queue);
    }
    return queue;
  }

  topic(name: string): Topic {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      const { journal, kept, observer } = this.#ports;
      topic = new Topic(name, {
        journal,
        kept,
        onUnroutable: (body) => observer?.onDropped(-1, body, -1, 'unroutable'),
        onRemoved: (subscription) => this.all.delete(subscription),
      });
      this.#topics.set(name, topic);
    }
    return topic;
  }

  /** The subscription of that client and name, with what came meanwhile; one of another topic ends. */
  durable(topicName: string, clientId: string, subscriptionName: string): StoredQueue {
    const key = `${clientId}\n${subscriptionName}`;
    const topic = this.topic(topicName);
    const known = this.#durables.get(key);
    if (known !== undefined) {
      if (known.topic === topic) return known.subscription;
      known.topic.remove(known.subscription);
    }
    const subscription = this.#make(`topic://${topicName} ${clientId}.${subscriptionName}`, true);
    topic.add(subscription);
    this.#durables.set(key, { topic, subscription });
    return subscription;
  }

  /** Whether there was one, and it had no consumer. */
  removeDurable(clientId: string, subscriptionName: string): boolean {
    const key = `${clientId}\n${subscriptionName}`;
    const known = this.#durables.get(key);
    if (known === undefined || known.subscription.queue.consumers.length > 0) return false;
    this.#durables.delete(key);
    known.topic.remove(known.subscription);
    return true;
  }

  /** A subscription that ends with its consumer: `topic.remove`. */
  nonDurable(topicName: string): StoredQueue {
    const subscription = this.#make(`topic://${topicName}`, false);
    this.topic(topicName).add(subscription);
    return subscription;
  }

  #make(name: string, isDurable: boolean): StoredQueue {
    const { concurrentStoreAndDispatchQueues = true, prioritizedMessages = false } = this.#settings;
    const { expireMessagesPeriodUs = EXPIRE_MESSAGES_PERIOD_US } = this.#settings;
    const { messageGroups = DEFAULT_MESSAGE_GROUPS, persistJMSRedelivered = false } = this.#settings;
    const { journal, kept, space, holds } = this.#ports;
    const meter = this.#ports.meterOf(name);
    const number = this.#nextNumber++;
    const settings = {
      name,
      number,
      isDurable,
      isConcurrent: concurrentStoreAndDispatchQueues,
      expiryPeriodUs: expireMessagesPeriodUs,
      persistsRedelivered: persistJMSRedelivered,
      maxPriority: prioritizedMessages ? MAX_PRIORITY : 0,
      messageGroups,
    };
    const queue = new StoredQueue(this.#sim, settings, {
      ids: this.#ids,
      observer: meter,
      meter,
      holds,
      memory: isDurable ? space : { add: (bytes) => space.add(bytes, false) },
      journal,
      kept,
      onDrop: (from, row, reason) => this.#bury(from, row, reason),
    });
    this.all.add(queue);
    return queue;
  }

  /** To the dead letters, if it is a case for them. */
  #bury(from: StoredQueue, row: number, reason: DropReason): boolean {
    const { processExpired = true, processNonPersistent = false } = this.#settings;
    if (from.name === DEAD_LETTERS || (reason !== 'rejected' && (reason !== 'expired' || !processExpired)))
      return false;
    const { body, bytes, id, group, persistent } = from.queue.read(row);
    if (!persistent && !processNonPersistent) return false;
    const to = this.queue(DEAD_LETTERS.slice('queue://'.length));
    const priority = from.queue.rows.priority[row] as number;
    to.takeOver(from, row, { body, bytes, persistent: true, expirationMs: -1, priority, group });
    if (reason === 'expired') from.meter.expired();
    this.#ports.observer?.onDeadLettered(from.queue.number, body, id, reason, to.queue.number);
    return true;
  }

  /** Of all that is stored. */
  get storedCount(): number {
    let count = 0;
    for (const { queue } of this.all) count += queue.count;
    return count;
  }

  /** The broker died: consumers and what was not stored are gone, and so are subscriptions that are not durable. */
  crash(): void {
    for (const topic of this.#topics.values()) {
      for (const one of topic.subscriptions.filter(({ isDurable }) => !isDurable)) topic.remove(one, 'lost');
    }
    for (const queue of this.all) queue.crash();
  }

  /** Somebody has taken over. */
  resume(): void {
    for (const queue of this.all) queue.resume();
  }
}
