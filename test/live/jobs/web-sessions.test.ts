/** Browsers that are remembered: by a secret whose hash alone is kept, for a time, and where it says so once. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WebSessionStore } from '../../../src/jobs/api.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { createWebSessionStore } from '../../../src/jobs/db/web-session-store.ts';
import { silentLogger } from '../../../src/log.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let testDatabase: TestDatabase;
let database: Database;
let store: WebSessionStore;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.connectionString, silentLogger);
  store = createWebSessionStore(database.pool);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const inAnHour = (): Date => new Date(Date.now() + 3_600_000);

test('a session is found by its secret as long as it lasts, and never by another one or as another kind', async () => {
  const secret = await store.open('session', { personId: 'alex' }, inAnHour());
  expect(await store.find('session', secret)).toEqual({ personId: 'alex' });
  expect(await store.find('session', secret)).toEqual({ personId: 'alex' });
  expect(await store.find('sign-in', secret)).toBeNull();
  expect(await store.find('session', `${secret}x`)).toBeNull();
  const ended = await store.open('session', { personId: 'alex' }, new Date(Date.now() - 1));
  expect(await store.find('session', ended)).toBeNull();
  expect(await store.take('session', ended)).toBeNull();
});

test('what is taken is taken once, also by two at the same moment', async () => {
  const secret = await store.open('sign-in', { state: 's' }, inAnHour());
  const taken = await Promise.all([1, 2, 3].map(() => store.take('sign-in', secret)));
  expect(taken.filter((one) => one !== null)).toEqual([{ state: 's' }]);
  expect(await store.find('sign-in', secret)).toBeNull();
});

test('the database holds no secret, and nothing whose time is over', async () => {
  const secret = await store.open('session', { personId: 'adele' }, inAnHour());
  await store.open('session', { personId: 'gone' }, new Date(Date.now() - 1));
  await store.open('session', { personId: 'next' }, inAnHour());
  const { rows } = await database.pool.query('select web_sessions::text as row from web_sessions');
  expect(JSON.stringify(rows)).toContain('adele');
  expect(JSON.stringify(rows)).not.toContain(secret);
  expect(JSON.stringify(rows)).not.toContain('gone');
});
