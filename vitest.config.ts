import { defineConfig } from 'vitest/config';

// By itself vitest leaves a core to itself, which is half of a machine of two.
const common = { testTimeout: 60_000, hookTimeout: 60_000, maxWorkers: '100%' };

export default defineConfig({
  test: {
    maxWorkers: '100%',
    projects: [
      { test: { ...common, name: 'rooms', include: ['test/**/*.test.ts'], exclude: ['test/cli/**'] } },
      // These start the bundled bin, so they build it first.
      { test: { ...common, name: 'cli', include: ['test/cli/**/*.test.ts'], globalSetup: ['test/cli/build-bin.ts'] } },
    ],
  },
});
