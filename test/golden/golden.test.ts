/**
 * Every scenario, shortened, gives what it gave before. After a change that is meant to change results:
 *   SPILLWAY_GOLDEN=update npx vitest run --project rooms test/golden
 * and say in the commit why. `tools/golden.mjs` does the same with all replications, threads, time zones and versions of Node, and says what guards what.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { conductStudy, type Result, runReplications } from '../../src/experiment/index.ts';
import type { ResolvedScenario } from '../../src/scenario/index.ts';
import { resolve } from '../support/street.ts';
import { misjudged } from './verdicts.ts';
import { type Golden, goldenOf } from './headlines.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const SCENARIOS = fileURLToPath(new URL('../../scenarios/', import.meta.url));
const names = readdirSync(SCENARIOS)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.slice(0, -'.yaml'.length));
const updating = process.env['SPILLWAY_GOLDEN'] === 'update';
const storedIn = (name: string): string => join(HERE, `${name}.json`);
const storedNames = (): string[] =>
  readdirSync(HERE)
    .filter((file) => file.endsWith('.json') && file !== 'fingerprints.json')
    .map((file) => file.slice(0, -'.json'.length));

/** Shorter horizons, one replication: tools/golden.mjs has all of all. */
const { horizons } = JSON.parse(readFileSync(new URL('../../tools/golden.json', import.meta.url), 'utf8')) as {
  readonly horizons: Readonly<Record<string, string>>;
};

/**
 * Like `runScenario`, but what a task is given and what it gives back are copied as between threads: a class, or a function, that one of
 * them holds does not come through. So no thread has to be started to know that every scenario can be run on several.
 */
function runAsOnThreads(scenario: ResolvedScenario): Result {
  const designs = scenario.designs.map(({ name }) => name);
  const study = conductStudy(scenario, designs);
  let step = study.next();
  while (step.done !== true) {
    const { scenario: studied, from, to } = step.value;
    const outcomesOf = (design: string) => structuredClone(runReplications(structuredClone(studied), design, from, to));
    // The last design first: threads end in any order.
    const outcomes = new Map(designs.toReversed().map((design) => [design, outcomesOf(design)]));
    step = study.next(new Map(designs.map((design) => [design, outcomes.get(design) ?? []])));
  }
  return step.value;
}

describe('every scenario gives what it gave before', () => {
  test.each(names)('%s', (name) => {
    const file = join(SCENARIOS, `${name}.yaml`);
    const readText = (path: string): string => readFileSync(join(SCENARIOS, path), 'utf8');
    const overrides = [{ path: 'replications', value: '1' }];
    const horizon = horizons[name];
    if (horizon !== undefined) overrides.push({ path: 'horizon', value: horizon });
    const scenario = resolve(readFileSync(file, 'utf8'), { file, name, readText, overrides });
    const result = runAsOnThreads(scenario);
    expect(misjudged(result)).toEqual([]);
    const now = goldenOf(result);
    if (updating) writeFileSync(storedIn(name), `${JSON.stringify(now, null, 2)}\n`);
    expect(existsSync(storedIn(name)), `${name} has a stored result; store it with SPILLWAY_GOLDEN=update`).toBe(true);
    const before = JSON.parse(readFileSync(storedIn(name), 'utf8')) as Golden;
    // The designs first: they say what is different, the fingerprint only that something is.
    expect(now.designs).toEqual(before.designs);
    expect(now).toEqual(before);
  });

  test('and none is stored that is no scenario', () => {
    const gone = storedNames().filter((name) => !names.includes(name));
    if (updating) for (const name of gone) rmSync(storedIn(name));
    else expect(gone).toEqual([]);
  });
});
