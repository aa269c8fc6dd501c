/** The variables that decide how tests run; the only place in test that reads the environment. */
export interface TestEnvironment {
  /** `1`: a witness (Dovecot, Chromium, …) that is missing fails the run instead of being skipped. */
  readonly requireLive: boolean;
  /** A PostgreSQL to test on, by a user who may create databases, instead of the embedded one. */
  readonly databaseUrl: string | null;
}

/** Reads the test environment. */
export function readTestEnvironment(): TestEnvironment {
  // oxlint-disable-next-line node/no-process-env -- the reader itself
  const { REQUIRE_LIVE, TEST_DATABASE_URL } = process.env;
  return { requireLive: REQUIRE_LIVE === '1', databaseUrl: TEST_DATABASE_URL || null };
}
