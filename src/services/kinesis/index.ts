// The door of Kinesis Data Streams.
export { KinesisModelError, kinesisErrors, shardName } from './errors.ts';
export { HASH_KEYS, hashKeyOf } from './hash-keys.ts';
export type * from './operations.ts';
export {
  type RecordDistributionStrategy,
  streamSettings,
  type StreamMode,
  type StreamSettings,
} from './settings.ts';
export { KinesisStream, type StreamPorts } from './stream.ts';
