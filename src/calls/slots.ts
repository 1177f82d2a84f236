/** Slots in use or used before at the start of every pool: the length that its columns begin with. */
export const FIRST_SLOTS = 64;

/**
 * Which slots of a set of columns are free. The one freed last is used first: its cells are still near the processor. The columns begin with
 * `FIRST_SLOTS` cells; `grow` is told the length that they must have from now on (twice the old one).
 */
export class Slots {
  readonly #free: number[] = [];
  readonly #grow: (length: number) => void;
  #used = 0;
  #length = FIRST_SLOTS;

  constructor(grow: (length: number) => void) {
    this.#grow = grow;
  }

  /** Slots in use or used before: all lie below. */
  get used(): number {
    return this.#used;
  }

  take(): number {
    const reused = this.#free.pop();
    if (reused !== undefined) return reused;
    if (this.#used === this.#length) {
      this.#length *= 2;
      this.#grow(this.#length);
    }
    return this.#used++;
  }

  give(slot: number): void {
    this.#free.push(slot);
  }
}
