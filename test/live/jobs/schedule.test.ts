/** What time moves on, and what an admin says of time, in PostgreSQL. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createBatchStore } from '../../../src/jobs/db/batch-store.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { createMigrationStore, type MigrationStore } from '../../../src/jobs/db/migration-store.ts';
import { silentLogger } from '../../../src/log.ts';
import { addBatch, addMigration, clearMigrations } from '../../support/batch-rows.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let testDatabase: TestDatabase;
let database: Database;
let store: MigrationStore;
let batchId = '';
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.connectionString, silentLogger);
  store = createMigrationStore(database, async () => undefined);
});
beforeEach(async () => {
  await clearMigrations(database.pool);
  batchId = await addBatch(database.pool);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const actor = { personId: 'admin', tenantId: 'tenant' };
const hours = (count: number): Date => new Date(Date.now() + count * 3_600_000);
const dueNow = async (isWindowOpen = true): Promise<readonly string[]> =>
  (await store.due({ isWindowOpen })).map(({ targetMailbox }) => targetMailbox.split('@')[0] ?? '');

test('what waits for the window goes on at once when the window is set anew, what was throttled does not', async () => {
  const { pool } = database;
  for (const [alias, code] of [
    ['closed', 'jobs.outside-window'],
    ['throttled', 'imap.throttled'],
  ] as const) {
    const id = await addMigration(pool, { batchId, alias, state: 'Syncing' });
    const problem = { code, facts: {} };
    const event = { type: 'throttled', until: hours(9), problem } as const;
    await store.apply({ migrationId: id, event, actor: null, onlyAtStep: null });
    // As its card shows it: until when, and why.
    expect(await store.find(id)).toMatchObject({
      state: 'RateLimited',
      resume: 'Syncing',
      problem,
    });
  }
  expect(await dueNow(false)).toEqual([]);
  expect(await dueNow()).toEqual(['closed']);
});

test('the next pass is due when its time has come', async () => {
  await addMigration(database.pool, { batchId, alias: 'soon', state: 'Synced', until: hours(1) });
  await addMigration(database.pool, { batchId, alias: 'now', state: 'Synced', until: hours(-1) });
  await addMigration(database.pool, { batchId, alias: 'never', state: 'Synced' });
  expect(await dueNow()).toEqual(['now']);
});

test('a batch is scheduled by whoever may, once, with an audit row of before and after', async () => {
  const batches = createBatchStore(database, async () => undefined);
  const startAt = hours(5);
  const schedule = { priority: 1, startAt, deltaEveryMinutes: null } as const;
  expect(await batches.schedule(batchId, schedule, actor)).toBe(true);
  expect(await batches.schedule(batchId, schedule, actor)).toBe(false);
  const { rows } = await database.pool.query(
    `select actor_person, before::jsonb->>'priority' as before, after::jsonb->>'priority' as after
       from audit where action = 'batch.scheduled' and subject = $1`,
    [batchId],
  );
  expect(rows).toEqual([{ actor_person: 'admin', before: '0', after: '1' }]);
  const [kept] = (await database.pool.query('select * from batches where id = $1', [batchId])).rows;
  expect(kept).toMatchObject({ priority: 1, start_at: startAt, finish_by: null });
});
