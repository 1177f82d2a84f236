/**
 * Egalitarian processor sharing: n jobs on c processors each get min(1, c/n) of one. Work is kept in virtual work V, which all jobs in
 * service gain at the same rate, so a job of size s that starts at V ends at V + s: a heap of ends and one event for the first.
 */
import type { Handle, Simulation } from '../../kernel/index.ts';

export class ProcessorSharing {
  readonly #sim: Simulation;
  readonly #onServed: (job: number) => void;
  readonly #due = (): void => {
    this.#serveDue();
  };
  readonly #ends: number[] = [];
  readonly #jobs: number[] = [];
  #processors: number;
  #work = 0;
  #asOf = 0;
  #timer: Handle | -1 = -1;
  #serving = false;

  constructor(sim: Simulation, processors: number, onServed: (job: number) => void) {
    this.#sim = sim;
    this.#processors = processors;
    this.#onServed = onServed;
  }

  get count(): number {
    return this.#jobs.length;
  }

  setProcessors(processors: number): void {
    this.#advance();
    this.#processors = processors;
    this.#arm();
  }

  /** Takes a job in: `workUs` is what it needs of a processor of its own. */
  start(job: number, workUs: number): void {
    this.#advance();
    // Idle until now: the count of virtual work begins again, so that it keeps its digits.
    if (this.#jobs.length === 0) this.#work = 0;
    this.#push(this.#work + workUs, job);
    this.#arm();
  }

  /** Takes a job out before its end; returns the work that was left, microseconds (0 for a job that is not in service). */
  remove(job: number): number {
    const at = this.#jobs.indexOf(job);
    if (at < 0) return 0;
    this.#advance();
    const left = (this.#ends[at] as number) - this.#work;
    this.#removeAt(at);
    this.#arm();
    return Math.max(0, left);
  }

  #rate(): number {
    const n = this.#jobs.length;
    return n === 0 ? 0 : Math.min(1, this.#processors / n);
  }

  #advance(): void {
    const now = this.#sim.now;
    this.#work += (now - this.#asOf) * this.#rate();
    this.#asOf = now;
  }

  #arm(): void {
    if (this.#serving) return;
    if (this.#timer !== -1) this.#sim.cancel(this.#timer);
    this.#timer = -1;
    const rate = this.#rate();
    if (rate === 0) return;
    const left = Math.max(0, (this.#ends[0] as number) - this.#work);
    this.#timer = this.#sim.schedule(Math.ceil(left / rate - 1e-6), this.#due, undefined, 0);
  }

  #serveDue(): void {
    this.#timer = -1;
    this.#advance();
    this.#serving = true;
    // One by one: what the end of a job brings about may start or remove others. An end within half a microsecond of now is now.
    while (this.#jobs.length > 0 && (this.#ends[0] as number) <= this.#work + 0.5 * this.#rate()) {
      const job = this.#jobs[0] as number;
      this.#removeAt(0);
      this.#onServed(job);
    }
    this.#serving = false;
    this.#arm();
  }

  #push(end: number, job: number): void {
    let at = this.#jobs.length;
    this.#ends.push(end);
    this.#jobs.push(job);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#ends[parent] as number) <= end) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#ends[at] = end;
    this.#jobs[at] = job;
  }

  #removeAt(hole: number): void {
    const end = this.#ends.pop() as number;
    const job = this.#jobs.pop() as number;
    const n = this.#jobs.length;
    if (hole === n) return;
    let at = hole;
    while (at > 0 && (this.#ends[(at - 1) >> 1] as number) > end) {
      this.#move((at - 1) >> 1, at);
      at = (at - 1) >> 1;
    }
    for (;;) {
      let child = 2 * at + 1;
      if (child >= n) break;
      if (child + 1 < n && (this.#ends[child + 1] as number) < (this.#ends[child] as number)) child++;
      if ((this.#ends[child] as number) >= end) break;
      this.#move(child, at);
      at = child;
    }
    this.#ends[at] = end;
    this.#jobs[at] = job;
  }

  #move(from: number, to: number): void {
    this.#ends[to] = this.#ends[from] as number;
    this.#jobs[to] = this.#jobs[from] as number;
  }
}
