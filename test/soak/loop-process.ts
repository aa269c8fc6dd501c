/**
 * The same copies without the engine: so many mailboxes at once in one loop, with the service's own servers,
 * ledger and connections, and neither queue, leases nor states. Argument 1: ids of migrations, as JSON, and
 * the settings of the service in the environment. Says `ready`, begins at any message, and says `done`.
 */
import path from 'node:path';
import { env, exit } from 'node:process';
import { cloudOf, createTenantClients, imapServerOf } from '../../src/app/tenant-clients.ts';
import { systemClock as clock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { createSourceOpener, createTargetOpener } from '../../src/jobs/adapters/account-openers.ts';
import { createAccountPaces } from '../../src/jobs/adapters/account-pace.ts';
import { createByteBudget } from '../../src/jobs/copy/byte-budget.ts';
import { copyPass } from '../../src/jobs/copy/copy-pass.ts';
import { openDatabase } from '../../src/jobs/db/connect.ts';
import { createLedgerStore } from '../../src/jobs/db/ledger-store.ts';
import { createLoginStore } from '../../src/jobs/db/login-store.ts';
import { createMigrationStore } from '../../src/jobs/db/migration-store.ts';
import { createSessionPool } from '../../src/jobs/session-pool.ts';
import { silentLogger as logger } from '../../src/log.ts';
import { loadSealingKeys } from '../../src/secrets/key-file.ts';
import { createSealOpener } from '../../src/secrets/open.ts';

const AT_ONCE = 8;
const { signal } = new AbortController();

// oxlint-disable-next-line node/no-process-env -- it stands for a process of the service
const config = parseConfig(env);
const settings = {
  ...config,
  TENANT_ID: config.TENANT_ID ?? '',
  CLIENT_ID: config.CLIENT_ID ?? '',
};
const m365 = await createTenantClients(settings, { clock, logger });
const database = await openDatabase(config.DATABASE_URL ?? '', logger);
const keys = await loadSealingKeys(config.SECRETS_KEY_FILE ?? '');
const store = createMigrationStore(database, async () => undefined);
const ledger = createLedgerStore(database.pool);
const budget = createByteBudget(96 * 1024 * 1024);
const ends = {
  spoolDirectory: path.join(config.DATA_DIR, 'spool'),
  paces: createAccountPaces(clock),
  clock,
  logger,
};
const sessions = createSessionPool({
  source: createSourceOpener({
    server: imapServerOf(config.SOURCE_IMAP_URL, 'icloud'),
    store,
    logins: createLoginStore(database.pool),
    seals: createSealOpener(keys.privateKey),
    tenantId: settings.TENANT_ID,
    ...ends,
  }),
  target: createTargetOpener({
    server: imapServerOf(cloudOf(settings).imapUrl, 'exchange-online'),
    m365,
    ...ends,
  }),
  lanesOf: () => 4,
});

async function copyOne(id: string): Promise<void> {
  const row = await store.find(id);
  if (row === null) {
    throw new Error('no such migration');
  }
  const turn = await ledger.takeTurn(id);
  await sessions.use(
    row,
    async (session) => {
      await copyPass(
        { ...session, traits: sessions.traits, ledger, budget, clock, logger },
        {
          turn,
          targetMailbox: row.targetMailbox,
          pass: 0,
          stampProven: false,
          onlyFolders: null,
          mustYield: () => false,
          onProgress: () => undefined,
        },
        signal,
      );
    },
    signal,
  );
  await sessions.close(id);
}

const ids: unknown = JSON.parse(process.argv[2] ?? '[]');
const waiting = Array.isArray(ids) ? ids.map(String) : [];
process.send?.('ready');
await new Promise((resolve) => {
  process.once('message', resolve);
});
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      await copyOne(id);
    }
  }),
);
await database.close();
process.send?.('done');
exit(0);
