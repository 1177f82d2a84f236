/**
 * The partition keys of one stream: keys of requests as numbers that the stream has columns for, with their texts.
 *
 *   key of a request ─▶ + its salt in turn ─▶ number ─▶ text: key-7, key-7#3, or the one that a traffic is given
 */
export interface StreamKeysOptions {
  /** Drawn keys are below this. */
  readonly drawn: number;
  /** Keys that a traffic has for all its requests, each once. */
  readonly named: readonly string[];
  /** Names under which each is put in turn; 1: its own. */
  readonly salt: number;
}

export class StreamKeys {
  readonly #drawn: number;
  readonly #named: readonly string[];
  readonly #salt: number;
  readonly #bytes = new Map<number, number>();

  constructor({ drawn, named, salt }: StreamKeysOptions) {
    this.#drawn = drawn;
    this.#named = named;
    this.#salt = salt;
  }

  /** The key of all requests of a traffic, before salt: that of a drawn key which has the same name, else one behind those. */
  named(name: string): number {
    const drawn = /^key-(0|[1-9]\d{0,8})$/.exec(name);
    if (drawn !== null && Number(drawn[1]) < this.#drawn) return Number(drawn[1]);
    return this.#drawn + this.#named.indexOf(name);
  }

  /** The partition key of a request; -1: it has none. */
  of(key: number, ordinal: number): number {
    return key < 0 || this.#salt === 1 ? key : key * this.#salt + (ordinal % this.#salt);
  }

  text(partitionKey: number): string {
    const key = Math.floor(partitionKey / this.#salt);
    const name = key < this.#drawn ? `key-${key}` : (this.#named[key - this.#drawn] ?? '');
    return this.#salt === 1 ? name : `${name}#${partitionKey % this.#salt}`;
  }

  /** Bytes of its text, as they count in a put. */
  bytesOf(partitionKey: number): number {
    if (partitionKey < 0) return 0;
    const known = this.#bytes.get(partitionKey);
    if (known !== undefined) return known;
    const bytes = utf8Bytes(this.text(partitionKey));
    this.#bytes.set(partitionKey, bytes);
    return bytes;
  }
}

function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
