/**
 * What a FIFO queue or topic remembers of the messages it accepted in the last five minutes, whether or not they are still there.
 *
 *   ring, oldest first:  (id, scope, message, accepted at) …      forgotten from the head when a message comes
 *   table, open addressing:  hash(id, scope) ─▶ place in the ring + 1, and the hash beside it, so that the ring is seldom asked
 */
import { scattered } from './scatter.ts';

const FIRST_CAPACITY = 64;
const NOT_FOUND = -1;

/** Deduplication ids of one queue or topic. A scope is a message group, or always the same number. */
export class DeduplicationWindow {
  readonly #windowUs: number;
  #id = new Float64Array(FIRST_CAPACITY);
  #scope = new Float64Array(FIRST_CAPACITY);
  #message = new Float64Array(FIRST_CAPACITY);
  #acceptedUs = new Float64Array(FIRST_CAPACITY);
  /** Pairs of place + 1 (0 where free) and hash; half of them are free at least. */
  #table = new Int32Array(FIRST_CAPACITY * 4);
  #head = 0;
  #count = 0;

  /** From an accepted message on, microseconds. */
  constructor(windowUs: number) {
    this.#windowUs = windowUs;
  }

  get size(): number {
    return this.#count;
  }

  /** The message accepted with this id, -1 when there was none in the window; it does not prolong the window. */
  find(id: number, scope: number, nowUs: number): number {
    this.#forget(nowUs);
    const table = this.#table;
    const mask = table.length - 1;
    const code = hash(id, scope);
    for (let i = (code << 1) & mask; ; i = (i + 2) & mask) {
      const at = (table[i] as number) - 1;
      if (at < 0) return NOT_FOUND;
      if (table[i + 1] === code && this.#id[at] === id && this.#scope[at] === scope) return this.#message[at] as number;
    }
  }

  /** After a `find` at this instant that found nothing. */
  add(id: number, scope: number, message: number, nowUs: number): void {
    if (this.#count === this.#id.length) this.#grow();
    const at = (this.#head + this.#count++) & (this.#id.length - 1);
    this.#id[at] = id;
    this.#scope[at] = scope;
    this.#message[at] = message;
    this.#acceptedUs[at] = nowUs;
    this.#enter(at);
  }

  clear(): void {
    this.#table.fill(0);
    this.#count = 0;
  }

  #forget(nowUs: number): void {
    const endUs = nowUs - this.#windowUs;
    const mask = this.#id.length - 1;
    while (this.#count > 0 && (this.#acceptedUs[this.#head] as number) <= endUs) {
      this.#leave(this.#head);
      this.#head = (this.#head + 1) & mask;
      this.#count--;
    }
  }

  #enter(at: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    const code = this.#hashAt(at);
    let i = (code << 1) & mask;
    while (table[i] !== 0) i = (i + 2) & mask;
    table[i] = at + 1;
    table[i + 1] = code;
  }

  /** Takes one out and closes the gap, so that no search ends too early. */
  #leave(at: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    let gap = (this.#hashAt(at) << 1) & mask;
    while (table[gap] !== at + 1) gap = (gap + 2) & mask;
    for (let i = (gap + 2) & mask; table[i] !== 0; i = (i + 2) & mask) {
      const home = ((table[i + 1] as number) << 1) & mask;
      if (((i - home) & mask) < ((i - gap) & mask)) continue;
      table[gap] = table[i] as number;
      table[gap + 1] = table[i + 1] as number;
      gap = i;
    }
    table[gap] = 0;
  }

  #hashAt(at: number): number {
    return hash(this.#id[at] as number, this.#scope[at] as number);
  }

  #grow(): void {
    const old = [this.#id, this.#scope, this.#message, this.#acceptedUs] as const;
    const capacity = this.#id.length * 2;
    const [id, scope, message, acceptedUs] = old.map((column) => {
      const longer = new Float64Array(capacity);
      longer.set(column.subarray(this.#head));
      longer.set(column.subarray(0, this.#head), column.length - this.#head);
      return longer;
    }) as [Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>];
    this.#id = id;
    this.#scope = scope;
    this.#message = message;
    this.#acceptedUs = acceptedUs;
    this.#head = 0;
    this.#table = new Int32Array(capacity * 4);
    for (let at = 0; at < this.#count; at++) this.#enter(at);
  }
}

const TWO_32 = 4_294_967_296;

function hash(id: number, scope: number): number {
  const high = id >= TWO_32 ? Math.floor(id / TWO_32) : 0;
  return scattered(id ^ Math.imul(scope + 1, 0x85ebca6b) ^ Math.imul(high, 0xc2b2ae35)) | 0;
}
