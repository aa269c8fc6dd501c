import { generateKeyPairSync } from 'node:crypto';
import { compactDecrypt } from 'jose';
import type { Bot } from '../../../../src/bot/bot.ts';
import { createBot } from '../../../../src/bot/bot.ts';
import { systemClock } from '../../../../src/clock.ts';
import type { Notice } from '../../../../src/jobs/api.ts';
import type { LogFields, Logger } from '../../../../src/log.ts';
import type { SealBinding } from '../../../../src/secrets/claims.ts';
import { parseClaims } from '../../../../src/secrets/claims.ts';
import { createSealer } from '../../../../src/secrets/seal.ts';
import type { PersonClient, TeamsClient } from '../../../sim/teams-client.ts';
import { startTeamsClient } from '../../../sim/teams-client.ts';
import type { FakeApi } from './fake-api.ts';
import { createFakeApi } from './fake-api.ts';
import { BOT_ID, serve, TENANT_ID } from './gateway-world.ts';
import { ADMIN_ID, ALEX } from './views.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

export interface BotWorld {
  readonly teams: TeamsClient;
  readonly api: FakeApi;
  bot(): Bot;
  readonly admin: PersonClient;
  readonly alex: PersonClient;
  /** Every line that was logged, as JSON. */
  readonly logged: string[];
  notify(...names: readonly Notice['name'][]): Promise<void>;
  unseal(sealed: string): Promise<{ readonly value: string; readonly binding: SealBinding | null }>;
  /** The process ends and another one starts: what was not stored is gone. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

function recordingLogger(lines: string[]): Logger {
  const write = (fields: LogFields, message: string): void => {
    lines.push(JSON.stringify({ ...fields, message }));
  };
  const logger: Logger = {
    debug: write,
    info: write,
    warn: write,
    error: write,
    child: () => logger,
  };
  return logger;
}

/** The whole bot with real tokens, before a simulated Teams and over a domain in memory. */
export async function startBotWorld(updateEveryMs = 20): Promise<BotWorld> {
  const botPassword = 'bot-password';
  const teams = await startTeamsClient({ botId: BOT_ID, botPassword, tenantId: TENANT_ID });
  const api = createFakeApi();
  const logged: string[] = [];
  const sealer = await createSealer(publicKey);
  const start = async (): Promise<{ readonly bot: Bot; close(): Promise<void> }> => {
    const bot = createBot({
      api,
      settings: {
        botId: BOT_ID,
        tenantId: TENANT_ID,
        authentication: { kind: 'secret', botPassword },
        loginUrl: teams.loginUrl,
        openIdMetadataUrl: teams.openIdMetadataUrl,
        moreServiceUrlHosts: ['127.0.0.1'],
        fileHostSuffix: '.sharepoint.com',
        moreFileHosts: ['127.0.0.1'],
        defaultServiceUrl: teams.serviceUrl,
        sourceHost: 'imap.mail.me.com',
        pageUrl: 'https://skybridge.example/move',
        updateEveryMs,
        channelEveryMs: updateEveryMs,
      },
      sealer,
      clock: systemClock,
      logger: recordingLogger(logged),
    });
    const served = await serve(bot.router);
    teams.connectBot(served.messagesUrl);
    return {
      bot,
      async close() {
        await bot.close();
        await served.close();
      },
    };
  };
  let running = await start();
  return {
    teams,
    api,
    bot: () => running.bot,
    admin: teams.person(ADMIN_ID),
    alex: teams.person(ALEX.id),
    logged,
    async notify(...names) {
      for (const name of names) {
        const notice = { name, batchId: 'batch-1', migrationId: 'migration-1' };
        await running.bot.notices.deliver(notice, AbortSignal.timeout(10_000));
      }
    },
    async unseal(sealed) {
      const opened = await compactDecrypt(sealed, privateKey, { crit: { claims: true } });
      const value = new TextDecoder().decode(opened.plaintext);
      return { value, binding: parseClaims(opened.protectedHeader['claims']) };
    },
    async restart() {
      await running.close();
      running = await start();
    },
    async close() {
      await running.close();
      await teams.close();
      if (teams.violations.length > 0) {
        throw new Error(`Teams does not allow: ${teams.violations.join('; ')}`);
      }
    },
  };
}
