import { defineConfig } from 'vitest/config';

/** A kind of test: its folder, and how long one test of it may take. */
function kind(name: string, testTimeout: number): { extends: true; test: Record<string, unknown> } {
  return {
    extends: true,
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout,
      hookTimeout: Math.max(testTimeout, 60_000),
    },
  };
}

export default defineConfig({
  test: {
    pool: 'forks',
    // More than there are cores: most of a live test is waiting for a server.
    maxWorkers: 4,
    globalSetup: ['test/support/database-setup.ts'],
    restoreMocks: true,
    projects: [
      kind('unit', 15_000),
      kind('sim', 60_000),
      kind('live', 120_000),
      kind('e2e', 300_000),
    ],
  },
});
