import { describe, expect, test } from 'vitest';
import {
  compileVariate,
  type Distribution,
  inverseNormal,
  KernelError,
  Simulation,
  type Uniforms,
} from '../../src/kernel/index.ts';
import { gamma, logGamma } from '../../src/kernel/gamma.ts';
import { negativeLog } from '../../src/kernel/log.ts';
import { normalCdf } from '../../src/kernel/normal.ts';

const { exp, log, sqrt } = Math;
const N = 200_000;

function sample(d: Distribution, n = N): Float64Array {
  const stream = new Simulation({ seed: 11 }).stream(JSON.stringify(d));
  const variate = compileVariate(d);
  return Float64Array.from({ length: n }, () => variate.draw(stream)).sort();
}

/** Kolmogorov's distance to the exact distribution times √n: above 1.95 once in a thousand. */
function kolmogorov(sorted: Float64Array, cdf: (x: number) => number): number {
  let worst = 0;
  for (const [i, x] of sorted.entries()) {
    const p = cdf(x);
    worst = Math.max(worst, p - i / sorted.length, (i + 1) / sorted.length - p);
  }
  return worst * sqrt(sorted.length);
}

/** P(Erlang-k of mean 1 ≤ x). */
function erlangCdf(k: number, x: number): number {
  let term = exp(-k * x);
  let sum = 0;
  for (let i = 0; i < k; i++) {
    sum += term;
    term *= (k * x) / (i + 1);
  }
  return 1 - sum;
}

const sigma = sqrt(log(1.25));
const sigma99 = log(4) / 2.3263478740408408;
const often = (1 + sqrt(3 / 5)) / 2;
const power = (x: number, y: number): number => exp(y * log(x));

const continuous: [Distribution, mean: number, variance: number, cdf: (x: number) => number][] = [
  [{ kind: 'exponential', mean: 3 }, 3, 9, (x) => 1 - exp(-x / 3)],
  [{ kind: 'uniform', min: 2, max: 6 }, 4, 16 / 12, (x) => (x - 2) / 4],
  // Cut at 0: mean + sd·φ/Φ at mean/sd = 1.
  [
    { kind: 'normal', mean: 2, sd: 2 },
    2.575199941878357,
    2.518745143,
    (x) => (normalCdf((x - 2) / 2) - normalCdf(-1)) / normalCdf(1),
  ],
  [{ kind: 'normal', mean: 100, sd: 5 }, 100, 25, (x) => normalCdf((x - 100) / 5)],
  [{ kind: 'lognormal', mean: 4, cv: 0.5 }, 4, 4, (x) => normalCdf((log(x / 4) + (sigma * sigma) / 2) / sigma)],
  [
    { kind: 'lognormal', p50: 10, p99: 40 },
    10 * exp((sigma99 * sigma99) / 2),
    100 * exp(sigma99 * sigma99) * (exp(sigma99 * sigma99) - 1),
    (x) => normalCdf(log(x / 10) / sigma99),
  ],
  [{ kind: 'erlang', mean: 1, k: 3 }, 1, 1 / 3, (x) => erlangCdf(3, x)],
  [{ kind: 'erlang', mean: 1, k: 40 }, 1, 1 / 40, (x) => erlangCdf(40, x)],
  [
    { kind: 'hyperexponential', mean: 1, cv: 2 },
    1,
    4,
    (x) => 1 - often * exp(-2 * often * x) - (1 - often) * exp(-2 * (1 - often) * x),
  ],
  [{ kind: 'pareto', min: 2, shape: 5 }, 2.5, 20 / 48, (x) => 1 - power(2 / x, 5)],
  [{ kind: 'weibull', mean: 2, shape: 0.5 }, 2, 20, (x) => 1 - exp(-sqrt(x))],
  [{ kind: 'weibull', mean: 1, shape: 2 }, 1, 4 / Math.PI - 1, (x) => 1 - exp((-x * x * Math.PI) / 4)],
  [
    {
      kind: 'mixture',
      parts: [
        { weight: 1, of: { kind: 'uniform', min: 0, max: 1 } },
        { weight: 3, of: { kind: 'uniform', min: 2, max: 4 } },
      ],
    },
    2.375,
    1.317708333,
    (x) => (x < 2 ? Math.min(x, 1) / 4 : 0.25 + ((x - 2) / 2) * 0.75),
  ],
];

describe('compileVariate', () => {
  test.each(continuous)('draws of %j have its exact distribution, mean and variance', (d, mean, variance, cdf) => {
    const variate = compileVariate(d);
    expect(variate.mean / mean).toBeCloseTo(1, 9);
    expect(variate.constant).toBe(false);
    const values = sample(d);
    expect(kolmogorov(values, cdf)).toBeLessThan(1.95);
    const average = values.reduce((sum, x) => sum + x, 0) / N;
    expect(Math.abs(average - mean) / sqrt(variance / N)).toBeLessThan(4);
    const spread = values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / N;
    expect(spread / variance).toBeGreaterThan(0.9);
    expect(spread / variance).toBeLessThan(1.1);
    expect(values[0]).toBeGreaterThanOrEqual(0);
  });

  test('an empirical distribution gives each value its share, and its exact mean', () => {
    const d: Distribution = { kind: 'empirical', values: [5, 1, 1, 9] };
    const values = sample(d);
    expect(compileVariate(d).mean).toBe(4);
    for (const [value, share] of [
      [1, 0.5],
      [5, 0.25],
      [9, 0.25],
    ] as const) {
      const count = values.filter((x) => x === value).length;
      expect(Math.abs(count - N * share) / sqrt(N * share * (1 - share))).toBeLessThan(4);
    }
    // 1e16 + 1 + 1 loses both ones in plain addition.
    expect(compileVariate({ kind: 'empirical', values: [1e16, 1, 1, 0] }).mean).toBe(1e16 / 4 + 0.5);
  });

  test.each<[Distribution, number]>([
    [{ kind: 'constant', value: 5 }, 5],
    [{ kind: 'exponential', mean: 0 }, 0],
    [{ kind: 'normal', mean: 3, sd: 0 }, 3],
    [{ kind: 'uniform', min: 2, max: 2 }, 2],
    [{ kind: 'lognormal', mean: 4, cv: 0 }, 4],
    [{ kind: 'lognormal', p50: 4, p99: 4 }, 4],
    [{ kind: 'empirical', values: [7, 7] }, 7],
    [
      {
        kind: 'mixture',
        parts: [
          { weight: 2, of: { kind: 'constant', value: 8 } },
          { weight: 0, of: { kind: 'exponential', mean: 1 } },
        ],
      },
      8,
    ],
  ])('%j is constant and takes no uniform', (d, value) => {
    const never: Uniforms = {
      uniform: () => {
        throw new Error('drawn');
      },
    };
    const variate = compileVariate(d);
    expect([variate.constant, variate.mean, variate.draw(never)]).toEqual([true, value, value]);
  });

  test('one uniform makes one draw wherever the inverse is known, so that common random numbers stay in step', () => {
    const one: Distribution[] = continuous.map(([d]) => d).filter((d) => d.kind !== 'erlang' && d.kind !== 'mixture');
    for (const d of [...one, { kind: 'empirical', values: [1, 2] } as const]) {
      let taken = 0;
      compileVariate(d).draw({
        uniform: () => {
          taken++;
          return 0.3;
        },
      });
      expect([d.kind, taken]).toEqual([d.kind, 1]);
    }
  });

  test('the extreme uniforms give finite draws of at least 0', () => {
    for (const u of [2 ** -54, 1 - 2 ** -53, 0.5]) {
      for (const [d] of continuous) {
        const x = compileVariate(d).draw({ uniform: () => u });
        expect(Number.isFinite(x) && x >= 0, `${JSON.stringify(d)} at ${u}: ${x}`).toBe(true);
      }
      expect(compileVariate({ kind: 'empirical', values: [1, 2, 3] }).draw({ uniform: () => u })).toBeGreaterThan(0);
    }
  });

  test('a Pareto of shape 1 or less has no mean', () => {
    expect(compileVariate({ kind: 'pareto', min: 1, shape: 1 }).mean).toBeNaN();
  });

  test.each<[Distribution, string]>([
    [{ kind: 'constant', value: -1 }, 'value'],
    [{ kind: 'exponential', mean: Number.POSITIVE_INFINITY }, 'mean'],
    [{ kind: 'normal', mean: -100, sd: 1 }, 'mean'],
    [{ kind: 'normal', mean: 1, sd: -1 }, 'sd'],
    [{ kind: 'uniform', min: 3, max: 2 }, 'min'],
    [{ kind: 'lognormal', mean: 0, cv: 1 }, 'mean'],
    [{ kind: 'lognormal', p50: 3, p99: 2 }, 'p50'],
    [{ kind: 'erlang', mean: 1, k: 1.5 }, 'k'],
    [{ kind: 'hyperexponential', mean: 1, cv: 0.9 }, 'cv'],
    [{ kind: 'pareto', min: 1, shape: 0 }, 'shape'],
    [{ kind: 'weibull', mean: 1, shape: 0.001 }, 'shape'],
    [{ kind: 'empirical', values: [] }, 'values'],
    [{ kind: 'empirical', values: [1, Number.NaN] }, 'values[1]'],
    [{ kind: 'mixture', parts: [] }, 'weights'],
    [{ kind: 'mixture', parts: [{ weight: -1, of: { kind: 'constant', value: 1 } }] }, 'parts[0].weight'],
    [{ kind: 'gaussian' } as never, 'kind'],
  ])('%j is refused by its code, and the message names the field', (d, field) => {
    expect(() => compileVariate(d)).toThrow(KernelError);
    expect(() => compileVariate(d)).toThrow('bad-distribution');
    expect(() => compileVariate(d)).toThrow(field);
  });
});

describe('special functions', () => {
  test('inverseNormal agrees with tables and undoes normalCdf in the tails too', () => {
    expect(inverseNormal(0.5)).toBe(0);
    expect(inverseNormal(0.975)).toBeCloseTo(1.959963984540054, 14);
    expect(inverseNormal(0.99)).toBeCloseTo(2.3263478740408408, 14);
    expect(inverseNormal(1e-10)).toBeCloseTo(-6.361340902404056, 13);
    expect(inverseNormal(0.001)).toBeCloseTo(-3.090232306167814, 13);
    for (let x = -37.1; x <= 5; x += 0.37) expect(inverseNormal(normalCdf(x)) / x).toBeCloseTo(1, x < 3 ? 12 : 9);
    expect([inverseNormal(0), inverseNormal(1), inverseNormal(2)]).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ]);
  });

  test('normalCdf agrees with tables', () => {
    expect(normalCdf(1.96)).toBeCloseTo(0.9750021048517795, 15);
    expect(normalCdf(-5) / 2.8665157187919333e-7).toBeCloseTo(1, 12);
    expect(normalCdf(-20) / 2.7536241186062337e-89).toBeCloseTo(1, 12);
  });

  test('gamma agrees with factorials and half-integers to twelve digits', () => {
    let factorial = 1;
    for (let n = 1; n <= 30; n++) {
      expect(gamma(n) / factorial).toBeCloseTo(1, 12);
      factorial *= n;
    }
    expect(gamma(0.5)).toBeCloseTo(sqrt(Math.PI), 12);
    expect(gamma(1.5)).toBeCloseTo(sqrt(Math.PI) / 2, 12);
    expect(gamma(1 / 3)).toBeCloseTo(2.678938534707747, 12);
    expect(logGamma(1000)).toBeCloseTo(5905.220423209181, 8);
  });

  test('negativeLog is the logarithm to thirteen digits, also next to 1 and at the smallest uniform', () => {
    const stream = new Simulation({ seed: 4 }).stream('u');
    let worst = 0;
    const check = (u: number): void => {
      worst = Math.max(worst, Math.abs(negativeLog(u) / -log(u) - 1));
    };
    for (let i = 0; i < 300_000; i++) {
      const u = stream.uniform();
      check(u);
      check(1 - u * 0.02);
      check(u * u * u * u * u * u);
    }
    for (let part = 0; part <= 128; part++) {
      const border = 0.5 + part / 256;
      for (const u of [border, border + 2 ** -53, border - 2 ** -54]) if (u < 1) check(u);
    }
    check(2 ** -54);
    check(1 - 2 ** -53);
    expect(worst).toBeLessThan(3e-14);
    expect(negativeLog(1)).toBe(0);
  });
});
