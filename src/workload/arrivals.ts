/**
 * When requests come: a traffic's source as a stream of instants.
 *
 *     source ─▶ arrivalsOf ─▶ next(), next(), …   microseconds with fractions, ascending; Infinity at the end
 *
 * A changing rate is drawn by time change, which is exact: points with unit gaps (exponential ones for Poisson) on the axis
 * of expected arrivals, carried through the inverse of the rate's integral. Nothing is thinned, nothing approximated
 * by steps, and the same draws serve every rate: double the rate and the same arrivals come twice as fast.
 *
 * The caller rounds to whole microseconds; gaps accumulate here in fractions.
 */
import type { Uniforms } from '../kernel/index.ts';
import type { ArrivalProcess } from './arrivals-process.ts';
import { countedArrivals, recordedArrivals } from './arrivals-recorded.ts';
import { RateFunction } from './arrivals-rate.ts';
import type { Arrivals, Burst, RateChange, TrafficSource } from './settings.ts';

export type { ArrivalProcess } from './arrivals-process.ts';

/**
 * Arrivals of the traffic `name`, from its own stream `<name>/arrivals`: the same in every design. A closed loop has none of
 * its own (its requests come when users are ready). No instant after `untilUs` will be used: a process may answer Infinity
 * instead of one, which spares bursty traffic of a low rate a long search.
 */
export function arrivalsOf(
  streams: { stream(name: string): Uniforms },
  name: string,
  source: Exclude<TrafficSource, { kind: 'users' }>,
  untilUs = Number.POSITIVE_INFINITY,
): ArrivalProcess {
  const stream = streams.stream(`${name}/arrivals`);
  if (source.kind === 'rate') {
    const changes = source.changes.filter((change): change is RateChange => change.kind !== 'burst');
    const rated = ratedArrivals(new RateFunction(source.base, changes), source.arrivals, stream, untilUs);
    const bursts = source.changes.filter((change) => change.kind === 'burst');
    return bursts.length === 0 ? rated : new WithBursts(rated, bursts);
  }
  const { counts, instantsUs } = source.recording;
  return counts === null
    ? recordedArrivals(instantsUs ?? [])
    : countedArrivals(counts, source.everyUs ?? 0, source.burstiness, stream);
}

/** Arrivals at a given rate. Throws RangeError for an Erlang k that is no whole number from 1, or periods that are not positive. */
export function ratedArrivals(
  rate: RateFunction,
  arrivals: Arrivals,
  stream: Uniforms,
  untilUs = Number.POSITIVE_INFINITY,
): ArrivalProcess {
  switch (arrivals.kind) {
    case 'poisson':
      return new TimeChanged(rate, () => unitExponential(stream));
    case 'regular':
      return new TimeChanged(rate, () => 1);
    case 'erlang':
      return new TimeChanged(rate, erlangGaps(arrivals.k, stream));
    case 'bursty':
      return new Bursty(rate, arrivals.onUs, arrivals.offUs, stream, untilUs);
    default:
      throw new RangeError(
        `arrivals ${(arrivals as { kind: string }).kind}: expected poisson, regular, erlang or bursty`,
      );
  }
}

function unitExponential(stream: Uniforms): number {
  return -Math.log(stream.uniform());
}

function erlangGaps(k: number, stream: Uniforms): () => number {
  if (!(Number.isInteger(k) && k >= 1)) throw new RangeError(`erlang k ${k}: expected a whole number from 1 on`);
  return () => {
    let sum = 0;
    for (let i = 0; i < k; i++) sum += unitExponential(stream);
    return sum / k;
  };
}

/** Points with the given gaps (mean 1) on the axis of expected arrivals, as instants. The first gap begins at the start. */
class TimeChanged implements ArrivalProcess {
  readonly #rate: RateFunction;
  readonly #gap: () => number;
  #area = 0;
  #last = 0;

  constructor(rate: RateFunction, gap: () => number) {
    this.#rate = rate;
    this.#gap = gap;
  }

  next(): number {
    this.#area += this.#gap();
    this.#last = this.#rate.inverse(this.#area, this.#last);
    return this.#last;
  }
}

/** Bursts among the arrivals of a rate, which come when they would have come without them. */
class WithBursts implements ArrivalProcess {
  readonly #rated: ArrivalProcess;
  readonly #bursts: readonly Burst[];
  /** Place of the burst that is next or going on, and how many of its requests are gone. */
  #burst = 0;
  #gone = 0;
  #next: number;

  constructor(rated: ArrivalProcess, bursts: readonly Burst[]) {
    this.#rated = rated;
    this.#bursts = bursts.filter(({ requests }) => requests > 0).sort((a, b) => a.atUs - b.atUs);
    this.#next = rated.next();
  }

  next(): number {
    const burst = this.#bursts[this.#burst];
    if (burst === undefined || this.#next < burst.atUs) {
      const instant = this.#next;
      this.#next = this.#rated.next();
      return instant;
    }
    this.#gone++;
    if (this.#gone >= burst.requests) {
      this.#burst++;
      this.#gone = 0;
    }
    return burst.atUs;
  }
}

/**
 * Poisson arrivals that come only in on-periods, at (on + off) / on times the rate, so that the mean rate stays. Periods
 * are exponential and begin in their long-run state (on with probability on / (on + off)): no start-up bias.
 */
class Bursty implements ArrivalProcess {
  readonly #rate: RateFunction;
  readonly #onUs: number;
  readonly #offUs: number;
  readonly #stream: Uniforms;
  readonly #untilUs: number;
  readonly #factor: number;
  #on: boolean;
  #nowUs = 0;
  /** End of the period that is going on. */
  #endUs: number;

  constructor(rate: RateFunction, onUs: number, offUs: number, stream: Uniforms, untilUs: number) {
    if (!(onUs > 0 && offUs >= 0 && onUs + offUs < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`bursty on ${onUs} us, off ${offUs} us: expected on > 0 and off >= 0`);
    }
    this.#rate = rate;
    this.#onUs = onUs;
    this.#offUs = offUs;
    this.#stream = stream;
    this.#untilUs = untilUs;
    this.#factor = (onUs + offUs) / onUs;
    this.#on = stream.uniform() * (onUs + offUs) < onUs;
    this.#endUs = this.#period();
  }

  next(): number {
    let need = unitExponential(this.#stream) / this.#factor;
    while (this.#nowUs <= this.#untilUs) {
      if (!this.#wake()) return Number.POSITIVE_INFINITY;
      if (this.#on) {
        const area = this.#rate.integral(this.#nowUs);
        const left = this.#rate.integral(this.#endUs) - area;
        if (need <= left) {
          this.#nowUs = Math.min(this.#endUs, Math.max(this.#nowUs, this.#rate.inverse(area + need, this.#nowUs)));
          return this.#nowUs;
        }
        need -= left;
      }
      this.#nowUs = this.#endUs;
      this.#on = !this.#on || this.#offUs === 0;
      this.#endUs = this.#nowUs + this.#period();
    }
    return Number.POSITIVE_INFINITY;
  }

  /**
   * Where the rate is zero: jumps to its end instead of walking through every period in between, drawing the state there from
   * the transition probability of the two-state Markov chain (the periods have no memory). False where no arrival can come.
   */
  #wake(): boolean {
    const wake = this.#rate.wakes(this.#nowUs);
    if (wake === Number.POSITIVE_INFINITY) return false;
    if (wake > this.#endUs) {
      const share = this.#onUs / (this.#onUs + this.#offUs);
      const memory = this.#offUs === 0 ? 0 : Math.exp(-(1 / this.#onUs + 1 / this.#offUs) * (wake - this.#endUs));
      // At #endUs the state turns: from there on the chain starts in the other state.
      const startsOn = this.#on ? 0 : 1;
      this.#on = this.#stream.uniform() < share + (startsOn - share) * memory;
      this.#endUs = wake + this.#period();
    }
    this.#nowUs = Math.max(this.#nowUs, wake);
    return true;
  }

  #period(): number {
    return unitExponential(this.#stream) * (this.#on ? this.#onUs : this.#offUs);
  }
}
