/** What a process does with the mailboxes it holds, with steps that a test ends as it likes. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { createLeaseStore } from '../../../src/jobs/db/lease-store.ts';
import { createMigrationStore, type MigrationRow } from '../../../src/jobs/db/migration-store.ts';
import { createFence, type FenceKeeper } from '../../../src/jobs/lease/fence.ts';
import { LEASE_PACE, startWorkerLease } from '../../../src/jobs/lease/worker-lease.ts';
import {
  type MailSlots,
  SLOT_PACE,
  type SlotPace,
  type StepRun,
  startMailSlots,
} from '../../../src/jobs/mail-slots.ts';
import type { JobName } from '../../../src/jobs/migration/state.ts';
import { silentLogger } from '../../../src/log.ts';
import { addBatch, addMigration, clearMigrations } from '../../support/batch-rows.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let testDatabase: TestDatabase;
let database: Database;
let batchId = '';
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.connectionString, silentLogger);
});
beforeEach(async () => {
  await clearMigrations(database.pool);
  batchId = await addBatch(database.pool);
});
const running: TestWorker[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.stop()));
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

interface StepSeen extends StepRun {
  readonly name: JobName;
  readonly row: MigrationRow;
  readonly end: (goOn: boolean) => void;
}

interface TestWorker {
  readonly fence: FenceKeeper;
  readonly slots: MailSlots;
  readonly closed: string[];
  readonly abandoned: string[];
  /** The next step that begins. */
  next(): Promise<StepSeen>;
  /** Steps that have begun and that nobody has looked at. */
  waiting(): number;
  stop(): Promise<void>;
}

async function startWorker(pace: Partial<SlotPace> = {}): Promise<TestWorker> {
  const begun: StepSeen[] = [];
  const takers: ((step: StepSeen) => void)[] = [];
  const closed: string[] = [];
  const abandoned: string[] = [];
  const leases = createLeaseStore(database.pool);
  const fence = createFence(systemClock);
  const lease = await startWorkerLease({
    roster: leases,
    fence,
    pace: LEASE_PACE,
    clock: systemClock,
    logger: silentLogger,
  });
  const slots = startMailSlots({
    leases,
    lease,
    store: createMigrationStore(database, async () => undefined),
    sessions: {
      close: async (id) => void closed.push(id),
      abandon: (id) => void abandoned.push(id),
    },
    lanes: new Map(),
    runStep: (name, row, run) => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      run.signal.addEventListener('abort', () => resolve(false), { once: true });
      const step = { ...run, name, row, end: resolve };
      const taker = takers.shift();
      if (taker === undefined) {
        begun.push(step);
      } else {
        taker(step);
      }
      return promise;
    },
    limits: { source: 48, target: 240, targetPerMailbox: 8 },
    lanesPerMailbox: 4,
    pace: { ...SLOT_PACE, lookMs: 20, drainMs: 100, giveUpMs: 100, ...pace },
    clock: systemClock,
    logger: silentLogger,
  });
  let stopped: Promise<void> | null = null;
  const worker: TestWorker = {
    fence,
    slots,
    closed,
    abandoned,
    next: async () =>
      begun.shift() ??
      (await new Promise<StepSeen>((resolve) => {
        takers.push(resolve);
      })),
    waiting: () => begun.length,
    stop: () => (stopped ??= slots.stop().then(() => lease.stop())),
  };
  running.push(worker);
  return worker;
}

const add = (alias: string, state: 'Syncing' | 'Testing' = 'Syncing'): Promise<string> =>
  addMigration(database.pool, { batchId, alias, state });

test('while copies fill their slots a trial is made at once', async () => {
  await add('a');
  await add('b');
  const worker = await startWorker({ mailboxes: 1, trials: 1 });
  expect((await worker.next()).name).toBe('copy');
  await add('c', 'Testing');
  const trial = await worker.next();
  expect(trial).toMatchObject({ name: 'test-login', row: { targetMailbox: 'c@contoso.example' } });
  expect(worker.waiting()).toBe(0);
});

test('slices of one mailbox follow each other on connections that stay open, until its turn is over', async () => {
  const first = await add('a');
  const worker = await startWorker({ mailboxes: 1, turnMs: 0 });
  for (let slice = 0; slice < 3; slice += 1) {
    const step = await worker.next();
    expect(step.row.id).toBe(first);
    expect(worker.closed).toEqual([]);
    if (slice === 2) {
      // Somebody waits now, and it had its turn.
      await add('b');
    }
    step.end(true);
  }
  const other = await worker.next();
  expect(other.row.targetMailbox).toBe('b@contoso.example');
  expect(worker.closed).toEqual([first]);
});

test('what was paused or taken meanwhile is let go of within seconds', async () => {
  const mailbox = await add('a');
  const worker = await startWorker();
  const { signal } = await worker.next();
  const startedMs = performance.now();
  const aborted = new Promise((resolve) => {
    signal.addEventListener('abort', resolve);
  });
  const store = createMigrationStore(database, async () => undefined);
  const pause = { type: 'pause-requested' } as const;
  await store.apply({ migrationId: mailbox, event: pause, actor: null, onlyAtStep: null });
  await aborted;
  expect(performance.now() - startedMs).toBeLessThan(5000);
});

test('a worker that stops lets the slice end, and another goes on at once', async () => {
  const mailbox = await add('a');
  const leaving = await startWorker({ drainMs: 5000 });
  const step = await leaving.next();
  const staying = await startWorker();
  const stopped = leaving.stop();
  expect(leaving.slots.isStopping()).toBe(true);
  expect(step.signal.aborted).toBe(false);
  step.end(true);
  expect((await staying.next()).row.id).toBe(mailbox);
  await stopped;
  expect(leaving.closed).toEqual([mailbox]);
});

test('a step that does not end is made to, within ten seconds of a stop', async () => {
  await add('a');
  const worker = await startWorker();
  const { signal } = await worker.next();
  const startedMs = performance.now();
  await worker.stop();
  expect(signal.aborted).toBe(true);
  expect(performance.now() - startedMs).toBeLessThan(2000);
  const { rows } = await database.pool.query('select from leases');
  expect(rows).toEqual([]);
});

test('when the lease is lost the step is left, its connections are not used again, the row stays for the heir', async () => {
  const mailbox = await add('a');
  const worker = await startWorker();
  const { signal } = await worker.next();
  const lost = new Promise((resolve) => {
    signal.addEventListener('abort', resolve);
  });
  await database.pool.query(`update workers set alive_until = now() - interval '1 s'`);
  const heir = await startWorker();
  expect((await heir.next()).row.id).toBe(mailbox);
  await lost;
  await worker.stop();
  expect(worker.abandoned).toEqual([mailbox]);
});
