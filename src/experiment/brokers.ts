/**
 * The brokers of Amazon MQ of a design: who publishes to them, who reads them, whose requests their messages are, and what strikes them.
 *
 *   MqProducer ─▶ connection ─▶ driver ─▶ broker ─▶ driver ─▶ connection ─▶ MqConsumer
 *                                            └─▶ ledger: requests, or a delivery for each queue of a topic
 */
import type { CallPath, CallSettings } from '../calls/index.ts';
import { DeliveryAccount, type MetricsRecorder, type Window } from '../history/index.ts';
import { compileVariate, type Simulation } from '../kernel/index.ts';
import { readersOfBroker } from '../scenario/brokers.ts';
import type { ResolvedDesign } from '../scenario/resolved.ts';
import type { MqSettings } from '../services/mq/settings.ts';
import type { Callee, HandlerRunner, Metrics, Witness } from '../services/ports.ts';
import { BrokerConnection, type ClientConnection, type ConnectionOwner } from '../workload/mq/connection.ts';
import { MqConsumer } from '../workload/mq/consumer.ts';
import { BrokerLedger } from '../workload/mq/ledger.ts';
import { MqProducer } from '../workload/mq/producer.ts';
import type { BrokerDriver } from '../workload/mq/protocol.ts';
import type { RequestTable } from '../workload/requests.ts';
import type { FaultSettings, MqConsumerSettings } from '../workload/settings.ts';
import { type Broker, brokerOf } from './broker-engines.ts';
import type { Links } from './links.ts';
import type { SubscriptionOutcome } from './topics.ts';

export interface BrokersPorts {
  readonly sim: Simulation;
  readonly design: ResolvedDesign;
  readonly window: Window;
  readonly requests: RequestTable;
  readonly links: Links;
  /** What a client tells of a resource; null: nobody listens. */
  readonly witnessOf: (client: string, resource: string) => Witness | null;
}

interface Wired {
  readonly settings: MqSettings;
  readonly broker: Broker;
  readonly ledger: BrokerLedger;
}

export interface BrokerConsumerPorts {
  readonly metrics: Metrics;
  readonly handsOn: boolean;
  readonly code: HandlerRunner | null;
}

export class Brokers {
  readonly #ports: BrokersPorts;
  readonly #wired = new Map<string, Wired>();
  readonly #producers: MqProducer[] = [];
  readonly #consumers = new Map<string, MqConsumer>();
  readonly #accounts: { readonly topic: string; readonly to: string; readonly account: DeliveryAccount }[] = [];

  constructor(ports: BrokersPorts) {
    this.#ports = ports;
  }

  /** The broker with its queues and topics. */
  add(settings: MqSettings, metrics: MetricsRecorder): void {
    const { sim, design, requests } = this.#ports;
    const { name } = settings;
    const isEntry = design.entries.some(({ resource }) => resource === name);
    const ledger = new BrokerLedger(requests, isEntry);
    const broker = brokerOf(sim, settings, {
      metrics,
      observer: ledger,
      keyOf: (request) => requests.key(request),
      bytesOf: (request) => requests.bytes(request),
    });
    for (const queue of broker.queues) {
      ledger.addQueue(queue.number, {
        subscription: this.#subscriptionOf(settings, queue.name),
        parks: this.#parks(settings, queue.name),
      });
    }
    this.#wired.set(name, { settings, broker, ledger });
  }

  has(name: string): boolean {
    return this.#wired.has(name);
  }

  /** Whoever publishes to a broker, a traffic or a handler. */
  publisher(from: string, to: string): Callee {
    const { requests, witnessOf } = this.#ports;
    const wired = this.#named(to);
    const { connections, connectionPerKey: perKey, resends } = wired.settings.publish;
    const producer = new MqProducer(
      requests,
      (at, owner) => this.#connect(from, wired, wired.broker.publisher(from, at), at, owner),
      { connections, perKey, resends, witness: witnessOf(from, to) },
    );
    this.#producers.push(producer);
    return producer;
  }

  addConsumer(settings: MqConsumerSettings, { metrics, handsOn, code }: BrokerConsumerPorts): void {
    const { sim, requests, witnessOf } = this.#ports;
    const { name, source } = settings;
    const wired = this.#named(source);
    const queue = wired.broker.queueOf(settings);
    const consumer = new MqConsumer(sim, settings, {
      requests,
      metrics,
      connection: (at, owner) => this.#connect(name, wired, wired.broker.consumer(settings, at), at, owner),
      take: (body) => wired.ledger.take(queue, body),
      atBroker: witnessOf(name, source),
      witness: witnessOf(name, name),
      handsOn,
      code,
    });
    this.#consumers.set(name, consumer);
  }

  connect(paths: (owner: string, calls: readonly CallSettings[]) => CallPath[]): void {
    for (const [name, consumer] of this.#consumers) consumer.connect(paths(name, consumer.settings.handler.calls));
  }

  start(): void {
    for (const consumer of this.#consumers.values()) consumer.start();
    for (const producer of this.#producers) producer.start();
  }

  finish(): SubscriptionOutcome[] {
    return this.#accounts.map(({ topic, to, account }) => ({ topic, to, outcome: account.finish() }));
  }

  /** Begins what a fault does to a broker or to one of its consumers; empty where it strikes none. The returned functions end it. */
  strike(name: string, fault: FaultSettings): (() => void)[] {
    const consumer = this.#consumers.get(name);
    if (consumer !== undefined) return strikeConsumer(consumer, fault);
    const wired = this.#wired.get(name);
    return wired === undefined ? [] : wired.broker.strike(fault);
  }

  #named(name: string): Wired {
    const found = this.#wired.get(name);
    if (found === undefined) throw new Error(`design ${this.#ports.design.name} has no broker ${name}`);
    return found;
  }

  #connect(
    from: string,
    { settings }: Wired,
    driver: BrokerDriver,
    at: number,
    owner: ConnectionOwner,
  ): ClientConnection {
    const { sim, requests, links } = this.#ports;
    const name = `${from}->${settings.name}`;
    return new BrokerConnection(
      sim,
      at,
      {
        requests,
        driver,
        state: links.endpoint(from, settings.name),
        latency: compileVariate(settings.latency),
        delays: sim.keyedStream(`${name}/way`),
        losses: sim.keyedStream(`${name}/lost`),
        reconnect: settings.reconnect,
      },
      owner,
    );
  }

  /** Its number among the subscriptions, where what is published goes to several queues; -1: it doesn't. */
  #subscriptionOf({ name, topics, publish }: MqSettings, queue: string): number {
    const { sim, window, requests } = this.#ports;
    const topic = topics.find((one) => one.name === publish.to);
    if (publish.protocol !== 'mqtt' && topic?.queues.includes(queue) !== true) return -1;
    const account = new DeliveryAccount(sim, window);
    this.#accounts.push({ topic: name, to: queue, account });
    return requests.addSubscription(account);
  }

  #parks({ name, queues }: MqSettings, queue: string): boolean {
    const takesDeadLetters =
      queues.every((one) => one.name !== queue) || queues.some((one) => one.deadLetterQueue === queue);
    const isRead = readersOfBroker(this.#ports.design, name).some(({ broker }) => broker.queue === queue);
    return takesDeadLetters && !isRead;
  }
}

function strikeConsumer(consumer: MqConsumer, fault: FaultSettings): (() => void)[] {
  const ends: (() => void)[] = [];
  if (fault.slow !== null) ends.push(consumer.slowDown(fault.slow));
  if (fault.crash !== null) consumer.crash(fault.crash, fault.forUs ?? consumer.settings.restartDelayUs);
  if (fault.down) consumer.crash(fault.target.kind === 'resource' ? (fault.target.share ?? 1) : 1, fault.forUs);
  return ends;
}
