/** Servers at work, of how many: the levels of the report, and sums over time for those who look at it in periods. */
import type { Level } from '../ports.ts';

/** Sums since the start of the run, exact at the instant of reading: the difference of two readings is what happened in between. */
export interface ServiceUse {
  /** Servers at work, over time: server microseconds. */
  readonly busyServerUs: number;
  /** Servers of the running replicas, over time; 0 where they are unlimited. */
  readonly serverUs: number;
  /** Replicas that run (those that still finish their work included), over time: replica microseconds. */
  readonly replicaUs: number;
  /** Calls that came, refused ones included. */
  readonly calls: number;
}

export interface UseLevels {
  readonly busy: Level;
  /** null where there is no limit to use. */
  readonly utilisation: Level | null;
  /** null where replicas do not come and go. */
  readonly running: Level | null;
}

export class ServerUse {
  readonly #clock: { readonly now: number };
  readonly #servers: number;
  readonly #busy: Level;
  readonly #utilisation: Level | null;
  readonly #running: Level | null;
  #inUse = 0;
  #replicas = 0;
  #asOf = 0;
  #busyServerUs = 0;
  #replicaUs = 0;

  constructor(clock: { readonly now: number }, servers: number | null, replicas: number, levels: UseLevels) {
    this.#clock = clock;
    this.#servers = servers ?? 0;
    this.#busy = levels.busy;
    this.#utilisation = levels.utilisation;
    this.#running = levels.running;
    this.#replicas = replicas;
    this.#running?.set(replicas);
  }

  get replicas(): number {
    return this.#replicas;
  }

  /** Servers at work have become more, or fewer. */
  add(servers: number): void {
    if (this.#running !== null) this.#advance();
    this.#inUse += servers;
    this.#busy.set(this.#inUse);
    this.#utilisation?.set(this.#inUse / (this.#servers * this.#replicas));
  }

  setReplicas(running: number): void {
    this.#advance();
    this.#replicas = running;
    this.#running?.set(running);
    this.#utilisation?.set(this.#inUse / (this.#servers * running));
  }

  /** Throws where replicas do not come and go: then no sums are kept. */
  read(calls: number): ServiceUse {
    if (this.#running === null) throw new Error('only an elastic service keeps sums of its use');
    this.#advance();
    const replicaUs = this.#replicaUs;
    return { busyServerUs: this.#busyServerUs, serverUs: replicaUs * this.#servers, replicaUs, calls };
  }

  #advance(): void {
    const now = this.#clock.now;
    const us = now - this.#asOf;
    if (us === 0) return;
    this.#asOf = now;
    this.#busyServerUs += us * this.#inUse;
    this.#replicaUs += us * this.#replicas;
  }
}
