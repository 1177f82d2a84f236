// The door of Amazon MQ: the brokers' core, their engines and protocols.
export * from './activemq/index.ts';
export { amqpErrors } from './amqp/errors.ts';
export type * from './amqp/operations.ts';
export {
  BrokerQueue,
  type IdSource,
  type MemoryUse,
  type QueuePorts,
  type QueueSettings,
} from './broker/broker-queue.ts';
export { Consumer, type ConsumerOptions, Holder, type Subscriber } from './broker/consumer.ts';
export { Disk, type DiskSettings } from './broker/disk.ts';
export { MqModelError } from './broker/errors.ts';
export type { Job } from './broker/job-ring.ts';
export { Watermark, type WatermarkSettings } from './broker/memory.ts';
export { NEVER, NONE, PERSISTENT, Place, REDELIVERED, STORED } from './broker/message-rows.ts';
export type * from './broker/ports.ts';
export { Processor } from './broker/processor.ts';
export * from './mqtt/index.ts';
export { RabbitBroker, type RabbitPorts } from './rabbitmq/rabbit-broker.ts';
export { type RabbitCosts, type RabbitInput, type RabbitSettings, rabbitSettings } from './rabbitmq/settings.ts';
export { stompOverRabbitMq } from './rabbitmq/stomp-session.ts';
export * from './stomp/index.ts';
