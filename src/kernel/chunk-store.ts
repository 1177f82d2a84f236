// Buckets of entries in chunks of 16: a bucket is read and written in runs of memory. Linked lists of single events
// took four times as long at a million pending, since each step waits for the cache line of the one before.

/** A chunk holds 2^4 entries. */
export const CHUNK_SHIFT = 4;
const SIZE = 1 << CHUNK_SHIFT;
export const CHUNK_MASK = SIZE - 1;
const BUCKETS = 7 * 256;
const NONE = -1;

/** Entries (time, word) in 1,792 buckets, each in the order in which they came. */
export class ChunkStore {
  /** Time of entry e (chunk × 16 + place). */
  times = new Float64Array(0);
  /** Word of entry e. */
  words = new Int32Array(0);
  private links = new Int32Array(0);
  private freeChunk = NONE;
  private chunks = 0;

  /** First chunk, last chunk, entries; one unused. */
  private readonly buckets = new Int32Array(BUCKETS * 4);

  /** The chunk being read from a detached bucket. */
  private reading = NONE;

  constructor() {
    this.widen(16);
  }

  get bytes(): number {
    return this.times.byteLength + this.words.byteLength + this.links.byteLength;
  }

  size(bucket: number): number {
    return this.buckets[(bucket << 2) + 2] as number;
  }

  /** Adds an entry at the end; returns the new size. */
  append(bucket: number, time: number, word: number): number {
    const buckets = this.buckets;
    const at = bucket << 2;
    const held = buckets[at + 2] as number;
    const place = held & CHUNK_MASK;
    let chunk = buckets[at + 1] as number;
    if (place === 0) {
      const fresh = this.takeChunk();
      if (held === 0) buckets[at] = fresh;
      else this.links[chunk] = fresh;
      buckets[at + 1] = fresh;
      chunk = fresh;
    }
    const entry = (chunk << CHUNK_SHIFT) | place;
    this.times[entry] = time;
    this.words[entry] = word;
    buckets[at + 2] = held + 1;
    return held + 1;
  }

  /**
   * Cuts the entries of a bucket off for reading; the bucket is empty then and may be filled again at once. Returns how many: read them
   * with `advance(0)`, `advance(1)`, … and finish with `endDetached`. One bucket at a time.
   */
  detach(bucket: number): number {
    const at = bucket << 2;
    const held = this.buckets[at + 2] as number;
    this.reading = this.buckets[at] as number;
    this.buckets[at + 2] = 0;
    return held;
  }

  /** The place of the i-th detached entry in `times` and `words`; chunks read to their end are free again. */
  advance(i: number): number {
    if ((i & CHUNK_MASK) === 0 && i > 0) {
      const done = this.reading;
      this.reading = this.links[done] as number;
      this.giveChunk(done);
    }
    return (this.reading << CHUNK_SHIFT) | (i & CHUNK_MASK);
  }

  endDetached(): void {
    this.giveChunk(this.reading);
    this.reading = NONE;
  }

  /** Empties a bucket of one entry; returns its place, good until the next entry is added. */
  takeSingle(bucket: number): number {
    const chunk = this.buckets[bucket << 2] as number;
    this.buckets[(bucket << 2) + 2] = 0;
    this.giveChunk(chunk);
    return chunk << CHUNK_SHIFT;
  }

  firstChunk(bucket: number): number {
    return this.buckets[bucket << 2] as number;
  }

  nextChunk(chunk: number): number {
    return this.links[chunk] as number;
  }

  /** Cuts a bucket off after `size` entries, the last of them in chunk `last`. */
  truncate(bucket: number, last: number, size: number): void {
    const at = bucket << 2;
    let rest = size === 0 ? last : (this.links[last] as number);
    const end = this.buckets[at + 1] as number;
    if (size === 0 || last !== end) {
      for (;;) {
        const next = this.links[rest] as number;
        this.giveChunk(rest);
        if (rest === end) break;
        rest = next;
      }
    }
    this.buckets[at + 1] = last;
    this.buckets[at + 2] = size;
  }

  /** Calls `visit` for each entry, in order. */
  forEach(bucket: number, visit: (time: number, word: number) => void): void {
    const size = this.size(bucket);
    let chunk = this.buckets[bucket << 2] as number;
    for (let i = 0; i < size; i++) {
      if (i > 0 && (i & CHUNK_MASK) === 0) chunk = this.links[chunk] as number;
      const entry = (chunk << CHUNK_SHIFT) | (i & CHUNK_MASK);
      visit(this.times[entry] as number, this.words[entry] as number);
    }
  }

  private takeChunk(): number {
    const chunk = this.freeChunk;
    if (chunk !== NONE) {
      this.freeChunk = this.links[chunk] as number;
      return chunk;
    }
    if (this.chunks === this.links.length)
      this.widen(this.chunks < 8192 ? this.chunks * 2 : this.chunks + (this.chunks >> 2));
    return this.chunks++;
  }

  private giveChunk(chunk: number): void {
    this.links[chunk] = this.freeChunk;
    this.freeChunk = chunk;
  }

  private widen(chunks: number): void {
    const times = new Float64Array(chunks << CHUNK_SHIFT);
    const words = new Int32Array(chunks << CHUNK_SHIFT);
    const links = new Int32Array(chunks);
    times.set(this.times);
    words.set(this.words);
    links.set(this.links);
    this.times = times;
    this.words = words;
    this.links = links;
  }
}
