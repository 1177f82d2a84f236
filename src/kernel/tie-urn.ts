import type { EventList } from './event-list.ts';
import { NOTHING } from './event-list-numbers.ts';
import type { Stream } from './stream.ts';

/**
 * Events of one instant and phase in an order drawn by lot: each time one is due, every one of those that have not run yet, newcomers of that instant included,
 * is as likely as any other. Time and phase still rule.
 */
export class TieUrn {
  private readonly list: EventList;
  private readonly lots: Stream;
  /** Words taken out of the list for this instant, by phase. */
  private readonly phases: readonly number[][] = [[], [], [], []];
  private held = 0;

  constructor(list: EventList, lots: Stream) {
    this.list = list;
    this.lots = lots;
  }

  /** Like `EventList.next`. */
  next(until: number): number {
    const { list } = this;
    for (;;) {
      if (this.held === 0) {
        const first = list.next(until);
        if (first === NOTHING) return NOTHING;
        this.add(first);
      }
      for (let word = list.next(list.now); word !== NOTHING; word = list.next(list.now)) this.add(word);
      const word = this.draw();
      if (!list.isDead(word)) return word;
      list.bury(word);
    }
  }

  /** Time of the earliest event, Infinity without one. Not for hot paths. */
  earliest(): number {
    return this.held > 0 ? this.list.now : this.list.earliest();
  }

  /** A whole number from 0 to `below` − 1. */
  lot(below: number): number {
    return below === 1 ? 0 : Math.floor(this.lots.uniform() * below);
  }

  private add(word: number): void {
    (this.phases[word & 3] as number[]).push(word);
    this.held++;
  }

  private draw(): number {
    const words = this.phases.find((one) => one.length > 0) ?? [];
    const at = this.lot(words.length);
    const word = words[at] as number;
    words[at] = words.at(-1) as number;
    words.pop();
    this.held--;
    return word;
  }
}
