/**
 * `serve`: the bot, the worker, or both in one process. It ends in two steps: `stop` drains, each part in
 * turn, the last opened first; `destroy` waits for none of them, and only our own PostgreSQL is told to end.
 */
import type { Server } from 'node:http';
import path from 'node:path';
import express from 'express';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { createGraphTenant } from '../jobs/adapters/graph-tenant.ts';
import { createMigrationStore } from '../jobs/db/migration-store.ts';
import { startQueue } from '../jobs/db/queue.ts';
import { tallyFolders } from '../jobs/db/tally-store.ts';
import type { Logger } from '../log.ts';
import { loadSealingKeys, publishPublicKey, type SealingKeys } from '../secrets/key-file.ts';
import { openDataStore } from './data-store.ts';
import { type EndSignals, untilDestroyed } from './end-signals.ts';
import { ALL_ROLES, type ProcessRole } from './process-roles.ts';
import { openWatch } from './serve-ops.ts';
import { publicKeyPath, type ServiceOverrides, type ServiceParts } from './service-parts.ts';
import { createTelemetry, type Telemetry } from './telemetry.ts';
import { createTenantClients } from './tenant-clients.ts';

/** How many steps that need no mailbox one process runs at once, of each kind. */
const CONCURRENCY = 4;

export interface ServiceDeps {
  readonly config: Config;
  readonly logger: Logger;
  readonly roles?: readonly ProcessRole[];
  readonly overrides?: ServiceOverrides;
  readonly onListening?: (port: number) => void;
}

/** A running service. */
interface RunningService {
  readonly port: number;
  /** Aborted when the database is gone for good. */
  readonly lost: AbortSignal | null;
  close(): Promise<void>;
}

interface OpenPart {
  readonly close: () => Promise<void>;
  /** What must not be left running, even where nothing else is waited for. */
  readonly destroy?: () => Promise<void>;
}

/** `serve`: runs until it is told to end. Returns the exit code. */
export async function runService(
  deps: ServiceDeps,
  { stop, destroy }: EndSignals,
): Promise<number> {
  const service = await startService(deps, { stop, destroy });
  deps.onListening?.(service.port);
  const ended = service.lost === null ? stop : AbortSignal.any([stop, service.lost]);
  await new Promise<void>((resolve) => {
    ended.addEventListener('abort', () => resolve(), { once: true });
    if (ended.aborted) {
      resolve();
    }
  });
  await service.close();
  // Whoever supervises the process starts it anew when its database is gone.
  service.lost?.throwIfAborted();
  return 0;
}

/** Starts what the roles need, and listens; what a failed start has opened is closed again. */
async function startService(
  deps: ServiceDeps,
  { stop, destroy }: EndSignals,
): Promise<RunningService> {
  const { logger } = deps;
  const opened: OpenPart[] = [];
  const closeAll = async (): Promise<void> => {
    for (const part of opened.toReversed()) {
      if (!destroy.aborted) {
        await untilDestroyed(part.close(), destroy);
      }
    }
    if (destroy.aborted) {
      logger.warn({}, 'ended without draining');
      await Promise.all(opened.map(async (part) => part.destroy?.()));
    }
  };
  try {
    const { port, lost } = await openService(deps, opened, stop);
    logger.info({ port, roles: deps.roles ?? ALL_ROLES }, 'listening');
    return {
      port,
      lost,
      async close() {
        logger.info({}, 'stopping');
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Opens part after part, and notes how each is closed. */
async function openService(
  deps: ServiceDeps,
  opened: OpenPart[],
  signal: AbortSignal,
): Promise<Pick<RunningService, 'port' | 'lost'>> {
  const { config, overrides = {} } = deps;
  const telemetry = await createTelemetry(config, { logger: deps.logger, clock: systemClock });
  opened.push(telemetry);
  const watch = await openWatch(config, telemetry);
  opened.push(watch);
  const parts = await openParts(deps, telemetry, opened, signal);
  watch.watch(parts.data);
  const app = express();
  app.disable('x-powered-by');
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  const routers = await openRoles(parts, deps.roles ?? ALL_ROLES, opened);
  for (const router of routers) {
    app.use(router);
  }
  const server = await listen(app, config.PORT, overrides.host);
  opened.push({ close: () => closeServer(server) });
  watch.enter('running');
  opened.push({ close: async () => watch.enter('stopping') });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.PORT;
  return { port, lost: parts.data.lost };
}

/** What every role works with. */
async function openParts(
  { config, overrides = {} }: ServiceDeps,
  telemetry: Telemetry,
  opened: OpenPart[],
  signal: AbortSignal,
): Promise<ServiceParts> {
  const clock = systemClock;
  const { logger } = telemetry;
  const { TENANT_ID = '', CLIENT_ID = '' } = config;
  // After `requireServiceSettings` these are there; an empty string would be refused by what uses it.
  const settings = { ...config, TENANT_ID, CLIENT_ID };
  // First what only reads settings: a wrong one should not wait for a database to start.
  const m365 = await createTenantClients(settings, { clock, logger });
  const data = await openDataStore(config, { logger, clock }, signal);
  opened.push(data);
  const queue = await startQueue({
    connectionString: data.connectionString,
    logger,
    concurrency: CONCURRENCY,
    soleWorker: data.embedded,
  });
  opened.push({ close: () => queue.stop() });
  return {
    settings,
    data,
    queue,
    store: createMigrationStore(data.database, queue.sink),
    tallies: (migrationId) => tallyFolders(data.database.pool, migrationId),
    m365,
    tenant: createGraphTenant(m365),
    clock,
    logger,
    telemetry,
    overrides,
  };
}

/** Each role loads what it needs: a bot has nothing in it that could open a password. */
async function openRoles(
  parts: ServiceParts,
  roles: readonly ProcessRole[],
  opened: OpenPart[],
): Promise<readonly express.Router[]> {
  const keys = roles.includes('worker') ? await openKeys(parts) : null;
  const routers: express.Router[] = [];
  if (roles.includes('bot')) {
    const { startBot } = await import('./serve-bot.ts');
    const bot = await startBot(parts, keys?.publicKey ?? null);
    opened.push({ close: () => bot.close() });
    routers.push(bot.router);
    const { createPages } = await import('./serve-pages.ts');
    routers.push(...(await createPages(parts, bot.desk)));
  }
  if (keys !== null) {
    const { startMover } = await import('./serve-worker.ts');
    const worker = await startMover(parts, keys);
    opened.push({ close: () => worker.stop() });
  }
  return routers;
}

async function openKeys({ settings, data }: ServiceParts): Promise<SealingKeys> {
  const keys = await loadSealingKeys(
    settings.SECRETS_KEY_FILE ?? path.join(data.dataDir, 'sealing-key.pem'),
  );
  await publishPublicKey(publicKeyPath(data.dataDir), keys);
  return keys;
}

function listen(app: express.Express, port: number, host: string | undefined): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = host === undefined ? app.listen(port) : app.listen(port, host);
    server.once('listening', () => resolve(server));
    server.once('error', reject);
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
