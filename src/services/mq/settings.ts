/** Settings of a broker of Amazon MQ, as resolved: every default filled in, times in whole microseconds. */
import type { Distribution } from '../../kernel/index.ts';

export type BrokerEngine = 'activemq' | 'rabbitmq';
/** One node; two of which one waits (ActiveMQ); three that share the work (RabbitMQ). */
export type DeploymentMode = 'singleInstance' | 'activeStandbyMultiAz' | 'clusterMultiAz';
export type StorageType = 'ebs' | 'efs';
export type Protocol = 'amqp' | 'openwire' | 'stomp' | 'mqtt';

export interface MqQueueSettings {
  readonly name: string;
  /** `quorum`: kept by a majority of the nodes of a cluster; RabbitMQ only. */
  readonly kind: 'classic' | 'quorum';
  readonly durable: boolean;
  /** Age at which a message is gone, microseconds; null: never. */
  readonly messageTtlUs: number | null;
  readonly maxLength: number | null;
  readonly overflow: 'dropHead' | 'rejectPublish';
  /** Where what is refused, too old, too much or delivered too often goes; null: nowhere. Of ActiveMQ: its own. */
  readonly deadLetterQueue: string | null;
  /** Priorities from 0 to this; null: none. */
  readonly maxPriority: number | null;
  /** Deliveries that failed before a message is given up; null: none. */
  readonly deliveryLimit: number | null;
  /** One consumer at a time, the others wait. */
  readonly exclusiveConsumer: boolean;
}

/** An exchange that gives to every queue bound to it (RabbitMQ), or a virtual topic (ActiveMQ). */
export interface MqTopicSettings {
  readonly name: string;
  readonly queues: readonly string[];
}

/** How traffic publishes. */
export interface MqPublishing {
  readonly protocol: Protocol;
  /** A queue, or a topic. Of MQTT: the topic's first level, the key is the second. */
  readonly to: string;
  readonly persistent: boolean;
  /** Whether the publisher waits for the broker's word: publisher confirms (AMQP), a receipt (STOMP), a synchronous send (OpenWire). */
  readonly confirms: boolean;
  /** Of MQTT. */
  readonly qos: 0 | 1 | 2;
  readonly connections: number;
  /** A connection for each key of the traffic, as devices have. */
  readonly connectionPerKey: boolean;
  /** Whether the client sends again what was not answered when its connection broke. */
  readonly resends: boolean;
  /** From 0 (lowest); null: none given. */
  readonly priority: number | null;
}

/** How clients come back after a broken connection. */
export interface MqReconnect {
  readonly initialDelayUs: number;
  readonly maxDelayUs: number;
  readonly factor: number;
}

/** What a node can do. */
export interface MqNode {
  /** Processor time of a message that comes in, of one that goes out, of an acknowledgement; microseconds, not rounded. */
  readonly publishUs: number;
  readonly deliverUs: number;
  readonly settleUs: number;
  /** Of each KiB of a message that passes. */
  readonly perKibUs: number;
  /** Time of one write to storage, in which all that waits is written. */
  readonly commitUs: number;
  readonly bytesPerSecond: number;
  /** For messages, until whoever publishes is blocked. */
  readonly memoryBytes: number;
  readonly storageBytes: number;
  /** Free space below which whoever publishes is blocked. */
  readonly diskFreeBytes: number;
  /** Connections that are taken; of ActiveMQ of each protocol. */
  readonly connections: number;
  /** From a crash until the node is back. */
  readonly restartUs: number;
  /** From the end of the active node until another has taken over. */
  readonly failoverUs: number;
}

export interface MqSettings {
  readonly type: 'mq';
  readonly name: string;
  readonly engine: BrokerEngine;
  readonly engineVersion: string;
  readonly deploymentMode: DeploymentMode;
  readonly instanceType: string;
  readonly storageType: StorageType;
  readonly queues: readonly MqQueueSettings[];
  readonly topics: readonly MqTopicSettings[];
  readonly publish: MqPublishing;
  readonly reconnect: MqReconnect;
  readonly node: MqNode;
  /** Round trip between a client and the broker. */
  readonly latency: Distribution;
}
