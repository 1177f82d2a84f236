import type { Distribution } from './distribution.ts';
import { KernelError, shown } from './errors.ts';
import { gamma } from './gamma.ts';
import { negativeLog } from './log.ts';
import { inverseNormal, normalCdf, normalDensity } from './normal.ts';
import type { Uniforms } from './uniforms.ts';

/** A compiled distribution. Wherever the inverse is known a draw takes exactly one uniform, which keeps common random numbers in step. */
export interface Variate {
  /** One value, at least 0. */
  draw(u: Uniforms): number;
  /** Exact mean of the draws; NaN where it doesn't exist (Pareto of shape 1 or less). */
  readonly mean: number;
  /** True when every draw is the same; then no uniform is taken. */
  readonly constant: boolean;
}

/** Compiles a distribution. Throws KernelError `bad-distribution`, naming the field, when a parameter is out of its range. */
export function compileVariate(d: Distribution): Variate {
  switch (d.kind) {
    case 'constant':
      return constant(atLeastZero(d.kind, 'value', d.value));
    case 'exponential':
      return exponential(atLeastZero(d.kind, 'mean', d.mean));
    case 'normal':
      return normal(finite(d.kind, 'mean', d.mean), atLeastZero(d.kind, 'sd', d.sd));
    case 'uniform':
      return uniform(atLeastZero(d.kind, 'min', d.min), atLeastZero(d.kind, 'max', d.max));
    case 'lognormal':
      return 'p50' in d
        ? lognormalOfQuantiles(positive(d.kind, 'p50', d.p50), positive(d.kind, 'p99', d.p99))
        : lognormalOfMoments(positive(d.kind, 'mean', d.mean), atLeastZero(d.kind, 'cv', d.cv));
    case 'erlang':
      return erlang(atLeastZero(d.kind, 'mean', d.mean), d.k);
    case 'hyperexponential':
      return hyperexponential(atLeastZero(d.kind, 'mean', d.mean), finite(d.kind, 'cv', d.cv));
    case 'pareto':
      return pareto(atLeastZero(d.kind, 'min', d.min), positive(d.kind, 'shape', d.shape));
    case 'weibull':
      return weibull(atLeastZero(d.kind, 'mean', d.mean), positive(d.kind, 'shape', d.shape));
    case 'empirical':
      return empirical(d.values);
    case 'mixture':
      return mixture(d.parts);
    default:
      throw bad(`kind ${shown((d as { kind?: unknown }).kind)} is unknown`);
  }
}

function constant(value: number): Variate {
  return { draw: () => value, mean: value, constant: true };
}

function exponential(mean: number): Variate {
  if (mean === 0) return constant(0);
  return { draw: (u) => negativeLog(u.uniform()) * mean, mean, constant: false };
}

/** The normal given that it is positive, by inversion of the upper tail (which keeps its digits when most of the mass is cut). */
function normal(mean: number, sd: number): Variate {
  if (sd === 0) return constant(atLeastZero('normal', 'mean', mean));
  const kept = normalCdf(mean / sd);
  if (!(kept > 1e-280))
    throw bad(`normal: mean ${mean} with sd ${sd} leaves nothing above 0; give a larger mean or sd`);
  return {
    draw: (u) => Math.max(0, mean - sd * inverseNormal(u.uniform() * kept)),
    mean: mean + (sd * normalDensity(mean / sd)) / kept,
    constant: false,
  };
}

function uniform(min: number, max: number): Variate {
  if (max < min) throw bad(`uniform: min ${min} is above max ${max}; expected min ≤ max`);
  if (max === min) return constant(min);
  const width = max - min;
  return { draw: (u) => min + width * u.uniform(), mean: min + width / 2, constant: false };
}

function lognormalOfMoments(mean: number, cv: number): Variate {
  const variance = Math.log1p(cv * cv);
  return cv === 0 ? constant(mean) : lognormal(Math.log(mean) - variance / 2, Math.sqrt(variance), mean);
}

function lognormalOfQuantiles(p50: number, p99: number): Variate {
  if (p99 < p50) throw bad(`lognormal: p50 ${p50} is above p99 ${p99}; expected p50 ≤ p99`);
  if (p99 === p50) return constant(p50);
  const sigma = (Math.log(p99) - Math.log(p50)) / inverseNormal(0.99);
  return lognormal(Math.log(p50), sigma, p50 * Math.exp((sigma * sigma) / 2));
}

function lognormal(mu: number, sigma: number, mean: number): Variate {
  return { draw: (u) => Math.exp(mu + sigma * inverseNormal(u.uniform())), mean, constant: false };
}

/** Sum of k exponentials: the logarithm of a product of uniforms, sixteen at a time so that it can't underflow. */
function erlang(mean: number, k: number): Variate {
  if (!Number.isInteger(k) || k < 1 || k > 10_000)
    throw bad(`erlang: k is ${shown(k)}; expected a whole number from 1 to 10,000`);
  if (mean === 0) return constant(0);
  const scale = mean / k;
  return {
    draw: (u) => {
      let sum = 0;
      for (let left = k; left > 0; left -= 16) {
        let product = u.uniform();
        for (let i = Math.min(left, 16); i > 1; i--) product *= u.uniform();
        sum += negativeLog(product);
      }
      return sum * scale;
    },
    mean,
    constant: false,
  };
}

/** Two exponential branches, each bringing half of the mean; the uniform that chose the branch is stretched and used again. */
function hyperexponential(mean: number, cv: number): Variate {
  if (!(cv >= 1)) throw bad(`hyperexponential: cv is ${cv}; expected at least 1 (below it take erlang)`);
  if (mean === 0) return constant(0);
  if (cv === 1) return exponential(mean);
  const squared = cv * cv;
  const often = (1 + Math.sqrt((squared - 1) / (squared + 1))) / 2;
  // 1 − often, without the cancellation at large cv.
  const seldom = 1 / (squared + 1) / (2 * often);
  const shortMean = mean / (2 * often);
  const longMean = mean / (2 * seldom);
  return {
    draw: (u) => {
      const x = u.uniform();
      return x <= often
        ? negativeLog(x / often) * shortMean
        : negativeLog(Math.min(1, (x - often) / seldom)) * longMean;
    },
    mean,
    constant: false,
  };
}

function pareto(min: number, shape: number): Variate {
  if (min === 0) return constant(0);
  return {
    draw: (u) => min * Math.exp(negativeLog(u.uniform()) / shape),
    mean: shape > 1 ? (shape * min) / (shape - 1) : Number.NaN,
    constant: false,
  };
}

function weibull(mean: number, shape: number): Variate {
  if (mean === 0) return constant(0);
  const scale = mean / gamma(1 + 1 / shape);
  if (!(scale > 0)) throw bad(`weibull: shape ${shape} is too small for mean ${mean}; expected at least about 0.006`);
  return { draw: (u) => scale * Math.exp(Math.log(negativeLog(u.uniform())) / shape), mean, constant: false };
}

function empirical(values: readonly number[]): Variate {
  if (values.length === 0) throw bad('empirical: no values; expected at least one');
  const data = Float64Array.from(values, (value, i) => atLeastZero('empirical', `values[${i}]`, value));
  const first = data[0] as number;
  if (data.every((value) => value === first)) return constant(first);
  let sum = 0;
  let lost = 0;
  for (const value of data) {
    // Neumaier's compensation: the mean of ten million rows keeps its last digits.
    const next = sum + value;
    lost += sum >= value ? sum - next + value : value - next + sum;
    sum = next;
  }
  const n = data.length;
  // The product can round up to n itself.
  return {
    draw: (u) => data[Math.min(n - 1, Math.floor(u.uniform() * n))] as number,
    mean: (sum + lost) / n,
    constant: false,
  };
}

function mixture(parts: readonly { weight: number; of: Distribution }[]): Variate {
  let total = 0;
  for (const [i, part] of parts.entries()) total += atLeastZero('mixture', `parts[${i}].weight`, part.weight);
  if (!(total > 0)) throw bad(`mixture: the weights sum to ${total}; expected more than 0`);
  const used = parts
    .filter((part) => part.weight > 0)
    .map((part) => ({ share: part.weight / total, of: compileVariate(part.of) }));
  const only = used[0];
  if (used.length === 1 && only !== undefined) return only.of;
  const bounds: number[] = [];
  let bound = 0;
  let mean = 0;
  for (const part of used) {
    bound += part.share;
    mean += part.share * part.of.mean;
    bounds.push(bound);
  }
  const variates = used.map((part) => part.of);
  const last = variates.length - 1;
  return {
    draw: (u) => {
      const x = u.uniform();
      let i = 0;
      while (i < last && x >= (bounds[i] as number)) i++;
      return (variates[i] as Variate).draw(u);
    },
    mean,
    constant: false,
  };
}

function finite(kind: string, field: string, value: number): number {
  if (!Number.isFinite(value)) throw bad(`${kind}: ${field} is ${shown(value)}; expected a finite number`);
  return value;
}

function atLeastZero(kind: string, field: string, value: number): number {
  if (!(finite(kind, field, value) >= 0)) throw bad(`${kind}: ${field} is ${value}; expected at least 0`);
  return value;
}

function positive(kind: string, field: string, value: number): number {
  if (!(finite(kind, field, value) > 0)) throw bad(`${kind}: ${field} is ${value}; expected more than 0`);
  return value;
}

function bad(message: string): KernelError {
  return new KernelError('bad-distribution', message);
}
