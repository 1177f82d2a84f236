/** Runs a scenario of `scenarios/` with changes, and reads its figures run by run. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { assembleResult, type DesignResult, runReplication } from '../../src/experiment/index.ts';
import type { Override, ResolvedScenario } from '../../src/scenario/index.ts';
import { resolve } from '../support/street.ts';

const FOLDER = fileURLToPath(new URL('../../scenarios/', import.meta.url));

/** The scenario of that name with the given paths set, as `--set` would. */
export function scenario(name: string, set: Readonly<Record<string, string>> = {}): ResolvedScenario {
  const overrides = Object.entries(set).map(([path, value]): Override => ({ path, value }));
  return resolve(readFileSync(`${FOLDER}${name}.yaml`, 'utf8'), { name, overrides });
}

/** The result of a design for each of so many runs alone. */
export function runsOf(of: ResolvedScenario, design: string, runs: number): readonly DesignResult[] {
  return Array.from({ length: runs }, (_, i) => {
    const outcomes = new Map([[design, [runReplication(of, design, i)]]]);
    return assembleResult({ ...of, replications: 1 }, outcomes).designs[design] as DesignResult;
  });
}

/** Mean of a series over [from, to), in buckets; nothing where nothing happened. */
export function meanOf(result: DesignResult, of: string, figure: string, from: number, to: number): number {
  const values = result.series[of]?.[figure];
  if (values === undefined) throw new Error(`no series ${of}.${figure}`);
  return mean(values.slice(from, to).map((value) => value ?? 0));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sum of a metric of a resource. */
export function sumOf(result: DesignResult, resource: string, metric: string): number {
  const sum = result.resources[resource]?.metrics[metric]?.sum;
  if (typeof sum !== 'number') throw new Error(`no metric ${resource}.${metric}`);
  return sum;
}
