/** ActiveMQ behind a broker of a scenario: its queues, and clients that speak OpenWire, STOMP or MQTT to it. */
import { mqFacts } from '../facts/index.ts';
import { zonesOfMode } from '../scenario/brokers.ts';
import { ActiveMqBroker, type ActiveMqSettings, stompOverActiveMq, StompBroker } from '../services/mq/index.ts';
import { activeMqtt } from '../services/mq/mqtt/index.ts';
import type { DeliveredMessage } from '../services/mq/broker/ports.ts';
import type { StompConnection, StompOperations, StompOwner } from '../services/mq/stomp/operations.ts';
import type { MqSettings } from '../services/mq/settings.ts';
import type { BatchConnection, ClientConnection } from '../workload/mq/connection.ts';
import { JmsClientConnection, type JmsConnectionPorts } from '../workload/mq/jms-connection.ts';
import type { StompDriverPorts } from '../workload/mq/stomp-driver.ts';
import type { MqConsumerSettings } from '../workload/settings.ts';
import { type Broker, type ClientEnd, type EnginePorts, stompConnection } from './broker-engines.ts';
import { MqttSide } from './mqtt-side.ts';

export class ActiveEngine implements Broker {
  readonly zones: readonly string[];
  readonly #ports: EnginePorts;
  readonly #broker: ActiveMqBroker;
  readonly #stomp: StompOperations;
  #mqtt: MqttSide | null = null;

  constructor(ports: EnginePorts) {
    const { sim, settings, requests, observerOf } = ports;
    this.#ports = ports;
    this.zones = zonesOfMode(settings.deploymentMode);
    this.#broker = new ActiveMqBroker(sim, brokerSettings(settings), {
      metrics: ports.metrics,
      holds: requests,
      observer: observerOf((number) => this.#queueName(number)),
    });
    this.#stomp = new StompBroker(sim, stompOverActiveMq(this.#broker));
  }

  publisher(end: ClientEnd): ClientConnection {
    const { protocol, to, persistent, confirms, priority } = this.#ports.settings.publish;
    if (protocol === 'mqtt') return this.#mqttSide().publisher(end);
    const same = { persistent, confirms, priority: priority ?? -1 };
    if (protocol === 'stomp')
      return this.#stompConnection(end, {
        publishing: { ...same, destination: this.#targets(to, '/queue/') },
        consuming: null,
      });
    return this.#jmsConnection(end, {
      publishing: { ...same, destination: this.#targets(to, 'queue://') },
      consuming: null,
    });
  }

  consumer(settings: MqConsumerSettings, end: ClientEnd): ClientConnection {
    const { name, broker: reading, concurrency } = settings;
    const { protocol, queue, prefetch, acknowledge, onFailure } = reading;
    if (protocol === 'mqtt') return this.#mqttSide().consumer(name, reading, end);
    if (protocol === 'stomp')
      return this.#stompConnection(end, {
        publishing: null,
        consuming: { destination: `/queue/${queue}`, prefetch, acknowledge, requeues: onFailure === 'requeue' },
      });
    const isExclusive = this.#ports.settings.queues.some((one) => one.name === queue && one.exclusiveConsumer);
    return this.#jmsConnection(end, {
      publishing: null,
      consuming: {
        info: { destination: `queue://${queue}`, prefetch, isExclusive },
        mode: acknowledge === 'client' ? 'CLIENT' : 'AUTO',
        sessions: concurrency,
      },
    });
  }

  mapping(queue: string, batchSize: number, end: ClientEnd): BatchConnection {
    return this.#jmsConnection(end, {
      publishing: null,
      consuming: {
        info: { destination: `queue://${queue}`, prefetch: batchSize },
        mode: 'INDIVIDUAL',
        sessions: 1,
        takes: batchSize,
      },
    });
  }

  kill(node: number): void {
    const wasActive = this.#broker.active === node;
    this.#broker.kill(node);
    if (wasActive) this.#mqtt?.kill();
  }

  start(node: number): void {
    this.#broker.restart(node);
  }

  maintain(): void {
    this.#broker.reboot();
    this.#mqtt?.kill();
  }

  contents(found: (queue: string, message: DeliveredMessage) => void): void {
    for (const { queue } of this.#broker.engine.destinations.all)
      queue.contents((message) => found(this.#queueName(queue.number), message));
  }

  /** A topic is a copy for each of its queues. */
  #targets(to: string, prefix: string): string {
    const topic = this.#ports.settings.topics.find(({ name }) => name === to);
    return (topic?.queues ?? [to]).map((queue) => `${prefix}${queue}`).join(',');
  }

  #jmsConnection(
    { client, at, network, owner }: ClientEnd,
    what: Pick<JmsConnectionPorts, 'publishing' | 'consuming'>,
  ): BatchConnection {
    const { sim, requests } = this.#ports;
    const ports = {
      ...network,
      requests,
      name: client,
      connect: (openWireOwner: Parameters<ActiveMqBroker['connect']>[0]) =>
        this.#broker.connect(openWireOwner, Math.max(0, this.#broker.active)),
      ...what,
    };
    return new JmsClientConnection(sim, at, ports, owner);
  }

  #stompConnection(end: ClientEnd, what: Pick<StompDriverPorts, 'publishing' | 'consuming'>): ClientConnection {
    const connect = (owner: StompOwner): StompConnection | null =>
      this.#stomp.connect(owner, Math.max(0, this.#broker.active));
    return stompConnection(this.#ports, end, { connect, ...what });
  }

  #queueName(number: number): string {
    const name = this.#broker.destinations.find((one) => one.number === number)?.name ?? '';
    return name.slice(name.indexOf('://') + 3);
  }

  #mqttSide(): MqttSide {
    const { processor, disk } = this.#broker.engine;
    const isServing = (): boolean => this.#broker.active >= 0;
    this.#mqtt ??= new MqttSide(this.#ports, activeMqtt, { processor, disk, isServing });
    return this.#mqtt;
  }
}

function brokerSettings({ deploymentMode, node }: MqSettings): ActiveMqSettings {
  return {
    deployment: deploymentMode === 'activeStandbyMultiAz' ? 'activeStandbyMultiAz' : 'singleInstance',
    costs: {
      commandUs: node.publishUs,
      dispatchUs: node.deliverUs,
      perKibUs: node.perKibUs,
      diskLatencyUs: node.commitUs,
      diskBytesPerSecond: node.bytesPerSecond,
    },
    limits: { storeBytes: node.storageBytes, transientBytes: node.memoryBytes, connections: node.connections },
    lockFreeUs: Math.max(0, node.failoverUs - mqFacts.standbyStartUs.value),
    rebootUs: mqFacts.rebootFailoverUs.value,
    loadUs: Math.min(node.failoverUs, mqFacts.standbyStartUs.value),
  };
}
