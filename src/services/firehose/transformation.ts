/**
 * Transformation by a function: records are collected, handed to it in batches, and go on as it says.
 *
 *   add ─▶ buffer ─▶ invocation ─┬─ well: Ok ─▶ on; Dropped; ProcessingFailed or missing ─▶ errors
 *                       ▲        └─ failed, too large, or not over in five minutes ─┬─ retries left: wait ─┐
 *                       └───────────────────────────────────────────────────────────┼──────────────────────┘
 *                                                                                   └─ none: all of them ─▶ errors
 */
import { firehoseFacts as f } from '../../facts/index.ts';
import { type Simulation, TimeoutLane } from '../../kernel/index.ts';
import { type Ahead, RecordBuffer, type BufferLimits } from './record-buffer.ts';
import type { FirehoseMetrics } from './firehose-metrics.ts';
import type { Oldest } from './oldest.ts';
import { type Invocation, type TransformerOwner, Result, type Transformer } from './operations.ts';
import type { BatchPool, RecordBatch } from './record-batch.ts';
import type { TransformSettings } from './settings.ts';

const MAX_BUFFER_BYTES = f.transformMBMax.value * 1_000_000;
const MAX_PAYLOAD_BYTES = f.transformPayloadBytes.value;

/** Where records go on. */
export interface TransformedOutput {
  /** The function's data, and when the record behind it came. */
  onward(data: number, bytes: number, arrivedUs: number, partition: number): void;
  dropped(data: number): void;
  /** The record as it came. */
  failed(data: number, bytes: number, arrivedUs: number): void;
}

/** An attempt at a batch; one that is given up is never used again, for the function may still write into it. */
class Attempt implements Invocation {
  readonly records: RecordBatch;
  readonly attempt: number;
  readonly startUs: number;
  readonly result: Uint8Array;
  readonly data: Float64Array;
  readonly bytes: Int32Array;
  readonly partition: Float64Array;

  constructor(records: RecordBatch, attempt: number, startUs: number) {
    const { count } = records;
    this.records = records;
    this.attempt = attempt;
    this.startUs = startUs;
    this.result = new Uint8Array(count);
    this.data = records.data.slice(0, count);
    this.bytes = records.size.slice(0, count);
    this.partition = new Float64Array(count).fill(-1);
  }
}

export class Transformation implements TransformerOwner, Ahead {
  readonly #sim: Simulation;
  readonly #settings: TransformSettings;
  readonly #transformer: Transformer;
  readonly #pool: BatchPool;
  readonly #oldest: Oldest;
  readonly #output: TransformedOutput;
  readonly #metrics: FirehoseMetrics;
  readonly #buffer: RecordBuffer;
  readonly #timeouts: TimeoutLane;
  readonly #running = new Map<number, Attempt>();
  readonly #queue: RecordBatch[] = [];
  readonly #waiting: RecordBuffer[] = [];
  /** Batches that are with the function, waits between attempts included. */
  #busy = 0;
  #next = 0;

  constructor(
    sim: Simulation,
    settings: TransformSettings,
    ports: {
      readonly transformer: Transformer;
      readonly pool: BatchPool;
      readonly oldest: Oldest;
      readonly output: TransformedOutput;
      readonly metrics: FirehoseMetrics;
    },
  ) {
    this.#sim = sim;
    this.#settings = settings;
    this.#transformer = ports.transformer;
    this.#pool = ports.pool;
    this.#oldest = ports.oldest;
    this.#output = ports.output;
    this.#metrics = ports.metrics;
    const limits: BufferLimits = {
      bytes: settings.buffer.bytes,
      maxBytes: Math.max(MAX_BUFFER_BYTES, settings.buffer.bytes),
      maxRecords: Number.POSITIVE_INFINITY,
      intervalUs: settings.buffer.intervalUs,
      intervalFrom: 'lastDelivery',
    };
    this.#buffer = new RecordBuffer({
      sim,
      pool: ports.pool,
      oldest: ports.oldest,
      limits,
      ahead: this,
      phase: 2,
      onClosed: (batch) => this.#take(batch),
    });
    this.#timeouts = new TimeoutLane(
      sim,
      settings.timeoutUs,
      (tag) => this.onTransformed(tag, false),
      (tag) => this.#running.has(tag),
      2,
    );
  }

  get hasRoom(): boolean {
    return this.#busy < this.#settings.concurrency;
  }

  wait(buffer: RecordBuffer): void {
    this.#waiting.push(buffer);
  }

  add(data: number, bytes: number, arrivedUs: number): void {
    this.#buffer.add(data, bytes, arrivedUs);
  }

  onTransformed(tag: number, well: boolean): void {
    const attempt = this.#running.get(tag);
    if (attempt === undefined) return;
    this.#running.delete(tag);
    const fine = well && base64(okBytes(attempt)) <= MAX_PAYLOAD_BYTES;
    this.#metrics.invoked(this.#sim.now - attempt.startUs, fine);
    if (fine) this.#sort(attempt);
    else this.#failed(attempt.records, attempt.attempt);
  }

  #take(batch: RecordBatch): void {
    if (this.hasRoom) this.#begin(batch);
    else this.#queue.push(batch);
  }

  #begin(batch: RecordBatch): void {
    this.#busy++;
    // It would not fit into any invocation.
    if (base64(batch.bytes) > MAX_PAYLOAD_BYTES) this.#giveUp(batch);
    else this.#invoke(batch, 1);
  }

  #invoke(batch: RecordBatch, attempt: number): void {
    const tag = this.#next++;
    const invocation = new Attempt(batch, attempt, this.#sim.now);
    this.#running.set(tag, invocation);
    this.#timeouts.arm(tag, 0);
    this.#transformer.invoke(invocation, this, tag);
  }

  #failed(batch: RecordBatch, attempt: number): void {
    if (attempt > this.#settings.retries) this.#giveUp(batch);
    else this.#sim.schedule(this.#settings.retryWaitUs, () => this.#invoke(batch, attempt + 1), undefined);
  }

  #giveUp(batch: RecordBatch): void {
    for (let i = 0; i < batch.count; i++) this.#fail(batch, i);
    this.#leave(batch);
  }

  #sort({ records, result, data, bytes, partition }: Attempt): void {
    let well = 0;
    let wellBytes = 0;
    for (let i = 0; i < records.count; i++) {
      const said = result[i];
      if (said === Result.ok)
        this.#output.onward(
          data[i] as number,
          bytes[i] as number,
          records.arrivedUs[i] as number,
          partition[i] as number,
        );
      else if (said === Result.dropped) this.#output.dropped(records.data[i] as number);
      else {
        this.#fail(records, i);
        continue;
      }
      well++;
      wellBytes += records.size[i] as number;
    }
    this.#metrics.processed(well, wellBytes);
    this.#leave(records);
  }

  #fail({ data, size, arrivedUs }: RecordBatch, at: number): void {
    this.#output.failed(data[at] as number, size[at] as number, arrivedUs[at] as number);
  }

  /** Its records are elsewhere now. */
  #leave(batch: RecordBatch): void {
    this.#oldest.leave(batch);
    this.#pool.release(batch);
    this.#busy--;
    const next = this.#queue.shift();
    if (next !== undefined) this.#begin(next);
    else this.#waiting.shift()?.onRoom();
  }
}

function okBytes({ records, result, bytes }: Attempt): number {
  let total = 0;
  for (let i = 0; i < records.count; i++) if (result[i] === Result.ok) total += bytes[i] as number;
  return total;
}

/** Four characters for three bytes. */
function base64(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}
