/**
 * An SNS topic, standard or FIFO.
 *
 *   Publish ─▶ checks, rates, deduplication ─▶ a delivery for each subscription that wants it ─ latency ─▶ endpoint ─┬─ delivered
 *                                                             ▲                                                      ├─ client error ─┐
 *                                                             └── wait of the policy ◀── failed on the other side ───┤                ▼
 *                                                                                              policy exhausted ─────┴─▶ dead-letter queue, or dropped
 *
 * Each subscription has its deliveries to itself: none waits for those of another. On a FIFO topic the deliveries of one group to one
 * subscription go one after the other (a lane): one that fails holds those behind it until it is delivered or given up.
 */
import { COPY_PATH, childPath, FIRST_SLOTS, grownInt32, Slots } from '../../calls/index.ts';
import { snsFacts } from '../../facts/index.ts';
import type { KeyedStream, Simulation } from '../../kernel/index.ts';
import { DeduplicationWindow } from '../messaging/deduplication.ts';
import { Outcome } from '../ports.ts';
import { batchProblem, confirmProblem, publishProblem, subscribeProblem } from './checks.ts';
import { Deliveries, NONE } from './deliveries.ts';
import { CUSTOMER_MANAGED, retryWaitUs } from './delivery-policy.ts';
import { snsErrors } from './errors.ts';
import { FilterPolicy } from './filter/index.ts';
import type {
  Delivery,
  EndpointOwner,
  PublishBatchOutput,
  PublishInput,
  PublishOutput,
  SnsError,
  SnsPublishing,
} from './operations.ts';
import { FifoTopicRates } from './rates.ts';
import type { SnsSettings } from './settings.ts';
import { type SubscribeInput, Subscription } from './subscription.ts';
import { TopicMetrics } from './topic-metrics.ts';
import type { AccountCensus, SnsPorts } from './wiring.ts';

const US_PER_SECOND = 1_000_000;
const MOST_ENTRIES = snsFacts.batchMaxEntries.value;
const DEDUPLICATION_US = snsFacts.deduplicationSeconds.value * US_PER_SECOND;
/** The scope of all, where the window is the topic's. */
const WHOLE_TOPIC = 0;

export type TopicSettings = Pick<
  SnsSettings,
  'name' | 'fifo' | 'fifoSettings' | 'maximumMessageSizeBytes' | 'subscriptions'
>;

export interface SubscribeOutput {
  readonly error: SnsError | null;
  /** The subscription's number on the topic, from 0; -1 where it is refused. */
  readonly SubscriptionArn: number;
}

export class Topic implements SnsPublishing, EndpointOwner {
  readonly settings: TopicSettings;
  readonly #sim: Simulation;
  readonly #ports: SnsPorts;
  readonly #metrics: TopicMetrics;
  readonly #window: DeduplicationWindow | null;
  readonly #rates: FifoTopicRates | null;
  readonly #copies: KeyedStream;
  readonly #subscriptions: Subscription[] = [];
  readonly #subscribedUs: number[] = [];
  /** Confirmed subscriptions that want a kind of message, at the place of the kind + 1; undefined: not asked yet. */
  readonly #routes: (readonly Subscription[] | undefined)[] = [];
  #confirmed = 0;
  #nextId = 0;
  #duplicateRate = 0;

  readonly #deliveries = new Deliveries();
  /** Handed to endpoints, one at a time. */
  readonly #delivery: Delivery = { body: 0, bytes: 0, MessageGroupId: NONE, MessageDeduplicationId: NONE };
  readonly #attemptNow = (slot: number): void => {
    this.#attempt(slot);
  };
  readonly #arriveNow = (slot: number): void => {
    this.#arrive(slot);
  };

  // --- lanes: deliveries of one group to one subscription, in columns ---
  readonly #lanes = new Slots((length) => this.#growLanes(length));
  #laneHead = new Int32Array(FIRST_SLOTS);
  #laneTail = new Int32Array(FIRST_SLOTS);
  readonly #laneTurn = (lane: number): void => {
    this.#attempt(this.#laneHead[lane] as number);
  };

  readonly #publishOutput: PublishOutput = { error: null, MessageId: 0, SequenceNumber: NONE };
  readonly #batchOutput: PublishBatchOutput = {
    error: null,
    entryErrors: new Array<SnsError | null>(MOST_ENTRIES).fill(null),
    count: 0,
    MessageId: new Float64Array(MOST_ENTRIES),
    SequenceNumber: new Float64Array(MOST_ENTRIES),
  };

  constructor(sim: Simulation, settings: TopicSettings, ports: SnsPorts) {
    this.settings = settings;
    this.#sim = sim;
    this.#ports = ports;
    this.#metrics = new TopicMetrics(
      ports.metrics,
      settings.subscriptions.map(({ protocol }) => protocol),
    );
    const { fifoSettings } = settings;
    this.#window = fifoSettings === undefined ? null : new DeduplicationWindow(DEDUPLICATION_US);
    this.#rates = fifoSettings === undefined ? null : new FifoTopicRates(fifoSettings);
    this.#copies = sim.keyedStream(`${settings.name}/duplicates`);
  }

  /** Deliveries that are neither at their endpoint nor given up. */
  get underWay(): number {
    return this.#underWay;
  }
  #underWay = 0;

  // --- publishing ---

  Publish(input: PublishInput): PublishOutput {
    const output = this.#publishOutput;
    output.error = publishProblem(input, this.settings) ?? this.#rateProblem(1) ?? this.#groupProblem(input);
    output.MessageId = 0;
    output.SequenceNumber = NONE;
    if (output.error !== null) return output;
    this.#metrics.billPublish(input.bytes);
    output.MessageId = this.#accept(input);
    if (this.settings.fifo) output.SequenceNumber = output.MessageId;
    return output;
  }

  PublishBatch(entries: readonly PublishInput[], count: number): PublishBatchOutput {
    const output = this.#batchOutput;
    output.error = batchProblem(entries, count, this.settings) ?? this.#rateProblem(count);
    output.count = output.error === null ? count : 0;
    if (output.error !== null) return output;
    let bytes = 0;
    for (let i = 0; i < count; i++) {
      const entry = entries[i] as PublishInput;
      const problem = publishProblem(entry, this.settings) ?? this.#groupProblem(entry);
      output.entryErrors[i] = problem;
      if (problem !== null) continue;
      bytes += entry.bytes;
      const id = this.#accept(entry);
      output.MessageId[i] = id;
      output.SequenceNumber[i] = this.settings.fifo ? id : NONE;
    }
    if (bytes > 0) this.#metrics.billPublish(bytes);
    return output;
  }

  /** Share of the deliveries of a standard topic that are made twice; each copy is on its way by itself. */
  setDuplicateRate(rate: number): void {
    this.#duplicateRate = rate;
  }

  #rateProblem(messages: number): SnsError | null {
    if (this.#ports.quota.take(messages, this.#sim.now)) return null;
    this.#metrics.throttled.add(messages);
    return snsErrors.throttled;
  }

  #groupProblem({ MessageGroupId = NONE, bytes }: PublishInput): SnsError | null {
    if (this.#rates === null || this.#rates.take(MessageGroupId, bytes, this.#sim.now)) return null;
    this.#metrics.throttled.add(1);
    return snsErrors.throttled;
  }

  /** Returns its id: that of the message it repeats, where it is a duplicate. */
  #accept(input: PublishInput): number {
    const { observer } = this.#ports;
    const { body, kind, bytes } = input;
    this.#metrics.published.add(1);
    this.#metrics.size.record(bytes);
    const id = this.#nextId;
    if (this.#window !== null) {
      const original = this.#remember(this.#window, input, id);
      if (original >= 0) {
        this.#metrics.duplicates.add(1);
        observer.onPublished(body, original);
        return original;
      }
    }
    this.#nextId++;
    observer.onPublished(body, id);
    const route = this.#routes[kind + 1] ?? this.#routeOf(kind);
    if (route.length < this.#confirmed) this.#metrics.filteredOut.add(this.#confirmed - route.length);
    for (const subscription of route) {
      this.#open(input, subscription, 0);
      if (this.#duplicateRate > 0 && this.#isCopied(body, subscription)) this.#open(input, subscription, COPY_PATH);
    }
    observer.onFannedOut(body);
    return id;
  }

  /** The message that this one repeats, or -1: then it is remembered. */
  #remember(window: DeduplicationWindow, input: PublishInput, id: number): number {
    const deduplicationId = deduplicationOf(input);
    const wholeTopic = this.settings.fifoSettings?.fifoThroughputScope === 'Topic';
    const scope = wholeTopic ? WHOLE_TOPIC : (input.MessageGroupId ?? NONE);
    const { now } = this.#sim;
    const original = window.find(deduplicationId, scope, now);
    if (original < 0) window.add(deduplicationId, scope, id, now);
    return original;
  }

  #routeOf(kind: number): readonly Subscription[] {
    const { kinds } = this.#ports;
    const route = this.#subscriptions.filter((one) => one.state === 'confirmed' && one.wants(kind, kinds));
    this.#routes[kind + 1] = route;
    return route;
  }

  #isCopied(body: number, subscription: Subscription): boolean {
    const ordinal = this.#ports.requests.ordinal(body);
    return this.#copies.at(ordinal, subscription.index).uniform() < this.#duplicateRate;
  }

  // --- subscriptions ---

  Subscribe(input: SubscribeInput): SubscribeOutput {
    const { isFifoQueue, account } = this.#ports;
    const live = this.#subscriptions.filter(({ state }) => state !== 'deleted');
    const error = subscribeProblem(this.settings, input.settings, {
      existing: live.map((one) => one.input.settings),
      isFifoQueue,
      ...(account?.() ?? this.census()),
    });
    if (error !== null) return { error, SubscriptionArn: -1 };
    const { to, protocol } = input.settings;
    // Subscribed already, and the same in everything: AWS answers with the subscription that is there.
    const twin = live.find(({ input: { settings } }) => settings.to === to && settings.protocol === protocol);
    if (twin !== undefined) return { error: null, SubscriptionArn: twin.index };
    const subscription = new Subscription(this.#sim, this.settings.name, this.#subscriptions.length, input);
    this.#subscriptions.push(subscription);
    this.#subscribedUs.push(this.#sim.now);
    this.#recount();
    return { error: null, SubscriptionArn: subscription.index };
  }

  /** The token of a pending subscription is good for two days. */
  ConfirmSubscription(SubscriptionArn: number): SnsError | null {
    const subscription = this.#subscriptions[SubscriptionArn];
    if (subscription === undefined || subscription.state === 'deleted') return snsErrors.subscriptionNotFound;
    const late = confirmProblem(this.#subscribedUs[SubscriptionArn] as number, this.#sim.now);
    if (subscription.state === 'pending' && late !== null) return late;
    subscription.state = 'confirmed';
    this.#recount();
    return null;
  }

  /** From now on nothing is published to it; what is on its way goes on (assumed). */
  Unsubscribe(SubscriptionArn: number): SnsError | null {
    const subscription = this.#subscriptions[SubscriptionArn];
    // AWS answers the same whether or not it is there.
    if (subscription === undefined) return null;
    subscription.state = 'deleted';
    this.#recount();
    return null;
  }

  /**
   * Sets the filter policy of a subscription; null takes it away. It holds `afterUs` later: AWS says up to 15 minutes.
   * @throws BadFilterPolicy with AWS's text
   */
  setFilterPolicy(SubscriptionArn: number, text: string | null, afterUs: number): SnsError | null {
    const subscription = this.#subscriptions[SubscriptionArn];
    if (subscription === undefined || subscription.state === 'deleted') return snsErrors.subscriptionNotFound;
    const scope = subscription.input.settings.filterPolicyScope;
    const filter = text === null ? null : new FilterPolicy(text, scope);
    const hold = (): void => {
      subscription.filter = filter;
      this.#routes.length = 0;
    };
    if (afterUs === 0) hold();
    else this.#sim.schedule(afterUs, hold, undefined, 0);
    return null;
  }

  /** What counts against the quotas of its account. */
  census(): AccountCensus {
    const live = this.#subscriptions.filter(({ state }) => state !== 'deleted');
    return {
      filterPoliciesOfAccount: live.filter(({ input }) => input.settings.filterPolicy !== null).length,
      pendingConfirmations: live.filter(({ state }) => state === 'pending').length,
    };
  }

  #recount(): void {
    this.#routes.length = 0;
    this.#confirmed = this.#subscriptions.filter(({ state }) => state === 'confirmed').length;
  }

  // --- deliveries ---

  /** `root`: 0, or the path of a copy. */
  #open(input: PublishInput, subscription: Subscription, root: number): void {
    const { now } = this.#sim;
    const { envelopeBytes, passesGroup } = subscription.input;
    const d = this.#deliveries;
    const slot = d.take();
    const bytes = input.bytes + envelopeBytes;
    d.subscription[slot] = subscription.index;
    d.bytes[slot] = bytes;
    d.group[slot] = passesGroup ? (input.MessageGroupId ?? NONE) : NONE;
    d.deduplicationId[slot] = this.#window === null ? NONE : deduplicationOf(input);
    d.publishedUs[slot] = now;
    d.root[slot] = root;
    d.failures[slot] = 0;
    d.next[slot] = NONE;
    d.body[slot] = this.#ports.observer.onMatched(input.body, subscription.index, bytes);
    this.#metrics.underWay.set(++this.#underWay);
    const wait = subscription.latencyUs(this.#ports.requests.ordinal(input.body), root);
    if (this.#window === null) this.#sim.schedule(wait, this.#arriveNow, slot);
    else this.#join(subscription, input.MessageGroupId ?? NONE, slot, now + wait);
  }

  /** At the endpoint; where deliveries are paced, in its turn. */
  #arrive(slot: number): void {
    const { now } = this.#sim;
    const at = this.#subscriptionOf(slot).paced(now);
    if (at > now) this.#sim.scheduleAt(at, this.#attemptNow, slot);
    else this.#attempt(slot);
  }

  #attempt(slot: number): void {
    const d = this.#deliveries;
    const subscription = this.#subscriptionOf(slot);
    this.#metrics.attempts.add(1);
    const { endpoint, quota } = subscription.input;
    if (quota !== null && !quota.take(this.#sim.now)) {
      this.onDelivery(slot, Outcome.throttled);
      return;
    }
    endpoint.deliver(this.#fill(slot), childPath(d.root[slot] as number, d.failures[slot] as number), this, slot);
  }

  #fill(slot: number): Delivery {
    const d = this.#deliveries;
    const delivery = this.#delivery;
    delivery.body = d.body[slot] as number;
    delivery.bytes = d.bytes[slot] as number;
    delivery.MessageGroupId = d.group[slot] as number;
    delivery.MessageDeduplicationId = d.deduplicationId[slot] as number;
    return delivery;
  }

  onDelivery(slot: number, outcome: Outcome): void {
    const subscription = this.#subscriptionOf(slot);
    if (outcome === Outcome.ok) {
      const us = this.#sim.now - (this.#deliveries.publishedUs[slot] as number);
      this.#metrics.delivered(subscription.input.settings.protocol, this.#deliveries.bytes[slot] as number, us);
      this.#over(slot, subscription, true);
      return;
    }
    const { protocol } = subscription.input.settings;
    const overHttp = protocol === 'http' || protocol === 'https';
    // CloudWatch counts each failed attempt over HTTP, and elsewhere what is given up.
    if (overHttp) this.#metrics.failed.add(1);
    const wait = outcome === Outcome.denied ? -1 : this.#waitUs(slot, subscription, outcome);
    if (wait < 0) {
      if (!overHttp) this.#metrics.failed.add(1);
      this.#giveUp(slot, subscription);
    } else this.#sim.schedule(wait, this.#arriveNow, slot);
  }

  /** Until the next attempt, microseconds; -1: there is none. */
  #waitUs(slot: number, subscription: Subscription, outcome: Outcome): number {
    const d = this.#deliveries;
    const failures = (d.failures[slot] as number) + 1;
    d.failures[slot] = failures;
    // Firehose that throttles is tried as seldom as an endpoint of a customer.
    const isThrottledFirehose = outcome === Outcome.throttled && subscription.input.settings.protocol === 'firehose';
    const policy = isThrottledFirehose ? CUSTOMER_MANAGED : subscription.policy;
    const ordinal = this.#ports.requests.ordinal(d.body[slot] as number);
    const path = childPath(d.root[slot] as number, failures);
    return retryWaitUs(policy, failures, subscription.jitter.at(ordinal, path).uniform());
  }

  #giveUp(slot: number, subscription: Subscription): void {
    const { deadLetterQueue } = subscription.input;
    if (deadLetterQueue === null) this.#over(slot, subscription, false);
    else {
      const delivery = this.#fill(slot);
      // The dead-letter queue of a FIFO topic is FIFO, whatever the endpoint is.
      if (this.#window !== null) delivery.MessageGroupId = this.#deliveries.laneGroup[slot] as number;
      deadLetterQueue.deliver(delivery, 0, this.#redriveOwner, slot);
    }
  }

  /** Hears whether the dead-letter queue has taken it. It is not tried again (assumed). */
  readonly #redriveOwner: EndpointOwner = {
    onDelivery: (slot, outcome) => {
      const subscription = this.#subscriptionOf(slot);
      if (outcome === Outcome.ok) {
        this.#metrics.redriven.add(1);
        this.#ports.observer.onDeadLettered(this.#deliveries.body[slot] as number, subscription.index);
      } else this.#metrics.notRedriven.add(1);
      this.#over(slot, subscription, false);
    },
  };

  #over(slot: number, subscription: Subscription, delivered: boolean): void {
    const d = this.#deliveries;
    const body = d.body[slot] as number;
    this.#metrics.underWay.set(--this.#underWay);
    if (this.#window !== null) this.#leave(subscription, slot);
    d.give(slot);
    this.#ports.observer.onDone(body, subscription.index, delivered);
  }

  #subscriptionOf(slot: number): Subscription {
    return this.#subscriptions[this.#deliveries.subscription[slot] as number] as Subscription;
  }

  // --- lanes of FIFO topics ---

  /** Behind those of its group to the same subscription; never before them at the endpoint. */
  #join({ lanes }: Subscription, group: number, slot: number, dueUs: number): void {
    const d = this.#deliveries;
    d.laneGroup[slot] = group;
    const known = lanes.get(group);
    if (known === undefined) {
      const lane = this.#lanes.take();
      this.#laneHead[lane] = slot;
      this.#laneTail[lane] = slot;
      d.dueUs[slot] = dueUs;
      lanes.set(group, lane);
      this.#sim.scheduleAt(dueUs, this.#laneTurn, lane);
      return;
    }
    const last = this.#laneTail[known] as number;
    d.dueUs[slot] = Math.max(dueUs, d.dueUs[last] as number);
    d.next[last] = slot;
    this.#laneTail[known] = slot;
  }

  /** The head of its lane is done: the next one's turn comes when it is due. */
  #leave({ lanes }: Subscription, slot: number): void {
    const d = this.#deliveries;
    const group = d.laneGroup[slot] as number;
    const lane = lanes.get(group) as number;
    const next = d.next[slot] as number;
    if (next === NONE) {
      lanes.delete(group);
      this.#lanes.give(lane);
      return;
    }
    this.#laneHead[lane] = next;
    this.#sim.scheduleAt(Math.max(this.#sim.now, d.dueUs[next] as number), this.#laneTurn, lane);
  }

  #growLanes(length: number): void {
    this.#laneHead = grownInt32(this.#laneHead, length);
    this.#laneTail = grownInt32(this.#laneTail, length);
  }
}

function deduplicationOf({ body, content = body, MessageDeduplicationId = NONE }: PublishInput): number {
  return MessageDeduplicationId >= 0 ? MessageDeduplicationId : content;
}
