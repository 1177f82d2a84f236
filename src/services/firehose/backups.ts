/** What goes to S3 beside the data: records as they came, where all are backed up, and those that failed on the way; a buffer for each kind. */
import type { Simulation } from '../../kernel/index.ts';
import { RecordBuffer, type BufferLimits, limitsOf } from './record-buffer.ts';
import type { Deliveries } from './deliveries.ts';
import { BUCKET } from './destinations.ts';
import type { Oldest } from './oldest.ts';
import type { Content } from './operations.ts';
import type { BatchPool } from './record-batch.ts';
import type { FirehoseSettings } from './settings.ts';

export class Backups {
  readonly #sim: Simulation;
  readonly #limits: BufferLimits;
  readonly #pool: BatchPool;
  readonly #oldest: Oldest;
  readonly #deliveries: Deliveries;
  readonly #buffers = new Map<Content, RecordBuffer>();

  constructor(
    sim: Simulation,
    { backupBuffer, intervalFrom }: FirehoseSettings,
    pool: BatchPool,
    oldest: Oldest,
    deliveries: Deliveries,
  ) {
    this.#sim = sim;
    this.#limits = { ...limitsOf(backupBuffer, BUCKET), intervalFrom };
    this.#pool = pool;
    this.#oldest = oldest;
    this.#deliveries = deliveries;
  }

  add(content: Content, data: number, bytes: number, arrivedUs: number): void {
    const buffer = this.#buffers.get(content) ?? this.#make(content);
    buffer.add(data, bytes, arrivedUs);
  }

  #make(content: Content): RecordBuffer {
    const deliveries = this.#deliveries;
    const buffer = new RecordBuffer({
      sim: this.#sim,
      pool: this.#pool,
      oldest: this.#oldest,
      limits: this.#limits,
      ahead: deliveries.backupOf(content),
      phase: 0,
      onClosed: (batch) => deliveries.sendBackup(content, batch),
    });
    this.#buffers.set(content, buffer);
    return buffer;
  }
}
