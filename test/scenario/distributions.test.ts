import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileVariate, Simulation } from '../../src/kernel/index.ts';
import { parse } from './base.ts';

const edge = fc.constantFrom('0us', '1us', '0.001us', '40ms', '1h', '36525d');
const number = fc.oneof(
  fc.constantFrom(0, 0.01, 0.5, 1, 1.5, 2.5, 1000, 1001, -1, 1e308),
  fc.double({ min: 0, max: 2000, noNaN: true }),
);
const written: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    edge,
    edge.map((mean) => ({ exponential: { mean } })),
    fc.tuple(edge, edge).map(([mean, sd]) => ({ normal: { mean, sd } })),
    fc.tuple(edge, edge).map(([min, max]) => ({ uniform: { min, max } })),
    fc.tuple(edge, number).map(([mean, cv]) => ({ lognormal: { mean, cv } })),
    fc.tuple(edge, edge).map(([p50, p99]) => ({ lognormal: { p50, p99 } })),
    fc.tuple(edge, number).map(([mean, k]) => ({ erlang: { mean, k } })),
    fc.tuple(edge, number).map(([mean, cv]) => ({ hyperexponential: { mean, cv } })),
    fc.tuple(edge, number).map(([min, shape]) => ({ pareto: { min, shape } })),
    fc.tuple(edge, number).map(([mean, shape]) => ({ weibull: { mean, shape } })),
    fc.array(fc.record({ weight: number, of: tie('any') }), { maxLength: 3 }).map((mixture) => ({ mixture })),
  ),
})).any;

test('what the reader lets through the kernel can draw from: no scenario dies after it was found valid', () => {
  const stream = new Simulation({ seed: 1 }).stream('test');
  let valid = 0;
  fc.assert(
    fc.property(written, (serviceTime) => {
      const outcome = parse(
        JSON.stringify({
          seed: 1,
          horizon: '1m',
          traffic: { t: { rate: '1/s' } },
          designs: { d: { traffic: { t: 's' }, resources: { s: { type: 'service', serviceTime } } } },
        }),
      );
      if (!outcome.ok) return;
      valid++;
      const service = outcome.scenario.designs[0]?.resources[0];
      if (service?.type !== 'service') throw new Error('no service');
      const drawn = compileVariate(service.serviceTime).draw(stream);
      expect(drawn).toBeGreaterThanOrEqual(0);
      expect(drawn).not.toBeNaN();
    }),
    { seed: 1, numRuns: 300 },
  );
  // Half of what is generated is meant to be valid: a reader that refused all would prove nothing.
  expect(valid).toBeGreaterThan(100);
});
