/** One replica of a service: its servers, and the line of jobs that wait for one (a list through the columns of the jobs). */
import type { Jobs } from './jobs.ts';

export class Replica {
  /** Servers it has when nothing is wrong. */
  readonly servers: number;
  readonly zone: string | null;
  readonly #jobs: Jobs;
  /** Takes new calls; one that does not finishes what it holds, and is gone when it is empty. */
  active = true;
  /** Servers it has now. */
  capacity: number;
  /** Whole outages in force; they may overlap. */
  #outages = 0;
  /** Servers that faults have taken away, one by one. */
  #lost = 0;
  /** Impairments in force: factor on service times, and those that hit only a share of the jobs; share of calls that end in an error. */
  slow = 1;
  slowsSome: readonly { readonly factor: number; readonly share: number; readonly serial: number }[] = [];
  errors = 0;
  /** Jobs that hold a server; with processor sharing all in service. */
  busy = 0;
  /** Servers at work. */
  inUse = 0;
  waiting = 0;
  /** Calls in the system, waiting, served or calling others. */
  inSystem = 0;
  /** First of those who wait; -1: nobody. */
  head = -1;
  #tail = -1;

  constructor(jobs: Jobs, servers: number | null, zone: string | null) {
    this.#jobs = jobs;
    this.servers = servers ?? Number.POSITIVE_INFINITY;
    this.zone = zone;
    this.capacity = this.servers;
  }

  get free(): boolean {
    return this.busy < this.capacity;
  }

  /** Not one server left. */
  get down(): boolean {
    return this.capacity === 0;
  }

  /** There: it takes calls, or still holds some. */
  get running(): boolean {
    return this.active || this.inSystem > 0;
  }

  /** Takes servers away; `servers` is Infinity for the whole replica. */
  lose(servers: number): void {
    if (servers >= this.servers) this.#outages++;
    else this.#lost += servers;
    this.#count();
  }

  /** Gives back what `lose` took with the same number. */
  regain(servers: number): void {
    if (servers >= this.servers) this.#outages--;
    else this.#lost -= servers;
    this.#count();
  }

  #count(): void {
    this.capacity = this.#outages > 0 ? 0 : Math.max(0, this.servers - this.#lost);
  }

  // --- the line ---

  joinLast(job: number): void {
    const { next, previous } = this.#jobs;
    next[job] = -1;
    previous[job] = this.#tail;
    if (this.#tail >= 0) next[this.#tail] = job;
    else this.head = job;
    this.#tail = job;
    this.waiting++;
  }

  joinFirst(job: number): void {
    const { next, previous } = this.#jobs;
    previous[job] = -1;
    next[job] = this.head;
    if (this.head >= 0) previous[this.head] = job;
    else this.#tail = job;
    this.head = job;
    this.waiting++;
  }

  leaveLine(job: number): void {
    const jobs = this.#jobs;
    const next = jobs.next[job] as number;
    const previous = jobs.previous[job] as number;
    if (previous >= 0) jobs.next[previous] = next;
    else this.head = next;
    if (next >= 0) jobs.previous[next] = previous;
    else this.#tail = previous;
    this.waiting--;
  }
}
