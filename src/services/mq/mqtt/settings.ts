/**
 * What a broker that speaks MQTT 3.1.1 may decide for itself, as data; how three of them decide. Amazon MQ offers MQTT on its ActiveMQ brokers (port 8883); on its RabbitMQ
 * brokers it is unconfirmed. Sources and what is assumed: docs/models/mqtt.md.
 */
import { mqFacts } from '../../../facts/index.ts';
import type { Qos } from './operations.ts';

export interface MqttSettings {
  /** What is published or wanted above it is taken as this. */
  readonly maxQos: Qos;
  /** QoS 2: when a publish is handed on. `onPublish`: at once (its packet id is kept); `onRelease`: kept, and handed on at PUBREL. */
  readonly qos2Forward: 'onPublish' | 'onRelease';
  /** QoS 2: who remembers the packet ids that came in. Of a `connection` they are forgotten when the line is cut: a publish that is sent again is then a second one. */
  readonly receivedIds: 'session' | 'connection';
  /** Messages published with QoS 0 for a persistent session whose client is away, where it subscribed with more. */
  readonly offlineQos0: 'dropped' | 'kept';
  /**
   * A message that several subscriptions of a session match comes once, with the highest QoS of them (`oneCopy`, as the specification has it); once, with that of the first
   * that is found, level by level the name itself before `+` before `#` (`firstCopy`); once for each (`copyEach`); or once for each QoS among them (`copyPerQos`), where a
   * filter that is subscribed to again with another QoS is in force with both.
   */
  readonly overlapping: 'oneCopy' | 'firstCopy' | 'copyEach' | 'copyPerQos';
  /** A subscription with QoS 0 of a persistent session: its own, or its connection's, and gone with that. */
  readonly qos0Subscriptions: 'session' | 'connection';
  /** What is retained is found by filters, or by the name of a topic only. */
  readonly retainedBy: 'filter' | 'name';
  /** Another connection takes over the client id: whether the will of the first is sent. */
  readonly willAtTakeover: 'always' | 'whenSessionEnds' | 'never';
  /** `disk`: a publish with QoS 1 or 2 is stored before it is handed on and acknowledged; it survives a kill, as do persistent sessions and what is retained. `none`: nothing survives. */
  readonly storage: 'none' | 'disk';
  /** Most messages with QoS 1 and 2 under way to a client, until PUBACK or PUBCOMP; 0: as many as there are packet ids, 65,535. */
  readonly maxInflight: number;
  /** Most messages that wait for a client, away or slow, beside those under way; what comes then is dropped. 0: no limit. */
  readonly maxQueued: number;
  /** A persistent session whose client has been away for so long is dropped; 0: never. Seconds. */
  readonly sessionExpiryS: number;
}

/** Mosquitto 2.0 as it comes: no persistence. The reference of our stories. */
export const mosquitto: MqttSettings = {
  maxQos: 2,
  qos2Forward: 'onRelease',
  receivedIds: 'session',
  offlineQos0: 'dropped',
  overlapping: 'firstCopy',
  qos0Subscriptions: 'session',
  retainedBy: 'filter',
  willAtTakeover: 'whenSessionEnds',
  storage: 'none',
  maxInflight: mqFacts.mosquittoInflight.value,
  maxQueued: mqFacts.mosquittoQueued.value,
  sessionExpiryS: 0,
};

/** RabbitMQ 3.10's plugin. */
export const rabbitMqtt: MqttSettings = {
  maxQos: 1,
  qos2Forward: 'onPublish',
  receivedIds: 'session',
  offlineQos0: 'kept',
  overlapping: 'copyPerQos',
  qos0Subscriptions: 'connection',
  retainedBy: 'name',
  willAtTakeover: 'never',
  storage: 'disk',
  maxInflight: mqFacts.mqttPrefetch.value,
  maxQueued: 0,
  sessionExpiryS: mqFacts.mqttSessionExpirySeconds.value,
};

/** ActiveMQ Classic's transport connector. */
export const activeMqtt: MqttSettings = {
  maxQos: 2,
  qos2Forward: 'onPublish',
  receivedIds: 'connection',
  offlineQos0: 'dropped',
  overlapping: 'copyEach',
  qos0Subscriptions: 'session',
  retainedBy: 'filter',
  willAtTakeover: 'always',
  storage: 'disk',
  maxInflight: mqFacts.activemqMqttPrefetch.value,
  maxQueued: 0,
  sessionExpiryS: 0,
};
