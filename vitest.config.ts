import { defineConfig } from 'vitest/config';

const common = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      { test: { ...common, name: 'rooms', include: ['test/**/*.test.ts'], exclude: ['test/cli/**'] } },
      // These start the bundled bin, so they build it first.
      { test: { ...common, name: 'cli', include: ['test/cli/**/*.test.ts'], globalSetup: ['test/cli/build-bin.ts'] } },
    ],
  },
});
