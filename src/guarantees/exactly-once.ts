import type { Checker, End, Fold } from './checker.ts';
import { RecordColumn } from './columns.ts';
import * as What from './codes.ts';
import type { PromiseSettings } from './promises.ts';
import { Places } from './places.ts';
import { requestOf } from './record-places.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised, unknown } from './verdict.ts';

/**
 * For each entity e that what feeds the consumer has acknowledged: effects(e) = 1; for every other: effects(e) ≤ 1.
 *
 * All that was taken in is done, and nothing twice. (A handler that finds a message done already, and does nothing, ends in `fail`, or writes no record.)
 */
export const exactlyOnce: Checker = {
  guarantee: 'exactly-once',
  start: (settings) => new ExactlyOnce(settings),
};

class ExactlyOnce implements Fold {
  readonly wants = [What.handleOk, What.sendOk, What.deliverOk];
  readonly #restUs: number;
  /** Whether a request counts, whichever of its deliveries it is. */
  readonly #isOfRequests: boolean;
  readonly #requests = new Places();
  readonly #effectN = new RecordColumn();
  readonly #acknowledgedN = new RecordColumn();
  #entities = 0;
  #effects = 0;
  #twice: readonly number[] | null = null;

  constructor(settings: PromiseSettings) {
    this.#restUs = settings.number('restUs');
    this.#isOfRequests = settings.flag('isOfRequests');
  }

  scan({ rows, count, chunk, isOther, entity }: Sightings): void {
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const what = chunk.what[row] as number;
      const told = chunk.entity[row] as number;
      const one = this.#isOfRequests && told >= 0 ? this.#requests.place(requestOf(told)) : (entity[row] as number);
      if (one < 0 || (what !== What.handleOk && what !== What.sendOk && what !== What.deliverOk)) continue;
      this.#entities = Math.max(this.#entities, one + 1);
      if (isOther[row] === 0) {
        if (what === What.handleOk) this.#done(one, chunk.first + row);
      } else if (what !== What.handleOk && this.#acknowledgedN.get(one) < 0)
        this.#acknowledgedN.set(one, chunk.first + row);
    }
  }

  #done(entity: number, n: number): void {
    this.#effects++;
    const first = this.#effectN.get(entity);
    if (first < 0) this.#effectN.set(entity, n);
    else this.#twice ??= [first, n];
  }

  finish(end: End): Finding {
    const open: number[] = [];
    for (let entity = 0; entity < this.#entities; entity++) {
      const acknowledged = this.#acknowledgedN.get(entity);
      if (acknowledged >= 0 && this.#effectN.get(entity) < 0) open.push(acknowledged);
    }
    const counts = { entities: this.#entities, effects: this.#effects, without: open.length };
    if (this.#twice !== null) return broken(counts, 'A request had its effect twice.', this.#twice);
    if (this.#entities === 0) return notExercised(counts, 'There was nothing to do.');
    if (open.length === 0) return held(counts);
    const unfit = end.unfit(this.#restUs);
    if (unfit !== null) return unknown(counts, unfit);
    return broken(counts, 'A request was taken in and never had its effect.', [open[0] as number]);
  }
}
