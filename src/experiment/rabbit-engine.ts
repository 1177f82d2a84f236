/** RabbitMQ behind a broker of a scenario: its queues and exchanges, and clients that speak AMQP or MQTT to it. */
import { mqFacts } from '../facts/index.ts';
import { zonesOfMode } from '../scenario/brokers.ts';
import { RabbitBroker, rabbitSettings, StompBroker, stompOverRabbitMq } from '../services/mq/index.ts';
import type { DeliveredMessage } from '../services/mq/broker/ports.ts';
import type { AmqpChannel, QueueArguments } from '../services/mq/amqp/operations.ts';
import type { StompConnection, StompOperations, StompOwner } from '../services/mq/stomp/operations.ts';
import type { MqQueueSettings, MqSettings } from '../services/mq/settings.ts';
import { AmqpDriver, type AmqpDriverPorts } from '../workload/mq/amqp-driver.ts';
import { type BatchConnection, BrokerConnection, type ClientConnection } from '../workload/mq/connection.ts';
import type { StompDriverPorts } from '../workload/mq/stomp-driver.ts';
import type { MqConsumerSettings } from '../workload/settings.ts';
import { type Broker, type ClientEnd, type EnginePorts, stompConnection } from './broker-engines.ts';
import { rabbitMqtt } from '../services/mq/mqtt/index.ts';
import { MqttSide } from './mqtt-side.ts';
import type { AmqpChannelOwner } from '../services/mq/amqp/operations.ts';

const KIB = 1024;
const nothing = (): void => {};
const NOBODY = { onClosed: nothing, onBlocked: nothing, onUnblocked: nothing };
const NOBODY_ON_CHANNEL: AmqpChannelOwner = {
  onDeliver: nothing,
  onGet: nothing,
  onConfirm: nothing,
  onReturn: nothing,
  onCommitted: nothing,
  onClosed: nothing,
  onCancel: nothing,
};
/** Between the restarts of maintenance: until the node before has caught up (assumed). */
const MAINTENANCE_US = 30_000_000;

export class RabbitEngine implements Broker {
  readonly zones: readonly string[];
  readonly #ports: EnginePorts;
  readonly #broker: RabbitBroker;
  readonly #stomp: StompOperations;
  #mqtt: MqttSide | null = null;

  constructor(ports: EnginePorts) {
    const { sim, settings, requests, metrics, observerOf } = ports;
    this.#ports = ports;
    this.zones = zonesOfMode(settings.deploymentMode);
    this.#broker = new RabbitBroker(sim, nodeSettings(settings), {
      metrics,
      holds: requests,
      observer: observerOf((number) => this.#queueName(number)),
    });
    this.#stomp = new StompBroker(sim, stompOverRabbitMq(this.#broker));
  }

  publisher(end: ClientEnd): ClientConnection {
    const { settings } = this.#ports;
    const { protocol, to, persistent, confirms, priority } = settings.publish;
    if (protocol === 'mqtt') return this.#mqttSide().publisher(end);
    const isTopic = settings.topics.some(({ name }) => name === to);
    if (protocol === 'stomp') {
      const destination = isTopic ? `/exchange/${to}` : `/amq/queue/${to}`;
      return this.#stompConnection(end, {
        publishing: { destination, persistent, confirms, priority: priority ?? -1 },
        consuming: null,
      });
    }
    return this.#connection(end, {
      publishing: {
        exchange: isTopic ? to : '',
        routingKey: isTopic ? '' : to,
        persistent,
        confirms,
        priority: priority ?? -1,
      },
      consuming: null,
    });
  }

  consumer({ name, broker: reading }: MqConsumerSettings, end: ClientEnd): ClientConnection {
    const { protocol, queue, prefetch, acknowledge, onFailure } = reading;
    if (protocol === 'mqtt') return this.#mqttSide().consumer(name, reading, end);
    if (protocol === 'stomp') {
      const consuming = {
        destination: `/amq/queue/${queue}`,
        prefetch,
        acknowledge,
        requeues: onFailure === 'requeue',
      };
      return this.#stompConnection(end, { publishing: null, consuming });
    }
    return this.#connection(end, {
      publishing: null,
      consuming: { queue, prefetch, acknowledge, requeues: onFailure === 'requeue' },
    });
  }

  mapping(queue: string, batchSize: number, end: ClientEnd): BatchConnection {
    return this.#connection(end, {
      publishing: null,
      consuming: { queue, prefetch: batchSize, acknowledge: 'individual', requeues: true },
    });
  }

  kill(node: number): void {
    this.#broker.kill(node);
    if (node === 0) this.#mqtt?.kill();
  }

  start(node: number): void {
    this.#broker.start(node);
  }

  maintain(): void {
    this.#broker.maintain(MAINTENANCE_US);
    this.#mqtt?.kill();
  }

  contents(found: (queue: string, message: DeliveredMessage) => void): void {
    for (const [name, { messages }] of this.#broker.vhost.queues) messages.contents((message) => found(name, message));
  }

  #connection(
    { at, network, owner }: ClientEnd,
    what: Pick<AmqpDriverPorts, 'publishing' | 'consuming'>,
  ): BatchConnection {
    const { sim, requests } = this.#ports;
    const driver = new AmqpDriver({
      requests,
      connect: (connectionOwner) => this.#broker.connect(connectionOwner),
      declare: (channel) => this.#declare(channel),
      ...what,
    });
    return new BrokerConnection(sim, at, { ...network, requests, driver }, owner);
  }

  #stompConnection(end: ClientEnd, what: Pick<StompDriverPorts, 'publishing' | 'consuming'>): ClientConnection {
    const connect = (owner: StompOwner): StompConnection | null =>
      this.#declareAll() ? this.#stomp.connect(owner) : null;
    return stompConnection(this.#ports, end, { connect, ...what });
  }

  /** STOMP has no words for it: somebody else has declared what its clients rely on, over AMQP. */
  #declareAll(): boolean {
    const connection = this.#broker.connect(NOBODY);
    const channel = connection?.openChannel(NOBODY_ON_CHANNEL) ?? null;
    const declared = channel !== null && this.#declare(channel);
    connection?.cut();
    return declared;
  }

  /** As applications do, whenever they connect: what is there already stays as it is. */
  #declare(channel: AmqpChannel): boolean {
    const { queues, topics } = this.#ports.settings;
    const declared = queues.every((queue) => {
      const { name, durable } = queue;
      return channel.queueDeclare({ queue: name, durable, arguments: argumentsOf(queue) }) !== null;
    });
    return (
      declared &&
      topics.every(({ name, queues: bound }) => {
        const isThere = channel.exchangeDeclare({ exchange: name, type: 'fanout', durable: true });
        return isThere && bound.every((queue) => channel.queueBind(queue, name, ''));
      })
    );
  }

  #queueName(number: number): string {
    for (const [name, queue] of this.#broker.vhost.queues) if (queue.number === number) return name;
    return '';
  }

  #mqttSide(): MqttSide {
    const node = this.#broker.nodes[0];
    this.#mqtt ??= new MqttSide(this.#ports, rabbitMqtt, {
      processor: node?.processor ?? null,
      disk: node?.disk ?? null,
      isServing: () => this.#broker.isServing(0),
    });
    return this.#mqtt;
  }
}

function nodeSettings({ name, engineVersion, deploymentMode, node }: MqSettings): ReturnType<typeof rabbitSettings> {
  return rabbitSettings({
    name,
    version: engineVersion.startsWith('4') ? '4' : '3.13',
    deploymentMode: deploymentMode === 'clusterMultiAz' ? 'clusterMultiAz' : 'singleInstance',
    costs: {
      publishUs: node.publishUs,
      publishUsPerByte: node.perKibUs / KIB,
      deliverUs: node.deliverUs,
      deliverUsPerByte: node.perKibUs / KIB,
      ackUs: node.settleUs,
    },
    diskLatencyUs: node.commitUs,
    diskBytesPerSecond: node.bytesPerSecond,
    memoryLimitBytes: node.memoryBytes,
    messageOverheadBytes: mqFacts.messageOverheadClassic.value,
    diskBytes: node.storageBytes,
    diskFreeLimitBytes: node.diskFreeBytes,
    replicationUs: 2 * mqFacts.networkAcrossZonesUs.value,
    electionUs: node.failoverUs,
    maxConnections: node.connections,
    flowCredit: mqFacts.creditFlowInitial.value,
    consumerTimeoutUs: mqFacts.consumerTimeoutMs.value * 1000,
  });
}

function argumentsOf(queue: MqQueueSettings): QueueArguments {
  const { kind, messageTtlUs, maxLength, overflow, deadLetterQueue, maxPriority, deliveryLimit } = queue;
  return {
    'x-queue-type': kind,
    ...(messageTtlUs === null ? {} : { 'x-message-ttl': messageTtlUs / 1000 }),
    ...(maxLength === null
      ? {}
      : { 'x-max-length': maxLength, 'x-overflow': overflow === 'dropHead' ? 'drop-head' : 'reject-publish' }),
    ...(deadLetterQueue === null ? {} : { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': deadLetterQueue }),
    ...(maxPriority === null ? {} : { 'x-max-priority': maxPriority }),
    ...(deliveryLimit === null ? {} : { 'x-delivery-limit': deliveryLimit }),
    ...(queue.exclusiveConsumer ? { 'x-single-active-consumer': true } : {}),
  };
}
