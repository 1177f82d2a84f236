import { KernelError } from './errors.ts';
import { FAILED, FULFILLED, type Standing, Wait, WAITING, type Waiting } from './wait.ts';
import { WaitList } from './wait-list.ts';

/**
 * Something that happens once and is remembered: who yields it waits until then, or goes on at once if it has happened. `yield*` gives the value, or
 * throws the error.
 */
export class SimEvent<T = void> extends Wait<T> {
  private standing: Standing = WAITING;
  private outcome: unknown = undefined;
  private readonly waiting = new WaitList();

  /** Whether it has happened. */
  get triggered(): boolean {
    return this.standing !== WAITING;
  }

  /** Happens now. Throws KernelError `already-triggered` the second time. */
  succeed(value: T): void {
    this.trigger(FULFILLED, value);
  }

  /** Goes wrong now: everyone who waits, or will wait, is thrown this error. Throws KernelError `already-triggered` the second time. */
  fail(error: unknown): void {
    this.trigger(FAILED, error);
  }

  begin(waiting: Waiting): Standing {
    if (this.standing === WAITING) this.waiting.add(waiting);
    else waiting.value = this.outcome;
    return this.standing;
  }

  withdraw(waiting: Waiting): void {
    waiting.list?.remove(waiting);
  }

  private trigger(standing: Standing, outcome: unknown): void {
    if (this.standing !== WAITING) {
      throw new KernelError('already-triggered', 'this event has happened already; make a new one for each occurrence');
    }
    this.standing = standing;
    this.outcome = outcome;
    for (let one = this.waiting.first; one !== undefined; one = this.waiting.first) {
      this.waiting.remove(one);
      if (standing === FULFILLED) one.fulfil(outcome);
      else one.fail(outcome);
    }
  }
}

/**
 * A condition that processes wait for: `yield signal.until(() => tank.level < 10)`. It is looked at when a process yields it and at every `notify`, which
 * whoever changes the state must call: nothing is polled.
 */
export class Signal {
  private readonly waiting = new WaitList();
  private readonly next = new Until(this, undefined);

  /** Processes that wait. */
  get waiters(): number {
    return this.waiting.size;
  }

  /** To be yielded: the next `notify`, whatever the state. */
  wait(): Wait<void> {
    return this.next;
  }

  /** To be yielded: goes on at once if the condition holds, else at the first `notify` at which it does. `holds` looks and changes nothing. */
  until(holds: () => boolean): Wait<void> {
    return new Until(this, holds);
  }

  /**
   * Has all go on whose condition holds now, in the order in which they came. They go on by events of this instant, each later than this call: where only one of
   * several may act on it, it checks again, or takes what it needs from a Resource, Store or Container.
   */
  notify(): void {
    // Those who wait now; whoever is withdrawn on the way has left the list.
    const before: Waiting[] = [];
    for (let one = this.waiting.first; one !== undefined; one = one.next) before.push(one);
    for (const one of before) {
      const { holds } = one.wait as Until;
      if (one.list !== this.waiting || (holds !== undefined && !holds())) continue;
      this.waiting.remove(one);
      one.fulfil(undefined);
    }
  }

  begin(waiting: Waiting, until: Until): Standing {
    if (until.holds?.() === true) return FULFILLED;
    waiting.wait = until;
    this.waiting.add(waiting);
    return WAITING;
  }
}

class Until extends Wait<void> {
  private readonly signal: Signal;
  readonly holds: (() => boolean) | undefined;

  constructor(signal: Signal, holds: (() => boolean) | undefined) {
    super();
    this.signal = signal;
    this.holds = holds;
  }

  begin(waiting: Waiting): Standing {
    return this.signal.begin(waiting, this);
  }

  withdraw(waiting: Waiting): void {
    waiting.list?.remove(waiting);
  }
}
