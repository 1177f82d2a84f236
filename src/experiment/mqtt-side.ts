/** The part of a broker that speaks MQTT: topics and sessions of its own beside the engine's queues, on the processor and the disk of its node. */
import {
  MqttBroker,
  type MqttConnection,
  type MqttOwner,
  type MqttPorts,
  type MqttSettings,
} from '../services/mq/mqtt/index.ts';
import type { BrokerReading } from '../workload/settings.ts';
import type { ClientConnection } from '../workload/mq/connection.ts';
import { MqttClientConnection } from '../workload/mq/mqtt-connection.ts';
import type { ClientEnd, EnginePorts } from './broker-engines.ts';

/** The node that it is on. */
export interface MqttNode {
  readonly processor: MqttPorts['processor'] | null;
  readonly disk: MqttPorts['disk'] | null;
  /** Whether it answers. */
  readonly isServing: () => boolean;
}

export class MqttSide {
  readonly #broker: MqttBroker;
  readonly #node: MqttNode;
  readonly #ports: EnginePorts;
  readonly #maxInflight: number;
  /** Consumers by the client ids of their sessions. */
  readonly #consumers = new Map<string, string>();

  constructor(ports: EnginePorts, settings: MqttSettings, node: MqttNode) {
    const { sim, requests, observerOf } = ports;
    const { publishUs, deliverUs, settleUs } = ports.settings.node;
    this.#ports = ports;
    this.#maxInflight = settings.maxInflight;
    this.#node = node;
    this.#broker = new MqttBroker(sim, settings, {
      observer: observerOf((session) => this.#consumerOf(session)),
      holds: requests,
      processor: node.processor ?? null,
      costs: { publishUs, deliveryUs: deliverUs, otherUs: settleUs },
      disk: node.disk ?? null,
    });
  }

  /** Its node died: it is there again with what was stored as soon as a node serves. */
  kill(): void {
    this.#broker.kill();
  }

  publisher(end: ClientEnd): ClientConnection {
    const { requests, settings } = this.#ports;
    const { to, qos } = settings.publish;
    return this.#connection(end, qos, null, (request) => `${to}/${Math.max(0, requests.key(request))}`);
  }

  consumer(name: string, { queue, qos }: BrokerReading, end: ClientEnd): ClientConnection {
    this.#consumers.set(clientIdOf(end), name);
    return this.#connection(end, qos, `${queue}/#`, () => queue);
  }

  #connection(
    end: ClientEnd,
    qos: 0 | 1 | 2,
    filter: string | null,
    topicOf: (request: number) => string,
  ): ClientConnection {
    const { sim, requests } = this.#ports;
    const { at, network, owner } = end;
    return new MqttClientConnection(
      sim,
      at,
      {
        ...network,
        requests,
        clientId: clientIdOf(end),
        qos,
        maxInflight: this.#maxInflight,
        connect: (mqttOwner) => this.#connect(mqttOwner),
        topicOf,
        filter,
      },
      owner,
    );
  }

  #connect(owner: MqttOwner): MqttConnection | null {
    if (!this.#node.isServing()) return null;
    this.#broker.restart();
    return this.#broker.connect(owner);
  }

  #consumerOf(session: number): string {
    return this.#consumers.get(this.#broker.clientIdOf(session)) ?? '';
  }
}

function clientIdOf({ client, at }: ClientEnd): string {
  return `${client}-${at}`;
}
