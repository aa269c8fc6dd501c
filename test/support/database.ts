import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { inject } from 'vitest';
import { z } from 'zod';
import type { TestServer } from './database-setup.ts';

/** A database of its own for one test file. */
export interface TestDatabase {
  readonly connectionString: string;
  /** Drops it, cutting connections that a test left open. */
  drop(): Promise<void>;
}

/** Content that many files start from, built once a run. */
export interface TestTemplate {
  readonly name: string;
  /** Fills the template, as by migrations; must close its connections. */
  readonly fill: (connectionString: string) => Promise<void>;
}

const answerSchema = z.union([
  z.object({
    url: z.string(),
    owner: z.object({ name: z.string(), password: z.string() }).nullable(),
  }),
  z.object({ error: z.string() }),
]);

/** Any number: held while a template is built, so that files that start together build it once. */
const TEMPLATE_LOCK = 1_840_223;

/**
 * Creates a database, empty or from `template`, on the run's PostgreSQL (TEST_DATABASE_URL, else the
 * embedded one, which starts with the first call). Drop it in afterAll.
 */
export async function createTestDatabase(template?: TestTemplate): Promise<TestDatabase> {
  const server = await askForServer();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await withAdministrator(server, async (client) => {
    const from = template ? await ensureTemplate(server, client, template) : 'template1';
    await createDatabase(server, client, { name, from });
  });
  return {
    connectionString: urlOf(server, name),
    drop: async () =>
      withAdministrator(server, async (client) => {
        await client.query(`drop database if exists ${name} with (force)`);
      }),
  };
}

async function ensureTemplate(
  server: TestServer,
  client: pg.Client,
  template: TestTemplate,
): Promise<string> {
  // The port tells runs apart that share one TEST_DATABASE_URL.
  const name = `template_${template.name}_${inject('databasePort')}`;
  await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) {
      const staging = `${name}_new`;
      await client.query(`drop database if exists ${staging} with (force)`);
      await createDatabase(server, client, { name: staging, from: 'template1' });
      await template.fill(urlOf(server, staging));
      await client.query(`alter database ${staging} rename to ${name}`);
    }
  } finally {
    await client.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
  return name;
}

async function createDatabase(
  server: TestServer,
  client: pg.Client,
  { name, from }: { readonly name: string; readonly from: string },
): Promise<void> {
  const owner = server.owner ? `owner ${server.owner.name}` : '';
  await client.query(`create database ${name} ${owner} template ${from}`);
}

function urlOf(server: TestServer, database: string): string {
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  if (server.owner !== null) {
    url.username = server.owner.name;
    url.password = server.owner.password;
  }
  return url.href;
}

async function withAdministrator(
  server: TestServer,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client(server.url);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function askForServer(): Promise<TestServer> {
  const answer = answerSchema.parse(
    JSON.parse(await text(connect(inject('databasePort'), '127.0.0.1'))),
  );
  if ('error' in answer) {
    throw new Error(`the tests have no database: ${answer.error}`);
  }
  return answer;
}
