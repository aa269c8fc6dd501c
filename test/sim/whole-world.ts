/** The simulated world, Teams in front of it, and Skybridge as a process between them. */
import path from 'node:path';
import { type LaunchedService, launchService } from './service-launcher.ts';
import { startTeamsClient, type TeamsClient } from './teams-client.ts';
import { BOT_ID, startWorld, TENANT_ID, type World, type WorldOptions } from './world.ts';

export interface WholeWorldOptions extends WorldOptions {
  /** More or other settings for the service. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly sliceMs?: number;
  /** How often a worker looks for mailboxes that it was not woken for. */
  readonly lookMs?: number;
  /** Bot and worker as processes of their own on this PostgreSQL, each with its own folder. */
  readonly separate?: { readonly databaseUrl: string };
}

export interface WholeWorld extends World {
  readonly teams: TeamsClient;
  readonly dataDir: string;
  readonly logFile: string;
  /** The service that runs now; where bot and worker are separate, the bot. */
  service(): LaunchedService;
  /** All workers that were ever started; only where bot and worker are separate. */
  readonly workers: readonly LaunchedService[];
  /** Starts another worker; only where bot and worker are separate. */
  launchWorker(): Promise<LaunchedService>;
  /** Kills the service on the spot, then starts it anew. */
  killAndRestart(): Promise<void>;
}

/** Starts all of it; closing ends all of it. */
export async function startWholeWorld(options: WholeWorldOptions): Promise<WholeWorld> {
  const world = await startWorld(options);
  const teams = await startTeamsClient({
    botId: BOT_ID,
    botPassword: world.environment['BOT_PASSWORD'] ?? '',
    tenantId: TENANT_ID,
  });
  const dataDir = path.join(options.dir, 'data');
  const logFile = path.join(options.dir, 'service.log');
  const launchProcess = (
    own: Readonly<Record<string, string>>,
    roles: readonly string[],
  ): Promise<LaunchedService> =>
    launchService({
      environment: {
        ...world.environment,
        PORT: '0',
        DATA_DIR: dataDir,
        LOG_LEVEL: 'debug',
        BOT_OPENID_METADATA_URL: teams.openIdMetadataUrl,
        ...options.environment,
        ...own,
      },
      // What takes minutes at Microsoft and Apple takes seconds here.
      overrides: {
        roles,
        pace: { sliceMs: options.sliceMs ?? 5000, pollMs: 1500, waitMs: 2000 },
        traits: { settleMs: 2000 },
        ...(options.lookMs === undefined ? {} : { slots: { lookMs: options.lookMs } }),
        bot: {
          loginUrl: teams.loginUrl,
          moreServiceUrlHosts: ['127.0.0.1'],
          moreFileHosts: ['127.0.0.1'],
          defaultServiceUrl: teams.serviceUrl,
          updateEveryMs: 700,
          channelEveryMs: 100,
        },
      },
      logFile,
    });
  const workerDir = path.join(options.dir, 'data-worker');
  const launchWorker = (): Promise<LaunchedService> => {
    // An empty setting is an unset one: a worker needs nothing of the bot's.
    const own = { DATA_DIR: workerDir, BOT_ID: '', BOT_PASSWORD: '' };
    const database = { DATABASE_URL: options.separate?.databaseUrl ?? '' };
    return launchProcess({ ...own, ...database }, ['worker']);
  };
  const launch = async (): Promise<LaunchedService> => {
    const { separate } = options;
    const launched =
      separate === undefined
        ? await launchProcess({}, ['bot', 'worker'])
        : await launchProcess(
            {
              DATABASE_URL: separate.databaseUrl,
              SECRETS_KEY_FILE: path.join(workerDir, 'sealing-key.public.pem'),
            },
            ['bot'],
          );
    teams.connectBot(launched.messagesUrl);
    return launched;
  };
  const workers: LaunchedService[] = [];
  const addWorker = async (): Promise<LaunchedService> => {
    const worker = await launchWorker();
    workers.push(worker);
    return worker;
  };
  if (options.separate !== undefined) {
    await addWorker();
  }
  let current = await launch();
  return {
    ...world,
    teams,
    dataDir,
    logFile,
    service: () => current,
    workers,
    launchWorker: addWorker,
    async killAndRestart() {
      await current.kill();
      current = await launch();
    },
    violations: () => [...world.violations(), ...teams.violations],
    async close() {
      await Promise.all([current, ...workers].map((one) => one.stop()));
      await teams.close();
      await world.close();
    },
  };
}
