import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Limits against hanging, not against slowness: machines that run this may be busy.
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // Two cores are what we promise to be enough; MiniStack's processes want one of them.
    maxWorkers: 2,
  },
});
