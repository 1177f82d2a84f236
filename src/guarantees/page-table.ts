/**
 * Whole numbers for numbers, which come in runs somewhere below 2^53; 0 for those that were never met.
 *
 *   number ─▶ page (number ÷ 1,024), by a small table of pages that were used lately, else by a map
 */
export const PAGE = 1024;
/** Pages that are found without the map: those of some dozens of runs at a time. */
const LATELY = 256;
/** Pages so far from one another differ in where they are found too: entities of different subscriptions. */
const FOLD = 67_108_864;

export const NO_PAGE: Int32Array = new Int32Array(0);

export class PageTable {
  readonly #pages = new Map<number, Int32Array>();
  readonly #lately: Int32Array[] = Array.from({ length: LATELY }, () => NO_PAGE);
  readonly #latelyNumber = new Float64Array(LATELY).fill(-1);

  /** `number` is at `number - pageNumber × PAGE` of the page ⌊number ÷ PAGE⌋. */
  page(pageNumber: number): Int32Array {
    const slot = (pageNumber ^ Math.floor(pageNumber / FOLD)) & (LATELY - 1);
    return this.#latelyNumber[slot] === pageNumber
      ? (this.#lately[slot] as Int32Array)
      : this.#turnTo(pageNumber, slot);
  }

  #turnTo(pageNumber: number, slot: number): Int32Array {
    let page = this.#pages.get(pageNumber);
    if (page === undefined) {
      page = new Int32Array(PAGE);
      this.#pages.set(pageNumber, page);
    }
    this.#lately[slot] = page;
    this.#latelyNumber[slot] = pageNumber;
    return page;
  }
}
