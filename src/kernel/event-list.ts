// The future event list: three places, earliest first.
//
//   instant ── four FIFO lists, one a phase: what is due at `now` itself (delay 0, or a whole tick taken from the wheel)
//   bottom ─── a short sorted array: everything before `bottomEnd`
//   wheel ──── seven levels of 256 buckets (1 µs, 256 µs, 65.5 ms, 16.8 s, 71 min, 12.7 d, 8.9 y wide): the rest, unsorted
//
// When bottom is empty the earliest bucket is sorted into it, or, if it holds many, spread one level down. With few events all
// live in bottom. Every move keeps the order of equals, so no event needs a sequence number. docs/decisions/0001-event-list.md

import { KernelError } from './errors.ts';
import { MAX_TIME_US } from './time.ts';

/** Pending events at most; the array of handlers and arguments can't grow much further. */
export const MAX_PENDING = 33_554_432;

/** `next` found nothing due. */
export const NOTHING = -1;

/** A bucket of at most this many is sorted into bottom; a fuller one is spread. */
const SORTED_AT_MOST = 48;
/** Bottom is spilled to the wheel above this many, down to the earliest few. */
const SPILL_ABOVE = 64;
const SPILL_KEEPS = 16;
/** With at most this many left in the wheel all of them come to bottom. */
const SMALL = 24;

const LEVELS = 7;
const BUCKETS = LEVELS * 256;
/** Width of a bucket of each level in microseconds. */
const WIDTH_US = [1, 256, 65536, 16777216, 4294967296, 1099511627776, 281474976710656];
const TWO_POW_32 = 4294967296;
const PER_TWO_POW_32 = 1 / 4294967296;

// A slot is 24 bytes seen through two views of one buffer (one cache line mostly, where columns would be four):
// Float64 at 3s: time; Int32 at 6s + 2: next, + 3: previous, + 4: generation (27 bits) and phase (2 bits), + 5: unused.
const NEXT = 2;
const PREVIOUS = 3;
const META = 4;
const ONE_GENERATION = 32;
const GENERATION_SHIFT = 5;
const PHASE = 3;
const END = -1;
/** In place of the previous slot: this event is in bottom. */
const IN_BOTTOM = -2;

/** Pending events in the order (time, phase, insertion), with removal of any of them. Names each by its slot. */
export class EventList {
  /** The clock: time of the event taken last, µs. */
  now: number;
  /** Live pending events. */
  count = 0;
  /** Handler and argument of slot s at 2s and 2s + 1. */
  readonly cells: unknown[] = [];

  private times: Float64Array;
  private words: Int32Array;
  private free = END;
  private slots = 0;
  private capacity = 0;

  private instantMask = 0;
  private readonly instantHeads = new Int32Array(4).fill(END);
  private readonly instantTails = new Int32Array(4).fill(END);

  private bottomTimes = new Float64Array(256);
  private bottomSlots = new Int32Array(256);
  private bottomHead = 0;
  private bottomTail = 0;
  /** Everything before it is in bottom (or due now), everything from it on in the wheel. */
  private bottomEnd: number;

  /** The wheel's cursor: an event's level is the highest byte in which its time differs from the cursor's. */
  private cursorLow = 0;
  private cursorHigh = 0;
  private wheelCount = 0;
  /** head, tail, count and padding of each bucket. */
  private readonly buckets = new Int32Array(BUCKETS * 4);
  /** Which buckets are in use: 8 words a level; which words of a level; which levels. */
  private readonly used = new Int32Array(LEVELS * 8);
  private readonly usedWords = new Int32Array(LEVELS);
  private usedLevels = 0;

  constructor() {
    // A fraction first, so that the engine keeps these fields as doubles from the start.
    this.now = 0.5;
    this.bottomEnd = 0.5;
    this.now = 0;
    this.bottomEnd = Number.POSITIVE_INFINITY;
    this.times = new Float64Array(0);
    this.words = new Int32Array(0);
    this.widen(64);
  }

  /** Bytes held for slots: 24 of numbers and 16 of references each. */
  get bytes(): number {
    return this.words.byteLength + this.slots * 16;
  }

  /** Takes a slot for (handler, argument); `insert` must follow. Throws KernelError `too-many-pending`. */
  take(handler: unknown, argument: unknown): number {
    const slot = this.free;
    if (slot === END) return this.takeNew(handler, argument);
    this.free = this.words[slot * 6 + NEXT] as number;
    const cells = this.cells;
    cells[slot * 2] = handler;
    cells[slot * 2 + 1] = argument;
    this.count++;
    return slot;
  }

  /** The generation of a slot: it changes whenever the slot is given back. */
  generation(slot: number): number {
    return (this.words[slot * 6 + META] as number) >>> GENERATION_SHIFT;
  }

  phase(slot: number): number {
    return (this.words[slot * 6 + META] as number) & PHASE;
  }

  /** Whether this generation of the slot is pending. */
  holds(slot: number, generation: number): boolean {
    return slot < this.slots && this.generation(slot) === generation && this.cells[slot * 2] !== undefined;
  }

  /** Files a slot just taken under (time, phase), after its equals. `time` is whole and not before `now`. */
  insert(slot: number, time: number, phase: number): void {
    const meta = slot * 6 + META;
    this.words[meta] = ((this.words[meta] as number) & ~PHASE) | phase;
    if (time === this.now) this.addToInstant(slot, phase);
    else if (time < this.bottomEnd) this.addToBottom(slot, time, phase);
    else {
      this.times[slot * 3] = time;
      this.addToWheel(slot, time);
    }
  }

  /** Takes the earliest event out, moves the clock to it, and returns its slot (to be given back); NOTHING if there is none up to `until`. */
  next(until: number): number {
    if (this.instantMask !== 0) return this.nextOfInstant();
    const head = this.bottomHead;
    if (head === this.bottomTail) return this.nextOfWheel(until);
    const time = this.bottomTimes[head] as number;
    if (time > until) return NOTHING;
    this.bottomHead = head + 1;
    this.now = time;
    return this.bottomSlots[head] as number;
  }

  /** Gives back the slot of an event that was taken out. */
  giveBack(slot: number): void {
    const word = slot * 6;
    this.words[word + NEXT] = this.free;
    this.words[word + META] = ((this.words[word + META] as number) + ONE_GENERATION) | 0;
    this.free = slot;
    this.cells[slot * 2] = undefined;
    this.cells[slot * 2 + 1] = undefined;
    this.count--;
  }

  /** Takes a pending event out, wherever it is, and gives its slot back. */
  remove(slot: number): void {
    if (this.words[slot * 6 + PREVIOUS] === IN_BOTTOM) this.removeFromBottom(slot);
    else if (this.times[slot * 3] === this.now) this.removeFromInstant(slot);
    else this.removeFromWheel(slot);
    this.giveBack(slot);
  }

  /** Time of the earliest event, Infinity without one. Looks only; not for hot paths. */
  earliest(): number {
    if (this.instantMask !== 0) return this.now;
    if (this.bottomHead < this.bottomTail) return this.bottomTimes[this.bottomHead] as number;
    if (this.wheelCount === 0) return Number.POSITIVE_INFINITY;
    let earliest = Number.POSITIVE_INFINITY;
    let slot = this.buckets[this.firstBucket() * 4] as number;
    for (; slot !== END; slot = this.words[slot * 6 + NEXT] as number) {
      earliest = Math.min(earliest, this.times[slot * 3] as number);
    }
    return earliest;
  }

  // ── instant ──

  private addToInstant(slot: number, phase: number): void {
    const word = slot * 6;
    const tail = this.instantTails[phase] as number;
    this.times[slot * 3] = this.now;
    this.words[word + NEXT] = END;
    this.words[word + PREVIOUS] = tail;
    if (tail === END) {
      this.instantHeads[phase] = slot;
      this.instantMask |= 1 << phase;
    } else this.words[tail * 6 + NEXT] = slot;
    this.instantTails[phase] = slot;
  }

  /** What bottom still holds for this instant was scheduled before it, so among equal phases it goes first. */
  private nextOfInstant(): number {
    const phase = 31 - Math.clz32(this.instantMask & -this.instantMask);
    const head = this.bottomHead;
    if (head < this.bottomTail && this.bottomTimes[head] === this.now) {
      const slot = this.bottomSlots[head] as number;
      if (this.phase(slot) <= phase) {
        this.bottomHead = head + 1;
        return slot;
      }
    }
    const slot = this.instantHeads[phase] as number;
    this.unlinkFromInstant(slot, phase);
    return slot;
  }

  private removeFromInstant(slot: number): void {
    this.unlinkFromInstant(slot, this.phase(slot));
  }

  private unlinkFromInstant(slot: number, phase: number): void {
    const next = this.words[slot * 6 + NEXT] as number;
    const previous = this.words[slot * 6 + PREVIOUS] as number;
    if (previous === END) this.instantHeads[phase] = next;
    else this.words[previous * 6 + NEXT] = next;
    if (next === END) this.instantTails[phase] = previous;
    else this.words[next * 6 + PREVIOUS] = previous;
    if (this.instantHeads[phase] === END) this.instantMask &= ~(1 << phase);
  }

  // ── bottom ──

  private addToBottom(slot: number, time: number, phase: number): void {
    if (this.bottomTail === this.bottomTimes.length) this.makeRoom();
    const times = this.bottomTimes;
    const slots = this.bottomSlots;
    const head = this.bottomHead;
    let i = this.bottomTail;
    while (i > head) {
      const other = times[i - 1] as number;
      if (other < time || (other === time && this.phase(slots[i - 1] as number) <= phase)) break;
      times[i] = other;
      slots[i] = slots[i - 1] as number;
      i--;
    }
    times[i] = time;
    slots[i] = slot;
    this.words[slot * 6 + PREVIOUS] = IN_BOTTOM;
    const tail = this.bottomTail + 1;
    this.bottomTail = tail;
    if (tail - head > SPILL_ABOVE) this.spill();
  }

  /** Moves bottom to the start of its arrays, or into larger ones. */
  private makeRoom(): void {
    const held = this.bottomTail - this.bottomHead;
    if (held > this.bottomTimes.length / 2) {
      const times = new Float64Array(this.bottomTimes.length * 2);
      const slots = new Int32Array(this.bottomSlots.length * 2);
      times.set(this.bottomTimes.subarray(this.bottomHead, this.bottomTail));
      slots.set(this.bottomSlots.subarray(this.bottomHead, this.bottomTail));
      this.bottomTimes = times;
      this.bottomSlots = slots;
    } else {
      this.bottomTimes.copyWithin(0, this.bottomHead, this.bottomTail);
      this.bottomSlots.copyWithin(0, this.bottomHead, this.bottomTail);
    }
    this.bottomHead = 0;
    this.bottomTail = held;
  }

  private removeFromBottom(slot: number): void {
    const slots = this.bottomSlots;
    // From the latest back: what is cancelled is mostly a timer.
    let i = this.bottomTail - 1;
    while (slots[i] !== slot) i--;
    const tail = --this.bottomTail;
    for (; i < tail; i++) {
      slots[i] = slots[i + 1] as number;
      this.bottomTimes[i] = this.bottomTimes[i + 1] as number;
    }
  }

  /**
   * Keeps the earliest few and moves the rest to the wheel, whose cursor goes back to the cut. Never a cut at `now`: newcomers of
   * that instant go to its lists, and would pass those that the wheel holds.
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
    for (let i = keep; i < tail; i++) {
      const slot = this.bottomSlots[i] as number;
      const time = times[i] as number;
      this.times[slot * 3] = time;
      this.addToWheel(slot, time);
    }
  }

  // ── wheel ──

  /** Moves the cursor on, to within or before the earliest bucket in use: no event changes its level. */
  private moveCursor(time: number): void {
    this.cursorLow = time | 0;
    this.cursorHigh = (time * PER_TWO_POW_32) | 0;
  }

  /**
   * Moves the cursor back. Events that shared a byte with it which the earlier cursor lacks belong into one bucket at that byte's level
   * now: their buckets are strung together. Equal times are in one bucket before and after, so they keep their order.
   */
  private moveCursorBack(time: number): void {
    const passed = this.bucketOf(time) >> 8;
    const below = this.usedLevels & ((1 << passed) - 1);
    const oldLow = this.cursorLow;
    const oldHigh = this.cursorHigh;
    this.moveCursor(time);
    if (below === 0) return;
    const index = passed < 4 ? oldLow >>> (passed << 3) : oldHigh >>> ((passed - 4) << 3);
    const into = (passed << 8) | (index & 255);
    while ((this.usedLevels & ((1 << passed) - 1)) !== 0) this.append(this.firstBucket(), into);
  }

  /** Moves all of a bucket to the end of another. */
  private append(from: number, into: number): void {
    const buckets = this.buckets;
    const source = from << 2;
    const target = into << 2;
    const head = buckets[source] as number;
    const held = buckets[target + 2] as number;
    if (held === 0) {
      buckets[target] = head;
      this.markUsed(into);
    } else {
      const tail = buckets[target + 1] as number;
      this.words[tail * 6 + NEXT] = head;
      this.words[head * 6 + PREVIOUS] = tail;
    }
    buckets[target + 1] = buckets[source + 1] as number;
    buckets[target + 2] = held + (buckets[source + 2] as number);
    buckets[source + 2] = 0;
    this.markUnused(from);
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

  private addToWheel(slot: number, time: number): void {
    const words = this.words;
    const bucket = this.bucketOf(time);
    const at = bucket << 2;
    const buckets = this.buckets;
    const held = buckets[at + 2] as number;
    words[slot * 6 + NEXT] = END;
    if (held === 0) {
      buckets[at] = slot;
      words[slot * 6 + PREVIOUS] = END;
      this.markUsed(bucket);
    } else {
      const tail = buckets[at + 1] as number;
      words[slot * 6 + PREVIOUS] = tail;
      words[tail * 6 + NEXT] = slot;
    }
    buckets[at + 1] = slot;
    buckets[at + 2] = held + 1;
    this.wheelCount++;
  }

  private removeFromWheel(slot: number): void {
    const bucket = this.bucketOf(this.times[slot * 3] as number);
    const at = bucket << 2;
    const next = this.words[slot * 6 + NEXT] as number;
    const previous = this.words[slot * 6 + PREVIOUS] as number;
    if (previous === END) this.buckets[at] = next;
    else this.words[previous * 6 + NEXT] = next;
    if (next === END) this.buckets[at + 1] = previous;
    else this.words[next * 6 + PREVIOUS] = previous;
    const held = (this.buckets[at + 2] as number) - 1;
    this.buckets[at + 2] = held;
    if (held === 0) this.markUnused(bucket);
    this.wheelCount--;
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

  /** Bottom and instant are empty. Opens buckets until one gives an event; none that starts after `until`. */
  private nextOfWheel(until: number): number {
    this.bottomHead = 0;
    this.bottomTail = 0;
    for (;;) {
      if (this.wheelCount === 0) {
        this.bottomEnd = Number.POSITIVE_INFINITY;
        return NOTHING;
      }
      const bucket = this.firstBucket();
      const start = this.startOf(bucket);
      if (start > until) return NOTHING;
      if (bucket < 256) return this.openTick(bucket, start);
      const held = this.buckets[(bucket << 2) + 2] as number;
      const all = this.wheelCount <= SMALL;
      if (all || held <= SORTED_AT_MOST) {
        this.sort(bucket, start, all);
        return this.next(until);
      }
      this.spread(bucket, start);
    }
  }

  private emptied(bucket: number): number {
    const at = bucket << 2;
    const head = this.buckets[at] as number;
    this.wheelCount -= this.buckets[at + 2] as number;
    this.buckets[at + 2] = 0;
    this.markUnused(bucket);
    return head;
  }

  /** A bucket one tick wide: its events need no sorting, only their phases told apart. */
  private openTick(bucket: number, time: number): number {
    let slot = this.emptied(bucket);
    this.moveCursor(time);
    this.bottomEnd = this.wheelCount === 0 ? Number.POSITIVE_INFINITY : time + 1;
    this.now = time;
    if (this.words[slot * 6 + NEXT] === END) return slot;
    while (slot !== END) {
      const next = this.words[slot * 6 + NEXT] as number;
      this.addToInstant(slot, this.phase(slot));
      slot = next;
    }
    return this.nextOfInstant();
  }

  /** Moves the bucket, or with `all` the whole wheel, to bottom. */
  private sort(first: number, start: number, all: boolean): void {
    let bucket = first;
    for (;;) {
      const bucketStart = this.startOf(bucket);
      let slot = this.emptied(bucket);
      this.moveCursor(bucketStart + (WIDTH_US[bucket >> 8] as number) - 1);
      while (slot !== END) {
        const next = this.words[slot * 6 + NEXT] as number;
        this.addToBottom(slot, this.times[slot * 3] as number, this.phase(slot));
        slot = next;
      }
      if (!all || this.wheelCount === 0) break;
      bucket = this.firstBucket();
    }
    this.bottomEnd = this.wheelCount === 0 ? Number.POSITIVE_INFINITY : start + (WIDTH_US[first >> 8] as number);
  }

  private spread(bucket: number, start: number): void {
    let slot = this.emptied(bucket);
    this.moveCursor(start);
    this.bottomEnd = start;
    while (slot !== END) {
      const next = this.words[slot * 6 + NEXT] as number;
      this.addToWheel(slot, this.times[slot * 3] as number);
      slot = next;
    }
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
    if (slot === this.capacity) this.widen(slot < 65536 ? slot * 2 : slot + (slot >> 2));
    this.slots = slot + 1;
    this.cells.push(handler, argument);
    this.count++;
    return slot;
  }

  private widen(capacity: number): void {
    const bytes = new ArrayBuffer(capacity * 24);
    const words = new Int32Array(bytes);
    words.set(this.words);
    this.words = words;
    this.times = new Float64Array(bytes);
    this.capacity = capacity;
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
