/** Records of a stream have places by their sequence numbers: (place in the shard) × 2²⁰ + shard. */
import { Places } from './places.ts';

const SHARDS = 1_048_576;
const PLACES_OF_A_SHARD = 8_589_934_592;

export function shardOf(sequence: number): number {
  return sequence % SHARDS;
}

/** Consecutive places from 0, in the order in which the records are met. Those of a shard lie side by side. */
export class RecordPlaces {
  readonly #places = new Places();

  get size(): number {
    return this.#places.size;
  }

  place(sequence: number): number {
    return this.#places.place(shardOf(sequence) * PLACES_OF_A_SHARD + Math.floor(sequence / SHARDS));
  }
}

/** A client and a shard, or a client and a group, as one number. */
const CLIENTS = 65_536;
export function ofClient(client: number, number: number): number {
  return number * CLIENTS + client;
}

/** An entity is that of its request, and for a delivery its subscription + 1, so many times. */
const ORDINALS = 68_719_476_736;
export function requestOf(entity: number): number {
  return entity % ORDINALS;
}
