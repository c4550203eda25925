import { defineConfig } from 'vitest/config';

/** Real engines and databases run in most tests: a slow machine needs time, and no test asserts a wall-clock time. */
const MINUTE = 60_000;

/** Tests that change nothing of their process: their files share it, which spares loading everything for each. */
const LEAVE_NOTHING = ['packages/schema', 'packages/verdict', 'apps/dashboard'];

export default defineConfig({
  // Packages are resolved as Node does, without Vite's `development` condition: graphql has a copy of its own for
  // it, and two copies of graphql refuse each other's types.
  ssr: { resolve: { conditions: ['module', 'node'], externalConditions: ['node', 'module-sync'] } },
  test: {
    // One process per file of the others: a native library that aborts ends its own file only.
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default', './scripts/test-summary.mjs'],
    projects: [
      ...[
        'packages/trainer',
        'packages/schema',
        'packages/client',
        'packages/verdict',
        'apps/api',
        'apps/dashboard',
      ].map((folder) => ({
        extends: true as const,
        test: {
          name: folder,
          include: [`${folder}/test/**/*.test.{ts,tsx}`],
          isolate: !LEAVE_NOTHING.includes(folder),
          testTimeout: MINUTE,
          hookTimeout: MINUTE,
        },
      })),
      { extends: true, test: { name: 'setup', include: ['tests/setup/**/*.test.ts'], testTimeout: MINUTE } },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          // One server and one browser at a time, and nothing beside them.
          sequence: { groupOrder: 1 },
          fileParallelism: false,
          testTimeout: 5 * MINUTE,
          hookTimeout: 5 * MINUTE,
        },
      },
    ],
  },
});
