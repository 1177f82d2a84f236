/** How often a message of a broker comes out. */
import { atLeastOnceAtBroker } from './broker-endings.ts';
import { Owed } from './broker-owed.ts';
import type { Checker, End, Fold } from './checker.ts';
import * as What from './codes.ts';
import { CountColumn, RecordColumn } from './columns.ts';
import type { PromiseSettings } from './promises.ts';
import { requestOf } from './record-places.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised } from './verdict.ts';

/**
 * Of a queue whose readers do not acknowledge, of each subscriber of MQTT with QoS 0: receives(e) ≤ sends(e).
 *
 * What is not acknowledged is not sent again, by nobody.
 */
export const atMostOnceAtBroker: Checker = {
  guarantee: 'at-most-once',
  start: (settings) => new Copies(settings, null),
};

/**
 * Of each subscriber of MQTT with QoS 2, where publishers have QoS 2 too: receives(e) ≤ sends(e), and what was acknowledged since it is subscribed is received.
 *
 * Nothing comes twice, and nothing is lost.
 */
export const exactlyOnceAtBroker: Checker = {
  guarantee: 'exactly-once',
  start: (settings) => new Copies(settings, atLeastOnceAtBroker.start(settings)),
};

class Copies implements Fold {
  readonly wants = [
    What.sendInvoke,
    What.sendOk,
    What.receiveInvoke,
    What.receiveOk,
    What.deleteInvoke,
    What.visibilityOk,
    What.handleOk,
    What.left,
  ];
  readonly #owed: Owed;
  /** Judges the rest of it; null: there is none. */
  readonly #atLeast: Fold | null;
  readonly #count = new CountColumn();
  readonly #firstN = new RecordColumn();
  #received = 0;
  #twice: readonly number[] | null = null;

  constructor(settings: PromiseSettings, atLeast: Fold | null) {
    this.#owed = new Owed(settings);
    this.#atLeast = atLeast;
  }

  scan(all: Sightings): void {
    this.#atLeast?.scan?.(all);
    const { rows, count, chunk, isOther } = all;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      if (isOther[row] !== 0 || this.#owed.take(all, row) || chunk.what[row] !== What.receiveOk) continue;
      const at = this.#owed.queues.indexOf(chunk.group[row] as number);
      const entity = chunk.entity[row] as number;
      if (at < 0 || entity < 0) continue;
      this.#received++;
      const who = this.#owed.isPerReader ? Math.max(0, chunk.who[row] as number) : 0;
      this.#next(requestOf(entity), this.#owed.place(requestOf(entity), at, who), chunk.first + row);
    }
  }

  #next(request: number, place: number, n: number): void {
    const before = this.#count.add(place, 1);
    if (before === 0) this.#firstN.set(place, n);
    else if (before >= this.#owed.sends(request)) this.#twice ??= [this.#firstN.get(place), n];
  }

  finish(end: End): Finding {
    const counts = { received: this.#received };
    if (this.#twice !== null) return broken(counts, 'A message came out more often than it was sent.', this.#twice);
    if (this.#atLeast !== null) return this.#atLeast.finish(end);
    return this.#received === 0 ? notExercised(counts, 'Nothing came out.') : held(counts);
  }
}
