import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import type { Logger } from '../../log.ts';

/** The service's database, its schema up to date. */
export interface Database {
  readonly pool: pg.Pool;
  readonly close: () => Promise<void>;
}

/** int8 as a number: row ids, UIDs and byte counts stay far below 2^53. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * A process that was frozen or cut off in the middle of a transaction must not hold its locks until TCP gives
 * up: whoever takes its mailboxes over would wait for them. No transaction of ours is idle for so long.
 */
const FORGET_THE_LOST = '-c idle_in_transaction_session_timeout=10000';

/** Any number: processes that start together take turns. */
const MIGRATION_LOCK = 7_352_001;

/** Connects, and brings the schema up to this version. */
export async function openDatabase(
  connectionString: string,
  logger: Logger,
  poolSize = 10,
): Promise<Database> {
  // An intent must be on disk before its message leaves, whatever the server's default is.
  const options = `-c synchronous_commit=on ${FORGET_THE_LOST}`;
  const pool = new pg.Pool({ connectionString, max: poolSize, types, options });
  let isClosing = false;
  // A lost idle connection is replaced at the next query; without a listener it would end the process.
  pool.on('error', (error) => {
    if (!isClosing) {
      logger.warn({ code: errorCode(error) }, 'database connection lost');
    }
  });
  // One that is lost between two queries of a transaction belongs to nobody's query, and would end it too.
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    await updateSchema(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    pool,
    close: async () => {
      // Its connections are still hanging up when the pool says that it has ended; a server that is stopped
      // then tells them of it.
      isClosing = true;
      await pool.end();
    },
  };
}

/**
 * Connections for what must not wait behind other work, nor for a database that does not answer: who holds
 * which mailbox. Needs the schema up to date.
 */
export function openUrgentPool(connectionString: string, logger: Logger): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: 2,
    types,
    options: FORGET_THE_LOST,
    keepAlive: true,
    connectionTimeoutMillis: URGENT_MS,
    query_timeout: URGENT_MS,
  });
  pool.on('error', (error) => logger.warn({ code: errorCode(error) }, 'database connection lost'));
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** A beat that took longer is tried again, on another connection. */
const URGENT_MS = 8000;

function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

async function updateSchema(pool: pg.Pool): Promise<void> {
  const folder = path.join(import.meta.dirname, 'migrations');
  const client = await pool.connect();
  try {
    if (await isCurrent(client, folder)) {
      return;
    }
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    // Loaded only when there is something to do: it takes longer than all the rest of a start.
    const { applyMigrations } = await import('./migrate.ts');
    await applyMigrations(client, folder);
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  } finally {
    client.release();
  }
}

/** True when the newest migration of this version is the newest that was applied. */
async function isCurrent(client: pg.PoolClient, folder: string): Promise<boolean> {
  const journal: { entries: readonly { when: number }[] } = JSON.parse(
    await readFile(path.join(folder, 'meta', '_journal.json'), 'utf8'),
  );
  const known = await client.query<{ there: boolean }>(
    `select to_regclass('drizzle.__drizzle_migrations') is not null as there`,
  );
  if (known.rows[0]?.there !== true) {
    return false;
  }
  const applied = await client.query<{ newest: number | null }>(
    'select max(created_at) as newest from drizzle.__drizzle_migrations',
  );
  return applied.rows[0]?.newest === journal.entries.at(-1)?.when;
}

/** Runs `work` in one transaction on one connection; rolls back when it throws. */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    await rollBack(client);
    throw error;
  }
}

async function rollBack(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('rollback');
    client.release();
  } catch (error) {
    // The connection is gone: PostgreSQL has rolled back by itself.
    client.release(error instanceof Error ? error : true);
  }
}
