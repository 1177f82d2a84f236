import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest: they start first, so that no core waits for one of them at the end. */
const SLOW = [
  'brokers/brokers',
  'golden/golden',
  'cli/run',
  'cli/docs',
  'cli/study',
  'experiment/judged',
  'theory/theory',
  'theory/coverage',
  'properties/street',
  'cli/init',
  'golden/recorded',
  'experiment/fifo',
  'search/mutants',
  'search/mutants-of-queues',
  'search/systems',
  'search/classics',
].map((name) => `/test/${name}.test.ts`);

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const i = SLOW.findIndex((name) => moduleId.endsWith(name));
      return i < 0 ? SLOW.length : i;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

// By itself vitest leaves a core to itself, which is half of a machine of two.
// A limit ends what hangs; on a busy machine what is sound may take minutes.
const common = { testTimeout: 300_000, hookTimeout: 300_000, maxWorkers: '100%' };

export default defineConfig({
  test: {
    maxWorkers: '100%',
    sequence: { sequencer: SlowFirst },
    projects: [
      // The sources keep nothing in modules, so files can share a process: that saves a third of the time of small ones.
      {
        test: {
          ...common,
          name: 'rooms',
          include: ['test/**/*.test.ts'],
          exclude: ['test/cli/**', 'test/brokers/**'],
          isolate: false,
        },
      },
      // These start the bundled bin, so they build it first.
      { test: { ...common, name: 'cli', include: ['test/cli/**/*.test.ts'], globalSetup: ['test/cli/build-bin.ts'] } },
      // One file: its stories wait for brokers most of the time, so many are told at once.
      {
        test: {
          ...common,
          name: 'brokers',
          include: ['test/brokers/**/*.test.ts'],
          globalSetup: ['test/brokers/servers/start.ts'],
          maxConcurrency: 24,
          // A story that waits for what doesn't come gives up after half a minute.
          testTimeout: 45_000,
        },
      },
    ],
  },
});
