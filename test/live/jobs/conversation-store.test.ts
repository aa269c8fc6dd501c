import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConversationReference } from '../../../src/jobs/api.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { createConversationStore } from '../../../src/jobs/db/conversation-store.ts';
import { silentLogger } from '../../../src/log.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const REFERENCE: ConversationReference = {
  conversationId: 'a:p',
  conversationType: 'personal',
  serviceUrl: 'https://smba.trafficmanager.net/teams/',
  tenantId: 'contoso',
  botId: '28:bot',
  userId: '29:p',
};
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

test('a language stays until another is named', async () => {
  const store = createConversationStore(database.pool);
  expect(await store.findLanguage('personal:p')).toBeNull();
  await store.saveConversation('personal:p', REFERENCE, null);
  expect(await store.findLanguage('personal:p')).toBeNull();
  await store.saveConversation('personal:p', REFERENCE, 'de');
  await store.saveConversation('personal:p', { ...REFERENCE, userId: '29:q' }, null);
  expect(await store.findLanguage('personal:p')).toBe('de');
  expect(await store.findConversation('personal:p')).toEqual({ ...REFERENCE, userId: '29:q' });
  await store.saveConversation('personal:p', REFERENCE, 'ja');
  expect(await store.findLanguage('personal:p')).toBe('ja');
});

test('one message is kept under many keys, which are found by how they begin', async () => {
  const store = createConversationStore(database.pool);
  const posted = { conversation: REFERENCE, activityId: 'one' };
  await store.savePostedAs([], posted);
  await store.savePostedAs(['told:b:1', 'told:b:2', 'told:b%', 'told:c:1'], posted);
  await store.savePostedAs(['told:b:1'], { ...posted, activityId: 'two' });
  expect((await store.postedKeys('told:b:')).toSorted()).toEqual(['told:b:1', 'told:b:2']);
  expect(await store.postedKeys('told:b%')).toEqual(['told:b%']);
  expect((await store.findPosted('told:b:1'))?.activityId).toBe('two');
});
