import type { Checker, End, Fold } from './checker.ts';
import { CountColumn, FlagColumn } from './columns.ts';
import * as What from './codes.ts';
import type { Lives } from './lives.ts';
import type { PromiseSettings } from './promises.ts';
import type { Rows, Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised, unknown } from './verdict.ts';

/**
 * Where A = acknowledged messages: A ⊆ received ∪ expired ∪ purged ∪ dead-lettered ∪ (left, where nobody reads the queue).
 *
 * Each message that the queue took is given to somebody at least once.
 */
export const atLeastOnce: Checker = {
  guarantee: 'at-least-once',
  start: (settings) => new Endings(settings, What.receiveOk, settings.flag('read'), 'was never given to anybody'),
};

/**
 * Where A = acknowledged messages: A ⊆ deleted ∪ perhaps deleted ∪ left ∪ expired ∪ purged ∪ dead-lettered.
 *
 * A message that the queue took is there until somebody deletes it, or until it ends in a way that was announced.
 */
export const noLoss: Checker = {
  guarantee: 'no-loss',
  start: (settings) => new Endings(settings, What.deleteInvoke, false, 'is gone, and nobody deleted it'),
};

/** Seen in a dead-letter queue. */
const Moved = 1;
/** It is still there. */
const There = 2;

class Endings implements Fold {
  readonly wants: readonly number[];
  readonly #settles: number;
  readonly #restUs: number;
  readonly #retentionUs: number;
  /** Whether a message that is left at rest should have been given to somebody. */
  readonly #mustNotStay: boolean;
  readonly #what: string;
  readonly #state = new FlagColumn();
  /** What settles it, so many times, less those that failed. */
  readonly #settled = new CountColumn();

  constructor(settings: PromiseSettings, settles: number, mustNotStay: boolean, what: string) {
    this.#settles = settles;
    this.#restUs = settings.number('restUs');
    const own = settings.of.retentionUs ?? Number.POSITIVE_INFINITY;
    // One that was moved may have expired there, before anybody saw it.
    this.#retentionUs = Math.min(own, settings.numberOr('movedRetentionUs', own));
    this.#mustNotStay = mustNotStay;
    this.#what = what;
    this.wants = [...new Set([settles, What.deleteFail, What.receiveOk, What.left])];
  }

  scan(all: Sightings): void {
    const { chunk, message, others } = all;
    this.#count(message, all.of(this.#settles), 1);
    // Of several that tried to delete it, these did not.
    if (this.#settles === What.deleteInvoke) this.#count(message, all.of(What.deleteFail), -1);
    this.#mark(message, all.of(What.left), There);
    for (let i = 0; i < others.count; i++) {
      const row = others.rows[i] as number;
      const what = chunk.what[row] as number;
      const one = message[row] as number;
      if (one >= 0 && (what === What.receiveOk || what === What.left)) this.#state.add(one, Moved);
    }
  }

  #count(message: Int32Array, { rows, count }: Rows, each: number): void {
    for (let i = 0; i < count; i++) {
      const one = message[rows[i] as number] as number;
      if (one >= 0) this.#settled.add(one, each);
    }
  }

  #mark(message: Int32Array, { rows, count }: Rows, flag: number): void {
    for (let i = 0; i < count; i++) {
      const one = message[rows[i] as number] as number;
      if (one >= 0) this.#state.add(one, flag);
    }
  }

  finish(end: End): Finding {
    const { lives } = end;
    const open: number[] = [];
    let acknowledged = 0;
    let expired = 0;
    let left = 0;
    for (let message = 0; message < lives.size; message++) {
      if (!lives.isAcknowledged(message)) continue;
      acknowledged++;
      if (this.#state.has(message, Moved) || this.#settled.get(message) > 0) continue;
      if (this.#hasEnded(lives, message, end.endUs)) expired++;
      else if (this.#state.has(message, There) && !this.#mustNotStay) left++;
      else open.push(message);
    }
    const counts = { acknowledged, expired, left, open: open.length };
    if (acknowledged === 0) return notExercised(counts, 'Nothing was acknowledged.');
    if (open.length === 0) return held(counts);
    const unfit = end.unfit(this.#restUs);
    if (unfit !== null) return unknown(counts, unfit);
    const first = open[0] as number;
    const stays = this.#state.has(first, There);
    const many = open.length === 1 ? '' : ` (the first of ${open.length})`;
    const why = stays ? `${this.#what}, though it is there and there is time` : this.#what;
    return broken(counts, `A message was acknowledged and ${why}${many}.`, [lives.sentN(first), lives.heldN(first)]);
  }

  /** Past its retention period, or in a purge. */
  #hasEnded(lives: Lives, message: number, endUs: number): boolean {
    return (
      lives.sentEarliestUs(message) + this.#retentionUs <= endUs || lives.sentEarliestUs(message) <= lives.purgedUs
    );
  }
}
