/** The part of a broker that speaks MQTT: topics and sessions of its own beside the engine's queues, on the processor and the disk of its node. */
import { type MqttPorts, MqttBroker, type MqttSettings } from '../services/mq/mqtt/index.ts';
import type { BrokerReading } from '../workload/settings.ts';
import type { ClientConnection } from '../workload/mq/connection.ts';
import { MqttClientConnection } from '../workload/mq/mqtt-connection.ts';
import type { ClientEnd, EnginePorts } from './broker-engines.ts';

export class MqttSide {
  readonly broker: MqttBroker;
  readonly #ports: EnginePorts;
  readonly #maxInflight: number;
  /** Consumers by the client ids of their sessions. */
  readonly #consumers = new Map<string, string>();

  constructor(
    ports: EnginePorts,
    settings: MqttSettings,
    processor: MqttPorts['processor'] | null,
    disk: MqttPorts['disk'] | null,
  ) {
    const { sim, requests, observerOf } = ports;
    const { publishUs, deliverUs, settleUs } = ports.settings.node;
    this.#ports = ports;
    this.#maxInflight = settings.maxInflight;
    this.broker = new MqttBroker(sim, settings, {
      observer: observerOf((session) => this.#consumerOf(session)),
      holds: requests,
      processor: processor ?? null,
      costs: { publishUs, deliveryUs: deliverUs, otherUs: settleUs },
      disk: disk ?? null,
    });
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
        connect: (mqttOwner) => this.broker.connect(mqttOwner),
        topicOf,
        filter,
      },
      owner,
    );
  }

  #consumerOf(session: number): string {
    return this.#consumers.get(this.broker.clientIdOf(session)) ?? '';
  }
}

function clientIdOf({ client, at }: ClientEnd): string {
  return `${client}-${at}`;
}
