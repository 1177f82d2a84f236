/**
 * One design, wired for one replication.
 *
 *   traffic ─▶ Sender ─▶ [Link] ─▶ Service ─▶ [Link] ─▶ Service …          synchronous
 *   traffic ─▶ Sender ─▶ Producer ─▶ SqsQueue ◀─ Consumer ─▶ Service …      decoupled
 *                                          │     ◀─ LambdaMapping ─▶ LambdaFunction ─▶ Service …
 *                                          └─▶ dead-letter queue
 *   traffic ─▶ Sender ─▶ Producer ─▶ KinesisStream ◀─ StreamConsumer ─▶ Service …         replayable
 *                                          └──▶ AnalyticsApplication ─▶ Service | Sink
 *   traffic ─▶ Sender ─▶ Camera ─▶ VideoStream                                           video
 *                                                  ◀─ LambdaStreamMapping ─▶ LambdaFunction
 *                                    KinesisStream ◀─ FirehoseReader ─▶ DeliveryStream ─▶ Service | Sink …
 *   traffic ─▶ Sender ─▶ Producer ─▶ DeliveryStream ─▶ Service | Sink …                   collected
 *   traffic ─▶ Sender ─▶ MqProducer ─▶ broker ─▶ MqConsumer ─▶ Service | queue | topic …  pushed
 *                                          └──▶ LambdaBrokerMapping ─▶ LambdaFunction
 *   traffic ─▶ Sender ─▶ Producer ─▶ Topic ─▶ SqsQueue | Service | Sink …                fan-out
 *
 * This is the only place where services meet.
 */
import { Access, type ApiLog } from '../access/index.ts';
import { type CallObserver, CallPath, type CallSettings, Link } from '../calls/index.ts';
import { NO_RETRY } from '../calls/schema.ts';
import { snsFacts, streamClientFacts } from '../facts/index.ts';
import { HistoryRecorder, type HistorySink, MetricsRecorder, TrafficAccount, type Window } from '../history/index.ts';
import { compileVariate, Simulation } from '../kernel/index.ts';
import type { ResolvedDesign, ResolvedScenario } from '../scenario/resolved.ts';
import { strikes } from '../scenario/strikes.ts';
import { Cache, Service } from '../services/compute/index.ts';
import { WHEREABOUTS } from '../services/iam/schema.ts';
import { type Callee, type HandlerRunner, Outcome } from '../services/ports.ts';
import { Sink } from '../services/sink/index.ts';
import type { SnsEndpoint, SnsSettings, Topic } from '../services/sns/index.ts';
import { FairQueue, FifoQueue, SqsQueue } from '../services/sqs/index.ts';
import type { SqsObserver } from '../services/sqs/operations.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import { arrivalsOf } from '../workload/arrivals.ts';
import { CodeRunner } from '../workload/code-runner.ts';
import { Consumer } from '../workload/consumer.ts';
import { scheduleFaults } from '../workload/faults.ts';
import type { HandlerCode } from '../workload/handler-code.ts';
import { FirehoseEndpoint, FirehoseTarget } from '../workload/firehose-target.ts';
import { keyNumber, keySampler } from '../workload/keys.ts';
import { KinesisTarget } from '../workload/kinesis-target.ts';
import { KinesisProducerLibrary } from '../workload/kpl.ts';
import { MessageKinds } from '../workload/message-kinds.ts';
import { Producer } from '../workload/producer.ts';
import { RequestTable, trafficOf } from '../workload/requests.ts';
import { Sender } from '../workload/sender.ts';
import type {
  ConsumerSettings,
  HandlerSettings,
  MqConsumerSettings,
  StreamConsumerSettings,
  TrafficSettings,
} from '../workload/settings.ts';
import { CalleeEndpoint, QueueEndpoint, type QueueWitness } from '../workload/sns-endpoints.ts';
import { SnsTarget } from '../workload/sns-target.ts';
import { SqsTarget } from '../workload/sqs-target.ts';
import { StreamConsumer } from '../workload/stream-consumer.ts';
import { DeliveryStreams, type WiredDeliveryStream } from './delivery-streams.ts';
import { Applications } from './applications.ts';
import { Brokers } from './brokers.ts';
import { Cameras } from './cameras.ts';
import { disturbancesOf } from './disturbances.ts';
import { strike } from './fault-effects.ts';
import { Functions } from './functions.ts';
import { healthLimitMs } from './health.ts';
import { Links } from './links.ts';
import type { Owed } from './owed.ts';
import { batchCount, keepsCohorts } from './pilot.ts';
import { Redrives } from './redrives.ts';
import { Scalers } from './scalers.ts';
import { Streams, type WiredStream } from './streams.ts';
import { type SubscriptionOutcome, Topics } from './topics.ts';

/** Virtual instants that share one, in this order: 3 is after all ordinary events. */
const MEASUREMENT = 3;
/** Message ids kept for each queue: 2^40. */
const MESSAGE_IDS = 1_099_511_627_776;
/** Who moves dead letters, to a history. */
export const REDRIVE = 'redrive';
const NO_CODE: ReadonlyMap<string, HandlerCode> = new Map();
const NO_TIME = { kind: 'constant', value: 0 } as const;

/** What of a sender decides how it sends into a queue or to a topic. */
type Sending = Pick<TrafficSettings, 'name' | 'batch' | 'key'>;
/** A handler that hands on: a message for each message, with the key that it has. */
const handingOn = (name: string): Sending => ({ name, batch: null, key: null });

export class World {
  readonly sim: Simulation;
  readonly requests: RequestTable;
  readonly accounts: readonly { readonly name: string; readonly account: TrafficAccount }[];
  readonly recorders: { readonly name: string; readonly type: string; readonly recorder: MetricsRecorder }[] = [];
  /** Set when traffic has stopped: from then on the run ends as soon as nothing is left in the system. */
  draining = false;
  /** null: nobody listens. */
  readonly history: HistoryRecorder | null;

  readonly #scenario: ResolvedScenario;
  readonly #design: ResolvedDesign;
  readonly #window: Window;
  readonly #handlers: ReadonlyMap<string, HandlerCode>;
  readonly #links: Links;
  readonly #access: Access;
  readonly #services = new Map<string, Service>();
  readonly #caches = new Map<string, Cache>();
  readonly #queues = new Map<string, { readonly queue: SqsQueue | FifoQueue; readonly settings: SqsSettings }>();
  readonly #consumers = new Map<string, Consumer>();
  readonly #streamConsumers = new Map<string, StreamConsumer>();
  readonly #sinks = new Map<string, Sink>();
  readonly #kinds: MessageKinds;
  readonly #topics: Topics;
  readonly #streams: Streams;
  readonly #brokers: Brokers;
  readonly #functions: Functions;
  readonly #deliveryStreams: DeliveryStreams;
  readonly #applications: Applications;
  readonly #cameras: Cameras;
  readonly #senders: Sender[] = [];
  readonly #scalers: Scalers;
  readonly #redrives: Redrives;

  /**
   * `log`: notes the calls to managed services; `sinks`: take the history. They change nothing in the run. `handlers`: code of consumers and
   * functions, by name.
   */
  constructor(
    scenario: ResolvedScenario,
    design: ResolvedDesign,
    replication: number,
    maxEvents: number,
    log: ApiLog | null = null,
    sinks: readonly HistorySink[] = [],
    handlers: ReadonlyMap<string, HandlerCode> = NO_CODE,
  ) {
    this.#handlers = handlers;
    this.#scenario = scenario;
    this.#design = design;
    this.#window = { fromUs: scenario.warmupUs, toUs: scenario.horizonUs, resolutionUs: scenario.resolutionUs };
    this.sim = new Simulation({ seed: scenario.seed, replication, maxEvents, ties: scenario.ties });
    this.accounts = scenario.traffic.map((traffic) => ({
      name: traffic.name,
      account: this.#account(traffic, replication),
    }));
    this.requests = new RequestTable(
      this.accounts.map(({ account }) => account),
      () => this.#stopWhenDone(),
    );
    // Code is told all of a message, which clients note only where somebody listens.
    const isHeard = sinks.length > 0 || handlers.size > 0;
    this.history = !isHeard ? null : new HistoryRecorder(this.sim, this.requests, sinks);
    const faults = scenario.faults.filter((fault) => strikes(scenario, design, fault));
    this.#redrives = new Redrives(this.sim, faults, {
      queues: this.#queues,
      endUs: scenario.horizonUs + scenario.drainUs,
      onOver: () => this.#stopWhenDone(),
      witnessOf: (queue) => this.history?.witness(REDRIVE, queue) ?? null,
    });
    this.#links = new Links(faults);
    this.#access = new Access(this.sim, scenario, design, {
      requests: this.requests,
      metrics: (resource) => this.#recorderOf(resource),
      log,
    });
    this.#scalers = new Scalers(this.sim, design.resources);
    this.#kinds = new MessageKinds(this.sim, scenario.traffic);
    this.#topics = new Topics({
      sim: this.sim,
      design,
      aws: scenario.aws ?? WHEREABOUTS,
      window: this.#window,
      requests: this.requests,
      kinds: this.#kinds,
      metricsOf: ({ name, type }) => this.#recorder(name, type),
      isRead: (queue) => this.#isRead(queue),
      witnessOf: (topic) => this.history?.witness(topic, topic) ?? null,
    });
    this.#streams = new Streams({
      sim: this.sim,
      scenario,
      design,
      window: this.#window,
      requests: this.requests,
    });
    this.#brokers = new Brokers({
      sim: this.sim,
      design,
      window: this.#window,
      requests: this.requests,
      links: this.#links,
      witnessOf: (client, resource) => this.history?.witness(client, resource) ?? null,
    });
    this.#functions = new Functions(this.sim, scenario, design, {
      requests: this.requests,
      links: this.#links,
      access: this.#access,
      codeOf: (settings) => this.#codeOf(settings),
      queueNamed: (name) => this.#queueNamed(name),
      sinkNamed: (name) => this.#sinks.get(name),
      streams: this.#streams,
      brokers: this.#brokers,
      isRead: (queue) => this.#isRead(queue),
      witnessOf: (client, resource) => this.history?.witness(client, resource) ?? null,
    });
    this.#deliveryStreams = new DeliveryStreams({
      sim: this.sim,
      scenario,
      requests: this.requests,
      links: this.#links,
      streams: this.#streams,
      wire: (owner, to, name) =>
        this.#wire(owner, to, name, this.#sinks.get(to) ?? this.#caches.get(to) ?? this.#serviceNamed(to)),
      witnessOf: (client, resource) => this.history?.witness(client, resource) ?? null,
    });
    this.#applications = new Applications(this.sim, scenario, {
      requests: this.requests,
      links: this.#links,
      streams: this.#streams,
      witnessOf: (client, resource) => this.history?.witness(client, resource) ?? null,
    });
    this.#cameras = new Cameras(this.sim, this.requests);
    this.#build();
    this.#connect();
    this.#route();
    const parts = {
      links: this.#links,
      access: this.#access,
      services: this.#services,
      caches: this.#caches,
      queues: this.#queues,
      consumers: this.#consumers,
      streamConsumers: this.#streamConsumers,
      streams: this.#streams,
      deliveryStreams: this.#deliveryStreams,
      sinks: this.#sinks,
      topics: this.#topics,
      functions: this.#functions,
      brokers: this.#brokers,
      applications: this.#applications,
      cameras: this.#cameras,
      redrives: this.#redrives,
      history: this.history,
    };
    scheduleFaults(this.sim, faults, (fault) => strike(parts, fault));
    this.#learnHealthBeforeDisturbances();
  }

  /** What became of the deliveries of its topics and streams; empty where it has none. */
  subscriptions(): { readonly subscriptions?: readonly SubscriptionOutcome[] } {
    const subscriptions = [...this.#topics.finish(), ...this.#streams.finish(), ...this.#brokers.finish()];
    return subscriptions.length === 0 ? {} : { subscriptions };
  }

  /** What is left in each queue, read when all is over and nobody counts any more. */
  visitQueues(
    found: (queue: string, body: number, MessageId: number, receives: number, number?: number) => void,
  ): void {
    for (const [name, { queue }] of this.#queues) queue.contents((...message) => found(name, ...message));
    this.#brokers.contents(found);
  }

  get queueNames(): readonly string[] {
    return [...this.#queues.keys()];
  }
  get brokerNames(): readonly string[] {
    return this.#brokers.names;
  }

  start(): void {
    for (const consumer of this.#consumers.values()) consumer.start();
    for (const consumer of this.#streamConsumers.values()) consumer.start();
    this.#brokers.start();
    this.#functions.start();
    this.#deliveryStreams.start();
    this.#applications.start();
    this.#cameras.start();
    for (const sender of this.#senders) sender.start();
    this.#scalers.start();
  }

  /** Nothing is in the system, and no redrive will bring back what is in a dead-letter queue. */
  get isDone(): boolean {
    return this.requests.inSystem === 0 && this.#redrives.areOver;
  }

  #stopWhenDone(): void {
    if (this.draining && this.isDone) this.sim.stop();
  }

  #account(traffic: TrafficSettings, replication: number): TrafficAccount {
    return new TrafficAccount(this.#clock(), this.#window, {
      healthLimitMs: healthLimitMs(this.#scenario, this.#design.name, traffic.name),
      keys: traffic.key === null ? 0 : traffic.key.kind === 'constant' ? 1 : traffic.key.keys,
      cohorts: keepsCohorts(this.#scenario, replication),
      batches: batchCount(this.#scenario),
    });
  }

  #clock(): { readonly now: number } {
    return this.sim;
  }

  #recorder(name: string, type: string): MetricsRecorder {
    const recorder = new MetricsRecorder(this.sim, this.#window);
    this.recorders.push({ name, type, recorder });
    return recorder;
  }

  #recorderOf(resource: string): MetricsRecorder {
    const found = this.recorders.find(({ name }) => name === resource);
    if (found === undefined) throw new Error(`design ${this.#design.name} has no metrics of ${resource}`);
    return found.recorder;
  }

  // --- parts ---

  #build(): void {
    const { resources } = this.#design;
    for (const settings of resources) {
      const { name, type } = settings;
      if (settings.type === 'service') {
        const ports = { requests: this.requests, metrics: this.#recorder(name, type) };
        const service = new Service(this.sim, settings, { ...ports, elastic: settings.autoscaling !== null });
        this.#services.set(name, service);
        this.#scalers.addService(service, ports.metrics);
        if (settings.cache !== null)
          this.#caches.set(name, new Cache(this.sim, name, settings.cache, { ...ports, service }));
      } else if (settings.type === 'sqs') {
        this.#queues.set(name, { queue: this.#queue(settings), settings });
      } else if (settings.type === 'sns') this.#topics.add(settings);
      else if (settings.type === 'kinesis') this.#streams.add(settings, this.#recorder(name, type));
      else if (settings.type === 'mq') this.#brokers.add(settings, this.#recorder(name, type));
      else if (settings.type === 'video') this.#cameras.add(settings, this.#recorder(name, type));
      else if (settings.type === 'sink') {
        const metrics = this.#recorder(name, type);
        this.#sinks.set(name, new Sink(this.sim, settings, { requests: this.requests, metrics }));
      }
    }
    // Consumers and functions last: their queues and streams are all there.
    for (const settings of resources) {
      if (settings.type === 'analytics') this.#applications.add(settings, this.#recorder(settings.name, settings.type));
      if (settings.type === 'lambda') this.#functions.add(settings, this.#recorder(settings.name, settings.type));
      if (settings.type === 'firehose')
        this.#deliveryStreams.add(settings, this.#recorder(settings.name, settings.type));
      if (settings.type !== 'consumer') continue;
      if ('stream' in settings) this.#addStreamConsumer(settings);
      else if ('broker' in settings) this.#addBrokerConsumer(settings);
      else this.#addConsumer(settings);
    }
  }

  #addConsumer(settings: ConsumerSettings): void {
    const { queue, settings: source } = this.#queueNamed(settings.source);
    const metrics = this.#recorder(settings.name, settings.type);
    const endpoint = this.#links.endpoint(settings.name, settings.source);
    const consumer = new Consumer(this.sim, settings, {
      requests: this.requests,
      metrics,
      queue: this.#access.sqsClient(settings.name, source, queue, endpoint),
      endpoint,
      latency: source.latency,
      grouped: source.fifo || source.fairQueues === true,
      atQueue: this.history?.witness(settings.name, settings.source) ?? null,
      witness: this.history?.witness(settings.name, settings.name) ?? null,
      handsOn: this.#handsOn(settings.handler),
      code: this.#codeOf(settings),
    });
    this.#consumers.set(settings.name, consumer);
    this.#scalers.addConsumer(consumer, metrics);
  }

  #addStreamConsumer(settings: StreamConsumerSettings): void {
    const { name, source, stream: reading } = settings;
    const { stream, settings: ofStream, reader } = this.#streams.readerOf(source, name);
    const consumer = new StreamConsumer(this.sim, settings, {
      requests: this.requests,
      metrics: this.#recorder(name, settings.type),
      stream,
      reader,
      fanOutConsumer: reading.fanOut ? stream.adoptConsumer(name) : -1,
      endpoint: this.#links.endpoint(name, source),
      latency: ofStream.latency.get,
      atStream: this.history?.witness(name, source) ?? null,
      witness: this.history?.witness(name, name) ?? null,
      handsOn: this.#handsOn(settings.handler),
      code: this.#codeOf(settings),
    });
    this.#streamConsumers.set(name, consumer);
  }

  #addBrokerConsumer(settings: MqConsumerSettings): void {
    const { name, handler } = settings;
    this.#brokers.addConsumer(settings, {
      metrics: this.#recorder(name, settings.type),
      handsOn: this.#handsOn(handler),
      code: this.#codeOf(settings),
    });
  }

  /** Whether a handler's work goes on elsewhere when it is done. */
  #handsOn({ calls }: HandlerSettings): boolean {
    return calls.some(({ to }) => this.#queues.has(to) || this.#topics.get(to) !== undefined || this.#brokers.has(to));
  }

  #codeOf({ name, handler }: { readonly name: string; readonly handler: HandlerSettings }): HandlerRunner | null {
    const code = this.#handlers.get(name);
    if (code === undefined) return null;
    const traffic = this.#scenario.traffic.map((one) => one.name);
    return new CodeRunner(this.sim, name, code, { requests: this.requests, traffic, handler });
  }

  #queue(settings: SqsSettings): SqsQueue | FifoQueue {
    const target = settings.redrive?.deadLetterQueue;
    const Queue = settings.fifo ? FifoQueue : settings.fairQueues === true ? FairQueue : SqsQueue;
    return new Queue(this.sim, settings, {
      metrics: this.#scalers.metricsOfQueue(settings.name, this.#recorder(settings.name, settings.type)),
      observer: this.#observer(settings.name),
      // Ranges of their own, so that messages of several queues stay apart in a dead-letter queue that they share.
      firstMessageId: this.#queues.size * MESSAGE_IDS,
      isRedriven: this.#redrives.has(settings.name),
      deadLetterQueue:
        target === undefined
          ? null
          : { acceptDeadLettered: (...message) => this.#queueNamed(target).queue.acceptDeadLettered(...message) },
    });
  }

  /** A message holds its request. In a dead-letter queue that nobody reads it is parked: the system may end without it. */
  #observer(name: string): SqsObserver {
    const { requests } = this;
    const resources = this.#design.resources;
    const isEntry = this.#design.entries.some(({ resource }) => resource === name);
    const isDeadLetterQueue = resources.some(
      (other) =>
        (other.type === 'sqs' && other.redrive?.deadLetterQueue === name) ||
        (other.type === 'sns' && other.subscriptions.some(({ deadLetterQueue }) => deadLetterQueue === name)) ||
        (other.type === 'lambda' && other.stream?.onFailure === name),
    );
    const parks = isDeadLetterQueue && !this.#isRead(name);
    const target = resources.find(
      (other): other is SqsSettings => other.type === 'sqs' && other.name === name,
    )?.redrive;
    const targetParks = target != null && !this.#isRead(target.deadLetterQueue);
    return {
      onSent: (body) => {
        requests.retain(body);
        if (isEntry) requests.accept(body);
      },
      onReceived: () => {},
      onDeleted: () => {},
      onExpired: (body) => requests.expire(body),
      onDeadLettered: (body) => requests.deadLetter(body, targetParks),
      onPurged: () => {},
      onRedriven: (body) => requests.redriven(body),
      onGone: (body) => {
        if (parks) requests.unpark(body);
        requests.release(body);
      },
    };
  }

  /** Whether somebody of this design takes messages out of the queue. */
  #isRead(queue: string): boolean {
    return this.#design.resources.some((one) => 'source' in one && one.source === queue);
  }

  #queueNamed(name: string): { readonly queue: SqsQueue | FifoQueue; readonly settings: SqsSettings } {
    const found = this.#queues.get(name);
    if (found === undefined) throw new Error(`design ${this.#design.name} has no queue ${name}`);
    return found;
  }

  #serviceNamed(name: string): Service {
    const found = this.#services.get(name);
    if (found === undefined) throw new Error(`design ${this.#design.name} has no service ${name}`);
    return found;
  }

  // --- wires ---

  #connect(): void {
    // First, so that whoever publishes to a topic finds whom it owes what.
    this.#topics.connect(
      (topic, { to }) => this.#endpoint(topic, to),
      (topic, queue) => this.#queueEndpoint(topic, queue, true),
    );
    for (const [name, service] of this.#services) service.connect(this.#paths(name, service.settings.calls));
    for (const [name, consumer] of this.#consumers) {
      consumer.connect(this.#paths(name, consumer.settings.handler.calls));
    }
    for (const [name, consumer] of this.#streamConsumers) {
      consumer.connect(this.#paths(name, consumer.settings.handler.calls));
    }
    this.#brokers.connect((owner, calls) => this.#paths(owner, calls));
    this.#functions.connect((owner, calls) => this.#paths(owner, calls));
    this.#applications.connect((owner, call) => this.#resultPath(owner, call));
  }

  // --- what topics deliver to ---

  #endpoint(topic: SnsSettings, to: string): SnsEndpoint {
    if (this.#queues.has(to)) return this.#queueEndpoint(topic, to);
    const put = this.#deliveryStreams.get(to);
    if (put !== undefined) return this.#firehoseEndpoint(topic, put);
    const sink = this.#sinks.get(to);
    // Lambda answers when it has taken an event in: what becomes of it is its own business. An endpoint over HTTP answers when it is done.
    const events = this.#functions.has(to) ? this.#functions.eventsOf(to) : null;
    const name = `${topic.name}->${to}`;
    const callee = this.#wire(topic.name, to, name, events ?? sink ?? this.#caches.get(to) ?? this.#serviceNamed(to));
    // What a sink stands for may take its time; everybody else has so long to answer.
    const timeoutUs = sink === undefined ? snsFacts.httpTimeoutSeconds.value * 1_000_000 : null;
    const { requests } = this;
    const policy = { timeoutUs, retry: NO_RETRY, breaker: null, cancelOnTimeout: false };
    const path = new CallPath(this.sim, name, requests, callee, policy, {
      onAttempt: () => {},
      onServed: (delivery, outcome) => {
        if (outcome === Outcome.ok && events === null) requests.complete(delivery);
      },
    });
    return new CalleeEndpoint(path);
  }

  #firehoseEndpoint({ name: topic }: SnsSettings, { stream, settings, records }: WiredDeliveryStream): SnsEndpoint {
    const state = this.#links.endpoint(topic, settings.name);
    return new FirehoseEndpoint(this.sim, `${topic}->${settings.name}`, this.requests, { stream, records, state });
  }

  #queueEndpoint(topic: SnsSettings, to: string, forDeadLetters = false): SnsEndpoint {
    const { queue, settings } = this.#queueNamed(to);
    const state = this.#links.endpoint(topic.name, to);
    const client = this.#access.sqsClient({ topic: topic.name }, settings, queue, state);
    const { history } = this;
    const witness: QueueWitness | null =
      history === null
        ? null
        : {
            atQueue: history.witness(topic.name, to),
            atTopic: forDeadLetters ? null : history.witness(topic.name, topic.name),
          };
    return new QueueEndpoint(this.sim, `${topic.name}->${to}`, this.requests, client, state, witness);
  }

  #paths(owner: string, calls: readonly CallSettings[]): CallPath[] {
    if (calls.length === 0) return [];
    const observer = this.#callObserver(owner, calls);
    return calls.map((call, index) => {
      const name = index === 0 ? `${owner}->${call.to}` : `${owner}->${call.to}#${index}`;
      const callee = this.#linked(owner, call.to, name, call.latency);
      return new CallPath(this.sim, name, this.requests, callee, call, observer);
    });
  }

  /** To whatever takes the results of an application. */
  #resultPath(owner: string, call: CallSettings): CallPath {
    const name = `${owner}->${call.to}`;
    const sink = this.#sinks.get(call.to);
    const callee =
      sink === undefined
        ? this.#linked(owner, call.to, name, call.latency)
        : this.#wire(owner, call.to, name, sink, call.latency);
    return new CallPath(this.sim, name, this.requests, callee, call, this.#callObserver(owner, [call]));
  }

  /** Attempts of a resource at its calls: against its calls they tell how retries multiply the load. */
  #callObserver(owner: string, calls: readonly CallSettings[]): CallObserver | null {
    const recorder = this.recorders.find(({ name }) => name === owner)?.recorder;
    if (recorder === undefined) return null;
    const attempts = recorder.counter('CallAttempts', 'Count');
    const timeouts = recorder.counter('CallTimeouts', 'Count');
    const hedges = calls.some(({ hedge }) => hedge !== null) ? recorder.counter('CallHedges', 'Count') : null;
    const heldBack = calls.some(({ bulkhead }) => bulkhead !== null)
      ? recorder.counter('CallsHeldBack', 'Count')
      : null;
    return {
      onAttempt: () => attempts.add(1),
      onServed: () => {},
      onTimedOut: () => timeouts.add(1),
      onHedge: () => hedges?.add(1),
      onHeldBack: () => heldBack?.add(1),
    };
  }

  #linked(owner: string, to: string, name: string, latency: CallSettings['latency']): Callee {
    const queue = this.#queues.get(to);
    if (queue !== undefined) return this.#sender(handingOn(owner), queue, null);
    const published = this.#topics.get(to);
    if (published !== undefined) return this.#publisher(handingOn(owner), published, null);
    if (this.#brokers.has(to)) return this.#brokers.publisher(owner, to);
    return this.#wire(owner, to, name, this.#caches.get(to) ?? this.#serviceNamed(to), latency);
  }

  /** With the network between the two, where it takes time or the script ever disturbs it. */
  #wire(owner: string, to: string, name: string, callee: Callee, latency: CallSettings['latency'] = NO_TIME): Callee {
    const delay = compileVariate(latency);
    if (delay.constant && delay.mean === 0 && !this.#links.disturbed(owner, to)) return callee;
    return new Link(this.sim, name, this.requests, callee, delay, this.#links.link(owner, to));
  }

  #route(): void {
    this.#scenario.traffic.forEach((traffic, index) => {
      const entry = this.#design.entries.find((it) => it.traffic === traffic.name)?.resource as string;
      const { source } = traffic;
      const arrivals =
        source.kind === 'users' ? null : arrivalsOf(this.sim, traffic.name, source, this.#scenario.horizonUs);
      const entryCompletes = this.#services.has(entry) || this.#cameras.has(entry);
      // Into a queue its producer tells each attempt.
      const witness = entryCompletes ? (this.history?.witness(traffic.name, entry) ?? null) : null;
      const sender = new Sender(
        this.sim,
        traffic,
        { requests: this.requests, entry: this.#entry(traffic, entry), entryCompletes, witness },
        {
          index,
          warmupUs: this.#scenario.warmupUs,
          horizonUs: this.#scenario.horizonUs,
          arrivals,
          keys: traffic.key === null ? null : keySampler(traffic.key),
        },
      );
      this.#senders.push(sender);
    });
  }

  #entry(traffic: TrafficSettings, resource: string): Callee {
    const name = `${traffic.name}->${resource}`;
    const { key } = traffic;
    // Two traffics with one key each are two groups, unless the keys are the same.
    const group = key?.kind === 'constant' ? keyNumber(key.value) : null;
    const published = this.#topics.get(resource);
    if (published !== undefined) return this.#publisher(traffic, published, group);
    const stream = this.#streams.get(resource);
    if (stream !== undefined) return this.#recordProducer(traffic, stream);
    const collected = this.#deliveryStreams.get(resource);
    if (collected !== undefined) return this.#putProducer(traffic, collected);
    const cameras = this.#cameras.get(resource);
    if (cameras !== undefined) return cameras;
    const queue = this.#queues.get(resource);
    if (queue === undefined) return this.#linked(traffic.name, resource, name, NO_TIME);
    return this.#sender(traffic, queue, group);
  }

  #sender(
    { name: from, batch, key }: Sending,
    { queue, settings }: { readonly queue: SqsQueue | FifoQueue; readonly settings: SqsSettings },
    group: number | null,
  ): Callee {
    const { name: to, latency, fifo, fairQueues } = settings;
    const state = this.#links.endpoint(from, to);
    const fair = fairQueues === true && key !== null;
    const client = this.#access.sqsClient(from, settings, queue, state);
    const target = new SqsTarget(this.requests, client, { fifo, fair, group });
    const witness = this.history?.witness(from, to) ?? null;
    return new Producer(this.sim, this.requests, target, state, {
      name: `${from}->${to}`,
      latency: latency.send,
      batch,
      witness,
    });
  }

  #publisher(
    { name: traffic, batch }: Sending,
    { topic, settings, owed }: { readonly topic: Topic; readonly settings: SnsSettings; readonly owed: Owed | null },
    group: number | null,
  ): Callee {
    const { name: to, latency, fifo, maximumMessageSizeBytes } = settings;
    const state = this.#links.endpoint(traffic, to);
    const client = this.#access.snsClient(traffic, settings, topic, state);
    const target = new SnsTarget(this.requests, client, {
      maximumMessageSizeBytes,
      fifo,
      group,
      kindOf: (request) => this.#kindOf(request),
      accepted: owed,
    });
    const name = `${traffic}->${to}`;
    const witness = this.history?.witness(traffic, to, true) ?? null;
    return new Producer(this.sim, this.requests, target, state, { name, latency: latency.publish, batch, witness });
  }

  #kindOf(request: number): number {
    const ordinal = this.requests.ordinal(request);
    return this.#kinds.kindOf(trafficOf(ordinal), ordinal);
  }

  #recordProducer({ name: traffic, batch, key, producer }: TrafficSettings, wired: WiredStream): Callee {
    const { stream, settings, keys, aggregates } = wired;
    const { name: to, latency } = settings;
    const state = this.#links.endpoint(traffic, to);
    const witness = this.history?.witness(traffic, to) ?? null;
    const name = `${traffic}->${to}`;
    const same = { keys, key: key?.kind === 'constant' ? key.value : null };
    if (producer?.kind === 'kpl') {
      const shardOf = (one: number): number => stream.shardOfKey(one);
      const options = { name, settings: producer, latency: latency.put, ...same, aggregates, shardOf, witness };
      return new KinesisProducerLibrary(this.sim, this.requests, stream, state, options);
    }
    const { agentBufferRecords: records, agentBufferBytes: bytes } = streamClientFacts;
    const isAgent = producer !== undefined;
    const target = new KinesisTarget(this.requests, stream, {
      ...same,
      ...(isAgent ? { batchMaxBytes: bytes.value } : {}),
    });
    const grouped = isAgent ? { size: records.value, lingerUs: producer.maxBufferAgeUs } : batch;
    return new Producer(this.sim, this.requests, target, state, {
      name,
      latency: latency.put,
      batch: grouped,
      hurriesRetries: isAgent,
      witness,
    });
  }

  #putProducer({ name: traffic, batch }: TrafficSettings, { stream, settings, records }: WiredDeliveryStream): Callee {
    const { name: to, latency } = settings;
    const state = this.#links.endpoint(traffic, to);
    const target = new FirehoseTarget(this.requests, stream, records);
    const witness = this.history?.witness(traffic, to) ?? null;
    const name = `${traffic}->${to}`;
    return new Producer(this.sim, this.requests, target, state, { name, latency: latency.put, batch, witness });
  }

  #learnHealthBeforeDisturbances(): void {
    const relevant = disturbancesOf(this.#scenario).filter(({ designs }) => designs.includes(this.#design.name));
    for (const { name, account } of this.accounts) {
      const first = relevant.find(({ traffic }) => traffic === null || traffic === name);
      if (first === undefined) continue;
      this.sim.scheduleAt(first.fromUs, () => account.learnHealth(), undefined, MEASUREMENT);
    }
  }
}
