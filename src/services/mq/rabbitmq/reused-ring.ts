/** First in, first out, of objects that are used again. */
export class ReusedRing<T extends object> {
  readonly #make: () => T;
  #items: T[];
  readonly #spare: T[] = [];
  #mask = 15;
  #head = 0;
  count = 0;

  constructor(make: () => T) {
    this.#make = make;
    this.#items = Array.from({ length: 16 }, make);
  }

  /** A new last one, to be filled. */
  append(): T {
    if (this.count > this.#mask) this.#grow();
    return this.#items[(this.#head + this.count++) & this.#mask] as T;
  }
  /** The `i`th from the first. */
  at(i: number): T {
    return this.#items[(this.#head + i) & this.#mask] as T;
  }
  /** The last is taken out again. */
  dropLast(): T {
    return this.at(--this.count);
  }
  /** The first, which is used until it is given back. */
  takeOut(): T {
    const item = this.#items[this.#head] as T;
    this.#items[this.#head] = this.#spare.pop() ?? this.#make();
    this.take();
    return item;
  }
  giveBack(item: T): void {
    this.#spare.push(item);
  }

  /** The first, which is taken out; good until one is appended. */
  take(): T {
    const item = this.#items[this.#head] as T;
    this.#head = (this.#head + 1) & this.#mask;
    this.count--;
    return item;
  }

  #grow(): void {
    const items = this.#items;
    const more = Array.from({ length: items.length }, this.#make);
    this.#items = [...items.slice(this.#head), ...items.slice(0, this.#head), ...more];
    this.#mask = this.#items.length - 1;
    this.#head = 0;
  }
}
