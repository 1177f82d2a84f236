/** What a worker thread does: the replications of one task. */
import { type ReplicationOutcome, runReplication } from '../experiment/index.ts';
import type { ResolvedScenario } from '../scenario/index.ts';
import { type Failure, toFailure } from './exit.ts';
import type { HuntInput, HuntOutput } from './hunt-task.ts';
import type { Task } from './tasks.ts';

export interface WorkerInput {
  readonly scenario: ResolvedScenario;
  readonly task: Task;
  /** Shared with the main thread: replications done by each task, in thousandths. */
  readonly progress: Int32Array;
  /** The task's place in `progress`. */
  readonly index: number;
}

export type WorkerOutput =
  | { readonly ok: true; readonly outcomes: readonly ReplicationOutcome[] }
  | { readonly ok: false; readonly failure: Failure };

/** Never throws: an error's own fields would be lost between threads. */
export default function work({ scenario, task, progress, index }: WorkerInput): WorkerOutput {
  return runTask(scenario, task, (done) => Atomics.store(progress, index, Math.floor(done * 1000)));
}

/** A portion of a search. Read only where one searches: a thread of `run` starts without it. */
export async function tryNumbers(input: HuntInput): Promise<HuntOutput> {
  return (await import('./hunt-task.ts')).tryNumbers(input);
}

/** `onProgress` is told the replications that are done, with fractions. */
export function runTask(scenario: ResolvedScenario, task: Task, onProgress: (done: number) => void): WorkerOutput {
  try {
    const outcomes: ReplicationOutcome[] = [];
    for (let i = task.from; i < task.to; i++) {
      const before = i - task.from;
      const options = { onProgress: (share: number): void => onProgress(before + share) };
      outcomes.push(runReplication(scenario, task.design, i, options));
      onProgress(before + 1);
    }
    return { ok: true, outcomes };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}
