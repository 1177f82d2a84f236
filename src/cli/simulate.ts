/** Runs a scenario: its designs, every replication, on as many threads as pay, to one result. */
import { availableParallelism } from 'node:os';
import { assembleResult, type Result } from '../experiment/index.ts';
import type { ResolvedScenario } from '../scenario/index.ts';
import { RunError, toFailure } from './exit.ts';
import { type FinishedTask, isSmall, mergeOutcomes, splitTasks, type Task } from './tasks.ts';
import { runTask, type WorkerOutput } from './worker.ts';

export interface SimulateOptions {
  /** Designs to run, in the order of the scenario. */
  readonly designs: readonly string[];
  /** Worker threads; undefined: one for each processor, or none where the work is small. */
  readonly threads: number | undefined;
  /** Told the share of the work that is done, 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/** @throws RunError where a run failed: the first by replication and design, whatever the threads */
export async function simulate(scenario: ResolvedScenario, options: SimulateOptions): Promise<Result> {
  const { designs } = options;
  const wanted = options.threads ?? (isSmall(scenario, designs.length) ? 1 : availableParallelism());
  const tasks = splitTasks(designs, scenario.replications, wanted);
  const threads = Math.min(wanted, tasks.length);
  const all = designs.length * scenario.replications;
  const onProgress = (done: number): void => options.onProgress(done / all);
  const outputs =
    threads > 1
      ? await (await import('./pool.ts')).runOverThreads(scenario, tasks, threads, onProgress)
      : inProcess(scenario, tasks, onProgress);
  const outcomes = mergeOutcomes(designs, finished(tasks, outputs));
  try {
    return assembleResult(scenario, outcomes);
  } catch (error) {
    throw new RunError(toFailure(error));
  }
}

/** Stops at the first failure. */
function inProcess(
  scenario: ResolvedScenario,
  tasks: readonly Task[],
  onProgress: (done: number) => void,
): WorkerOutput[] {
  const outputs: WorkerOutput[] = [];
  let before = 0;
  for (const task of tasks) {
    const start = before;
    const output = runTask(scenario, task, (done) => onProgress(start + done));
    outputs.push(output);
    if (!output.ok) break;
    before += task.to - task.from;
  }
  return outputs;
}

function finished(tasks: readonly Task[], outputs: readonly WorkerOutput[]): FinishedTask[] {
  return outputs.map((output, i) => {
    if (!output.ok) throw new RunError(output.failure);
    return { task: tasks[i] as Task, outcomes: output.outcomes };
  });
}
