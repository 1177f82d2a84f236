/**
 * All promises of one resource, judged together.
 *
 *   rows of a chunk ─▶ folds that see one after the other, and lives ─▶ folds that scan all at once ─▶ probes
 */
import type { HistoryChunk } from '../history/index.ts';
import type { Checker, End, Fold, Seen } from './checker.ts';
import * as What from './codes.ts';
import { counters } from './counters.ts';
import { Lives } from './lives.ts';
import { KINDS } from './phases.ts';
import { PROBED, type ProbeCounts } from './probes.ts';
import { type Promised, PromiseSettings, type ResourcePromises } from './promises.ts';
import { Sightings } from './sightings.ts';
import { type Finding, unknown } from './verdict.ts';

export interface Judged extends Finding {
  readonly guarantee: string;
  readonly resource: string;
}

/** A fold at work, or one that has fallen over. */
interface Seat {
  readonly guarantee: string;
  readonly fold: Fold | null;
  /** Why it can't say anything. */
  error: string | null;
  /** Whether it is shown the records of this chunk one after the other. */
  isShown: boolean;
}

/** The record under the eyes of folds that see one after the other. */
class Sight implements Seen {
  row = 0;
  readonly lives: Lives;
  readonly #all: Sightings;

  constructor(lives: Lives, all: Sightings) {
    this.lives = lives;
    this.#all = all;
  }

  get chunk(): HistoryChunk {
    return this.#all.chunk;
  }
  get n(): number {
    return this.#all.chunk.first + this.row;
  }
  get what(): number {
    return this.#all.chunk.what[this.row] as number;
  }
  get us(): number {
    return this.#all.chunk.us[this.row] as number;
  }
  get earliestUs(): number {
    return this.#all.earliestUs[this.row] as number;
  }
  get latestUs(): number {
    return this.#all.latestUs[this.row] as number;
  }
  get entity(): number {
    return this.#all.entity[this.row] as number;
  }
  get message(): number {
    return this.#all.message[this.row] as number;
  }
  get group(): number {
    return this.#all.group[this.row] as number;
  }
  get other(): boolean {
    return this.#all.isOther[this.row] !== 0;
  }
}

/** Where a bench has the records of one resource put down. */
export interface Desk {
  /** 1: records of this kind. */
  readonly wanted: Uint8Array;
  readonly isOther: number;
  readonly sightings: Sightings;
}

// Whose records of a kind are looked at.
const OWN = 1;
const OTHERS = 2;

export class Bench {
  readonly of: ResourcePromises;
  readonly lives: Lives;
  /** Those of its promises, in their order; after them may come some that only count. */
  readonly #seats: Seat[] = [];
  /** Of each kind, those that may be shown it. */
  readonly #showing: Seat[][] = Array.from({ length: KINDS }, () => []);
  readonly #interest = new Uint8Array(KINDS);
  readonly #probes: ProbeCounts;
  readonly #takesDeadLetters: boolean;
  readonly #keepsLives: boolean;
  readonly #probesAll: boolean;
  readonly #sightings: Sightings;
  readonly #sight: Sight;

  constructor(of: ResourcePromises, checkers: readonly Checker[], probes: ProbeCounts) {
    this.of = of;
    this.#probes = probes;
    const { scope = 'resource' } = of;
    this.#probesAll = scope === 'resource';
    this.#keepsLives = scope === 'resource' && of.visibilityUs !== undefined;
    this.lives = new Lives(of.visibilityUs ?? 0, of.retentionUs);
    this.#takesDeadLetters = of.promises.some(({ guarantee }) => guarantee === 'dead-letters');
    this.#sightings = new Sightings(this.#probesAll);
    this.#sight = new Sight(this.lives, this.#sightings);
    for (const promised of of.promises) this.#add(this.#seat(promised, checkers));
    const fold = counters[of.kind]?.(of, probes) ?? null;
    if (fold !== null) this.#add({ guarantee: '', fold, error: null, isShown: false });
    this.#takeInterest(scope);
  }

  #seat(promised: Promised, checkers: readonly Checker[]): Seat {
    const { guarantee } = promised;
    const checker = checkers.find((one) => one.guarantee === guarantee);
    const blank = { guarantee, fold: null, error: null, isShown: false };
    if (checker === undefined)
      return { ...blank, error: `Nobody can check it on resources of the kind ${this.of.kind}.` };
    try {
      return { ...blank, fold: checker.start(new PromiseSettings(promised, this.of)) };
    } catch (error) {
      return { ...blank, error: failureOf(error) };
    }
  }

  #add(seat: Seat): void {
    this.#seats.push(seat);
    for (const what of seat.fold?.wants ?? []) {
      this.#interest[what] = OWN | OTHERS;
      if (seat.fold?.see !== undefined) this.#showing[what]?.push(seat);
    }
  }

  /** Beside what folds want: the rare situations; of a resource all, so that its messages have their places in the order in which they were met. */
  #takeInterest(scope: ResourcePromises['scope']): void {
    const all = this.#keepsLives || this.#seats.length > 0;
    for (let what = 0; what < KINDS; what++) {
      const isProbed = scope === 'resource' ? all || PROBED.includes(what) : isOfRequest(what);
      if (scope !== 'all' && isProbed) this.#interest[what] = (this.#interest[what] as number) | OWN;
    }
  }

  /** A new chunk; the times of all its records. */
  begin(chunk: HistoryChunk, earliestUs: Float64Array, latestUs: Float64Array): void {
    this.#sightings.begin(chunk, earliestUs, latestUs);
  }

  /** Where records of it, or of others, are put down; those of the kinds that are wanted. */
  desk(isOther: boolean): Desk {
    const interest = isOther ? OTHERS : OWN;
    return {
      wanted: this.#interest.map((of) => ((of & interest) === 0 ? 0 : 1)),
      isOther: isOther ? 1 : 0,
      sightings: this.#sightings,
    };
  }

  /** All records of the chunk that concern it have been added. */
  take(): void {
    const all = this.#sightings;
    if (all.count === 0) return;
    if (this.#areShown(all.count)) this.#showAll(all);
    else this.#live(all, 0, all.count);
    for (const seat of this.#seats) {
      try {
        if (seat.error === null && !seat.isShown) seat.fold?.scan?.(all);
      } catch (error) {
        this.#fell(seat, error);
      }
    }
    this.#probes.scan(all, this.#takesDeadLetters, this.#probesAll);
  }

  /** Whether there are folds to be shown one record after the other. */
  #areShown(count: number): boolean {
    let areShown = false;
    for (const seat of this.#seats) {
      const { fold } = seat;
      seat.isShown =
        fold?.see !== undefined && (fold.scan === undefined || (fold.mustSee !== undefined && fold.mustSee(count)));
      areShown ||= seat.isShown;
    }
    return areShown;
  }

  #live(all: Sightings, from: number, to: number): void {
    if (this.#keepsLives) this.lives.take(all, from, to);
    else if (this.#probesAll) this.lives.look(all, from, to);
  }

  #showAll(all: Sightings): void {
    let lived = 0;
    for (let i = 0; i < all.count; i++) {
      const row = all.rows[i] as number;
      const seats = this.#showing[all.chunk.what[row] as number] as Seat[];
      if (seats.length === 0) continue;
      this.#live(all, lived, i);
      lived = i;
      this.#sight.row = row;
      this.#show(seats, this.#sight);
    }
    this.#live(all, lived, all.count);
  }

  #show(seats: readonly Seat[], sight: Sight): void {
    let at = 0;
    try {
      for (; at < seats.length; at++) {
        const seat = seats[at] as Seat;
        if (seat.isShown) seat.fold?.see?.(sight);
      }
    } catch (error) {
      this.#fell(seats[at] as Seat, error);
      // Those after it have not seen the record: now without it.
      this.#show(seats.slice(at + 1), sight);
    }
  }

  /** Of promises of the whole run. */
  scanRun(chunk: HistoryChunk): void {
    for (const seat of this.#seats) {
      try {
        if (seat.error === null) seat.fold?.scanRun?.(chunk);
      } catch (error) {
        this.#fell(seat, error);
      }
    }
  }

  /** It has said nothing, and is shown nothing any more. */
  #fell(seat: Seat, error: unknown): void {
    seat.error = failureOf(error);
    this.#showing.forEach((seats, what) => {
      this.#showing[what] = seats.filter((one) => one !== seat);
    });
  }

  findings(end: End): Judged[] {
    const { resource, promises } = this.of;
    return this.#seats.slice(0, promises.length).map((seat) => {
      const { guarantee } = seat;
      try {
        if (seat.error === null) return { guarantee, resource, ...(seat.fold as Fold).finish(end) };
      } catch (error) {
        seat.error = failureOf(error);
      }
      return { guarantee, resource, ...unknown({}, seat.error) };
    });
  }
}

function isOfRequest(what: number): boolean {
  return what <= What.requestUnknown;
}

function failureOf(error: unknown): string {
  return `The checker failed: ${error instanceof Error ? error.message : String(error)}.`;
}
