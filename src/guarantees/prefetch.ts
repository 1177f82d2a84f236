import type { Checker, Fold } from './checker.ts';
import * as What from './codes.ts';
import { InHand } from './in-hand.ts';
import type { PromiseSettings } from './promises.ts';
import { ofClient } from './record-places.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised } from './verdict.ts';

/**
 * Of a connection of a queue with prefetch p, at each instant: |received since it stands, and not settled| ≤ p.
 *
 * A consumer never has more in hand than it has asked for. Settled is what it has acknowledged (in mode `client` with all before it) or refused.
 */
export const prefetch: Checker = { guarantee: 'prefetch', start: (settings) => new Prefetch(settings) };

class Prefetch implements Fold {
  readonly wants = [What.receiveOk, What.receiveUnknown, What.deleteInvoke, What.visibilityOk];
  /** By number of the queue; -1: it has none. */
  readonly #limits: readonly number[];
  /** 1: an acknowledgement is for all before it too. */
  readonly #cumulative: readonly number[];
  readonly #inHand = new InHand();
  #received = 0;
  #most = 0;
  #found: readonly number[] | null = null;

  constructor(settings: PromiseSettings) {
    this.#limits = settings.numbers('limits');
    this.#cumulative = settings.numbers('cumulative');
  }

  scan({ rows, count, chunk, isOther }: Sightings): void {
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      if (isOther[row] !== 0) continue;
      const what = chunk.what[row] as number;
      const connection = ofClient(chunk.client[row] as number, chunk.who[row] as number);
      if (what === What.receiveUnknown) {
        this.#inHand.lose(connection);
        continue;
      }
      const group = chunk.group[row] as number;
      const limit = this.#limits[group] ?? -1;
      if (limit < 0) continue;
      const handle = chunk.handle[row] as number;
      if (what === What.receiveOk) this.#take(connection, handle, limit, chunk.first + row);
      else if (what === What.deleteInvoke) this.#inHand.settle(connection, handle, this.#cumulative[group] === 1);
      else if (what === What.visibilityOk) this.#inHand.settle(connection, handle, false);
    }
  }

  #take(connection: number, handle: number, limit: number, n: number): void {
    const inHand = this.#inHand.take(connection, handle, n);
    this.#received++;
    this.#most = Math.max(this.#most, inHand.size);
    if (inHand.size > limit) this.#found ??= [...inHand.values()];
  }

  finish(): Finding {
    const counts = { received: this.#received, most: this.#most };
    if (this.#found !== null) return broken(counts, 'A consumer had more in hand than its prefetch.', this.#found);
    return this.#received === 0 ? notExercised(counts, 'Nobody with a prefetch was given anything.') : held(counts);
  }
}
