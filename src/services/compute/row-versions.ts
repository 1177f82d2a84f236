/** Versions of the rows that jobs write: a write whose row was written since its job began is a conflict (optimistic locking). */
import { grownFloat64 } from '../../calls/index.ts';

export class RowVersions {
  readonly #versions = new Map<number, number>();
  /** What each job saw when it began, by its slot. */
  #seen = new Float64Array(64);

  /** The job begins: it reads the row. */
  read(job: number, row: number): void {
    while (job >= this.#seen.length) this.#seen = grownFloat64(this.#seen, this.#seen.length * 2);
    this.#seen[job] = this.#versions.get(row) ?? 0;
  }

  /** The job writes the row; false: another one has done so since. */
  write(job: number, row: number): boolean {
    const version = this.#versions.get(row) ?? 0;
    if (this.#seen[job] !== version) return false;
    this.#versions.set(row, version + 1);
    return true;
  }
}
