/** What faults do to the replicas of a service: which parts they strike, those there now and those that come later. */
import type { Replica } from './replica.ts';

/** Part of a service that a fault strikes: all of it where everything is null. */
export interface Part {
  readonly replica: number | null;
  readonly zone: string | null;
  readonly share: number | null;
}

/** What a fault does to the part it strikes. */
export interface Impairment extends Part {
  /** Factor on service times begun while it lasts; null: none. With a `share`, each job is hit with that probability. */
  readonly slow: number | null;
  /** Share of calls that end in an error after their service; null: none. */
  readonly errors: number | null;
}

function covers(part: Part, index: number, replica: Replica): boolean {
  return (part.replica === null || part.replica === index) && (part.zone === null || part.zone === replica.zone);
}

/** Slow downs and errors in force. */
export class Impairments {
  readonly #inForce: { readonly impairment: Impairment; readonly serial: number }[] = [];
  #begun = 0;

  /** Begins one; the returned function takes it from the list. Either way `apply` brings it to the replicas. */
  add(impairment: Impairment): () => void {
    const entry = { impairment, serial: ++this.#begun };
    this.#inForce.push(entry);
    return () => {
      this.#inForce.splice(this.#inForce.indexOf(entry), 1);
    };
  }

  apply(index: number, replica: Replica): void {
    const slowsSome: { factor: number; share: number; serial: number }[] = [];
    replica.slow = 1;
    replica.errors = 0;
    for (const { impairment, serial } of this.#inForce) {
      if (!covers(impairment, index, replica)) continue;
      const { slow, errors } = impairment;
      const share = impairment.share ?? 1;
      if (slow !== null && share >= 1) replica.slow *= slow;
      else if (slow !== null) slowsSome.push({ factor: slow, share, serial });
      if (errors !== null) replica.errors = 1 - (1 - replica.errors) * (1 - share * errors);
    }
    replica.slowsSome = slowsSome;
  }
}

/**
 * Servers that an outage takes of each replica. A share is rounded over all replicas up to one, so that it is spread evenly and
 * those that come later have their part in it. A share of an endless number is none.
 */
export class Outage {
  readonly #part: Part;
  readonly #taken: number[] = [];
  #covered = 0;

  constructor(part: Part) {
    this.#part = part;
  }

  /** Servers taken of the replica at `index`, Infinity for all of it. Asked the first time for each replica in their order. */
  of(index: number, replica: Replica): number {
    return (this.#taken[index] ??= this.#next(index, replica));
  }

  #next(index: number, replica: Replica): number {
    if (!covers(this.#part, index, replica)) return 0;
    const share = this.#part.share ?? 1;
    if (share >= 1) return Number.POSITIVE_INFINITY;
    if (!Number.isFinite(replica.servers)) return 0;
    const before = this.#covered;
    this.#covered = before + replica.servers;
    return Math.round(share * this.#covered) - Math.round(share * before);
  }
}
