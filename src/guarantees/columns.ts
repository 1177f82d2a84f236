/** State of a checker: one value for each place, growing as places come; and places for numbers. */

const FIRST = 256;

/** A number for each place. */
export class NumberColumn {
  #values = new Float64Array(0);
  readonly #none: number;

  /** `none`: of a place that was never set. */
  constructor(none = -1) {
    this.#none = none;
  }

  get(place: number): number {
    return place < this.#values.length ? (this.#values[place] as number) : this.#none;
  }

  set(place: number, value: number): void {
    if (place >= this.#values.length) this.#grow(place);
    this.#values[place] = value;
  }

  #grow(place: number): void {
    const longer = new Float64Array(Math.max(FIRST, place + 1, this.#values.length * 2)).fill(this.#none);
    longer.set(this.#values);
    this.#values = longer;
  }
}

/** A whole number from 0 to 2^32 − 2 for each place, -1 where there is none: record numbers. */
export class RecordColumn {
  #values = new Uint32Array(0);

  /** -1: none. */
  get(place: number): number {
    return place < this.#values.length ? (this.#values[place] as number) - 1 : -1;
  }

  set(place: number, n: number): void {
    if (place >= this.#values.length) this.#grow(place);
    this.#values[place] = n + 1;
  }

  #grow(place: number): void {
    const longer = new Uint32Array(Math.max(FIRST, place + 1, this.#values.length * 2));
    longer.set(this.#values);
    this.#values = longer;
  }
}

/** Eight flags, or a number up to 255, for each place. */
export class FlagColumn {
  #values = new Uint8Array(0);

  get(place: number): number {
    return place < this.#values.length ? (this.#values[place] as number) : 0;
  }

  has(place: number, flag: number): boolean {
    return (this.get(place) & flag) !== 0;
  }

  set(place: number, value: number): void {
    if (place >= this.#values.length) this.#grow(place);
    this.#values[place] = value;
  }

  add(place: number, flag: number): void {
    this.set(place, this.get(place) | flag);
  }

  #grow(place: number): void {
    const longer = new Uint8Array(Math.max(FIRST, place + 1, this.#values.length * 2));
    longer.set(this.#values);
    this.#values = longer;
  }
}

const PAGE_BITS = 10;
const PAGE = 1 << PAGE_BITS;
/** Places of one resource: some gigabytes of columns. Beyond it nothing is known. */
const MOST_PLACES = 16_777_216;

/** Gives numbers, which come in runs somewhere below 2^53, consecutive places from 0 in the order in which they are met. */
export class Places {
  size = 0;
  readonly #pages = new Map<number, Int32Array>();
  #page: Int32Array | null = null;
  #pageNumber = -1;

  /** The place of a number, its own from now on; -1 of a negative number. Throws RangeError when there are too many. */
  place(number: number): number {
    if (number < 0) return -1;
    const pageNumber = Math.floor(number / PAGE);
    if (pageNumber !== this.#pageNumber) this.#turnTo(pageNumber);
    const page = this.#page as Int32Array;
    const row = number - pageNumber * PAGE;
    const known = page[row] as number;
    if (known > 0) return known - 1;
    if (this.size === MOST_PLACES) throw new RangeError(`more than ${MOST_PLACES} messages in one history`);
    page[row] = ++this.size;
    return this.size - 1;
  }

  /** -1 where it has none. */
  find(number: number): number {
    if (number < 0) return -1;
    const pageNumber = Math.floor(number / PAGE);
    return (this.#pages.get(pageNumber)?.[number - pageNumber * PAGE] ?? 0) - 1;
  }

  #turnTo(pageNumber: number): void {
    let page = this.#pages.get(pageNumber);
    if (page === undefined) {
      page = new Int32Array(PAGE);
      this.#pages.set(pageNumber, page);
    }
    this.#page = page;
    this.#pageNumber = pageNumber;
  }
}
