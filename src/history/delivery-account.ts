/** What became of the deliveries of one subscription, in one replication of one design: the counts and latencies of the result. */
import { Tallies, type TrafficTotals } from './tallies.ts';
import type { Clock, Window } from './window.ts';

type Fate = 'completed' | 'inSystem' | 'deadLettered' | 'expired' | 'lost' | 'rejected';

export class DeliveryAccount {
  readonly #clock: Clock;
  readonly #window: Window;
  readonly #counts = new Tallies();

  constructor(clock: Clock, window: Window) {
    this.#clock = clock;
    this.#window = window;
  }

  /** Handled for the first time; `arrivedUs`: when its request arrived. */
  completed(counted: boolean, arrivedUs: number): void {
    const { now } = this.#clock;
    if (now >= this.#window.fromUs && now <= this.#window.toUs) this.#counts.throughput++;
    if (!counted) return;
    this.#counts.completion.record((now - arrivedUs) / 1000);
    if (now > this.#window.toUs) this.#counts.resolvedInDrain++;
  }

  completedAgain(counted: boolean): void {
    if (counted) this.#counts.duplicates++;
  }

  /** Once for each delivery: `offered` counts them. */
  settled(counted: boolean, fate: Fate): void {
    if (!counted) return;
    this.#counts.offered++;
    this.#counts[fate]++;
  }

  /** Those of a traffic that a delivery has; senders know nothing of deliveries, so what they were told is 0. */
  finish(): TrafficTotals {
    return { ...this.#counts.totals(), waiting: 0 };
  }
}
