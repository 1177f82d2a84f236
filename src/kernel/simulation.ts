import { KernelError, shown } from './errors.ts';
import { EventList } from './event-list.ts';
import { NOTHING, SEAT_MASK } from './event-list-numbers.ts';
import { Fingerprint } from './fingerprint.ts';
import { KeyedStream } from './keyed-stream.ts';
import { Driver, type LifeCycle, type Process, type ProcessOptions } from './process.ts';
import type { RunIdentity } from './seeding.ts';
import { Stream } from './stream.ts';
import { TieUrn } from './tie-urn.ts';
import { type Handle, MAX_TIME_US, type Phase, type SimTime } from './time.ts';
import type { Waiting } from './wait.ts';

/** Events a simulation executes at most unless told otherwise: an endless loop ends in `limit`. */
const DEFAULT_MAX_EVENTS = 1_000_000_000_000;

/** Of a new simulation. */
export interface SimulationOptions {
  /** Master seed: a text, or a whole number, which means the same as its digits. */
  readonly seed: number | string;
  /** Whole, at least 0, default 0: each replication has its own random streams. */
  readonly replication?: number;
  /** Events over all runs at most; whole, at least 0, default 10^12. */
  readonly maxEvents?: number;
  /** Order of events of one instant and phase; default `inOrder`. */
  readonly ties?: Ties;
}

/**
 * `inOrder`: as they were scheduled. `shuffle`: by lots drawn from this seed (a text, or a whole number) and the replication, the same for the same seed; a model whose
 * result changes with it depends on an order that nobody decided.
 */
export type Ties = 'inOrder' | { readonly shuffle: number | string };

/** Of one `run`. */
export interface RunOptions {
  /** Whole microseconds, not before now: events at it are still executed. Left out: until nothing is pending. */
  readonly until?: number;
  /** Events of this run at most; whole, at least 0. */
  readonly maxEvents?: number;
}

/** How a run ended. */
export interface RunOutcome {
  /** Nothing left up to `until`; nothing left at all; `stop` was called; a limit on events was reached with events still due. */
  readonly reason: 'until' | 'empty' | 'stopped' | 'limit';
  /** Executed by this run. */
  readonly events: number;
}

/**
 * A discrete-event simulation: a clock of whole microseconds, a future event list ordered by (time, phase, insertion), named random
 * streams, and a fingerprint of what was executed. Nothing in it depends on the host.
 */
export class Simulation {
  private readonly list = new EventList();
  private readonly trace = new Fingerprint();
  private readonly identity: RunIdentity;
  private readonly maxEvents: number;
  private readonly streams = new Map<string, Stream>();
  private readonly keyedStreams = new Map<string, KeyedStream>();
  private executed = 0.5;
  private running = false;
  private stopping = false;
  private driver: Driver | undefined = undefined;
  private readonly urn: TieUrn | undefined = undefined;

  /** Throws KernelError `bad-seed`, `bad-replication`, `bad-limit` or `bad-ties`. */
  constructor(options: SimulationOptions) {
    const { seed, replication = 0, maxEvents = DEFAULT_MAX_EVENTS, ties = 'inOrder' } = options;
    if (typeof seed !== 'string' && !Number.isSafeInteger(seed)) {
      throw new KernelError(
        'bad-seed',
        `seed ${shown(seed)}: expected a text or a whole number; without a seed a run can't be repeated`,
      );
    }
    if (!isCount(replication)) {
      throw new KernelError(
        'bad-replication',
        `replication ${shown(replication)}: expected a whole number, at least 0`,
      );
    }
    if (!isCount(maxEvents)) {
      throw new KernelError('bad-limit', `maxEvents ${shown(maxEvents)}: expected a whole number, at least 0`);
    }
    this.identity = { seed: String(seed), replication };
    this.maxEvents = maxEvents;
    this.executed = 0;
    if (ties !== 'inOrder') {
      const shuffle = (ties as { shuffle?: unknown } | null)?.shuffle;
      if (typeof shuffle !== 'string' && !Number.isSafeInteger(shuffle)) {
        throw new KernelError(
          'bad-ties',
          `ties ${shown(shuffle ?? ties)}: expected 'inOrder' or { shuffle: seed }, the seed a text or a whole number`,
        );
      }
      this.urn = new TieUrn(this.list, new Stream({ seed: String(shuffle), replication }, 'order', 'ties'));
    }
  }

  /** The simulation clock: whole microseconds since the start. */
  get now(): SimTime {
    return this.list.now as SimTime;
  }

  /** Events scheduled, and neither executed nor cancelled. */
  get pending(): number {
    return this.list.count;
  }

  /** Events executed so far, over all runs. */
  get events(): number {
    return this.executed;
  }

  /**
   * Has `handler(argument)` run `delayMicros` from now: whole microseconds, 0 for later at this instant. `phase` (default 1) orders what
   * happens at one instant. Returns a handle for `cancel`.
   * Throws KernelError `bad-delay`, `bad-phase`, `bad-handler`, `too-far` or `too-many-pending`.
   */
  schedule<T>(delayMicros: number, handler: (argument: T) => void, argument: T, phase: Phase = 1): Handle {
    const list = this.list;
    const time = list.now + delayMicros;
    if (
      !(delayMicros >= 0 && time <= MAX_TIME_US) ||
      Math.floor(delayMicros) !== delayMicros ||
      phase !== (phase & 3) ||
      typeof handler !== 'function'
    ) {
      this.refuseDelay(delayMicros, handler, phase);
    }
    const slot = list.take(handler, argument);
    list.insert(slot, time, phase);
    return list.handle(slot);
  }

  /** The same at an absolute time, in whole microseconds, not before now. Throws also KernelError `bad-time` or `in-the-past`. */
  scheduleAt<T>(timeMicros: number, handler: (argument: T) => void, argument: T, phase: Phase = 1): Handle {
    const list = this.list;
    if (
      !(timeMicros >= list.now && timeMicros <= MAX_TIME_US) ||
      Math.floor(timeMicros) !== timeMicros ||
      phase !== (phase & 3) ||
      typeof handler !== 'function'
    ) {
      this.refuseTime(timeMicros, handler, phase);
    }
    const slot = list.take(handler, argument);
    list.insert(slot, timeMicros, phase);
    return list.handle(slot);
  }

  /** Takes an event back: true if it had neither run nor been cancelled. Any other number gives false. */
  cancel(handle: Handle): boolean {
    return this.list.cancelHandle(handle);
  }

  /**
   * Starts a process: `body`, a generator function, is called with `argument` and stepped by events, the first of them later at this instant
   * or `after` so many microseconds. What it throws comes out of `run` as a ProcessError, unless another process waits for its end.
   * Throws KernelError `bad-process`, `bad-phase`, `bad-delay`, `too-far` or `too-many-pending`.
   */
  process<T>(body: () => LifeCycle<T>, argument?: undefined, options?: ProcessOptions): Process<T>;
  process<A, T>(body: (argument: A) => LifeCycle<T>, argument: A, options?: ProcessOptions): Process<T>;
  process<A, T>(body: (argument: A) => LifeCycle<T>, argument: A, options?: ProcessOptions): Process<T> {
    this.driver ??= new Driver(this.list);
    return this.driver.start(body, argument, options);
  }

  /** The process whose step is being executed; undefined in other events and outside a run. */
  get activeProcess(): Process | undefined {
    return this.activeRoot?.sleeper as Process | undefined;
  }

  /** Of the active process, its root wait. For the kernel's own. */
  get activeRoot(): Waiting | undefined {
    const { active, seats } = this.list;
    return active === NOTHING ? undefined : (seats[active] as Waiting);
  }

  /** Processes that have neither returned nor thrown; after a run that came out `empty`, those that wait for ever. */
  get processes(): readonly Process[] {
    return this.driver?.alive ?? [];
  }

  /** The independent random stream of this name: the same name, the same object. */
  stream(name: string): Stream {
    let stream = this.streams.get(name);
    if (stream === undefined) {
      stream = new Stream(this.identity, named(name));
      this.streams.set(name, stream);
    }
    return stream;
  }

  /** Random numbers by (request, path), independent of the order of service: the same name, the same object. */
  keyedStream(name: string): KeyedStream {
    let stream = this.keyedStreams.get(name);
    if (stream === undefined) {
      stream = new KeyedStream(this.identity, named(name));
      this.keyedStreams.set(name, stream);
    }
    return stream;
  }

  /**
   * Executes events in order. With `until` also those at it, and then the clock stands at `until`, even if nothing was left before
   * (`empty`); stopped or at a limit it stands at the last event. What a handler throws comes out here, the event counts as executed,
   * and another `run` goes on after it. Throws KernelError `nested-run`, `bad-until`, `in-the-past` or `bad-limit`.
   */
  run(options: RunOptions = {}): RunOutcome {
    const { until, maxEvents } = options;
    if (this.running) throw this.error('nested-run', 'run was called by an event handler; schedule an event instead');
    if (until !== undefined) this.checkUntil(until);
    if (maxEvents !== undefined && !isCount(maxEvents)) {
      throw this.error('bad-limit', `maxEvents ${shown(maxEvents)}: expected a whole number, at least 0`);
    }
    const before = this.executed;
    const limit = maxEvents === undefined ? this.maxEvents : Math.min(this.maxEvents, before + maxEvents);
    this.running = true;
    this.stopping = false;
    try {
      const last = until ?? MAX_TIME_US;
      const reason = this.urn === undefined ? this.execute(last, limit) : this.executeShuffled(this.urn, last, limit);
      if (until !== undefined && (reason === 'until' || reason === 'empty')) this.list.now = until;
      return { reason, events: this.executed - before };
    } finally {
      this.running = false;
    }
  }

  /** Ends the run after the event that is being executed; outside a run it does nothing. */
  stop(): void {
    this.stopping = true;
  }

  /** 16 hexadecimal digits: a hash of time, phase and (if a signed 32-bit whole number) argument of all events executed so far. */
  fingerprint(): string {
    return this.trace.hex(this.executed);
  }

  /**
   * Which of several equals goes next: the first, or with shuffled ties one drawn by lot. For whoever serves several deadlines of one instant by one event.
   */
  lot(below: number): number {
    return this.urn === undefined ? 0 : this.urn.lot(below);
  }

  /** Whether ties are shuffled. */
  get shuffles(): boolean {
    return this.urn !== undefined;
  }

  private execute(until: number, limit: number): RunOutcome['reason'] {
    const list = this.list;
    const cells = list.cells;
    const trace = this.trace;
    // Known to be numbers: parameters are looked at again at each event.
    const last = Math.min(until, MAX_TIME_US);
    const most = Math.min(limit, MAX_TIME_US);
    let { executed } = this;
    while (!this.stopping) {
      if (executed >= most) {
        if (list.count === 0) return 'empty';
        // The look ahead costs a sweep: not for those who go step by step without an `until`.
        return last === MAX_TIME_US || list.earliest() <= last ? 'limit' : 'until';
      }
      const word = list.next(last);
      if (word < 0) {
        if (word === NOTHING) return list.count === 0 ? 'empty' : 'until';
        this.executed = ++executed;
        this.step(word);
        continue;
      }
      const slot = word >> 2;
      const handler = cells[slot * 2] as (argument: unknown) => void;
      const argument = cells[slot * 2 + 1];
      trace.mix(list.now, word & 3, argument);
      // Before the call: the handler's next event reuses the slot while it is in the cache, and a throw leaves nothing behind.
      list.giveBack(slot);
      this.executed = ++executed;
      handler(argument);
    }
    return 'stopped';
  }

  /** An event of a process: its argument is the seat, so the fingerprint tells processes apart. */
  private step(word: number): void {
    const { list } = this;
    const seat = (word >> 2) & SEAT_MASK;
    this.trace.mix(list.now, word & 3, seat);
    list.count--;
    list.active = seat;
    ((list.seats[seat] as Waiting).sleeper as Process).advance();
  }

  /** A loop of its own: `execute` stays as short as it is. */
  private executeShuffled(urn: TieUrn, until: number, limit: number): RunOutcome['reason'] {
    const list = this.list;
    while (!this.stopping) {
      if (this.executed >= limit) {
        if (list.count === 0) return 'empty';
        return urn.earliest() <= until ? 'limit' : 'until';
      }
      const word = urn.next(until);
      if (word < 0) {
        if (word === NOTHING) return list.count === 0 ? 'empty' : 'until';
        this.executed++;
        this.step(word);
        continue;
      }
      const slot = word >> 2;
      const handler = list.cells[slot * 2] as (argument: unknown) => void;
      const argument = list.cells[slot * 2 + 1];
      this.trace.mix(list.now, word & 3, argument);
      list.giveBack(slot);
      this.executed++;
      handler(argument);
    }
    return 'stopped';
  }

  private checkUntil(until: number): void {
    if (!Number.isSafeInteger(until)) {
      throw this.error('bad-until', `until ${shown(until)}: expected a whole number of microseconds up to 2^53 − 1`);
    }
    if (until < this.list.now) throw this.error('in-the-past', `until ${until} µs: expected now or later`);
  }

  private refuseDelay(delay: number, handler: unknown, phase: number): never {
    if (!(delay >= 0) || Math.floor(delay) !== delay) {
      throw this.error(
        'bad-delay',
        `delay of ${shown(delay)} µs: expected a whole number of microseconds, at least 0; round fractions first`,
      );
    }
    throw this.refuse(this.list.now + delay, handler, phase);
  }

  private refuseTime(time: number, handler: unknown, phase: number): never {
    if (Number.isNaN(time) || Math.floor(time) !== time) {
      throw this.error(
        'bad-time',
        `event at ${shown(time)} µs: expected a whole number of microseconds; round fractions first`,
      );
    }
    if (time < this.list.now) throw this.error('in-the-past', `event at ${time} µs: expected now or later`);
    throw this.refuse(time, handler, phase);
  }

  private refuse(time: number, handler: unknown, phase: number): KernelError {
    if (time > MAX_TIME_US) return this.error('too-far', `event at ${time} µs: expected at most 2^53 − 1 (285 years)`);
    if (phase !== (phase & 3)) return this.error('bad-phase', `phase ${shown(phase)}: expected 0, 1, 2 or 3`);
    return this.error('bad-handler', `handler ${shown(handler)}: expected a function`);
  }

  private error(code: ConstructorParameters<typeof KernelError>[0], message: string): KernelError {
    return new KernelError(code, `${message} (virtual time ${this.list.now} µs)`);
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function named(name: string): string {
  if (typeof name !== 'string' || name === '') {
    throw new KernelError('bad-name', `random stream ${shown(name)}: expected a name, one for each purpose`);
  }
  return name;
}
