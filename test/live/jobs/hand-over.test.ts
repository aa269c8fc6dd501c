/** Several accounts of one person move into one mailbox: it is put back by the last of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGraphTenant } from '../../../src/jobs/adapters/graph-tenant.ts';
import { createBatchStore } from '../../../src/jobs/db/batch-store.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { silentLogger } from '../../../src/log.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createTenantRun, type TenantRun } from '../../support/tenant-run.ts';
import { createTenantWorld, type TenantWorld } from '../../unit/graph/tenant-world.ts';

let testDatabase: TestDatabase;
let database: Database;
let world: TenantWorld;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.connectionString, silentLogger);
  world = await createTenantWorld();
});
afterAll(async () => {
  await world.close();
  await database.close();
  await testDatabase.drop();
});

const run = (alias: string, licensed = true): Promise<TenantRun> =>
  createTenantRun({
    world,
    database,
    alias,
    licensed,
    now: () => new Date(),
    tenant: createGraphTenant(world.m365),
  });

/** A second account of the same person; the id of its migration. */
async function startSecond({ user, store }: TenantRun): Promise<string> {
  const person = { ...user, usageLocation: null, kind: 'member' } as const;
  const batches = createBatchStore(database, async () => undefined);
  const planHash = `second ${user.id}`;
  await batches.savePlan(planHash, { kind: 'people', personIds: [user.id] });
  const batch = await batches.createBatch({
    planHash,
    actor: { personId: 'admin-2', tenantId: 'contoso' },
    sourceHost: 'imap.mail.me.com',
    rules: [],
    migrations: [
      {
        line: 1,
        person,
        submitter: person,
        targetMailbox: user.userPrincipalName,
        sourceAccount: 'second@icloud.com',
        licenceSkuId: null,
      },
    ],
  });
  const [row] = 'batchId' in batch ? await store.ofBatch(batch.batchId) : [];
  return row?.id ?? '';
}

const whats = async (anna: TenantRun, migrationId: string): Promise<readonly string[]> =>
  (await anna.store.openChanges(migrationId)).map(({ what }) => what).toSorted();

test('the first of two that ends leaves IMAP and access to the other, which puts them back', async () => {
  const anna = await run('anna');
  anna.mailbox().imapEnabled = false;
  const before = anna.look();
  await anna.until('Piloting');
  const first = (await anna.row()).id;
  const second = await startSecond(anna);
  await anna.apply({ type: 'cancel-requested' });
  expect(await anna.step()).toEqual({ type: 'cleaned-up' });
  expect(anna.mailbox().imapEnabled).toBe(true);
  expect(anna.mailbox().permissions).toHaveLength(1);
  expect(await whats(anna, first)).toEqual([]);
  expect(await whats(anna, second)).toEqual(['imap', 'mailbox-access']);

  anna.switchTo(second);
  await anna.apply({ type: 'cancel-requested' });
  expect(await anna.step()).toEqual({ type: 'cleaned-up' });
  expect(anna.look()).toBe(before);
});

test('a move that ended inherits nothing', async () => {
  const ben = await run('ben');
  ben.mailbox().imapEnabled = false;
  const before = ben.look();
  await ben.until('WaitingForUser');
  const first = (await ben.row()).id;
  const second = await startSecond(ben);
  ben.switchTo(second);
  await ben.apply({ type: 'cancel-requested' });
  await ben.step();
  ben.switchTo(first);
  await ben.apply({ type: 'cancel-requested' });
  await ben.step();
  expect(ben.look()).toBe(before);
});

test('only the licence that was confirmed is given, whatever would be proposed by now', async () => {
  const carl = await run('carl', false);
  expect(await carl.step()).toEqual({ type: 'validated' });
  await database.pool.query('update migrations set licence_sku_id = null where id = $1', [
    (await carl.row()).id,
  ]);
  expect(await carl.step()).toMatchObject({
    type: 'blocked',
    problem: { code: 'tenant.licence-not-confirmed' },
  });
  expect(carl.user.licences).toEqual([]);
  const { skuId } = PRODUCTS.businessBasic;
  await database.pool.query('update migrations set licence_sku_id = $2 where id = $1', [
    (await carl.row()).id,
    skuId,
  ]);
  await carl.apply({ type: 'retry-requested' });
  await carl.step();
  expect(carl.user.licences.map((held) => held.skuId)).toEqual([skuId]);
});
