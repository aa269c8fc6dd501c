/**
 * PostgreSQL from npm, for machines without a server of their own. It runs in a session of its own and
 * may outlive a killed process; the next start then takes it over.
 *
 *   claim the directory (DatabaseInUseError) → open or make the cluster → then, until the deadline:
 *     no server     → start one on a free port
 *     server alive  → take its lock (held by a process that the claim does not see: DatabaseInUseError)
 *     going up/down → look again
 */
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import type pg from 'pg';
import type { Clock } from '../../../clock.ts';
import type { Logger } from '../../../log.ts';
import {
  type Cluster,
  connectionStringOf,
  hasCluster,
  openCluster,
  removeStagedClusters,
} from './cluster.ts';
import { acquireDirectoryMutex, type DirectoryMutex } from './directory-mutex.ts';
import { DatabaseInUseError, DatabaseStartError } from './errors.ts';
import {
  claimOwnership,
  ensureApplicationDatabase,
  keepOwnership,
  type Ownership,
} from './ownership.ts';
import {
  disownServerFile,
  readServerFile,
  type StartOutcome,
  serverLife,
  startServer,
  stopServer,
} from './server.ts';

const DEADLINE_MS = 180_000;
const LOOK_EVERY_MS = 200;
/** A process that is about to end, and a server that has to notice the end of one, get this long. */
const BUSY_GRACE_MS = 2_000;

export interface EmbeddedDatabaseDeps {
  /** DATA_DIR; the cluster lies in its folder `postgres`. */
  readonly dataDir: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** A loopback port that is free now; the default asks the system. */
  readonly choosePort?: () => Promise<number>;
}

export interface EmbeddedDatabase {
  /** URL of the database `skybridge`, password included: never to be logged. */
  readonly connectionString: string;
  /** False when a server that outlived an earlier process was taken over. */
  readonly startedByUs: boolean;
  /** Aborted with DatabaseLostError when the server went away and did not come back. */
  readonly lost: AbortSignal;
  /** Shuts the server down, whoever started it, and waits for its end; may be called twice. */
  stop(): Promise<void>;
}

interface OwnedServer {
  readonly client: pg.Client;
  readonly port: number;
  readonly startedByUs: boolean;
}

type Attempt =
  | { readonly kind: 'owned'; readonly client: pg.Client; readonly port: number }
  | { readonly kind: 'started' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'not-ready'; readonly cause: unknown };

/** Starts, or takes over, the PostgreSQL of `dataDir`; throws DatabaseInUseError and its siblings. */
export async function startEmbeddedDatabase(
  deps: EmbeddedDatabaseDeps,
  signal: AbortSignal,
): Promise<EmbeddedDatabase> {
  await mkdir(deps.dataDir, { recursive: true });
  const mutex = await claimDirectory(deps, signal);
  try {
    const cluster = await openCluster(deps.dataDir);
    const server = await obtainServer(cluster, deps, signal);
    const ownership = await prepareDatabase(cluster, server, deps.clock);
    const { port, startedByUs } = server;
    deps.logger.info({ port, startedByUs }, 'embedded database ready');
    let stopping: Promise<void> | null = null;
    const stop = async (): Promise<void> => {
      await ownership.release();
      await stopServer(cluster, deps.clock);
      mutex?.release();
      deps.logger.info({ port }, 'embedded database stopped');
    };
    return {
      connectionString: connectionStringOf(cluster, port),
      startedByUs,
      lost: ownership.lost,
      stop: () => (stopping ??= stop()),
    };
  } catch (error) {
    mutex?.release();
    throw error;
  }
}

/** URL of the PostgreSQL of `dataDir`, while another process runs it; for who only wants to look in. */
export async function findRunningDatabase(dataDir: string): Promise<string | null> {
  if (!(await hasCluster(dataDir))) {
    return null;
  }
  const cluster = await openCluster(dataDir);
  const file = await readServerFile(cluster);
  return file !== null && (await serverLife(file)) === 'running'
    ? connectionStringOf(cluster, file.port)
    : null;
}

/** Null where the system has no mutex for directories. */
async function claimDirectory(
  { dataDir, clock }: EmbeddedDatabaseDeps,
  signal: AbortSignal,
): Promise<DirectoryMutex | null> {
  const until = clock.monotonicMs() + BUSY_GRACE_MS;
  let result = await acquireDirectoryMutex(dataDir);
  while (result.kind === 'taken') {
    if (clock.monotonicMs() > until) {
      throw new DatabaseInUseError(dataDir);
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
    result = await acquireDirectoryMutex(dataDir);
  }
  return result.kind === 'held' ? result.mutex : null;
}

async function prepareDatabase(
  cluster: Cluster,
  { client, port }: OwnedServer,
  clock: Clock,
): Promise<Ownership> {
  try {
    await removeStagedClusters(path.dirname(cluster.dir));
    await ensureApplicationDatabase(client, cluster.secrets);
    return keepOwnership(client, () => claimOwnership(port, cluster.secrets), clock);
  } catch (error) {
    await stopServer(cluster, clock);
    throw error;
  }
}

async function obtainServer(
  cluster: Cluster,
  deps: EmbeddedDatabaseDeps,
  signal: AbortSignal,
): Promise<OwnedServer> {
  const until = deps.clock.monotonicMs() + DEADLINE_MS;
  let startedByUs = false;
  let busyUntilMs: number | null = null;
  let last: unknown = null;
  try {
    while (deps.clock.monotonicMs() < until) {
      signal.throwIfAborted();
      const attempt = await attemptServer(cluster, deps);
      startedByUs ||= attempt.kind === 'started';
      if (attempt.kind === 'owned') {
        return { ...attempt, startedByUs };
      }
      if (attempt.kind === 'busy') {
        busyUntilMs ??= deps.clock.monotonicMs() + BUSY_GRACE_MS;
      }
      if (busyUntilMs !== null && deps.clock.monotonicMs() > busyUntilMs) {
        throw new DatabaseInUseError(deps.dataDir);
      }
      if (attempt.kind !== 'started') {
        last = attempt;
        await deps.clock.sleep(LOOK_EVERY_MS, signal);
      }
    }
    throw new DatabaseStartError('PostgreSQL takes no connections.', '', last);
  } catch (error) {
    // Unless another process has taken it over in the meantime, nobody else would stop it.
    if (startedByUs && !(error instanceof DatabaseInUseError)) {
      await stopServer(cluster, deps.clock);
    }
    throw error;
  }
}

async function attemptServer(cluster: Cluster, deps: EmbeddedDatabaseDeps): Promise<Attempt> {
  const file = await readServerFile(cluster);
  if (file === null || (await serverLife(file)) !== 'running') {
    const outcome = await startOnce(cluster, deps);
    return outcome === 'started' ? { kind: 'started' } : { kind: 'not-ready', cause: outcome };
  }
  const claim = await claimOwnership(file.port, cluster.secrets);
  return claim.kind === 'owned' ? { ...claim, port: file.port } : claim;
}

/** One attempt to start. */
async function startOnce(cluster: Cluster, deps: EmbeddedDatabaseDeps): Promise<StartOutcome> {
  const { logger, choosePort = freePort } = deps;
  const file = await readServerFile(cluster);
  if (file !== null) {
    const life = await serverLife(file);
    logger.warn({ life }, 'embedded database was not shut down; recovering');
    if (life === 'number-in-use') {
      await disownServerFile(cluster);
    }
  }
  const outcome = await startServer(cluster, await choosePort());
  if (outcome !== 'started') {
    logger.info({ outcome }, 'embedded database start is tried again');
  }
  return outcome;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
