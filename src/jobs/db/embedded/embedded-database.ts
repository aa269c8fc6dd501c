/**
 * PostgreSQL from npm, for machines without a server of their own. It runs in a session of its own and
 * may outlive a killed process; the next start then takes it over.
 *
 *   no server     → start one on a free port → claim
 *   server alive  → claim (in use by another process: DatabaseInUseError)
 *   going up/down → look again until the deadline
 */
import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import type pg from 'pg';
import type { Clock } from '../../../clock.ts';
import type { Logger } from '../../../log.ts';
import { type Cluster, openCluster, removeStagedClusters } from './cluster.ts';
import { DatabaseInUseError, DatabaseStartError } from './errors.ts';
import { claimOwnership, ensureApplicationDatabase, keepOwnership } from './ownership.ts';
import {
  disownServerFile,
  readServerFile,
  type StartOutcome,
  serverLife,
  startServer,
  stopServer,
} from './server.ts';
import { withStartMutex } from './start-mutex.ts';

const DEADLINE_MS = 180_000;
const LOOK_EVERY_MS = 200;
/** A server needs a moment to notice that the owner before was killed. */
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

/** Starts, or takes over, the PostgreSQL of `dataDir`; throws DatabaseInUseError and its siblings. */
export async function startEmbeddedDatabase(
  deps: EmbeddedDatabaseDeps,
  signal: AbortSignal,
): Promise<EmbeddedDatabase> {
  const { dataDir, logger, clock } = deps;
  const cluster = await openCluster(dataDir);
  const server = await obtainServer(cluster, deps, signal);
  try {
    await removeStagedClusters(path.dirname(cluster.dir));
    await ensureApplicationDatabase(server.client, cluster.secrets);
  } catch (error) {
    await stopServer(cluster);
    throw error;
  }
  const ownership = keepOwnership(
    server.client,
    () => claimOwnership(server.port, cluster.secrets),
    clock,
  );
  logger.info({ port: server.port, startedByUs: server.startedByUs }, 'embedded database ready');
  let stopping: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    await ownership.release();
    await stopServer(cluster);
    logger.info({ port: server.port }, 'embedded database stopped');
  };
  return {
    connectionString: `postgres://skybridge:${cluster.secrets.application}@127.0.0.1:${server.port}/skybridge`,
    startedByUs: server.startedByUs,
    lost: ownership.lost,
    stop: () => (stopping ??= stop()),
  };
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
      const attempt = await attemptServer(cluster, deps, signal);
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
      await stopServer(cluster);
    }
    throw error;
  }
}

type Attempt =
  | { readonly kind: 'owned'; readonly client: pg.Client; readonly port: number }
  | { readonly kind: 'started' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'not-ready'; readonly cause: unknown };

async function attemptServer(
  cluster: Cluster,
  deps: EmbeddedDatabaseDeps,
  signal: AbortSignal,
): Promise<Attempt> {
  const file = await readServerFile(cluster);
  if (file === null || (await serverLife(file)) !== 'running') {
    const outcome = await startOnce(cluster, deps, signal);
    return outcome === 'started' ? { kind: 'started' } : { kind: 'not-ready', cause: outcome };
  }
  const claim = await claimOwnership(file.port, cluster.secrets);
  return claim.kind === 'owned' ? { ...claim, port: file.port } : claim;
}

/** One attempt to start, under the start mutex. */
async function startOnce(
  cluster: Cluster,
  deps: EmbeddedDatabaseDeps,
  signal: AbortSignal,
): Promise<StartOutcome> {
  const { logger, clock, choosePort = freePort } = deps;
  const { dev, ino } = await stat(cluster.pgdata, { bigint: true });
  const start = async (): Promise<StartOutcome> => {
    const file = await readServerFile(cluster);
    const life = file === null ? 'dead' : await serverLife(file);
    if (life === 'running') {
      return 'taken';
    }
    if (life === 'renumbered') {
      await disownServerFile(cluster);
    }
    if (file !== null) {
      logger.warn({ life }, 'embedded database was not shut down; recovering');
    }
    return startServer(cluster, await choosePort());
  };
  const outcome = await withStartMutex(`${dev}-${ino}`, clock, start, signal);
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
