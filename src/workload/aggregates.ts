/**
 * What is in the aggregated records of one stream: each bears several requests. The stream keeps a number for it, below those of requests; what the number means is kept here for as long as the record is.
 */
export interface Aggregate {
  /** The requests, in order. */
  readonly rows: readonly number[];
  /** Their partition keys. */
  readonly keys: readonly number[];
}

/** Rows of requests are from 0 on, and -1 is none. */
const FIRST = -2;

export class Aggregates {
  readonly #all = new Map<number, Aggregate>();
  #next = FIRST;

  /** The number that the record has for its data. */
  add(aggregate: Aggregate): number {
    this.#all.set(this.#next, aggregate);
    return this.#next--;
  }

  /** undefined: it is one request, its row. */
  of(data: number): Aggregate | undefined {
    return data <= FIRST ? this.#all.get(data) : undefined;
  }

  /** No record has it (any more). */
  drop(data: number): void {
    this.#all.delete(data);
  }
}
