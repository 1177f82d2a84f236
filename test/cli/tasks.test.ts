import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FinishedTask, mergeOutcomes, splitTasks } from '../../src/cli/tasks.ts';
import type { ReplicationOutcome } from '../../src/experiment/index.ts';

test('whatever the threads and the order of finishing, each replication comes once and in order', () => {
  const shape = fc.record({
    replications: fc.integer({ min: 1, max: 60 }),
    threads: fc.integer({ min: 1, max: 9 }),
    designs: fc.constantFrom(['a'], ['b', 'a'], ['a', 'b', 'c']),
    luck: fc.array(fc.nat(), { minLength: 200, maxLength: 200 }),
  });
  fc.assert(
    fc.property(shape, ({ replications, threads, designs, luck }) => {
      const done = splitTasks(designs, replications, threads).map((task, i) => ({
        finished: luck[i % luck.length] ?? 0,
        task,
        outcomes: Array.from({ length: task.to - task.from }, (_, k) => outcome(task.design, task.from + k)),
      }));
      const merged = mergeOutcomes(designs, done.sort((a, b) => a.finished - b.finished) satisfies FinishedTask[]);
      expect([...merged.keys()]).toEqual(designs);
      for (const [design, outcomes] of merged) {
        expect(outcomes).toEqual(Array.from({ length: replications }, (_, i) => outcome(design, i)));
      }
    }),
    { seed: 1 },
  );
});

test('there is work for every thread', () => {
  for (const threads of [2, 3, 8]) expect(splitTasks(['a', 'b'], 10, threads).length).toBeGreaterThanOrEqual(threads);
});

function outcome(design: string, replication: number): ReplicationOutcome {
  return { design, replication, events: 0, fingerprint: '', endUs: 0, traffic: [], resources: [] };
}
