// The door of Lambda.
export { LambdaAccount } from './account.ts';
export { type EventObserver, LambdaEventQueue } from './event-queue.ts';
export { LambdaFunction } from './function.ts';
export type * from './operations.ts';
export type { FunctionSettings, LambdaSettings, MappingSettings } from './settings.ts';
