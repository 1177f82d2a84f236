const FIRST_CAPACITY = 16;

/** First in, first out, of whole 32-bit numbers: a ring that doubles when it is full. */
export class WordQueue {
  private words = new Int32Array(FIRST_CAPACITY);
  private mask = FIRST_CAPACITY - 1;
  private head = 0;
  /** Counts of what was put and taken would pass 32 bits; the place of the next and the size don't. */
  private count = 0;

  get size(): number {
    return this.count;
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  get bytes(): number {
    return this.words.byteLength;
  }

  put(word: number): void {
    if (this.count > this.mask) this.grow();
    this.words[(this.head + this.count++) & this.mask] = word;
  }

  /** The first of a queue that isn't empty. */
  take(): number {
    const { head } = this;
    this.head = (head + 1) & this.mask;
    this.count--;
    return this.words[head] as number;
  }

  private grow(): void {
    const wider = new Int32Array(this.words.length * 2);
    wider.set(this.words.subarray(this.head));
    wider.set(this.words.subarray(0, this.head), this.words.length - this.head);
    this.words = wider;
    this.mask = wider.length - 1;
    this.head = 0;
  }
}
