/** A look into the PostgreSQL of a running service, as its superuser; for what no card shows. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';

/** Runs `work` on a connection to the database under `dataDir`. */
export async function withServiceDatabase<T>(
  dataDir: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const dir = path.join(dataDir, 'postgres');
  // The fourth line of PostgreSQL's own file is its port.
  const lines = (await readFile(path.join(dir, 'data', 'postmaster.pid'), 'utf8')).split('\n');
  const secrets: unknown = JSON.parse(await readFile(path.join(dir, 'secrets.json'), 'utf8'));
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(lines[3]),
    user: 'postgres',
    password: String(Object(secrets).administrator),
    database: 'skybridge',
  });
  // A service that is killed under a look takes the connection with it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The rows of one query. */
export async function queryService(
  dataDir: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return await withServiceDatabase(dataDir, async (client) => {
    const { rows } = await client.query<Record<string, unknown>>(text, [...values]);
    return rows;
  });
}
