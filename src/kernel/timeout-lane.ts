// One ring for all timeouts of one length; they fall due in the order in which they were armed.
//
//   arm ─▶ │ tail … … … … head │ ─▶ due: onDue(tag, generation), unless isLive says no
//                           └── one kernel event, at the head's deadline (or earlier, when that head has gone)

import { KernelError, shown } from './errors.ts';
import type { Simulation } from './simulation.ts';
import type { Phase } from './time.ts';

const FIRST_CAPACITY = 16;

/**
 * An ordered lane for equal timeouts: a ring of (deadline, tag, generation) with one kernel event for its head, instead of one per
 * timeout. Nobody cancels: an entry for which `isLive` says no is dropped silently. Timeouts of one instant fire in arm order; where the
 * simulation shuffles ties, in an order drawn by lot, by an event each, so that others of that instant and phase come between them.
 */
export class TimeoutLane {
  private readonly sim: Simulation;
  private readonly timeoutUs: number;
  private readonly onDue: (tag: number, generation: number) => void;
  private readonly isLive: (tag: number, generation: number) => boolean;
  private readonly phase: Phase;
  /** The handler that is scheduled, made once. */
  private readonly ring: (unused: number) => void;
  private deadlines = new Float64Array(FIRST_CAPACITY);
  private tags = new Float64Array(FIRST_CAPACITY);
  private generations = new Float64Array(FIRST_CAPACITY);
  private mask = FIRST_CAPACITY - 1;
  private head = 0;
  private count = 0;
  private scheduled = false;
  /** While it fires, what is armed schedules nothing: the head that is left may be due earlier. */
  private firing = false;

  /**
   * `timeoutMicros` is whole and at least 0. `phase` (default 0: expiries go before what happens at the same instant) is that of the
   * kernel event. Throws KernelError `bad-timeout` or `bad-phase`.
   */
  constructor(
    sim: Simulation,
    timeoutMicros: number,
    onDue: (tag: number, generation: number) => void,
    isLive: (tag: number, generation: number) => boolean,
    phase: Phase = 0,
  ) {
    if (!Number.isSafeInteger(timeoutMicros) || timeoutMicros < 0) {
      throw new KernelError(
        'bad-timeout',
        `timeout of ${shown(timeoutMicros)} µs: expected a whole number of microseconds, at least 0`,
      );
    }
    if (phase !== 0 && phase !== 1 && phase !== 2 && phase !== 3) {
      throw new KernelError('bad-phase', `phase ${shown(phase)} of a timeout lane: expected 0, 1, 2 or 3`);
    }
    this.sim = sim;
    this.timeoutUs = timeoutMicros;
    this.onDue = onDue;
    this.isLive = isLive;
    this.phase = phase;
    this.ring = sim.shuffles ? () => this.fireOne() : () => this.fire();
  }

  /** Entries held, dead ones not yet dropped included; at most those armed within one timeout. */
  get size(): number {
    return this.count;
  }

  /** Due at now + timeout. Tag and generation are numbers of the caller's, given back to `onDue` and `isLive`. */
  arm(tag: number, generation: number): void {
    this.dropDead();
    if (this.count > this.mask) this.grow();
    const i = (this.head + this.count) & this.mask;
    const deadline = this.sim.now + this.timeoutUs;
    if (!this.scheduled && !this.firing) this.wakeAt(deadline);
    this.deadlines[i] = deadline;
    this.tags[i] = tag;
    this.generations[i] = generation;
    this.count++;
  }

  /** Drops dead entries from the head on, each once: the ring follows the oldest live one. */
  private dropDead(): void {
    while (this.count > 0 && !this.isLive(this.tags[this.head] as number, this.generations[this.head] as number))
      this.drop();
  }

  private drop(): void {
    this.head = (this.head + 1) & this.mask;
    this.count--;
  }

  private wakeAt(timeUs: number): void {
    this.sim.scheduleAt(timeUs, this.ring, 0, this.phase);
    this.scheduled = true;
  }

  private fire(): void {
    this.scheduled = false;
    this.firing = true;
    const now = this.sim.now;
    // What is armed meanwhile (timeout 0) waits for its own event, so that an endless loop meets the kernel's limit.
    let left = this.count;
    try {
      // `left` counts entries that `onDue` may itself drop by arming, hence the second bound.
      while (left > 0 && this.count > 0 && (this.deadlines[this.head] as number) <= now) {
        const tag = this.tags[this.head] as number;
        const generation = this.generations[this.head] as number;
        this.drop();
        left--;
        if (this.isLive(tag, generation)) this.onDue(tag, generation);
      }
    } finally {
      this.firing = false;
      this.dropDead();
      if (this.count > 0 && !this.scheduled) this.wakeAt(Math.max(now, this.deadlines[this.head] as number));
    }
  }

  /** Fires one of those due, drawn by lot, and leaves the others to an event of their own at this instant. */
  private fireOne(): void {
    this.scheduled = false;
    this.firing = true;
    const now = this.sim.now;
    const due = this.due(now);
    try {
      if (due > 0) {
        const at = (this.head + this.sim.lot(due)) & this.mask;
        const tag = this.tags[at] as number;
        const generation = this.generations[at] as number;
        // All of them are due now: whose deadline the head bears doesn't matter.
        this.tags[at] = this.tags[this.head] as number;
        this.generations[at] = this.generations[this.head] as number;
        this.drop();
        if (this.isLive(tag, generation)) this.onDue(tag, generation);
      }
    } finally {
      this.firing = false;
      this.dropDead();
      if (this.count > 0 && !this.scheduled) this.wakeAt(Math.max(now, this.deadlines[this.head] as number));
    }
  }

  /** How many at the head have their deadline by now; deadlines rise, so by halving. */
  private due(now: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.deadlines[(this.head + middle) & this.mask] as number) <= now) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private grow(): void {
    const capacity = (this.mask + 1) * 2;
    this.deadlines = unrolled(this.deadlines, this.head, capacity);
    this.tags = unrolled(this.tags, this.head, capacity);
    this.generations = unrolled(this.generations, this.head, capacity);
    this.head = 0;
    this.mask = capacity - 1;
  }
}

/** The full ring that starts at `head`, laid out from 0 in one of twice the size. */
function unrolled(ring: Float64Array, head: number, capacity: number): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(capacity);
  wider.set(ring.subarray(head));
  wider.set(ring.subarray(0, head), ring.length - head);
  return wider;
}
