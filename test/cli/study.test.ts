import { expect, test } from 'vitest';
import { UserError } from '../../src/cli/exit.ts';
import { simulate } from '../../src/cli/simulate.ts';
import { runScenario } from '../../src/experiment/index.ts';
import { resolve } from '../support/street.ts';

const steady = (rate: string, more: string): string => `seed: 5
study: steady
horizon: 1500s
resolution: 1500s
${more}
traffic: { t: { rate: ${rate} } }
designs:
  one: { traffic: { t: q }, resources: { q: { type: service, serviceTime: { exponential: { mean: 1s } } } } }
  two: { traffic: { t: q }, resources: { q: { type: service, serviceTime: { exponential: { mean: 800ms } } } } }
`;
const options = { designs: ['one', 'two'], onProgress: (): void => undefined };

test.each([
  ['a pilot, then the rounds of a precision', 'precision: 6%'],
  ['one long run', 'replications: 1'],
])('%s: the same bytes from the library and from any number of threads', async (_, more) => {
  const scenario = resolve(steady('0.6/s', more));
  const expected = JSON.stringify(runScenario(scenario));
  // Two threads are those of the last test here and of simulate.test.ts.
  for (const threads of [1, 3]) {
    expect(JSON.stringify(await simulate(scenario, { ...options, threads }))).toBe(expected);
  }
});

test('progress never goes back over the rounds, and is whole at the end alone', async () => {
  const shares: number[] = [];
  const scenario = resolve(steady('0.6/s', 'precision: 6%'));
  const result = await simulate(scenario, { ...options, threads: 1, onProgress: (share) => void shares.push(share) });
  expect(result.study?.precision?.rounds.length).toBeGreaterThan(1);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.indexOf(1)).toBe(shares.length - 1);
});

test('an unstable design is an error of the input, whatever the threads', async () => {
  for (const threads of [1, 2]) {
    const told = simulate(resolve(steady('1.2/s', '')), { ...options, threads });
    await expect(told).rejects.toThrow(UserError);
    await expect(told).rejects.toThrow(/design one, traffic t: no steady state .* unstable/);
  }
});
