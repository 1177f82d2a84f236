/** Gives numbers consecutive places from 0 in the order in which they are met: what is kept of them lies in short columns. */
import { NO_PAGE, PAGE, PageTable } from './page-table.ts';

/** Places of one resource: some gigabytes of columns. Beyond it nothing is known. */
const MOST_PLACES = 16_777_216;

export class Places {
  size = 0;
  /** Places plus 1. */
  readonly #table = new PageTable();

  /** The place of a number, its own from now on; -1 of a negative number. Throws RangeError when there are too many. */
  place(number: number): number {
    if (number < 0) return -1;
    const pageNumber = Math.floor(number / PAGE);
    const page = this.#table.page(pageNumber);
    const at = number - pageNumber * PAGE;
    const known = page[at] as number;
    return known > 0 ? known - 1 : this.#give(page, at);
  }

  /** The places of the numbers in some rows of a column, into the same rows of another. */
  placeAll(numbers: Float64Array, rows: Int32Array, count: number, into: Int32Array): void {
    let pageNumber = -1;
    let page = NO_PAGE;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const number = numbers[row] as number;
      if (number < 0) {
        into[row] = -1;
        continue;
      }
      const wanted = Math.floor(number / PAGE);
      if (wanted !== pageNumber) {
        page = this.#table.page(wanted);
        pageNumber = wanted;
      }
      const at = number - pageNumber * PAGE;
      const known = page[at] as number;
      into[row] = known > 0 ? known - 1 : this.#give(page, at);
    }
  }

  #give(page: Int32Array, at: number): number {
    if (this.size === MOST_PLACES) throw new RangeError(`more than ${MOST_PLACES} messages in one history`);
    page[at] = ++this.size;
    return this.size - 1;
  }
}

/** Numbers that were met. */
export class NumberSet {
  readonly #table = new PageTable();

  add(number: number): void {
    const pageNumber = Math.floor(number / PAGE);
    this.#table.page(pageNumber)[number - pageNumber * PAGE] = 1;
  }

  has(number: number): boolean {
    const pageNumber = Math.floor(number / PAGE);
    return this.#table.page(pageNumber)[number - pageNumber * PAGE] === 1;
  }
}
