/** What becomes of the records of a stream at one of its readers. */
import type { Checker, End, Fold } from './checker.ts';
import { FlagColumn, NumberColumn, RecordColumn } from './columns.ts';
import * as What from './codes.ts';
import { Places } from './places.ts';
import type { PromiseSettings } from './promises.ts';
import { RecordPlaces, requestOf } from './record-places.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised, unknown } from './verdict.ts';

/**
 * Of a reader, where A = records that were acknowledged since the instant from which it reads: A ⊆ handled ∪ left out by its own choice ∪ expired.
 *
 * All that is in the stream is handled, at least once. Who is still behind at the end has not come to rest: that is unknown.
 */
export const handledAtLeastOnce: Checker = {
  guarantee: 'at-least-once',
  start: (settings) => new ReaderEndings(settings, false),
};

/**
 * As above, and for each request e: effects(e) ≤ 1.
 *
 * All is done, and nothing twice, whatever was put or read twice.
 */
export const handledExactlyOnce: Checker = {
  guarantee: 'exactly-once',
  start: (settings) => new ReaderEndings(settings, true),
};

const Done = 1;

class ReaderEndings implements Fold {
  readonly wants: readonly number[];
  readonly #restUs: number;
  readonly #retentionUs: number;
  readonly #fromUs: number;
  /** Whether it leaves out what fails. */
  readonly #skips: boolean;
  readonly #isOnce: boolean;
  readonly #records = new RecordPlaces();
  readonly #state = new FlagColumn();
  readonly #sentUs = new NumberColumn();
  readonly #sentN = new RecordColumn();
  /** Requests whose put was acknowledged without a number, and the record that says so. */
  readonly #unnumbered = new Map<number, number>();
  readonly #requests = new Places();
  readonly #effectN = new RecordColumn();
  #effects = 0;
  #twice: readonly number[] | null = null;

  constructor(settings: PromiseSettings, isOnce: boolean) {
    this.#restUs = settings.number('restUs');
    this.#retentionUs = settings.numberOr('streamRetentionUs', Number.POSITIVE_INFINITY);
    this.#fromUs = settings.numberOr('fromUs', 0);
    this.#skips = settings.flag('skips');
    this.#isOnce = isOnce;
    this.wants = [What.sendOk, What.handleOk, What.handleFail];
  }

  scan({ rows, count, chunk, isOther, earliestUs }: Sightings): void {
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const what = chunk.what[row] as number;
      const entity = chunk.entity[row] as number;
      const sequence = chunk.sequence[row] as number;
      if (entity < 0) continue;
      const n = chunk.first + row;
      if (isOther[row] !== 0) {
        if (what === What.sendOk) this.#isPut(requestOf(entity), sequence, earliestUs[row] as number, n);
      } else if (sequence < 0) continue;
      else if (what === What.handleOk) {
        this.#state.add(this.#records.place(sequence), Done);
        this.#hasEffect(this.#requests.place(requestOf(entity)), n);
      } else if (what === What.handleFail && this.#skips) this.#state.add(this.#records.place(sequence), Done);
    }
  }

  #isPut(request: number, sequence: number, us: number, n: number): void {
    if (us < this.#fromUs) return;
    if (sequence < 0) {
      this.#unnumbered.set(this.#requests.place(request), n);
      return;
    }
    const record = this.#records.place(sequence);
    if (this.#sentN.get(record) >= 0) return;
    this.#sentUs.set(record, us);
    this.#sentN.set(record, n);
  }

  #hasEffect(request: number, n: number): void {
    this.#effects++;
    const first = this.#effectN.get(request);
    if (first < 0) this.#effectN.set(request, n);
    else if (this.#isOnce) this.#twice ??= [first, n];
  }

  finish(end: End): Finding {
    const open: number[] = [];
    let acknowledged = this.#unnumbered.size;
    let expired = 0;
    for (const [request, n] of this.#unnumbered) if (this.#effectN.get(request) < 0) open.push(n);
    for (let record = 0; record < this.#records.size; record++) {
      const sentN = this.#sentN.get(record);
      if (sentN < 0) continue;
      acknowledged++;
      if (this.#state.has(record, Done)) continue;
      if (this.#sentUs.get(record) + this.#retentionUs <= end.endUs) expired++;
      else open.push(sentN);
    }
    const counts = { acknowledged, effects: this.#effects, expired, open: open.length };
    if (this.#twice !== null) return broken(counts, 'A request had its effect twice.', this.#twice);
    if (acknowledged === 0) return notExercised(counts, 'Nothing was put that it had to read.');
    if (open.length === 0) return held(counts);
    const unfit = end.unfit(this.#restUs);
    if (unfit !== null) return unknown(counts, unfit);
    const many = open.length === 1 ? '' : ` (the first of ${open.length})`;
    return broken(counts, `A record was put and never handled${many}.`, [open[0] as number]);
  }
}
