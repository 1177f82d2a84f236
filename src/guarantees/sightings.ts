/**
 * The records of one chunk that concern one resource. Each column has the value of a record at the row that it has in the chunk.
 *
 *   chunk ─▶ add(row) … ─▶ places, and what was known before each ─▶ folds that take many at once
 */
import type { HistoryChunk } from '../history/index.ts';
import * as What from './codes.ts';
import { Before } from './before.ts';
import { KINDS } from './phases.ts';
import { Places } from './places.ts';

/** Numbers of rows, in the order of the records. */
export class Rows {
  count = 0;
  rows: Int32Array;

  constructor(length: number) {
    this.rows = new Int32Array(length);
  }
}

export class Sightings {
  /** Set by `begin`. */
  chunk!: HistoryChunk;
  /** Records, and their rows. */
  count = 0;
  rows: Int32Array = new Int32Array(0);
  /** 1: it is of another resource, which the promise watches. */
  isOther: Uint8Array = new Uint8Array(0);
  /** When each took effect at the service: between these two. Equal where the answer says when. */
  earliestUs: Float64Array = new Float64Array(0);
  latestUs: Float64Array = new Float64Array(0);
  before = new Before(0);
  readonly #kinds: (Rows | undefined)[] = Array.from({ length: KINDS });
  /** Those of the kinds that there are. */
  readonly #met: Rows[] = [];
  readonly #others = new Rows(0);
  /** Whether entities, messages and groups stand in the records: of a client's calls only the entities count. */
  readonly #hasMessages: boolean;
  readonly #entities = new Places();
  readonly #messages = new Places();
  readonly #groups = new Places();
  // Found when somebody asks for them: what nobody looks at costs nothing.
  #entity: Int32Array = new Int32Array(0);
  #message: Int32Array = new Int32Array(0);
  #group: Int32Array = new Int32Array(0);
  #hasEntity = false;
  #hasMessage = false;
  #hasGroup = false;

  constructor(hasMessages: boolean) {
    this.#hasMessages = hasMessages;
  }

  /** A new chunk; the times of all its records. */
  begin(chunk: HistoryChunk, earliestUs: Float64Array, latestUs: Float64Array): void {
    if (chunk.length > this.rows.length) this.#widen(chunk.length);
    this.chunk = chunk;
    this.earliestUs = earliestUs;
    this.latestUs = latestUs;
    if (this.count > 0) this.#empty();
  }

  #empty(): void {
    this.count = 0;
    this.#others.count = 0;
    for (const rows of this.#met) rows.count = 0;
    this.#hasEntity = false;
    this.#hasMessage = false;
    this.#hasGroup = false;
  }

  /** Records `from` to `to` (exclusive), those of wanted kinds; `isOther`: 1 or 0. */
  add(from: number, to: number, what: Uint8Array, wanted: Uint8Array, isOther: number): void {
    const { rows } = this;
    let { count } = this;
    for (let row = from; row < to; row++) {
      const kind = what[row] as number;
      if (wanted[kind] === 0) continue;
      rows[count++] = row;
      this.isOther[row] = isOther;
      const list = isOther !== 0 ? this.#others : (this.#kinds[kind] ?? this.#kindOf(kind));
      list.rows[list.count++] = row;
    }
    this.count = count;
  }

  /** Those of a kind about the resource itself. */
  of(what: number): Rows {
    return this.#kinds[what] ?? this.#kindOf(what);
  }

  /** Messages that were given out: what most folds look at. */
  get receives(): Rows {
    return this.of(What.receiveOk);
  }

  /** All about other resources. */
  get others(): Rows {
    return this.#others;
  }

  /** Places among those of the judged resource, from 0; -1: it says none. */
  get entity(): Int32Array {
    if (!this.#hasEntity) this.#entities.placeAll(this.chunk.entity, this.rows, this.count, this.#entity);
    this.#hasEntity = true;
    return this.#entity;
  }
  get message(): Int32Array {
    if (!this.#hasMessage && this.#hasMessages)
      this.#messages.placeAll(this.chunk.message, this.rows, this.count, this.#message);
    this.#hasMessage = true;
    return this.#message;
  }
  get group(): Int32Array {
    if (!this.#hasGroup && this.#hasMessages)
      this.#groups.placeAll(this.chunk.group, this.rows, this.count, this.#group);
    this.#hasGroup = true;
    return this.#group;
  }

  #kindOf(what: number): Rows {
    const made = new Rows(this.rows.length);
    this.#kinds[what] = made;
    this.#met.push(made);
    return made;
  }

  #widen(length: number): void {
    this.rows = new Int32Array(length);
    this.isOther = new Uint8Array(length);
    this.before = new Before(length);
    this.#others.rows = new Int32Array(length);
    for (const rows of this.#met) rows.rows = new Int32Array(length);
    this.#entity = new Int32Array(length).fill(-1);
    this.#message = new Int32Array(length).fill(-1);
    this.#group = new Int32Array(length).fill(-1);
  }
}
