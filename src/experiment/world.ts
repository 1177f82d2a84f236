/**
 * One design, wired for one replication.
 *
 *   traffic ─▶ Sender ─▶ [Link] ─▶ Service ─▶ [Link] ─▶ Service …          synchronous
 *   traffic ─▶ Sender ─▶ SqsProducer ─▶ SqsQueue ◀─ Consumer ─▶ Service …   decoupled
 *                                          └─▶ dead-letter queue
 *
 * This is the only place where services meet.
 */
import { type CallObserver, CallPath, type CallSettings, Link } from '../calls/index.ts';
import { HistoryRecorder, type HistorySink, MetricsRecorder, TrafficAccount, type Window } from '../history/index.ts';
import { compileVariate, Simulation } from '../kernel/index.ts';
import type { ResolvedDesign, ResolvedScenario } from '../scenario/resolved.ts';
import { Cache, Service } from '../services/compute/index.ts';
import type { Callee } from '../services/ports.ts';
import { FairQueue, FifoQueue, SqsQueue } from '../services/sqs/index.ts';
import type { SqsObserver } from '../services/sqs/operations.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import { arrivalsOf } from '../workload/arrivals.ts';
import { Consumer } from '../workload/consumer.ts';
import { scheduleFaults } from '../workload/faults.ts';
import { keyNumber, keySampler } from '../workload/keys.ts';
import { RequestTable } from '../workload/requests.ts';
import { Sender } from '../workload/sender.ts';
import type { FaultSettings, TrafficSettings } from '../workload/settings.ts';
import { SqsProducer } from '../workload/sqs-producer.ts';
import { Access } from './access.ts';
import type { ApiLog } from './access-log.ts';
import { disturbancesOf, strikes } from './disturbances.ts';
import { healthLimitMs } from './health.ts';
import { Links } from './links.ts';
import { batchCount, keepsCohorts } from './pilot.ts';
import { Scalers } from './scalers.ts';

/** Virtual instants that share one, in this order: 3 is after all ordinary events. */
const MEASUREMENT = 3;
/** Message ids kept for each queue: 2^40. */
const MESSAGE_IDS = 1_099_511_627_776;

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
  readonly #links: Links;
  readonly #access: Access;
  readonly #services = new Map<string, Service>();
  readonly #caches = new Map<string, Cache>();
  readonly #queues = new Map<string, { readonly queue: SqsQueue | FifoQueue; readonly settings: SqsSettings }>();
  readonly #consumers = new Map<string, Consumer>();
  readonly #senders: Sender[] = [];
  readonly #scalers: Scalers;

  /** `log`: notes the calls to managed services; `sinks`: take the history. They change nothing in the run. */
  constructor(
    scenario: ResolvedScenario,
    design: ResolvedDesign,
    replication: number,
    maxEvents: number,
    log: ApiLog | null = null,
    sinks: readonly HistorySink[] = [],
  ) {
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
      () => {
        if (this.draining) this.sim.stop();
      },
    );
    this.history = sinks.length === 0 ? null : new HistoryRecorder(this.sim, this.requests, sinks);
    const faults = scenario.faults.filter((fault) => strikes(scenario, design, fault));
    this.#links = new Links(faults);
    this.#access = new Access(this.sim, scenario, design, {
      requests: this.requests,
      metrics: (resource) => this.#recorderOf(resource),
      log,
    });
    this.#scalers = new Scalers(this.sim, design.resources);
    this.#build();
    this.#connect();
    this.#route();
    scheduleFaults(this.sim, faults, (fault) => this.#strike(fault));
    this.#learnHealthBeforeDisturbances();
  }

  start(): void {
    for (const consumer of this.#consumers.values()) consumer.start();
    for (const sender of this.#senders) sender.start();
    this.#scalers.start();
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
      }
    }
    // Consumers last: their queues are all there.
    for (const settings of resources) {
      if (settings.type !== 'consumer') continue;
      const { queue, settings: source } = this.#queueNamed(settings.source);
      const metrics = this.#recorder(settings.name, settings.type);
      const endpoint = this.#links.endpoint(settings.name, settings.source);
      const consumer = new Consumer(this.sim, settings, {
        requests: this.requests,
        metrics,
        queue: this.#access.sqsClient(settings.name, source, queue, endpoint),
        endpoint,
        latency: source.latency,
        atQueue: this.history?.witness(settings.name, settings.source) ?? null,
        witness: this.history?.witness(settings.name, settings.name) ?? null,
      });
      this.#consumers.set(settings.name, consumer);
      this.#scalers.addConsumer(consumer, metrics);
    }
  }

  #queue(settings: SqsSettings): SqsQueue | FifoQueue {
    const target = settings.redrive?.deadLetterQueue;
    const Queue = settings.fifo ? FifoQueue : settings.fairQueues === true ? FairQueue : SqsQueue;
    return new Queue(this.sim, settings, {
      metrics: this.#scalers.metricsOfQueue(settings.name, this.#recorder(settings.name, settings.type)),
      observer: this.#observer(settings.name),
      // Ranges of their own, so that messages of several queues stay apart in a dead-letter queue that they share.
      firstMessageId: this.#queues.size * MESSAGE_IDS,
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
    const isRead = resources.some((other) => other.type === 'consumer' && other.source === name);
    const isDeadLetterQueue = resources.some(
      (other) => other.type === 'sqs' && other.redrive?.deadLetterQueue === name,
    );
    const parks = isDeadLetterQueue && !isRead;
    const target = resources.find(
      (other): other is SqsSettings => other.type === 'sqs' && other.name === name,
    )?.redrive;
    const targetParks =
      target != null &&
      !resources.some((other) => other.type === 'consumer' && other.source === target.deadLetterQueue);
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
      onGone: (body) => {
        if (parks) requests.unpark(body);
        requests.release(body);
      },
    };
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
    for (const [name, service] of this.#services) service.connect(this.#paths(name, service.settings.calls));
    for (const [name, consumer] of this.#consumers) {
      consumer.connect(this.#paths(name, consumer.settings.handler.calls));
    }
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
    const service = this.#caches.get(to) ?? this.#serviceNamed(to);
    const delay = compileVariate(latency);
    if (delay.constant && delay.mean === 0 && !this.#links.disturbed(owner, to)) return service;
    return new Link(this.sim, name, this.requests, service, delay, this.#links.link(owner, to));
  }

  #route(): void {
    this.#scenario.traffic.forEach((traffic, index) => {
      const entry = this.#design.entries.find((it) => it.traffic === traffic.name)?.resource as string;
      const { source } = traffic;
      const arrivals =
        source.kind === 'users' ? null : arrivalsOf(this.sim, traffic.name, source, this.#scenario.horizonUs);
      const entryCompletes = this.#services.has(entry);
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
    const queue = this.#queues.get(resource);
    if (queue === undefined) return this.#linked(traffic.name, resource, name, { kind: 'constant', value: 0 });
    const state = this.#links.endpoint(traffic.name, resource);
    const { latency, fifo, fairQueues } = queue.settings;
    const { batch, key } = traffic;
    const fair = fairQueues === true && key !== null;
    // Two traffics with one key each are two groups, unless the keys are the same.
    const group = key?.kind === 'constant' ? keyNumber(key.value) : null;
    const client = this.#access.sqsClient(traffic.name, queue.settings, queue.queue, state);
    const witness = this.history?.witness(traffic.name, resource) ?? null;
    return new SqsProducer(this.sim, this.requests, client, state, {
      name,
      latency,
      fifo,
      fair,
      group,
      batch,
      witness,
    });
  }

  // --- faults ---

  #strike(fault: FaultSettings): () => void {
    const ends: (() => void)[] = [];
    const { target } = fault;
    const requests = 1 - (1 - (fault.loseRequests ?? 0)) * (1 - (fault.unreachable ?? 0));
    const replies = fault.loseReplies ?? 0;
    if (target.kind === 'link') {
      ends.push(this.#links.strike({ from: target.from, to: target.to, requests, replies, errors: 0, down: false }));
    } else {
      const { resource } = target;
      const service = this.#services.get(resource);
      const queue = this.#queues.get(resource)?.queue;
      const consumer = this.#consumers.get(resource);
      const down = queue !== undefined && fault.down;
      const errors = queue === undefined ? 0 : (fault.errors ?? 0);
      if (requests > 0 || replies > 0 || down || errors > 0) {
        ends.push(this.#links.strike({ from: null, to: resource, requests, replies, errors, down }));
      }
      if (service !== undefined) ends.push(...this.#strikeService(service, fault));
      if (fault.flush) this.#caches.get(resource)?.flush();
      if (queue instanceof SqsQueue && fault.duplicate !== null) {
        queue.setDuplicateRate(fault.duplicate);
        ends.push(() => queue.setDuplicateRate(null));
      }
      if (consumer !== undefined) ends.push(...this.#strikeConsumer(consumer, fault));
      if (fault.policy !== undefined) ends.push(this.#access.changePolicy(resource, fault.policy));
    }
    const name = target.kind === 'link' ? `${target.from}->${target.to}` : target.resource;
    this.history?.faultBegins(name);
    // A crash or a flush is over at once; what comes of it is not.
    if (fault.forUs === null && !isLasting(fault)) this.history?.faultEnds(name);
    return () => {
      for (const end of ends) end();
      this.history?.faultEnds(name);
    };
  }

  /** What is left in each queue, read when all is over and nobody counts any more. */
  visitQueues(found: (queue: string, body: number, MessageId: number, receives: number) => void): void {
    for (const [name, { queue }] of this.#queues) queue.contents((...message) => found(name, ...message));
  }

  get queueNames(): readonly string[] {
    return [...this.#queues.keys()];
  }

  #strikeService(service: Service, fault: FaultSettings): (() => void)[] {
    if (fault.target.kind !== 'resource') return [];
    const { replica, zone, share } = fault.target;
    const ends: (() => void)[] = [];
    if (fault.down) ends.push(service.takeDown({ replica, zone, share }));
    if (fault.slow !== null || fault.errors !== null) {
      ends.push(service.impair({ replica, zone, share, slow: fault.slow, errors: fault.errors }));
    }
    return ends;
  }

  #strikeConsumer(consumer: Consumer, fault: FaultSettings): (() => void)[] {
    const ends: (() => void)[] = [];
    if (fault.slow !== null) ends.push(consumer.slowDown(fault.slow));
    if (fault.crash !== null) consumer.crash(fault.crash, fault.forUs ?? consumer.settings.restartDelayUs);
    if (fault.down) consumer.crash(fault.target.kind === 'resource' ? (fault.target.share ?? 1) : 1, fault.forUs);
    return ends;
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

/** Whether a fault that is not said to end goes on for ever. */
function isLasting(fault: FaultSettings): boolean {
  const shares = [fault.slow, fault.errors, fault.duplicate, fault.unreachable, fault.loseRequests, fault.loseReplies];
  return fault.down || shares.some((share) => share !== null) || fault.policy !== undefined;
}
