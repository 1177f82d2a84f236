import type { Checker, Fold, Seen } from './checker.ts';
import { NumberColumn, Places, RecordColumn } from './columns.ts';
import { What } from './codes.ts';
import type { PromiseSettings } from './promises.ts';
import { broken, type Finding, held, notExercised, seconds } from './verdict.ts';

/**
 * For acknowledged sends a, b with the same deduplication id (and group, where that is the scope), a the first of its window of length W:
 * accepted(b) < accepted(a) + W ⟹ message(b) = message(a); accepted(b) ≥ accepted(a) + W ⟹ message(b) ≠ message(a).
 *
 * For five minutes after a message was first taken, the same again is acknowledged and not taken; after that it is a new message.
 */
export const deduplication: Checker = {
  guarantee: 'deduplication',
  start: (settings) => new Deduplication(settings, What.sendInvoke),
};

/** The same of publishes to a topic. */
export const deduplicationOfPublishes: Checker = {
  guarantee: 'deduplication',
  start: (settings) => new Deduplication(settings, What.publishInvoke),
};

/** Above all ids, those by which a moved message is known too. */
const NO_ID = 6_755_399_441_055_744;

/** Phases of a record. */
const OK = 1;
const FAIL = 2;

class Deduplication implements Fold {
  readonly wants: readonly number[];
  /** Of the call. */
  readonly #begins: number;
  readonly #windowUs: number;
  readonly #perGroup: boolean;
  readonly #ids = new Places();
  /** With a scope of groups: the group in which an id was met first, and the ids that were met in others too. */
  readonly #group = new NumberColumn();
  readonly #others = new Map<string, number>();
  /** Calls under way, or with unknown end, and since when. */
  readonly #open = new NumberColumn(0);
  readonly #openSince = new NumberColumn();
  readonly #message = new NumberColumn();
  readonly #acceptedFrom = new NumberColumn();
  readonly #acceptedTo = new NumberColumn();
  readonly #acceptedN = new RecordColumn();
  #sent = 0;
  #again = 0;
  #swallowed = 0;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings, begins: number) {
    this.#begins = begins;
    this.wants = [begins, begins + OK, begins + FAIL];
    this.#windowUs = settings.number('windowUs');
    this.#perGroup = settings.flag('perGroup');
  }

  see(seen: Seen): void {
    const { chunk, row, group, other, what, us } = seen;
    const id = chunk.deduplication[row] as number;
    if (other || id < 0) return;
    const key = this.#keyOf(id, group);
    const open = this.#open.get(key);
    if (what === this.#begins) {
      if (open <= 0) this.#openSince.set(key, us);
      this.#open.set(key, open + 1);
      return;
    }
    this.#open.set(key, open - 1);
    if (what === this.#begins + OK && seen.message >= 0) this.#accepted(seen, key, open - 1);
  }

  #keyOf(id: number, group: number): number {
    if (!this.#perGroup) return this.#ids.place(id);
    const before = this.#ids.size;
    const place = this.#ids.place(id);
    if (place === before) this.#group.set(place, group);
    if (this.#group.get(place) === group) return place;
    // The same id in another group: seldom.
    const key = `${place}/${group}`;
    const known = this.#others.get(key);
    if (known !== undefined) return known;
    // A place of its own, by a number that is no id.
    const made = this.#ids.place(NO_ID + this.#others.size);
    this.#others.set(key, made);
    return made;
  }

  /** `others`: calls of the same id that may have been taken first. */
  #accepted(seen: Seen, key: number, others: number): void {
    const { message, earliestUs, latestUs, n, lives } = seen;
    this.#sent++;
    const known = this.#message.get(key);
    const from = others > 0 ? Math.min(this.#openSince.get(key), earliestUs) : earliestUs;
    if (known < 0 || this.#acceptedFrom.get(key) <= lives.purgedUs) {
      this.#opens(key, message, from, latestUs, n);
      return;
    }
    this.#again++;
    if (known === message) {
      this.#swallowed++;
      const lateUs = earliestUs - (this.#acceptedTo.get(key) + this.#windowUs);
      if (lateUs >= 0) {
        this.#found ??= broken(
          {},
          `A message was taken for a duplicate ${seconds(lateUs)} after the deduplication window had ended.`,
          [this.#acceptedN.get(key), n],
        );
      } else {
        // Told later, but taken earlier, perhaps.
        this.#acceptedFrom.set(key, Math.min(this.#acceptedFrom.get(key), from));
        this.#acceptedTo.set(key, Math.min(this.#acceptedTo.get(key), latestUs));
      }
      return;
    }
    const leftUs = this.#acceptedFrom.get(key) + this.#windowUs - latestUs;
    if (leftUs > 0) {
      this.#found ??= broken(
        {},
        `The same deduplication id made a second message ${seconds(leftUs)} before its window had ended.`,
        [this.#acceptedN.get(key), n],
      );
    }
    this.#opens(key, message, from, latestUs, n);
  }

  #opens(key: number, message: number, fromUs: number, toUs: number, n: number): void {
    this.#message.set(key, message);
    this.#acceptedFrom.set(key, fromUs);
    this.#acceptedTo.set(key, toUs);
    this.#acceptedN.set(key, n);
  }

  finish(): Finding {
    const counts = { sent: this.#sent, sentAgain: this.#again, swallowed: this.#swallowed };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#again === 0 ? notExercised(counts, 'No deduplication id came twice.') : held(counts);
  }
}
