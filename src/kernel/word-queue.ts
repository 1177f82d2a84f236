const FIRST_CAPACITY = 16;

/** First in, first out, of whole 32-bit numbers: a ring that doubles when it is full. */
export class WordQueue {
  private words = new Int32Array(FIRST_CAPACITY);
  private mask = FIRST_CAPACITY - 1;
  private head = 0;
  /** Place of the next; the ring is never quite full, so equal to the head means empty. */
  private tail = 0;

  get size(): number {
    return (this.tail - this.head) & this.mask;
  }

  get isEmpty(): boolean {
    return this.head === this.tail;
  }

  get bytes(): number {
    return this.words.byteLength;
  }

  put(word: number): void {
    const { tail } = this;
    this.words[tail] = word;
    this.tail = (tail + 1) & this.mask;
    if (this.tail === this.head) this.grow();
  }

  /** The first of a queue that isn't empty. */
  take(): number {
    const { head } = this;
    this.head = (head + 1) & this.mask;
    return this.words[head] as number;
  }

  /** Just now filled up. */
  private grow(): void {
    const { length } = this.words;
    const wider = new Int32Array(length * 2);
    wider.set(this.words.subarray(this.head));
    wider.set(this.words.subarray(0, this.head), length - this.head);
    this.words = wider;
    this.mask = wider.length - 1;
    this.head = 0;
    this.tail = length;
  }
}
