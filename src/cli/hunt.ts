/** Hands the numbers of a search out over worker threads, and brings what was found back into order. */
import { availableParallelism } from 'node:os';
import { mergeTried, type Tried } from '../search/index.ts';
import { RunError } from './exit.ts';
import { type Hunt, type HuntInput, type HuntOutput, tryNumbers } from './hunt-task.ts';

export interface HuntOptions {
  readonly runs: number;
  /** Host time after which no more candidates are begun; undefined: none. */
  readonly milliseconds: number | undefined;
  /** undefined: one for each processor. */
  readonly threads: number | undefined;
  /** Told the share of the work that is done. */
  readonly onProgress: (share: number) => void;
}

/** Candidates that a thread tries before it asks for more. */
const PORTION = 50;

/** @throws RunError where a thread failed */
export async function hunt(what: Hunt, options: HuntOptions): Promise<Tried> {
  const { runs, milliseconds, onProgress } = options;
  const portions = Math.ceil(runs / PORTION);
  const threads = Math.min(options.threads ?? availableParallelism(), portions);
  const started = Date.now();
  const parts: Tried[] = [];
  const pool = threads > 1 ? (await import('./pool.ts')).workers(threads) : null;
  let next = 0;
  /** Of the time that there is. */
  const spent = (): number => (Date.now() - started) / (milliseconds ?? Number.POSITIVE_INFINITY);
  const takePortions = async (): Promise<void> => {
    while (next < portions && spent() < 1) {
      const from = next++ * PORTION;
      const input: HuntInput = { ...what, from, to: Math.min(runs, from + PORTION) };
      const output: HuntOutput = pool === null ? tryNumbers(input) : await pool.run(input, { name: 'tryNumbers' });
      if (!output.ok) throw new RunError(output.failure);
      parts.push(output.tried);
      onProgress(Math.min(1, Math.max(parts.length / portions, spent())));
    }
  };
  try {
    await Promise.all(Array.from({ length: threads }, takePortions));
    return mergeTried(parts);
  } finally {
    await pool?.destroy();
  }
}
