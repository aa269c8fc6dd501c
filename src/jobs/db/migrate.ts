import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type pg from 'pg';

/** Brings the schema up to this version; what was applied before is left as it is. */
export async function applyMigrations(client: pg.PoolClient, folder: string): Promise<void> {
  await migrate(drizzle(client), { migrationsFolder: folder });
}
