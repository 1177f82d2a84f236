import { KernelError, shown } from './errors.ts';
import { FULFILLED, type Standing, Wait, WAITING, type Waiting } from './wait.ts';
import { WaitList } from './wait-list.ts';

/** Of one store. */
export interface StoreOptions {
  /** Items at most; whole, at least 1, default no limit. */
  readonly capacity?: number;
  /** For messages; default `store`. */
  readonly name?: string;
}

/**
 * Items that processes put and get, in order: a queue, a mailbox, a shelf. Who puts into a full one waits, and who gets from an empty one; both first come,
 * first served, except that one who filters doesn't hold up those behind.
 */
export class Store<T> {
  readonly capacity: number;
  readonly name: string;
  /** Items from `head` on; cut down when half of it has gone. */
  private shelf: (T | undefined)[] = [];
  private head = 0;
  private readonly getters = new WaitList();
  private readonly putters = new WaitList();
  private readonly any: Get<T>;

  /** Throws KernelError `bad-capacity`. */
  constructor(options: StoreOptions = {}) {
    const { capacity = Number.POSITIVE_INFINITY, name = 'store' } = options;
    if (!((Number.isSafeInteger(capacity) && capacity >= 1) || capacity === Number.POSITIVE_INFINITY)) {
      throw new KernelError(
        'bad-capacity',
        `capacity ${shown(capacity)} of ${name}: expected a whole number, at least 1`,
      );
    }
    this.capacity = capacity;
    this.name = name;
    this.any = new Get(this, undefined);
  }

  /** Items held. */
  get size(): number {
    return this.shelf.length - this.head;
  }

  /** Items held, the oldest first: a copy. */
  get items(): readonly T[] {
    return this.shelf.slice(this.head) as T[];
  }

  /** Processes that wait for an item. */
  get waitingToGet(): number {
    return this.getters.size;
  }

  /** Processes that wait for room. */
  get waitingToPut(): number {
    return this.putters.size;
  }

  /** To be yielded: puts the item in when there is room. */
  put(item: T): Wait<void> {
    return new Put(this, item);
  }

  /** To be yielded: `yield*` gives the oldest item, with `wanted` the oldest for which it is true. `wanted` looks and changes nothing. */
  get(wanted?: (item: T) => boolean): Wait<T> {
    return wanted === undefined ? this.any : new Get(this, wanted);
  }

  /** Puts the item in at once, from any event: false if there is no room or others wait to put. */
  offer(item: T): boolean {
    if (!this.hasRoom()) return false;
    this.take(item);
    return true;
  }

  /** Takes the oldest item at once, from any event: undefined if there is none. */
  poll(): T | undefined {
    if (this.size === 0) return undefined;
    const item = this.shift();
    this.admit();
    return item;
  }

  beginPut(waiting: Waiting, item: T): Standing {
    if (this.hasRoom()) {
      this.take(item);
      return FULFILLED;
    }
    this.putters.add(waiting);
    return WAITING;
  }

  beginGet(waiting: Waiting, wanted: ((item: T) => boolean) | undefined): Standing {
    const at = this.find(wanted);
    if (at < 0) {
      this.getters.add(waiting);
      return WAITING;
    }
    waiting.value = this.removeAt(at);
    this.admit();
    return FULFILLED;
  }

  /** Whoever got it couldn't use it: back to the front, even above the capacity, unless someone waits for it. */
  putBack(item: T): void {
    if (this.hand(item)) return;
    if (this.head > 0) this.shelf[--this.head] = item;
    else this.shelf.unshift(item);
  }

  private hasRoom(): boolean {
    return this.size < this.capacity && this.putters.size === 0;
  }

  private take(item: T): void {
    if (!this.hand(item)) this.shelf.push(item);
  }

  /** Gives the item to the first who waits for such a one. */
  private hand(item: T): boolean {
    for (let getter = this.getters.first; getter !== undefined; getter = getter.next) {
      const { wanted } = getter.wait as Get<T>;
      if (wanted !== undefined && !wanted(item)) continue;
      this.getters.remove(getter);
      getter.fulfil(item);
      return true;
    }
    return false;
  }

  /** Lets in those who wait to put while there is room. */
  private admit(): void {
    while (this.size < this.capacity) {
      const putter = this.putters.first;
      if (putter === undefined) return;
      this.putters.remove(putter);
      this.take((putter.wait as Put<T>).item);
      putter.fulfil(undefined);
    }
  }

  private find(wanted: ((item: T) => boolean) | undefined): number {
    if (this.size === 0) return -1;
    if (wanted === undefined) return this.head;
    for (let i = this.head; i < this.shelf.length; i++) if (wanted(this.shelf[i] as T)) return i;
    return -1;
  }

  private removeAt(at: number): T {
    if (at === this.head) return this.shift();
    return this.shelf.splice(at, 1)[0] as T;
  }

  private shift(): T {
    const item = this.shelf[this.head] as T;
    this.shelf[this.head++] = undefined;
    if (this.head === this.shelf.length) {
      this.shelf.length = 0;
      this.head = 0;
    } else if (this.head >= 64 && this.head * 2 >= this.shelf.length) {
      this.shelf = this.shelf.slice(this.head);
      this.head = 0;
    }
    return item;
  }
}

class Get<T> extends Wait<T> {
  private readonly store: Store<T>;
  readonly wanted: ((item: T) => boolean) | undefined;

  constructor(store: Store<T>, wanted: ((item: T) => boolean) | undefined) {
    super();
    this.store = store;
    this.wanted = wanted;
  }

  begin(waiting: Waiting): Standing {
    waiting.wait = this;
    return this.store.beginGet(waiting, this.wanted);
  }

  withdraw(waiting: Waiting): void {
    waiting.list?.remove(waiting);
  }

  override undo(waiting: Waiting): void {
    this.store.putBack(waiting.value as T);
  }
}

class Put<T> extends Wait<void> {
  private readonly store: Store<T>;
  readonly item: T;

  constructor(store: Store<T>, item: T) {
    super();
    this.store = store;
    this.item = item;
  }

  begin(waiting: Waiting): Standing {
    waiting.wait = this;
    return this.store.beginPut(waiting, this.item);
  }

  withdraw(waiting: Waiting): void {
    waiting.list?.remove(waiting);
  }
}
