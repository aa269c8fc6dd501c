import { type Bot, createBot, DEFAULT_SERVICE_URL } from '../bot/bot.ts';
import { startInterval } from '../clock.ts';
import type { Config } from '../config.ts';
import { errorCodeOf } from '../errors.ts';
import type { SkybridgeApi } from '../jobs/api.ts';
import { auditRefusals } from '../jobs/audit-refusals.ts';
import { readAudit } from '../jobs/db/audit-rows.ts';
import { createBatchStore } from '../jobs/db/batch-store.ts';
import { createConversationStore } from '../jobs/db/conversation-store.ts';
import { createFolderMapStore } from '../jobs/db/folder-map-store.ts';
import { createSettingsStore } from '../jobs/db/settings-store.ts';
import { deliverNotices } from '../jobs/notice-worker.ts';
import type { TenantDoctor } from '../jobs/ports.ts';
import { createService } from '../jobs/service.ts';
import { loadPublicKey, type SealingKeys } from '../secrets/key-file.ts';
import { createSealer } from '../secrets/seal.ts';
import { pageUrlOf } from './redirect-uri.ts';
import { publicKeyPath, type ServiceParts } from './service-parts.ts';
import { cloudOf, createDoctor } from './tenant-clients.ts';

const CARD_UPDATE_EVERY_MS = 5000;
/** Days are what counts: a quarter of an hour more or less is nothing. */
const REMINDERS_EVERY_MS = 15 * 60_000;
const CHANNEL_MESSAGE_EVERY_MS = 1000;

/**
 * The part that faces Teams: the conversation, and the notices of all processes. It has no key that opens
 * a password; `publicKey` null: from the file that the settings name.
 */
export async function startBot(
  parts: ServiceParts,
  publicKey: SealingKeys['publicKey'] | null,
): Promise<Bot> {
  const { settings, data, queue, store, clock, logger, telemetry, overrides } = parts;
  const key =
    publicKey ?? (await loadPublicKey(settings.SECRETS_KEY_FILE ?? publicKeyPath(data.dataDir)));
  const doctor = await createDoctor(settings, { clock, logger });
  const bot = createBot({
    api: createApi(parts, doctor),
    sealer: await createSealer(key),
    clock,
    logger,
    onSent: (what) => telemetry.sent(what),
    settings: {
      botId: settings.BOT_ID ?? '',
      tenantId: settings.TENANT_ID,
      authentication: authenticationOf(settings),
      loginUrl: cloudOf(settings).loginUrl,
      openIdMetadataUrl: settings.BOT_OPENID_METADATA_URL ?? null,
      moreServiceUrlHosts: [],
      fileHostSuffix: cloudOf(settings).fileHostSuffix,
      moreFileHosts: [],
      defaultServiceUrl: DEFAULT_SERVICE_URL,
      sourceHost: new URL(settings.SOURCE_IMAP_URL).hostname,
      pageUrl: await pageUrlOf(settings),
      updateEveryMs: CARD_UPDATE_EVERY_MS,
      channelEveryMs: CHANNEL_MESSAGE_EVERY_MS,
      ...overrides.bot,
    },
  });
  await deliverNotices({ queue, notices: bot.notices, store, logger });
  const stopReminding = startInterval(
    () =>
      bot.remindDue(new AbortController().signal).catch((error: unknown) => {
        logger.warn({ code: errorCodeOf(error) }, 'reminders not looked at');
      }),
    REMINDERS_EVERY_MS,
  );
  return {
    ...bot,
    close: async () => {
      stopReminding();
      await bot.close();
    },
  };
}

function createApi(
  { settings, data, queue, store, tallies, tenant, clock }: ServiceParts,
  doctor: TenantDoctor,
): SkybridgeApi {
  const { pool } = data.database;
  const service = createService({
    store,
    folderMap: createFolderMapStore(pool),
    batches: createBatchStore(data.database, queue.sink),
    conversations: createConversationStore(pool),
    settings: createSettingsStore(pool, settings.TENANT_ID),
    auditRows: (span, signal) => readAudit(pool, span, signal),
    tallies,
    tenant,
    doctor,
    clock,
    sourceHost: new URL(settings.SOURCE_IMAP_URL).hostname,
    groups: {
      adminGroupId: settings.ADMIN_GROUP_ID ?? null,
      helpdeskGroupId: settings.HELPDESK_GROUP_ID ?? null,
    },
  });
  return auditRefusals(service);
}

function authenticationOf({
  BOT_TYPE,
  BOT_PASSWORD = '',
}: Config): Parameters<typeof createBot>[0]['settings']['authentication'] {
  return BOT_TYPE === 'UserAssignedMSI'
    ? { kind: 'managed-identity' }
    : { kind: 'secret', botPassword: BOT_PASSWORD };
}
