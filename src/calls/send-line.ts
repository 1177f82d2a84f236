import type { Handle, Simulation } from '../kernel/index.ts';
import { SendRate } from './send-rate.ts';
import { SlotLine } from './slot-line.ts';

/**
 * Attempts of one client that wait for a token of its send rate, first come first served. One kernel event stands for the first of them; it
 * moves forward when an answer raises the rate.
 */
export class SendLine {
  readonly #sim: Simulation;
  readonly #rate: SendRate;
  readonly #line = new SlotLine();
  readonly #send: (slot: number) => void;
  #timer: Handle = -1;
  #dueUs = Number.POSITIVE_INFINITY;
  readonly #wake = (): void => {
    this.#dueUs = Number.POSITIVE_INFINITY;
    this.#letGo();
  };

  /** `send` is told each slot that had to wait, at the instant at which it has its token. */
  constructor(sim: Simulation, send: (slot: number) => void) {
    this.#sim = sim;
    this.#rate = new SendRate(sim.now);
    this.#send = send;
  }

  /** Takes a token for `slot` now, or puts it into the line (false). Nobody overtakes those who wait. */
  takeOrJoin(slot: number): boolean {
    if (this.takeSpare()) return true;
    this.#line.join(slot);
    this.#arm();
    return false;
  }

  /** Whether there is a token for which nobody waits. */
  get hasSpare(): boolean {
    return this.#line.length === 0 && this.#rate.waitUs(this.#sim.now) === 0;
  }

  /** Takes a token for which nobody waits. */
  takeSpare(): boolean {
    return this.#line.length === 0 && this.#rate.take(this.#sim.now);
  }

  /** A slot that waits goes away without a token. */
  leave(slot: number): void {
    this.#line.leave(slot);
  }

  /** An attempt has its answer, or timed out. */
  answered(throttled: boolean): void {
    this.#rate.answered(this.#sim.now, throttled);
    if (this.#line.length > 0) this.#arm();
  }

  #letGo(): void {
    while (this.#line.length > 0 && this.#rate.take(this.#sim.now)) {
      const slot = this.#line.first;
      this.#line.leave(slot);
      this.#send(slot);
    }
    if (this.#line.length > 0) this.#arm();
  }

  /** An event that comes too early (the rate was cut meanwhile) is let be: it looks again. */
  #arm(): void {
    const { now } = this.#sim;
    const dueUs = now + Math.max(1, this.#rate.waitUs(now));
    if (dueUs >= this.#dueUs) return;
    if (this.#dueUs !== Number.POSITIVE_INFINITY) this.#sim.cancel(this.#timer);
    this.#dueUs = dueUs;
    this.#timer = this.#sim.schedule(dueUs - now, this.#wake, undefined);
  }
}
