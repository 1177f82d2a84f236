import { defineConfig } from 'vitest/config';

// What takes longer than `npm test` may take: files that end in `.long.ts`.
export default defineConfig({
  test: {
    include: ['test/**/*.long.ts'],
    testTimeout: 3_600_000,
    passWithNoTests: true,
  },
});
