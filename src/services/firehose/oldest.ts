/**
 * The age of the oldest record that is not where it should be: CloudWatch's `DataFreshness`. A heap of (oldest record, batch); entries of batches that have left are dropped when they come to its
 * top, so it costs something only when a batch opens or leaves.
 */
import type { Age } from '../ports.ts';
import type { RecordBatch } from './record-batch.ts';

interface Entry {
  readonly us: number;
  readonly batch: RecordBatch;
  readonly use: number;
}

export class Oldest {
  readonly #age: Age;
  readonly #heap: Entry[] = [];
  /** Batches that are there, by the use that they are in. */
  readonly #present = new Map<RecordBatch, number>();
  #sinceUs = -1;

  constructor(age: Age) {
    this.#age = age;
  }

  /** Its oldest record is another one. */
  enter(batch: RecordBatch): void {
    this.#present.set(batch, batch.use);
    this.#push({ us: batch.oldestUs, batch, use: batch.use });
    this.#tell();
  }

  leave(batch: RecordBatch): void {
    this.#present.delete(batch);
    this.#tell();
  }

  #tell(): void {
    let top = this.#heap[0];
    while (top !== undefined && this.#present.get(top.batch) !== top.use) {
      this.#pop();
      top = this.#heap[0];
    }
    const sinceUs = top === undefined ? -1 : top.us;
    if (sinceUs === this.#sinceUs) return;
    this.#sinceUs = sinceUs;
    this.#age.since(sinceUs);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as Entry;
      if (parent.us <= entry.us) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && (heap[below + 1] as Entry).us < (heap[below] as Entry).us) below++;
      if ((heap[below] as Entry).us >= last.us) break;
      heap[at] = heap[below] as Entry;
      at = below;
    }
    heap[at] = last;
  }
}
