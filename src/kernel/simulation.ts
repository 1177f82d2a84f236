import { KernelError, shown } from './errors.ts';
import { Fingerprint } from './fingerprint.ts';
import { KeyedStream } from './keyed-stream.ts';
import type { RunIdentity } from './seeding.ts';
import { Stream } from './stream.ts';
import { type Handle, MAX_TIME_US, type Phase, type SimTime } from './time.ts';

export interface SimulationOptions {
  readonly seed: number | string;
  readonly replication?: number;
  readonly maxEvents?: number;
}
export interface RunOptions {
  readonly until?: number;
  readonly maxEvents?: number;
}
export interface RunOutcome {
  readonly reason: 'until' | 'empty' | 'stopped' | 'limit';
  readonly events: number;
}

interface Notice {
  time: number;
  phase: number;
  seq: number;
  handler: ((argument: never) => void) | null;
  argument: unknown;
}

// First version: a plain binary heap of objects behind the final API.
export class Simulation {
  private readonly identity: RunIdentity;
  private readonly heap: Notice[] = [];
  private readonly live = new Map<number, Notice>();
  private readonly streams = new Map<string, Stream>();
  private readonly keyedStreams = new Map<string, KeyedStream>();
  private readonly print = new Fingerprint();
  private readonly maxEvents: number;
  private nowUs = 0;
  private seq = 0;
  private executed = 0;
  private running = false;
  private stopping = false;

  constructor(options: SimulationOptions) {
    this.identity = { seed: String(options.seed), replication: options.replication ?? 0 };
    this.maxEvents = options.maxEvents ?? 1e12;
  }
  get now(): SimTime {
    return this.nowUs as SimTime;
  }
  get pending(): number {
    return this.live.size;
  }
  get events(): number {
    return this.executed;
  }
  schedule<T>(delayMicros: number, handler: (argument: T) => void, argument: T, phase: Phase = 1): Handle {
    return this.scheduleAt(this.nowUs + delayMicros, handler, argument, phase);
  }
  scheduleAt<T>(timeMicros: number, handler: (argument: T) => void, argument: T, phase: Phase = 1): Handle {
    if (!Number.isSafeInteger(timeMicros) || timeMicros < this.nowUs)
      throw new KernelError('bad-time', `event at ${shown(timeMicros)}: expected whole µs >= now = ${this.nowUs}`);
    if (phase !== 0 && phase !== 1 && phase !== 2 && phase !== 3)
      throw new KernelError('bad-phase', `phase ${shown(phase)}: expected 0 to 3`);
    const notice: Notice = { time: timeMicros, phase, seq: this.seq++, handler, argument };
    this.live.set(notice.seq, notice);
    this.push(notice);
    return notice.seq;
  }
  cancel(handle: Handle): boolean {
    const notice = this.live.get(handle);
    if (notice === undefined) return false;
    notice.handler = null;
    return this.live.delete(handle);
  }
  stream(name: string): Stream {
    let stream = this.streams.get(name);
    if (stream === undefined) this.streams.set(name, (stream = new Stream(this.identity, name)));
    return stream;
  }
  keyedStream(name: string): KeyedStream {
    let stream = this.keyedStreams.get(name);
    if (stream === undefined) this.keyedStreams.set(name, (stream = new KeyedStream(this.identity, name)));
    return stream;
  }
  run(options: RunOptions = {}): RunOutcome {
    if (this.running) throw new KernelError('nested-run', `run called inside a run at ${this.nowUs} µs`);
    const until = options.until ?? MAX_TIME_US;
    const limit = Math.min(this.executed + (options.maxEvents ?? Infinity), this.maxEvents);
    const start = this.executed;
    this.running = true;
    this.stopping = false;
    try {
      const reason = this.loop(until, limit);
      if (options.until !== undefined && (reason === 'until' || reason === 'empty')) this.nowUs = until;
      return { reason, events: this.executed - start };
    } finally {
      this.running = false;
    }
  }
  stop(): void {
    this.stopping = true;
  }
  fingerprint(): string {
    return this.print.hex(this.executed);
  }
  private loop(until: number, limit: number): RunOutcome['reason'] {
    const heap = this.heap;
    for (;;) {
      if (this.stopping) return 'stopped';
      while (heap.length > 0 && (heap[0] as Notice).handler === null) this.pop();
      const next = heap[0];
      if (next === undefined) return 'empty';
      if (next.time > until) return 'until';
      if (this.executed >= limit) return 'limit';
      this.pop();
      this.live.delete(next.seq);
      this.nowUs = next.time;
      this.executed++;
      this.print.mix(next.time, next.phase, next.argument);
      (next.handler as (argument: unknown) => void)(next.argument);
    }
  }
  private push(notice: Notice): void {
    const heap = this.heap;
    let i = heap.length;
    heap.push(notice);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(notice, heap[parent] as Notice)) break;
      heap[i] = heap[parent] as Notice;
      i = parent;
    }
    heap[i] = notice;
  }
  private pop(): void {
    const heap = this.heap;
    const last = heap.pop() as Notice;
    const n = heap.length;
    if (n === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= n) break;
      if (child + 1 < n && before(heap[child + 1] as Notice, heap[child] as Notice)) child++;
      if (!before(heap[child] as Notice, last)) break;
      heap[i] = heap[child] as Notice;
      i = child;
    }
    heap[i] = last;
  }
}

function before(x: Notice, y: Notice): boolean {
  return x.time !== y.time ? x.time < y.time : x.phase !== y.phase ? x.phase < y.phase : x.seq < y.seq;
}
