/**
 * Which records wait for a result of which window: what an application owes its stream's ledger.
 *
 *   accepted ─▶ in line ─▶ counted ─▶ the first window that has it gives its result ─▶ finished when the sink has taken that
 *                  └─▶ late: given up
 *
 * A restart drops what comes again: all records behind the positions of the checkpoint. What lies before them is in its state and waits on.
 */
import type { CountWatcher, LateSink, WindowResult } from '../services/analytics/operations.ts';
import type { WindowWitness } from '../services/ports.ts';
import type { RequestTable } from './requests.ts';
import type { StreamReader } from './stream-ledger.ts';

interface Held {
  row: number;
  sequence: number;
  split: number;
  key: number;
  eventTimeUs: number;
  /** false: its number is free. */
  used: boolean;
}

export class WindowLedger implements CountWatcher, LateSink {
  readonly #requests: RequestTable;
  readonly #reader: StreamReader;
  readonly #eventTimeOf: (row: number) => number;
  readonly #witness: WindowWitness | null;
  readonly #held: Held[] = [];
  readonly #free: number[] = [];
  /** Counted records of a key whose result has not come, in the order of counting. */
  readonly #waiting = new Map<number, number[]>();
  /** Records of results that are about to leave. */
  readonly #leaving = new Map<string, readonly number[]>();
  /** The record of a key that was counted last: its row stands for results of the key. null: nobody asks. */
  readonly #last: Map<number, number> | null;

  /** `keepsLast`: whether results are sent to somebody under the row of a record. `witness`: null: nobody listens. */
  constructor(
    requests: RequestTable,
    reader: StreamReader,
    eventTimeOf: (row: number) => number,
    { keepsLast, witness }: { readonly keepsLast: boolean; readonly witness: WindowWitness | null },
  ) {
    this.#witness = witness;
    this.#requests = requests;
    this.#reader = reader;
    this.#eventTimeOf = eventTimeOf;
    this.#last = keepsLast ? new Map() : null;
  }

  /** A record that is about to be given to the application: its number there. The ledger has the hold of its row from now on. */
  enter(row: number, sequence: number, split: number): number {
    const eventTimeUs = this.#eventTimeOf(row);
    const held = { row, sequence, split, key: this.#requests.key(row), eventTimeUs, used: true };
    const record = this.#free.pop() ?? this.#held.length;
    this.#held[record] = held;
    return record;
  }
  /** It was refused: its row is the caller's again. */
  takeBack(record: number): void {
    this.#leave(record);
  }

  keyOf(record: number): number {
    return this.#at(record).key;
  }
  eventTimeUsOf(record: number): number {
    return this.#at(record).eventTimeUs;
  }
  ordinalOf(record: number): number {
    return this.#requests.ordinal(this.#at(record).row);
  }

  counting(record: number, key: number): void {
    if (this.#witness !== null) {
      const { split, row, sequence, eventTimeUs } = this.#at(record);
      this.#witness.counting(split, row, key, sequence, eventTimeUs);
    }
    this.#wait(key, record);
    if (this.#last !== null) this.#standFor(key, this.#at(record).row, this.#last);
  }

  /** Those that wait for the result are its own from now on: what is counted until it leaves is not in it. */
  fired(key: number, startUs: number, endUs: number, count: number, firing: number): void {
    this.#witness?.result(key, startUs, endUs, count);
    const waiting = this.#waiting.get(key) ?? [];
    const isIn = (record: number): boolean => {
      const { eventTimeUs } = this.#at(record);
      return eventTimeUs >= startUs && eventTimeUs < endUs;
    };
    const taken = waiting.filter(isIn);
    if (taken.length === 0) return;
    this.#keep(
      key,
      waiting.filter((record) => !isIn(record)),
    );
    const result = nameOf(key, startUs, firing);
    this.#leaving.set(result, [...(this.#leaving.get(result) ?? []), ...taken]);
  }

  /** It was counted in no window, so no result will have it. */
  late(record: number, key: number): void {
    const waiting = this.#waiting.get(key) as number[];
    waiting.splice(waiting.lastIndexOf(record), 1);
    this.#keep(key, waiting);
    const { split, row, sequence, eventTimeUs } = this.#at(record);
    this.#witness?.late(split, row, key, sequence, eventTimeUs);
    this.#reader.giveUp(row, sequence);
    this.#drop(record);
  }

  /** The records that have waited for this result; whoever has them finishes them. */
  take({ key, startUs, firing }: WindowResult): readonly number[] {
    const result = nameOf(key, startUs, firing);
    const records = this.#leaving.get(result) ?? [];
    this.#leaving.delete(result);
    return records;
  }

  finish(records: readonly number[]): void {
    for (const record of records) {
      const { split, row, sequence, key, eventTimeUs } = this.#at(record);
      this.#witness?.counted(split, row, key, sequence, eventTimeUs);
      this.#reader.finish(row, sequence);
      this.#drop(record);
    }
  }

  /** The row of the record of a key that was counted last; where results are sent to somebody. */
  rowOf(key: number): number {
    return this.#last?.get(key) as number;
  }

  /** `pending`: records of results that have left and are not taken yet: they are the sink's. */
  restore(positions: readonly number[], isPending: (record: number) => boolean): void {
    // Results that have not left never will: the restored windows give them anew.
    for (const records of this.#leaving.values())
      for (const record of records) this.#wait(this.#at(record).key, record);
    this.#leaving.clear();
    this.#held.forEach(({ used, split, sequence }, record) => {
      if (!used || isPending(record) || sequence <= (positions[split] ?? -1)) return;
      this.#drop(record);
    });
    for (const [key, waiting] of this.#waiting)
      this.#keep(
        key,
        waiting.filter((record) => this.#at(record).used),
      );
  }

  #wait(key: number, record: number): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) this.#waiting.set(key, [record]);
    else waiting.push(record);
  }
  #keep(key: number, waiting: number[]): void {
    if (waiting.length > 0) this.#waiting.set(key, waiting);
    else this.#waiting.delete(key);
  }

  /** Parked, so that no run waits for it. */
  #standFor(key: number, row: number, last: Map<number, number>): void {
    const before = last.get(key);
    if (before === row) return;
    this.#requests.retain(row);
    this.#requests.park(row);
    last.set(key, row);
    if (before === undefined) return;
    this.#requests.unpark(before);
    this.#requests.release(before);
  }

  #drop(record: number): void {
    this.#reader.letGo(this.#at(record).row);
    this.#leave(record);
  }
  #leave(record: number): void {
    this.#at(record).used = false;
    this.#free.push(record);
  }
  #at(record: number): Held {
    return this.#held[record] as Held;
  }
}

/** A result, within one attempt to run. */
function nameOf(key: number, startUs: number, firing: number): string {
  return `${key} ${startUs} ${firing}`;
}
