/** A KPU: one CPU, which serves the subtasks on it record by record, in the order in which they ask. */
import type { Simulation } from '../../kernel/index.ts';

export interface CpuUser {
  /** It has had its CPU time. */
  onCpu(): void;
}

export class Kpu {
  readonly #sim: Simulation;
  /** Who is served comes first. */
  readonly #line: CpuUser[] = [];
  readonly #times: number[] = [];
  readonly #done: (kpu: Kpu) => void;
  #sinceUs = 0;
  #busyUs = 0;
  #dead = false;

  constructor(sim: Simulation) {
    this.#sim = sim;
    this.#done = (kpu) => kpu.#finish();
  }

  ask(user: CpuUser, us: number): void {
    this.#line.push(user);
    this.#times.push(us);
    if (this.#line.length === 1) this.#begin();
  }

  /** How long it has been busy in all. */
  busyUs(): number {
    return this.#busyUs + (this.#line.length > 0 ? this.#sim.now - this.#sinceUs : 0);
  }

  kill(): void {
    this.#dead = true;
  }

  #begin(): void {
    this.#sinceUs = this.#sim.now;
    this.#sim.schedule(this.#times[0] as number, this.#done, this);
  }
  #finish(): void {
    if (this.#dead) return;
    this.#busyUs += this.#sim.now - this.#sinceUs;
    const user = this.#line.shift() as CpuUser;
    this.#times.shift();
    if (this.#line.length > 0) this.#begin();
    user.onCpu();
  }
}
