/** Logins are counted in PostgreSQL, across restarts. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { createLoginStore } from '../../../src/jobs/db/login-store.ts';
import { silentLogger } from '../../../src/log.ts';
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

const NOW = new Date('2026-11-22T10:10:00Z');
const LATER = new Date('2026-11-22T10:20:00Z');
const trial = { wanted: 2, now: NOW };

test('of many trials at once three are let in, and a process that starts anew knows of them', async () => {
  const store = createLoginStore(database.pool);
  const at = await Promise.all(Array.from({ length: 8 }, () => store.reserve('alex', trial)));
  expect(at.filter(({ kind }) => kind === 'reserved')).toHaveLength(3);

  const restarted = createLoginStore(database.pool);
  expect(await restarted.reserve('alex', trial)).toEqual({ kind: 'wait', until: LATER });
  expect(await restarted.reserve('sam', trial)).toMatchObject({ kind: 'reserved' });
  expect(await restarted.reserve('alex', { wanted: 2, now: LATER })).toMatchObject({
    kind: 'reserved',
  });
});

test('a login that was not needed is given back; one by a copy counts too', async () => {
  const store = createLoginStore(database.pool);
  for (let n = 1; n <= 4; n += 1) {
    const reservation = await store.reserve('kim', trial);
    expect(reservation.kind, `trial ${n}`).toBe('reserved');
    if (reservation.kind === 'reserved') {
      await reservation.giveBack(1);
    }
  }
  await store.note('kim', NOW);
  expect(await store.reserve('kim', trial)).toEqual({ kind: 'wait', until: LATER });
});
