import { expect, test } from 'vitest';
import { compileVariate, inverseNormal, Simulation, TimeoutLane } from '../../src/kernel/index.ts';
import { threefry2x32 } from '../../src/kernel/threefry.ts';
import { normalCdf } from '../../src/kernel/normal.ts';
import { gamma } from '../../src/kernel/gamma.ts';

test('smoke', () => {
  const out = new Int32Array(2);
  threefry2x32(0, 0, 0, 0, out);
  expect([...out].map((x) => (x >>> 0).toString(16))).toEqual(['6b200159', '99ba4efe']);
  threefry2x32(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, out);
  expect([...out].map((x) => (x >>> 0).toString(16))).toEqual(['c4923a9c', '483df7a0']);
  expect(inverseNormal(0.975)).toBeCloseTo(1.959963984540054, 14);
  expect(inverseNormal(1e-10)).toBeCloseTo(-6.361340902404056, 13);
  expect(inverseNormal(1e-300)).toBeCloseTo(-37.0471, 3);
  for (const x of [-10, -5, -3.5, -2.9, -1, -0.3, 0.3, 1, 2.9, 3.3, 5])
    expect(inverseNormal(normalCdf(x)) / x).toBeCloseTo(1, 9);
  expect(gamma(5)).toBeCloseTo(24, 11);
  expect(gamma(0.5)).toBeCloseTo(Math.sqrt(Math.PI), 13);
  expect(gamma(1.5)).toBeCloseTo(Math.sqrt(Math.PI) / 2, 13);
  const sim = new Simulation({ seed: 42 });
  const s = sim.stream('a');
  for (const d of [
    { kind: 'exponential', mean: 3 },
    { kind: 'normal', mean: 1, sd: 1 },
    { kind: 'lognormal', mean: 4, cv: 0.5 },
    { kind: 'lognormal', p50: 4, p99: 12 },
    { kind: 'erlang', mean: 2, k: 20 },
    { kind: 'hyperexponential', mean: 2, cv: 2 },
    { kind: 'pareto', min: 1, shape: 3 },
    { kind: 'weibull', mean: 2, shape: 0.7 },
    { kind: 'empirical', values: [1, 2, 6] },
    { kind: 'uniform', min: 1, max: 4 },
  ] as const) {
    const v = compileVariate(d);
    let sum = 0;
    for (let i = 0; i < 1e5; i++) sum += v.draw(s);
    expect(sum / 1e5 / v.mean, JSON.stringify(d)).toBeGreaterThan(0.98);
    expect(sum / 1e5 / v.mean, JSON.stringify(d)).toBeLessThan(1.02);
  }
  const seen: unknown[] = [];
  const lane = new TimeoutLane(
    sim,
    10,
    (tag) => seen.push([sim.now, tag]),
    (tag) => tag !== 2,
  );
  lane.arm(1, 0);
  lane.arm(2, 0);
  sim.schedule(5, (x: number) => lane.arm(x, 0), 3);
  const h = sim.schedule(7, () => seen.push('no'), null);
  expect(sim.cancel(h)).toBe(true);
  expect(sim.run({ until: 100 })).toEqual({ reason: 'empty', events: 3 });
  expect(seen).toEqual([
    [10, 1],
    [15, 3],
  ]);
  expect(sim.now).toBe(100);
});
