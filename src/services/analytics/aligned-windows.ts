/** Tumbling and sliding windows: their bounds are the same for all keys, multiples of the slide. */
import { Timers } from './timers.ts';
import type { Fire, StateRow, Windows } from './window-state.ts';

interface Cell {
  count: number;
  bytes: number;
  firings: number;
  due: boolean;
}

/** One window of all keys. */
interface Pane {
  readonly startUs: number;
  readonly endUs: number;
  readonly cells: Map<number, Cell>;
  /** It has a timer for its end. */
  due: boolean;
}

export class AlignedWindows implements Windows {
  readonly #sizeUs: number;
  readonly #slideUs: number;
  readonly #latenessUs: number;
  readonly #fire: Fire;
  readonly #panes = new Map<number, Pane>();
  readonly #ends = new Timers<Pane>();
  readonly #cleanups = new Timers<Pane>();
  #watermarkUs = Number.NEGATIVE_INFINITY;
  #entries = 0;
  /** The pane that was used last: records come close together. */
  #recent: Pane | null = null;

  constructor(sizeUs: number, slideUs: number, latenessUs: number, fire: Fire) {
    this.#sizeUs = sizeUs;
    this.#slideUs = slideUs;
    this.#latenessUs = latenessUs;
    this.#fire = fire;
  }

  get entries(): number {
    return this.#entries;
  }

  add(key: number, eventTimeUs: number, bytes: number): boolean {
    const lastStartUs = Math.floor(eventTimeUs / this.#slideUs) * this.#slideUs;
    let taken = false;
    for (let startUs = lastStartUs; startUs > eventTimeUs - this.#sizeUs; startUs -= this.#slideUs) {
      const lastUs = startUs + this.#sizeUs - 1;
      if (lastUs + this.#latenessUs <= this.#watermarkUs) continue;
      taken = true;
      this.#count(this.#paneAt(startUs), key, bytes);
    }
    return taken;
  }

  advance(watermarkUs: number): void {
    this.#watermarkUs = watermarkUs;
    while (this.#ends.isDue(watermarkUs)) this.#fireDue(this.#ends.take());
    while (this.#cleanups.isDue(watermarkUs)) this.#forget(this.#cleanups.take());
  }

  snapshot(into: StateRow[]): void {
    for (const { startUs, endUs, cells } of this.#panes.values())
      for (const [key, cell] of cells) into.push({ key, startUs, endUs, ...cell });
  }

  restore({ key, startUs, count, bytes, firings, due }: StateRow): void {
    const pane = this.#paneAt(startUs);
    pane.cells.set(key, { count, bytes, firings, due });
    this.#entries++;
    if (due) this.#setTimer(pane);
  }

  #count(pane: Pane, key: number, bytes: number): void {
    let cell = pane.cells.get(key);
    if (cell === undefined) {
      cell = { count: 0, bytes: 0, firings: 0, due: false };
      pane.cells.set(key, cell);
      this.#entries++;
    }
    cell.count++;
    cell.bytes += bytes;
    if (cell.due) return;
    if (pane.endUs - 1 <= this.#watermarkUs) this.#fireCell(pane, key, cell);
    else {
      cell.due = true;
      this.#setTimer(pane);
    }
  }

  #fireDue(pane: Pane): void {
    pane.due = false;
    for (const [key, cell] of pane.cells) if (cell.due) this.#fireCell(pane, key, cell);
  }
  #fireCell({ startUs, endUs }: Pane, key: number, cell: Cell): void {
    cell.due = false;
    this.#fire(key, startUs, endUs, cell.count, cell.bytes, cell.firings++);
  }

  #forget(pane: Pane): void {
    this.#panes.delete(pane.startUs);
    this.#entries -= pane.cells.size;
    if (this.#recent === pane) this.#recent = null;
  }

  #setTimer(pane: Pane): void {
    if (pane.due) return;
    pane.due = true;
    this.#ends.set(pane.endUs - 1, pane);
  }

  #paneAt(startUs: number): Pane {
    const recent = this.#recent;
    if (recent !== null && recent.startUs === startUs) return recent;
    let pane = this.#panes.get(startUs);
    if (pane === undefined) {
      pane = { startUs, endUs: startUs + this.#sizeUs, cells: new Map(), due: false };
      this.#panes.set(startUs, pane);
      this.#cleanups.set(pane.endUs - 1 + this.#latenessUs, pane);
    }
    this.#recent = pane;
    return pane;
  }
}
