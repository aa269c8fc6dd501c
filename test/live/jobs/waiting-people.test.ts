/** Who is waited for, as the database knows it: the longest first, and nobody else. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { createMigrationStore } from '../../../src/jobs/db/migration-store.ts';
import { silentLogger } from '../../../src/log.ts';
import { addBatch, addMigration } from '../../support/batch-rows.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

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

test('moves that wait for a password, those that were asked first before the others', async () => {
  const { pool } = database;
  const batchId = await addBatch(pool);
  const states = [
    ['late', 'WaitingForUser', '2026-11-20'],
    ['early', 'WaitingForUser', '2026-11-10'],
    ['copying', 'Syncing', '2026-11-01'],
    ['ended', 'Completed', '2026-11-01'],
  ] as const;
  for (const [alias, state, since] of states) {
    const id = await addMigration(pool, { batchId, alias, state });
    await pool.query('update migrations set state_since = $2 where id = $1', [id, since]);
  }
  const store = createMigrationStore(database, async () => {
    throw new Error('nothing is sent here');
  });
  const waiting = await store.waitingForPeople();
  expect(waiting.map(({ person }) => person?.displayName)).toEqual(['early', 'late']);
});
