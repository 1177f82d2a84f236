import { describe, expect, it } from 'vitest';
import { StatsError, theory } from '../../src/stats/index.ts';

describe('closed forms', () => {
  it('M/M/1 at 0.8', () => {
    const queue = theory.mm1(0.8, 1);
    expect(queue.L).toBeCloseTo(4, 12);
    expect(queue.Lq).toBeCloseTo(3.2, 12);
    expect(queue.W).toBeCloseTo(5, 12);
    expect(queue.Wq).toBeCloseTo(4, 12);
    expect(queue.sojournQuantile(0.5)).toBeCloseTo(3.4657, 4);
    expect(queue.sojournQuantile(0.95)).toBeCloseTo(14.9787, 4);
    expect(queue.sojournQuantile(0.99)).toBeCloseTo(23.0259, 4);
    expect(queue.atLeast(10)).toBeCloseTo(0.107374, 6);
  });

  it.each([
    [2, 1.6, 0.711111, 1.777778],
    [10, 8, 0.40918, 0.20459],
    [100, 90, 0.21694, 0.021694],
  ])('M/M/%i with arrival rate %f', (c, lambda, waits, wq) => {
    const queue = theory.mmc(lambda, 1, c);
    expect(queue.waits).toBeCloseTo(waits, 6);
    expect(queue.Wq).toBeCloseTo(wq, 6);
    expect(queue.W).toBeCloseTo(wq + 1, 6);
    expect(queue.Lq).toBeCloseTo(lambda * wq, 4);
  });

  it('the waiting time of M/M/1 has the quantiles of its law', () => {
    const queue = theory.mmc(0.8, 1, 1);
    expect(queue.waitQuantile(0.2)).toBe(0);
    // P(wait > t) = 0.8 exp(−0.2 t)
    expect(0.8 * Math.exp(-0.2 * queue.waitQuantile(0.95))).toBeCloseTo(0.05, 12);
  });

  it('M/D/1, M/E2/1 and M/G/1', () => {
    const constant = theory.md1(0.8, 1);
    expect(constant.Lq).toBeCloseTo(1.6, 12);
    expect(constant.Wq).toBeCloseTo(2, 12);
    expect(constant.W).toBeCloseTo(3, 12);
    expect(theory.mek1(0.8, 1, 2).Wq).toBeCloseTo(3, 12);
    expect(theory.mg1(0.8, 1, 4).Wq).toBeCloseTo(10, 12);
    expect(theory.mg1(0.8, 1, 4).W).toBeCloseTo(11, 12);
  });

  it('M/M/1/5 in overload, and its likeness to the unlimited and the loss system', () => {
    const queue = theory.mm1k(1.2, 1, 5);
    expect(queue.blocked).toBeCloseTo(0.250588, 6);
    expect(queue.throughput).toBeCloseTo(0.899294, 6);
    expect(queue.L).toBeCloseTo(3.021172, 6);
    expect(theory.mmck(1.6, 1, 2, 2000).Wq).toBeCloseTo(theory.mmc(1.6, 1, 2).Wq, 9);
    expect(theory.mmck(15, 1, 20, 20).blocked).toBeCloseTo(theory.erlangB(20, 15), 12);
  });

  it('Erlang B', () => {
    expect(theory.erlangB(10, 5)).toBeCloseTo(0.018385, 6);
    expect(theory.erlangB(20, 15)).toBeCloseTo(0.045593, 6);
    expect(theory.erlangB(100, 90)).toBeCloseTo(0.026957, 6);
  });

  it('Jackson networks', () => {
    const row = theory.tandem(0.8, [1, 1.2]);
    expect(row.stations.map((s) => Math.round(s.L * 1e9) / 1e9)).toEqual([4, 2]);
    expect(row.W).toBeCloseTo(7.5, 10);
    const again = theory.feedback(0.5, 1, 0.25);
    expect(again.stations[0]?.rho).toBeCloseTo(2 / 3, 12);
    expect(again.L).toBeCloseTo(2, 10);
    expect(again.W).toBeCloseTo(4, 10);
    // The first station gets nothing from outside: elimination must exchange rows and still find 0.5 for all.
    const ring = theory.jackson([
      { external: 0, mu: 1, routing: [0, 1, 0] },
      { external: 0, mu: 1, routing: [0, 0, 0.5] },
      { external: 0.25, mu: 1, routing: [1, 0, 0] },
    ]);
    expect(ring.stations.map((s) => Math.round(s.lambda * 1e9) / 1e9)).toEqual([0.5, 0.5, 0.5]);
  });

  it('refuse what has no answer', () => {
    expect(() => theory.mm1(1, 1)).toThrow(StatsError);
    expect(() => theory.mg1(2, 1, 1)).toThrow(StatsError);
    expect(() => theory.feedback(0.5, 1, 1)).toThrow(StatsError);
    expect(() => theory.erlangB(1.5, 1)).toThrow(StatsError);
  });
});
