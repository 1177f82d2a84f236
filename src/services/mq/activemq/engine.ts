/**
 * What runs on the broker's active node: destinations over a journal on a disk, a processor that all commands and dispatches go through, space, client ids. Connections
 * (`openwire/connection.ts`) work on it; which node it is, and whether there is one, is the broker's (`broker.ts`).
 */
import type { Simulation } from '../../../kernel/index.ts';
import { Disk } from '../broker/disk.ts';
import type { BrokerObserver, DeliveredMessage } from '../broker/ports.ts';
import { Processor } from '../broker/processor.ts';
import { Destinations } from './destinations.ts';
import { Journal } from './journal.ts';
import { type BodyHolds, Kept } from './kept.ts';
import type { DestinationMeter, NodeMetrics } from './metrics.ts';
import type { ActiveMqSettings } from './settings.ts';
import { Space } from './space.ts';
import type { StoredQueue } from './stored-queue.ts';

export interface EnginePorts {
  readonly observer: BrokerObserver | null;
  readonly holds: BodyHolds | null;
  meterOf(name: string): DestinationMeter;
  readonly node: NodeMetrics | null;
}

export class Engine {
  readonly sim: Simulation;
  readonly settings: ActiveMqSettings;
  readonly processor: Processor;
  readonly disk: Disk;
  readonly journal: Journal;
  readonly kept: Kept;
  readonly space: Space;
  readonly destinations: Destinations;
  readonly clientIds = new Set<string>();
  readonly node: NodeMetrics | null;
  readonly #commandUs: number;
  readonly #dispatchUs: number;
  readonly #perByteUs: number;
  readonly #view: { -readonly [K in keyof DeliveredMessage]: DeliveredMessage[K] };

  constructor(sim: Simulation, settings: ActiveMqSettings, ports: EnginePorts) {
    const { costs = {}, limits = {} } = settings;
    this.sim = sim;
    this.settings = settings;
    const { node } = ports;
    this.node = node;
    this.processor = new Processor(
      sim,
      node === null ? undefined : (isBusy) => node.CpuUtilization.set(isBusy ? 100 : 0),
    );
    this.disk = new Disk(sim, {
      ...(costs.diskLatencyUs === undefined ? {} : { latencyUs: costs.diskLatencyUs }),
      ...(costs.diskBytesPerSecond === undefined ? {} : { bytesPerSecond: costs.diskBytesPerSecond }),
    });
    this.journal = new Journal(this.disk);
    this.kept = new Kept(ports.holds);
    this.space = new Space(sim, limits, node === null ? null : () => this.#reportSpace(node));
    this.destinations = new Destinations(sim, settings, {
      journal: this.journal,
      kept: this.kept,
      space: this.space,
      observer: ports.observer,
      holds: ports.holds,
      meterOf: (name) => ports.meterOf(name),
    });
    this.#commandUs = costs.commandUs ?? 0;
    this.#dispatchUs = costs.dispatchUs ?? 0;
    this.#perByteUs = (costs.perKibUs ?? 0) / 1024;
    this.#view = {
      body: 0,
      bytes: 0,
      id: 0,
      sequence: 0,
      redelivered: false,
      deliveries: 0,
      group: -1,
      persistent: false,
      enqueuedUs: 0,
    };
  }

  #reportSpace({ HeapUsage, StorePercentUsage }: NodeMetrics): void {
    const { transientUsed, transientLimit, storeUsed, storeLimit } = this.space;
    HeapUsage.set((100 * transientUsed) / transientLimit);
    StorePercentUsage.set((100 * storeUsed) / storeLimit);
  }

  commandUs(bytes: number): number {
    return this.#commandUs + bytes * this.#perByteUs;
  }
  dispatchUs(bytes: number): number {
    return this.#dispatchUs + bytes * this.#perByteUs;
  }

  /** As its consumer sees it: flagged if it was delivered before, as far as the broker counts. Good until the next call. */
  view({ queue }: StoredQueue, row: number): DeliveredMessage {
    Object.assign(this.#view, queue.read(row));
    this.#view.redelivered = this.#view.deliveries > 1;
    return this.#view;
  }

  /** Its node died: memory, and what the disk had not committed, are gone. All connections are to be dead before. */
  crash(): void {
    this.processor.lose();
    this.disk.lose();
    this.journal.lose();
    this.space.lose();
    this.clientIds.clear();
    this.destinations.crash();
  }
}
