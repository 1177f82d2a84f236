/**
 * Splits the replications of a scenario into tasks and brings their outcomes back into order. How they are split, and
 * over how many threads, decides about speed only: the outcomes of a design stand in the order of their replications.
 */
import type { ReplicationOutcome } from '../experiment/index.ts';
import type { ResolvedScenario } from '../scenario/index.ts';

export interface Task {
  readonly design: string;
  /** First replication. */
  readonly from: number;
  /** After the last. */
  readonly to: number;
}

export interface FinishedTask {
  readonly task: Task;
  readonly outcomes: readonly ReplicationOutcome[];
}

/** Tasks in the order in which they are begun: all designs of a replication before the next. `first`: number of the first replication. */
export function splitTasks(designs: readonly string[], replications: number, threads: number, first = 0): Task[] {
  const size = threads === 1 ? 1 : Math.max(1, Math.floor(replications / (threads * 4)));
  const end = first + replications;
  const tasks: Task[] = [];
  for (let from = first; from < end; from += size) {
    const to = Math.min(from + size, end);
    for (const design of designs) tasks.push({ design, from, to });
  }
  return tasks;
}

/** Outcomes by design and replication, whatever the order in which the tasks came back. */
export function mergeOutcomes(
  designs: readonly string[],
  done: readonly FinishedTask[],
): Map<string, ReplicationOutcome[]> {
  const ordered = [...done].sort((a, b) => a.task.from - b.task.from);
  return new Map(
    designs.map((design) => [
      design,
      ordered.filter(({ task }) => task.design === design).flatMap(({ outcomes }) => outcomes),
    ]),
  );
}

/** Work under this many requests is done before a worker thread has started. */
const SMALL_WORK_REQUESTS = 150_000;

/** Whether the work is too small for worker threads to pay. A guess from the offered load; it decides about speed only. */
export function isSmall(scenario: ResolvedScenario, designs: number): boolean {
  const seconds = scenario.horizonUs / 1e6;
  let requests = 0;
  for (const { source } of scenario.traffic) {
    if (source.kind === 'trace') requests += source.recording.requests;
    else if (source.kind === 'users') requests += source.users * seconds;
    else requests += seconds * (source.base.kind === 'constant' ? source.base.perSecond : source.base.highPerSecond);
  }
  return requests * designs * scenario.replications < SMALL_WORK_REQUESTS;
}
