import { KernelError, shown } from './errors.ts';
import { FULFILLED, type Standing, Wait, WAITING, type Waiting } from './wait.ts';
import { WaitList } from './wait-list.ts';

/** Of one container. */
export interface ContainerOptions {
  /** The most it holds; more than 0, default no limit. */
  readonly capacity?: number;
  /** What is in it at first; 0 to the capacity, default 0. */
  readonly level?: number;
  /** For messages; default `container`. */
  readonly name?: string;
}

/**
 * An amount that processes put and get: tokens, fuel, bytes of a buffer. Who gets more than there is waits, and who puts more than there is room for; both first
 * come, first served, so that a large wish isn't starved by small ones. Amounts may have fractions; whole ones add up exactly.
 */
export class Container {
  readonly capacity: number;
  readonly name: string;
  private amount = 0.5;
  private readonly getters = new WaitList();
  private readonly putters = new WaitList();

  /** Throws KernelError `bad-capacity` or `bad-amount`. */
  constructor(options: ContainerOptions = {}) {
    const { capacity = Number.POSITIVE_INFINITY, level = 0, name = 'container' } = options;
    if (!(capacity > 0)) {
      throw new KernelError('bad-capacity', `capacity ${shown(capacity)} of ${name}: expected a number above 0`);
    }
    if (!(Number.isFinite(level) && level >= 0 && level <= capacity)) {
      throw new KernelError(
        'bad-amount',
        `first level ${shown(level)} of ${name}: expected 0 to its capacity, ${capacity}`,
      );
    }
    this.capacity = capacity;
    this.name = name;
    this.amount = level;
  }

  /** What is in it. */
  get level(): number {
    return this.amount;
  }

  /** Processes that wait for an amount. */
  get waitingToGet(): number {
    return this.getters.size;
  }

  /** Processes that wait for room. */
  get waitingToPut(): number {
    return this.putters.size;
  }

  /** To be yielded: puts the amount in when all of it has room. Throws KernelError `bad-amount`. */
  put(amount: number): Wait<void> {
    return new Change(this, this.checked(amount), true);
  }

  /** To be yielded: takes the amount out when all of it is there. Throws KernelError `bad-amount`. */
  get(amount: number): Wait<void> {
    return new Change(this, this.checked(amount), false);
  }

  /** Puts in what there is room for, at once, from any event: returns how much. Nothing while others wait to put. Throws KernelError `bad-amount`. */
  fill(amount: number): number {
    if (!(amount >= 0)) throw this.badAmount(amount, 'at least 0');
    if (this.putters.size > 0) return 0;
    const put = Math.min(amount, this.capacity - this.amount);
    this.amount += put;
    this.settle();
    return put;
  }

  begin(waiting: Waiting, change: Change): Standing {
    waiting.wait = change;
    const queue = change.isPut ? this.putters : this.getters;
    if (queue.size === 0 && this.allows(change)) {
      this.apply(change);
      this.settle();
      return FULFILLED;
    }
    queue.add(waiting);
    return WAITING;
  }

  withdraw(waiting: Waiting): void {
    waiting.list?.remove(waiting);
    // The head may have blocked smaller wishes behind it.
    this.settle();
  }

  /** Gives back what was got. */
  undo(change: Change): void {
    if (change.isPut) return;
    this.amount += change.amount;
    this.settle();
  }

  private allows(change: Change): boolean {
    return change.isPut ? this.amount + change.amount <= this.capacity : change.amount <= this.amount;
  }

  private apply(change: Change): void {
    this.amount += change.isPut ? change.amount : -change.amount;
  }

  /** Serves the heads of both queues while one of them can be. */
  private settle(): void {
    while (this.serve(this.getters) || this.serve(this.putters));
  }

  private serve(queue: WaitList): boolean {
    const head = queue.first;
    if (head === undefined || !this.allows(head.wait as Change)) return false;
    queue.remove(head);
    this.apply(head.wait as Change);
    head.fulfil(undefined);
    return true;
  }

  private checked(amount: number): number {
    if (!(amount > 0 && amount <= this.capacity && Number.isFinite(amount))) {
      throw this.badAmount(amount, `more than 0 and at most its capacity, ${this.capacity}`);
    }
    return amount;
  }

  private badAmount(amount: number, expected: string): KernelError {
    return new KernelError('bad-amount', `amount ${shown(amount)} of ${this.name}: expected ${expected}`);
  }
}

class Change extends Wait<void> {
  private readonly container: Container;
  readonly amount: number;
  readonly isPut: boolean;

  constructor(container: Container, amount: number, isPut: boolean) {
    super();
    this.container = container;
    this.amount = amount;
    this.isPut = isPut;
  }

  begin(waiting: Waiting): Standing {
    return this.container.begin(waiting, this);
  }

  withdraw(waiting: Waiting): void {
    this.container.withdraw(waiting);
  }

  override undo(): void {
    this.container.undo(this);
  }
}
