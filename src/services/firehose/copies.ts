/**
 * Redshift's COPY: objects that were written to S3 wait for it, and each takes all that wait. The next begins as soon as the last has ended.
 *
 *   object in S3 ─▶ waits ─▶ COPY ─┬─ ok ─▶ delivered
 *                                  └─ given up ─▶ skipped: the objects stay in S3, and a manifest names them
 */
import type { RecordBatch } from './record-batch.ts';

export class Copies {
  readonly #copy: (batches: readonly RecordBatch[]) => void;
  #waiting: RecordBatch[] = [];
  #runs = false;

  constructor(copy: (batches: readonly RecordBatch[]) => void) {
    this.#copy = copy;
  }

  add(batches: readonly RecordBatch[]): void {
    this.#waiting.push(...batches);
    this.#begin();
  }

  ended(): void {
    this.#runs = false;
    this.#begin();
  }

  #begin(): void {
    if (this.#runs || this.#waiting.length === 0) return;
    const batches = this.#waiting;
    this.#waiting = [];
    this.#runs = true;
    this.#copy(batches);
  }
}
