/** Message groups that may have something to receive, the one with the oldest message first: a binary heap in two columns. */
export class GroupHeap {
  #key = new Float64Array(64);
  #group = new Uint32Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }
  /** Of the first group; asked only where there is one, as `top` is. */
  get topKey(): number {
    return this.#key[0] as number;
  }
  get top(): number {
    return this.#group[0] as number;
  }

  push(key: number, group: number): void {
    if (this.#size === this.#key.length) this.#grow();
    let i = this.#size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if ((this.#key[parent] as number) <= key) break;
      this.#copy(parent, i);
      i = parent;
    }
    this.#key[i] = key;
    this.#group[i] = group;
  }

  pop(): void {
    const size = --this.#size;
    if (size > 0) this.#sink(this.#key[size] as number, this.#group[size] as number);
  }

  /** The first group's oldest message is a later one than it was. */
  replaceTop(key: number): void {
    this.#sink(key, this.top);
  }

  /** Drops the groups of which `keep` says no. */
  filter(keep: (group: number) => boolean): void {
    const size = this.#size;
    this.#size = 0;
    for (let i = 0; i < size; i++) {
      const group = this.#group[i] as number;
      // Never overtakes the reading: as many are in as were kept.
      if (keep(group)) this.push(this.#key[i] as number, group);
    }
  }

  #sink(key: number, group: number): void {
    const size = this.#size;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && (this.#key[child + 1] as number) < (this.#key[child] as number)) child++;
      if ((this.#key[child] as number) >= key) break;
      this.#copy(child, i);
      i = child;
    }
    this.#key[i] = key;
    this.#group[i] = group;
  }

  #copy(from: number, to: number): void {
    this.#key[to] = this.#key[from] as number;
    this.#group[to] = this.#group[from] as number;
  }

  #grow(): void {
    const key = new Float64Array(this.#key.length * 2);
    const group = new Uint32Array(this.#key.length * 2);
    key.set(this.#key);
    group.set(this.#group);
    this.#key = key;
    this.#group = group;
  }
}
