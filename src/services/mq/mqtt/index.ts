/** The door of MQTT: a broker as the library has it, and how three of them decide what the specification leaves open. */
export { MqttBroker, type MqttCounts, type MqttPorts } from './broker.ts';
export type { MqttCosts } from './door.ts';
export type { BodyHolds } from './message-table.ts';
export * from './operations.ts';
export { activeMqtt, type MqttSettings, mosquitto, rabbitMqtt } from './settings.ts';
