/**
 * The space of hash keys, 0 to 2¹²⁸ − 1, and the hashes of partition keys.
 *
 * A hash is compared by its upper 53 bits, which a double holds exactly: `high(a) < high(b)` is `a < b`. Only where they are equal do the lower 75 bits
 * decide, and then the whole is looked at (about one key in 10¹⁶ for each boundary; explicit hash keys on a boundary always).
 */
import { md5 } from '@noble/hashes/legacy.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { kinesisFacts } from '../../facts/index.ts';
import { kinesisErrors, KinesisModelError } from './errors.ts';
import type { KinesisError } from './operations.ts';

export const HASH_KEYS = 1n << 128n;
const LOW_BITS = 75n;
/** Keys are places in columns. */
const MAX_KEYS = 1 << 24;
const FIRST_CAPACITY = 1024;
const MAX_CHARS = kinesisFacts.partitionKeyMaxChars.value;

export function highBits(hashKey: bigint): number {
  return Number(hashKey >> LOW_BITS);
}

/** The hash of a partition key: its MD5 as a number. */
export function hashKeyOf(text: string): bigint {
  let hash = 0n;
  for (const byte of md5(utf8ToBytes(text))) hash = (hash << 8n) | BigInt(byte);
  return hash;
}

/** What is known of each partition key, made when it is first put. */
export class PartitionKeys {
  readonly #textOf: (key: number) => string;
  #high = new Float64Array(FIRST_CAPACITY);
  /** 0: not made yet; -1: AWS takes no such key. */
  #bytes = new Int16Array(FIRST_CAPACITY);
  /** Where it went by the shard map of that version. */
  #place = new Int32Array(FIRST_CAPACITY);
  #version = new Int32Array(FIRST_CAPACITY);

  constructor(textOf: (key: number) => string) {
    this.#textOf = textOf;
  }

  /** Bytes of its text; -1: it is empty or too long. */
  bytesOf(key: number): number {
    const bytes = this.#bytes[key];
    return bytes === undefined || bytes === 0 ? this.#make(key) : bytes;
  }
  /** Of a key whose bytes were asked for before. */
  highOf(key: number): number {
    return this.#high[key] as number;
  }
  exactOf(key: number): bigint {
    return hashKeyOf(this.#textOf(key));
  }
  /** Its place in the shard map of this version, -1: not known. */
  placeOf(key: number, version: number): number {
    return this.#version[key] === version ? (this.#place[key] as number) : -1;
  }
  setPlace(key: number, version: number, place: number): void {
    this.#version[key] = version;
    this.#place[key] = place;
  }
  /** Why its bytes are -1. */
  problem(key: number): KinesisError {
    const text = this.#textOf(key);
    return text === '' ? kinesisErrors.partitionKeyEmpty : kinesisErrors.partitionKeyTooLong(text);
  }

  #make(key: number): number {
    if (!(Number.isInteger(key) && key >= 0 && key < MAX_KEYS))
      throw new KinesisModelError('too-many-keys', `partition key ${key}: expected a whole number below ${MAX_KEYS}`);
    if (key >= this.#bytes.length) this.#grow(key);
    const text = this.#textOf(key);
    const utf8 = utf8ToBytes(text);
    // Characters are code points, of which a text never has more than units.
    const fits = text !== '' && (text.length <= MAX_CHARS || Array.from(text).length <= MAX_CHARS);
    this.#bytes[key] = fits ? utf8.length : -1;
    this.#high[key] = highBits(hashKeyOf(text));
    return this.#bytes[key];
  }

  #grow(key: number): void {
    let capacity = this.#bytes.length;
    while (capacity <= key) capacity *= 2;
    const high = new Float64Array(capacity);
    const bytes = new Int16Array(capacity);
    const place = new Int32Array(capacity);
    const version = new Int32Array(capacity);
    high.set(this.#high);
    bytes.set(this.#bytes);
    place.set(this.#place);
    version.set(this.#version);
    this.#high = high;
    this.#bytes = bytes;
    this.#place = place;
    this.#version = version;
  }
}
