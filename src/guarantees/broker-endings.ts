/** What becomes of the messages that a broker has confirmed, queue by queue. */
import { Owed } from './broker-owed.ts';
import type { Checker, End, Fold } from './checker.ts';
import * as What from './codes.ts';
import { FlagColumn, NumberColumn } from './columns.ts';
import { NumberSet } from './places.ts';
import type { PromiseSettings } from './promises.ts';
import { requestOf } from './record-places.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised, unknown } from './verdict.ts';

/**
 * Of a queue, where A = confirmed messages that its settings keep: A ⊆ acknowledged by a consumer ∪ left ∪ given up for a reason, and dead-lettered where dead letters are kept; acknowledged ⊆ done before.
 *
 * What the broker has confirmed is there until a consumer is done with it, whatever happens to nodes and lines. Reasons: it was refused for good, its time to live is over, it came back too often, or its queue may overflow.
 */
export const noLossAtBroker: Checker = {
  guarantee: 'no-loss',
  start: (settings) => new BrokerEndings(settings, What.deleteInvoke, 'is gone, and nobody acknowledged it'),
};

/**
 * Of a queue that somebody reads, where A is as above: A ⊆ (received \ left unacknowledged) ∪ given up for a reason. Of MQTT: of each subscriber, where A = what was acknowledged of what was published since its subscription stood.
 *
 * What the broker has confirmed is given to somebody.
 */
export const atLeastOnceAtBroker: Checker = {
  guarantee: 'at-least-once',
  start: (settings) => new BrokerEndings(settings, What.receiveOk, 'was never given to anybody'),
};

const Settled = 1;
const There = 2;
const Refused = 4;
/** Seen in a queue of dead letters. */
const Moved = 8;
const Acknowledged = 16;

class BrokerEndings implements Fold {
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
  readonly #settles: number;
  readonly #what: string;
  readonly #restUs: number;
  /** By place among the judged queues: where dead letters go (-1: nowhere), time to live (-1: none), deliveries after which it is given up (-1: never), whether it may overflow (1). */
  readonly #deadLetters: readonly number[];
  readonly #ttlUs: readonly number[];
  readonly #limits: readonly number[];
  readonly #overflows: readonly number[];
  /** Whether a refusal may be for good (1). */
  readonly #rejects: readonly number[];
  /** Whether a dead letter may be lost on its way: a node dies before it is stored. */
  readonly #losesDeadLetters: boolean;
  readonly #owed: Owed;
  /** Of a request in a queue. */
  readonly #state = new FlagColumn();
  readonly #receives = new NumberColumn(0);
  /** Entities on which a handler has had its effect. */
  readonly #done = new NumberSet();
  #early: readonly number[] | null = null;

  constructor(settings: PromiseSettings, settles: number, what: string) {
    this.#settles = settles;
    this.#what = what;
    this.#restUs = settings.number('restUs');
    this.#deadLetters = settings.numbers('deadLetters');
    this.#ttlUs = settings.numbers('ttlUs');
    this.#limits = settings.numbers('limits');
    this.#overflows = settings.numbers('overflows');
    this.#rejects = settings.numbers('rejects');
    this.#losesDeadLetters = settings.flag('losesDeadLetters');
    this.#owed = new Owed(settings);
  }

  scan(all: Sightings): void {
    const { rows, count, chunk, isOther } = all;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const entity = chunk.entity[row] as number;
      if (isOther[row] !== 0) {
        if (chunk.what[row] === What.handleOk && entity >= 0) this.#done.add(entity);
        continue;
      }
      if (this.#owed.take(all, row)) continue;
      const group = chunk.group[row] as number;
      if (entity < 0 || group < 0) continue;
      const what = chunk.what[row] as number;
      const request = requestOf(entity);
      if (what === What.receiveOk || what === What.left) {
        for (let at = 0; at < this.#deadLetters.length; at++)
          if (this.#deadLetters[at] === group) this.#mark(request, at, 0, Moved);
      }
      const at = this.#owed.queues.indexOf(group);
      if (at < 0) continue;
      const who = Math.max(0, chunk.who[row] as number);
      if (what === What.left) this.#mark(request, at, 0, There);
      else if (what === What.visibilityOk) this.#mark(request, at, 0, Refused);
      else if (what === this.#settles) this.#mark(request, at, this.#owed.isPerReader ? who : 0, Settled);
      if (what === What.receiveOk) this.#count(request, at, chunk.receives[row] as number);
      else if (what === What.deleteInvoke) this.#acknowledged(entity, request, at, chunk.first + row);
    }
  }

  #mark(request: number, at: number, who: number, flag: number): void {
    this.#state.add(this.#owed.place(request, at, who), flag);
  }

  /** By who is done with it. */
  #acknowledged(entity: number, request: number, at: number, n: number): void {
    this.#mark(request, at, 0, Acknowledged);
    if (this.#settles === What.deleteInvoke && !this.#done.has(entity)) this.#early ??= [n];
  }

  #count(request: number, at: number, receives: number): void {
    const place = this.#owed.place(request, at, 0);
    if (receives > this.#receives.get(place)) this.#receives.set(place, receives);
  }

  finish(end: End): Finding {
    const counts = { confirmed: 0, settled: 0, ended: 0, left: 0, open: 0 };
    let first = -1;
    let isThere = false;
    this.#owed.each((request, at, who, sinceUs, n) => {
      counts.confirmed++;
      const state = this.#state.get(this.#owed.place(request, at, who));
      const ofQueue = this.#state.get(this.#owed.place(request, at, 0));
      // What has come and gone back is to come again.
      const stays = this.#settles === What.receiveOk && (ofQueue & (There | Acknowledged)) === There;
      if ((state & Settled) !== 0 && !stays) counts.settled++;
      else if (this.#hasEnded(request, at, ofQueue, sinceUs, end.endUs)) counts.ended++;
      else if ((ofQueue & There) !== 0 && this.#settles === What.deleteInvoke) counts.left++;
      else if (counts.open++ === 0) {
        first = n;
        isThere = (ofQueue & There) !== 0;
      }
    });
    if (this.#early !== null)
      return broken(counts, 'A message was acknowledged by who was not done with it.', this.#early);
    if (counts.confirmed === 0) return notExercised(counts, 'Nothing was confirmed that has to be kept.');
    if (counts.open === 0) return held(counts);
    const unfit = end.unfit(this.#restUs);
    if (unfit !== null) return unknown(counts, unfit);
    const many = counts.open === 1 ? '' : ` (the first of ${counts.open})`;
    const why = isThere ? 'is there, and nobody is given it' : this.#what;
    return broken(counts, `A message was confirmed and ${why}${many}.`, [first]);
  }

  /** In a way that was announced. */
  #hasEnded(request: number, at: number, state: number, sinceUs: number, endUs: number): boolean {
    if ((state & Moved) !== 0) return true;
    const ttlUs = this.#ttlUs[at] as number;
    const limit = this.#limits[at] as number;
    const isOld = ttlUs >= 0 && sinceUs + ttlUs <= endUs;
    // Deliveries that were lost on their way nobody has seen.
    const cameOften = limit >= 0 && this.#receives.get(this.#owed.place(request, at, 0)) * 2 >= limit;
    const hasReason =
      isOld || cameOften || ((state & Refused) !== 0 && this.#rejects[at] === 1) || this.#overflows[at] === 1;
    return hasReason && (this.#deadLetters[at] === -1 || this.#losesDeadLetters);
  }
}
