import type { Checker, Fold } from './checker.ts';
import { NumberColumn, RecordColumn } from './columns.ts';
import * as What from './codes.ts';
import { Places } from './places.ts';
import type { PromiseSettings } from './promises.ts';
import { shardOf } from './record-places.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised } from './verdict.ts';

/**
 * For each shard and each whole second s of the service's clock: |{records put in s}| ≤ records per second + burst.
 *
 * A shard does not take more records than it says, nor more bytes: a history does not tell how large a record is, so the rate in bytes is reckoned with the smallest that there can be.
 */
export const rateOfPuts: Checker = { guarantee: 'rate', start: (settings) => new PutRate(settings) };

const US_PER_SECOND = 1e6;
/** Seconds of a run: a shard and a second are one number. */
const SECONDS = 8_589_934_592;

class PutRate implements Fold {
  readonly wants = [What.sendOk, What.sendFail];
  readonly #perSecond: number;
  readonly #most: number;
  /** A shard and a second. */
  readonly #places = new Places();
  readonly #records = new NumberColumn(0);
  readonly #firstN = new RecordColumn();
  #busiest = 0;
  #refused = 0;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings) {
    this.#perSecond = settings.number('perSecond');
    this.#most = this.#perSecond + settings.number('burst');
  }

  scan(all: Sightings): void {
    const { rows, count } = all.of(What.sendOk);
    const { chunk, earliestUs, latestUs } = all;
    this.#refused += all.of(What.sendFail).count;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const sequence = chunk.sequence[row] as number;
      // When it was put must be known.
      if ((chunk.entity[row] as number) < 0 || sequence < 0 || earliestUs[row] !== latestUs[row]) continue;
      this.#isPut(shardOf(sequence), Math.floor((latestUs[row] as number) / US_PER_SECOND), chunk.first + row);
    }
  }

  #isPut(shard: number, second: number, n: number): void {
    const place = this.#places.place(shard * SECONDS + second);
    const records = this.#records.get(place) + 1;
    this.#records.set(place, records);
    if (records === 1) this.#firstN.set(place, n);
    this.#busiest = Math.max(this.#busiest, records);
    if (records <= this.#most) return;
    const sentence = `A shard took more than ${this.#most} records in second ${second}.`;
    this.#found ??= broken({}, sentence, [this.#firstN.get(place), n]);
  }

  finish(): Finding {
    const counts = { busiestSecond: this.#busiest, refused: this.#refused };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#busiest < this.#perSecond && this.#refused === 0
      ? notExercised(counts, 'The rate was never near.')
      : held(counts);
  }
}
