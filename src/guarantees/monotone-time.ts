import type { HistoryChunk } from '../history/index.ts';
import type { Checker, Fold } from './checker.ts';
import { broken, type Finding, held, notExercised } from './verdict.ts';

/**
 * For records i < j: us(i) ≤ us(j); and an answer was given no later than it arrived: servedUs(i) ≤ us(i).
 *
 * Nobody's clock goes back, and nothing is heard before it is said.
 */
export const monotoneTime: Checker = { guarantee: 'monotone-time', start: () => new MonotoneTime() };

class MonotoneTime implements Fold {
  readonly wants = [];
  #records = 0;
  #lastUs = 0;
  #found: Finding | null = null;

  scanRun({ us, servedUs, count, first }: HistoryChunk): void {
    this.#records += count;
    let last = this.#lastUs;
    for (let row = 0; row < count; row++) {
      const now = us[row] as number;
      if (now < last) this.#back(first + row);
      else if ((servedUs[row] as number) > now) this.#early(first + row);
      last = now;
    }
    this.#lastUs = last;
  }

  #back(n: number): void {
    this.#found ??= broken({}, `Record ${n} is of an earlier instant than the record before it.`, [n - 1, n]);
  }

  #early(n: number): void {
    this.#found ??= broken({}, `Record ${n} tells of an answer that was given only after it had arrived.`, [n]);
  }

  finish(): Finding {
    const counts = { records: this.#records };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#records === 0 ? notExercised(counts, 'Nothing happened.') : held(counts);
  }
}
