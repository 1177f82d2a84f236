/**
 * One worker of KCL: it holds leases, and reads the shards whose leases it holds.
 *
 *   start ─▶ is the table empty? ─▶ a lease for each shard ─▶ look ─▶ take ─▶ read, checkpoint … end ─▶ leases of the children
 *                                                              ▲ └─ every 2 × failoverTime, as long as it runs
 *   renew: every failoverTime / 3. Refused, or failoverTime without an answer: the lease is lost, and what is in hand is handled all the same
 *   wanted by another worker: what is in hand is handled, a checkpoint is written, the lease handed over
 *
 * A worker that is cut off from the table, or whose lease was stolen, works on until it notices: what it does then is done twice.
 */
import { kclLookUs, kclRenewUs, streamClientFacts as f } from '../facts/index.ts';
import type { Simulation } from '../kernel/index.ts';
import type { ChildShard, StartingPosition } from '../services/kinesis/operations.ts';
import type { Counter, Level } from '../services/ports.ts';
import { chooseLeases, type WatchedLease } from './lease-choice.ts';
import type { Lease, LeaseTable } from './lease-table.ts';
import type { KclSettings } from './settings.ts';
import type { ShardLineage } from './shard-lineage.ts';
import type { ShardReading } from './shard-owners.ts';

export interface KclMetrics {
  readonly held: Level;
  readonly taken: Counter;
  readonly expired: Counter;
  readonly lost: Counter;
  readonly checkpoints: Counter;
}

/** What all workers of a consumer share. */
export interface KclFleet {
  readonly sim: Simulation;
  readonly settings: KclSettings;
  readonly reading: ShardReading;
  readonly table: LeaseTable;
  readonly lineage: ShardLineage;
  readonly metrics: KclMetrics;
  lot(below: number): number;
  /** Who is never there again under that number. */
  newWorker(): number;
  /** Whether it is this one that looks for new shards. */
  isLeader(instance: number): boolean;
}

/** A lease that it holds, or believes to. */
interface Held {
  readonly shard: number;
  readonly term: number;
  /** When it last asked for what was granted. */
  renewedUs: number;
  /** Begins when what it had in hand of the shard before is done. */
  waiting: StartingPosition | null;
  /** To be handed over. */
  leaving: boolean;
  /** The last record that is done, and the records since the checkpoint; -1: none. */
  last: number;
  since: number;
  checkpointUs: number;
}

export class KclWorker {
  readonly #fleet: KclFleet;
  readonly #instance: number;
  readonly #leases = new Map<number, Held>();
  readonly #seen = new Map<number, { readonly counter: number; readonly sinceUs: number }>();
  #id = -1;
  /** Moves on when it crashes: what it waited for is of no use to the next one. */
  #life = 0;
  #cut = false;

  constructor(fleet: KclFleet, instance: number) {
    this.#fleet = fleet;
    this.#instance = instance;
  }

  get isCut(): boolean {
    return this.#cut;
  }

  /** Whether the table is out of its reach. */
  cut(on: boolean): void {
    this.#cut = on;
  }

  /** A new worker, that knows nothing. */
  start(): void {
    const { table, settings } = this.#fleet;
    this.#id = this.#fleet.newWorker();
    this.#every(kclRenewUs(settings.failoverTimeUs), () => this.#renewAll());
    const begin = (): void => {
      this.#ask(
        () => table.scan(),
        (leases) => (leases.length === 0 ? this.#sync(look) : look()),
        () => this.#after(f.kclTaskBackoffUs.value, begin),
      );
    };
    const look = (): void => {
      this.#look();
      this.#every(kclLookUs(settings.failoverTimeUs), () => this.#look());
      this.#every(settings.shardSyncUs, () => {
        if (this.#fleet.isLeader(this.#instance)) this.#sync(() => {});
      });
    };
    begin();
  }

  /** Nothing of it goes on but the writes under way. */
  crash(): void {
    this.#life++;
    this.#fleet.metrics.held.add(-this.#leases.size);
    this.#leases.clear();
    this.#seen.clear();
  }

  // --- what reading tells ---

  onFinished(shard: number, SequenceNumber: number, inHand: number): void {
    const held = this.#leases.get(shard);
    if (held === undefined || held.waiting !== null) return;
    held.last = SequenceNumber;
    held.since++;
    if (this.#isDue(held, inHand)) this.#checkpoint(held);
  }

  onDrained(shard: number): void {
    const held = this.#leases.get(shard);
    if (held === undefined) return;
    if (held.waiting !== null) this.#begin(held, held.waiting);
    else if (held.leaving) this.#handOver(held);
  }

  /** Leases of its children are made when its own says that it has ended. */
  onShardEnd(shard: number, children: readonly ChildShard[]): void {
    const held = this.#leases.get(shard);
    if (held === undefined) return;
    if (held.waiting !== null) {
      this.#begin(held, held.waiting);
      return;
    }
    const { lineage, table } = this.#fleet;
    lineage.learnChildren(children);
    const end = (): void => {
      if (this.#leases.get(shard) !== held) return;
      this.#ask(
        () => table.end(shard, this.#id, held.term),
        (ended) => {
          if (!this.#drop(held)) return;
          if (ended) this.#createDue(() => {});
          else this.#fleet.metrics.lost.add(1);
        },
        () => this.#after(f.kclTaskBackoffUs.value, end),
      );
    };
    end();
  }

  // --- new shards ---

  #sync(then: () => void): void {
    const { reading, lineage } = this.#fleet;
    reading.listShards(this.#instance, lineage.filter, (shards) => {
      if (lineage.learn(shards)) {
        const listed = new Set(shards.map(({ ShardId }) => ShardId));
        reading.passOver((shard) => !listed.has(shard));
      }
      this.#createDue(then);
    });
  }

  /** A lease for each shard that has none, and whose parents have ended. */
  #createDue(then: () => void): void {
    const { table, lineage } = this.#fleet;
    this.#ask(
      () => table.scan(),
      (leases) => {
        const ended = new Set(leases.flatMap(({ shard, checkpoint }) => (checkpoint === 'end' ? [shard] : [])));
        const made = new Set(leases.map(({ shard }) => shard));
        const missing = lineage.due((shard) => ended.has(shard)).filter((shard) => !made.has(shard));
        this.#inTurn(
          missing,
          (shard) => table.create(shard),
          () => {},
          then,
        );
      },
      then,
    );
  }

  // --- taking ---

  #look(): void {
    const { table, sim, settings, metrics } = this.#fleet;
    const { failoverTimeUs, gracefulHandOffUs } = settings;
    this.#ask(
      () => table.scan(),
      (leases) => {
        const open = leases.filter(({ checkpoint }) => checkpoint !== 'end');
        const watched = open.map((lease) => this.#watch(lease));
        const lot = (below: number): number => this.#fleet.lot(below);
        const rules = { worker: this.#id, nowUs: sim.now, failoverTimeUs, lot };
        const { free, stolen, expired } = chooseLeases(watched, rules);
        metrics.expired.add(expired);
        const overdue = open.filter(
          ({ wantedBy, wantedUs }) => wantedBy === this.#id && sim.now - wantedUs > gracefulHandOffUs,
        );
        const isGraceful = gracefulHandOffUs > 0;
        this.#takeAll([...free, ...overdue, ...(isGraceful ? [] : stolen)]);
        if (!isGraceful) return;
        for (const { shard, counter } of stolen) {
          this.#ask(
            () => table.want(shard, counter, this.#id, sim.now),
            () => {},
          );
        }
      },
    );
  }

  /** How long a lease has not been renewed is what the worker has seen of it, by its own clock. */
  #watch(lease: Lease): WatchedLease {
    const { now } = this.#fleet.sim;
    const { shard, counter, owner } = lease;
    const seen = this.#seen.get(shard);
    if (seen !== undefined && seen.counter === counter) return { ...lease, renewedUs: seen.sinceUs };
    const sinceUs = seen === undefined && owner === -1 ? Number.NEGATIVE_INFINITY : now;
    this.#seen.set(shard, { counter, sinceUs });
    return { ...lease, renewedUs: sinceUs };
  }

  #takeAll(leases: readonly Lease[]): void {
    const { table, sim, metrics } = this.#fleet;
    this.#inTurn(
      leases,
      ({ shard, counter }) => ({ lease: table.take(shard, counter, this.#id), atUs: sim.now }),
      ({ lease, atUs }) => {
        if (lease === null) return;
        metrics.taken.add(1);
        this.#hold(lease, atUs);
      },
      () => {},
    );
  }

  #hold({ shard, term, checkpoint }: Lease, renewedUs: number): void {
    const known = this.#leases.get(shard);
    if (known !== undefined && known.term >= term) return;
    if (known !== undefined) this.#lose(known);
    const { sim, metrics, reading, lineage } = this.#fleet;
    const made = { waiting: null, leaving: false, last: -1, since: 0, checkpointUs: sim.now };
    const held: Held = { shard, term, renewedUs, ...made };
    this.#leases.set(shard, held);
    metrics.held.add(1);
    const position = positionOf(checkpoint, () => lineage.positionOf(shard));
    if (reading.isReadBy(this.#instance, shard)) held.waiting = position;
    else this.#begin(held, position);
  }

  #begin(held: Held, position: StartingPosition): void {
    held.waiting = null;
    this.#fleet.reading.begin(this.#instance, held.shard, position);
  }

  // --- keeping, losing, handing over ---

  #renewAll(): void {
    const { table, sim, settings } = this.#fleet;
    const { failoverTimeUs, gracefulHandOffUs } = settings;
    // Some are dropped meanwhile.
    for (const held of Array.from(this.#leases.values())) {
      const { shard, term } = held;
      const askedUs = sim.now;
      if (askedUs - held.renewedUs > failoverTimeUs) {
        this.#lose(held);
        continue;
      }
      this.#ask(
        () => table.renew(shard, this.#id, term),
        (lease) => {
          if (this.#leases.get(shard) !== held) return;
          if (lease === null) this.#lose(held);
          else {
            held.renewedUs = askedUs;
            if (lease.wantedBy !== -1) this.#leave(held);
          }
        },
      );
    }
    if (gracefulHandOffUs > 0) this.#findHandedOver();
  }

  /** Leases that others have handed over to it. */
  #findHandedOver(): void {
    const { table, sim } = this.#fleet;
    const askedUs = sim.now;
    this.#ask(
      () => table.ownedBy(this.#id),
      (leases) => {
        for (const lease of leases) this.#hold(lease, askedUs);
      },
    );
  }

  /** It is not its own any more. What it has in hand it handles all the same, for it cannot be called back. */
  #lose(held: Held): void {
    if (!this.#drop(held)) return;
    this.#fleet.metrics.lost.add(1);
    this.#fleet.reading.drain(this.#instance, held.shard);
  }

  #leave(held: Held): void {
    held.leaving = true;
    const { reading } = this.#fleet;
    if (reading.isReadBy(this.#instance, held.shard)) reading.drain(this.#instance, held.shard);
    else this.#handOver(held);
  }

  #handOver(held: Held): void {
    const { table } = this.#fleet;
    const { shard, term } = held;
    if (held.since > 0) this.#checkpoint(held);
    this.#ask(
      () => table.handOver(shard, this.#id, term),
      () => this.#drop(held),
    );
  }

  #isDue({ since, checkpointUs }: Held, inHand: number): boolean {
    const { checkpoint } = this.#fleet.settings;
    if (checkpoint.kind === 'perBatch') return inHand === 0;
    if (checkpoint.kind === 'records') return since >= checkpoint.records;
    return this.#fleet.sim.now - checkpointUs >= checkpoint.everyUs;
  }

  /** Handling goes on meanwhile; where it is refused, somebody else has the lease, and handling ends at once. */
  #checkpoint(held: Held): void {
    const { table, sim, metrics, reading } = this.#fleet;
    const { shard, term, last } = held;
    held.since = 0;
    held.checkpointUs = sim.now;
    this.#ask(
      () => table.checkpoint(shard, this.#id, term, last),
      (taken) => {
        if (taken) metrics.checkpoints.add(1);
        else if (this.#drop(held)) {
          metrics.lost.add(1);
          reading.stop(this.#instance, shard);
        }
      },
    );
  }

  /** Whether it held it until now. */
  #drop(held: Held): boolean {
    if (this.#leases.get(held.shard) !== held) return false;
    this.#leases.delete(held.shard);
    this.#fleet.metrics.held.add(-1);
    return true;
  }

  // --- time and the table ---

  /** One question after the other; what gets no answer is left out. */
  #inTurn<T, A>(all: readonly T[], ask: (one: T) => A, then: (answer: A) => void, over: () => void): void {
    const next = (i: number): void => {
      if (i === all.length) {
        over();
        return;
      }
      this.#ask(
        () => ask(all[i] as T),
        (answer) => {
          then(answer);
          next(i + 1);
        },
        () => next(i + 1),
      );
    };
    next(0);
  }

  /** Asks the table: half-way there it takes effect. `silent`: no answer came in time. */
  #ask<A>(ask: () => A, then: (answer: A) => void, silent: () => void = () => {}): void {
    const half = f.leaseTableUs.value / 2;
    const life = this.#life;
    const { sim } = this.#fleet;
    const wait = (us: number): void => void sim.schedule(us, RUN, () => life === this.#life && silent());
    sim.schedule(half, RUN, () => {
      if (this.#cut) {
        wait(f.leaseTableTimeoutUs.value - half);
        return;
      }
      const answer = ask();
      sim.schedule(half, RUN, () => {
        if (life !== this.#life) return;
        if (this.#cut) wait(f.leaseTableTimeoutUs.value - 2 * half);
        else then(answer);
      });
    });
  }

  #after(us: number, then: () => void): void {
    const life = this.#life;
    this.#fleet.sim.schedule(us, RUN, () => {
      if (life === this.#life) then();
    });
  }

  #every(us: number, then: () => void): void {
    this.#after(us, () => {
      then();
      this.#every(us, then);
    });
  }
}

const RUN = (task: () => unknown): void => void task();

function positionOf(checkpoint: Lease['checkpoint'], start: () => StartingPosition): StartingPosition {
  if (typeof checkpoint === 'string') return start();
  return { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: checkpoint.after };
}
