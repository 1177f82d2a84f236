/**
 * Dynamic partitioning: a buffer for each partition that has records on their way.
 *
 *   add ─▶ first stage, half an interval ─▶ buffer of its partition, an interval from its first record on ─▶ delivery ─▶ the partition is gone
 *                                      └─ none, or one too many ─▶ errors
 *
 * So it may take one and a half intervals until a record is delivered.
 */
import { firehoseFacts as f } from '../../facts/index.ts';
import { RecordBuffer, type BufferPlace } from './record-buffer.ts';
import type { Level } from '../ports.ts';
import type { Content } from './operations.ts';
import type { RecordBatch } from './record-batch.ts';

const FIRST_STAGE = f.partitionDelayFactor.value - 1;
const FIRST_KEYS = 64;

interface Partition {
  readonly buffer: RecordBuffer;
  /** Deliveries that have not ended. */
  underWay: number;
}

export interface PartitionsOutput {
  readonly errors: (content: Content, data: number, bytes: number, arrivedUs: number) => void;
  readonly active: Level;
  /** 1 while there are as many as there may be. */
  readonly exceeded: Level;
}

const ALWAYS_ROOM = { hasRoom: true, wait: (): void => {} };

export class Partitions {
  readonly #place: BufferPlace;
  readonly #most: number;
  readonly #output: PartitionsOutput;
  readonly #firstStage: RecordBuffer;
  readonly #partitions = new Map<number, Partition>();
  /** Of the records in the first stage. */
  #keys = new Float64Array(FIRST_KEYS);
  #count = 0;

  /** `place`: of the buffers of partitions. */
  constructor(place: BufferPlace, most: number, output: PartitionsOutput) {
    this.#place = {
      ...place,
      onClosed: (batch) => {
        (this.#partitions.get(batch.partition) as Partition).underWay++;
        place.onClosed(batch);
      },
    };
    this.#most = most;
    this.#output = output;
    const { limits } = place;
    this.#firstStage = new RecordBuffer({
      ...place,
      limits: {
        ...limits,
        get bytes() {
          return limits.bytes;
        },
        get intervalUs() {
          return Math.ceil(limits.intervalUs * FIRST_STAGE);
        },
        intervalFrom: 'lastDelivery',
      },
      ahead: ALWAYS_ROOM,
      phase: 2,
      onClosed: (batch) => this.#sort(batch),
    });
  }

  add(data: number, bytes: number, arrivedUs: number, partition: number): void {
    if (this.#count === this.#keys.length) {
      const longer = new Float64Array(this.#count * 2);
      longer.set(this.#keys);
      this.#keys = longer;
    }
    this.#keys[this.#count++] = partition;
    this.#firstStage.add(data, bytes, arrivedUs);
  }

  /** A delivery of it has ended. */
  ended(key: number): void {
    const partition = this.#partitions.get(key) as Partition;
    partition.underWay--;
    this.#forgetIfIdle(key, partition);
  }

  #sort(batch: RecordBatch): void {
    const { data, size, arrivedUs, count } = batch;
    this.#count = 0;
    for (let i = 0; i < count; i++) {
      const key = this.#keys[i] as number;
      const partition = key === -1 ? null : this.#find(key);
      if (partition !== null) partition.buffer.add(data[i] as number, size[i] as number, arrivedUs[i] as number);
      else {
        const content = key === -1 ? 'partitioning-failed' : 'partitions-exceeded';
        this.#output.errors(content, data[i] as number, size[i] as number, arrivedUs[i] as number);
      }
    }
    this.#place.oldest.leave(batch);
    this.#place.pool.release(batch);
  }

  /** Null: there are as many as there may be. */
  #find(key: number): Partition | null {
    const found = this.#partitions.get(key);
    if (found !== undefined) return found;
    if (this.#partitions.size >= this.#most) {
      this.#output.exceeded.set(1);
      return null;
    }
    const made = { buffer: new RecordBuffer(this.#place, key), underWay: 0 };
    this.#partitions.set(key, made);
    this.#output.active.set(this.#partitions.size);
    return made;
  }

  #forgetIfIdle(key: number, { buffer, underWay }: Partition): void {
    if (underWay > 0 || !buffer.isEmpty) return;
    this.#partitions.delete(key);
    this.#output.active.set(this.#partitions.size);
    this.#output.exceeded.set(0);
  }
}
