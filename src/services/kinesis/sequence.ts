/** Sequence numbers: (place in the shard's log) × 2²⁰ + shard. They rise in a shard, and from a shard to its children. */
import { KinesisModelError } from './errors.ts';

/** Shards that a stream may ever have had. */
export const MAX_SHARDS = 1_048_576;
const MAX_PLACES = 8_589_934_592;

export function sequenceOf(place: number, shard: number): number {
  if (place >= MAX_PLACES)
    throw new KinesisModelError('too-many-records', `more than ${MAX_PLACES} records in a shard`);
  return place * MAX_SHARDS + shard;
}
export function shardOf(sequence: number): number {
  return sequence % MAX_SHARDS;
}
export function placeOf(sequence: number): number {
  return Math.floor(sequence / MAX_SHARDS);
}
