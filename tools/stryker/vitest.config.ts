import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** A mutant is dead with the first test that fails: those that draw thousands of cases come last. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number =>
      Number(/(properties|reference|move-tasks)\.test\.ts$/.test(moduleId));
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

/** With SPILLWAY_MUTANTS=quick they are left out: they take most of the time, and notice little that no other does. */
const SLOW = ['test/services/sqs/move-tasks.test.ts', 'test/guarantees/reference.test.ts'];

/** The tests of the rooms that are mutated, without those that change the text of sources themselves. */
export default defineConfig({
  cacheDir: 'out/mutants/vite',
  test: {
    include: ['test/guarantees/**/*.test.ts', 'test/services/{sqs,sns}/**/*.test.ts'],
    exclude: ['test/services/sns/topic-mutants.test.ts', ...(process.env['SPILLWAY_MUTANTS'] === 'quick' ? SLOW : [])],
    setupFiles: ['tools/stryker/setup.ts'],
    isolate: false,
    testTimeout: 60_000,
    sequence: { sequencer: QuickFirst },
  },
});
