import { StatsError } from './errors.ts';

/**
 * A level over virtual time (queue length, servers in use): each value counts for as long as it lasted.
 *
 *     level ──┐    ┌───      integral = area under the line, in level · microseconds
 *             └────┘         mean     = integral ÷ time seen
 *
 * Times are whole microseconds and never run backwards. A level that is replaced within the same microsecond has no
 * part in the mean, but counts for `min` and `max`: it was reached.
 */
export class TimeWeighted {
  #start: number;
  #last: number;
  #value: number;
  #integral = 0;
  #min: number;
  #max: number;

  /** Starts at `startUs` (default 0) with the level `value` (default 0). */
  constructor(startUs = 0, value = 0) {
    this.#start = startUs;
    this.#last = startUs;
    this.#value = value;
    this.#min = value;
    this.#max = value;
  }

  /** From `nowUs` on the level is `value`. Throws `STATS_TIME` where time runs backwards. */
  set(nowUs: number, value: number): void {
    this.#advance(nowUs);
    this.#value = value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  /** From `nowUs` on the level is higher by `delta`. */
  add(nowUs: number, delta: number): void {
    this.set(nowUs, this.#value + delta);
  }

  /** Counts the last level up to `nowUs`. May be called again later: then the level goes on. */
  finish(nowUs: number): void {
    this.#advance(nowUs);
  }

  /** Forgets what was seen before `nowUs` and keeps the level: the end of the warm-up. */
  restart(nowUs: number): void {
    this.#advance(nowUs);
    this.#start = nowUs;
    this.#integral = 0;
    this.#min = this.#value;
    this.#max = this.#value;
  }

  #advance(nowUs: number): void {
    if (!(nowUs >= this.#last)) throw backwards(nowUs, this.#last);
    this.#integral += this.#value * (nowUs - this.#last);
    this.#last = nowUs;
  }

  /** The level now. */
  get value(): number {
    return this.#value;
  }
  /** Time seen so far, microseconds (up to the last `set`, `add` or `finish`). */
  get durationUs(): number {
    return this.#last - this.#start;
  }
  /** Level · microseconds. */
  get integral(): number {
    return this.#integral;
  }
  /** Integral ÷ duration; the level itself while no time has passed. */
  get mean(): number {
    return this.#last === this.#start ? this.#value : this.#integral / (this.#last - this.#start);
  }
  get min(): number {
    return this.#min;
  }
  get max(): number {
    return this.#max;
  }
}

/** Apart from the hot path: V8 writes a number out ahead of the test when the text stands beside it. */
function backwards(nowUs: number, last: number): StatsError {
  return new StatsError('STATS_TIME', `level at ${nowUs} us: expected a time from ${last} us on`);
}
