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
const NO_NUMBER = -1;

class ReaderEndings implements Fold {
  readonly wants: readonly number[];
  readonly #restUs: number;
  readonly #retentionUs: number;
  readonly #fromUs: number;
  /** Whether it leaves out what fails. */
  readonly #skips: boolean;
  readonly #isOnce: boolean;
  readonly #records = new RecordPlaces();
  readonly #requests = new Places();
  /** Of records and of requests: a record may bear several requests, and a request be put several times. */
  readonly #recordState = new FlagColumn();
  readonly #requestState = new FlagColumn();
  // Of each acknowledgement: its record (-1: it has no number), its request, when, and the line of the history.
  #acknowledged = 0;
  readonly #ofRecord = new NumberColumn();
  readonly #ofRequest = new NumberColumn();
  readonly #sentUs = new NumberColumn();
  readonly #sentN = new RecordColumn();
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
        this.#isDone(entity, sequence);
        this.#hasEffect(this.#requests.place(requestOf(entity)), n);
      } else if (what === What.handleFail && this.#skips) this.#isDone(entity, sequence);
    }
  }

  #isPut(request: number, sequence: number, us: number, n: number): void {
    if (us < this.#fromUs) return;
    const one = this.#acknowledged++;
    this.#ofRecord.set(one, sequence < 0 ? NO_NUMBER : this.#records.place(sequence));
    this.#ofRequest.set(one, this.#requests.place(request));
    this.#sentUs.set(one, us);
    this.#sentN.set(one, n);
  }

  #isDone(entity: number, sequence: number): void {
    this.#recordState.add(this.#records.place(sequence), Done);
    this.#requestState.add(this.#requests.place(requestOf(entity)), Done);
  }

  #hasEffect(request: number, n: number): void {
    this.#effects++;
    const first = this.#effectN.get(request);
    if (first < 0) this.#effectN.set(request, n);
    else if (this.#isOnce) this.#twice ??= [first, n];
  }

  finish(end: End): Finding {
    const open: number[] = [];
    let expired = 0;
    for (let one = 0; one < this.#acknowledged; one++) {
      if (this.#wasHandled(one)) continue;
      if (this.#sentUs.get(one) + this.#retentionUs <= end.endUs) expired++;
      else open.push(this.#sentN.get(one));
    }
    const acknowledged = this.#acknowledged;
    const counts = { acknowledged, effects: this.#effects, expired, open: open.length };
    if (this.#twice !== null) return broken(counts, 'A request had its effect twice.', this.#twice);
    if (acknowledged === 0) return notExercised(counts, 'Nothing was put that it had to read.');
    if (open.length === 0) return held(counts);
    const unfit = end.unfit(this.#restUs);
    if (unfit !== null) return unknown(counts, unfit);
    const many = open.length === 1 ? '' : ` (the first of ${open.length})`;
    return broken(counts, `A record was put and never handled${many}.`, [open[0] as number]);
  }

  #wasHandled(one: number): boolean {
    const record = this.#ofRecord.get(one);
    if (record !== NO_NUMBER && !this.#recordState.has(record, Done)) return false;
    return this.#requestState.has(this.#ofRequest.get(one), Done);
  }
}
