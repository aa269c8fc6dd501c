import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import {
  createTestDatabase,
  type TestDatabase,
  type TestTemplate,
} from '../../support/database.ts';

const created: TestDatabase[] = [];
let filled = 0;

const template: TestTemplate = {
  name: 'marked',
  fill: async (connectionString) => {
    filled += 1;
    await query(connectionString, 'create table mark (word text)');
    await query(connectionString, `insert into mark values ('from the template')`);
  },
};

async function newDatabase(from?: TestTemplate): Promise<string> {
  const database = await createTestDatabase(from);
  created.push(database);
  return database.connectionString;
}

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(connectionString);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

afterAll(async () => {
  for (const database of created) {
    await database.drop();
  }
});

test('two databases do not see each other', async () => {
  const [first, second] = [await newDatabase(), await newDatabase()];
  await query(first, 'create table mine ()');
  await expect(query(second, 'select from mine')).rejects.toThrow(/does not exist/);
});

test('a template is filled once, and its content is in every database made from it', async () => {
  const both = await Promise.all([newDatabase(template), newDatabase(template)]);
  for (const one of both) {
    expect(await query(one, 'select word from mark')).toEqual([{ word: 'from the template' }]);
  }
  expect(filled).toBe(1);
});

test('drop cuts connections that are still open', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client(database.connectionString);
  client.on('error', () => undefined);
  await client.connect();
  await database.drop();
  await expect(client.query('select 1')).rejects.toThrow(/terminat|closed|not queryable/i);
});
