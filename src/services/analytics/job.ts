/**
 * One attempt to run an application, from a checkpoint to a failure or a stop: the source's positions and watermarks, the subtasks, the KPUs. When it is over it is dead, and what it had
 * begun ends in nothing.
 */
import type { Simulation } from '../../kernel/index.ts';
import type { AnalyticsMetrics } from './analytics-metrics.ts';
import type { Checkpoint, PendingCheckpoint } from './checkpoint.ts';
import { Mark } from './input-queue.ts';
import { keyGroupOf, subtaskOf } from './key-groups.ts';
import { Kpu } from './kpu.ts';
import type { CountWatcher, LateSink } from './operations.ts';
import type { Outbox } from './outbox.ts';
import type { AnalyticsSettings } from './settings.ts';
import { type RecordTime, Subtask, type SubtaskOwner } from './subtask.ts';
import { Watermarks } from './watermarks.ts';
import { windowsOf } from './windows.ts';

/** What an attempt needs of its application. */
export interface JobPorts {
  readonly outbox: Outbox;
  readonly late: LateSink | null;
  readonly watcher: CountWatcher | null;
  readonly metrics: AnalyticsMetrics;
  readonly cpu: RecordTime;
  readonly wait: RecordTime;
  resume(split: number): void;
  onCheckpointTaken(checkpoint: PendingCheckpoint): void;
}

export class Job implements SubtaskOwner {
  readonly parallelism: number;
  readonly kpus: readonly Kpu[];
  readonly #sim: Simulation;
  readonly #settings: AnalyticsSettings;
  readonly #groups: number;
  readonly #ports: JobPorts;
  readonly #subtasks: readonly Subtask[];
  readonly #watermarks: Watermarks;
  readonly #positions: number[];
  readonly #isBlocked: boolean[] = [];
  readonly #busyUs: number[];
  #blockedCount = 0;
  #pending: PendingCheckpoint | null = null;
  #inputWatermarkUs: number;
  dead = false;
  /** Checkpoints begun. */
  epoch = 0;

  constructor(
    sim: Simulation,
    settings: AnalyticsSettings,
    parallelism: number,
    groups: number,
    splits: number,
    from: Checkpoint,
    ports: JobPorts,
  ) {
    this.#sim = sim;
    this.#settings = settings;
    this.parallelism = parallelism;
    this.#groups = groups;
    this.#ports = ports;
    const watermarkUs = settings.watermarkInState ? from.watermarkUs : Number.NEGATIVE_INFINITY;
    this.#inputWatermarkUs = watermarkUs;
    this.#watermarks = new Watermarks(settings.outOfOrdernessUs, settings.idleAfterUs, watermarkUs);
    this.#positions = [...from.positions];
    for (let split = 0; split < splits; split++) this.#open(from.finished[split] ?? false);
    this.kpus = Array.from({ length: kpusFor(settings, parallelism) }, () => new Kpu(sim));
    this.#busyUs = this.kpus.map(() => 0);
    this.#subtasks = Array.from({ length: parallelism }, (_, place) => this.#subtask(place, watermarkUs));
    for (const row of from.rows) this.#subtaskOf(row.key).windows.restore(row);
    if (settings.watermarkInState) for (const { windows } of this.#subtasks) windows.advance(watermarkUs);
  }

  // --- the source ---

  openSplit(): void {
    this.#open(false);
  }
  finishSplit(split: number): void {
    this.#watermarks.finish(split);
  }

  accept(split: number, record: number, key: number, eventTimeUs: number, bytes: number, sequence: number): boolean {
    const subtask = this.#subtaskOf(key);
    if (!subtask.hasRoom(bytes)) {
      this.#block(split, subtask);
      return false;
    }
    this.#positions[split] = sequence;
    this.#watermarks.see(split, eventTimeUs, this.#sim.now);
    subtask.put(record, key, eventTimeUs, bytes);
    return true;
  }

  /** Sends a watermark after the records; false: it has not risen. */
  emitWatermark(): boolean {
    const before = this.#watermarks.currentUs;
    const now = this.#watermarks.advance(this.#sim.now, (split) => this.#isBlocked[split] === true);
    if (now <= before) return false;
    if (Number.isFinite(now)) this.#ports.metrics.outputWatermarkMs.set(now / 1000);
    this.#broadcast(Mark.watermark, now);
    return true;
  }
  /** Whether the watermark may rise though nothing comes. */
  watermarkMayRise(): boolean {
    return this.#watermarks.mayRise(this.#sim.now);
  }

  // --- checkpoints ---

  get pending(): PendingCheckpoint | null {
    return this.#pending;
  }

  /** Sends the barriers of a checkpoint; the one before must be over. */
  beginCheckpoint(id: number, isSnapshot: boolean): PendingCheckpoint {
    const pending: PendingCheckpoint = {
      id,
      positions: [...this.#positions],
      finished: this.#watermarks.finished(),
      watermarkUs: this.#watermarks.currentUs,
      rows: [],
      startedUs: this.#sim.now,
      isSnapshot,
      missing: this.#subtasks.length,
    };
    this.#pending = pending;
    this.epoch++;
    this.#broadcast(Mark.barrier, id);
    return pending;
  }
  endCheckpoint(): void {
    this.#pending = null;
  }

  onBarrier(subtask: Subtask, checkpoint: number): void {
    const pending = this.#pending;
    if (pending === null || pending.id !== checkpoint) return;
    subtask.windows.snapshot(pending.rows);
    pending.missing--;
    if (pending.missing === 0) this.#ports.onCheckpointTaken(pending);
  }

  // --- subtasks ---

  onCounting(record: number, key: number, eventTimeUs: number): void {
    this.#ports.watcher?.counting(record, key, eventTimeUs);
  }
  onRecord(isLate: boolean, record: number, key: number, eventTimeUs: number, bytes: number): void {
    this.#ports.metrics.recordsIn.add(1);
    if (!isLate) return;
    this.#ports.metrics.lateDropped.add(1);
    this.#ports.late?.late(record, key, eventTimeUs, bytes);
  }

  onWatermark(): void {
    let least = Number.POSITIVE_INFINITY;
    for (const { watermarkUs } of this.#subtasks) least = Math.min(least, watermarkUs);
    if (least <= this.#inputWatermarkUs) return;
    this.#inputWatermarkUs = least;
    if (Number.isFinite(least)) this.#ports.metrics.inputWatermarkMs.set(least / 1000);
  }

  /** Each that waits is asked once; who finds no room waits again, behind the others. */
  onRoom(subtask: Subtask): void {
    for (let left = subtask.blocked.length; left > 0 && subtask.hasRoom(1) && !this.dead; left--) {
      const split = subtask.blocked.shift() as number;
      this.#isBlocked[split] = false;
      this.#blockedCount--;
      this.#ports.resume(split);
    }
    this.#ports.metrics.backPressured.set(this.#blockedCount);
  }

  get isIdle(): boolean {
    return this.#subtasks.every((subtask) => subtask.isIdle);
  }

  /** Share of the last minute in which the busiest KPU was busy, %; all are told to the metrics. */
  busiestPercent(sinceUs: number): number {
    let most = 0;
    this.kpus.forEach((kpu, i) => {
      const busyUs = kpu.busyUs();
      const percent = (100 * (busyUs - (this.#busyUs[i] as number))) / (this.#sim.now - sinceUs);
      this.#busyUs[i] = busyUs;
      this.#ports.metrics.cpuPercent.record(percent);
      most = Math.max(most, percent);
    });
    return most;
  }

  kill(): void {
    this.dead = true;
    for (const subtask of this.#subtasks) subtask.kill();
    for (const kpu of this.kpus) kpu.kill();
    this.#ports.metrics.backPressured.set(0);
  }

  // --- helpers ---

  #open(finished: boolean): void {
    const split = this.#isBlocked.length;
    this.#isBlocked.push(false);
    if (split >= this.#positions.length) this.#positions.push(-1);
    this.#watermarks.open(finished, this.#sim.now);
  }

  #block(split: number, subtask: Subtask): void {
    if (this.#isBlocked[split] === true) return;
    this.#isBlocked[split] = true;
    subtask.blocked.push(split);
    this.#blockedCount++;
    this.#ports.metrics.backPressured.set(this.#blockedCount);
  }

  #broadcast(kind: Mark, value: number): void {
    for (const subtask of this.#subtasks) {
      subtask.putMark(kind, value);
      if (this.dead) return;
    }
  }

  #subtaskOf(key: number): Subtask {
    const group = keyGroupOf(key, this.#groups);
    return this.#subtasks[subtaskOf(group, this.parallelism, this.#groups)] as Subtask;
  }

  #subtask(place: number, watermarkUs: number): Subtask {
    const { cpu, wait, outbox, metrics } = this.#ports;
    const kpu = this.kpus[Math.floor(place / this.#settings.parallelismPerKpu)] as Kpu;
    const windows = windowsOf(this.#settings, (key, startUs, endUs, count, bytes, firing) => {
      metrics.recordsOut.add(1);
      this.#ports.watcher?.fired(key, startUs, endUs, count, firing);
      outbox.emit(subtask.epoch, key, startUs, endUs, count, bytes, firing);
    });
    const { bufferBytes } = this.#settings;
    const subtask = new Subtask(this.#sim, kpu, cpu, wait, windows, watermarkUs, bufferBytes, this);
    return subtask;
  }
}

export function kpusFor({ parallelismPerKpu }: AnalyticsSettings, parallelism: number): number {
  return Math.ceil(parallelism / parallelismPerKpu);
}
