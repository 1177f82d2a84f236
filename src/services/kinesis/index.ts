// The door of Kinesis Data Streams.
export { KinesisModelError, kinesisErrors, shardName } from './errors.ts';
export { placeOf, sequenceOf, shardOf } from './sequence.ts';
export { HASH_KEYS, hashKeyOf } from './hash-keys.ts';
export type * from './operations.ts';
export {
  type KinesisLatency,
  type KinesisSettings,
  type RecordDistributionStrategy,
  type ReshardSettings,
  streamOf,
  streamSettings,
  type StreamMode,
  type StreamSettings,
} from './settings.ts';
export { KinesisStream, type StreamPorts } from './stream.ts';
