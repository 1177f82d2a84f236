// The door of the workload, as far as it is of use by itself.
export { LambdaMapping, type MappingPorts } from './lambda-mapping.ts';
export { type MqttLink, MqttSession, type MqttSessionOwner, type MqttSessionSettings } from './mq/mqtt-client.ts';
export { ordinalOf } from './requests.ts';
