/** What the helpdesk may do to one move, in the rows: once, in the state that its card showed, and audited. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBatchStore } from '../../../src/jobs/db/batch-store.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import {
  createMigrationStore,
  type MigrationRow,
  type MigrationStore,
} from '../../../src/jobs/db/migration-store.ts';
import type { MigrationEvent } from '../../../src/jobs/migration/state.ts';
import { silentLogger } from '../../../src/log.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const HELPER = { personId: 'helper', tenantId: 'contoso' };
const PERSON = {
  id: 'alex',
  displayName: 'Alex Wilber',
  userPrincipalName: 'alex@contoso.example',
  mail: null,
  usageLocation: null,
  kind: 'member',
} as const;
const SKIP: MigrationEvent = {
  type: 'skip-requested',
  problem: { code: 'move.skipped', facts: {} },
};

let testDatabase: TestDatabase;
let database: Database;
let store: MigrationStore;
let batchId: string;
const queued: string[] = [];

const row = async (): Promise<MigrationRow> => {
  const [one] = await store.ofBatch(batchId);
  if (one === undefined) {
    throw new Error('There is no move.');
  }
  return one;
};

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.connectionString, silentLogger);
  const sink: Parameters<typeof createMigrationStore>[1] = async (_client, _move, commands) => {
    queued.push(...commands.map((one) => (one.kind === 'job' ? one.job : one.notice)));
  };
  store = createMigrationStore(database, sink);
  const batches = createBatchStore(database, sink);
  await batches.savePlan('plan', { kind: 'people', personIds: [PERSON.id] });
  const made = await batches.createBatch({
    planHash: 'plan',
    actor: { personId: 'admin', tenantId: 'contoso' },
    sourceHost: 'imap.mail.me.com',
    rules: [],
    migrations: [
      {
        line: 1,
        person: PERSON,
        submitter: PERSON,
        targetMailbox: PERSON.userPrincipalName,
        sourceAccount: null,
        licenceSkuId: null,
      },
    ],
  });
  batchId = 'batchId' in made ? made.batchId : '';
  const { id } = await row();
  for (const type of ['validated', 'provisioned'] as const) {
    await store.apply({ migrationId: id, event: { type }, actor: null, onlyAtStep: null });
  }
  queued.length = 0;
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

test('a move that left the state that the card showed stays as it is; else it is left out, once, in the name of who pressed', async () => {
  const { id, stateSince } = await row();
  const skip = async (since: Date): Promise<MigrationRow | null> =>
    await store.apply({
      migrationId: id,
      event: SKIP,
      actor: HELPER,
      onlyAtStep: null,
      onlySince: since,
    });
  expect(await skip(new Date(stateSince.getTime() - 1))).toBeNull();
  expect([(await row()).state, queued]).toEqual(['WaitingForUser', []]);
  expect(await skip(stateSince)).toMatchObject({ state: 'Cancelled' });
  expect(await skip(stateSince)).toBeNull();
  expect(queued).toEqual(['clean-up', 'admin', 'channel']);
  const audit = await database.pool.query(
    `select actor_person, action, before, after from audit where actor_person = 'helper'`,
  );
  expect(audit.rows).toEqual([
    {
      actor_person: 'helper',
      action: 'migration.skip-requested',
      before: 'WaitingForUser',
      after: 'Cancelled',
    },
  ]);
});

test('batches are counted without their moves', async () => {
  expect(await store.sizeOfBatch(batchId)).toBe(1);
});
