import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { type Database, openDatabase } from '../jobs/db/connect.ts';
import { hasCluster } from '../jobs/db/embedded/cluster.ts';
import {
  findRunningDatabase,
  startEmbeddedDatabase,
} from '../jobs/db/embedded/embedded-database.ts';
import type { Logger } from '../log.ts';

/** The database of this process, and what keeps it running. */
export interface DataStore {
  readonly database: Database;
  readonly connectionString: string;
  /** True for our own PostgreSQL under DATA_DIR: nobody else works on it. */
  readonly embedded: boolean;
  /** Absolute path of DATA_DIR, which exists. */
  readonly dataDir: string;
  /** Aborted when our own PostgreSQL went away and did not come back; null for a server of others. */
  readonly lost: AbortSignal | null;
  readonly close: () => Promise<void>;
  /** Ends our own PostgreSQL, whoever still works with it; a server of others is left alone. */
  readonly destroy: () => Promise<void>;
}

/** Where messages that are too large for memory are kept on their way. */
export function spoolDirectoryOf({ DATA_DIR }: Pick<Config, 'DATA_DIR'>): string {
  return path.join(path.resolve(DATA_DIR), 'spool');
}

/** Opens DATABASE_URL, or starts PostgreSQL under DATA_DIR where it is unset. */
export async function openDataStore(
  config: Pick<Config, 'DATA_DIR' | 'DATABASE_URL'>,
  { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
  signal: AbortSignal,
): Promise<DataStore> {
  const dataDir = path.resolve(config.DATA_DIR);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const server =
    config.DATABASE_URL === undefined
      ? await startEmbeddedDatabase({ dataDir, logger, clock }, signal)
      : null;
  const connectionString = server?.connectionString ?? config.DATABASE_URL ?? '';
  try {
    const database = await openDatabase(connectionString, logger);
    return {
      database,
      connectionString,
      embedded: server !== null,
      dataDir,
      lost: server?.lost ?? null,
      close: async () => {
        await database.close();
        await server?.stop();
      },
      destroy: async () => {
        await server?.stop();
      },
    };
  } catch (error) {
    await server?.stop();
    throw error;
  }
}

/**
 * The same for a look beside a running service: its own PostgreSQL is joined where it runs, started where
 * it does not, and null where there never was one.
 */
export async function joinDataStore(
  config: Pick<Config, 'DATA_DIR' | 'DATABASE_URL'>,
  deps: { readonly logger: Logger; readonly clock: Clock },
  signal: AbortSignal,
): Promise<DataStore | null> {
  const dataDir = path.resolve(config.DATA_DIR);
  if (config.DATABASE_URL !== undefined) {
    return openDataStore(config, deps, signal);
  }
  if (!(await hasCluster(dataDir))) {
    return null;
  }
  const running = await findRunningDatabase(dataDir);
  return running === null
    ? openDataStore(config, deps, signal)
    : openDataStore({ ...config, DATABASE_URL: running }, deps, signal);
}
