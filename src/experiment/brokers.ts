/**
 * The brokers of Amazon MQ of a design: who publishes to them, who reads them, whose requests their messages are, and what strikes them.
 *
 *   MqProducer ─▶ connection ─▶ driver ─▶ broker ─▶ driver ─▶ connection ─▶ MqConsumer
 *                                            └─▶ ledger: requests, or a delivery for each queue of a topic
 */
import type { CallPath, CallSettings } from '../calls/index.ts';
import { mqFacts } from '../facts/index.ts';
import { DeliveryAccount, type MetricsRecorder, type Window } from '../history/index.ts';
import { compileVariate, type Simulation } from '../kernel/index.ts';
import { queueNumber, queuesRead, readersOfBroker } from '../scenario/brokers.ts';
import type { ResolvedDesign } from '../scenario/resolved.ts';
import type { MqSettings } from '../services/mq/settings.ts';
import type { Callee, HandlerRunner, Metrics, Witness } from '../services/ports.ts';
import type { BrokerMappingPorts } from '../workload/lambda-broker-mapping.ts';
import type { ClientConnection, ConnectionOwner } from '../workload/mq/connection.ts';
import { MqConsumer } from '../workload/mq/consumer.ts';
import { BrokerLedger } from '../workload/mq/ledger.ts';
import { MqProducer } from '../workload/mq/producer.ts';
import type { RequestTable } from '../workload/requests.ts';
import type { FaultSettings, MqConsumerSettings } from '../workload/settings.ts';
import { ActiveEngine } from './active-engine.ts';
import type { Broker, ClientEnd, EnginePorts } from './broker-engines.ts';
import { RabbitEngine } from './rabbit-engine.ts';
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
  /** Of each queue, or consumer of MQTT, that has deliveries of its own: the number of its subscription. */
  readonly subscriptions: ReadonlyMap<string, number>;
  readonly connections: ClientConnection[];
}

export interface BrokerConsumerPorts {
  readonly metrics: Metrics;
  readonly handsOn: boolean;
  readonly code: HandlerRunner | null;
}

export type BrokerReader = Pick<
  BrokerMappingPorts,
  'connection' | 'take' | 'queue' | 'consumers' | 'stepUs' | 'refuseUs'
>;

const NO_SUBSCRIPTION = -1;

export class Brokers {
  readonly #ports: BrokersPorts;
  readonly #wired = new Map<string, Wired>();
  readonly #producers: MqProducer[] = [];
  readonly #consumers = new Map<string, MqConsumer>();
  readonly #accounts: { readonly topic: string; readonly to: string; readonly account: DeliveryAccount }[] = [];

  constructor(ports: BrokersPorts) {
    this.#ports = ports;
  }

  /** The broker; its clients declare their queues and topics. */
  add(settings: MqSettings, metrics: MetricsRecorder): void {
    const { sim, design, requests } = this.#ports;
    const { name } = settings;
    const isEntry = design.entries.some(({ resource }) => resource === name);
    const subscriptions = this.#subscriptionsOf(settings);
    let ledger: BrokerLedger | null = null;
    const ledgerOf = (nameOf: (queue: number) => string): BrokerLedger => {
      const made = new BrokerLedger(requests, isEntry, (number) => {
        const queue = nameOf(number);
        return { subscription: subscriptions.get(queue) ?? NO_SUBSCRIPTION, parks: this.#parks(settings, queue) };
      });
      ledger ??= made;
      return made;
    };
    const broker = engineOf({ sim, settings, requests, metrics, observerOf: ledgerOf });
    this.#wired.set(name, {
      settings,
      broker,
      ledger: ledger ?? ledgerOf(() => ''),
      subscriptions,
      connections: [],
    });
  }

  has(name: string): boolean {
    return this.#wired.has(name);
  }

  /** Whoever publishes to a broker, a traffic or a handler. */
  publisher(client: string, to: string): Callee {
    const { requests, witnessOf } = this.#ports;
    const wired = this.#named(to);
    const { connections, connectionPerKey: perKey, resends } = wired.settings.publish;
    const producer = new MqProducer(
      requests,
      (at, owner) => noted(wired, wired.broker.publisher(this.#end(wired, client, at, owner))),
      { connections, perKey, resends, witness: witnessOf(client, to) },
    );
    this.#producers.push(producer);
    return producer;
  }

  addConsumer(settings: MqConsumerSettings, { metrics, handsOn, code }: BrokerConsumerPorts): void {
    const { sim, requests, witnessOf } = this.#ports;
    const { name, source, broker: reading } = settings;
    const { design } = this.#ports;
    const wired = this.#named(source);
    const { ledger, broker, subscriptions } = wired;
    const subscription = subscriptions.get(reading.protocol === 'mqtt' ? name : reading.queue) ?? NO_SUBSCRIPTION;
    const consumer = new MqConsumer(sim, settings, {
      requests,
      metrics,
      connection: (at, owner) => noted(wired, broker.consumer(settings, this.#end(wired, name, at, owner))),
      take: (body) => ledger.take(subscription, body),
      queue: queueNumber(design, wired.settings, reading.protocol === 'mqtt' ? name : reading.queue),
      atBroker: witnessOf(name, source),
      witness: witnessOf(name, name),
      handsOn,
      code,
    });
    this.#consumers.set(name, consumer);
  }

  /** How a function's mapping reads a queue of a broker. */
  readerFor(name: string, source: string, queue: string, batchSize: number): BrokerReader {
    const wired = this.#named(source);
    const { ledger, broker, subscriptions, settings } = wired;
    const subscription = subscriptions.get(queue) ?? NO_SUBSCRIPTION;
    const isRabbit = settings.engine === 'rabbitmq';
    return {
      connection: (at, owner) => noted(wired, broker.mapping(queue, batchSize, this.#end(wired, name, at, owner))),
      take: (body) => ledger.take(subscription, body),
      queue: queueNumber(this.#ports.design, settings, queue),
      consumers: (isRabbit ? mqFacts.lambdaConsumersRabbitmq : mqFacts.lambdaConsumersActivemq).value,
      stepUs: mqFacts.lambdaConsumerStepUs.value,
      // A client of ActiveMQ waits before its redelivery, as its policy says.
      refuseUs: isRabbit ? mqFacts.lambdaRequeueUs.value : 0,
    };
  }

  connect(paths: (owner: string, calls: readonly CallSettings[]) => CallPath[]): void {
    for (const [name, consumer] of this.#consumers) consumer.connect(paths(name, consumer.settings.handler.calls));
  }

  start(): void {
    for (const consumer of this.#consumers.values()) consumer.start();
    for (const producer of this.#producers) producer.start();
  }

  get names(): readonly string[] {
    return [...this.#wired.keys()];
  }

  /** All that is left in their queues. `number`: of the queue. */
  contents(found: (broker: string, body: number, id: number, receives: number, number: number) => void): void {
    const { design } = this.#ports;
    for (const [name, { broker, settings }] of this.#wired)
      broker.contents((queue, { body, id, deliveries }) =>
        found(name, body, id, deliveries + 1, queueNumber(design, settings, queue)),
      );
  }

  finish(): SubscriptionOutcome[] {
    return this.#accounts.map(({ topic, to, account }) => ({ topic, to, outcome: account.finish() }));
  }

  /** Begins what a fault does to a broker or to one of its consumers; empty where it strikes none. The returned functions end it. */
  strike(name: string, fault: FaultSettings): (() => void)[] {
    const consumer = this.#consumers.get(name);
    if (consumer !== undefined) return strikeConsumer(consumer, fault);
    const wired = this.#wired.get(name);
    if (wired === undefined) return [];
    const { broker, connections } = wired;
    if (fault.maintenance === true) broker.maintain();
    if (fault.disconnect !== undefined)
      for (const connection of connections.slice(0, Math.round(fault.disconnect * connections.length)))
        connection.breakLine();
    return this.#strikeNodes(wired, fault);
  }

  #strikeNodes({ broker, settings }: Wired, fault: FaultSettings): (() => void)[] {
    if (!fault.down && fault.crash === null) return [];
    const zone = fault.target.kind === 'resource' ? fault.target.zone : null;
    const nodes = broker.zones.flatMap((one, node) => (zone === null || one === zone ? [node] : []));
    const struck = nodes.slice(0, fault.crash === null ? nodes.length : Math.round(fault.crash * nodes.length));
    const { restartUs } = settings.node;
    const restart = (): void => {
      for (const node of struck) broker.start(node);
    };
    for (const node of struck) broker.kill(node);
    const { sim } = this.#ports;
    if (fault.down) return [() => void sim.schedule(restartUs, restart, undefined)];
    sim.schedule(fault.forUs ?? restartUs, restart, undefined);
    return [];
  }

  #named(name: string): Wired {
    const found = this.#wired.get(name);
    if (found === undefined) throw new Error(`design ${this.#ports.design.name} has no broker ${name}`);
    return found;
  }

  #end({ settings }: Wired, client: string, at: number, owner: ConnectionOwner): ClientEnd {
    const { sim, links } = this.#ports;
    const way = `${client}->${settings.name}`;
    return {
      client,
      at,
      owner,
      network: {
        state: links.endpoint(client, settings.name),
        latency: compileVariate(settings.latency),
        delays: sim.keyedStream(`${way}/way`),
        losses: sim.keyedStream(`${way}/lost`),
        reconnect: settings.reconnect,
      },
    };
  }

  /** Where what is published goes to several readers, each has deliveries of its own. */
  #subscriptionsOf({ name, topics, publish }: MqSettings): Map<string, number> {
    const { sim, window, requests, design } = this.#ports;
    const readers = readersOfBroker(design, name).flatMap((one) => (one.broker.protocol === 'mqtt' ? [one.name] : []));
    const targets =
      publish.protocol === 'mqtt' ? readers : (topics.find((one) => one.name === publish.to)?.queues ?? []);
    return new Map(
      targets.map((to) => {
        const account = new DeliveryAccount(sim, window);
        this.#accounts.push({ topic: name, to, account });
        return [to, requests.addSubscription(account)];
      }),
    );
  }

  /** Whether it takes dead letters that nobody reads. */
  #parks({ name, queues }: MqSettings, queue: string): boolean {
    const isOwn = queues.some((one) => one.name === queue);
    const takesDeadLetters = queues.some((one) => one.deadLetterQueue === queue) || (!isOwn && queue.endsWith('DLQ'));
    return takesDeadLetters && !queuesRead(this.#ports.design, name).includes(queue);
  }
}

function noted<C extends ClientConnection>({ connections }: Wired, connection: C): C {
  connections.push(connection);
  return connection;
}

function engineOf(ports: EnginePorts): Broker {
  return ports.settings.engine === 'rabbitmq' ? new RabbitEngine(ports) : new ActiveEngine(ports);
}

function strikeConsumer(consumer: MqConsumer, fault: FaultSettings): (() => void)[] {
  const ends: (() => void)[] = [];
  if (fault.slow !== null) ends.push(consumer.slowDown(fault.slow));
  if (fault.crash !== null) consumer.crash(fault.crash, fault.forUs ?? consumer.settings.restartDelayUs);
  if (fault.down) consumer.crash(fault.target.kind === 'resource' ? (fault.target.share ?? 1) : 1, fault.forUs);
  return ends;
}
