/** What a broker says of messages that come again, and how often they may. */
import type { Checker, Fold } from './checker.ts';
import * as What from './codes.ts';
import { CountColumn, NumberColumn, RecordColumn } from './columns.ts';
import { Places } from './places.ts';
import type { PromiseSettings } from './promises.ts';
import { ofClient, requestOf } from './record-places.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised } from './verdict.ts';

/**
 * For receives r, s of message m, r before s: count(s) > 1.
 *
 * What somebody has had before is flagged when it comes again, so that who minds can look.
 */
export const redelivered: Checker = { guarantee: 'redelivered', start: () => new Redelivered() };

class Redelivered implements Fold {
  readonly wants = [What.receiveOk];
  readonly #lastN = new RecordColumn();
  #again = 0;
  #found: readonly number[] | null = null;

  scan({ rows, count, chunk, isOther, message }: Sightings): void {
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const one = message[row] as number;
      if (isOther[row] !== 0 || one < 0 || chunk.what[row] !== What.receiveOk) continue;
      const n = chunk.first + row;
      const before = this.#lastN.get(one);
      if (before >= 0) {
        this.#again++;
        if ((chunk.receives[row] as number) <= 1) this.#found ??= [before, n];
      }
      this.#lastN.set(one, n);
    }
  }

  finish(): Finding {
    const counts = { again: this.#again };
    if (this.#found !== null) return broken(counts, 'A message came again as if it were new.', this.#found);
    return this.#again === 0 ? notExercised(counts, 'Nothing came twice.') : held(counts);
  }
}

/**
 * Of a queue with limit L, where receives(m) are those that clients have seen: receives(m) ≤ L + 1. Where a client counts (ActiveMQ): refused on a line as its (L + 1)-th delivery ⟹ not received again while that
 * line stands. Where nothing else moves messages to the dead letters: dead-lettered ⟹ count(m) > L.
 *
 * What always fails is given up, after as many deliveries as were agreed, neither sooner nor later.
 */
export const deliveryLimit: Checker = { guarantee: 'delivery-limit', start: (settings) => new DeliveryLimit(settings) };

const NOWHERE = -1;

class DeliveryLimit implements Fold {
  readonly wants = [What.receiveOk, What.receiveUnknown, What.visibilityOk, What.left];
  /** By number of the queue; -1: none. */
  readonly #limits: readonly number[];
  /** Whether the client counts: of a queue by its number, 1. */
  readonly #isClients: readonly number[];
  /** Where only what came too often goes: number of the queue; -1: nowhere. */
  readonly #deadLetters: readonly number[];
  readonly #times = new CountColumn();
  /** As it was told last. */
  readonly #receives = new NumberColumn(0);
  readonly #firstN = new RecordColumn();
  /** Of messages whose last allowed delivery was refused: the record, on which line. */
  readonly #lastRefusalN = new RecordColumn();
  readonly #line = new NumberColumn();
  /** How often each line was lost, by connection. */
  readonly #lives = new Map<number, number>();
  readonly #requests = new Places();
  /** Of a request, in whichever queue: the highest count that was told, and where. */
  readonly #highest = new NumberColumn(0);
  readonly #highestN = new RecordColumn();
  #hasLost = false;
  #seen = 0;
  #most = 0;
  #found: readonly number[] | null = null;
  #early: readonly number[] | null = null;

  constructor(settings: PromiseSettings) {
    this.#limits = settings.numbers('limits');
    this.#isClients = settings.numbers('isClients');
    this.#deadLetters = settings.numbers('deadLetters');
  }

  scan(all: Sightings): void {
    const { rows, count, chunk, isOther, message } = all;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      if (isOther[row] !== 0) continue;
      const what = chunk.what[row] as number;
      const connection = ofClient(chunk.client[row] as number, chunk.who[row] as number);
      if (what === What.receiveUnknown) {
        this.#hasLost = true;
        this.#lives.set(connection, (this.#lives.get(connection) ?? 0) + 1);
        continue;
      }
      const group = chunk.group[row] as number;
      const one = message[row] as number;
      if (one < 0) continue;
      const limit = this.#limits[group] ?? -1;
      if (what === What.receiveOk || what === What.left) this.#isDeadLetter(all, row, group);
      if (limit < 0) continue;
      if (what === What.receiveOk) this.#received(all, row, one, limit, connection);
      else if (what === What.visibilityOk) this.#refused(all, row, one, limit, connection);
    }
  }

  #received({ chunk }: Sightings, row: number, one: number, limit: number, connection: number): void {
    const n = chunk.first + row;
    const receives = chunk.receives[row] as number;
    const times = this.#times.add(one, 1) + 1;
    this.#receives.set(one, receives);
    if (times === 1) this.#firstN.set(one, n);
    this.#seen++;
    this.#most = Math.max(this.#most, times, receives);
    const request = this.#requests.place(requestOf(chunk.entity[row] as number));
    if (receives > this.#highest.get(request)) {
      this.#highest.set(request, receives);
      this.#highestN.set(request, n);
    }
    if (this.#isClients[chunk.group[row] as number] !== 1) {
      if (Math.max(times, receives) > limit + 1) this.#found ??= [this.#firstN.get(one), n];
      return;
    }
    const refusal = this.#lastRefusalN.get(one);
    if (refusal >= 0 && this.#line.get(one) === this.#lineOf(connection)) this.#found ??= [refusal, n];
  }

  #refused({ chunk }: Sightings, row: number, one: number, limit: number, connection: number): void {
    if (this.#receives.get(one) <= limit) return;
    this.#lastRefusalN.set(one, chunk.first + row);
    this.#line.set(one, this.#lineOf(connection));
  }

  /** A connection, and which of its lines. */
  #lineOf(connection: number): number {
    return connection * LINES + (this.#lives.get(connection) ?? 0);
  }

  #isDeadLetter({ chunk }: Sightings, row: number, group: number): void {
    const entity = chunk.entity[row] as number;
    const from = this.#deadLetters.indexOf(group);
    if (entity < 0 || group === NOWHERE || from < 0) return;
    const request = this.#requests.place(requestOf(entity));
    const limit = this.#limits[from] as number;
    // The count of a delivery that was lost on its way nobody has heard.
    if (this.#highest.get(request) > limit || (this.#hasLost && this.#isClients[from] !== 1)) return;
    this.#early ??= [this.#highestN.get(request), chunk.first + row];
  }

  finish(): Finding {
    const counts = { received: this.#seen, most: this.#most };
    if (this.#found !== null)
      return broken(counts, 'A message was delivered more often than its limit says.', this.#found);
    if (this.#early !== null)
      return broken(counts, 'A message was given up before its deliveries were used up.', this.#early);
    return this.#most <= 1 ? notExercised(counts, 'Nothing came twice.') : held(counts);
  }
}

/** Lines of a connection, one after the other. */
const LINES = 1_048_576;
