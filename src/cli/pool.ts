/** Runs tasks over worker threads. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Piscina } from 'piscina';
import type { ResolvedScenario } from '../scenario/index.ts';
import type { Task } from './tasks.ts';
import type { WorkerInput, WorkerOutput } from './worker.ts';

const PROGRESS_EVERY_MS = 100;

/** Worker threads that stay for several rounds of a study. */
export interface Crew {
  /**
   * What became of each task, in the order of the tasks. They are begun in that order and none after a failure, so the
   * first failure is the same for any number of threads. `onProgress` is told the replications that are done, with fractions.
   */
  run(scenario: ResolvedScenario, tasks: readonly Task[], onProgress: (done: number) => void): Promise<WorkerOutput[]>;
  dismiss(): Promise<void>;
}

export function hire(threads: number): Crew {
  const pool = workers(threads);
  return {
    run: (scenario, tasks, onProgress) => runTasks(pool, threads, scenario, tasks, onProgress),
    dismiss: () => pool.destroy(),
  };
}

/** Threads that do what `worker.ts` exports. */
export function workers(threads: number): Piscina {
  return new Piscina({ ...workerOptions(), minThreads: threads, maxThreads: threads, recordTiming: false });
}

async function runTasks(
  pool: Piscina,
  threads: number,
  scenario: ResolvedScenario,
  tasks: readonly Task[],
  onProgress: (done: number) => void,
): Promise<WorkerOutput[]> {
  const progress = new Int32Array(new SharedArrayBuffer(tasks.length * Int32Array.BYTES_PER_ELEMENT));
  const outputs: WorkerOutput[] = [];
  const waiting = tasks.entries();
  let failed = false;
  const takeTasks = async (): Promise<void> => {
    for (const [index, task] of waiting) {
      const input: WorkerInput = { scenario, task, progress, index };
      const output: WorkerOutput = await pool.run(input);
      outputs[index] = output;
      failed ||= !output.ok;
      if (failed) return;
    }
  };
  const watch = setInterval(() => onProgress(progress.reduce((sum, done) => sum + done, 0) / 1000), PROGRESS_EVERY_MS);
  try {
    await Promise.all(Array.from({ length: threads }, takeTasks));
    return outputs;
  } finally {
    clearInterval(watch);
  }
}

/** The worker beside this file: compiled, or as it is written (in tests and under tsx). */
function workerOptions(): { filename: string; execArgv: string[] } {
  const written = import.meta.url.endsWith('.ts');
  const filename = new URL(written ? './worker.ts' : './worker.js', import.meta.url).href;
  if (!written) return { filename, execArgv: [] };
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return { filename, execArgv: ['--import', tsx] };
}
