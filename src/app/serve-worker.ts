import { createSourceOpener, createTargetOpener } from '../jobs/adapters/account-openers.ts';
import { createAccountPaces } from '../jobs/adapters/account-pace.ts';
import { createByteBudget } from '../jobs/copy/byte-budget.ts';
import { createLedgerStore } from '../jobs/db/ledger-store.ts';
import { createLoginStore } from '../jobs/db/login-store.ts';
import { createReportStore } from '../jobs/report/report-store.ts';
import { createSessionPool, type SessionPool } from '../jobs/session-pool.ts';
import type { StepPace } from '../jobs/steps/deps.ts';
import { startWorker, type Worker } from '../jobs/worker.ts';
import type { SealingKeys } from '../secrets/key-file.ts';
import { createSealOpener } from '../secrets/open.ts';
import { formatBytes, formatCount } from '../words/format.ts';
import { reasonText } from '../words/words.ts';
import { spoolDirectoryOf } from './data-store.ts';
import type { ServiceParts } from './service-parts.ts';
import { cloudOf, imapServerOf } from './tenant-clients.ts';

/** Message bytes that one process holds at most, beyond what its connections buffer. */
const BUDGET_BYTES = 96 * 1024 * 1024;
const TARGET_CONNECTIONS = 4;

const DEFAULT_PACE: StepPace = { sliceMs: 60_000, pollMs: 60_000, waitMs: 60_000 };

/** The part that moves mail. It opens passwords, and this file alone brings in what opens them. */
export function startMover(
  parts: ServiceParts,
  keys: Pick<SealingKeys, 'privateKey'>,
): Promise<Worker> {
  const { data, queue, store, tallies, tenant, clock, logger, overrides } = parts;
  return startWorker({
    store,
    ledger: createLedgerStore(data.database.pool),
    tallies,
    tenant,
    sessions: openSessions(parts, keys),
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
  });
}

/** Both ends of every migration: iCloud by the person's own password, Exchange by the app's token. */
function openSessions(
  { settings, data, store, m365, clock, logger, overrides }: ServiceParts,
  keys: Pick<SealingKeys, 'privateKey'>,
): SessionPool {
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
      logins: createLoginStore(data.database.pool),
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
