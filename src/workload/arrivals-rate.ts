/**
 * The arrival rate over virtual time, with its exact integral and the inverse of that.
 *
 *     rate       ──────┐    ┌──────        pieces: linear (constant, ramp) or daily raised cosine
 *                      └────┘
 *     integral   expected arrivals from 0 to t: what the time change needs (see arrivals.ts)
 *
 * Base rate, then changes. A change holds from `atUs` on: a step with `forUs` for that long, a step without for ever; a
 * ramp goes linearly from the rate that applies at `atUs` to its own in `forUs`, then keeps it for ever, or with `back` is over.
 * Where several hold at once, the one that began last wins (of those begun together the one listed last); when it is
 * over, the one before it applies again. Each *sets* the rate; nothing is added up.
 */
import type { BaseRate, RateChange } from './settings.ts';

const SECOND_US = 1_000_000;
const DAY_SECONDS = 86_400;
const DAY_US = DAY_SECONDS * SECOND_US;
const RADIANS_PER_US = (2 * Math.PI) / DAY_US;

/** Rate between two instants. Rates stay per second and times whole microseconds, so that 10/s for 5 s are exactly 50. */
interface Shape {
  /** Per second. */
  rate(t: number): number;
  /** Expected arrivals from `from` to `to`. */
  area(from: number, to: number): number;
  /** The t >= from at which `area(from, t)` is reached; may lie beyond the piece, Infinity where it never is. `near`: a guess. */
  reach(from: number, area: number, near: number): number;
  /** Smallest t >= from with a positive rate right after it, Infinity where there is none. */
  wakes(from: number): number;
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly shape: Shape;
}

export class RateFunction {
  readonly #pieces: readonly Piece[];
  /** Integral from 0 to the start of each piece. */
  readonly #before: readonly number[];

  /** Throws RangeError for negative or infinite rates, times and lengths. */
  constructor(base: BaseRate, changes: readonly RateChange[]) {
    let pieces: Piece[] = [{ from: 0, to: Number.POSITIVE_INFINITY, shape: baseShape(base) }];
    const inOrder = changes.map((change, place) => ({ change, place }));
    inOrder.sort((a, b) => a.change.atUs - b.change.atUs || a.place - b.place);
    for (const { change } of inOrder) pieces = overlay(pieces, change);
    const before: number[] = [];
    let area = 0;
    for (const piece of pieces) {
      before.push(area);
      area += piece.shape.area(piece.from, piece.to);
    }
    this.#pieces = pieces;
    this.#before = before;
    this.total = area;
  }

  /** Expected arrivals from 0 to for ever; usually Infinity. */
  readonly total: number;

  /** Arrivals per second at `t` microseconds (at a jump: right after it); t >= 0. */
  rate(t: number): number {
    return pieceAt(this.#pieces, t).shape.rate(t);
  }

  /** Expected arrivals from 0 to `t` microseconds, exact for every piece in closed form. */
  integral(t: number): number {
    const i = indexAt(this.#pieces, t);
    const piece = this.#pieces[i] as Piece;
    return (this.#before[i] as number) + piece.shape.area(piece.from, t);
  }

  /**
   * Smallest t (microseconds, with fraction) at which the integral reaches `area`; Infinity where it never does. A `near` that is
   * not far below the answer (the arrival before) saves steps on a daily curve; on other pieces it is not used.
   */
  inverse(area: number, near = 0): number {
    if (area <= 0) return 0;
    if (area > this.total) return Number.POSITIVE_INFINITY;
    // The last piece that begins below the area: in it the area is reached, at the latest at its end.
    let low = 0;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#before[middle] as number) < area) low = middle;
      else high = middle - 1;
    }
    const piece = this.#pieces[low] as Piece;
    // Rounding may put the point a hair beyond the piece.
    return Math.min(piece.to, piece.shape.reach(piece.from, area - (this.#before[low] as number), near));
  }

  /** Smallest instant from `t` on with a positive rate right after it; Infinity where there is none. */
  wakes(t: number): number {
    for (let i = indexAt(this.#pieces, t); i < this.#pieces.length; i++) {
      const piece = this.#pieces[i] as Piece;
      const wake = piece.shape.wakes(Math.max(t, piece.from));
      if (wake < piece.to) return wake;
    }
    return Number.POSITIVE_INFINITY;
  }
}

/** Sets the rate to that of the change while it holds. */
function overlay(pieces: readonly Piece[], change: RateChange): Piece[] {
  const from = notNegative('at', change.atUs);
  const to = notNegative('rate', change.perSecond);
  const set: Piece[] = [];
  if (change.kind === 'step') {
    const end = change.forUs === null ? Number.POSITIVE_INFINITY : from + notNegative('for', change.forUs);
    set.push({ from, to: end, shape: linear(from, to, 0) });
  } else {
    const start = pieceAt(pieces, from).shape.rate(from);
    const end = from + notNegative('for', change.forUs);
    if (end > from) set.push({ from, to: end, shape: linear(from, start, (to - start) / (end - from)) });
    if (!change.back) set.push({ from: end, to: Number.POSITIVE_INFINITY, shape: linear(end, to, 0) });
  }
  const end = set[set.length - 1]?.to ?? from;
  const cut: Piece[] = [];
  for (const piece of pieces) if (piece.from < from) cut.push({ ...piece, to: Math.min(piece.to, from) });
  cut.push(...set.filter((piece) => piece.to > piece.from));
  for (const piece of pieces) if (piece.to > end) cut.push({ ...piece, from: Math.max(piece.from, end) });
  return cut;
}

function baseShape(base: BaseRate): Shape {
  if (base.kind === 'constant') return linear(0, notNegative('rate', base.perSecond), 0);
  const low = notNegative('low', base.lowPerSecond);
  const high = notNegative('high', base.highPerSecond);
  return raisedCosine((low + high) / 2, (high - low) / 2, base.peakUs);
}

/** start + slope · (t − origin), the slope per second and microsecond. */
function linear(origin: number, start: number, slope: number): Shape {
  // A ramp down to zero ends a rounding error below it.
  const rate = (t: number): number => Math.max(0, start + slope * (t - origin));
  return {
    rate,
    area: (from, to) => {
      if (slope === 0) return start === 0 ? 0 : (start * (to - from)) / SECOND_US;
      return (0.5 * (rate(from) + rate(to)) * (to - from)) / SECOND_US;
    },
    reach: (from, area) => {
      const first = rate(from);
      if (slope === 0) return first === 0 ? Number.POSITIVE_INFINITY : from + (area * SECOND_US) / first;
      // The stable root of first · x + slope · x² / 2 = area.
      const root = Math.sqrt(Math.max(0, first * first + 2 * slope * area * SECOND_US));
      return first + root === 0 ? Number.POSITIVE_INFINITY : from + (2 * area * SECOND_US) / (first + root);
    },
    wakes: (from) => (start > 0 || slope > 0 ? from : Number.POSITIVE_INFINITY),
  };
}

/** middle + swing · cos(2π (t − peak) / 24 h), where |swing| <= middle. */
function raisedCosine(middle: number, swing: number, peakUs: number): Shape {
  const angle = (t: number): number => ((t - peakUs) % DAY_US) * RADIANS_PER_US;
  const rate = (t: number): number => Math.max(0, middle + swing * Math.cos(angle(t)));
  const perRadian = swing / RADIANS_PER_US;
  /** Integral of the rate, per second times microseconds. */
  const sum = (t: number): number => middle * t + perRadian * Math.sin(angle(t));
  return {
    rate,
    area: (from, to) => {
      if (to === Number.POSITIVE_INFINITY) return middle > 0 ? Number.POSITIVE_INFINITY : 0;
      return (sum(to) - sum(from)) / SECOND_US;
    },
    reach: (from, area, near) => {
      if (middle === 0) return Number.POSITIVE_INFINITY;
      // Whole days have the same area whatever the hour they begin at; the rest lies within one more day.
      const low = from + Math.floor(area / (middle * DAY_SECONDS)) * DAY_US;
      return solve(sum(from) + area * SECOND_US, low, low + DAY_US, near, sum, rate);
    },
    wakes: (from) => (middle > 0 ? from : Number.POSITIVE_INFINITY),
  };
}

/** The t in [low, high] with sum(t) = target: Newton's step where it stays in the bracket, else halving. `near`: first guess. */
function solve(
  target: number,
  low: number,
  high: number,
  near: number,
  sum: (t: number) => number,
  slope: (t: number) => number,
): number {
  let below = low;
  let above = high;
  let t = near >= low && near <= high ? near : low;
  for (let i = 0; i < 200; i++) {
    const off = sum(t) - target;
    if (off < 0) below = t;
    else above = t;
    let next = t - off / slope(t);
    // Also where the slope is 0 and the step no number.
    if (!(next > below && next < above)) next = below + (above - below) / 2;
    // A hundredth of a microsecond: the caller rounds to whole ones.
    if (Math.abs(next - t) < 0.01 || above - below < 0.01) return next;
    t = next;
  }
  return t;
}

function indexAt(pieces: readonly Piece[], t: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((pieces[middle] as Piece).from <= t) low = middle;
    else high = middle - 1;
  }
  return low;
}

function pieceAt(pieces: readonly Piece[], t: number): Piece {
  return pieces[indexAt(pieces, t)] as Piece;
}

function notNegative(what: string, value: number): number {
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`traffic ${what} ${value}: expected a finite number >= 0`);
  }
  return value;
}
