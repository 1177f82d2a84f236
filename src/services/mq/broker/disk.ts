/**
 * A node's disk, or the one that nodes share: all that waits when a commit begins is committed with it (a group commit).
 *
 *   write ─▶ waits ─▶ in the commit under way ─▶ stored        a commit takes latency + bytes ÷ rate
 *
 * Who waits for each of its writes gets one in each commit; many at once get many in each.
 */
import type { Handle, Simulation } from '../../../kernel/index.ts';
import { type Job, JobRing } from './job-ring.ts';

export interface DiskSettings {
  /** Of a commit, microseconds; default 0. */
  readonly latencyUs?: number;
  /** Default: no limit. */
  readonly bytesPerSecond?: number;
  /** After each commit, when all who waited for it know. */
  readonly onCommit?: () => void;
}

export class Disk {
  /** Factor on commits that begin now. */
  slowness = 1;
  commits = 0;
  written = 0;
  readonly #sim: Simulation;
  readonly #latencyUs: number;
  readonly #bytesPerSecond: number;
  readonly #onCommit: () => void;
  readonly #jobs = new JobRing();
  /** Of the jobs, those in the commit under way. */
  #committing = 0;
  /** Counts the deaths of its node. */
  #life = 0;
  #waitingBytes = 0;
  #event: Handle | null = null;

  constructor(
    sim: Simulation,
    { latencyUs = 0, bytesPerSecond = Number.POSITIVE_INFINITY, onCommit }: DiskSettings = {},
  ) {
    this.#sim = sim;
    this.#latencyUs = latencyUs;
    this.#bytesPerSecond = bytesPerSecond;
    this.#onCommit = onCommit ?? (() => {});
  }

  /** Whether a commit takes no time. */
  get isInstant(): boolean {
    return this.#latencyUs === 0 && this.#bytesPerSecond === Number.POSITIVE_INFINITY;
  }

  /** Writes that are not committed. */
  get waiting(): number {
    return this.#jobs.count;
  }

  /** Done when it is committed: at once where a commit takes no time. */
  write(bytes: number, job: Job, a: number, b: number): void {
    this.written += bytes;
    if (this.isInstant) {
      this.commits++;
      job.onDone(a, b);
      return;
    }
    this.#jobs.put(job, a, b, bytes);
    this.#waitingBytes += bytes;
    if (this.#event === null) this.#begin();
  }

  /** Its node died: nothing of the commit under way, or after it, is stored. */
  lose(): void {
    if (this.#event !== null) this.#sim.cancel(this.#event);
    this.#event = null;
    this.#life++;
    this.#waitingBytes = 0;
    while (this.#jobs.count > 0) this.#jobs.take(false);
  }

  #begin(): void {
    const us = (this.#latencyUs + (this.#waitingBytes * 1_000_000) / this.#bytesPerSecond) * this.slowness;
    this.#committing = this.#jobs.count;
    this.#waitingBytes = 0;
    this.#event = this.#sim.schedule(Math.ceil(us), this.#onCommitted, 0);
  }

  readonly #onCommitted = (): void => {
    this.commits++;
    const life = this.#life;
    for (let left = this.#committing; left > 0; left--) {
      this.#jobs.take(true);
      // The node died of it: what waits now belongs to its next life.
      if (life !== this.#life) return;
    }
    this.#event = null;
    if (this.#jobs.count > 0) this.#begin();
    this.#onCommit();
  };
}
