/** What the world needs of a broker, whatever its engine and its protocols. */
import type { Simulation } from '../kernel/index.ts';
import type { DeliveredMessage } from '../services/mq/broker/ports.ts';
import type { BrokerObserver } from '../services/mq/index.ts';
import type { MqSettings } from '../services/mq/settings.ts';
import type { Metrics, Requests } from '../services/ports.ts';
import {
  type BatchConnection,
  BrokerConnection,
  type ClientConnection,
  type ConnectionOwner,
} from '../workload/mq/connection.ts';
import { StompDriver, type StompDriverPorts } from '../workload/mq/stomp-driver.ts';
import type { NetworkPorts } from '../workload/mq/transport.ts';
import type { MqConsumerSettings } from '../workload/settings.ts';

/** Where a client's connection begins. */
export interface ClientEnd {
  /** Who it is of, and which of its connections. */
  readonly client: string;
  readonly at: number;
  readonly network: NetworkPorts;
  readonly owner: ConnectionOwner;
}

export interface Broker {
  /** Zones of its nodes, by their numbers. */
  readonly zones: readonly string[];
  publisher(end: ClientEnd): ClientConnection;
  consumer(settings: MqConsumerSettings, end: ClientEnd): ClientConnection;
  /** Of an event source mapping, which takes batches of so many from a queue. */
  mapping(queue: string, batchSize: number, end: ClientEnd): BatchConnection;
  /** The node dies, with what it had in memory. */
  kill(node: number): void;
  /** It is there again. */
  start(node: number): void;
  /** All nodes, one after the other, in good order. */
  maintain(): void;
  /** The final read: all that is in its queues. */
  contents(found: (queue: string, message: DeliveredMessage) => void): void;
}

export interface EnginePorts {
  readonly sim: Simulation;
  readonly settings: MqSettings;
  readonly requests: Requests;
  readonly metrics: Metrics;
  /** Takes down what becomes of messages. `nameOf`: the queue (of MQTT: the consumer) behind a number. */
  readonly observerOf: (nameOf: (queue: number) => string) => BrokerObserver;
}

/** A client that speaks STOMP, whatever the engine. */
export function stompConnection(
  { sim, requests }: Pick<EnginePorts, 'sim' | 'requests'>,
  { at, network, owner }: ClientEnd,
  ports: Omit<StompDriverPorts, 'requests'>,
): ClientConnection {
  const driver = new StompDriver({ requests, ...ports });
  return new BrokerConnection(sim, at, { ...network, requests, driver }, owner);
}
