/** Who takes which mailbox next, and that no two processes ever count the same connection. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import {
  type Claim,
  type ConnectionLimits,
  createLeaseStore,
  type LeaseStore,
} from '../../../src/jobs/db/lease-store.ts';
import type { StateName } from '../../../src/jobs/migration/state.ts';
import { silentLogger } from '../../../src/log.ts';
import { addBatch, addMigration, clearMigrations } from '../../support/batch-rows.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const LEASE_MS = 45_000;
const MAIL: readonly StateName[] = ['Piloting', 'Syncing', 'Verifying'];
const NO_LIMITS: ConnectionLimits = { source: 1000, target: 1000, targetPerMailbox: 1000 };

let testDatabase: TestDatabase;
let database: Database;
let leases: LeaseStore;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.connectionString, silentLogger);
  leases = createLeaseStore(database.pool);
});
beforeEach(() => clearMigrations(database.pool));
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const claim = (
  workerId: string,
  limits: Partial<ConnectionLimits> = {},
  states = MAIL,
): Promise<Claim | null> =>
  leases.claim({
    workerId,
    states,
    wanted: { most: 6, least: 3 },
    limits: { ...NO_LIMITS, ...limits },
  });

async function claimAll(
  workerId: string,
  limits: Partial<ConnectionLimits> = {},
): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (let next = await claim(workerId, limits); next; next = await claim(workerId, limits)) {
    claims.push(next);
  }
  return claims;
}

const hourFromNow = (hours: number): Date => new Date(Date.now() + hours * 3_600_000);

test('priority first, then the batch with the fewest under way, then who waits longest', async () => {
  const { pool } = database;
  const [sales, legal, board] = await Promise.all([
    addBatch(pool),
    addBatch(pool),
    addBatch(pool, { priority: 1 }),
  ]);
  const names = new Map<string, string>();
  for (const [batchId, alias] of [
    [sales, 'sales-1'],
    [sales, 'sales-2'],
    [sales, 'sales-3'],
    [legal, 'legal-1'],
    [legal, 'legal-2'],
    [board, 'board-1'],
  ] as const) {
    names.set(await addMigration(pool, { batchId, alias }), alias);
  }
  await pool.query(
    `update migrations set given_back_at = now() where source_address like 'sales-1@%'`,
  );
  const worker = await leases.register(LEASE_MS);
  const order = (await claimAll(worker)).map(({ migrationId }) => names.get(migrationId));
  expect(order).toEqual(['board-1', 'sales-2', 'legal-1', 'sales-3', 'legal-2', 'sales-1']);
});

test('a batch that should be through within a day goes before its equals, not before its betters', async () => {
  const { pool } = database;
  const names = new Map<string, string>();
  for (const [alias, batch] of [
    ['plain', {}],
    ['late', { finishBy: hourFromNow(20) }],
    ['far', { finishBy: hourFromNow(30) }],
    ['low', { priority: -1, finishBy: hourFromNow(1) }],
    ['first', { priority: 1, finishBy: hourFromNow(20) }],
  ] as const) {
    const batchId = await addBatch(pool, batch);
    names.set(await addMigration(pool, { batchId, alias }), alias);
  }
  const worker = await leases.register(LEASE_MS);
  const order = (await claimAll(worker)).map(({ migrationId }) => names.get(migrationId));
  expect(order).toEqual(['first', 'late', 'plain', 'far', 'low']);
});

test('nobody is taken before a time that was named: start of the batch, next look, next try', async () => {
  const { pool } = database;
  const later = await addBatch(pool, { startAt: hourFromNow(1) });
  const now = await addBatch(pool, { startAt: hourFromNow(-1) });
  const early = await addMigration(pool, { batchId: later, alias: 'early' });
  await addMigration(pool, { batchId: now, alias: 'resting', until: hourFromNow(1) });
  const failed = await addMigration(pool, { batchId: now, alias: 'failed' });
  await leases.retryAt({ id: failed, step: 0 }, hourFromNow(1));
  const worker = await leases.register(LEASE_MS);
  expect(await leases.isAnyWaiting(MAIL)).toBe(false);
  expect(await claim(worker)).toBeNull();
  // A password is tried all the same: its person waits.
  await pool.query(`update migrations set state = 'Testing' where id = $1`, [early]);
  expect(await claim(worker, {}, ['Testing'])).toMatchObject({ migrationId: early });
});

test('four processes that claim at once never exceed a limit, and a limit leaves no one out for good', async () => {
  const { pool } = database;
  const batchId = await addBatch(pool);
  for (let n = 0; n < 20; n += 1) {
    await addMigration(pool, { batchId, alias: `p${n}` });
  }
  const workers = await Promise.all([1, 2, 3, 4].map(() => leases.register(LEASE_MS)));
  const limits = { target: 40, source: 9 };
  const claims = (await Promise.all(workers.map((worker) => claimAll(worker, limits)))).flat();
  expect(new Set(claims.map(({ migrationId }) => migrationId)).size).toBe(claims.length);
  const sum = claims.reduce((all, { targetConnections }) => all + targetConnections, 0);
  // Six a mailbox, and what is left for the last.
  expect(sum).toBe(40);
  expect(claims).toHaveLength(7);
  expect(await claimAll(workers[0] ?? '', { source: 7 })).toEqual([]);
  await leases.retire(workers[0] ?? '');
  await leases.retire(workers[1] ?? '');
  await leases.retire(workers[2] ?? '');
  expect((await claimAll(workers[3] ?? '', limits)).length).toBeGreaterThan(0);
});

test('one account is read by one worker; one mailbox is written by two, within its limit', async () => {
  const { pool } = database;
  const batchId = await addBatch(pool);
  const target = 'shared@contoso.example';
  const first = await addMigration(pool, { batchId, alias: 'one', target });
  const second = await addMigration(pool, {
    batchId,
    alias: 'two',
    target: 'Shared@contoso.example',
  });
  const third = await addMigration(pool, { batchId, alias: 'three', target });
  await addMigration(pool, { batchId, alias: 'One', target: 'elsewhere@contoso.example' });
  const worker = await leases.register(LEASE_MS);
  const claims = await claimAll(worker, { targetPerMailbox: 9 });
  expect(claims).toEqual([
    { migrationId: first, targetConnections: 6 },
    { migrationId: second, targetConnections: 3 },
  ]);
  await leases.release(worker, first);
  const [next] = await claimAll(worker, { targetPerMailbox: 9 });
  // Its account is free again too, and its own turn comes last.
  expect(next?.migrationId).toBe(third);
});

test('what a dead process held goes to another, and nothing of a living one', async () => {
  const { pool } = database;
  const batchId = await addBatch(pool);
  const mailbox = await addMigration(pool, { batchId, alias: 'anna' });
  const [dying, heir] = [await leases.register(LEASE_MS), await leases.register(LEASE_MS)];
  expect(await claim(dying)).toMatchObject({ migrationId: mailbox });
  expect(await claim(heir)).toBeNull();
  await pool.query(`update workers set alive_until = now() - interval '1 ms' where id = $1`, [
    dying,
  ]);
  expect(await claim(heir)).toMatchObject({ migrationId: mailbox });
  expect(await leases.beat(dying, LEASE_MS)).toBe(false);
  // What it still says changes nothing.
  await leases.release(dying, mailbox);
  await leases.retire(dying);
  expect(await claim(await leases.register(LEASE_MS))).toBeNull();
  expect(await leases.beat(heir, LEASE_MS)).toBe(true);
});

test('a lease that a clock made which was set back since is over', async () => {
  const batchId = await addBatch(database.pool);
  const mailbox = await addMigration(database.pool, { batchId, alias: 'anna' });
  const [dead, heir] = [await leases.register(LEASE_MS), await leases.register(LEASE_MS)];
  await claim(dead);
  await database.pool.query(
    `update workers set alive_until = now() + interval '1 hour' where id = $1`,
    [dead],
  );
  expect(await leases.beat(dead, LEASE_MS)).toBe(false);
  expect(await claim(heir)).toMatchObject({ migrationId: mailbox });
});
