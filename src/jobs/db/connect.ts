import path from 'node:path';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import type { Logger } from '../../log.ts';
import * as schema from './schema.ts';

export type Schema = typeof schema;
/** A drizzle database or a transaction of one. */
export type Db = NodePgDatabase<Schema>;

/** The service's database: a pool, and drizzle on it. */
export interface Database {
  readonly pool: pg.Pool;
  readonly db: Db;
  readonly close: () => Promise<void>;
}

/** int8 as a number: row ids, UIDs and byte counts stay far below 2^53. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

/** Connects, and brings the schema up to this version. */
export async function openDatabase(
  connectionString: string,
  logger: Logger,
  poolSize = 10,
): Promise<Database> {
  // An intent must be on disk before its message leaves, whatever the server's default is.
  const options = '-c synchronous_commit=on';
  const pool = new pg.Pool({ connectionString, max: poolSize, types, options });
  // A lost idle connection is replaced at the next query; without a listener it would end the process.
  pool.on('error', (error) => logger.warn({ code: errorCode(error) }, 'database connection lost'));
  const db = drizzle(pool, { schema });
  const client = await pool.connect();
  try {
    // Two processes that start together take turns: the second finds nothing left to do.
    await client.query('select pg_advisory_lock(7352001)');
    await migrate(drizzle(client), {
      migrationsFolder: path.join(import.meta.dirname, 'migrations'),
    });
  } finally {
    await client.query('select pg_advisory_unlock(7352001)');
    client.release();
  }
  return { pool, db, close: () => pool.end() };
}

function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
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
