/** The simulated world, Teams in front of it, and Skybridge as a process between them. */
import path from 'node:path';
import { type LaunchedService, launchService } from './service-launcher.ts';
import { startTeamsClient, type TeamsClient } from './teams-client.ts';
import { BOT_ID, startWorld, TENANT_ID, type World, type WorldOptions } from './world.ts';

export interface WholeWorldOptions extends WorldOptions {
  /** More or other settings for the service. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly sliceMs?: number;
}

export interface WholeWorld extends World {
  readonly teams: TeamsClient;
  readonly dataDir: string;
  readonly logFile: string;
  /** The service that runs now. */
  service(): LaunchedService;
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
  const launch = async (): Promise<LaunchedService> => {
    const launched = await launchService({
      environment: {
        ...world.environment,
        PORT: '0',
        DATA_DIR: dataDir,
        LOG_LEVEL: 'debug',
        BOT_OPENID_METADATA_URL: teams.openIdMetadataUrl,
        ...options.environment,
      },
      // What takes minutes at Microsoft and Apple takes seconds here.
      overrides: {
        pace: { sliceMs: options.sliceMs ?? 5000, pollMs: 1500, waitMs: 2000 },
        traits: { settleMs: 2000 },
        bot: {
          loginUrl: teams.loginUrl,
          moreServiceUrlHosts: ['127.0.0.1'],
          defaultServiceUrl: teams.serviceUrl,
          updateEveryMs: 700,
        },
      },
      logFile,
    });
    teams.connectBot(launched.messagesUrl);
    return launched;
  };
  let current = await launch();
  return {
    ...world,
    teams,
    dataDir,
    logFile,
    service: () => current,
    async killAndRestart() {
      await current.kill();
      current = await launch();
    },
    violations: () => [...world.violations(), ...teams.violations],
    async close() {
      await current.stop();
      await teams.close();
      await world.close();
    },
  };
}
