import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Packages resolve to their sources, so that tests need no build. Never list `import`, `module` or `default` here: the
// conditions reach Node's require() too, and Express would be given ES modules.
const conditions = ['@express-ai-gateway/source', 'node'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    pool: 'forks',
    // Most of the time is spent waiting, for sockets and clocks: on two CPUs one worker would be half idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 20_000,
    hookTimeout: 20_000,
    restoreMocks: true,
  },
});
