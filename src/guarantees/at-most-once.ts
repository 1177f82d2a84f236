import type { Checker, Fold } from './checker.ts';
import { RecordColumn } from './columns.ts';
import * as What from './codes.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised } from './verdict.ts';

/**
 * For each entity e: receives(e) ≤ 1.
 *
 * Nothing is given to anybody twice.
 */
export const deliveredAtMostOnce: Checker = {
  guarantee: 'at-most-once',
  start: () => new AtMostOnce(What.receiveOk, 'was given out twice'),
};

/**
 * For each entity e: effects(e) ≤ 1.
 *
 * No work is done twice.
 */
export const doneAtMostOnce: Checker = {
  guarantee: 'at-most-once',
  start: () => new AtMostOnce(What.handleOk, 'had its effect twice'),
};

class AtMostOnce implements Fold {
  readonly wants: readonly number[];
  readonly #what: number;
  readonly #first = new RecordColumn();
  readonly #how: string;
  #times = 0;
  #again = 0;
  #found: readonly number[] | null = null;

  constructor(what: number, how: string) {
    this.#what = what;
    this.wants = [what];
    this.#how = how;
  }

  scan(all: Sightings): void {
    const { rows, count } = all.of(this.#what);
    const { chunk, entity } = all;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      if ((entity[row] as number) >= 0) this.#happened(entity[row] as number, chunk.first + row);
    }
  }

  #happened(entity: number, n: number): void {
    this.#times++;
    const first = this.#first.get(entity);
    if (first < 0) {
      this.#first.set(entity, n);
      return;
    }
    this.#again++;
    this.#found ??= [first, n];
  }

  finish(): Finding {
    const counts = { times: this.#times, again: this.#again };
    if (this.#found !== null) return broken(counts, `A request ${this.#how}.`, this.#found);
    return this.#times === 0 ? notExercised(counts, 'Nothing came out.') : held(counts);
  }
}
