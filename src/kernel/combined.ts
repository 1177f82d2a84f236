import { KernelError, shown } from './errors.ts';
import type { Phase } from './time.ts';
import {
  BEGINNING,
  DECIDED,
  FAILED,
  FULFILLED,
  OPEN,
  type Standing,
  Wait,
  WAITING,
  Waiting,
  type Yieldable,
} from './wait.ts';

/** What a yielded value gives: nothing for a delay. */
type ResultOf<Y> = Y extends Wait<infer T> ? T : Y extends number ? undefined : never;

/** Which came first, and what it gave. */
export type First<W extends readonly Yieldable[]> = {
  [I in keyof W]: { readonly index: IndexOf<I>; readonly value: ResultOf<W[I]> };
}[number];

type IndexOf<I> = I extends `${infer N extends number}` ? N : number;

type ResultsOf<W extends readonly Yieldable[]> = { -readonly [I in keyof W]: ResultOf<W[I]> };

/** What `within` gives when the time was over first. */
export const TIMED_OUT: unique symbol = Symbol('timed out');

/**
 * Waits for the first of several; `yield*` gives `{ index, value }` of the one. The others are withdrawn at that instant and have taken nothing:
 * no item, no unit, no amount. Among those that can be had at once the earliest in the list wins. Throws KernelError `bad-delay`.
 */
export function anyOf<const W extends readonly Yieldable[]>(waits: W): Wait<First<W>> {
  return new AnyOf(waits.map((one) => described(one))) as Wait<unknown> as Wait<First<W>>;
}

/**
 * Waits for all; `yield*` gives their values in order. Broken off before (an interrupt, a failure, `within`), it gives back the units, items and amounts
 * that it had got; what it had put stays put. Throws KernelError `bad-delay`.
 */
export function allOf<const W extends readonly Yieldable[]>(waits: W): Wait<ResultsOf<W>> {
  return new AllOf(waits.map((one) => described(one))) as Wait<unknown> as Wait<ResultsOf<W>>;
}

/**
 * Waits at most `micros`; then the wait is withdrawn and `yield*` gives TIMED_OUT. What comes at that very instant in phases 0 to 2 is in time: giving
 * up is a decision and belongs to phase 2. Throws KernelError `bad-delay`.
 */
export function within<T>(wait: Wait<T>, micros: number): Wait<T | typeof TIMED_OUT> {
  return new Within(described(wait), new Delay(micros, 2)) as Wait<unknown> as Wait<T | typeof TIMED_OUT>;
}

/** A delay among other waits. */
class Delay extends Wait<undefined> {
  private readonly micros: number;
  private readonly phase: Phase | undefined;

  constructor(micros: number, phase?: Phase) {
    super();
    if (!(Number.isSafeInteger(micros) && micros >= 0)) {
      throw new KernelError(
        'bad-delay',
        `a wait of ${shown(micros)} µs: expected a whole number of microseconds, at least 0; round fractions first`,
      );
    }
    this.micros = micros;
    this.phase = phase;
  }

  begin(waiting: Waiting): Standing {
    waiting.handle = waiting.sleeper.alarm(waiting, this.micros, this.phase);
    return WAITING;
  }

  withdraw(waiting: Waiting): void {
    waiting.sleeper.silence(waiting.handle);
  }
}

/**
 * Children can become fulfilled while others are begun or withdrawn (a process may hand an item to itself; a unit given back goes to the next in the
 * queue, perhaps a sister): the stage says whether to look now, later or to give it back.
 */
abstract class Combined extends Wait<unknown> {
  protected readonly waits: readonly Wait<unknown>[];

  constructor(waits: readonly Wait<unknown>[]) {
    super();
    this.waits = waits;
  }

  /** Looks at the children begun so far; sets `waiting.value` when it isn't WAITING. */
  protected abstract verdict(waiting: Waiting, children: readonly Waiting[]): Standing;

  /** Whether a fulfilled child belongs to the result. */
  protected abstract keeps(child: Waiting, value: unknown): boolean;

  begin(waiting: Waiting): Standing {
    const children: Waiting[] = [];
    waiting.wait = this;
    waiting.children = children;
    waiting.stage = BEGINNING;
    let standing = this.verdict(waiting, children);
    for (let i = 0; i < this.waits.length && standing === WAITING; i++) {
      const wait = this.waits[i] as Wait<unknown>;
      const child = new Waiting(waiting.sleeper, waiting, i);
      child.wait = wait;
      children.push(child);
      const begun = wait.begin(child);
      if (begun !== WAITING) child.standing = begun;
      standing = this.verdict(waiting, children);
    }
    if (standing === WAITING) waiting.stage = OPEN;
    else this.decide(waiting, standing === FULFILLED, waiting.value);
    return standing;
  }

  override childOver(waiting: Waiting, child: Waiting): void {
    if (waiting.stage === DECIDED) undoOne(child);
    if (waiting.stage !== OPEN) return;
    const standing = this.verdict(waiting, waiting.children ?? []);
    if (standing === WAITING) return;
    const { value } = waiting;
    waiting.stage = DECIDED;
    // Before the others are withdrawn: whoever moves up for them goes on behind it.
    if (standing === FULFILLED) waiting.fulfil(value);
    else waiting.fail(value);
    this.decide(waiting, standing === FULFILLED, value);
  }

  withdraw(waiting: Waiting): void {
    this.decide(waiting, false, undefined);
  }

  override undo(waiting: Waiting): void {
    for (const child of waiting.children ?? []) undoOne(child);
  }

  /** Withdraws the children that still wait, and has what the others got given back unless it belongs to the result. */
  private decide(waiting: Waiting, succeeded: boolean, value: unknown): void {
    waiting.stage = DECIDED;
    for (const child of waiting.children ?? []) {
      if (child.standing === WAITING) {
        child.standing = FAILED;
        child.wait?.withdraw(child);
      } else if (!(succeeded && this.keeps(child, value))) undoOne(child);
    }
  }
}

class AnyOf extends Combined {
  protected verdict(waiting: Waiting, children: readonly Waiting[]): Standing {
    const first = children.find((child) => child.standing !== WAITING);
    if (first === undefined) return WAITING;
    waiting.value = first.standing === FAILED ? first.value : { index: first.index, value: first.value };
    return first.standing;
  }

  protected keeps(child: Waiting, value: unknown): boolean {
    return child.index === (value as { index: number }).index;
  }
}

class AllOf extends Combined {
  protected verdict(waiting: Waiting, children: readonly Waiting[]): Standing {
    const failed = children.find((child) => child.standing === FAILED);
    if (failed !== undefined) {
      waiting.value = failed.value;
      return FAILED;
    }
    if (children.length < this.waits.length || children.some((child) => child.standing === WAITING)) return WAITING;
    waiting.value = children.map((child) => child.value);
    return FULFILLED;
  }

  protected keeps(): boolean {
    return true;
  }
}

class Within extends Combined {
  constructor(wait: Wait<unknown>, limit: Delay) {
    super([wait, limit]);
  }

  protected verdict(waiting: Waiting, children: readonly Waiting[]): Standing {
    const first = children.find((child) => child.standing !== WAITING);
    if (first === undefined) return WAITING;
    waiting.value = first.index === 1 ? TIMED_OUT : first.value;
    return first.standing;
  }

  protected keeps(child: Waiting): boolean {
    return child.index === 0;
  }
}

function undoOne(child: Waiting): void {
  if (child.standing !== FULFILLED) return;
  child.standing = FAILED;
  child.wait?.undo(child);
}

function described(one: Yieldable): Wait<unknown> {
  if (typeof one === 'number') return new Delay(one);
  if (one instanceof Wait) return one;
  throw new KernelError('bad-yield', `a wait for ${shown(one)}: expected whole microseconds or something to wait for`);
}
