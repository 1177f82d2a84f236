/** Flink's autoscaling at AWS: up after 15 minutes in a row at 75 % CPU or more, down after six hours below 10 %, of the busiest container. */
import { flinkFacts as f } from '../../facts/index.ts';

const FACTOR = f.scaleFactor.value;

export class Autoscaler {
  #hot = 0;
  #cold = 0;

  reset(): void {
    this.#hot = 0;
    this.#cold = 0;
  }

  /** A minute's point; what the parallelism should be. */
  see(busiestPercent: number, parallelism: number, least: number, most: number): number {
    this.#hot = busiestPercent >= f.scaleUpPercent.value ? this.#hot + 1 : 0;
    this.#cold = busiestPercent < f.scaleDownPercent.value ? this.#cold + 1 : 0;
    if (this.#hot >= f.scaleUpMinutes.value) return Math.max(parallelism, Math.min(parallelism * FACTOR, most));
    if (this.#cold >= f.scaleDownMinutes.value)
      return Math.min(parallelism, Math.max(Math.ceil(parallelism / FACTOR), least));
    return parallelism;
  }
}
