/**
 * The store's journal: records wait for the commit under way to end, then all go in one write. A record that nobody wants any more before its write begins is never
 * written: that is how a message that is acknowledged quickly costs no disk (`concurrentStoreAndDispatchQueues`).
 */
import type { Disk } from '../broker/disk.ts';
import type { Job } from '../broker/job-ring.ts';

/** Of a record besides its message, bytes. */
const RECORD_BYTES = 100;

export interface JournalRecord {
  readonly bytes: number;
  /** It is stored. */
  onStored(): void;
  /** The broker died before. */
  onLost?(): void;
}

export class Journal implements Job {
  /** Never written, since nobody wanted them any more. */
  spared = 0;
  readonly #disk: Disk;
  #waiting: JournalRecord[] = [];
  #writing: JournalRecord[] = [];
  #isWriting = false;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  append(record: JournalRecord): void {
    this.#waiting.push(record);
    if (!this.#isWriting) this.#write();
  }

  /** Whether it was in time: its write had not begun. It is told nothing then. */
  spare(record: JournalRecord): boolean {
    const at = this.#waiting.indexOf(record);
    if (at < 0) return false;
    this.#waiting.splice(at, 1);
    this.spared++;
    return true;
  }

  /** The broker died. */
  lose(): void {
    const lost = [...this.#writing, ...this.#waiting];
    this.#waiting = [];
    this.#writing = [];
    this.#isWriting = false;
    for (const record of lost) record.onLost?.();
  }

  #write(): void {
    const records = this.#waiting;
    if (records.length === 0) return;
    this.#waiting = this.#writing;
    this.#writing = records;
    this.#isWriting = true;
    let bytes = 0;
    for (const record of records) bytes += record.bytes + RECORD_BYTES;
    this.#disk.write(bytes, this, 0, 0);
  }

  onDone(): void {
    const records = this.#writing;
    for (const record of records) {
      record.onStored();
      // The broker died of what it was told.
      if (this.#writing !== records) return;
    }
    this.#writing.length = 0;
    this.#isWriting = false;
    this.#write();
  }

  onLost(): void {
    this.lose();
  }
}
