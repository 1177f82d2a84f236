// Life cycles: a generator is stepped by events of the simulation's own list.
//
//   sim.process ─▶ start event ─▶ step ─▶ yields 500 ────────▶ event in 500 µs ─▶ step ─▶ …
//                                      └▶ yields a Wait: at once, or ─▶ fulfilled ─▶ event of that instant ─▶ step

import { KernelError, shown } from './errors.ts';
import type { EventList } from './event-list.ts';
import {
  AT_ONCE_AT_MOST,
  BROKEN,
  CREATED,
  DELAYED,
  ENDED,
  NOBODY,
  READY,
  RUNNING,
  SUSPENDED,
} from './process-numbers.ts';
import { type Handle, MAX_TIME_US, type Phase } from './time.ts';
import { FAILED, FULFILLED, type Sleeper, type Standing, Wait, WAITING, Waiting, type Yieldable } from './wait.ts';
import { WaitList } from './wait-list.ts';

/** A generator that yields whole microseconds to let pass or a `Wait`, and may return a result. */
export type LifeCycle<T = void> = Generator<Yieldable, T, unknown>;

/** Of one process. */
export interface ProcessOptions {
  /** For messages; default: the function's name and the process's number, as `customer#17`. */
  readonly name?: string;
  /** Starts so many microseconds from now; whole, at least 0, default 0: later at this instant. */
  readonly after?: number;
  /** Phase of all its events; default 1. */
  readonly phase?: Phase;
}

/** Thrown at a process that is interrupted, at the `yield` where it waits. Not an Error: it is no fault and carries no stack. */
export class Interrupt {
  /** What `interrupt` was given. */
  readonly cause: unknown;

  constructor(cause: unknown) {
    this.cause = cause;
  }
}

/** What a process threw and nobody who waited for it could take: `process` and `atMicros` say whose and when, `cause` what. */
export class ProcessError extends KernelError {
  readonly process: string;
  /** Virtual time, µs. */
  readonly atMicros: number;
  override readonly cause: unknown;

  constructor(name: string, atMicros: number, cause: unknown) {
    super('process-failed', `process ${name} failed at virtual time ${atMicros} µs: ${described(cause)}`);
    this.name = 'ProcessError';
    this.process = name;
    this.atMicros = atMicros;
    this.cause = cause;
  }
}

type Next = (this: LifeCycle<unknown>, value: unknown) => IteratorResult<unknown, unknown>;

/**
 * Each generator function gives its objects a shape of their own, and a look-up of `next` would have to tell them all apart. In a closure: what that binds
 * the engine takes for constant, what a bundled file binds it loads and checks.
 */
const resume = (() => {
  const next = Object.getPrototypeOf(Object.getPrototypeOf((function* (): LifeCycle {})())).next as Next;
  return (generator: LifeCycle<unknown>, value: unknown) => next.call(generator, value);
})();

const NO_SLEEPER: Sleeper = { name: '', phase: 1, wake: () => {}, alarm: () => NOBODY, silence: () => {} };

/** A process that was started. Yield it to wait for its end: `yield*` gives what it returned, or throws what it threw. */
export class Process<T = unknown> extends Wait<T> implements Sleeper {
  // Declared, and set in the constructor: a field without an initialiser is first set to undefined, which costs a store at each start.
  declare readonly phase: Phase;
  /** Counts from 1, in the order in which processes were made. */
  declare readonly number: number;
  declare private readonly driver: Driver;
  declare private readonly givenName: string | undefined;
  declare private readonly body: (argument: unknown) => LifeCycle<unknown>;
  declare private seat: number;
  /** Its wait, and what it holds. Outlives it: old objects that refer to it, and not to the process, cost the collector nothing. */
  declare readonly root: Waiting;
  declare private generator: LifeCycle<unknown> | undefined;
  declare private state: number;
  /** What the generator is resumed with; at the end, the result or the error. */
  declare private outcome: unknown;
  declare private throwing: boolean;
  declare private interrupts: unknown[] | undefined;
  declare private joiners: WaitList | undefined;

  constructor(
    driver: Driver,
    seat: number,
    root: Waiting,
    body: (argument: unknown) => LifeCycle<unknown>,
    generator: LifeCycle<unknown>,
    number: number,
    phase: Phase,
    name: string | undefined,
  ) {
    super();
    this.driver = driver;
    this.seat = seat;
    this.root = root;
    this.body = body;
    this.generator = generator;
    this.number = number;
    this.phase = phase;
    this.givenName = name;
    this.state = CREATED;
    this.outcome = undefined;
    this.throwing = false;
    this.interrupts = undefined;
    this.joiners = undefined;
  }

  get name(): string {
    return this.givenName ?? `${this.body.name === '' ? 'process' : this.body.name}#${this.number}`;
  }

  /** False once it has returned or thrown. */
  get alive(): boolean {
    return this.state < ENDED;
  }

  /**
   * Throws an `Interrupt` at the process where it waits, by an event of this instant; it leaves every queue now. One whose wait is over already
   * (it goes on at this instant), or that hasn't begun, is struck at its next `yield`. Returns whether it was alive.
   * Throws KernelError `bad-interrupt` when a process interrupts itself.
   */
  interrupt(cause?: unknown): boolean {
    const { state } = this;
    if (state >= ENDED) return false;
    if (state === RUNNING) {
      throw new KernelError('bad-interrupt', `process ${this.name} interrupts itself; throw what you mean to catch`);
    }
    if (state === DELAYED || state === SUSPENDED) {
      if (state === DELAYED) this.seat = this.driver.moveOn(this.seat, this.root);
      this.wake(new Interrupt(cause), true);
      // After its own event was scheduled: those who move up go on behind it.
      if (state === SUSPENDED) (this.root.wait as Wait<unknown>).withdraw(this.root);
    } else if (this.interrupts === undefined) this.interrupts = [cause];
    else this.interrupts.push(cause);
    return true;
  }

  begin(waiting: Waiting): Standing {
    if (this.state >= ENDED) {
      waiting.value = this.outcome;
      return this.state === BROKEN ? FAILED : FULFILLED;
    }
    this.joiners ??= new WaitList();
    this.joiners.add(waiting);
    return WAITING;
  }

  withdraw(waiting: Waiting): void {
    waiting.list?.remove(waiting);
  }

  wake(value: unknown, failed: boolean): void {
    this.outcome = value;
    this.throwing = failed;
    this.state = READY;
    this.driver.wake(this.seat, this.phase);
  }

  alarm(waiting: Waiting, delayMicros: number, phase: Phase = this.phase): Handle {
    return this.driver.alarm(waiting, delayMicros, phase);
  }

  silence(handle: Handle): void {
    this.driver.cancel(handle);
  }

  /** Runs the generator until it has to wait. */
  advance(): void {
    const driver = this.driver;
    let atOnce = 0;
    const generator = this.generator as LifeCycle<unknown>;
    let value = this.outcome;
    let throwing = this.throwing;
    this.outcome = undefined;
    this.throwing = false;
    this.state = RUNNING;
    let result: unknown;
    try {
      for (;;) {
        const step: IteratorResult<unknown, unknown> = throwing
          ? generator.throw(value)
          : resume(generator, value);
        throwing = false;
        const wanted = step.value;
        if (step.done === true) {
          result = wanted;
          break;
        }
        if (this.interrupts === undefined && typeof wanted === 'number' && driver.isDelay(wanted)) {
          this.state = DELAYED;
          driver.delay(this.seat, wanted, this.phase);
          driver.activeSeat = NOBODY;
          return;
        }
        if (this.interrupts === undefined && isWait(wanted)) {
          const { root } = this;
          const standing = tryBegin(wanted, root);
          if (standing === WAITING) {
            root.wait = wanted;
            this.state = SUSPENDED;
            driver.activeSeat = NOBODY;
            return;
          }
          value = root.value;
          root.value = undefined;
          throwing = standing === FAILED;
          if (++atOnce === AT_ONCE_AT_MOST) {
            this.wake(value, throwing);
            driver.activeSeat = NOBODY;
            return;
          }
        } else {
          value = this.refusal(wanted);
          throwing = true;
        }
      }
    } catch (error) {
      this.end(BROKEN, isGenerator(generator) ? error : badBody(this.body));
      return;
    }
    this.end(ENDED, result);
  }

  /** What is thrown at it instead of what it yielded: an interrupt that came meanwhile, or an error. */
  private refusal(wanted: unknown): unknown {
    const pending = this.interrupts;
    if (pending === undefined) return typeof wanted === 'number' ? this.driver.badDelay(wanted) : badYield(wanted);
    const cause = pending.shift();
    if (pending.length === 0) this.interrupts = undefined;
    return new Interrupt(cause);
  }

  private end(state: number, outcome: unknown): void {
    this.generator = undefined;
    this.interrupts = undefined;
    this.driver.activeSeat = NOBODY;
    const { root } = this;
    let ending = state;
    let result = outcome;
    if (root.holds !== undefined) {
      const { of } = root.holds;
      while (root.holds !== undefined) root.holds.abandon();
      if (ending === ENDED) {
        ending = BROKEN;
        result = stillHeld(of);
      }
    }
    this.driver.leave(this.seat, root);
    this.state = ending;
    this.outcome = result;
    const { joiners } = this;
    if (joiners === undefined || joiners.first === undefined) {
      if (ending === BROKEN) throw new ProcessError(this.name, this.driver.now, result);
      return;
    }
    for (let joiner: Waiting | undefined = joiners.first; joiner !== undefined; joiner = joiners.first) {
      joiners.remove(joiner);
      if (ending === BROKEN) joiner.fail(result);
      else joiner.fulfil(result);
    }
  }
}

/** Starts processes and steps them; one a simulation. */
export class Driver {
  /** Seat of the process whose step is being executed. A number, as all that changes at each event: storing a new object in an old one costs more. */
  activeSeat = NOBODY;
  private readonly list: EventList;
  /** The root wait of each seat, used again by the next process there; a free seat's has no sleeper. */
  private readonly roots: (Waiting | undefined)[];
  private made = 0;

  constructor(list: EventList) {
    this.list = list;
    this.roots = list.seats as (Waiting | undefined)[];
  }

  get now(): number {
    return this.list.now;
  }

  get active(): Process | undefined {
    return this.activeSeat === NOBODY ? undefined : ((this.roots[this.activeSeat] as Waiting).sleeper as Process);
  }

  /** Processes that have neither returned nor thrown, in no particular order. */
  get alive(): Process[] {
    return this.roots.flatMap((root) => (root?.sleeper instanceof Process ? [root.sleeper] : []));
  }

  start<A, T>(body: (argument: A) => LifeCycle<T>, argument: A, options: ProcessOptions | undefined): Process<T> {
    if (typeof body !== 'function') throw badBody(body);
    let phase: Phase = 1;
    let after = 0;
    if (options !== undefined) {
      this.check(options);
      phase = options.phase ?? 1;
      after = options.after ?? 0;
    }
    // None of a generator function runs yet.
    const generator = body(argument) as LifeCycle<T> | undefined;
    if (typeof generator !== 'object') throw badBody(body);
    const seat = this.list.takeSeat();
    const root = this.roots[seat] ?? this.newRoot(seat);
    const made = new Process<T>(
      this,
      seat,
      root,
      body as (argument: unknown) => LifeCycle<unknown>,
      generator,
      ++this.made,
      phase,
      options?.name,
    );
    root.sleeper = made;
    if (after === 0) this.wake(seat, phase);
    else this.delay(seat, after, phase);
    return made;
  }

  private check({ phase = 1, after = 0 }: ProcessOptions): void {
    if (phase !== (phase & 3)) {
      throw new KernelError('bad-phase', `phase ${shown(phase)} of a process: expected 0, 1, 2 or 3`);
    }
    if (!this.isDelay(after)) throw this.badDelay(after);
  }

  private newRoot(seat: number): Waiting {
    const made = new Waiting(NO_SLEEPER, undefined, 0);
    this.roots[seat] = made;
    return made;
  }

  /** Whole, not negative, and not beyond the last instant. */
  isDelay(micros: number): boolean {
    return micros >= 0 && Math.floor(micros) === micros && this.reaches(micros);
  }

  /** Whether an instant so far from now exists. */
  reaches(delayMicros: number): boolean {
    return this.list.now + delayMicros <= MAX_TIME_US;
  }

  /** Steps the process of this seat after a delay already checked. */
  delay(seat: number, delayMicros: number, phase: Phase): void {
    const { list } = this;
    list.insertForSeat(seat, list.now + delayMicros, phase);
  }

  wake(seat: number, phase: Phase): void {
    this.list.wakeSeat(seat, phase);
  }

  /** Cancels the event of a seat; its process gets another seat. */
  moveOn(seat: number, root: Waiting): number {
    const next = this.list.takeSeat();
    this.roots[next] = root;
    this.list.cancelOfSeat(seat);
    return next;
  }

  alarm(waiting: Waiting, delayMicros: number, phase: Phase): Handle {
    if (!this.reaches(delayMicros)) throw this.badDelay(delayMicros);
    const { list } = this;
    const event = list.take(ring, waiting);
    list.insert(event, list.now + delayMicros, phase);
    return list.handle(event);
  }

  cancel(handle: Handle): void {
    this.list.cancelHandle(handle);
  }

  leave(seat: number, root: Waiting): void {
    root.sleeper = NO_SLEEPER;
    this.list.leaveSeat(seat);
  }

  badDelay(delay: number): KernelError {
    const { now } = this.list;
    return delay >= 0 && Math.floor(delay) === delay
      ? new KernelError('too-far', `a delay of ${delay} µs at ${now} µs: expected to end by 2^53 − 1 (285 years)`)
      : new KernelError(
          'bad-delay',
          `a delay of ${shown(delay)} µs at ${now} µs: expected a whole number of microseconds, at least 0; round fractions first`,
        );
  }

  step(seat: number): void {
    this.activeSeat = seat;
    ((this.roots[seat] as Waiting).sleeper as Process).advance();
  }
}

/** What a filter or a limit of virtual time throws belongs to the process that waits. */
function tryBegin(wait: Wait<unknown>, root: Waiting): Standing {
  try {
    return wait.begin(root);
  } catch (error) {
    root.value = error;
    return FAILED;
  }
}

/** By what it can do: instanceof costs as much as a whole delay's check. */
function isWait(value: unknown): value is Wait<unknown> {
  return typeof value === 'object' && value !== null && (value as { begin?: unknown }).begin !== undefined;
}

/** Nothing but a real one can be resumed by `resume`. */
function isGenerator(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Generator]';
}

function ring(waiting: Waiting): void {
  waiting.fulfil(undefined);
}

function described(thrown: unknown): string {
  if (thrown instanceof Interrupt) return `an interrupt that it didn't catch (cause: ${shown(thrown.cause)})`;
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : shown(thrown);
}

function badYield(wanted: unknown): KernelError {
  const hint =
    typeof (wanted as { next?: unknown } | null | undefined)?.next === 'function'
      ? '; a part of a life cycle is run by yield*, one of its own by sim.process'
      : '';
  return new KernelError(
    'bad-yield',
    `a process yielded ${shown(wanted)}: expected whole microseconds or something to wait for${hint}`,
  );
}

function badBody(body: unknown): KernelError {
  return new KernelError(
    'bad-process',
    `a process of ${typeof body === 'function' ? `${body.name === '' ? 'a function' : body.name}, which returns no generator` : shown(body)}: expected a generator function (function*)`,
  );
}

function stillHeld(of: string): KernelError {
  return new KernelError('still-held', `it ended holding ${of}; release it in a finally block`);
}
