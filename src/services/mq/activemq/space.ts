/**
 * Producer flow control: the store's space for persistent messages, memory and temporary store for the others. What doesn't fit waits, first come, first served, until
 * something has left.
 */
import type { Simulation } from '../../../kernel/index.ts';
import type { MemoryUse } from '../broker/broker-queue.ts';
import type { ActiveMqLimits } from './settings.ts';

/** Something that waits for space. */
export interface Waiting {
  onFree(): void;
  /** The broker died before. */
  onLost(): void;
}

interface Room {
  readonly limit: number;
  used: number;
  waiting: Waiting[];
}

export class Space implements MemoryUse {
  readonly #sim: Simulation;
  readonly #store: Room;
  readonly #transient: Room;
  readonly #onChange: (() => void) | null;
  #isDraining = false;

  constructor(sim: Simulation, limits: ActiveMqLimits, onChange: (() => void) | null = null) {
    this.#sim = sim;
    this.#store = room(limits.storeBytes);
    this.#transient = room(limits.transientBytes);
    this.#onChange = onChange;
  }

  get storeUsed(): number {
    return this.#store.used;
  }
  get storeLimit(): number {
    return this.#store.limit;
  }
  get transientUsed(): number {
    return this.#transient.used;
  }
  get transientLimit(): number {
    return this.#transient.limit;
  }
  get waiting(): number {
    return this.#store.waiting.length + this.#transient.waiting.length;
  }

  /** For the queues: what their messages take; negative: given back. */
  add(bytes: number, persistent: boolean): void {
    const to = persistent ? this.#store : this.#transient;
    to.used += bytes;
    this.#onChange?.();
    if (bytes < 0 && to.waiting.length > 0 && !this.#isDraining) {
      this.#isDraining = true;
      // Not from within a queue that is just letting go of something.
      this.#sim.schedule(0, this.#drain, 0);
    }
  }

  /** A message may come while anything is free, however large it is. */
  isFull(persistent: boolean): boolean {
    const { used, limit, waiting } = persistent ? this.#store : this.#transient;
    return used >= limit || waiting.length > 0;
  }

  whenFree(persistent: boolean, one: Waiting): void {
    (persistent ? this.#store : this.#transient).waiting.push(one);
  }

  /** The broker died: nobody waits any more. */
  lose(): void {
    for (const of of [this.#store, this.#transient]) {
      const lost = of.waiting;
      of.waiting = [];
      for (const one of lost) one.onLost();
    }
  }

  readonly #drain = (): void => {
    this.#isDraining = false;
    for (const of of [this.#store, this.#transient]) {
      while (of.waiting.length > 0 && of.used < of.limit) (of.waiting.shift() as Waiting).onFree();
    }
  };
}

function room(limit = Number.POSITIVE_INFINITY): Room {
  return { limit, used: 0, waiting: [] };
}
