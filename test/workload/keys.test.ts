import { describe, expect, it } from 'vitest';
import { Simulation, type Uniforms } from '../../src/kernel/index.ts';
import { attributeSampler } from '../../src/workload/attributes.ts';
import { keyNumber, keySampler, zipfByRejection } from '../../src/workload/keys.ts';

const stream = (seed = 1): Uniforms => new Simulation({ seed }).stream('keys');
/** Draws that count how many uniforms they take. */
function counting(u: Uniforms): Uniforms & { taken: number } {
  const counter = {
    taken: 0,
    uniform: () => {
      counter.taken++;
      return u.uniform();
    },
  };
  return counter;
}
function frequencies(draw: (u: Uniforms) => number, u: Uniforms, n: number, keys: number): number[] {
  const seen = new Array<number>(keys).fill(0);
  for (let i = 0; i < n; i++) {
    const key = draw(u);
    if (!(key >= 0 && key < keys && Number.isInteger(key))) throw new Error(`key ${key} of ${keys}`);
    seen[key] = (seen[key] as number) + 1;
  }
  return seen;
}
function chiSquare(seen: readonly number[], shares: readonly number[]): number {
  const n = seen.reduce((sum, x) => sum + x, 0);
  return seen.reduce((sum, x, i) => {
    const mean = n * (shares[i] as number);
    return sum + ((x - mean) * (x - mean)) / mean;
  }, 0);
}
function zipfShares(keys: number, exponent: number): number[] {
  const weights = Array.from({ length: keys }, (_, k) => Math.exp(-exponent * Math.log(k + 1)));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / sum);
}
/** 99.9 % points of chi-square with 19 degrees of freedom. */
const CHI_19 = 43.8;
const N = 100_000;

describe('keys', () => {
  it.each([0, 0.8, 1, 1.1, 2.5])('follow Zipf with exponent %f, one uniform each', (exponent) => {
    const u = counting(stream());
    const keys = keySampler({ kind: 'zipf', keys: 20, exponent });
    expect(
      chiSquare(
        frequencies((x) => keys.draw(x), u, N, 20),
        zipfShares(20, exponent),
      ),
    ).toBeLessThan(CHI_19);
    expect(u.taken).toBe(N);
  });

  it.each([0.5, 1, 1.1, 2.5])('follow the same law by rejection, exponent %f', (exponent) => {
    const seen = frequencies(zipfByRejection(20, exponent), stream(), N, 20);
    expect(chiSquare(seen, zipfShares(20, exponent))).toBeLessThan(CHI_19);
  });

  it('follow Zipf over more keys than a table holds', () => {
    const u = counting(stream());
    const keys = keySampler({ kind: 'zipf', keys: 3_000_000, exponent: 1.2 });
    const seen = frequencies((x) => keys.draw(x), u, N, 3_000_000);
    const shares = zipfShares(3_000_000, 1.2);
    const first = [...seen.slice(0, 19), N - seen.slice(0, 19).reduce((a, b) => a + b, 0)];
    const heads = shares.slice(0, 19);
    expect(chiSquare(first, [...heads, 1 - heads.reduce((a, b) => a + b, 0)])).toBeLessThan(CHI_19);
    expect(u.taken).toBeLessThan(1.3 * N);
  });

  it('hardly change when the exponent hardly does, so that designs stay comparable', () => {
    const [a, b] = [stream(), stream()];
    const one = keySampler({ kind: 'zipf', keys: 1000, exponent: 1.1 });
    const other = keySampler({ kind: 'zipf', keys: 1000, exponent: 1.1001 });
    let same = 0;
    for (let i = 0; i < 1000; i++) if (one.draw(a) === other.draw(b)) same++;
    expect(same).toBeGreaterThan(900);
  });

  it('are uniform, or hot with the share given and the rest equal', () => {
    const uniform = keySampler({ kind: 'uniform', keys: 20 });
    expect(
      chiSquare(
        frequencies((x) => uniform.draw(x), stream(), N, 20),
        new Array<number>(20).fill(0.05),
      ),
    ).toBeLessThan(CHI_19);
    const hot = keySampler({ kind: 'hot', keys: 20, share: 0.3 });
    const shares = [0.3, ...new Array<number>(19).fill(0.7 / 19)];
    expect(
      chiSquare(
        frequencies((x) => hot.draw(x), stream(), N, 20),
        shares,
      ),
    ).toBeLessThan(CHI_19);
  });

  it('stay in range at the edges: one key, all traffic hot, none hot, the largest uniform', () => {
    const almostOne: Uniforms = { uniform: () => 1 - 1 / 9007199254740992 };
    expect(keySampler({ kind: 'hot', keys: 1, share: 0.2 }).draw(almostOne)).toBe(0);
    expect(keySampler({ kind: 'hot', keys: 5, share: 1 }).draw(almostOne)).toBe(0);
    expect(keySampler({ kind: 'hot', keys: 5, share: 0 }).draw(almostOne)).toBe(4);
    expect(keySampler({ kind: 'uniform', keys: 7 }).draw(almostOne)).toBe(6);
    expect(keySampler({ kind: 'zipf', keys: 7, exponent: 1.3 }).draw(almostOne)).toBe(6);
    expect(keySampler({ kind: 'zipf', keys: 1, exponent: 2 }).draw(almostOne)).toBe(0);
  });

  it('have names, a constant one its own', () => {
    expect(keySampler({ kind: 'uniform', keys: 3 }).name(2)).toBe('key-2');
    const constant = keySampler({ kind: 'constant', value: 'all' });
    expect(constant.draw(stream())).toBe(0);
    expect(constant.name(0)).toBe('all');
  });

  it('refuse impossible settings', () => {
    expect(() => keySampler({ kind: 'uniform', keys: 0 })).toThrow(RangeError);
    expect(() => keySampler({ kind: 'zipf', keys: 5, exponent: -1 })).toThrow(RangeError);
    expect(() => keySampler({ kind: 'hot', keys: 5, share: 1.5 })).toThrow(RangeError);
  });
});

describe('the number of a key by its name', () => {
  it('is that of the drawn key with the same name', () => {
    const { name } = keySampler({ kind: 'uniform', keys: 100 });
    expect(keyNumber(name(17))).toBe(17);
    expect(keyNumber('key-017')).toBeGreaterThanOrEqual(0x80000000);
  });

  it('is none that can be drawn for any other name, and another for each', () => {
    const names = [
      '',
      'a',
      'b',
      'bulk',
      'key',
      'key-',
      'key--1',
      'key-1e3',
      'ab',
      'ba',
      ...Array.from({ length: 1000 }, (_, i) => `k${i}`),
    ];
    const numbers = names.map(keyNumber);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0x80000000);
    expect(Math.max(...numbers)).toBeLessThan(4_294_967_296);
    expect(new Set(numbers).size).toBe(names.length);
  });
});

describe('attributes', () => {
  it('are chosen by weight, which need not add up to 1', () => {
    const tier = attributeSampler({
      name: 'tier',
      choice: [
        { value: 'gold', weight: 1 },
        { value: 'none', weight: 0 },
        { value: 'silver', weight: 9 },
      ],
    });
    const seen = frequencies((u) => tier.draw(u), stream(), N, 3);
    expect(seen[1]).toBe(0);
    expect(Math.abs((seen[0] as number) / N - 0.1)).toBeLessThan(0.004);
    expect(tier.values).toEqual(['gold', 'none', 'silver']);
  });

  it('refuse weights that are negative or all zero', () => {
    expect(() => attributeSampler({ name: 'a', choice: [{ value: 'x', weight: 0 }] })).toThrow(RangeError);
    expect(() => attributeSampler({ name: 'a', choice: [{ value: 'x', weight: -1 }] })).toThrow(RangeError);
    expect(() => attributeSampler({ name: 'a', choice: [] })).toThrow(RangeError);
  });
});
