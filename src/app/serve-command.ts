import type { Server } from 'node:http';
import path from 'node:path';
import express from 'express';
import { type Bot, type BotSettings, createBot, DEFAULT_SERVICE_URL } from '../bot/bot.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { M365 } from '../graph/m365.ts';
import { createSourceOpener, createTargetOpener } from '../jobs/adapters/account-openers.ts';
import { createAccountPaces } from '../jobs/adapters/account-pace.ts';
import { createGraphTenant } from '../jobs/adapters/graph-tenant.ts';
import type { SkybridgeApi } from '../jobs/api.ts';
import { createByteBudget } from '../jobs/copy/byte-budget.ts';
import { createBatchStore } from '../jobs/db/batch-store.ts';
import { createConversationStore } from '../jobs/db/conversation-store.ts';
import { createFolderMapStore } from '../jobs/db/folder-map-store.ts';
import { createLedgerStore } from '../jobs/db/ledger-store.ts';
import { createLoginStore, type LoginStore } from '../jobs/db/login-store.ts';
import { createMigrationStore, type MigrationStore } from '../jobs/db/migration-store.ts';
import { startQueue } from '../jobs/db/queue.ts';
import { tallyFolders } from '../jobs/db/tally-store.ts';
import type { TargetTraits } from '../jobs/ports.ts';
import { createReportStore } from '../jobs/report/report-store.ts';
import { createService } from '../jobs/service.ts';
import { createSessionPool, type SessionPool } from '../jobs/session-pool.ts';
import type { StepPace } from '../jobs/steps/deps.ts';
import { startWorker } from '../jobs/worker.ts';
import type { Logger } from '../log.ts';
import { loadSealingKeys, type SealingKeys } from '../secrets/key-file.ts';
import { createSealOpener } from '../secrets/open.ts';
import { createSealer } from '../secrets/seal.ts';
import { formatBytes, formatCount } from '../words/format.ts';
import { reasonText } from '../words/words.ts';
import { openDataStore, spoolDirectoryOf } from './data-store.ts';
import { cloudOf, createDoctor, createTenantClients, imapServerOf } from './tenant-clients.ts';

/** Message bytes that one process holds at most, beyond what its connections buffer. */
const BUDGET_BYTES = 96 * 1024 * 1024;
/** How many migrations one process moves at once. */
const CONCURRENCY = 8;
const TARGET_CONNECTIONS = 4;
const CARD_UPDATE_EVERY_MS = 5000;

const DEFAULT_PACE: StepPace = { sliceMs: 60_000, pollMs: 60_000, waitMs: 60_000 };

/** What the simulated world runs faster, or reaches elsewhere; `serve` itself sets none of it. */
export interface ServiceOverrides {
  readonly pace?: Partial<StepPace>;
  readonly traits?: Partial<Pick<TargetTraits, 'settleMs'>>;
  readonly bot?: Partial<BotSettings>;
  /** Listen on this address alone. */
  readonly host?: string;
}

export interface ServiceDeps {
  readonly config: Config;
  readonly logger: Logger;
  readonly overrides?: ServiceOverrides;
}

/** A running service. */
export interface RunningService {
  readonly port: number;
  /** Aborted when the database is gone for good. */
  readonly lost: AbortSignal | null;
  close(): Promise<void>;
}

/** `serve`: runs until the signal, then drains. Returns the exit code. */
export async function runService(deps: ServiceDeps, signal: AbortSignal): Promise<number> {
  const service = await startService(deps, signal);
  const ended = service.lost === null ? signal : AbortSignal.any([signal, service.lost]);
  await new Promise<void>((resolve) => {
    ended.addEventListener('abort', () => resolve(), { once: true });
  });
  await service.close();
  // Whoever supervises the process starts it anew when its database is gone.
  service.lost?.throwIfAborted();
  return 0;
}

/** Starts database, queue, worker and bot, and listens; what a failed start has opened is closed again. */
export async function startService(
  deps: ServiceDeps,
  signal: AbortSignal,
): Promise<RunningService> {
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.toReversed()) {
      await close();
    }
  };
  try {
    const { port, lost } = await openService(deps, opened, signal);
    deps.logger.info({ port }, 'listening');
    return {
      port,
      lost,
      async close() {
        deps.logger.info({}, 'stopping');
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
  { config, logger, overrides = {} }: ServiceDeps,
  opened: (() => Promise<void>)[],
  signal: AbortSignal,
): Promise<Pick<RunningService, 'port' | 'lost'>> {
  const clock = systemClock;
  const settings = requiredSettings(config);
  // First what only reads settings: a wrong one should not wait for a database to start.
  const m365 = await createTenantClients(settings, { clock, logger });
  const doctor = await createDoctor(settings, { clock, logger });
  const data = await openDataStore(config, { logger, clock }, signal);
  opened.push(() => data.close());
  const keys = await loadSealingKeys(
    config.SECRETS_KEY_FILE ?? path.join(data.dataDir, 'sealing-key.pem'),
  );
  const queue = await startQueue({
    connectionString: data.connectionString,
    logger,
    concurrency: CONCURRENCY,
    soleWorker: data.embedded,
  });
  opened.push(() => queue.stop());
  const { pool } = data.database;
  const store = createMigrationStore(data.database, queue.sink);
  const batches = createBatchStore(data.database, queue.sink);
  const tenant = createGraphTenant(m365);
  const tallies = (id: string): ReturnType<typeof tallyFolders> => tallyFolders(pool, id);
  const api = createService({
    store,
    folderMap: createFolderMapStore(pool),
    batches,
    conversations: createConversationStore(pool),
    tallies,
    tenant,
    doctor,
    clock,
    sourceHost: new URL(config.SOURCE_IMAP_URL).hostname,
    groups: {
      adminGroupId: config.ADMIN_GROUP_ID ?? null,
      helpdeskGroupId: config.HELPDESK_GROUP_ID ?? null,
    },
  });
  const bot = await openBot({ api, settings, clock, logger, overrides, publicKey: keys.publicKey });
  opened.push(() => bot.close());
  const sessions = openSessions({
    settings,
    store,
    logins: createLoginStore(pool),
    m365,
    clock,
    logger,
    overrides,
    keys,
  });
  const worker = await startWorker({
    store,
    ledger: createLedgerStore(pool),
    tallies,
    tenant,
    sessions,
    budget: createByteBudget(BUDGET_BYTES),
    reports: createReportStore(data.dataDir, {
      reason: (code) => reasonText(code),
      bytes: (sizeBytes) => formatBytes(sizeBytes),
      count: (count) => formatCount(count),
    }),
    clock,
    logger,
    pace: { ...DEFAULT_PACE, ...overrides.pace },
    queue,
    notices: bot.notices,
  });
  opened.push(() => worker.stop());
  const server = await listen(bot, config.PORT, overrides.host);
  opened.push(() => closeServer(server));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.PORT;
  return { port, lost: data.lost };
}

interface SessionsInput {
  readonly settings: RequiredSettings;
  readonly store: MigrationStore;
  readonly logins: LoginStore;
  readonly m365: M365;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly overrides: ServiceOverrides;
  readonly keys: Pick<SealingKeys, 'privateKey'>;
}

/** Both ends of every migration: iCloud by the person's own password, Exchange by the app's token. */
function openSessions({
  settings,
  store,
  logins,
  m365,
  clock,
  logger,
  overrides,
  keys,
}: SessionsInput): SessionPool {
  const ends = {
    spoolDirectory: spoolDirectoryOf(settings),
    paces: createAccountPaces(clock),
    clock,
    logger,
  };
  return createSessionPool({
    source: createSourceOpener({
      server: imapServerOf(settings.SOURCE_IMAP_URL, 'icloud'),
      store,
      logins,
      seals: createSealOpener(keys.privateKey),
      tenantId: settings.TENANT_ID,
      ...ends,
    }),
    target: createTargetOpener({
      server: imapServerOf(cloudOf(settings).imapUrl, 'exchange-online'),
      m365,
      maxConnections: TARGET_CONNECTIONS,
      ...ends,
      ...(overrides.traits === undefined ? {} : { traits: overrides.traits }),
    }),
  });
}

type RequiredSettings = Config & Readonly<Record<'BOT_ID' | 'TENANT_ID' | 'CLIENT_ID', string>>;

/** After `requireServiceSettings` these are there; an empty string would be refused by what uses it. */
function requiredSettings(config: Config): RequiredSettings {
  const { BOT_ID = '', TENANT_ID = '', CLIENT_ID = '' } = config;
  return { ...config, BOT_ID, TENANT_ID, CLIENT_ID };
}

interface BotInput {
  readonly api: SkybridgeApi;
  readonly settings: RequiredSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly overrides: ServiceOverrides;
  readonly publicKey: Parameters<typeof createSealer>[0];
}

async function openBot({
  api,
  settings,
  clock,
  logger,
  overrides,
  publicKey,
}: BotInput): Promise<Bot> {
  return createBot({
    api,
    sealer: await createSealer(publicKey),
    clock,
    logger,
    settings: {
      botId: settings.BOT_ID,
      tenantId: settings.TENANT_ID,
      authentication:
        settings.BOT_TYPE === 'UserAssignedMSI'
          ? { kind: 'managed-identity' }
          : { kind: 'secret', botPassword: settings.BOT_PASSWORD ?? '' },
      loginUrl: cloudOf(settings).loginUrl,
      openIdMetadataUrl: settings.BOT_OPENID_METADATA_URL ?? null,
      moreServiceUrlHosts: [],
      defaultServiceUrl: DEFAULT_SERVICE_URL,
      sourceHost: new URL(settings.SOURCE_IMAP_URL).hostname,
      updateEveryMs: CARD_UPDATE_EVERY_MS,
      ...overrides.bot,
    },
  });
}

function listen(bot: Bot, port: number, host: string | undefined): Promise<Server> {
  const app = express();
  app.disable('x-powered-by');
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.use(bot.router);
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
