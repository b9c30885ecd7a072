import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What starts processes and waits for them: the command, MiniStack, the demo, synthesis. */
const PROCESSES = [
  'test/**/*.e2e.test.ts',
  'test/cli/{command,enroll,plan}.test.ts',
  'test/docs/foundation.test.ts',
  'test/infra/lake/frame/main.test.ts',
  'test/rooms.test.ts',
];
const LAKE = 'test/infra/lake/**/*.test.ts';
const ENGINE = 'test/engine/**/*.test.ts';
const FAULTS = 'test/faults/**/*.test.ts';

/** Its files share two processes: what they import is loaded once, so that none may leave anything behind. */
function project(name: string, include: string, ...exclude: readonly string[]) {
  return {
    extends: true as const,
    test: { name, include: [include], exclude: [...PROCESSES, ...exclude], isolate: false },
  };
}

export default defineConfig({
  test: {
    // Limits against hanging, not against slowness: machines that run this may be busy.
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // Two cores are what we promise to be enough; MiniStack's processes want one of them.
    maxWorkers: 2,
    // For workers and whatever they start: a third of a CPU second each, of what only loads.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('.local/compiled', import.meta.url)) },
    // Begun in the order of their names, so that those who wait do it beside those who work.
    projects: [
      { extends: true, test: { name: 'e2e', include: PROCESSES } },
      project('engine', ENGINE),
      project('faults', FAULTS),
      project('lake', LAKE),
      project('unit', 'test/**/*.test.ts', LAKE, ENGINE, FAULTS),
    ],
  },
});
