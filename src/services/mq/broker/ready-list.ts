/**
 * What can be given out, by priority, then by sequence. Of each priority: the fresh ones, a list in the order in which they came, and a heap of those that
 * came back; the lower sequence of both firsts goes first, so that a message that comes back takes its old place. Where it does not (`isInPlace` false) it goes
 * to the head of the list, behind those that came back before it.
 */
import { type MessageRows, NONE, Place } from './message-rows.ts';
import { ReturnedHeap } from './returned-heap.ts';

class Level {
  head = NONE;
  tail = NONE;
  /** The last of those at the head that came back, where they are in no old place. */
  lastReturned = NONE;
  readonly returned = new ReturnedHeap();
}

/** Two priorities in turn instead of one before the other: high from this number on, and so many of those for each other one, where both wait. */
export interface HighPriority {
  readonly from: number;
  readonly share: number;
}

export class ReadyList<H> {
  count = 0;
  bytes = 0;
  readonly #rows: MessageRows<H>;
  /** By priority, the lowest first. */
  readonly #levels: readonly Level[];
  /** Above it nothing is ready. */
  #top = 0;

  readonly #isInPlace: boolean;
  readonly #high: HighPriority | null;
  /** High ones given out in a row, while others waited. */
  #highs = 0;

  constructor(rows: MessageRows<H>, levels: number, isInPlace = true, high: HighPriority | null = null) {
    this.#high = high;
    this.#rows = rows;
    this.#isInPlace = isInPlace;
    this.#levels = Array.from({ length: levels }, () => new Level());
  }

  get levels(): number {
    return this.#levels.length;
  }

  append(row: number): void {
    const rows = this.#rows;
    const level = this.#enter(row, Place.fresh);
    rows.newer[row] = NONE;
    rows.older[row] = level.tail;
    if (level.tail === NONE) level.head = row;
    else rows.newer[level.tail] = row;
    level.tail = row;
  }

  /** It takes its old place, or one at the head. */
  giveBack(row: number): void {
    if (this.#isInPlace) this.#enter(row, Place.returned).returned.push(this.#rows.sequence[row] as number, row);
    else this.#giveBackToHead(row);
  }
  #giveBackToHead(row: number): void {
    const rows = this.#rows;
    const level = this.#enter(row, Place.fresh);
    const older = level.lastReturned;
    const newer = older === NONE ? level.head : (rows.newer[older] as number);
    rows.older[row] = older;
    rows.newer[row] = newer;
    if (older === NONE) level.head = row;
    else rows.newer[older] = row;
    if (newer === NONE) level.tail = row;
    else rows.older[newer] = row;
    level.lastReturned = row;
  }

  /** The next to be given out; NONE: nothing is ready. */
  first(): number {
    if (this.count === 0) return NONE;
    if (this.#high !== null) return this.#firstInTurn(this.#high.share);
    for (;;) {
      const row = this.firstOf(this.#top);
      if (row !== NONE || this.#top === 0) return row;
      this.#top--;
    }
  }

  #firstInTurn(share: number): number {
    const high = this.firstOf(1);
    const other = this.firstOf(0);
    if (high === NONE) return other;
    return other === NONE || this.#highs < share ? high : other;
  }
  /** It is about to be given out. */
  given(row: number): void {
    if (this.#high === null) return;
    if (this.#levelOf(row) === 0) this.#highs = 0;
    else if (this.firstOf(0) !== NONE) this.#highs++;
  }

  /** The first of a priority. */
  firstOf(priority: number): number {
    const level = this.#levels[priority] as Level;
    if (level.returned.size === 0) return level.head;
    return this.#merged(level);
  }

  /** Takes out any that is ready. */
  remove(row: number): void {
    const rows = this.#rows;
    const level = this.#levels[this.#levelOf(row)] as Level;
    this.count--;
    this.bytes -= rows.bytes[row] as number;
    if (rows.place[row] === Place.returned) {
      rows.place[row] = Place.leaving;
      return;
    }
    rows.place[row] = Place.leaving;
    const older = rows.older[row] as number;
    const newer = rows.newer[row] as number;
    if (row === level.lastReturned) level.lastReturned = older;
    if (older === NONE) level.head = newer;
    else rows.newer[older] = newer;
    if (newer === NONE) level.tail = older;
    else rows.older[newer] = older;
  }

  /** All rows that are ready, in the order in which they would be given out; for what is seldom done. */
  inOrder(): number[] {
    const { newer, place, sequence, used } = this.#rows;
    const ready: number[] = [];
    if (!this.#isInPlace) {
      for (const { head } of this.#levels.toReversed()) {
        for (let row = head; row !== NONE; row = newer[row] as number) ready.push(row);
      }
      return ready;
    }
    for (let row = 0; row < used; row++) {
      if (place[row] === Place.fresh || place[row] === Place.returned) ready.push(row);
    }
    return ready.sort(
      (a, b) => this.#levelOf(b) - this.#levelOf(a) || (sequence[a] as number) - (sequence[b] as number),
    );
  }

  /** Priorities above the highest are the highest. */
  #levelOf(row: number): number {
    const priority = this.#rows.priority[row] as number;
    if (this.#high !== null) return priority >= this.#high.from ? 1 : 0;
    return Math.min(priority, this.#levels.length - 1);
  }

  #enter(row: number, place: Place): Level {
    const rows = this.#rows;
    const priority = this.#levelOf(row);
    rows.place[row] = place;
    this.count++;
    this.bytes += rows.bytes[row] as number;
    if (priority > this.#top) this.#top = priority;
    return this.#levels[priority] as Level;
  }

  #merged({ head, returned }: Level): number {
    const { place, sequence } = this.#rows;
    while (returned.size > 0) {
      const row = returned.topRow;
      if (place[row] === Place.returned && sequence[row] === returned.topSequence) {
        return head === NONE || returned.topSequence < (sequence[head] as number) ? row : head;
      }
      returned.pop();
    }
    return head;
  }
}
