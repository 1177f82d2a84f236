/** Arrivals of a recording: as recorded one by one, or placed within counted periods. */
import { inverseNormal, type Uniforms } from '../kernel/index.ts';
import type { ArrivalProcess } from './arrivals-process.ts';

/** The recorded instants themselves. */
export function recordedArrivals(instantsUs: readonly number[]): ArrivalProcess {
  let i = 0;
  return { next: () => instantsUs[i++] ?? Number.POSITIVE_INFINITY };
}

/**
 * As many arrivals in each period [atUs, atUs + everyUs) as were counted, neither more nor less. Where in the period they
 * came the count does not say; `burstiness` b >= 0 (index of dispersion) decides:
 *
 *     0       evenly spaced                    i + 1/2 of n
 *     1       Poisson, given the count         n independent uniform points
 *     other   gaps are gamma variates with squared coefficient of variation b, scaled to the period, begun at random:
 *             b > 1 draws arrivals together in clusters, b < 1 pushes them apart; the gaps of b = 1 are exponential,
 *             which is Poisson again, so b moves smoothly from one to the other
 *
 * Throws RangeError for a burstiness or a period that is negative.
 */
export function countedArrivals(
  counts: readonly { readonly atUs: number; readonly count: number }[],
  everyUs: number,
  burstiness: number,
  stream: Uniforms,
): ArrivalProcess {
  if (!(burstiness >= 0 && burstiness < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`burstiness ${burstiness}: expected a finite number >= 0`);
  }
  if (!(everyUs > 0)) throw new RangeError(`period ${everyUs} us: expected > 0`);
  const place = placement(burstiness, stream);
  let period = -1;
  let left = 0;
  let shares = nowhere;
  return {
    next: () => {
      while (left === 0) {
        period++;
        if (period >= counts.length) return Number.POSITIVE_INFINITY;
        left = counts[period]?.count ?? 0;
        if (left > 0) shares = place(left);
      }
      left--;
      const atUs = counts[period]?.atUs ?? 0;
      // Whole microseconds, rounded down: an arrival at the very end must not fall into the next period or past the recording.
      return Math.min(atUs + Math.floor(shares() * everyUs), Math.max(atUs, Math.ceil(atUs + everyUs) - 1));
    },
  };
}

const nowhere = (): number => 0;

/** For a count: the places in [0, 1), one after the other, ascending. */
type Placement = (count: number) => () => number;

function placement(burstiness: number, stream: Uniforms): Placement {
  if (burstiness === 0) return evenly;
  if (burstiness === 1) return (count) => uniformly(count, stream);
  return (count) => clustered(count, burstiness, stream);
}

function evenly(count: number): () => number {
  let i = 0;
  return () => (i++ + 0.5) / count;
}

/** Uniform order statistics one after the other: the smallest of r uniform points beyond the last, no sorting, no memory. */
function uniformly(count: number, stream: Uniforms): () => number {
  let last = 0;
  let left = count;
  return () => {
    last += (1 - last) * -Math.expm1(Math.log(stream.uniform()) / left);
    left--;
    return last;
  };
}

/** n gaps round a circle as long as the period, cut open at a uniform point. */
function clustered(count: number, burstiness: number, stream: Uniforms): () => number {
  const shape = 1 / burstiness;
  const ends = new Float64Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    total += gammaVariate(shape, stream);
    ends[i] = total;
  }
  // All gaps may underflow to zero at an extreme burstiness: then all come together.
  if (total === 0) total = 1;
  const turn = stream.uniform() * total;
  let i = 0;
  while (i < count && (ends[i] as number) + turn < total) i++;
  let first = i;
  let given = 0;
  return () => {
    if (first === count) first = 0;
    const at = (ends[first] as number) + turn;
    first++;
    given++;
    return Math.max(0, given <= count - i ? at - total : at) / total;
  };
}

/** Gamma variate with mean `shape` and scale 1 (Marsaglia and Tsang 2000; under shape 1 with a power of a uniform). */
function gammaVariate(shape: number, stream: Uniforms): number {
  if (shape < 1) {
    return gammaVariate(shape + 1, stream) * Math.exp(Math.log(stream.uniform()) / shape);
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = inverseNormal(stream.uniform());
    const cube = (1 + c * x) * (1 + c * x) * (1 + c * x);
    if (cube > 0 && Math.log(stream.uniform()) < 0.5 * x * x + d * (1 - cube + Math.log(cube))) return d * cube;
  }
}
