/**
 * How many batches an event source mapping works on at once: pollers, each of which fetches a batch, waits for its invocation, and fetches the next.
 *
 *   at the start ──▶ one more each step, as long as messages are left in the queue ──▶ the most
 *        ▲                                    │ one fewer each step, as long as more fail than go well
 *        └── polls that wait for long, or come back empty ◀──┘
 */
import type { Simulation } from '../kernel/index.ts';

export interface PollerRule {
  /** Pollers at the start, to which they return. */
  readonly start: number;
  readonly most: number;
  /** Time between two of them that are added. */
  readonly stepUs: number;
  /** After so long without a message fewer poll, microseconds and how many; null: no. */
  readonly idle: { readonly afterUs: number; readonly pollers: number } | null;
}

export interface PollerOwner {
  /** Whether messages are left in the queue, although everybody works. */
  hungry(): boolean;
  addPoller(): void;
}

export class LambdaPollers {
  readonly #sim: Simulation;
  readonly #rule: PollerRule;
  readonly #owner: PollerOwner;
  #wanted: number;
  #running: number;
  #armed = false;
  #wentWell = 0;
  #failed = 0;
  #failing = false;
  #lastMessageUs = 0;
  #lastSpareUs = 0;
  readonly #step = (): void => {
    this.#armed = false;
    this.#grow();
  };

  constructor(sim: Simulation, rule: PollerRule, owner: PollerOwner) {
    this.#sim = sim;
    this.#rule = rule;
    this.#owner = owner;
    this.#wanted = rule.start;
    this.#running = rule.start;
  }

  /** Those that are there, the ones that are about to go included. */
  get running(): number {
    return this.#running;
  }

  /** A poll has brought messages: there may be more. */
  found(): void {
    this.#lastMessageUs = this.#sim.now;
    this.#arm();
  }

  /** An invocation is over, or was throttled. `counts`: a failure is a reason to hold back. */
  ended(success: boolean, counts = true): void {
    if (success) this.#wentWell++;
    else if (counts) this.#failed++;
  }

  /** A poll has waited for so long that there are pollers to spare: one fewer, as slowly as they come. */
  spare(): void {
    const { now } = this.#sim;
    if (this.#wanted <= this.#rule.start || now - this.#lastSpareUs < this.#rule.stepUs) return;
    this.#lastSpareUs = now;
    this.#wanted--;
  }

  /** One more at once, where there may be; for queues that are not scaled in steps. */
  addNow(): void {
    if (this.#wanted < this.#rule.most) this.#add();
  }

  /** Whether a poller that has nothing in hand goes; `empty`: its poll has brought nothing. */
  leaves(empty: boolean): boolean {
    if (this.#running > this.#wanted) {
      this.#running--;
      return true;
    }
    if (!empty || this.#wanted <= this.#floor()) return false;
    this.#wanted--;
    this.#running--;
    return true;
  }

  #floor(): number {
    const { idle, start } = this.#rule;
    return idle !== null && this.#sim.now - this.#lastMessageUs >= idle.afterUs ? idle.pollers : start;
  }

  #arm(): void {
    if (this.#armed) return;
    if (this.#wanted >= this.#rule.most && this.#failed === 0 && !this.#failing) return;
    this.#armed = true;
    this.#sim.schedule(this.#rule.stepUs, this.#step, undefined);
  }

  #grow(): void {
    // A step in which nothing ended tells nothing: what was last seen holds.
    if (this.#failed + this.#wentWell > 0) this.#failing = this.#failed > this.#wentWell;
    this.#wentWell = 0;
    this.#failed = 0;
    if (this.#failing) {
      if (this.#wanted <= this.#rule.start) return;
      this.#wanted--;
    } else if (this.#wanted < this.#rule.most && this.#owner.hungry()) this.#add();
    else return;
    this.#arm();
  }

  #add(): void {
    this.#wanted++;
    // One that was about to go stays.
    if (this.#running >= this.#wanted) return;
    this.#running++;
    this.#owner.addPoller();
  }
}
