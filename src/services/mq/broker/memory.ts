/** Something that fills up, and an alarm while it is too full: a node's memory, its disk. */
import type { Simulation } from '../../../kernel/index.ts';

export interface WatermarkSettings {
  /** The alarm is on while more than this is used; Infinity: never. */
  readonly limit: number;
  /** How often somebody looks, microseconds; 0 (default): at each change. */
  readonly checkUs?: number;
}

export class Watermark {
  used = 0;
  isAlarmed = false;
  readonly #sim: Simulation;
  readonly #checkUs: number;
  readonly #onAlarm: (isOn: boolean) => void;
  #limit: number;
  #isLookedAt = false;

  constructor(sim: Simulation, { limit, checkUs = 0 }: WatermarkSettings, onAlarm: (isOn: boolean) => void) {
    this.#sim = sim;
    this.#limit = limit;
    this.#checkUs = checkUs;
    this.#onAlarm = onAlarm;
  }

  get limit(): number {
    return this.#limit;
  }

  setLimit(limit: number): void {
    this.#limit = limit;
    this.#changed();
  }

  /** Negative: given back. */
  add(amount: number): void {
    this.used += amount;
    if (this.used > this.#limit !== this.isAlarmed) this.#changed();
  }

  /** As reckoned anew. */
  set(used: number): void {
    this.used = used;
    this.#changed();
  }

  #changed(): void {
    if (this.used > this.#limit === this.isAlarmed || this.#isLookedAt) return;
    if (this.#checkUs === 0) {
      this.#flip();
      return;
    }
    this.#isLookedAt = true;
    const nextUs = (Math.floor(this.#sim.now / this.#checkUs) + 1) * this.#checkUs;
    this.#sim.scheduleAt(nextUs, this.#look, 0, 0);
  }

  readonly #look = (): void => {
    this.#isLookedAt = false;
    if (this.used > this.#limit !== this.isAlarmed) this.#flip();
  };

  #flip(): void {
    this.isAlarmed = !this.isAlarmed;
    this.#onAlarm(this.isAlarmed);
  }
}
