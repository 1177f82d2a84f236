/** A delivery on its way. */
import type { Handle } from '../../kernel/index.ts';
import type { Content, Delivery } from './operations.ts';
import type { BatchPool, RecordBatch } from './record-batch.ts';

export class Shipment implements Delivery {
  readonly number: number;
  readonly content: Content;
  readonly prefix: string;
  readonly batches: readonly RecordBatch[];
  readonly records: number;
  readonly bytes: number;
  attempt = 0;
  /** Of the first attempt, and of this one. */
  firstUs = 0;
  sentUs = 0;
  /** What it takes to make it ready. */
  readyUs = 0;
  /** Of the retry duration. */
  leftUs = 0;
  /** It waits for its first attempt or the next one. */
  timer: Handle | null = null;
  started = false;
  failed = false;
  /** It has been kept as long as data is kept. */
  expired = false;
  readonly #pool: BatchPool;

  constructor(
    pool: BatchPool,
    number: number,
    content: Content,
    prefix: string,
    batches: readonly RecordBatch[],
    ratio: number,
  ) {
    this.#pool = pool;
    this.number = number;
    this.content = content;
    this.prefix = prefix;
    this.batches = batches;
    let records = 0;
    let bytes = 0;
    for (const batch of batches) {
      records += batch.count;
      bytes += Math.ceil(batch.bytes * ratio);
    }
    this.records = records;
    this.bytes = bytes;
  }

  retain(): void {
    for (const batch of this.batches) batch.holds++;
  }

  release(): void {
    for (const batch of this.batches) this.#pool.release(batch);
  }
}
