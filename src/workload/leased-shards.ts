/**
 * Owners of shards by leases: the Kinesis Client Library. Each instance is a worker; a worker that was restarted is another one.
 *
 *   StreamConsumer ◀─ begin, drain, stop ── KclWorker, one for each instance ── conditional writes ─▶ LeaseTable
 */
import type { Simulation } from '../kernel/index.ts';
import type { ChildShard } from '../services/kinesis/operations.ts';
import type { Metrics } from '../services/ports.ts';
import { type KclFleet, KclWorker } from './kcl-worker.ts';
import { LeaseTable } from './lease-table.ts';
import type { KclSettings, StreamPosition } from './settings.ts';
import { ShardLineage } from './shard-lineage.ts';
import { filterOf, type ShardOwners, type ShardReading, startingPosition } from './shard-owners.ts';

export interface LeasedShardsOptions {
  /** Of the consumer. */
  readonly name: string;
  readonly instances: number;
  readonly position: StreamPosition;
  readonly settings: KclSettings;
}

export class LeasedShards implements ShardOwners {
  readonly #workers: readonly KclWorker[];

  /** `table`: for tests. */
  constructor(
    sim: Simulation,
    reading: ShardReading,
    metrics: Metrics,
    { name, instances, position, settings }: LeasedShardsOptions,
    table = new LeaseTable(),
  ) {
    const start = startingPosition(position);
    const draws = sim.stream(`${name}/leases`);
    let workers = 0;
    const fleet: KclFleet = {
      sim,
      settings,
      reading,
      table,
      lineage: new ShardLineage(start, filterOf(start)),
      metrics: {
        held: metrics.level('CurrentLeases', 'Count'),
        taken: metrics.counter('TakenLeases', 'Count'),
        expired: metrics.counter('ExpiredLeases', 'Count'),
        lost: metrics.counter('LostLeases', 'Count'),
        checkpoints: metrics.counter('Checkpoints', 'Count'),
      },
      lot: (below) => Math.floor(draws.uniform() * below),
      newWorker: () => workers++,
      // KCL elects one by the table (assumed: it does so at once).
      isLeader: (instance) => instance === this.#workers.findIndex((worker, i) => reading.isAlive(i) && !worker.isCut),
    };
    this.#workers = Array.from({ length: instances }, (_, instance) => new KclWorker(fleet, instance));
  }

  onInstance(instance: number): void {
    this.#worker(instance).start();
  }

  onCrash(instance: number): void {
    this.#worker(instance).crash();
  }

  onFinished(instance: number, ShardId: number, SequenceNumber: number, inHand: number): void {
    this.#worker(instance).onFinished(ShardId, SequenceNumber, inHand);
  }

  onDrained(instance: number, ShardId: number): void {
    this.#worker(instance).onDrained(ShardId);
  }

  onShardEnd(instance: number, ShardId: number, children: readonly ChildShard[]): void {
    this.#worker(instance).onShardEnd(ShardId, children);
  }

  cut(instance: number, on: boolean): void {
    this.#worker(instance).cut(on);
  }

  #worker(instance: number): KclWorker {
    return this.#workers[instance] as KclWorker;
  }
}
