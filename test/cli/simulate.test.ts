import { expect, test } from 'vitest';
import { RunError } from '../../src/cli/exit.ts';
import { simulate } from '../../src/cli/simulate.ts';
import { parseScenario, type ResolvedScenario } from '../../src/scenario/index.ts';
import { TINY } from './bin.ts';

function scenario(): ResolvedScenario {
  const parsed = parseScenario(TINY, { file: 'tiny.yaml', name: 'tiny', readText: () => undefined });
  if (!parsed.ok) throw new Error('the scenario of the tests has errors');
  return parsed.scenario;
}

test('worker threads start from sources too, give the same result, and tell how far they are', async () => {
  const shares: number[] = [];
  const options = { designs: ['one', 'two'], onProgress: (share: number): void => void shares.push(share) };
  const alone = await simulate(scenario(), { ...options, threads: 1 });
  expect(shares.at(-1)).toBe(1);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  const together = await simulate(scenario(), { ...options, threads: 2 });
  expect(JSON.stringify(together)).toBe(JSON.stringify(alone));
});

test.each([1, 3])('the first failure is told, by replication and design, with %d threads', async (threads) => {
  const options = { designs: ['one', 'nobody', 'no-one'], threads, onProgress: (): void => undefined };
  const failing = simulate(scenario(), options);
  await expect(failing).rejects.toThrow(RunError);
  await expect(failing).rejects.toThrow(/no design nobody/);
});
