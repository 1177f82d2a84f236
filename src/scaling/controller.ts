/**
 * Decides how many instances there shall be, from datapoints as they are published. It knows no simulation: time comes in with each call.
 *
 *   datapoint ─▶ alarm high ─▶ scale out: from the instances that run and have cooled down; what is on its way counts
 *            └─▶ alarm low ──▶ scale in: only when nothing is on its way, and not within the cool-down
 *
 * An alarm acts once a period as long as it lasts. Scale-out goes first, and ends the cool-down of a scale-in.
 */
import { Alarm } from './alarm.ts';
import { fewerThan, highThreshold, lowThreshold, moreThan } from './policy.ts';
import type { AutoscalingSettings } from './settings.ts';

export class Controller {
  readonly #settings: AutoscalingSettings;
  readonly #high: Alarm;
  readonly #low: Alarm;
  #desired: number;
  #running: number;
  /** Until when each instance that came lately is not counted on; ascending. */
  readonly #young: number[] = [];
  #scaleInFromUs = 0;

  constructor(settings: AutoscalingSettings, initial: number) {
    this.#settings = settings;
    this.#desired = initial;
    this.#running = initial;
    const { policy, missingData } = settings;
    // Target tracking takes no gap for an answer: without data it does nothing.
    const missing = policy.kind === 'target' ? 'missing' : missingData;
    const [above, below] = [highThreshold(policy), lowThreshold(policy)];
    this.#high = new Alarm(settings.scaleOut, missing, (value) => value > above);
    this.#low = new Alarm(settings.scaleIn, missing, (value) => value < below);
  }

  /** Capacity wanted: instances that run and those on their way. */
  get desired(): number {
    return this.#desired;
  }

  /** One that was on its way takes work from now on. */
  started(nowUs: number): void {
    this.#running++;
    this.#young.push(nowUs + this.#settings.scaleOut.cooldownUs);
  }

  /** A datapoint has been published; null: its period had none. Returns the capacity wanted from now on. */
  observe(nowUs: number, point: number | null): number {
    const high = this.#high.observe(point);
    const low = this.#low.observe(point);
    while ((this.#young[0] ?? Number.POSITIVE_INFINITY) <= nowUs) this.#young.shift();
    if (high === 'alarm') this.#scaleOut(point);
    else if (low === 'alarm') this.#scaleIn(nowUs, point);
    return this.#desired;
  }

  #scaleOut(point: number | null): void {
    const { max, policy } = this.#settings;
    const wanted = Math.min(max, moreThan(this.#running - this.#young.length, point, policy));
    if (wanted <= this.#desired) return;
    this.#desired = wanted;
    this.#scaleInFromUs = 0;
  }

  #scaleIn(nowUs: number, point: number | null): void {
    const { min, policy, scaleIn } = this.#settings;
    if (this.#young.length > 0 || this.#running < this.#desired || nowUs < this.#scaleInFromUs) return;
    const wanted = Math.max(min, fewerThan(this.#desired, point, policy));
    if (wanted >= this.#desired) return;
    this.#desired = wanted;
    this.#running = wanted;
    this.#scaleInFromUs = nowUs + scaleIn.cooldownUs;
  }
}
