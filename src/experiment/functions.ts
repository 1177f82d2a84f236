/**
 * The Lambda functions of a design: which share an account's concurrency, what polls for them, and who may invoke them.
 *
 *   queue ◀─poll── LambdaMapping ──invoke──▶ LambdaFunction ◀──invoke── LambdaEventQueue ◀── whoever asks for `eventsOf`
 *   stream ◀─poll── LambdaStreamMapping ──invoke──▶ │
 *   broker ──push──▶ LambdaBrokerMapping ──invoke──▶ │
 *                                                   └─▶ concurrency of its account and Region
 */
import type { Access } from '../access/index.ts';
import type { CallPath, CallSettings } from '../calls/index.ts';
import type { MetricsRecorder } from '../history/index.ts';
import type { Simulation } from '../kernel/index.ts';
import { LAMBDA_CONCURRENCY, placeOfFunction } from '../scenario/lambda.ts';
import type { ResolvedDesign, ResolvedScenario } from '../scenario/resolved.ts';
import {
  type EventObserver,
  LambdaAccount,
  LambdaEventQueue,
  LambdaFunction,
  type LambdaSettings,
} from '../services/lambda/index.ts';
import { type Caller, type HandlerRunner, Outcome, type Witness } from '../services/ports.ts';
import type { Sink } from '../services/sink/index.ts';
import type { FifoQueue, SqsQueue } from '../services/sqs/index.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import { LambdaBrokerMapping } from '../workload/lambda-broker-mapping.ts';
import { LambdaMapping } from '../workload/lambda-mapping.ts';
import { LambdaStreamMapping } from '../workload/lambda-stream-mapping.ts';
import type { RequestTable } from '../workload/requests.ts';
import type { FaultSettings } from '../workload/settings.ts';
import type { Brokers } from './brokers.ts';
import type { Links } from './links.ts';
import type { Streams } from './streams.ts';

const NO_NUMBER = -1;
/** Path of what is told of batches that were left out. */
const DROPPED = 0;
/** Of a message about a batch (assumed): what it names, without data. */
const METADATA_BYTES = 1024;
const NOBODY: Caller = { onReply: () => {}, onLateReply: () => {} };

export interface FunctionsPorts {
  readonly requests: RequestTable;
  readonly links: Links;
  readonly access: Access;
  /** What a client tells of a resource; null: nobody listens. */
  readonly witnessOf: (client: string, resource: string) => Witness | null;
  /** Code in the place of a function's handler; null: none. */
  readonly codeOf: (settings: LambdaSettings) => HandlerRunner | null;
  readonly queueNamed: (name: string) => { readonly queue: SqsQueue | FifoQueue; readonly settings: SqsSettings };
  /** undefined: it is no sink. */
  readonly sinkNamed: (name: string) => Sink | undefined;
  readonly streams: Streams;
  readonly brokers: Brokers;
  /** Whether somebody of this design takes messages out of the queue. */
  readonly isRead: (queue: string) => boolean;
}

type Mapping = LambdaMapping | LambdaStreamMapping | LambdaBrokerMapping;

interface Wired {
  readonly target: LambdaFunction;
  readonly metrics: MetricsRecorder;
  readonly mapping: Mapping | null;
  /** Made when somebody first asks for it. */
  events: LambdaEventQueue | null;
}

export class Functions {
  readonly #sim: Simulation;
  readonly #scenario: ResolvedScenario;
  readonly #design: ResolvedDesign;
  readonly #ports: FunctionsPorts;
  readonly #accounts = new Map<string, LambdaAccount>();
  readonly #functions = new Map<string, Wired>();

  constructor(sim: Simulation, scenario: ResolvedScenario, design: ResolvedDesign, ports: FunctionsPorts) {
    this.#sim = sim;
    this.#scenario = scenario;
    this.#design = design;
    this.#ports = ports;
  }

  /** Its queue or stream is there already. */
  add(settings: LambdaSettings, metrics: MetricsRecorder): void {
    const { requests, codeOf } = this.#ports;
    const ports = { requests, metrics, account: this.#accountOf(settings), code: codeOf(settings) };
    const target = new LambdaFunction(this.#sim, settings, ports);
    const mapping = settings.source === null ? null : this.#mappingOf(settings, settings.source, target, metrics);
    this.#functions.set(settings.name, { target, metrics, mapping, events: null });
  }

  has(name: string): boolean {
    return this.#functions.has(name);
  }

  connect(paths: (owner: string, calls: readonly CallSettings[]) => CallPath[]): void {
    for (const [name, { target }] of this.#functions) target.connect(paths(name, target.settings.handler.calls));
  }

  start(): void {
    for (const { mapping } of this.#functions.values()) mapping?.start();
  }

  /** What takes in asynchronous invocations of a function: an event that was handled completes its request, one that was dropped is lost. */
  eventsOf(name: string): LambdaEventQueue {
    const found = this.#functions.get(name);
    if (found === undefined) throw new Error(`design ${this.#design.name} has no function ${name}`);
    const { requests } = this.#ports;
    found.events ??= new LambdaEventQueue(this.#sim, {
      requests,
      metrics: found.metrics,
      target: found.target,
      observer: this.#eventObserver(name),
    });
    return found.events;
  }

  /** Several events are worked on at once, so its handlings have no numbers. */
  #eventObserver(name: string): EventObserver {
    const { requests, witnessOf } = this.#ports;
    const witness = witnessOf(name, name);
    const told =
      witness === null
        ? {}
        : {
            onBegun: (request: number) => witness.invoking(NO_NUMBER, NO_NUMBER, request),
            onFailed: (request: number) => witness.invoked(NO_NUMBER, NO_NUMBER, request, Outcome.failed),
          };
    return {
      ...told,
      onHandled: (request) => {
        witness?.invoked(NO_NUMBER, NO_NUMBER, request, Outcome.ok);
        requests.complete(request);
      },
      onDropped: () => {},
    };
  }

  /** Begins what a fault does to a function; empty where it strikes none. The returned functions end it. */
  strike(name: string, fault: FaultSettings): (() => void)[] {
    const target = this.#functions.get(name)?.target;
    if (target === undefined) return [];
    const ends: (() => void)[] = [];
    if (fault.slow !== null) ends.push(target.slowDown(fault.slow));
    if (fault.errors !== null) ends.push(target.addErrors(fault.errors));
    if (fault.down) ends.push(target.takeDown());
    return ends;
  }

  #mappingOf(settings: LambdaSettings, source: string, target: LambdaFunction, metrics: MetricsRecorder): Mapping {
    if (settings.stream !== undefined) return this.#streamMapping(settings, source, target, metrics);
    if (settings.broker !== undefined) return this.#brokerMapping(settings, source, target, metrics);
    return this.#mapping(settings, source, target, metrics);
  }

  #mapping(settings: LambdaSettings, source: string, target: LambdaFunction, metrics: MetricsRecorder): LambdaMapping {
    const { requests, links, access, queueNamed, witnessOf } = this.#ports;
    const { queue, settings: queueSettings } = queueNamed(source);
    const endpoint = links.endpoint(settings.name, source);
    return new LambdaMapping(this.#sim, settings, {
      requests,
      metrics,
      queue: access.sqsClient(settings.name, queueSettings, queue, endpoint),
      visible: () => queue.counts.visible,
      source: queueSettings,
      endpoint,
      target,
      atQueue: witnessOf(settings.name, source),
      witness: witnessOf(settings.name, settings.name),
    });
  }

  #brokerMapping(
    settings: LambdaSettings,
    source: string,
    target: LambdaFunction,
    metrics: MetricsRecorder,
  ): LambdaBrokerMapping {
    const { requests, brokers, witnessOf } = this.#ports;
    const { name, batchSize, broker } = settings;
    return new LambdaBrokerMapping(this.#sim, settings, {
      ...brokers.readerFor(name, source, broker?.queue ?? '', batchSize),
      requests,
      metrics,
      target,
      atBroker: witnessOf(name, source),
      witness: witnessOf(name, name),
    });
  }

  #streamMapping(
    settings: LambdaSettings,
    source: string,
    target: LambdaFunction,
    metrics: MetricsRecorder,
  ): LambdaStreamMapping {
    const { requests, links, streams, witnessOf } = this.#ports;
    const { name, stream: mapping } = settings;
    const { stream, settings: ofStream, reader } = streams.readerOf(source, name);
    const destination = mapping?.onFailure ?? null;
    return new LambdaStreamMapping(this.#sim, settings, {
      requests,
      metrics,
      stream,
      reader,
      fanOutConsumer: mapping?.fanOut === true ? stream.adoptConsumer(name) : -1,
      endpoint: links.endpoint(name, source),
      latency: ofStream.latency.get,
      retentionUs: ofStream.retentionPeriodUs,
      target,
      destination: destination === null ? null : this.#destination(name, destination),
      atStream: witnessOf(name, source),
      witness: witnessOf(name, name),
    });
  }

  /** Where a message about each batch that was left out goes. It bears the request of the batch's first record. */
  #destination(name: string, to: string): (row: number) => void {
    const { requests, sinkNamed, queueNamed, links, access, isRead } = this.#ports;
    const sink = sinkNamed(to);
    if (sink !== undefined) return (row) => void sink.call(row, DROPPED, NOBODY, 0);
    const { queue, settings } = queueNamed(to);
    const client = access.sqsClient(name, settings, queue, links.endpoint(name, to));
    return (row) => {
      const { error } = client.SendMessage({ body: row, bytes: METADATA_BYTES, DelaySeconds: -1 });
      if (error === null) requests.deadLetter(row, !isRead(to));
    };
  }

  /** One account for each place, with the reservations of all its functions. */
  #accountOf(settings: LambdaSettings): LambdaAccount {
    const { resources } = this.#design;
    const { aws, lambdaConcurrency = LAMBDA_CONCURRENCY } = this.#scenario;
    const place = placeOfFunction(settings, resources, aws);
    const known = this.#accounts.get(place);
    if (known !== undefined) return known;
    const reserved = resources.flatMap((one) =>
      one.type === 'lambda' && placeOfFunction(one, resources, aws) === place ? [one.reservedConcurrency] : [],
    );
    const account = new LambdaAccount(lambdaConcurrency, reserved);
    this.#accounts.set(place, account);
    return account;
  }
}
