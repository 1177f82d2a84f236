/**
 * Quantiles of the normal and of Student's t distribution. Ours, because simple-statistics has no t quantile and its
 * probit is wrong in the third digit. No powers: `Math.pow` differs between Node versions.
 */
import { StatsError } from './errors.ts';

/**
 * Quantile of the standard normal distribution, 0 < p < 1, relative error about 1e-15 (Wichura 1988, AS 241).
 * Throws `STATS_PROBABILITY` outside (0, 1).
 */
export function inverseNormal(p: number): number {
  checkOpen(p);
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(CENTRE, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const tail = r <= 5 ? ratio(TAIL, r - 1.6) : ratio(FAR_TAIL, r - 5);
  return q < 0 ? -tail : tail;
}

/** Numerator and denominator of a rational approximation, lowest power first. */
type Rational = readonly [readonly number[], readonly number[]];

function ratio([above, below]: Rational, x: number): number {
  return polynomial(above, x) / polynomial(below, x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + (coefficients[i] as number);
  return sum;
}

const CENTRE: Rational = [
  [
    3.3871328727963666, 133.14166789178438, 1971.5909503065514, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.575583588128, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
];
const TAIL: Rational = [
  [
    1.4234371107496836, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 7.745450142783414e-4,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    5.475938084995345e-4, 1.0507500716444169e-9,
  ],
];
const FAR_TAIL: Rational = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.2965605718285049, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 7.868691311456133e-4, 1.8463183175100547e-5,
    1.4215117583164459e-7, 2.0442631033899397e-15,
  ],
];

/** Natural logarithm of the gamma function for x > 0 (Lanczos, g = 7, nine terms; relative error about 1e-15). */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
  const y = x - 1;
  let sum = LANCZOS[0] as number;
  for (let i = 1; i < LANCZOS.length; i++) sum += (LANCZOS[i] as number) / (y + i);
  const t = y + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

const LANCZOS: readonly number[] = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** Regularised incomplete beta function I_x(a, b), a, b > 0, 0 <= x <= 1 (continued fraction by Lentz's method). */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The fraction converges fast below the mean; above it the mirrored one does.
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (v: number) => (Math.abs(v) < tiny ? tiny : v);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const factor = d * c;
    value *= factor;
    if (Math.abs(factor - 1) < 1e-16) return value;
  }
  return value;
}

/** P(T > t) of Student's t with `freedom` degrees of freedom (> 0, need not be whole), t >= 0. */
export function studentTail(t: number, freedom: number): number {
  return 0.5 * incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

/**
 * Quantile of Student's t distribution, 0 < p < 1, `freedom` > 0 degrees of freedom; error under 1e-10 for whole
 * degrees of freedom and tails down to 1e-6. Throws `STATS_PROBABILITY` or `STATS_FREEDOM`.
 */
export function studentQuantile(p: number, freedom: number): number {
  checkOpen(p);
  if (!(freedom > 0)) throw new StatsError('STATS_FREEDOM', `degrees of freedom ${freedom}: expected a number > 0`);
  if (p === 0.5) return 0;
  if (p < 0.5) return -upperQuantile(p, freedom);
  return upperQuantile(1 - p, freedom);
}

/** The t > 0 with P(T > t) = tail: bracketed by doubling, then halved until the bracket has no double left inside. */
function upperQuantile(tail: number, freedom: number): number {
  let low = 0;
  let high = 1;
  while (studentTail(high, freedom) > tail) {
    low = high;
    high *= 2;
  }
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return middle;
    if (studentTail(middle, freedom) > tail) low = middle;
    else high = middle;
  }
}

function checkOpen(p: number): void {
  if (!(p > 0 && p < 1)) {
    throw new StatsError('STATS_PROBABILITY', `probability ${p}: expected a number between 0 and 1`);
  }
}
