import type { ResolvedScenario } from '../scenario/resolved.ts';
import { assembleResult } from './assemble.ts';
import { type RunOptions, runReplications } from './replication.ts';
import type { Result } from './result.ts';

/** Every design of a scenario with all its replications, one after the other on this thread. Throws `ExperimentError`. */
export function runScenario(scenario: ResolvedScenario, options: RunOptions = {}): Result {
  const outcomes = scenario.designs.map(
    ({ name }) => [name, runReplications(scenario, name, 0, scenario.replications, options)] as const,
  );
  return assembleResult(scenario, new Map(outcomes));
}
