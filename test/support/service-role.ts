import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { TestDatabase } from './database.ts';

/**
 * The database as a service should reach it: by a role that owns it and is no superuser. On a server of the
 * tests' own that is how it is; elsewhere (TEST_DATABASE_URL) such a role is made, and dropped with it.
 */
export async function asServiceRole(database: TestDatabase): Promise<TestDatabase> {
  const administrator = new pg.Client(database.connectionString);
  await administrator.connect();
  const role = `service_${randomBytes(6).toString('hex')}`;
  try {
    const { rows } = await administrator.query<{ is_superuser: string }>('show is_superuser');
    if (rows[0]?.is_superuser === 'off') {
      return database;
    }
    await administrator.query(`create role ${role} login password '${role}'`);
    await administrator.query(
      `do $$ begin execute format('alter database %I owner to ${role}', current_database()); end $$`,
    );
  } finally {
    await administrator.end();
  }
  const url = new URL(database.connectionString);
  url.username = role;
  url.password = role;
  return {
    connectionString: url.href,
    drop: async () => {
      await database.drop();
      const elsewhere = new URL(database.connectionString);
      elsewhere.pathname = '/postgres';
      const client = new pg.Client(elsewhere.href);
      await client.connect();
      await client.query(`drop role ${role}`);
      await client.end();
    },
  };
}
