// The future event list: three places, earliest first.
//
//   instant ── four FIFO queues, one a phase: what is due at `now` itself (delay 0, or a whole tick taken from the wheel)
//   bottom ─── a short sorted array: everything before `bottomEnd`
//   wheel ──── seven levels of 256 buckets (1 µs, 256 µs, 65.5 ms, 16.8 s, 71 min, 12.7 d, 8.9 y wide): the rest, unsorted
//
// When bottom is empty the earliest bucket is sorted into it, or, if it holds many, spread one level down. With few events all
// live in bottom. Every move keeps the order of equals, so no event needs a sequence number. docs/decisions/0001-event-list.md

import { CHUNK_MASK, CHUNK_SHIFT, ChunkStore } from './chunk-store.ts';
import { KernelError } from './errors.ts';
import {
  BOTTOM_LENGTH,
  BOTTOM_STARTS,
  LEVELS,
  MAX_PENDING,
  NOTHING,
  OF_SEAT,
  PER_TWO_POW_32,
  SEAT_MASK,
  SMALL,
  SORTED_AT_MOST,
  SPILL_ABOVE,
  SPILL_KEEPS,
  TWO_POW_26,
  TWO_POW_32,
} from './event-list-numbers.ts';
import type { Handle } from './time.ts';
import { WordQueue } from './word-queue.ts';

export { NOTHING };

/** Width of a bucket of each level in microseconds. */
const WIDTH_US = [1, 256, 65536, 16777216, 4294967296, 1099511627776, 281474976710656];

/**
 * Pending events in the order (time, phase, insertion). An event is a slot (generation, handler, argument) and an entry, its time and its
 * word: slot × 4 + phase. A cancelled event's entry stays until it is met or swept; there are never more of those than live ones.
 *
 * Whoever has one event after another, and never two at once, takes a seat: its events need no slot, handler or generation. Their words are negative.
 */
export class EventList {
  // Every field starts with a value of its kind, a double with a fraction: the engine chooses a field's representation by what it is
  // first given, and without an initialiser that is `undefined`.

  /** The clock: time of the event taken last, µs. */
  now = 0.5;
  /** Live pending events. */
  count = 0;
  /** Seat of the event that is being executed, NOTHING if it has none. A number: storing a new object in an old one costs more. */
  active = 0;
  /** Handler and argument of slot s at 2s and 2s + 1. No handler: free (then 2s + 1 holds the next free slot) or cancelled. */
  readonly cells: unknown[] = [];
  /** Who has seat s. Undefined while the entry of its cancelled event is still held. */
  readonly seats: (object | undefined)[] = [];
  /** Seats that can be taken; what they hold is for the next one there. */
  private freeSeats = new Int32Array(64);
  private freeSeatCount = 0;

  private generations = new Int32Array(64);
  private free = NOTHING;
  private slots = 0;
  /** Entries whose event was cancelled. */
  private dead = 0;

  private readonly store = new ChunkStore();
  /** Queues of the instant, one a phase (that of the usual phase, 1, at hand), and phases in use as bits. */
  private readonly usual = new WordQueue();
  private readonly instant = [new WordQueue(), this.usual, new WordQueue(), new WordQueue()];
  private instantMask = 0;

  private bottomTimes = new Float64Array(BOTTOM_LENGTH);
  private bottomWords = new Int32Array(BOTTOM_LENGTH);
  private bottomHead = BOTTOM_STARTS;
  private bottomTail = BOTTOM_STARTS;
  /** Everything before it is in bottom (or due now), everything from it on in the wheel. */
  private bottomEnd = 0.5;

  /** The wheel's cursor: an event's level is the highest byte in which its time differs from the cursor's. */
  private cursorLow = 0;
  private cursorHigh = 0;
  private wheelCount = 0;
  /** Which buckets are in use: 8 words a level; which words of a level; which levels. */
  private readonly used = new Int32Array(LEVELS * 8);
  private readonly usedWords = new Int32Array(LEVELS);
  private usedLevels = 0;

  constructor() {
    this.now = 0;
    this.active = NOTHING;
    this.bottomEnd = Number.POSITIVE_INFINITY;
  }

  /** Bytes held for pending events: what grows with them. */
  get bytes(): number {
    return (
      this.generations.byteLength +
      this.slots * 16 +
      this.store.bytes +
      this.instant.reduce((sum, queue) => sum + queue.bytes, 0)
    );
  }

  /** Cancelled events whose entries are still held: at most as many as live ones. */
  get cancelled(): number {
    return this.dead;
  }

  /** Takes a slot for (handler, argument); `insert` must follow. Throws KernelError `too-many-pending`. */
  take(handler: unknown, argument: unknown): number {
    const slot = this.free;
    if (slot === NOTHING) return this.takeNew(handler, argument);
    const cells = this.cells;
    this.free = cells[slot * 2 + 1] as number;
    cells[slot * 2] = handler;
    cells[slot * 2 + 1] = argument;
    this.count++;
    return slot;
  }

  /** The generation of a slot, 27 bits: it changes whenever the slot's event has run or is cancelled. */
  generation(slot: number): number {
    return (this.generations[slot] as number) & 0x7ffffff;
  }

  /** Whether this generation of the slot is pending. */
  holds(slot: number, generation: number): boolean {
    return slot < this.slots && this.generation(slot) === generation && this.cells[slot * 2] !== undefined;
  }

  /** The handle of a slot just taken: generation × 2^26 + slot, 27 + 26 bits, a whole number below 2^53. */
  handle(slot: number): Handle {
    return this.generation(slot) * TWO_POW_26 + slot;
  }

  /** Cancels the event of a handle: true if it was pending. Any other number gives false. */
  cancelHandle(handle: Handle): boolean {
    const generation = Math.floor(handle / TWO_POW_26);
    const slot = handle - generation * TWO_POW_26;
    if (slot !== slot >>> 0 || !this.holds(slot, generation)) return false;
    this.cancel(slot);
    return true;
  }

  /** Files a slot just taken under (time, phase), after its equals. `time` is whole and not before `now`. */
  insert(slot: number, time: number, phase: number): void {
    const word = (slot << 2) | phase;
    if (time === this.now) this.addToInstant(word);
    else if (time < this.bottomEnd) this.addToBottom(time, word);
    else this.addToWheel(time, word);
  }

  /** A free seat; the caller fills it. Throws KernelError `too-many-pending`. */
  takeSeat(): number {
    const left = this.freeSeatCount - 1;
    if (left < 0) return this.newSeat();
    this.freeSeatCount = left;
    return this.freeSeats[left] as number;
  }

  private newSeat(): number {
    if (this.seats.length === SEAT_MASK)
      throw new KernelError('too-many-pending', `more than ${SEAT_MASK} processes at ${this.now} µs`);
    return this.seats.push(undefined) - 1;
  }

  leaveSeat(seat: number): void {
    const count = this.freeSeatCount;
    if (count === this.freeSeats.length) this.freeSeats = widened(this.freeSeats);
    this.freeSeats[count] = seat;
    this.freeSeatCount = count + 1;
  }

  /** Files an event of a seat that has none, given by its word. `time` is whole and not before `now`. */
  insertForSeat(word: number, time: number): void {
    this.count++;
    if (time === this.now) this.addToInstant(word);
    else if (time < this.bottomEnd) this.addToBottom(time, word);
    else this.addToWheel(time, word);
  }

  /** The same at `now`. */
  wakeSeat(word: number): void {
    this.count++;
    this.addToInstant(word);
  }

  /** Cancels the event of a seat. The seat is lost with it, until the entry has gone. */
  cancelOfSeat(seat: number): void {
    this.seats[seat] = undefined;
    this.count--;
    this.dead++;
    if (this.dead > this.count) this.sweep();
  }

  /**
   * Takes the earliest event out, moves the clock to it, and returns its word (its slot is to be given back; with a seat, `count` to be lowered); NOTHING if there is none up
   * to `until`, which is not before `now`.
   */
  next(until: number): number {
    if ((this.instantMask | this.dead) === 0) {
      const head = this.bottomHead;
      if (head < this.bottomTail) {
        const time = this.bottomTimes[head] as number;
        if (time > until) return NOTHING;
        this.bottomHead = head + 1;
        this.now = time;
        return this.bottomWords[head] as number;
      }
    } else if (this.dead === 0) return this.takeOfInstant();
    // Told to be a word, the result needs no check by the caller.
    return this.nextOfAny(until) | 0;
  }

  /** Gives back the slot of an event that was taken out. */
  giveBack(slot: number): void {
    this.generations[slot] = ((this.generations[slot] as number) + 1) | 0;
    this.count--;
    this.release(slot);
  }

  /** Cancels a pending event: at once for the caller, its entry goes later. */
  cancel(slot: number): void {
    this.generations[slot] = ((this.generations[slot] as number) + 1) | 0;
    this.cells[slot * 2] = undefined;
    this.cells[slot * 2 + 1] = undefined;
    this.count--;
    this.dead++;
    if (this.dead > this.count) this.sweep();
  }

  /** Time of the earliest event, Infinity without one. Not for hot paths. */
  earliest(): number {
    if (this.dead > 0) this.sweep();
    if (this.instantMask !== 0) return this.now;
    if (this.bottomHead < this.bottomTail) return this.bottomTimes[this.bottomHead] as number;
    if (this.wheelCount === 0) return Number.POSITIVE_INFINITY;
    let earliest = Number.POSITIVE_INFINITY;
    this.store.forEach(this.firstBucket(), (time) => {
      if (time < earliest) earliest = time;
    });
    return earliest;
  }

  isDead(word: number): boolean {
    if (word < 0) return this.seats[seatOf(word)] === undefined;
    return this.cells[(word >> 2) * 2] === undefined;
  }

  private release(slot: number): void {
    this.cells[slot * 2] = undefined;
    this.cells[slot * 2 + 1] = this.free;
    this.free = slot;
  }

  /** The entry of a cancelled event has gone (or the event was cancelled after it was taken out): now its slot can be used again. */
  bury(word: number): void {
    this.dead--;
    if (word < 0) this.leaveSeat(seatOf(word));
    else this.release(word >> 2);
  }

  private nextOfAny(until: number): number {
    // The event to be taken is one live one less.
    if (this.dead > 0 && this.dead >= this.count) this.sweep();
    for (;;) {
      if (this.instantMask !== 0) {
        const word = this.takeOfInstant();
        if (!this.isDead(word)) return word;
        this.bury(word);
      } else if (this.bottomHead < this.bottomTail) {
        const head = this.bottomHead;
        const word = this.bottomWords[head] as number;
        const time = this.bottomTimes[head] as number;
        if (this.isDead(word)) this.bury(word);
        else if (time > until) return NOTHING;
        else {
          this.bottomHead = head + 1;
          this.now = time;
          return word;
        }
        this.bottomHead = head + 1;
      } else if (!this.refill(until)) return NOTHING;
    }
  }

  // ── instant ──

  private addToInstant(word: number): void {
    if ((word & 3) === 1) {
      this.usual.put(word);
      this.instantMask |= 2;
    } else this.addToInstantOfPhase(word, word & 3);
  }

  private addToInstantOfPhase(word: number, phase: number): void {
    (this.instant[phase] as WordQueue).put(word);
    this.instantMask |= 1 << phase;
  }

  /** What bottom still holds for this instant was scheduled before it, so among equal phases it goes first. */
  private takeOfInstant(): number {
    const mask = this.instantMask;
    const phase = lowestBit(mask);
    const head = this.bottomHead;
    if (head < this.bottomTail && this.bottomTimes[head] === this.now) {
      const word = this.bottomWords[head] as number;
      if ((word & 3) <= phase) {
        this.bottomHead = head + 1;
        return word;
      }
    }
    const queue = phase === 1 ? this.usual : (this.instant[phase] as WordQueue);
    const word = queue.take();
    if (queue.isEmpty) this.instantMask = mask & (mask - 1);
    return word;
  }

  // ── bottom ──

  private addToBottom(time: number, word: number): void {
    if (this.bottomTail === BOTTOM_LENGTH) this.makeRoom();
    const head = this.bottomHead;
    const tail = this.bottomTail;
    const times = this.bottomTimes;
    if (tail === head || (times[tail - 1] as number) < time) {
      times[tail] = time;
      this.bottomWords[tail] = word;
      this.bottomTail = tail + 1;
    } else if (head > 0 && time < (times[head] as number)) {
      times[head - 1] = time;
      this.bottomWords[head - 1] = word;
      this.bottomHead = head - 1;
    } else this.addWithinBottom(time, word);
    if (tail - head >= SPILL_ABOVE) this.spill();
  }

  /** Opens a gap from the nearer end: with timers far ahead the next few microseconds cost no more than without them. */
  private addWithinBottom(time: number, word: number): void {
    const times = this.bottomTimes;
    const words = this.bottomWords;
    const head = this.bottomHead;
    const tail = this.bottomTail;
    if (head > 0 && time < (times[(head + tail) >> 1] as number)) {
      let i = head;
      while (comesBefore(times[i] as number, words[i] as number, time, word)) {
        times[i - 1] = times[i] as number;
        words[i - 1] = words[i] as number;
        i++;
      }
      times[i - 1] = time;
      words[i - 1] = word;
      this.bottomHead = head - 1;
    } else {
      let i = tail;
      while (i > head && !comesBefore(times[i - 1] as number, words[i - 1] as number, time, word)) {
        times[i] = times[i - 1] as number;
        words[i] = words[i - 1] as number;
        i--;
      }
      times[i] = time;
      words[i] = word;
      this.bottomTail = tail + 1;
    }
  }

  /** Moves bottom, which never holds more than a few dozen, back to where it starts. */
  private makeRoom(): void {
    this.bottomTimes.copyWithin(BOTTOM_STARTS, this.bottomHead, this.bottomTail);
    this.bottomWords.copyWithin(BOTTOM_STARTS, this.bottomHead, this.bottomTail);
    this.bottomTail -= this.bottomHead - BOTTOM_STARTS;
    this.bottomHead = BOTTOM_STARTS;
  }

  /**
   * Keeps the earliest few and moves the rest to the wheel, whose cursor goes back to the cut. Never a cut at `now`: newcomers of
   * that instant go to its queues, and would pass those that the wheel holds.
   */
  private spill(): void {
    const times = this.bottomTimes;
    const cut = Math.max(times[this.bottomHead + SPILL_KEEPS] as number, this.now + 1);
    const tail = this.bottomTail;
    let keep = tail;
    while (keep > this.bottomHead && (times[keep - 1] as number) >= cut) keep--;
    this.bottomTail = keep;
    this.bottomEnd = cut;
    this.moveCursorBack(cut);
    for (let i = keep; i < tail; i++) this.addToWheel(times[i] as number, this.bottomWords[i] as number);
  }

  // ── wheel ──

  private addToWheel(time: number, word: number): void {
    const bucket = this.bucketOf(time);
    if (this.store.append(bucket, time, word) === 1) this.markUsed(bucket);
    this.wheelCount++;
  }

  /** The bucket of a time, given the cursor: level × 256 + byte of that level. */
  private bucketOf(time: number): number {
    const low = time | 0;
    const high = (time * PER_TWO_POW_32) | 0;
    if (high === this.cursorHigh) {
      const level = (31 - Math.clz32((low ^ this.cursorLow) | 1)) >> 3;
      return (level << 8) | ((low >>> (level << 3)) & 255);
    }
    const level = (31 - Math.clz32(high ^ this.cursorHigh)) >> 3;
    return ((level + 4) << 8) | ((high >>> (level << 3)) & 255);
  }

  /** Moves the cursor on, to within or before the earliest bucket in use: no event changes its level. */
  private moveCursor(time: number): void {
    this.cursorLow = time | 0;
    this.cursorHigh = (time * PER_TWO_POW_32) | 0;
  }

  /**
   * Moves the cursor back. Events that shared a byte with it which the earlier cursor lacks belong one level higher now, all in one bucket.
   * Equal times are together before and after, so they keep their order; and since the clock passes a byte's border once, no event
   * comes here more often than there are levels.
   */
  private moveCursorBack(time: number): void {
    const passed = this.bucketOf(time) >> 8;
    this.moveCursor(time);
    while ((this.usedLevels & ((1 << passed) - 1)) !== 0) this.refile(this.firstBucket());
  }

  /** Files all of a bucket anew, after the cursor has moved. */
  private refile(bucket: number): void {
    this.wheelCount -= this.store.size(bucket);
    this.markUnused(bucket);
    const store = this.store;
    const size = store.detach(bucket);
    for (let i = 0; i < size; i++) {
      const at = store.advance(i);
      this.addToWheel(store.times[at] as number, store.words[at] as number);
    }
    store.endDetached();
  }

  private markUsed(bucket: number): void {
    const level = bucket >> 8;
    this.used[bucket >> 5] = (this.used[bucket >> 5] as number) | (1 << (bucket & 31));
    this.usedWords[level] = (this.usedWords[level] as number) | (1 << ((bucket >> 5) & 7));
    this.usedLevels |= 1 << level;
  }

  private markUnused(bucket: number): void {
    const level = bucket >> 8;
    const word = (this.used[bucket >> 5] as number) & ~(1 << (bucket & 31));
    this.used[bucket >> 5] = word;
    if (word !== 0) return;
    const words = (this.usedWords[level] as number) & ~(1 << ((bucket >> 5) & 7));
    this.usedWords[level] = words;
    if (words === 0) this.usedLevels &= ~(1 << level);
  }

  /** The earliest bucket in use: any of a lower level is before all of a higher one. */
  private firstBucket(): number {
    const level = lowestBit(this.usedLevels);
    const word = (level << 3) | lowestBit(this.usedWords[level] as number);
    return (word << 5) | lowestBit(this.used[word] as number);
  }

  private startOf(bucket: number): number {
    const level = bucket >> 8;
    const index = bucket & 255;
    if (level < 4) {
      const shift = level << 3;
      const above = shift === 24 ? 0 : this.cursorLow & (-1 << (shift + 8));
      return this.cursorHigh * TWO_POW_32 + ((above | (index << shift)) >>> 0);
    }
    const shift = (level - 4) << 3;
    return ((this.cursorHigh & (-1 << (shift + 8))) | (index << shift)) * TWO_POW_32;
  }

  /** Bottom and instant are empty. Opens buckets until there is something in one of them; none that starts after `until`. */
  private refill(until: number): boolean {
    this.bottomHead = BOTTOM_STARTS;
    this.bottomTail = BOTTOM_STARTS;
    for (;;) {
      if (this.wheelCount === 0) {
        this.bottomEnd = Number.POSITIVE_INFINITY;
        return false;
      }
      const bucket = this.firstBucket();
      const start = this.startOf(bucket);
      if (start > until) return false;
      if (this.dead > 0 && this.sweepBucket(bucket) === 0) continue;
      if (bucket < 256) {
        this.openTick(bucket, start);
        return true;
      }
      if (this.store.size(bucket) === 1) {
        this.openSingle(bucket, start);
        return true;
      }
      const all = this.wheelCount <= SMALL;
      if (all || this.store.size(bucket) <= SORTED_AT_MOST) {
        this.sort(bucket, start, all);
        return true;
      }
      this.moveCursor(start);
      this.bottomEnd = start;
      this.refile(bucket);
    }
  }

  /** A bucket one tick wide, all live: nothing to sort, only phases to tell apart. */
  private openTick(bucket: number, time: number): void {
    this.moveCursor(time);
    this.now = time;
    this.empty(bucket, true);
    this.bottomEnd = this.wheelCount === 0 ? Number.POSITIVE_INFINITY : time + 1;
  }

  /** The usual case where events are sparse. */
  private openSingle(bucket: number, start: number): void {
    const end = start + (WIDTH_US[bucket >> 8] as number);
    this.moveCursor(end - 1);
    this.markUnused(bucket);
    const entry = this.store.takeSingle(bucket);
    this.bottomTimes[BOTTOM_STARTS] = this.store.times[entry] as number;
    this.bottomWords[BOTTOM_STARTS] = this.store.words[entry] as number;
    this.bottomTail = BOTTOM_STARTS + 1;
    this.wheelCount--;
    this.bottomEnd = this.wheelCount === 0 ? Number.POSITIVE_INFINITY : end;
  }

  /** Moves the bucket, or with `all` the whole wheel, to bottom. */
  private sort(first: number, start: number, all: boolean): void {
    let bucket = first;
    for (;;) {
      this.moveCursor(this.startOf(bucket) + (WIDTH_US[bucket >> 8] as number) - 1);
      this.empty(bucket, false);
      if (!all || this.wheelCount === 0) break;
      bucket = this.firstBucket();
    }
    this.bottomEnd = this.wheelCount === 0 ? Number.POSITIVE_INFINITY : start + (WIDTH_US[first >> 8] as number);
  }

  private empty(bucket: number, toInstant: boolean): void {
    const store = this.store;
    this.markUnused(bucket);
    const size = store.detach(bucket);
    this.wheelCount -= size;
    for (let i = 0; i < size; i++) {
      const at = store.advance(i);
      const word = store.words[at] as number;
      // Reading the handler here also brings it to the cache before its event runs: these reads don't wait for one another.
      if (this.isDead(word)) this.bury(word);
      else if (toInstant) this.addToInstant(word);
      else this.addToBottom(store.times[at] as number, word);
    }
    store.endDetached();
  }

  // ── cancelled events ──

  /** Drops the entries of all cancelled events. */
  private sweep(): void {
    let kept = this.bottomHead;
    for (let i = this.bottomHead; i < this.bottomTail; i++) {
      const word = this.bottomWords[i] as number;
      if (this.isDead(word)) {
        this.bury(word);
        continue;
      }
      this.bottomTimes[kept] = this.bottomTimes[i] as number;
      this.bottomWords[kept++] = word;
    }
    this.bottomTail = kept;
    for (let phase = 0; phase < 4; phase++) this.sweepInstant(phase);
    for (let i = 0; i < this.used.length && this.dead > 0; i++) {
      for (let bits = this.used[i] as number; bits !== 0; bits &= bits - 1)
        this.sweepBucket((i << 5) | lowestBit(bits));
    }
  }

  private sweepInstant(phase: number): void {
    const queue = this.instant[phase] as WordQueue;
    for (let left = queue.size; left > 0; left--) {
      const word = queue.take();
      if (this.isDead(word)) this.bury(word);
      else queue.put(word);
    }
    if (queue.isEmpty) this.instantMask &= ~(1 << phase);
  }

  /** Drops the cancelled of one bucket, where it lies; returns how many are left. */
  private sweepBucket(bucket: number): number {
    const store = this.store;
    const { times, words } = store;
    const size = store.size(bucket);
    let from = store.firstChunk(bucket);
    let to = from;
    let kept = 0;
    for (let i = 0; i < size; i++) {
      if (i > 0 && (i & CHUNK_MASK) === 0) from = store.nextChunk(from);
      const entry = (from << CHUNK_SHIFT) | (i & CHUNK_MASK);
      const word = words[entry] as number;
      if (this.isDead(word)) {
        this.bury(word);
        continue;
      }
      if (kept > 0 && (kept & CHUNK_MASK) === 0) to = store.nextChunk(to);
      if (kept !== i) {
        const target = (to << CHUNK_SHIFT) | (kept & CHUNK_MASK);
        times[target] = times[entry] as number;
        words[target] = word;
      }
      kept++;
    }
    if (kept < size) {
      store.truncate(bucket, to, kept);
      this.wheelCount -= size - kept;
      if (kept === 0) this.markUnused(bucket);
    }
    return kept;
  }

  // ── slots ──

  private takeNew(handler: unknown, argument: unknown): number {
    const slot = this.slots;
    if (slot === MAX_PENDING) {
      throw new KernelError(
        'too-many-pending',
        `more than ${MAX_PENDING} pending events at ${this.now} µs; schedule the next event of a sequence when the one before runs`,
      );
    }
    if (slot === this.generations.length) {
      this.generations = widened(this.generations);
    }
    this.slots = slot + 1;
    this.cells.push(handler, argument);
    this.count++;
    return slot;
  }
}

/** Of a word below NOTHING. */
export function seatOf(word: number): number {
  return (word >> 2) & SEAT_MASK;
}

/** The word of the events of a seat. */
export function wordOf(seat: number, phase: number): number {
  return OF_SEAT | (seat << 2) | phase;
}

function widened(array: Int32Array): Int32Array<ArrayBuffer> {
  const { length } = array;
  const wider = new Int32Array(length < 65536 ? length * 2 : length + (length >> 2));
  wider.set(array);
  return wider;
}

/** Whether the first, which was inserted earlier, also runs earlier. */
function comesBefore(time: number, word: number, newTime: number, newWord: number): boolean {
  return time < newTime || (time === newTime && (word & 3) <= (newWord & 3));
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
