/**
 * The table of leases by which the workers of KCL share the shards of a stream: one lease for each shard. Every write is conditional, as KCL's are in DynamoDB: who
 * writes on what is no longer so is refused. Therefore a lease has one owner at any instant, whatever workers believe.
 *
 *   none ── create ─▶ nobody's ── take ─▶ owned: renewed, checkpointed ── end ─▶ ended
 *                                 ▲           └── take (not renewed any more, or stolen), hand over
 *                                 └───────────┘
 */

/** Where a shard's next owner begins. */
export type Checkpoint =
  /** Behind a record. */
  | { readonly after: number }
  /** Nothing of it is done: where the lease was made to begin. */
  | 'start'
  /** All of it is done. */
  | 'end';

export interface Lease {
  readonly shard: number;
  /** -1: nobody's. */
  readonly owner: number;
  /** Moves on with each write: whoever sees it stand still knows that the lease is not renewed. */
  readonly counter: number;
  /** Moves on with each owner: what an earlier one writes is refused, also where it has the lease again. */
  readonly term: number;
  readonly checkpoint: Checkpoint;
  /** Who wants to have it handed over, and since when; -1: nobody. */
  readonly wantedBy: number;
  readonly wantedUs: number;
}

type Writable = { -readonly [K in keyof Lease]: Lease[K] };

export class LeaseTable {
  readonly #leases = new Map<number, Writable>();

  /** All leases, in the order in which they were made. */
  scan(): Lease[] {
    return Array.from(this.#leases.values(), (lease) => ({ ...lease }));
  }

  /** Those of one worker. */
  ownedBy(owner: number): Lease[] {
    return this.scan().filter((lease) => lease.owner === owner);
  }

  /** If there is none for the shard. */
  create(shard: number): boolean {
    if (this.#leases.has(shard)) return false;
    this.#leases.set(shard, {
      shard,
      owner: -1,
      counter: 0,
      term: 0,
      checkpoint: 'start',
      wantedBy: -1,
      wantedUs: 0,
    });
    return true;
  }

  /** If nobody has written it since it had that counter: the lease as it is then. */
  take(shard: number, counter: number, owner: number): Lease | null {
    const lease = this.#ifCounter(shard, counter);
    if (lease === null) return null;
    this.#give(lease, owner);
    return { ...lease };
  }

  /** Asks the owner to hand it over; on the same condition. */
  want(shard: number, counter: number, wantedBy: number, nowUs: number): boolean {
    const lease = this.#ifCounter(shard, counter);
    if (lease === null) return false;
    lease.counter++;
    lease.wantedBy = wantedBy;
    lease.wantedUs = nowUs;
    return true;
  }

  // What follows only its owner may do, in its own term.

  /** The lease as it is then: whether somebody wants it. */
  renew(shard: number, owner: number, term: number): Lease | null {
    const lease = this.#ifOwner(shard, owner, term);
    return lease === null ? null : { ...lease };
  }

  checkpoint(shard: number, owner: number, term: number, after: number): boolean {
    const lease = this.#ifOwner(shard, owner, term);
    if (lease === null) return false;
    lease.checkpoint = { after };
    return true;
  }

  /** All of the shard is done. It is nobody's from then on. */
  end(shard: number, owner: number, term: number): boolean {
    const lease = this.#ifOwner(shard, owner, term);
    if (lease === null) return false;
    lease.checkpoint = 'end';
    this.#give(lease, -1);
    return true;
  }

  /** To whoever wants it. */
  handOver(shard: number, owner: number, term: number): boolean {
    const lease = this.#ifOwner(shard, owner, term);
    if (lease === null) return false;
    this.#give(lease, lease.wantedBy);
    return true;
  }

  #give(lease: Writable, owner: number): void {
    lease.owner = owner;
    lease.counter++;
    lease.term++;
    lease.wantedBy = -1;
  }

  #ifCounter(shard: number, counter: number): Writable | null {
    const lease = this.#leases.get(shard);
    return lease === undefined || lease.checkpoint === 'end' || lease.counter !== counter ? null : lease;
  }

  #ifOwner(shard: number, owner: number, term: number): Writable | null {
    const lease = this.#leases.get(shard);
    if (lease === undefined || lease.owner !== owner || lease.term !== term) return null;
    lease.counter++;
    return lease;
  }
}
