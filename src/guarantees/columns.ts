/**
 * State of a checker: one value for each place, or a few. What takes several bytes grows page by page, as places come: nothing is copied, and nothing is taken in advance.
 *
 * Numbers of pages are in a file without imports, so that a bundle has them where they are used.
 */

const FIRST = 256;
const PAGE_BITS = 12;
const PAGE = 4096;
const IN_PAGE = 4095;
const ROWS_BITS = 9;
const ROWS = 512;
const IN_ROWS = 511;

/** A number for each place. */
export class NumberColumn {
  readonly #pages: (Float64Array | undefined)[] = [];
  readonly #none: number;

  /** `none`: of a place that was never set. */
  constructor(none = -1) {
    this.#none = none;
  }

  get(place: number): number {
    const page = this.#pages[place >>> PAGE_BITS];
    return page === undefined ? this.#none : (page[place & IN_PAGE] as number);
  }

  set(place: number, value: number): void {
    const page = this.#pages[place >>> PAGE_BITS] ?? this.#grow(place >>> PAGE_BITS);
    page[place & IN_PAGE] = value;
  }

  #grow(number: number): Float64Array {
    while (this.#pages.length < number) this.#pages.push(undefined);
    const page = new Float64Array(PAGE);
    if (this.#none !== 0) page.fill(this.#none);
    this.#pages[number] = page;
    return page;
  }
}

/** A whole number below 2^31 for each place, 0 at first. */
export class CountColumn {
  readonly #pages: (Int32Array | undefined)[] = [];

  get(place: number): number {
    const page = this.#pages[place >>> PAGE_BITS];
    return page === undefined ? 0 : (page[place & IN_PAGE] as number);
  }

  /** Returns what it was before. */
  add(place: number, more: number): number {
    const page = this.#pages[place >>> PAGE_BITS] ?? this.#grow(place >>> PAGE_BITS);
    const at = place & IN_PAGE;
    const before = page[at] as number;
    page[at] = before + more;
    return before;
  }

  #grow(number: number): Int32Array {
    while (this.#pages.length < number) this.#pages.push(undefined);
    const page = new Int32Array(PAGE);
    this.#pages[number] = page;
    return page;
  }
}

/** A whole number from 0 to 2^32 − 2 for each place, -1 where there is none: record numbers. */
export class RecordColumn {
  readonly #pages: (Uint32Array | undefined)[] = [];

  /** -1: none. */
  get(place: number): number {
    const page = this.#pages[place >>> PAGE_BITS];
    return page === undefined ? -1 : (page[place & IN_PAGE] as number) - 1;
  }

  set(place: number, n: number): void {
    const page = this.#pages[place >>> PAGE_BITS] ?? this.#grow(place >>> PAGE_BITS);
    page[place & IN_PAGE] = n + 1;
  }

  #grow(number: number): Uint32Array {
    while (this.#pages.length < number) this.#pages.push(undefined);
    const page = new Uint32Array(PAGE);
    this.#pages[number] = page;
    return page;
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
    const longer = new Uint8Array(lengthFor(place, this.#values.length));
    longer.set(this.#values);
    this.#values = longer;
  }
}

/** A few numbers for each place, all 0 at first, beside one another, so that whoever needs one has the others at hand: number `i` is `page(place)[at(place) + i]`. */
export class NumberRows {
  readonly #pages: (Float64Array | undefined)[] = [];
  readonly #width: number;

  constructor(width: number) {
    this.#width = width;
  }

  page(place: number): Float64Array {
    return this.#pages[place >>> ROWS_BITS] ?? this.#grow(place >>> ROWS_BITS);
  }

  /** Where in its page the row of a place begins. */
  at(place: number): number {
    return (place & IN_ROWS) * this.#width;
  }

  #grow(number: number): Float64Array {
    while (this.#pages.length < number) this.#pages.push(undefined);
    const page = new Float64Array(ROWS * this.#width);
    this.#pages[number] = page;
    return page;
  }
}

function lengthFor(place: number, length: number): number {
  return Math.max(FIRST, place + 1, length * 2);
}
