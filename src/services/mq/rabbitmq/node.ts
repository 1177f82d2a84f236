/** A node: its processor, its disk, its memory, and the connections that lead to it. They go with it. */
import type { Simulation } from '../../../kernel/index.ts';
import type { Level } from '../../ports.ts';
import { Disk } from '../broker/disk.ts';
import { Watermark } from '../broker/memory.ts';
import { Processor } from '../broker/processor.ts';
import type { RabbitSettings } from './settings.ts';

/** A connection, as its node knows it. */
export interface NodeConnection {
  /** The node is gone, or (`code` 320) stops in order. */
  end(code: number, text: string): void;
  /** Alarms have changed, or something has been stored: whether it may be read. */
  readOn(): void;
  /** An alarm has begun or ended. */
  alarm(reason: string | null): void;
  /** Deliveries that nobody has settled since before then close their channels. */
  timeOut(sinceUs: number): void;
  readonly hasUnsettled: boolean;
}

export class RabbitNode {
  readonly number: number;
  readonly zone: string;
  readonly processor: Processor;
  readonly disk: Disk;
  readonly memory: Watermark;
  readonly storage: Watermark;
  readonly connections = new Set<NodeConnection>();
  /** Not read from until the disk has stored more. */
  readonly heldBack = new Set<NodeConnection>();
  isUp = true;
  isStarting = false;
  /** Counts its starts and stops. */
  life = 0;
  /** Cut off from the majority: it has stopped itself. */
  isPaused = false;

  constructor(sim: Simulation, settings: RabbitSettings, number: number, onAlarm: () => void, cpu: Level | null) {
    this.number = number;
    this.zone = settings.zones[number] as string;
    const share = 100 / settings.zones.length;
    this.processor = new Processor(sim, cpu === null ? undefined : (isBusy) => cpu.add(isBusy ? share : -share));
    this.disk = new Disk(sim, {
      latencyUs: settings.diskLatencyUs,
      bytesPerSecond: settings.diskBytesPerSecond,
      onCommit: () => this.#onCommit(),
    });
    const { memoryLimitBytes, memoryCheckUs, diskBytes, diskFreeLimitBytes } = settings;
    this.memory = new Watermark(sim, { limit: memoryLimitBytes, checkUs: memoryCheckUs }, onAlarm);
    this.storage = new Watermark(sim, { limit: diskBytes - diskFreeLimitBytes, checkUs: memoryCheckUs }, onAlarm);
  }

  get isServing(): boolean {
    return this.isUp && !this.isPaused;
  }

  /** What it had not done, or not stored, is lost. Its connections are told. */
  stop(code: number, text: string): void {
    this.processor.lose();
    this.disk.lose();
    for (const connection of this.connections) connection.end(code, text);
    this.connections.clear();
    this.heldBack.clear();
    this.memory.set(0);
  }

  #onCommit(): void {
    if (this.heldBack.size === 0) return;
    const connections = [...this.heldBack];
    this.heldBack.clear();
    for (const connection of connections) connection.readOn();
  }
}
