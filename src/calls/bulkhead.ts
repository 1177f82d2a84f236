import { type Simulation, TimeoutLane } from '../kernel/index.ts';
import type { BulkheadSettings } from './settings.ts';
import { SlotLine } from './slot-line.ts';

/** Expiries and releases go before the ordinary events of their instant. */
const RELEASE = 0;
/** Giving up is a decision: it comes after all that happens at its instant. */
const DECISION = 2;

/**
 * Bounds the calls of one client that are under way at once, so that a slow callee cannot take all of the caller with it.
 *
 *   call ─▶ place free ─▶ under way ─▶ leave: the first of the line gets the place, as an event of its own at this instant
 *        └▶ line (at most `waiting`, first come first served, at most `maxWait`) ─▶ else held back
 */
export class Bulkhead {
  readonly #sim: Simulation;
  readonly #settings: BulkheadSettings;
  readonly #line = new SlotLine();
  readonly #lane: TimeoutLane | null;
  readonly #start: (slot: number) => void;
  #underWay = 0;
  #startsSoon = false;
  readonly #startWaiting = (): void => {
    while (this.#line.length > 0 && this.#underWay < this.#settings.concurrent) {
      const slot = this.#line.first;
      this.#line.leave(slot);
      this.#underWay++;
      this.#start(slot);
    }
    this.#startsSoon = false;
  };

  /** `start` is told who gets a place after waiting; `holdBack` who waited too long, if `waits(slot, call)` says that this call of the slot still does. */
  constructor(
    sim: Simulation,
    settings: BulkheadSettings,
    owner: {
      start(slot: number): void;
      holdBack(slot: number): void;
      waits(slot: number, call: number): boolean;
    },
  ) {
    this.#sim = sim;
    this.#settings = settings;
    this.#start = (slot) => owner.start(slot);
    this.#lane =
      settings.maxWaitUs === null
        ? null
        : new TimeoutLane(
            sim,
            settings.maxWaitUs,
            (slot) => {
              this.#line.leave(slot);
              owner.holdBack(slot);
            },
            (slot, call) => owner.waits(slot, call),
            DECISION,
          );
  }

  /** Takes a place where one is free and nobody waits for it. */
  enter(): boolean {
    if (this.#line.length > 0 || this.#underWay >= this.#settings.concurrent) return false;
    this.#underWay++;
    return true;
  }

  /** Puts a call into the line; false where that is full. Those who are about to start do not count as waiting. */
  wait(slot: number, call: number): boolean {
    const { concurrent, waiting } = this.#settings;
    if (waiting !== null && this.#line.length >= waiting + concurrent - this.#underWay) return false;
    this.#line.join(slot);
    this.#lane?.arm(slot, call);
    return true;
  }

  /** A call that waits goes away. */
  leaveLine(slot: number): void {
    this.#line.leave(slot);
  }

  /** A call that had a place is over. The next begins in an event of its own: whoever ends a call is in the middle of something. */
  leave(): void {
    this.#underWay--;
    if (this.#line.length === 0 || this.#startsSoon) return;
    this.#startsSoon = true;
    this.#sim.schedule(0, this.#startWaiting, undefined, RELEASE);
  }
}
