import type { Checker, Fold } from './checker.ts';
import { NumberColumn, NumberRows } from './columns.ts';
import { AcceptedFrom, AcceptedN, AcceptedTo, ID, Message, Open, OpenSince } from './deduplication-numbers.ts';
import { Places } from './places.ts';
import * as What from './codes.ts';
import type { PromiseSettings } from './promises.ts';
import type { Sightings } from './sightings.ts';
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
  readonly #rows = new NumberRows(ID);
  /** Of a queue: what was taken until then is not there any more. */
  #purgedUs = -1;
  #sent = 0;
  #again = 0;
  #swallowed = 0;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings, begins: number) {
    this.#begins = begins;
    const isQueue = settings.of.visibilityUs !== undefined;
    this.wants = [begins, begins + OK, begins + FAIL, ...(isQueue ? [What.purgeInvoke] : [])];
    this.#windowUs = settings.number('windowUs');
    this.#perGroup = settings.flag('perGroup');
  }

  scan(all: Sightings): void {
    const { rows, count, chunk, isOther } = all;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      if (isOther[row] !== 0) continue;
      const what = chunk.what[row] as number;
      const phase = what - this.#begins;
      if (phase >= 0 && phase <= FAIL) {
        if ((chunk.deduplication[row] as number) >= 0) this.#call(all, row, phase);
      } else if (what === What.purgeInvoke && this.wants.includes(what)) this.#purgedUs = chunk.us[row] as number;
    }
  }

  #call(all: Sightings, row: number, phase: number): void {
    const { chunk } = all;
    const id = chunk.deduplication[row] as number;
    const key = this.#perGroup ? this.#keyOf(id, all.group[row] as number) : this.#ids.place(id);
    const at = this.#rows.at(key);
    const values = this.#rows.page(key);
    const open = values[at + Open] as number;
    if (phase === 0) {
      if (open <= 0) values[at + OpenSince] = chunk.us[row] as number;
      values[at + Open] = open + 1;
      return;
    }
    values[at + Open] = open - 1;
    if (phase === OK && (chunk.message[row] as number) >= 0) this.#accepted(all, row, values, at);
  }

  #keyOf(id: number, group: number): number {
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

  #accepted(all: Sightings, row: number, values: Float64Array, at: number): void {
    this.#sent++;
    const earliestUs = all.earliestUs[row] as number;
    const latestUs = all.latestUs[row] as number;
    const n = all.chunk.first + row;
    const message = (all.message[row] as number) + 1;
    // Calls of the same id that are open may have been taken first.
    const isAlone = (values[at + Open] as number) <= 0;
    const from = isAlone ? earliestUs : Math.min(values[at + OpenSince] as number, earliestUs);
    const known = values[at + Message] as number;
    if (known === 0 || (values[at + AcceptedFrom] as number) <= this.#purgedUs) {
      opens(values, at, message, from, latestUs, n);
      return;
    }
    this.#again++;
    if (known === message) this.#swallows(values, at, from, earliestUs, latestUs, n);
    else {
      const leftUs = (values[at + AcceptedFrom] as number) + this.#windowUs - latestUs;
      if (leftUs > 0) this.#tooEarly(leftUs, values[at + AcceptedN] as number, n);
      opens(values, at, message, from, latestUs, n);
    }
  }

  #swallows(values: Float64Array, at: number, from: number, earliestUs: number, latestUs: number, n: number): void {
    this.#swallowed++;
    const lateUs = earliestUs - ((values[at + AcceptedTo] as number) + this.#windowUs);
    if (lateUs >= 0) {
      const sentence = `A message was taken for a duplicate ${seconds(lateUs)} after the deduplication window had ended.`;
      this.#found ??= broken({}, sentence, [values[at + AcceptedN] as number, n]);
      return;
    }
    // Told later, but taken earlier, perhaps.
    values[at + AcceptedFrom] = Math.min(values[at + AcceptedFrom] as number, from);
    values[at + AcceptedTo] = Math.min(values[at + AcceptedTo] as number, latestUs);
  }

  #tooEarly(leftUs: number, acceptedN: number, n: number): void {
    const sentence = `The same deduplication id made a second message ${seconds(leftUs)} before its window had ended.`;
    this.#found ??= broken({}, sentence, [acceptedN, n]);
  }

  finish(): Finding {
    const counts = { sent: this.#sent, sentAgain: this.#again, swallowed: this.#swallowed };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#again === 0 ? notExercised(counts, 'No deduplication id came twice.') : held(counts);
  }
}

function opens(values: Float64Array, at: number, message: number, fromUs: number, toUs: number, n: number): void {
  values[at + Message] = message;
  values[at + AcceptedFrom] = fromUs;
  values[at + AcceptedTo] = toUs;
  values[at + AcceptedN] = n;
}
