// The door of the sink.
export type { SinkSettings } from './settings.ts';
export { Sink } from './sink.ts';
