/**
 * Messages in columns, in pages of 1,024 that come as the backlog grows; a free slot's `link` leads to the next free one.
 *
 *   slot ─▶ page slot >>> 10, row slot & 1023 ─▶ body 4 · ordinal 4 · sentUs 8 · meta 4 · link 4 · older 4 · newer 4 = 32 bytes
 *   a FIFO queue's page: its group, 4 bytes more
 *
 * `body` and `ordinal` take 4 bytes while they fit; a page that meets a larger one widens that column to 8.
 */
import { SqsModelError } from './errors.ts';

/** No slot, no record. */
export const NONE = 0xffffffff;
/** No message group. */
export const NO_GROUP = -1;

/** Where a message is. */
export const Place = {
  free: 0,
  /** Visible, never received here: in the fresh lane. */
  fresh: 1,
  delayed: 2,
  /** Received at least once (here or, for a dead letter, before): its record knows more. `link` is the record. */
  recorded: 3,
  /** Gone, but its link still holds the fresh lane together; freed when the lane comes to it. */
  dead: 4,
} as const;
export type Place = (typeof Place)[keyof typeof Place];

const PAGE_BITS = 10;
const PAGE_ROWS = 1 << PAGE_BITS;
/** A slot's row in its page. */
export const ROW_MASK = PAGE_ROWS - 1;
/** Pages kept when the queue runs empty, 2 MiB. */
const PAGES_KEPT = 64;
const MAX_SLOTS = NONE - PAGE_ROWS;

// meta: 21 bits of bytes (up to 1 MiB, both ends), 3 of place, then flags.
/** Of a page's `meta`. */
export const BYTES_MASK = (1 << 21) - 1;
const PLACE_SHIFT = 21;
const PLACE_MASK = 7 << PLACE_SHIFT;
/** It has been put behind later ones, or has drawn that it won't be. */
export const OVERTAKEN = 1 << 24;
/** It came from another queue as a dead letter. */
export const MOVED_HERE = 1 << 25;
/** It was deleted, and this is the copy that was left behind. */
export const LEFT_BEHIND = 1 << 26;
/** Fair queues: it waits in the lanes of its own tenant, behind the quiet ones. */
export const ASIDE = 1 << 27;

/** The columns of 1,024 slots, for those who need several of a message at once. */
export class Page {
  body: Uint32Array | Float64Array = new Uint32Array(PAGE_ROWS);
  ordinal: Uint32Array | Float64Array = new Uint32Array(PAGE_ROWS);
  readonly sentUs: Float64Array = new Float64Array(PAGE_ROWS);
  readonly meta: Uint32Array = new Uint32Array(PAGE_ROWS);
  readonly link: Uint32Array = new Uint32Array(PAGE_ROWS);
  readonly older: Uint32Array = new Uint32Array(PAGE_ROWS);
  readonly newer: Uint32Array = new Uint32Array(PAGE_ROWS);
  /** Index of its message group; empty in a standard queue. */
  readonly group: Uint32Array;

  constructor(grouped: boolean) {
    this.group = new Uint32Array(grouped ? PAGE_ROWS : 0);
  }
}

/** The messages of one queue. */
export class MessageStore {
  readonly #pages: Page[] = [];
  #used = 0;
  #free = NONE;
  #held = 0;
  readonly #grouped: boolean;

  /** `grouped`: messages know their group. */
  constructor(grouped = false) {
    this.#grouped = grouped;
  }

  /** Slots in use, dead ones included. */
  get held(): number {
    return this.#held;
  }

  /** Bytes of the columns. */
  get bytes(): number {
    let sum = 0;
    for (const page of this.#pages) {
      sum += PAGE_ROWS * 24 + page.body.byteLength + page.ordinal.byteLength + page.group.byteLength;
    }
    return sum;
  }

  page(slot: number): Page {
    return this.#pages[slot >>> PAGE_BITS] as Page;
  }

  take(body: number, ordinal: number, sentUs: number, bytes: number, place: Place): number {
    let slot = this.#free;
    if (slot === NONE) {
      slot = this.#used++;
      if (slot >>> PAGE_BITS === this.#pages.length) this.#addPage();
    }
    const page = this.page(slot);
    const row = slot & ROW_MASK;
    if (slot === this.#free) this.#free = page.link[row] as number;
    if (body >>> 0 !== body && page.body instanceof Uint32Array) page.body = Float64Array.from(page.body);
    if (ordinal >>> 0 !== ordinal && page.ordinal instanceof Uint32Array) {
      page.ordinal = Float64Array.from(page.ordinal);
    }
    page.body[row] = body;
    page.ordinal[row] = ordinal;
    page.sentUs[row] = sentUs;
    page.meta[row] = bytes | (place << PLACE_SHIFT);
    this.#held++;
    return slot;
  }

  release(slot: number): void {
    const page = this.page(slot);
    const row = slot & ROW_MASK;
    page.meta[row] = 0;
    page.link[row] = this.#free;
    this.#free = slot;
    if (--this.#held === 0) this.#reset();
  }

  body(slot: number): number {
    return this.page(slot).body[slot & ROW_MASK] as number;
  }
  ordinal(slot: number): number {
    return this.page(slot).ordinal[slot & ROW_MASK] as number;
  }
  sentUs(slot: number): number {
    return this.page(slot).sentUs[slot & ROW_MASK] as number;
  }
  bytesOf(slot: number): number {
    return (this.page(slot).meta[slot & ROW_MASK] as number) & BYTES_MASK;
  }
  place(slot: number): Place {
    return (((this.page(slot).meta[slot & ROW_MASK] as number) & PLACE_MASK) >>> PLACE_SHIFT) as Place;
  }
  setPlace(slot: number, place: Place): void {
    const page = this.page(slot);
    const row = slot & ROW_MASK;
    page.meta[row] = ((page.meta[row] as number) & ~PLACE_MASK) | (place << PLACE_SHIFT);
  }
  has(slot: number, flag: number): boolean {
    return ((this.page(slot).meta[slot & ROW_MASK] as number) & flag) !== 0;
  }
  flag(slot: number, flag: number): void {
    const page = this.page(slot);
    const row = slot & ROW_MASK;
    page.meta[row] = (page.meta[row] as number) | flag;
  }
  unflag(slot: number, flag: number): void {
    const page = this.page(slot);
    const row = slot & ROW_MASK;
    page.meta[row] = (page.meta[row] as number) & ~flag;
  }
  /** It is received: its record knows more of it. */
  setRecord(slot: number, record: number): void {
    const page = this.page(slot);
    const row = slot & ROW_MASK;
    page.meta[row] = ((page.meta[row] as number) & ~PLACE_MASK) | (Place.recorded << PLACE_SHIFT);
    page.link[row] = record;
  }
  /** Next in the fresh lane, or the record of a received message. */
  link(slot: number): number {
    return this.page(slot).link[slot & ROW_MASK] as number;
  }
  setLink(slot: number, to: number): void {
    this.page(slot).link[slot & ROW_MASK] = to;
  }
  setOlder(slot: number, to: number): void {
    this.page(slot).older[slot & ROW_MASK] = to;
  }
  group(slot: number): number {
    return this.page(slot).group[slot & ROW_MASK] as number;
  }
  setGroup(slot: number, group: number): void {
    this.page(slot).group[slot & ROW_MASK] = group;
  }
  newer(slot: number): number {
    return this.page(slot).newer[slot & ROW_MASK] as number;
  }
  setNewer(slot: number, to: number): void {
    this.page(slot).newer[slot & ROW_MASK] = to;
  }

  /** Whether the slot still holds the message it held when it had this ordinal. */
  holds(slot: number, ordinal: number): boolean {
    return slot < this.#used && this.ordinal(slot) === ordinal && this.place(slot) !== Place.free;
  }

  #addPage(): void {
    if (this.#used >= MAX_SLOTS) {
      throw new SqsModelError('too-many-messages', `more than ${MAX_SLOTS} messages in one queue`);
    }
    this.#pages.push(new Page(this.#grouped));
  }

  /** Empty: the memory of a large backlog is given back. */
  #reset(): void {
    this.#used = 0;
    this.#free = NONE;
    if (this.#pages.length > PAGES_KEPT) this.#pages.length = PAGES_KEPT;
  }
}
