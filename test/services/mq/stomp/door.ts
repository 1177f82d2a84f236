/** What the play of STOMP is played with, so that one of them can be wrong on purpose. */
export { Simulation } from '../../../../src/kernel/index.ts';
export { ActiveMqBroker } from '../../../../src/services/mq/activemq/broker.ts';
export { stompOverActiveMq } from '../../../../src/services/mq/activemq/stomp-session.ts';
export { RabbitBroker } from '../../../../src/services/mq/rabbitmq/rabbit-broker.ts';
export { rabbitSettings } from '../../../../src/services/mq/rabbitmq/settings.ts';
export { stompOverRabbitMq } from '../../../../src/services/mq/rabbitmq/stomp-session.ts';
export { StompBroker } from '../../../../src/services/mq/stomp/connection.ts';
