// What a process can wait for, and one wait that is going on.
//
//   Process ── root ─▶ Waiting ──▶ Wait          a delay, a unit of a resource, an item, an event, another process
//                        ├─ child ─▶ Waiting ──▶ Wait        of `anyOf`, `allOf`, `within`
//                        └─ child ─▶ Waiting ──▶ Wait
//
// A Wait is a description and does nothing until a process yields it: `anyOf` can then withdraw its losers before they took anything.

import type { Handle, Phase } from './time.ts';

/** Where a wait stands; `begin` says which right away. */
export const WAITING = 0;
/** It has what it waited for: `value`. */
export const FULFILLED = 1;
/** It never will: `value` is thrown at the process. */
export const FAILED = 2;
export type Standing = 0 | 1 | 2;

/** Children are still being begun; it waits for them; it is over. */
export const BEGINNING = 0;
export const OPEN = 1;
export const DECIDED = 2;
type Stage = 0 | 1 | 2;

/** What a life cycle may yield: whole microseconds to let pass, or anything to wait for. */
export type Yieldable = number | Wait<unknown>;

/** The process behind a wait, as far as waits need to know it. */
export interface Sleeper {
  readonly name: string;
  readonly phase: Phase;
  /** Its root wait is over: has it go on, by an event of this instant. */
  wake(value: unknown, failed: boolean): void;
  /** Has the wait fulfilled after a delay; left out, `phase` is the process's own. */
  alarm(waiting: Waiting, delayMicros: number, phase?: Phase): Handle;
  silence(handle: Handle): void;
}

/**
 * Something to wait for: `yield wait` where the result doesn't matter, `const result = yield* wait` where it does (only so is it typed).
 * A description: it may be kept and yielded again and again, by many processes.
 */
export abstract class Wait<T> {
  /** Only for the type: what `yield*` gives. */
  declare protected readonly result: T;

  /** Tries at once; WAITING if it has to wait, then `waiting.fulfil` or `waiting.fail` must follow. */
  abstract begin(waiting: Waiting): Standing;

  /** Ends a wait that is still WAITING. */
  abstract withdraw(waiting: Waiting): void;

  /** Gives back what a FULFILLED wait got, where that is possible: the `allOf` around it was broken off. */
  undo(_waiting: Waiting): void {}

  /** Of `anyOf`, `allOf` and `within` only. */
  childOver(_waiting: Waiting, _child: Waiting): void {}

  [Symbol.iterator](): Iterator<Yieldable, T, unknown> {
    return new Delegate<T>(this);
  }
}

/** What `yield*` steps through: yields the wait, then returns what the process was resumed with. */
class Delegate<T> implements Iterator<Yieldable, T, unknown> {
  private wait: Wait<unknown> | undefined;

  constructor(wait: Wait<unknown>) {
    this.wait = wait;
  }

  next(value?: unknown): IteratorResult<Yieldable, T> {
    const { wait } = this;
    if (wait === undefined) return { done: true, value: value as T };
    this.wait = undefined;
    return { done: false, value: wait };
  }

  throw(thrown: unknown): never {
    throw thrown;
  }

  return(value: T): IteratorResult<Yieldable, T> {
    return { done: true, value };
  }
}

/** Units of a resource that a process has. */
export interface Hold {
  /** The next older one of the same process. */
  older: Hold | undefined;
  /** The process has ended. */
  abandon(): void;
  readonly of: string;
}

/** One wait of one process, while it goes on. */
export class Waiting {
  sleeper: Sleeper;
  readonly parent: Waiting | undefined;
  /** Place among the parent's children. */
  readonly index: number;
  wait: Wait<unknown> | undefined = undefined;
  standing: Standing = WAITING;
  value: unknown = undefined;
  /** Of `anyOf`, `allOf` and `within`, and whether these take note of a child that is over. */
  children: Waiting[] | undefined = undefined;
  stage: Stage = BEGINNING;
  handle: Handle = -1.5;
  /** Place in a list of those who wait. */
  list: { remove(waiting: Waiting): void } | undefined = undefined;
  previous: Waiting | undefined = undefined;
  next: Waiting | undefined = undefined;
  /** Of a process's root: what the process holds of resources, the latest first. */
  holds: Hold | undefined = undefined;

  constructor(sleeper: Sleeper, parent: Waiting | undefined, index: number) {
    this.sleeper = sleeper;
    this.parent = parent;
    this.index = index;
  }

  fulfil(value: unknown): void {
    if (this.parent === undefined) this.sleeper.wake(value, false);
    else this.settle(FULFILLED, value);
  }

  fail(error: unknown): void {
    if (this.parent === undefined) this.sleeper.wake(error, true);
    else this.settle(FAILED, error);
  }

  private settle(standing: Standing, value: unknown): void {
    const { parent } = this;
    this.standing = standing;
    this.value = value;
    parent?.wait?.childOver(parent, this);
  }
}
