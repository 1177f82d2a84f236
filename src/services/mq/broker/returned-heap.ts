/** Messages that came back, the one with the lowest sequence first: a binary heap in two columns. What was taken out of its middle stays until it is the first. */
export class ReturnedHeap {
  #sequence = new Float64Array(16);
  #row = new Int32Array(16);
  size = 0;

  /** Asked only where there is one, as `topRow` is. */
  get topSequence(): number {
    return this.#sequence[0] as number;
  }
  get topRow(): number {
    return this.#row[0] as number;
  }

  push(sequence: number, row: number): void {
    if (this.size === this.#row.length) this.#grow();
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if ((this.#sequence[parent] as number) <= sequence) break;
      this.#copy(parent, i);
      i = parent;
    }
    this.#sequence[i] = sequence;
    this.#row[i] = row;
  }

  pop(): void {
    const size = --this.size;
    if (size > 0) this.#sink(this.#sequence[size] as number, this.#row[size] as number);
  }

  clear(): void {
    this.size = 0;
  }

  #sink(sequence: number, row: number): void {
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && (this.#sequence[child + 1] as number) < (this.#sequence[child] as number)) child++;
      if ((this.#sequence[child] as number) >= sequence) break;
      this.#copy(child, i);
      i = child;
    }
    this.#sequence[i] = sequence;
    this.#row[i] = row;
  }

  #copy(from: number, to: number): void {
    this.#sequence[to] = this.#sequence[from] as number;
    this.#row[to] = this.#row[from] as number;
  }

  #grow(): void {
    const sequence = new Float64Array(this.#row.length * 2);
    const row = new Int32Array(this.#row.length * 2);
    sequence.set(this.#sequence);
    row.set(this.#row);
    this.#sequence = sequence;
    this.#row = row;
  }
}
