import type { ResolvedScenario } from '../scenario/resolved.ts';
import { type RunOptions, runReplications } from './replication.ts';
import type { Result } from './result.ts';
import { conductStudy } from './study.ts';

/** Every design of a scenario with all its replications, one after the other on this thread. Throws `ExperimentError`. */
export function runScenario(scenario: ResolvedScenario, options: RunOptions = {}): Result {
  const study = conductStudy(
    scenario,
    scenario.designs.map(({ name }) => name),
  );
  let step = study.next();
  while (step.done !== true) {
    const { scenario: studied, designs, from, to } = step.value;
    step = study.next(
      new Map(designs.map((design) => [design, runReplications(studied, design, from, to, options)] as const)),
    );
  }
  return step.value;
}
