import type { Checker, Fold, Seen } from './checker.ts';
import { KINDS } from './codes.ts';
import { broken, type Finding, held, notExercised } from './verdict.ts';

/**
 * For records i < j: us(i) ≤ us(j); and an answer was given no later than it arrived: servedUs(i) ≤ us(i).
 *
 * Nobody's clock goes back, and nothing is heard before it is said.
 */
export const monotoneTime: Checker = { guarantee: 'monotone-time', start: () => new MonotoneTime() };

class MonotoneTime implements Fold {
  readonly wants = Array.from({ length: KINDS }, (_, what) => what);
  #records = 0;
  #lastUs = 0;
  #lastN = -1;
  #found: Finding | null = null;

  see({ chunk, row, n, us }: Seen): void {
    this.#records++;
    if (us < this.#lastUs) {
      this.#found ??= broken({}, `Record ${n} is of an earlier instant than the record before it.`, [this.#lastN, n]);
    } else if ((chunk.servedUs[row] as number) > us) {
      this.#found ??= broken({}, `Record ${n} tells of an answer that was given only after it had arrived.`, [n]);
    }
    this.#lastUs = us;
    this.#lastN = n;
  }

  finish(): Finding {
    const counts = { records: this.#records };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#records === 0 ? notExercised(counts, 'Nothing happened.') : held(counts);
  }
}
