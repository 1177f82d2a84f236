/** Records that wait and travel together, in columns; batches are used again, with the columns that they have grown. */
import type { Records } from './operations.ts';

const FIRST_ROWS = 64;

export class RecordBatch implements Records {
  count = 0;
  bytes = 0;
  partition = -1;
  data = new Float64Array(FIRST_ROWS);
  size = new Int32Array(FIRST_ROWS);
  arrivedUs = new Float64Array(FIRST_ROWS);
  /** When the first of them got into the stream. */
  oldestUs = Number.POSITIVE_INFINITY;
  /** How many hold it; 0: it is free. */
  holds = 0;
  /** Of its uses: tells what was said of an earlier one. */
  use = 0;

  /** Whether it is the oldest in it. */
  add(data: number, bytes: number, arrivedUs: number): boolean {
    const at = this.count;
    if (at === this.data.length) this.#grow();
    this.data[at] = data;
    this.size[at] = bytes;
    this.arrivedUs[at] = arrivedUs;
    this.count = at + 1;
    this.bytes += bytes;
    if (arrivedUs >= this.oldestUs) return false;
    this.oldestUs = arrivedUs;
    return true;
  }

  #grow(): void {
    const rows = this.data.length * 2;
    const { data, size, arrivedUs } = this;
    this.data = new Float64Array(rows);
    this.data.set(data);
    this.size = new Int32Array(rows);
    this.size.set(size);
    this.arrivedUs = new Float64Array(rows);
    this.arrivedUs.set(arrivedUs);
  }
}

export class BatchPool {
  readonly #free: RecordBatch[] = [];

  /** An empty one, held once. */
  take(partition: number): RecordBatch {
    const batch = this.#free.pop() ?? new RecordBatch();
    batch.count = 0;
    batch.bytes = 0;
    batch.partition = partition;
    batch.oldestUs = Number.POSITIVE_INFINITY;
    batch.holds = 1;
    return batch;
  }

  /** Whoever held it needs it no more. */
  release(batch: RecordBatch): void {
    if (--batch.holds > 0) return;
    batch.use++;
    this.#free.push(batch);
  }
}
