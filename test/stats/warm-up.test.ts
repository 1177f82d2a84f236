import { describe, expect, it } from 'vitest';
import { lagOne, mser } from '../../src/stats/index.ts';
import { normal, uniforms } from './uniforms.ts';

/** First-order autoregressive series around 100. */
function series(n: number, start: number, u: () => number): number[] {
  const values: number[] = [];
  let x = start;
  for (let i = 0; i < n; i++) {
    x = 0.9 * x + normal(u);
    values.push(100 + x);
  }
  return values;
}

describe('warm-up', () => {
  it('is cut where the start was far off, and hardly where it was not', () => {
    const u = uniforms(1);
    const far = mser(fives(series(2000, 200, u)));
    expect(far.cut).toBeGreaterThanOrEqual(4);
    expect(far.cut).toBeLessThan(60);
    expect(far.reliable).toBe(true);
    expect(mser(Array.from({ length: 20 }, () => 3))).toEqual({ cut: 0, reliable: true });
  });

  it('is the cut with the smallest standard error of the rest, reckoned by hand', () => {
    // Cut 0: 81.2 ÷ 36; cut 1: 2 ÷ 25; cut 2: 2 ÷ 16; cut 3: 2 ÷ 9.
    expect(mser([10, 1, 1, 1, 2, 0])).toEqual({ cut: 1, reliable: true });
    // Nothing further than half: of six at most three.
    expect(mser([9, 9, 9, 9, 9, 1])).toEqual({ cut: 0, reliable: true });
  });

  it('is called unreliable when the run is still drifting at its end', () => {
    expect(mser(Array.from({ length: 40 }, (_, i) => i)).reliable).toBe(false);
    expect(mser([1, 2, 3]).reliable).toBe(false);
  });
});

describe('correlation of neighbours', () => {
  it('is that of the series it comes from', () => {
    const u = uniforms(2);
    // Of x ← 0.9 x + noise it is 0.9; of noise 0.
    expect(lagOne([series(20_000, 0, u)])).toBeCloseTo(0.9, 1);
    expect(Math.abs(lagOne([Array.from({ length: 20_000 }, () => normal(u))]) as number)).toBeLessThan(0.03);
  });

  it('looks at several series together, about one centre', () => {
    // Each on its own level: about its own mean there is nothing, about the common one they are all alike.
    expect(
      lagOne([
        [1, 2, 1, 2],
        [11, 12, 11, 12],
      ]),
    ).toBeLessThan(-0.9);
    expect(
      lagOne(
        [
          [1, 2, 1, 2],
          [11, 12, 11, 12],
        ],
        6.5,
      ),
    ).toBeGreaterThan(0.9);
  });

  it('is none where nothing varies or nothing has a neighbour', () => {
    expect(lagOne([[2, 2, 2]])).toBeNull();
    expect(lagOne([[1], [2]], 1.5)).toBeNull();
    expect(lagOne([])).toBeNull();
  });
});

/** Means of five. */
function fives(values: readonly number[]): number[] {
  return Array.from({ length: values.length / 5 }, (_, i) => {
    const five = values.slice(5 * i, 5 * i + 5);
    return five.reduce((sum, x) => sum + x, 0) / 5;
  });
}
