/** ActiveMQ's part of the door. */
export type * from '../openwire/operations.ts';
export { AckType, LastDelivered } from '../openwire/operations.ts';
export { ActiveMqBroker, type ActiveMqPorts, type DestinationState } from './broker.ts';
export { type ActiveMqCosts, type ActiveMqLimits, type ActiveMqSettings, PREFETCH } from './settings.ts';
export { stompOverActiveMq } from './stomp-session.ts';
