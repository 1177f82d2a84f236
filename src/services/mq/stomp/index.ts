/** STOMP's part of the door. */
export { StompBroker } from './connection.ts';
export type { StompDestinations, StompRules } from './destinations.ts';
export type * from './operations.ts';
