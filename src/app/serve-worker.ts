import { createSourceOpener, createTargetOpener } from '../jobs/adapters/account-openers.ts';
import { createAccountPaces } from '../jobs/adapters/account-pace.ts';
import { createByteBudget } from '../jobs/copy/byte-budget.ts';
import { readAuditHead } from '../jobs/db/audit-chain.ts';
import { openUrgentPool } from '../jobs/db/connect.ts';
import { type ConnectionLimits, createLeaseStore } from '../jobs/db/lease-store.ts';
import { createLedgerStore } from '../jobs/db/ledger-store.ts';
import { createLoginStore } from '../jobs/db/login-store.ts';
import { createRetentionStore } from '../jobs/db/retention-store.ts';
import { createSettingsStore } from '../jobs/db/settings-store.ts';
import { listenForWork } from '../jobs/db/work-signal.ts';
import { startHousekeeping } from '../jobs/housekeeping.ts';
import { createFence, type Fence } from '../jobs/lease/fence.ts';
import { LEASE_PACE } from '../jobs/lease/worker-lease.ts';
import { SLOT_PACE } from '../jobs/mail-slots.ts';
import { createReportStore, type ReportStore } from '../jobs/report/report-store.ts';
import { createSchedule } from '../jobs/schedule.ts';
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
/** Appending connections to one mailbox. */
const LANES = 4;
/** Apple took 48 from one address without a word; of Exchange's limits only the one at a mailbox is known. */
const CONNECTION_LIMITS: ConnectionLimits = { source: 48, target: 240, targetPerMailbox: 8 };

const DEFAULT_PACE: StepPace = { sliceMs: 60_000, pollMs: 60_000, waitMs: 60_000 };

/** The part that moves mail. It opens passwords, and this file alone brings in what opens them. */
export async function startMover(
  parts: ServiceParts,
  keys: Pick<SealingKeys, 'privateKey'>,
): Promise<Worker> {
  const { data, queue, store, tallies, tenant, clock, logger, telemetry, overrides } = parts;
  const urgent = openUrgentPool(data.connectionString, logger);
  const fence = createFence(clock);
  const lanes = new Map<string, number>();
  const reports = createReportStore(data.dataDir, {
    reason: (code) => reasonText(code),
    bytes: (sizeBytes) => formatBytes(sizeBytes),
    count: (count) => formatCount(count),
  });
  const started = startWorker({
    store,
    ledger: createLedgerStore(data.database.pool),
    tallies,
    tenant,
    sessions: openSessions(parts, { keys, fence, lanes }),
    budget: createByteBudget(BUDGET_BYTES),
    reports,
    schedule: createSchedule(
      createSettingsStore(data.database.pool, parts.settings.TENANT_ID),
      clock,
    ),
    clock,
    logger,
    observer: telemetry.observer,
    pace: { ...DEFAULT_PACE, ...overrides.pace },
    queue,
    mail: {
      leases: createLeaseStore(urgent),
      fence,
      lanes,
      lanesPerMailbox: LANES,
      limits: { ...CONNECTION_LIMITS, ...overrides.limits },
      leasePace: { ...LEASE_PACE, ...overrides.lease },
      listen: (onWork) => listenForWork({ ...data, logger }, onWork),
      slotPace: { ...SLOT_PACE, ...overrides.slots },
      isAlone: data.embedded,
    },
  });
  try {
    const worker = await started;
    const endHousekeeping = keepHouseOf(parts, reports);
    return {
      async stop() {
        await worker.stop();
        await endHousekeeping();
        await urgent.end();
      },
    };
  } catch (error) {
    await urgent.end();
    throw error;
  }
}

function keepHouseOf(
  { settings, data, clock, logger }: ServiceParts,
  reports: ReportStore,
): () => Promise<void> {
  const { pool } = data.database;
  return startHousekeeping({
    retention: createRetentionStore(pool),
    reports,
    auditHead: () => readAuditHead(pool),
    keepDays: settings.RETENTION_DAYS === 0 ? null : settings.RETENTION_DAYS,
    clock,
    logger,
  });
}

interface SessionsInput {
  readonly keys: Pick<SealingKeys, 'privateKey'>;
  readonly fence: Fence;
  readonly lanes: ReadonlyMap<string, number>;
}

/** Both ends of every migration: iCloud by the person's own password, Exchange by the app's token. */
function openSessions(
  { settings, data, store, m365, clock, logger, overrides }: ServiceParts,
  { keys, fence, lanes }: SessionsInput,
): SessionPool {
  const ends = {
    spoolDirectory: spoolDirectoryOf(settings),
    paces: createAccountPaces(clock),
    fence,
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
      ...ends,
      ...(overrides.traits === undefined ? {} : { traits: overrides.traits }),
    }),
    lanesOf: (migrationId) => lanes.get(migrationId) ?? 1,
  });
}
