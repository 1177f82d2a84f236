/**
 * The records of a shard, in the order of their places: pages of columns that grow at the end and are cut off at the front. What is in it never changes.
 *
 *   │ trimmed … │ head ▶ page │ page │ page ▶ next │
 */
import type { RecordColumns } from './operations.ts';
import { sequenceOf } from './sequence.ts';

const ROWS = 1024;

class Page {
  readonly data = new Float64Array(ROWS);
  readonly key = new Int32Array(ROWS);
  readonly bytes = new Int32Array(ROWS);
  readonly arrivedUs = new Float64Array(ROWS);
}

export class RecordLog {
  readonly #pages: Page[] = [];
  readonly #onExpired: ((data: number, place: number) => void) | null;
  /** Rows from the beginning of the first page count from this place. */
  #base: number;
  #head: number;
  #next: number;

  /** `first`: the place of its first record. `onExpired`: hears of the data of each record that is given up, and of its place. */
  constructor(first: number, onExpired: ((data: number, place: number) => void) | null) {
    this.#onExpired = onExpired;
    this.#base = first;
    this.#head = first;
    this.#next = first;
  }

  /** The oldest record that is kept; `next` where there is none. */
  get head(): number {
    return this.#head;
  }
  /** The place of the record that comes next. */
  get next(): number {
    return this.#next;
  }

  /** Returns its place. */
  append(data: number, key: number, bytes: number, nowUs: number): number {
    const row = (this.#next - this.#base) % ROWS;
    if (this.#next - this.#base === this.#pages.length * ROWS) this.#pages.push(new Page());
    const page = this.#pages[this.#pages.length - 1] as Page;
    page.data[row] = data;
    page.key[row] = key;
    page.bytes[row] = bytes;
    page.arrivedUs[row] = nowUs;
    return this.#next++;
  }

  /** Of a record that is kept. */
  data(place: number): number {
    const row = place - this.#base;
    return (this.#pages[Math.floor(row / ROWS)] as Page).data[row % ROWS] as number;
  }

  arrivedUs(place: number): number {
    const row = place - this.#base;
    return (this.#pages[Math.floor(row / ROWS)] as Page).arrivedUs[row % ROWS] as number;
  }

  /** Gives up what came at this instant or before. */
  trim(horizonUs: number): void {
    while (this.#head < this.#next && this.arrivedUs(this.#head) <= horizonUs) {
      if (this.#onExpired !== null) {
        this.#onExpired((this.#pages[0] as Page).data[this.#head - this.#base] as number, this.#head);
      }
      this.#head++;
      if (this.#head - this.#base === ROWS) {
        this.#pages.shift();
        this.#base = this.#head;
      }
    }
  }

  /** The first record that came at this instant or later; `next` where there is none. Instants never go back in a log. */
  firstFrom(us: number): number {
    let from = this.#head;
    let to = this.#next;
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      if (this.arrivedUs(middle) < us) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /**
   * Copies records from a place on into columns: at most `limit`, and as many as fit into `maxBytes`, the first in any case; none that came after `untilUs`.
   * Returns their bytes; `out.count` says how many they are.
   */
  read(from: number, limit: number, maxBytes: number, untilUs: number, shard: number, out: RecordColumns): number {
    let place = Math.max(from, this.#head);
    let count = 0;
    let total = 0;
    let open = true;
    while (open && place < this.#next && count < limit) {
      const offset = place - this.#base;
      const { data, key, bytes, arrivedUs } = this.#pages[Math.floor(offset / ROWS)] as Page;
      let row = offset % ROWS;
      const end = Math.min(ROWS, row + Math.min(this.#next - place, limit - count));
      for (; row < end; row++) {
        const size = bytes[row] as number;
        if ((count > 0 && total + size > maxBytes) || (arrivedUs[row] as number) > untilUs) {
          open = false;
          break;
        }
        total += size;
        out.Data[count] = data[row] as number;
        out.PartitionKey[count] = key[row] as number;
        out.bytes[count] = size;
        out.ApproximateArrivalTimestamp[count] = arrivedUs[row] as number;
        out.SequenceNumber[count] = sequenceOf(place, shard);
        count++;
        place++;
      }
    }
    out.count = count;
    return total;
  }
}
