import { describe, expect, test } from 'vitest';
import { type KeyedStream, KernelError, Simulation, type Uniforms } from '../../src/kernel/index.ts';
import { threefry2x32 } from '../../src/kernel/threefry.ts';
import { toUniform } from '../../src/kernel/uniforms.ts';

function draws(u: Uniforms, n: number): number[] {
  return Array.from({ length: n }, () => u.uniform());
}

function correlation(x: readonly number[], y: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += ((x[i] as number) - 0.5) * ((y[i] as number) - 0.5);
  return (12 * sum) / x.length;
}

/** Chi-square of counts in equal cells as a normal score: beyond ±5 is no accident. */
function chiSquareScore(values: Iterable<number>, cells: number): number {
  const counts = new Float64Array(cells);
  let n = 0;
  for (const value of values) {
    const cell = Math.floor(value * cells);
    counts[cell] = (counts[cell] as number) + 1;
    n++;
  }
  let sum = 0;
  for (const count of counts) sum += ((count - n / cells) * (count - n / cells)) / (n / cells);
  return (sum - (cells - 1)) / Math.sqrt(2 * (cells - 1));
}

describe('toUniform', () => {
  test('lies strictly between 0 and 1 for the extreme words, and uses 53 bits', () => {
    expect(toUniform(0, 0)).toBe(2 ** -54);
    expect(toUniform(0, 1)).toBe(2 ** -53);
    expect(toUniform(-1, -1)).toBe(1 - 2 ** -53);
    expect(toUniform(1 << 31, 0)).toBe(0.5);
    expect(toUniform(1 << 31, 1)).toBe(0.5 + 2 ** -53);
  });
});

describe('Stream', () => {
  test('gives the same numbers for ever', () => {
    const sim = new Simulation({ seed: 42 });
    expect(draws(sim.stream('orders/arrivals'), 4)).toEqual([
      0.3446420623024077, 0.380663410631327, 0.6459774170482346, 0.913963087044946,
    ]);
    expect(draws(new Simulation({ seed: 42, replication: 1 }).stream('orders/arrivals'), 2)).toEqual([
      0.727559824373753, 0.9637530352395572,
    ]);
  });

  test('is one object per name, and the seed 7 is the seed "7"', () => {
    const sim = new Simulation({ seed: 7 });
    expect(sim.stream('a')).toBe(sim.stream('a'));
    expect(sim.stream('a')).not.toBe(sim.stream('b'));
    expect(draws(new Simulation({ seed: '7' }).stream('a'), 5)).toEqual(draws(sim.stream('a'), 5));
  });

  test('does not mix up seed, name and replication', () => {
    const firsts = [
      new Simulation({ seed: '1', replication: 2 }).stream('a'),
      new Simulation({ seed: '1', replication: 2 }).keyedStream('a'),
      new Simulation({ seed: '12' }).stream('a'),
      new Simulation({ seed: '1' }).stream('2a'),
      new Simulation({ seed: '1","2' }).stream('a'),
      new Simulation({ seed: '1' }).stream('2","a'),
    ].map((u) => u.uniform());
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  test('is uniform in its high and in its low bits, and in pairs', () => {
    const values = draws(new Simulation({ seed: 3 }).stream('x'), 400_000);
    expect(Math.abs(chiSquareScore(values, 1000))).toBeLessThan(4);
    expect(
      Math.abs(
        chiSquareScore(
          values.map((u) => (u * 2 ** 40) % 1),
          1024,
        ),
      ),
    ).toBeLessThan(4);
    const pairs = Array.from(
      { length: 200_000 },
      (_, i) => (Math.floor((values[2 * i] as number) * 32) + (values[2 * i + 1] as number)) / 32,
    );
    expect(Math.abs(chiSquareScore(pairs, 1024))).toBeLessThan(4);
    expect(Math.abs(correlation(values.slice(1), values.slice(0, -1))) * Math.sqrt(values.length)).toBeLessThan(4);
  });

  test('first draws of neighbouring names and replications are independent', () => {
    const names = Array.from({ length: 20_000 }, (_, i) => new Simulation({ seed: 1 }).stream(`broker/${i}`).uniform());
    const replications = Array.from({ length: 20_000 }, (_, i) =>
      new Simulation({ seed: 1, replication: i }).stream('x').uniform(),
    );
    const seeds = Array.from({ length: 20_000 }, (_, i) => new Simulation({ seed: i }).stream('x').uniform());
    for (const firsts of [names, replications, seeds]) {
      expect(Math.abs(chiSquareScore(firsts, 100))).toBeLessThan(4);
      for (const lag of [1, 10]) {
        expect(Math.abs(correlation(firsts.slice(lag), firsts.slice(0, -lag))) * Math.sqrt(firsts.length)).toBeLessThan(
          4,
        );
      }
    }
    expect(Math.abs(correlation(names, replications)) * Math.sqrt(names.length)).toBeLessThan(4);
  });

  test('two whole streams are uncorrelated', () => {
    const sim = new Simulation({ seed: 5 });
    const n = 200_000;
    expect(Math.abs(correlation(draws(sim.stream('a'), n), draws(sim.stream('b'), n))) * Math.sqrt(n)).toBeLessThan(4);
  });
});

describe('Threefry', () => {
  // Vectors published with Random123, the authors' library: counter, key, result.
  test.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x243f6a88, 0x85a308d3],
      [0x13198a2e, 0x03707344],
      [0xc4923a9c, 0x483df7a0],
    ],
  ])('gives the published result for counter %j', (counter, key, expected) => {
    const out = new Int32Array(2);
    threefry2x32(
      (key[0] as number) | 0,
      (key[1] as number) | 0,
      (counter[0] as number) | 0,
      (counter[1] as number) | 0,
      out,
    );
    expect([...out].map((x) => x >>> 0)).toEqual(expected);
  });
});

describe('KeyedStream', () => {
  const keyed = (seed = 1, replication = 0): KeyedStream =>
    new Simulation({ seed, replication }).keyedStream('service');

  test('gives the same numbers for ever', () => {
    const stream = keyed(42);
    expect([...draws(stream.at(3, 1), 2), ...draws(stream.at(2 ** 40, 0), 1)]).toEqual([
      0.16140653473921507, 0.6591687997829289, 0.9131427359361824,
    ]);
  });

  test('draws belong to (request, path), not to the order of service', () => {
    const forwards = keyed();
    const backwards = keyed();
    const first = Array.from({ length: 100 }, (_, i) => draws(forwards.at(i, i % 7), 3));
    const second = Array.from({ length: 100 }, (_, i) =>
      draws(backwards.at(99 - i, (99 - i) % 7), 5).slice(0, 3),
    ).reverse();
    expect(second).toEqual(first);
  });

  test('`at` starts again at the first draw', () => {
    const stream = keyed();
    const first = draws(stream.at(5, 0), 3);
    expect(draws(stream.at(5, 0), 3)).toEqual(first);
    expect(new Set(first).size).toBe(3);
  });

  test('request (beyond 32 bits too), path, draw, name, seed and replication all matter', () => {
    const sim = new Simulation({ seed: 1 });
    const stream = sim.keyedStream('service');
    const values = [
      ...[0, 1, 2 ** 31, 2 ** 32, 2 ** 33, 2 ** 53 - 1].map((request) => stream.at(request, 0).uniform()),
      ...[1, 2, 2 ** 32 - 1].map((path) => stream.at(0, path).uniform()),
      ...draws(stream.at(0, 0), 4).slice(1),
      sim.keyedStream('other').at(0, 0).uniform(),
      keyed(2).at(0, 0).uniform(),
      keyed(1, 1).at(0, 0).uniform(),
    ];
    expect(new Set(values).size).toBe(values.length);
  });

  test('is uniform and uncorrelated over requests, over paths and over draws', () => {
    const stream = keyed(9);
    const n = 200_000;
    const overRequests = Array.from({ length: n }, (_, i) => stream.at(i, 0).uniform());
    const overPaths = Array.from({ length: n }, (_, i) => stream.at(1, i).uniform());
    stream.at(2, 3);
    const overDraws = draws(stream, n);
    for (const values of [overRequests, overPaths, overDraws]) {
      expect(Math.abs(chiSquareScore(values, 1000))).toBeLessThan(4);
      for (const lag of [1, 2, 256]) {
        expect(Math.abs(correlation(values.slice(lag), values.slice(0, -lag))) * Math.sqrt(n)).toBeLessThan(4);
      }
    }
    expect(Math.abs(correlation(overRequests, overPaths)) * Math.sqrt(n)).toBeLessThan(4);
  });

  test.each([
    [-1, 0],
    [0.5, 0],
    [2 ** 53, 0],
    [Number.NaN, 0],
    [0, 0.5],
    [0, 2 ** 32],
  ])('refuses request %d, path %d', (request, path) => {
    expect(() => keyed().at(request, path)).toThrow(KernelError);
  });
});
