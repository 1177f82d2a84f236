/** Worker threads of a search. */
import { workers } from './pool.ts';
import type { HuntInput, HuntOutput } from './hunt-task.ts';

export interface Team {
  tryNumbers(input: HuntInput): Promise<HuntOutput>;
  dismiss(): Promise<void>;
}

export function gather(threads: number): Team {
  const pool = workers(threads);
  return {
    tryNumbers: (input) => pool.run(input, { name: 'tryNumbers' }),
    dismiss: () => pool.destroy(),
  };
}
