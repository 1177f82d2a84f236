/** Runs a scenario: carries out the plan of its study, each round on as many threads as pay, to one result. */
import { availableParallelism } from 'node:os';
import { conductStudy, type Result, type Round } from '../experiment/index.ts';
import type { ResolvedScenario } from '../scenario/index.ts';
import { RunError, toFailure, UserError } from './exit.ts';
import type { Crew } from './pool.ts';
import { type FinishedTask, isSmall, mergeOutcomes, splitTasks, type Task } from './tasks.ts';
import { runTask, type WorkerOutput } from './worker.ts';

export interface SimulateOptions {
  /** Designs to run, in the order of the scenario. */
  readonly designs: readonly string[];
  /** Worker threads; undefined: one for each processor, or none where the work is small. */
  readonly threads: number | undefined;
  /** Told the share of the work that is done, 0 to 1; how much is ahead is a guess where a precision is wanted. */
  readonly onProgress: (share: number) => void;
}

/**
 * @throws RunError where a run failed: the first by replication and design, whatever the threads
 * @throws UserError `no-steady-state` where a steady study has none to tell of
 */
export async function simulate(scenario: ResolvedScenario, options: SimulateOptions): Promise<Result> {
  const { designs } = options;
  const threads = options.threads ?? (isSmall(scenario, designs.length) ? 1 : availableParallelism());
  const progress = new Progress(scenario, options);
  let crew: Crew | null = null;
  try {
    const study = conductStudy(scenario, designs);
    let step = study.next();
    while (step.done !== true) {
      const round = step.value;
      const tasks = splitTasks(designs, round.to - round.from, threads, round.from);
      const onProgress = progress.begin(round);
      if (threads > 1 && tasks.length > 1) crew ??= (await import('./pool.ts')).hire(Math.min(threads, tasks.length));
      const outputs =
        crew === null
          ? inProcess(round.scenario, tasks, onProgress)
          : await crew.run(round.scenario, tasks, onProgress);
      step = study.next(mergeOutcomes(designs, finished(tasks, outputs)));
    }
    options.onProgress(1);
    return step.value;
  } catch (error) {
    throw asTold(error);
  } finally {
    await crew?.dismiss();
  }
}

/** The share of the work that is done; it never goes back, and is whole only at the end. */
class Progress {
  readonly #options: SimulateOptions;
  /** Replications that will run at least, over all designs. */
  #ahead: number;
  #done = 0;
  #told = 0;

  constructor(scenario: ResolvedScenario, options: SimulateOptions) {
    this.#options = options;
    this.#ahead = options.designs.length * scenario.replications;
  }

  /** What a round tells the replications to that it has done, with fractions. */
  begin({ from, to, scenario }: Round): (done: number) => void {
    const before = this.#done;
    const all = this.#options.designs.length * (to - from);
    this.#done += all;
    // The pilot of a steady study comes on top of its replications.
    const isPilot = before === 0 && scenario.warmupRule === 'mser-5';
    if (isPilot) this.#ahead += all;
    this.#ahead = Math.max(this.#ahead, this.#done);
    return (done) => {
      this.#told = Math.max(this.#told, (before + done) / this.#ahead);
      this.#options.onProgress(Math.min(MOST_TOLD, this.#told));
    };
  }
}

const MOST_TOLD = 0.999;

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

function asTold(error: unknown): Error {
  if (error instanceof RunError) return error;
  const failure = toFailure(error);
  return failure.code === 'no-steady-state' ? new UserError(failure.code, failure.message) : new RunError(failure);
}
