/**
 * A buffer: it collects records, and hands them on when they are enough or the interval is over, whichever comes first.
 *
 *   add ─▶ batch ─┬─ size ≥ limit ─────┬─ there is room ahead ─▶ closed
 *                 └─ end of interval ──┴─ there is none: it grows until there is, or until it can't
 *
 * The record that fills it goes with it, so it may be too large by a part of one. Intervals follow on each other from the last time it was closed, and one without records costs no event; or
 * each begins with the first record.
 */
import { firehoseFacts } from '../../facts/index.ts';
import type { Handle, Phase, Simulation } from '../../kernel/index.ts';
import type { Oldest } from './oldest.ts';
import type { BatchPool, RecordBatch } from './record-batch.ts';

const ZERO_BUFFER_US = firehoseFacts.zeroBufferUs.value;

/** Of all buffers of a place; they may change while it is in use. */
export interface BufferLimits {
  bytes: number;
  /** It never grows beyond. */
  readonly maxBytes: number;
  readonly maxRecords: number;
  intervalUs: number;
  readonly intervalFrom: 'lastDelivery' | 'firstRecord';
}

/** Those of a buffer before this destination. */
export function limitsOf(
  { bytes, intervalUs }: { readonly bytes: number; readonly intervalUs: number },
  { maxBufferBytes: maxBytes, maxRecords }: { readonly maxBufferBytes: number; readonly maxRecords: number },
): Omit<BufferLimits, 'intervalFrom'> {
  return { bytes, intervalUs, maxBytes, maxRecords };
}

/** What takes closed buffers. */
export interface Ahead {
  readonly hasRoom: boolean;
  /** Calls `buffer.onRoom` as soon as there is some. */
  wait(buffer: RecordBuffer): void;
}

export interface BufferPlace {
  readonly sim: Simulation;
  readonly pool: BatchPool;
  readonly oldest: Oldest;
  readonly limits: BufferLimits;
  readonly ahead: Ahead;
  /**
   * Of the end of an interval. 0: what comes at that instant is in the next one. 2, of buffers whose records go on into others: it is in this one, and what is behind it has closed before.
   */
  readonly phase: Phase;
  onClosed(batch: RecordBatch): void;
}

export class RecordBuffer {
  readonly #place: BufferPlace;
  readonly #partition: number;
  #batch: RecordBatch | null = null;
  #timer: Handle | null = null;
  #waits = false;
  /** When it was closed last. */
  #closedUs: number;

  constructor(place: BufferPlace, partition = -1) {
    this.#place = place;
    this.#partition = partition;
    this.#closedUs = place.sim.now;
  }

  get isEmpty(): boolean {
    return this.#batch === null;
  }

  add(data: number, bytes: number, arrivedUs: number): void {
    const batch = this.#batch ?? this.#open();
    if (batch.add(data, bytes, arrivedUs)) this.#place.oldest.enter(batch);
    const { limits } = this.#place;
    if (batch.bytes >= limits.bytes || batch.count >= limits.maxRecords) this.#due(batch);
  }

  /** Hands on what it has. */
  close(): void {
    const batch = this.#batch;
    if (batch === null) return;
    const { sim } = this.#place;
    if (this.#timer !== null) sim.cancel(this.#timer);
    this.#timer = null;
    this.#batch = null;
    this.#waits = false;
    this.#closedUs = sim.now;
    this.#place.onClosed(batch);
  }

  /** Unless it was closed meanwhile, because it could not grow any more. */
  onRoom(): void {
    if (this.#waits) this.close();
  }

  #open(): RecordBatch {
    const { sim, pool, phase } = this.#place;
    const batch = pool.take(this.#partition);
    this.#batch = batch;
    this.#timer = sim.scheduleAt(this.#endUs(sim.now), this.#onInterval, undefined, phase);
    return batch;
  }

  /** Of the interval that now lies in. */
  #endUs(nowUs: number): number {
    const { intervalUs, intervalFrom } = this.#place.limits;
    if (intervalUs === 0) return nowUs + ZERO_BUFFER_US;
    if (intervalFrom === 'firstRecord') return nowUs + intervalUs;
    return this.#closedUs + (Math.floor((nowUs - this.#closedUs) / intervalUs) + 1) * intervalUs;
  }

  readonly #onInterval = (): void => {
    this.#timer = null;
    this.#due(this.#batch as RecordBatch);
  };

  #due({ bytes, count }: RecordBatch): void {
    const { limits, ahead } = this.#place;
    if (ahead.hasRoom || bytes >= limits.maxBytes || count >= limits.maxRecords) this.close();
    else if (!this.#waits) {
      this.#waits = true;
      ahead.wait(this);
    }
  }
}
