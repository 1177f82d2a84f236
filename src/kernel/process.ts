// Life cycles: a generator is stepped by events of the simulation's own list.
//
//   sim.process ─▶ start event ─▶ step ─▶ yields 500 ────────▶ event in 500 µs ─▶ step ─▶ …
//                                      └▶ yields a Wait: at once, or ─▶ fulfilled ─▶ event of that instant ─▶ step

import { KernelError, shown } from './errors.ts';
import { type EventList, seatOf, wordOf } from './event-list.ts';
import { NOTHING, OF_SEAT, SEAT_MASK } from './event-list-numbers.ts';
import {
  AT_ONCE_AT_MOST,
  BROKEN,
  CREATED,
  DELAYED,
  ENDED,
  READY,
  RUNNING,
  STRUCK,
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

type Body = (argument: unknown) => LifeCycle<unknown>;

const NO_SLEEPER: Sleeper = { name: '', phase: 1, wake: () => {}, alarm: () => NOTHING, silence: () => {} };

/** A process that was started. Yield it to wait for its end: `yield*` gives what it returned, or throws what it threw. */
export class Process<T = unknown> extends Wait<T> implements Sleeper {
  // Declared, and set in the constructor: a field without an initialiser is first set to undefined, which costs a store at each start.
  /** Counts from 1, in the order in which processes were made. */
  declare readonly number: number;
  declare private readonly list: EventList;
  /** The given name; without one, the body, whose name is looked up when it is asked for. */
  declare private readonly label: string | Body;
  /** Of the events of its seat. */
  declare private word: number;
  /** Its wait, and what it holds. Outlives it: old objects that refer to it, and not to the process, cost the collector nothing. */
  declare readonly root: Waiting;
  declare private generator: LifeCycle<unknown> | undefined;
  declare private state: number;
  /** What the generator is resumed with; at the end, the result or the error. */
  declare private outcome: unknown;
  declare private interrupts: unknown[] | undefined;
  declare private joiners: WaitList | undefined;

  constructor(
    list: EventList,
    word: number,
    root: Waiting,
    label: string | Body,
    generator: LifeCycle<unknown>,
    number: number,
  ) {
    super();
    this.list = list;
    this.word = word;
    this.root = root;
    this.label = label;
    this.generator = generator;
    this.number = number;
    this.state = CREATED;
    this.outcome = undefined;
    this.interrupts = undefined;
    this.joiners = undefined;
  }

  get name(): string {
    const { label } = this;
    return typeof label === 'string' ? label : `${label.name === '' ? 'process' : label.name}#${this.number}`;
  }

  get phase(): Phase {
    return (this.word & 3) as Phase;
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
      if (state === DELAYED) this.moveOn();
      this.wake(new Interrupt(cause), true);
      // After its own event was scheduled: those who move up go on behind it.
      if (state === SUSPENDED) (this.root.wait as Wait<unknown>).withdraw(this.root);
    } else if (this.interrupts === undefined) this.interrupts = [cause];
    else this.interrupts.push(cause);
    return true;
  }

  /** Cancels its event, which has the seat until its entry has gone: takes another. */
  private moveOn(): void {
    const { list } = this;
    const seat = list.takeSeat();
    list.seats[seat] = this.root;
    list.cancelOfSeat(seatOf(this.word));
    this.word = wordOf(seat, this.phase);
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
    this.state = failed ? STRUCK : READY;
    this.list.wakeSeat(this.word);
  }

  alarm(waiting: Waiting, delayMicros: number, phase: Phase = this.phase): Handle {
    const { list } = this;
    const time = list.now + delayMicros;
    if (time > MAX_TIME_US) throw badDelay(list.now, delayMicros);
    const event = list.take(ring, waiting);
    list.insert(event, time, phase);
    return list.handle(event);
  }

  silence(handle: Handle): void {
    this.list.cancelHandle(handle);
  }

  /** Runs the generator until it has to wait. */
  advance(): void {
    const { list } = this;
    const generator = this.generator as LifeCycle<unknown>;
    let value = this.outcome;
    let throwing = this.state === STRUCK;
    let atOnce = 0;
    this.outcome = undefined;
    this.state = RUNNING;
    let result: unknown;
    try {
      for (;;) {
        const step: IteratorResult<unknown, unknown> = throwing ? generator.throw(value) : resume(generator, value);
        const wanted = step.value;
        if (step.done === true) {
          result = wanted;
          break;
        }
        if (this.interrupts !== undefined) {
          value = this.nextInterrupt(this.interrupts);
          throwing = true;
        } else if (typeof wanted === 'number') {
          const time = list.now + wanted;
          // Most are small: those need no rounding.
          if (wanted >= 0 && ((wanted | 0) === wanted || Math.floor(wanted) === wanted) && time <= MAX_TIME_US) {
            this.state = DELAYED;
            list.insertForSeat(this.word, time);
            list.active = NOTHING;
            return;
          }
          value = badDelay(list.now, wanted);
          throwing = true;
        } else if ((wanted as Partial<Wait<unknown>> | null | undefined)?.begin !== undefined) {
          const { root } = this;
          let standing: Standing;
          try {
            standing = (wanted as Wait<unknown>).begin(root);
          } catch (error) {
            // What a filter or a limit of virtual time throws belongs to the process that waits.
            root.value = error;
            standing = FAILED;
          }
          if (standing === WAITING) {
            root.wait = wanted as Wait<unknown>;
            this.state = SUSPENDED;
            list.active = NOTHING;
            return;
          }
          value = root.value;
          root.value = undefined;
          throwing = standing === FAILED;
          if (++atOnce === AT_ONCE_AT_MOST) {
            this.wake(value, throwing);
            list.active = NOTHING;
            return;
          }
        } else {
          value = badYield(wanted);
          throwing = true;
        }
      }
    } catch (error) {
      this.end(BROKEN, isGenerator(generator) ? error : noGenerator(this.label));
      return;
    }
    this.end(ENDED, result);
  }

  /** One that came meanwhile, thrown instead of what it yielded. */
  private nextInterrupt(pending: unknown[]): Interrupt {
    const cause = pending.shift();
    if (pending.length === 0) this.interrupts = undefined;
    return new Interrupt(cause);
  }

  private end(state: number, outcome: unknown): void {
    const { list, root } = this;
    this.generator = undefined;
    this.interrupts = undefined;
    list.active = NOTHING;
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
    root.sleeper = NO_SLEEPER;
    list.leaveSeat((this.word >> 2) & SEAT_MASK);
    this.state = ending;
    this.outcome = result;
    const { joiners } = this;
    if (joiners === undefined || joiners.first === undefined) {
      if (ending === BROKEN) throw new ProcessError(this.name, list.now, result);
      return;
    }
    for (let joiner: Waiting | undefined = joiners.first; joiner !== undefined; joiner = joiners.first) {
      joiners.remove(joiner);
      if (ending === BROKEN) joiner.fail(result);
      else joiner.fulfil(result);
    }
  }
}

/** Starts processes; one a simulation. */
export class Driver {
  private readonly list: EventList;
  private made = 0;

  constructor(list: EventList) {
    this.list = list;
  }

  /** Processes that have neither returned nor thrown, in no particular order. */
  get alive(): Process[] {
    return (this.list.seats as (Waiting | undefined)[]).flatMap((root) =>
      root?.sleeper instanceof Process ? [root.sleeper] : [],
    );
  }

  start<A, T>(body: (argument: A) => LifeCycle<T>, argument: A, options: ProcessOptions | undefined): Process<T> {
    if (typeof body !== 'function') throw badBody(body);
    const { list } = this;
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
    const seat = list.takeSeat();
    const root = (list.seats[seat] as Waiting | undefined) ?? this.newRoot(seat);
    const word = OF_SEAT | (seat << 2) | phase;
    const made = new Process<T>(list, word, root, options?.name ?? (body as Body), generator, ++this.made);
    root.sleeper = made;
    if (after === 0) list.wakeSeat(word);
    else list.insertForSeat(word, list.now + after);
    return made;
  }

  private check({ phase = 1, after = 0 }: ProcessOptions): void {
    if (phase !== (phase & 3)) {
      throw new KernelError('bad-phase', `phase ${shown(phase)} of a process: expected 0, 1, 2 or 3`);
    }
    const { now } = this.list;
    if (!(after >= 0 && Math.floor(after) === after && now + after <= MAX_TIME_US)) throw badDelay(now, after);
  }

  private newRoot(seat: number): Waiting {
    const made = new Waiting(NO_SLEEPER, undefined, 0);
    this.list.seats[seat] = made;
    return made;
  }
}

function badDelay(now: number, delay: number): KernelError {
  return delay >= 0 && Math.floor(delay) === delay
    ? new KernelError('too-far', `a delay of ${delay} µs at ${now} µs: expected to end by 2^53 − 1 (285 years)`)
    : new KernelError(
        'bad-delay',
        `a delay of ${shown(delay)} µs at ${now} µs: expected a whole number of microseconds, at least 0; round fractions first`,
      );
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
  if (typeof body === 'function') return noGenerator(body as Body);
  return new KernelError('bad-process', `a process of ${shown(body)}: expected a generator function (function*)`);
}

function noGenerator(label: string | Body): KernelError {
  const name = typeof label === 'string' ? label : label.name;
  return new KernelError(
    'bad-process',
    `a process of ${name === '' ? 'a function' : name}, which returns no generator: expected a generator function (function*)`,
  );
}

function stillHeld(of: string): KernelError {
  return new KernelError('still-held', `it ended holding ${of}; release it in a finally block`);
}
