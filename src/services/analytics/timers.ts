/** Event-time timers: a heap by instant, and by order of setting where instants are equal. */
export class Timers<Item> {
  readonly #atUs: number[] = [];
  readonly #order: number[] = [];
  readonly #items: Item[] = [];
  #next = 0;

  /** Whether the earliest is due at this instant, which may be infinite. */
  isDue(us: number): boolean {
    return this.#atUs.length > 0 && (this.#atUs[0] as number) <= us;
  }

  set(atUs: number, item: Item): void {
    let place = this.#atUs.length;
    const order = this.#next++;
    this.#write(place, atUs, order, item);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#isBefore(place, parent)) break;
      this.#swap(place, parent);
      place = parent;
    }
  }

  /** Takes the earliest out; there must be one. */
  take(): Item {
    const item = this.#items[0] as Item;
    const last = this.#atUs.length - 1;
    this.#swap(0, last);
    this.#atUs.pop();
    this.#order.pop();
    this.#items.pop();
    this.#sink();
    return item;
  }

  #sink(): void {
    const length = this.#atUs.length;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= length) return;
      const child = left + 1 < length && this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#isBefore(child, place)) return;
      this.#swap(child, place);
      place = child;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const difference = (this.#atUs[a] as number) - (this.#atUs[b] as number);
    return difference < 0 || (difference === 0 && (this.#order[a] as number) < (this.#order[b] as number));
  }
  #swap(a: number, b: number): void {
    const [atUs, order, item] = [this.#atUs[a] as number, this.#order[a] as number, this.#items[a] as Item];
    this.#write(a, this.#atUs[b] as number, this.#order[b] as number, this.#items[b] as Item);
    this.#write(b, atUs, order, item);
  }
  #write(place: number, atUs: number, order: number, item: Item): void {
    this.#atUs[place] = atUs;
    this.#order[place] = order;
    this.#items[place] = item;
  }
}
