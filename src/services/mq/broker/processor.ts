/** A node's processor: one server for all that goes through the node, first come, first served. Times are reckoned when work comes in, so one kernel event serves the head. */
import type { Handle, Simulation } from '../../../kernel/index.ts';
import { type Job, JobRing } from './job-ring.ts';

export class Processor {
  /** Factor on what begins now: a node that is slow. */
  slowness = 1;
  /** All its work since the start, microseconds. */
  busyUs = 0;
  readonly #sim: Simulation;
  readonly #onBusy: ((isBusy: boolean) => void) | null;
  readonly #jobs = new JobRing();
  #busyUntilUs = 0;
  #event: Handle | null = null;
  #isServing = false;
  #isBusy = false;

  /** `onBusy`: told when it begins to work, and when it has nothing to do. */
  constructor(sim: Simulation, onBusy?: (isBusy: boolean) => void) {
    this.#sim = sim;
    this.#onBusy = onBusy ?? null;
  }

  /** Work that has come in and is not done: until when it is busy with it, microseconds from now. */
  get backlogUs(): number {
    return Math.max(0, this.#busyUntilUs - this.#sim.now);
  }
  get waiting(): number {
    return this.#jobs.count;
  }

  /** `costUs` may be a fraction. What costs nothing is done at once, unless other work is before it. */
  submit(costUs: number, job: Job, a: number, b: number): void {
    const cost = costUs * this.slowness;
    if (cost === 0 && this.#jobs.count === 0) {
      job.onDone(a, b);
      return;
    }
    this.busyUs += cost;
    if (this.#onBusy !== null && !this.#isBusy) this.#setBusy(true);
    this.#busyUntilUs = Math.max(this.#sim.now, this.#busyUntilUs) + cost;
    this.#jobs.put(job, a, b, this.#busyUntilUs);
    this.#wake();
  }

  /** The node died. */
  lose(): void {
    if (this.#event !== null) this.#sim.cancel(this.#event);
    this.#event = null;
    this.busyUs -= this.backlogUs;
    this.#busyUntilUs = this.#sim.now;
    if (this.#isBusy) this.#setBusy(false);
    while (this.#jobs.count > 0) this.#jobs.take(false);
  }

  #setBusy(isBusy: boolean): void {
    this.#isBusy = isBusy;
    this.#onBusy?.(isBusy);
  }

  #wake(): void {
    if (this.#event !== null || this.#isServing || this.#jobs.count === 0) return;
    this.#event = this.#sim.scheduleAt(Math.max(this.#sim.now, Math.ceil(this.#jobs.firstAt)), this.#serve, 0);
  }

  readonly #serve = (): void => {
    this.#event = null;
    this.#isServing = true;
    while (this.#jobs.count > 0 && this.#jobs.firstAt <= this.#sim.now) this.#jobs.take(true);
    this.#isServing = false;
    if (this.#isBusy && this.#jobs.count === 0) this.#setBusy(false);
    this.#wake();
  };
}
