import type { Waiting } from './wait.ts';

/** Those who wait for one thing, first come first served; anyone can leave from the middle at once. */
export class WaitList {
  /** Of a resource's queue; lower goes first. */
  readonly priority: number;
  first: Waiting | undefined = undefined;
  private last: Waiting | undefined = undefined;
  size = 0;

  constructor(priority = 0) {
    this.priority = priority;
  }

  add(waiting: Waiting): void {
    waiting.list = this;
    waiting.previous = this.last;
    waiting.next = undefined;
    if (this.last === undefined) this.first = waiting;
    else this.last.next = waiting;
    this.last = waiting;
    this.size++;
  }

  /** Takes out the first of a list that isn't empty. */
  shift(): Waiting {
    const first = this.first as Waiting;
    const { next } = first;
    this.first = next;
    if (next === undefined) this.last = undefined;
    else next.previous = undefined;
    first.list = undefined;
    this.size--;
    return first;
  }

  /** Takes out one that is in this list. */
  remove(waiting: Waiting): void {
    const { previous, next } = waiting;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    waiting.list = undefined;
    this.size--;
  }
}
