/**
 * Many mailboxes, some workers as processes of their own, one PostgreSQL. The people have entered their
 * passwords, so that their moves begin with the trial login; what an admin presses, `press` does.
 */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Database, openDatabase } from '../../src/jobs/db/connect.ts';
import type { ConnectionLimits } from '../../src/jobs/db/lease-store.ts';
import { createMigrationStore } from '../../src/jobs/db/migration-store.ts';
import { startQueue } from '../../src/jobs/db/queue.ts';
import type { LeasePace } from '../../src/jobs/lease/worker-lease.ts';
import type { SlotPace } from '../../src/jobs/mail-slots.ts';
import type { StateName } from '../../src/jobs/migration/state.ts';
import { silentLogger } from '../../src/log.ts';
import { loadSealingKeys } from '../../src/secrets/key-file.ts';
import { createSealer } from '../../src/secrets/seal.ts';
import { addUser, type SimUser } from '../sim/m365/directory.ts';
import { PRODUCTS } from '../sim/m365/skus.ts';
import { createNumberedMailbox } from '../sim/numbered-mailbox.ts';
import { fillAccount, type SampleMailbox } from '../sim/sample/sample-mailbox.ts';
import { type LaunchedService, launchService } from '../sim/service-launcher.ts';
import { startWorld, TENANT_ID, type World } from '../sim/world.ts';
import { addBatch, addMigration } from './batch-rows.ts';
import { differencesOf } from './play.ts';

export interface FleetPerson {
  readonly migrationId: string;
  readonly user: SimUser;
  readonly icloudAddress: string;
}

export interface FleetOptions {
  /** A folder of its own, for certificates, keys, reports and logs. */
  readonly dir: string;
  /** An empty database that exists. */
  readonly databaseUrl: string;
  readonly people: number;
  /** Of each, or the mailbox itself. */
  readonly messages: number | SampleMailbox;
  /** `Syncing`: access was given, and the pilot approved. */
  readonly from?: 'Testing' | 'Syncing';
  readonly lease?: Partial<LeasePace>;
  readonly slots?: Partial<SlotPace>;
  readonly limits?: Partial<ConnectionLimits>;
  readonly settleMs?: number;
}

export interface Worker extends LaunchedService {
  /** Stops it as Ctrl+Z does: it holds what it has and notices nothing. */
  freeze(): void;
  thaw(): void;
}

export interface WorkerOptions {
  /** The database as this worker reaches it. */
  readonly databaseUrl?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Fleet {
  readonly world: World;
  readonly database: Database;
  readonly people: readonly FleetPerson[];
  readonly logFile: string;
  launch(options?: WorkerOptions): Promise<Worker>;
  /** Settings of a worker. */
  environment(): Readonly<Record<string, string>>;
  /** How many are in each state. */
  states(): Promise<Readonly<Partial<Record<StateName, number>>>>;
  /** Resolves when as many as there are people are in one of these states. */
  all(states: readonly StateName[], limitMs?: number): Promise<void>;
  /** Presses as an admin would, wherever it fits by now, until all have ended. */
  finish(limitMs?: number): Promise<void>;
  /** Resolves after so many more appends have arrived. */
  appended(count: number): Promise<void>;
  /** Whose worker has which mailbox, by migration. */
  holders(): Promise<ReadonlyMap<string, string>>;
  /** What differs, mailbox by mailbox; empty when each arrived once and whole. */
  differences(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const POLL_MS = 50;
const ENDS: readonly StateName[] = ['Completed', 'CompletedWithWarnings', 'Failed', 'Cancelled'];

/** Fills the simulated servers and the database; no worker runs yet. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  await mkdir(options.dir, { recursive: true });
  const world = await startWorld({ dir: options.dir });
  const database = await openDatabase(options.databaseUrl, silentLogger);
  // Makes the tables of the queue, and queues what the admin's presses lead to.
  const queue = await startQueue({
    connectionString: options.databaseUrl,
    logger: silentLogger,
    concurrency: 1,
    soleWorker: false,
  });
  const store = createMigrationStore(database, queue.sink);
  const keyFile = path.join(options.dir, 'sealing-key.pem');
  const people = await addPeople(world, database, { ...options, keyFile });
  const logFile = path.join(options.dir, 'workers.log');
  const workers: Worker[] = [];

  let launches = 0;
  const settings = (): Readonly<Record<string, string>> => {
    launches += 1;
    return {
      ...world.environment,
      PORT: '0',
      BOT_ID: '',
      BOT_PASSWORD: '',
      DATABASE_URL: options.databaseUrl,
      DATA_DIR: path.join(options.dir, `worker-${launches}`),
      SECRETS_KEY_FILE: keyFile,
      LOG_LEVEL: 'info',
    };
  };

  const launch: Fleet['launch'] = async ({ databaseUrl, environment = {} } = {}) => {
    const launched = await launchService({
      environment: {
        ...settings(),
        ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
        ...environment,
      },
      overrides: {
        roles: ['worker'],
        pace: { sliceMs: 5000, pollMs: 500, waitMs: 1000 },
        traits: { settleMs: options.settleMs ?? 1000 },
        lease: options.lease,
        slots: options.slots,
        limits: options.limits,
      },
      logFile,
    });
    let isFrozen = false;
    const worker: Worker = {
      ...launched,
      freeze() {
        isFrozen = true;
        process.kill(launched.pid, 'SIGSTOP');
      },
      thaw() {
        if (isFrozen) {
          isFrozen = false;
          process.kill(launched.pid, 'SIGCONT');
        }
      },
    };
    workers.push(worker);
    return worker;
  };

  const states: Fleet['states'] = async () => {
    const { rows } = await database.pool.query<{ state: StateName; count: number }>(
      'select state, count(*)::int as count from migrations group by state',
    );
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  };

  const until = async (done: () => Promise<boolean>, limitMs: number): Promise<void> => {
    const untilMs = performance.now() + limitMs;
    while (!(await done())) {
      if (performance.now() > untilMs) {
        throw new Error(`not within ${limitMs} ms: ${JSON.stringify(await states())}`);
      }
      await delay(POLL_MS);
    }
  };

  const isAll = async (wanted: readonly StateName[]): Promise<boolean> => {
    const now = await states();
    return wanted.reduce((sum, state) => sum + (now[state] ?? 0), 0) === people.length;
  };

  /** What waits for an admin gets the press that it waits for. */
  const press = async (): Promise<void> => {
    const { rows } = await database.pool.query<{ id: string; state: StateName }>(
      `select id, state from migrations where state in ('PilotReview', 'Synced')`,
    );
    const actor = { personId: 'admin', tenantId: TENANT_ID };
    for (const { id, state } of rows) {
      const type = state === 'Synced' ? 'finish-requested' : 'pilot-approved';
      await store.apply({ migrationId: id, event: { type }, actor, onlyAtStep: null });
    }
  };

  return {
    world,
    database,
    people,
    logFile,
    launch,
    environment: settings,
    states,
    all: (wanted, limitMs = 60_000) => until(() => isAll(wanted), limitMs),
    finish: (limitMs = 120_000) =>
      until(async () => {
        await press();
        const { rows } = await database.pool.query<{ open: number }>(
          `select count(*)::int as open from migrations where not cleaned_up and state <> 'WaitingForUser'`,
        );
        return (await isAll(ENDS)) && rows[0]?.open === 0;
      }, limitMs),
    async appended(count) {
      const { faults, store: mail } = world.exchange;
      const wanted = faults.seen('APPEND') + count;
      const { promise, resolve } = Promise.withResolvers<void>();
      const unwatch = mail.watch(() => {
        if (faults.seen('APPEND') >= wanted) {
          resolve();
        }
      });
      await promise.finally(unwatch);
    },
    async holders() {
      const { rows } = await database.pool.query<{ id: string; worker: string }>(
        'select migration_id as id, worker_id as worker from leases',
      );
      return new Map(rows.map(({ id, worker }) => [id, worker]));
    },
    async differences() {
      const found: string[] = [];
      for (const person of people) {
        const difference = await differencesOf(world, person);
        if (difference !== '') {
          found.push(`${person.icloudAddress}: ${difference}`);
        }
      }
      return found;
    },
    async close() {
      for (const worker of workers) {
        worker.thaw();
      }
      await Promise.all(workers.map((worker) => worker.kill()));
      await queue.stop();
      await database.close();
      await world.close();
    },
  };
}

async function addPeople(
  world: World,
  { pool }: Database,
  options: FleetOptions & { readonly keyFile: string },
): Promise<readonly FleetPerson[]> {
  const { people: count, messages, from = 'Testing', keyFile } = options;
  const sealer = await createSealer((await loadSealingKeys(keyFile)).publicKey);
  const sourceHost = new URL(world.environment['SOURCE_IMAP_URL'] ?? '').hostname;
  const batchId = await addBatch(pool);
  const [principal] = world.directory.exchangeServicePrincipals;
  const people: FleetPerson[] = [];
  for (const sku of world.directory.skus) {
    sku.enabledUnits = count + 50;
  }
  for (let n = 0; n < count; n += 1) {
    const alias = `person${n}`;
    const { businessBasic: product } = PRODUCTS;
    const user = addUser(world.directory, { displayName: alias, alias, product });
    const icloudAddress = `${alias}@icloud.example`;
    const password = randomUUID().replaceAll('-', '').slice(0, 16);
    world.icloud.store.addAccount(icloudAddress, { password });
    const mailbox =
      typeof messages === 'number' ? createNumberedMailbox({ seed: n + 1, messages }) : messages;
    fillAccount(world.icloud.store, icloudAddress, mailbox);
    if (from === 'Syncing' && user.mailbox !== null) {
      user.mailbox.imapEnabled = true;
      user.mailbox.permissions.push({
        userId: principal?.objectId ?? '',
        accessRights: ['FullAccess'],
        effectiveAtMs: 0,
      });
    }
    const migrationId = await addMigration(pool, {
      batchId,
      alias,
      personId: user.id,
      target: user.userPrincipalName,
      sourceHost,
      state: from,
    });
    const sealed = await sealer.seal(password, {
      tenantId: TENANT_ID,
      personId: user.id,
      migrationId,
      sourceHost,
      purpose: 'icloud-app-password',
      expiresAt: new Date(Date.now() + 86_400_000),
    });
    await pool.query('insert into credentials (migration_id, sealed) values ($1, $2)', [
      migrationId,
      sealed,
    ]);
    people.push({ migrationId, user, icloudAddress });
  }
  return people;
}
