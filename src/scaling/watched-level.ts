/** A level that somebody else keeps, watched on its way to the report: its sum over time, for who looks at it in periods. */
import type { Level, Metrics } from '../services/ports.ts';

export class WatchedLevel implements Level {
  readonly #clock: { readonly now: number };
  readonly #inner: Level;
  #level = 0;
  #asOf = 0;
  #sum = 0;

  constructor(clock: { readonly now: number }, inner: Level) {
    this.#clock = clock;
    this.#inner = inner;
  }

  set(level: number): void {
    this.#advance();
    this.#level = level;
    this.#inner.set(level);
  }

  add(difference: number): void {
    this.#advance();
    this.#level += difference;
    this.#inner.add(difference);
  }

  /** Level × microseconds since the start of the run, exact at the instant of reading. */
  levelUs(): number {
    this.#advance();
    return this.#sum;
  }

  #advance(): void {
    const { now } = this.#clock;
    this.#sum += this.#level * (now - this.#asOf);
    this.#asOf = now;
  }
}

/** The same metrics, with the level of that name watched; `onLevel` hands it out when the model asks for it. */
export function watching(
  metrics: Metrics,
  name: string,
  clock: { readonly now: number },
  onLevel: (level: WatchedLevel) => void,
): Metrics {
  return {
    counter: (...asked) => metrics.counter(...asked),
    observations: (...asked) => metrics.observations(...asked),
    age: (...asked) => metrics.age(...asked),
    level: (...asked) => {
      const inner = metrics.level(...asked);
      if (asked[0] !== name) return inner;
      const level = new WatchedLevel(clock, inner);
      onLevel(level);
      return level;
    },
  };
}
