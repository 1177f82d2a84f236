/** Real recordings, where they are at hand: what is offered is what was recorded. They are not part of this repository. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/index.ts';
import type { TrafficOverride } from '../../src/scenario/index.ts';
import { resolve } from '../support/street.ts';

const SCENARIOS = fileURLToPath(new URL('../../scenarios/', import.meta.url));
const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const ELB = 'elb_request_count_8c0756.csv';
const LLM = 'AzureLLMInferenceTrace_code.csv';

/** Fields of a plain CSV file, without its header; the files have no quotes. */
function rowsOf(file: string): string[][] {
  const lines = readFileSync(join(DATA, file), 'utf8').split(/\r?\n/);
  return lines
    .filter((line) => line !== '')
    .map((line) => line.split(','))
    .slice(1);
}

/** In every design, or in those that are named. */
function offered(trace: TrafficOverride['trace'], only?: string): (number | undefined)[] {
  const name = 'recorded-traffic';
  const scenario = resolve(readFileSync(join(SCENARIOS, `${name}.yaml`), 'utf8'), {
    name,
    readText: (path) => readFileSync(join(path === trace.file ? DATA : SCENARIOS, path), 'utf8'),
    overrides: [{ path: 'replications', value: '1' }],
    traffic: [{ name: 'requests', trace }],
  });
  const designs = scenario.designs.filter((design) => only === undefined || design.name === only);
  return Object.values(runScenario({ ...scenario, designs }).designs).map(
    ({ traffic }) => traffic['requests']?.offered,
  );
}

describe.skipIf(!existsSync(join(DATA, ELB)))(`a recording of counts (skipped where ${ELB} is not at hand)`, () => {
  const sum = () => rowsOf(ELB).reduce((total, [, count]) => total + Number(count), 0);

  test('offers the sum of the counts in every design', () => {
    expect(sum()).toBe(249_327);
    expect(offered({ file: ELB, time: 'timestamp', count: 'value', every: '5m' })).toEqual([249_327, 249_327]);
  });

  test('offers three times that with a scale of three, in one of them', () => {
    const scaled = { file: ELB, time: 'timestamp', count: 'value', every: '5m', scale: '3x' };
    expect(offered(scaled, 'sync')).toEqual([3 * 249_327]);
  });
});

describe.skipIf(!existsSync(join(DATA, LLM)))(`a recording of requests (skipped where ${LLM} is not at hand)`, () => {
  test('offers a request for each row in every design', () => {
    const rows = rowsOf(LLM).length;
    expect(rows).toBeGreaterThan(8000);
    expect(offered({ file: LLM, time: 'TIMESTAMP' })).toEqual([rows, rows]);
  });
});
