/** What of a run is summed up, and how finely it is drawn. Whole microseconds. */
export interface Window {
  /** The end of the warm-up. */
  readonly fromUs: number;
  /** The horizon. */
  readonly toUs: number;
  /** Width of a bucket of the series. */
  readonly resolutionUs: number;
}

/** Where a recorder reads the simulation clock. */
export interface Clock {
  readonly now: number;
}

/**
 * Walks over the edges at which something must be closed: the end of each bucket and both ends of the window.
 * A metric compares the clock with `edge` on each change and does nothing more until it is crossed.
 */
export class Edges {
  readonly #window: Window;
  #bucketEnd: number;
  edge: number;

  constructor(window: Window) {
    this.#window = window;
    this.#bucketEnd = window.resolutionUs;
    this.edge = this.#next(0);
  }

  /** Whether the stretch that ends at `edge` lies within the window. */
  get inWindow(): boolean {
    return this.edge > this.#window.fromUs && this.edge <= this.#window.toUs;
  }

  get endsBucket(): boolean {
    return this.edge === this.#bucketEnd;
  }

  advance(): void {
    const at = this.edge;
    if (at === this.#bucketEnd) this.#bucketEnd += this.#window.resolutionUs;
    this.edge = this.#next(at);
  }

  #next(at: number): number {
    let next = this.#bucketEnd;
    if (this.#window.fromUs > at) next = Math.min(next, this.#window.fromUs);
    if (this.#window.toUs > at) next = Math.min(next, this.#window.toUs);
    return next;
  }
}
