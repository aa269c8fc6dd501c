/** A database of its own, with the service's schema, for the tests of one file. */
import { afterAll, beforeAll } from 'vitest';
import { type Database, openDatabase } from '../../src/jobs/db/connect.ts';
import { silentLogger } from '../../src/log.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

/** Made before the first test of the file, and dropped behind the last. */
export function useDatabase(): Pick<Database, 'pool'> {
  let testDatabase: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    database = await openDatabase(testDatabase.connectionString, silentLogger);
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });
  return {
    get pool() {
      return database.pool;
    },
  };
}
