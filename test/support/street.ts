/** The whole street in a few words: a scenario's text → resolved → replications → result, as a user would see it. */
import { assembleResult, type ReplicationOutcome, type Result, runReplication } from '../../src/experiment/index.ts';
import { formatErrors, type ParseOptions, parseScenario, type ResolvedScenario } from '../../src/scenario/index.ts';

/** The resolved scenario; throws with all errors where there are some. */
export function resolve(text: string, options: Partial<ParseOptions> = {}): ResolvedScenario {
  const outcome = parseScenario(text, { file: 'test.yaml', name: 'test', readText: () => undefined, ...options });
  if (!outcome.ok) throw new Error(formatErrors(outcome.errors));
  return outcome.scenario;
}

/** All replications of a design. */
export function replicate(scenario: ResolvedScenario, design: string): ReplicationOutcome[] {
  return Array.from({ length: scenario.replications }, (_, i) => runReplication(scenario, design, i));
}

/** What the result would be with this one replication alone. */
export function resultOfOne(scenario: ResolvedScenario, outcome: ReplicationOutcome): Result {
  return assembleResult({ ...scenario, replications: 1 }, new Map([[outcome.design, [outcome]]]));
}
