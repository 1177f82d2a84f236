/**
 * Watermarks of the splits of a source. A watermark w says: records with event times up to w are thought to be here.
 *
 *   of a split:  latest event time − out-of-orderness − 1 µs, while it is not idle
 *   of all:      the smallest of them; it never goes back. All idle: it stays. All finished: no window is left open
 */
export class Watermarks {
  readonly #outOfOrdernessUs: number;
  readonly #idleAfterUs: number;
  readonly #latestUs: number[] = [];
  readonly #seenUs: number[] = [];
  readonly #finished: boolean[] = [];
  #currentUs: number;

  constructor(outOfOrdernessUs: number, idleAfterUs: number, currentUs: number) {
    this.#outOfOrdernessUs = outOfOrdernessUs;
    this.#idleAfterUs = idleAfterUs;
    this.#currentUs = currentUs;
  }

  get currentUs(): number {
    return this.#currentUs;
  }

  open(finished: boolean, nowUs: number): void {
    this.#latestUs.push(Number.NEGATIVE_INFINITY);
    this.#seenUs.push(nowUs);
    this.#finished.push(finished);
  }
  finish(split: number): void {
    this.#finished[split] = true;
  }
  finished(): boolean[] {
    return [...this.#finished];
  }

  see(split: number, eventTimeUs: number, nowUs: number): void {
    if (eventTimeUs > (this.#latestUs[split] as number)) this.#latestUs[split] = eventTimeUs;
    this.#seenUs[split] = nowUs;
  }

  /** The watermark of this instant. `blocked`: whether a split waits for room; it is not idle, however long it is silent. */
  advance(nowUs: number, blocked: (split: number) => boolean): number {
    let least = Number.POSITIVE_INFINITY;
    let open = 0;
    let active = 0;
    for (let split = 0; split < this.#latestUs.length; split++) {
      if (this.#finished[split] === true) continue;
      open++;
      if (blocked(split)) this.#seenUs[split] = nowUs;
      else if (this.#isIdle(split, nowUs)) continue;
      active++;
      least = Math.min(least, (this.#latestUs[split] as number) - this.#outOfOrdernessUs - 1);
    }
    if (active > 0 || open === 0) this.#currentUs = Math.max(this.#currentUs, least);
    return this.#currentUs;
  }

  /** Whether it may rise without another record, when a split becomes idle. */
  mayRise(nowUs: number): boolean {
    if (this.#idleAfterUs === 0) return false;
    return this.#seenUs.some((_, split) => this.#finished[split] !== true && !this.#isIdle(split, nowUs));
  }

  #isIdle(split: number, nowUs: number): boolean {
    return this.#idleAfterUs > 0 && nowUs - (this.#seenUs[split] as number) >= this.#idleAfterUs;
  }
}
