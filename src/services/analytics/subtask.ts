/**
 * A subtask: takes what stands in its line in order. A record takes CPU time of its KPU, then perhaps other time, and is counted in its windows; watermarks and barriers take none.
 */
import type { KeyedStream, Simulation, Variate } from '../../kernel/index.ts';
import { InputQueue, Mark } from './input-queue.ts';
import type { CpuUser, Kpu } from './kpu.ts';
import type { Windows } from './window-state.ts';

export interface SubtaskOwner {
  /** It is about to be counted. */
  onCounting(record: number, key: number, eventTimeUs: number): void;
  onRecord(isLate: boolean, record: number, key: number, eventTimeUs: number, bytes: number): void;
  onWatermark(): void;
  onBarrier(subtask: Subtask, checkpoint: number): void;
  /** There may be room again. */
  onRoom(subtask: Subtask): void;
}

/** How long a record takes: draws that belong to its number. */
export interface RecordTime {
  readonly variate: Variate;
  readonly luck: KeyedStream;
  /** The number that selects a record's luck. */
  readonly luckOf: (record: number) => number;
  /** How many times as long as drawn it takes now. */
  factor: number;
}

export class Subtask implements CpuUser {
  readonly #sim: Simulation;
  readonly #kpu: Kpu;
  readonly #cpu: RecordTime;
  readonly #wait: RecordTime;
  readonly #bufferBytes: number;
  readonly #owner: SubtaskOwner;
  readonly #queue = new InputQueue();
  readonly #waited: (subtask: Subtask) => void;
  readonly windows: Windows;
  /** Splits that wait for room here, longest first. */
  readonly blocked: number[] = [];
  watermarkUs: number;
  /** Checkpoints whose barriers have passed. */
  epoch = 0;
  #busy = false;
  #dead = false;

  constructor(
    sim: Simulation,
    kpu: Kpu,
    cpu: RecordTime,
    wait: RecordTime,
    windows: Windows,
    watermarkUs: number,
    bufferBytes: number,
    owner: SubtaskOwner,
  ) {
    this.#sim = sim;
    this.#kpu = kpu;
    this.#cpu = cpu;
    this.#wait = wait;
    this.windows = windows;
    this.watermarkUs = watermarkUs;
    this.#bufferBytes = bufferBytes;
    this.#owner = owner;
    this.#waited = (subtask) => subtask.#finish();
  }

  get isIdle(): boolean {
    return this.#queue.isEmpty;
  }
  hasRoom(bytes: number): boolean {
    return this.#queue.bytes + bytes <= this.#bufferBytes || this.#queue.bytes === 0;
  }

  put(record: number, key: number, eventTimeUs: number, bytes: number): void {
    this.#queue.put(record, key, eventTimeUs, bytes);
    if (!this.#busy) this.#next();
  }
  putMark(kind: Mark, value: number): void {
    this.#queue.putMark(kind, value);
    if (!this.#busy) this.#next();
  }

  onCpu(): void {
    const us = timeOf(this.#wait, this.#queue.record);
    if (us > 0) this.#sim.schedule(us, this.#waited, this);
    else this.#finish();
  }

  kill(): void {
    this.#dead = true;
  }

  #next(): void {
    while (!this.#queue.isEmpty && !this.#dead) {
      if (this.#queue.kind === Mark.record) {
        this.#busy = true;
        this.#kpu.ask(this, timeOf(this.#cpu, this.#queue.record));
        return;
      }
      this.#pass(this.#queue.kind, this.#queue.value);
    }
  }

  #pass(kind: Mark, value: number): void {
    this.#queue.drop();
    if (kind === Mark.watermark) {
      this.watermarkUs = value;
      this.windows.advance(value);
      this.#owner.onWatermark();
    } else {
      this.epoch++;
      this.#owner.onBarrier(this, value);
    }
  }

  #finish(): void {
    if (this.#dead) return;
    const { record, key, value, recordBytes } = this.#queue;
    this.#queue.drop();
    this.#owner.onCounting(record, key, value);
    const taken = this.windows.add(key, value, recordBytes);
    this.#owner.onRecord(!taken, record, key, value, recordBytes);
    this.#busy = false;
    this.#next();
    if (this.blocked.length > 0 && !this.#dead) this.#owner.onRoom(this);
  }
}

function timeOf({ variate, luck, luckOf, factor }: RecordTime, record: number): number {
  return Math.round(factor * variate.draw(variate.constant ? luck : luck.at(luckOf(record), 0)));
}
