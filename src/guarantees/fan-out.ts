import type { Checker, End, Fold } from './checker.ts';
import { FlagColumn, RecordColumn } from './columns.ts';
import * as What from './codes.ts';
import type { PromiseSettings } from './promises.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised, unknown } from './verdict.ts';

/**
 * Where O = deliveries that a publish owes (the subscriptions whose filter lets it through), D = deliveries made, F = deliveries given up, and told so:
 * D ⊆ O at each instant, and at the end O ⊆ D ∪ F.
 *
 * Each subscription is given all that its filter lets through, and nothing else.
 */
export const fanOut: Checker = { guarantee: 'fan-out', start: (settings) => new FanOut(settings) };

const Ended = 1;

class FanOut implements Fold {
  readonly wants = [What.owed, What.deliverOk, What.deliverFail];
  readonly #restUs: number;
  readonly #owedN = new RecordColumn();
  readonly #state = new FlagColumn();
  #deliveries = 0;
  #owed = 0;
  #failed = 0;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings) {
    this.#restUs = settings.number('restUs');
  }

  scan({ rows, count, chunk, isOther, entity }: Sightings): void {
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const one = entity[row] as number;
      if (isOther[row] !== 0 || one < 0) continue;
      const what = chunk.what[row] as number;
      if (what === What.owed) this.#isOwed(one, chunk.first + row);
      else if (what === What.deliverOk || what === What.deliverFail) this.#ended(one, what, chunk.first + row);
    }
  }

  #isOwed(entity: number, n: number): void {
    if (this.#owedN.get(entity) >= 0) return;
    this.#owed++;
    this.#owedN.set(entity, n);
    this.#deliveries = Math.max(this.#deliveries, entity + 1);
  }

  #ended(entity: number, what: number, n: number): void {
    this.#state.set(entity, Ended);
    if (what === What.deliverFail) this.#failed++;
    else if (this.#owedN.get(entity) < 0) {
      this.#found ??= broken({}, 'A subscription was given a message that its filter does not let through.', [n]);
    }
  }

  finish(end: End): Finding {
    const open: number[] = [];
    for (let entity = 0; entity < this.#deliveries; entity++) {
      if (this.#owedN.get(entity) >= 0 && !this.#state.has(entity, Ended)) open.push(this.#owedN.get(entity));
    }
    const counts = { owed: this.#owed, givenUp: this.#failed, open: open.length };
    if (this.#found !== null) return { ...this.#found, counts };
    if (this.#owed === 0) return notExercised(counts, 'No subscription was owed anything.');
    if (open.length === 0) return held(counts);
    const unfit = end.unfit(this.#restUs);
    if (unfit !== null) return unknown(counts, unfit);
    return broken(counts, 'A subscription was never given a message that its filter lets through.', [
      open[0] as number,
    ]);
  }
}
