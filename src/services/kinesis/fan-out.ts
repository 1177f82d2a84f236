/**
 * Enhanced fan-out: consumers of a stream, and their subscriptions to shards.
 *
 *   put ─ latency ─▶ push ─▶ the pipe of this consumer and shard is busy for bytes ÷ 2 MiB/s ─▶ next push
 *
 * A subscription that has seen all there is waits, without an event, until the next record comes or its shard is closed.
 */
import { kinesisFacts as f } from '../../facts/index.ts';
import { type Handle, type Simulation, TimeoutLane } from '../../kernel/index.ts';
import { ActionRate } from '../messaging/throughput.ts';
import { kinesisErrors, KinesisModelError, type StreamErrors } from './errors.ts';
import type {
  ConsumerDescription,
  KinesisError,
  RegisterStreamConsumerOutput,
  StartingPosition,
  Subscriber,
  SubscribeToShardOutput,
  SubscriptionEnd,
} from './operations.ts';
import { MAX_RECORDS, millisBehind, subscribeEvent } from './outputs.ts';
import { sequenceOf } from './sequence.ts';
import type { StreamSettings } from './settings.ts';
import type { Shard } from './shard.ts';
import type { Shards } from './shards.ts';
import type { StreamMetrics } from './stream-metrics.ts';

const SECOND_US = 1_000_000;
const SUBSCRIPTION_US = f.subscriptionSeconds.value * SECOND_US;
const RESUBSCRIBE_US = f.resubscribeSeconds.value * SECOND_US;
const BYTES_PER_SECOND = f.pushBytesPerSecond.value;
const EVENT_BYTES = f.pushEventBytes.value;

/** What one consumer has to do with one shard. */
interface Line {
  readonly calls: ActionRate;
  subscribedUs: number;
  current: Subscription | null;
}

interface Consumer {
  readonly id: number;
  readonly name: string;
  active: boolean;
  gone: boolean;
  readonly lines: Map<number, Line>;
}

interface Subscription {
  readonly id: number;
  readonly line: Line;
  readonly shard: Shard;
  readonly subscriber: Subscriber;
  readonly tag: number;
  position: number;
  /** Its pipe is busy until then. */
  freeUs: number;
  event: Handle | null;
  idle: boolean;
}

export class FanOut {
  readonly #sim: Simulation;
  readonly #settings: StreamSettings;
  readonly #shards: Shards;
  readonly #errors: StreamErrors;
  readonly #metrics: StreamMetrics;
  readonly #register = new ActionRate(1, f.controlPerSecond.value, f.controlPerSecond.value);
  readonly #consumers: Consumer[] = [];
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #idle = new Map<Shard, Subscription[]>();
  readonly #event = subscribeEvent();
  readonly #lane: TimeoutLane;
  readonly #push: (subscription: Subscription) => void;
  #nextSubscription = 0;

  constructor(sim: Simulation, settings: StreamSettings, shards: Shards, errors: StreamErrors, metrics: StreamMetrics) {
    this.#sim = sim;
    this.#settings = settings;
    this.#shards = shards;
    this.#errors = errors;
    this.#metrics = metrics;
    this.#lane = new TimeoutLane(
      sim,
      SUBSCRIPTION_US,
      (id) => this.#endById(id, 'expired'),
      (id) => this.#subscriptions.has(id),
    );
    this.#push = (subscription) => this.#pushNow(subscription);
  }

  get count(): number {
    return this.#living().length;
  }

  // --- consumers ---

  register(name: string): RegisterStreamConsumerOutput {
    const problem = this.#registerProblem(name);
    if (problem !== null) return { error: problem, consumer: -1 };
    const consumer: Consumer = { id: this.#consumers.length, name, active: false, gone: false, lines: new Map() };
    this.#consumers.push(consumer);
    this.#sim.schedule(this.#settings.consumerCreateUs, activate, consumer, 0);
    return { error: null, consumer: consumer.id };
  }

  /** One that is there and ACTIVE before anything begins. */
  adopt(name: string): number {
    if (this.count >= this.#settings.maxConsumers)
      throw new KinesisModelError('bad-setting', `${name}: more than ${this.#settings.maxConsumers} consumers`);
    const consumer: Consumer = { id: this.#consumers.length, name, active: true, gone: false, lines: new Map() };
    this.#consumers.push(consumer);
    return consumer.id;
  }

  deregister(id: number): KinesisError | null {
    const consumer = this.#consumers[id];
    if (consumer === undefined || consumer.gone) return this.#errors.consumerMissing(id);
    consumer.gone = true;
    for (const { current } of consumer.lines.values()) if (current !== null) this.#end(current, 'deregistered');
    return null;
  }

  list(): ConsumerDescription[] {
    return this.#living().map(({ id, name, active }) => ({
      consumer: id,
      ConsumerName: name,
      ConsumerStatus: active ? 'ACTIVE' : 'CREATING',
    }));
  }

  // --- subscriptions ---

  subscribe(
    id: number,
    ShardId: number,
    position: StartingPosition,
    subscriber: Subscriber,
    tag: number,
  ): SubscribeToShardOutput {
    const consumer = this.#consumers[id];
    if (consumer === undefined || consumer.gone) return refused(this.#errors.consumerMissing(id));
    const shard = this.#shards.find(ShardId);
    if (shard === undefined) return refused(this.#errors.shardDoesNotExist(ShardId));
    const line = lineOf(consumer, ShardId);
    if (!line.calls.take(0, 1, this.#sim.now)) {
      this.#metrics.subscribeRateExceeded.add(1);
      return refused(kinesisErrors.callRate);
    }
    if (!consumer.active) return refused(this.#errors.consumerNotActive(consumer.name));
    if (line.subscribedUs !== -1 && this.#sim.now - line.subscribedUs < RESUBSCRIBE_US)
      return refused(this.#errors.subscribed(consumer.name, ShardId));
    const place = this.#shards.placeOf(shard, position);
    if (typeof place !== 'number') return refused(place);
    if (line.current !== null) this.#end(line.current, 'replaced');
    return { error: null, subscription: this.#begin(line, shard, place, subscriber, tag) };
  }

  cancel(subscription: number): void {
    this.#endById(subscription, 'cancelled');
  }

  /** There is something new in a shard: a record, or its end. */
  wake(shard: Shard): void {
    const idle = this.#idle.get(shard);
    if (idle === undefined) return;
    this.#idle.delete(shard);
    shard.idleSubscriptions = 0;
    for (const subscription of idle) {
      subscription.idle = false;
      this.#arrange(subscription);
    }
  }

  #begin(line: Line, shard: Shard, position: number, subscriber: Subscriber, tag: number): number {
    const id = this.#nextSubscription++;
    const now = this.#sim.now;
    const subscription = { id, line, shard, subscriber, tag, position, freeUs: now, event: null, idle: false };
    line.current = subscription;
    line.subscribedUs = now;
    this.#subscriptions.set(id, subscription);
    this.#metrics.subscribed.add(1);
    this.#lane.arm(id, 0);
    this.#arrange(subscription);
    return id;
  }

  #endById(id: number, reason: SubscriptionEnd): void {
    const subscription = this.#subscriptions.get(id);
    if (subscription !== undefined) this.#end(subscription, reason);
  }

  #end(subscription: Subscription, reason: SubscriptionEnd): void {
    const { id, line, shard, subscriber, tag } = subscription;
    this.#subscriptions.delete(id);
    if (line.current === subscription) line.current = null;
    if (subscription.event !== null) this.#sim.cancel(subscription.event);
    if (subscription.idle) {
      const idle = (this.#idle.get(shard) ?? []).filter((one) => one !== subscription);
      this.#idle.set(shard, idle);
      shard.idleSubscriptions = idle.length;
    }
    subscriber.onSubscriptionEnd(tag, reason);
  }

  /** Has the next push come when its first record has travelled and the pipe is free; or waits. */
  #arrange(subscription: Subscription): void {
    const { shard, freeUs } = subscription;
    const { log } = shard;
    const place = Math.max(subscription.position, log.head);
    let sinceUs = shard.closedUs;
    if (place < log.next) sinceUs = log.arrivedUs(place);
    else if (sinceUs === -1) {
      this.#wait(subscription);
      return;
    }
    const atUs = Math.max(this.#sim.now, freeUs, sinceUs + this.#settings.pushLatencyUs);
    subscription.event = this.#sim.scheduleAt(atUs, this.#push, subscription);
  }

  #wait(subscription: Subscription): void {
    const { shard } = subscription;
    const idle = this.#idle.get(shard);
    if (idle === undefined) this.#idle.set(shard, [subscription]);
    else idle.push(subscription);
    subscription.idle = true;
    shard.idleSubscriptions++;
  }

  #pushNow(subscription: Subscription): void {
    const { shard, subscriber, tag } = subscription;
    const { log } = shard;
    const event = this.#event;
    const now = this.#sim.now;
    subscription.event = null;
    log.trim(this.#shards.horizonUs);
    const from = Math.max(subscription.position, log.head);
    const bytes = log.read(from, MAX_RECORDS, EVENT_BYTES, now - this.#settings.pushLatencyUs, shard.id, event);
    subscription.position = from + event.count;
    subscription.freeUs = now + Math.ceil((bytes * SECOND_US) / BYTES_PER_SECOND);
    const isOver = shard.endsAt(subscription.position);
    if (event.count === 0 && !isOver) {
      this.#arrange(subscription);
      return;
    }
    event.MillisBehindLatest = millisBehind(event, subscription.position >= log.next, now);
    event.ContinuationSequenceNumber = isOver ? -1 : sequenceOf(subscription.position - 1, shard.id);
    event.ChildShards = isOver ? shard.childShards() : [];
    shard.outgoingRecords += event.count;
    shard.outgoingBytes += bytes;
    this.#metrics.pushEvents.add(1);
    this.#metrics.pushRecords.add(event.count);
    this.#metrics.pushBytes.add(bytes);
    this.#metrics.pushBehindMs.record(event.MillisBehindLatest);
    subscriber.onSubscribeToShardEvent(tag, event);
    if (!this.#subscriptions.has(subscription.id)) return;
    if (isOver) this.#end(subscription, 'shardEnd');
    else this.#arrange(subscription);
  }

  #registerProblem(name: string): KinesisError | null {
    if (!this.#register.take(0, 1, this.#sim.now)) return kinesisErrors.callRate;
    const living = this.#living();
    if (living.some((one) => one.name === name)) return this.#errors.consumerExists(name);
    const { maxConsumers } = this.#settings;
    if (living.length >= maxConsumers) return this.#errors.tooManyConsumers(maxConsumers);
    const creating = f.consumersCreatingMax.value;
    if (living.filter(({ active }) => !active).length >= creating) return this.#errors.tooManyCreating(creating);
    return null;
  }

  #living(): Consumer[] {
    return this.#consumers.filter(({ gone }) => !gone);
  }
}

function activate(consumer: Consumer): void {
  consumer.active = true;
}

function lineOf(consumer: Consumer, shard: number): Line {
  let line = consumer.lines.get(shard);
  if (line === undefined) {
    const perSecond = f.subscribePerSecond.value;
    line = { calls: new ActionRate(1, perSecond, perSecond), subscribedUs: -1, current: null };
    consumer.lines.set(shard, line);
  }
  return line;
}

function refused(error: KinesisError): SubscribeToShardOutput {
  return { error, subscription: -1 };
}
