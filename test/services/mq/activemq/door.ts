/** What the plays of ActiveMQ are played with, so that one of them can be wrong on purpose. */
export { Simulation } from '../../../../src/kernel/index.ts';
export { ActiveMqBroker } from '../../../../src/services/mq/activemq/broker.ts';
export { stompOverActiveMq } from '../../../../src/services/mq/activemq/stomp-session.ts';
export { StompBroker } from '../../../../src/services/mq/stomp/connection.ts';
export { JmsSession } from '../../../../src/workload/mq/jms-session.ts';
