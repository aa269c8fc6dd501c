import { readdir } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { silentLogger } from '../../../src/log.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { dumpSchema } from '../../support/schema-dump.ts';

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

test('the schema is the one that its dump records', async () => {
  const migrations = await readdir('src/jobs/db/migrations');
  const newest = migrations
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .at(-1);
  // A change of the schema is a new migration, and with it a new dump; old dumps stay for upgrade tests.
  await expect(await dumpSchema(database.pool)).toMatchFileSnapshot(
    `../../golden/schema/${newest?.replace('.sql', '.txt')}`,
  );
  const dumps = await readdir('test/golden/schema');
  expect(dumps.toSorted()).toEqual(
    migrations
      .filter((name) => name.endsWith('.sql'))
      .map((name) => name.replace('.sql', '.txt'))
      .toSorted(),
  );
});

test('a second process that opens the database finds nothing to do, at the same moment too', async () => {
  const others = await Promise.all(
    [1, 2, 3].map(() => openDatabase(testDatabase.connectionString, silentLogger, 2)),
  );
  for (const other of others) {
    await other.close();
  }
  const { rows } = await database.pool.query('select 1 from drizzle.__drizzle_migrations');
  const files = await readdir('src/jobs/db/migrations');
  expect(rows.length).toBe(files.filter((name) => name.endsWith('.sql')).length);
});

test('commits wait for the disk, also where the server would not', async () => {
  const { rows } = await database.pool.query<{ name: string }>('select current_database() as name');
  await database.pool.query(`alter database ${rows[0]?.name} set synchronous_commit = off`);
  const lax = new pg.Client({ connectionString: testDatabase.connectionString });
  await lax.connect();
  expect((await lax.query('show synchronous_commit')).rows).toEqual([
    { synchronous_commit: 'off' },
  ]);
  await lax.end();
  const strict = await openDatabase(testDatabase.connectionString, silentLogger, 1);
  const shown = await strict.pool.query('show synchronous_commit');
  await strict.close();
  expect(shown.rows).toEqual([{ synchronous_commit: 'on' }]);
});
