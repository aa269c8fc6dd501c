/** Plans of many people and the batches that they become: a simulated tenant, a real database. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createGraphTenant } from '../../../src/jobs/adapters/graph-tenant.ts';
import type { BatchPlan, MoveSelection, PlannedMove, SkybridgeApi } from '../../../src/jobs/api.ts';
import { readAudit } from '../../../src/jobs/db/audit-rows.ts';
import { createBatchStore } from '../../../src/jobs/db/batch-store.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { createConversationStore } from '../../../src/jobs/db/conversation-store.ts';
import { createFolderMapStore } from '../../../src/jobs/db/folder-map-store.ts';
import { createMigrationStore } from '../../../src/jobs/db/migration-store.ts';
import { createSettingsStore } from '../../../src/jobs/db/settings-store.ts';
import type { Command } from '../../../src/jobs/migration/state.ts';
import { createService } from '../../../src/jobs/service.ts';
import { silentLogger } from '../../../src/log.ts';
import { addGroup, addUser, type SimUser } from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { searchForLeaks } from '../../support/leak-search.ts';
import { createTenantWorld, never, type TenantWorld } from '../../unit/graph/tenant-world.ts';

const ACTOR = { personId: 'admin', tenantId: 'contoso' };

let testDatabase: TestDatabase;
let database: Database;
let world: TenantWorld;
let api: SkybridgeApi;
let commands: Command[];
/** The queue takes so many commands. */
let failAfter: number;
/** The audit keeps what the tests before have left in it. */
let auditedBefore: number;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.connectionString, silentLogger);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

beforeEach(async () => {
  await database.pool.query('truncate plans, batches, migrations cascade');
  auditedBefore = await count('audit');
  world = await createTenantWorld();
  setSeats(40);
  commands = [];
  failAfter = Number.POSITIVE_INFINITY;
  const sink = async (_client: unknown, _row: unknown, sent: readonly Command[]): Promise<void> => {
    if (commands.length >= failAfter) {
      throw new Error('The queue is gone.');
    }
    commands.push(...sent);
  };
  api = createService({
    store: createMigrationStore(database, sink),
    batches: createBatchStore(database, sink),
    folderMap: createFolderMapStore(database.pool),
    conversations: createConversationStore(database.pool),
    settings: createSettingsStore(database.pool, 'contoso'),
    auditRows: (span, signal) => readAudit(database.pool, span, signal),
    tallies: async () => [],
    tenant: createGraphTenant(world.m365),
    doctor: { check: notHere, plan: notHere, mend: notHere },
    clock: systemClock,
    sourceHost: 'imap.mail.me.com',
    groups: { adminGroupId: null, helpdeskGroupId: null },
  });
  return () => world.close();
});

const notHere = async (): Promise<never> => {
  throw new Error('Nobody is checked here.');
};

function add(alias: string, changes: Partial<SimUser> = {}, licensed = true): SimUser {
  const product = licensed ? { product: PRODUCTS.businessBasic } : {};
  return addUser(world.directory, { alias, displayName: alias, ...product, ...changes });
}

function setSeats(free: number): void {
  const [sku] = world.directory.skus;
  if (sku !== undefined) {
    sku.enabledUnits = free;
  }
}

/** Shared, and nobody signs in to it. */
function addShared(alias: string): SimUser {
  const user = add(alias, { accountEnabled: false });
  if (user.mailbox !== null) {
    user.mailbox.userPurpose = 'shared';
  }
  return user;
}

const csv = (...lines: readonly string[]): MoveSelection => ({
  kind: 'csv',
  text: ['EmailAddress,UserName,Submitter', ...lines].join('\n'),
});

const plan = (selection: MoveSelection): Promise<BatchPlan> => api.planBatch(selection, never);

/** `anna member by anna ready`: a line in words. */
function wordsFor(move: PlannedMove): string {
  const { named, readiness, is, submitter, sourceAccount, obstacle } = move;
  const imap = readiness?.imapEnabled === true ? 'imap' : 'no-imap';
  const parts = [
    readiness === null ? named : readiness.person.displayName,
    is ?? '?',
    sourceAccount === null ? '' : `from ${sourceAccount}`,
    submitter === null ? '' : `by ${submitter.displayName}`,
    readiness?.licence?.needsSeat === true ? 'seat' : '',
    obstacle === null ? `ready ${readiness?.mailbox} ${imap}` : obstacle.code,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

const words = ({ moves }: BatchPlan): readonly string[] => moves.map(wordsFor);

/** Every row of every table. */
async function dump(): Promise<string> {
  const { rows: tables } = await database.pool.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public'",
  );
  const rows = await Promise.all(
    tables.map(({ name }) =>
      database.pool.query(`select row_to_json(t)::text as row from ${name} t`),
    ),
  );
  return JSON.stringify(rows.map((one) => one.rows));
}

const count = async (table: 'migrations' | 'batches' | 'plans' | 'audit'): Promise<number> =>
  (await database.pool.query(`select from ${table}`)).rowCount ?? 0;

test('a file: own and shared mailboxes, several accounts of one person, and all that cannot move', async () => {
  add('anna');
  add('ben', {}, false);
  add('carl').mailbox = { ...(add('spare').mailbox ?? fail()), imapEnabled: false };
  addShared('info');
  add('guest', { userType: 'Guest' });
  add('left', { accountEnabled: false });
  const found = await plan(
    csv(
      'anna@contoso.example,anna@icloud.com,',
      'ANNA@contoso.example,anna.old@me.com,',
      'ben@contoso.example,ben,',
      'carl@contoso.example,carl@icloud.com,',
      'info@contoso.example,info@icloud.com,anna@contoso.example',
      'info@contoso.example,info2@icloud.com,',
      'guest@contoso.example,guest@icloud.com,',
      'left@contoso.example,left@icloud.com,',
      'no address,x@icloud.com,',
      'nobody@elsewhere.example,nobody@icloud.com,',
      'new.person@contoso.example,new@icloud.com,',
    ),
  );
  expect(words(found)).toEqual([
    'anna member from anna@icloud.com by anna ready ready imap',
    'anna member from anna.old@me.com by anna ready ready imap',
    'ben member from ben by ben seat ready none no-imap',
    'carl member from carl@icloud.com by carl ready ready no-imap',
    'info shared-mailbox from info@icloud.com by anna ready ready imap',
    'info shared-mailbox from info2@icloud.com people.submitter-missing',
    'guest guest from guest@icloud.com tenant.guest',
    'left disabled-account from left@icloud.com people.disabled-account',
    '? people.line-faulty',
    'nobody@elsewhere.example ? from nobody@icloud.com people.nobody',
    'New Person new from new@icloud.com seat people.not-created',
  ]);
  expect(found.seats).toEqual([
    {
      skuId: PRODUCTS.businessBasic.skuId,
      skuName: 'Microsoft 365 Business Basic',
      needed: 2,
      free: found.seats[0]?.free,
    },
  ]);
  expect(world.server.changes).toEqual([]);
});

test('seats are counted once, over all of them; who gets none is left out and started without', async () => {
  setSeats(3);
  const people = Array.from({ length: 5 }, (_none, index) => add(`kim${index}`, {}, false));
  const group = addGroup(
    world.directory,
    'Everybody',
    people.map(({ id }) => id),
  );
  const found = await plan({ kind: 'group', groupId: group.id });
  expect(found.seats).toMatchObject([{ needed: 3, free: 3 }]);
  expect(found.moves.map(({ obstacle }) => obstacle?.code ?? 'ready')).toEqual([
    'ready',
    'ready',
    'ready',
    'tenant.no-free-licence',
    'tenant.no-free-licence',
  ]);
  const started = await api.startBatch({ planHash: found.hash, actor: ACTOR }, never);
  const batch = started.kind === 'started' ? await api.batch(started.batchId) : null;
  expect(batch?.migrations.map(({ person }) => person.displayName)).toEqual([
    'kim0',
    'kim1',
    'kim2',
  ]);
  const { rows } = await database.pool.query(
    'select distinct licence_sku_id as id from migrations',
  );
  expect(rows).toEqual([{ id: PRODUCTS.businessBasic.skuId }]);
});

test('names and addresses, as somebody writes them', async () => {
  add('anna');
  for (const alias of ['sam.one', 'sam.two']) {
    add(alias, { displayName: 'Sam Sample' });
  }
  add('ben');
  const text = ' anna ; Sam Sample, ben@contoso.example\nNobody Atall\r\nBEN@contoso.example;;anna';
  expect(words(await plan({ kind: 'names', text }))).toEqual([
    'anna member by anna ready ready imap',
    'Sam Sample ? people.several',
    'ben member by ben ready ready imap',
    'Nobody Atall ? people.nobody',
  ]);
});

test.each([
  ['EmailAddress,UserName,Password\na@contoso.example,a,hunter2', 'people.list-password-column'],
  ['EmailAddress\na@contoso.example', 'people.list-column-missing'],
  ['EmailAddress,UserName\n"a,b', 'people.list-unreadable'],
  ['EmailAddress,UserName\n', 'people.list-empty'],
])('the file %j is refused as %s, and nothing of it is kept', async (text, code) => {
  const found = await plan({ kind: 'csv', text });
  expect([found.obstacle?.code, found.moves]).toEqual([code, []]);
  expect(await count('plans')).toBe(0);
});

test('of a file only its three columns are kept', async () => {
  add('anna');
  const text = 'EmailAddress;UserName;Birthday\nanna@contoso.example;anna@icloud.com;1990-01-02';
  const found = await plan({ kind: 'csv', text });
  expect(found.ignoredColumns).toEqual(['Birthday']);
  const { rows } = await database.pool.query('select selection::text as kept from plans');
  expect(JSON.stringify(rows)).not.toContain('1990');
  expect((await start(found)).kind).toBe('started');
});

const start = (found: BatchPlan): ReturnType<SkybridgeApi['startBatch']> =>
  api.startBatch({ planHash: found.hash, actor: ACTOR }, never);

test('a plan starts once, with all its migrations, whoever presses how often at the same time', async () => {
  const anna = add('anna');
  addShared('info');
  const found = await plan(
    csv(
      'anna@contoso.example,a@icloud.com,',
      'anna@contoso.example,b@icloud.com,',
      'info@contoso.example,c@icloud.com,anna@contoso.example',
    ),
  );
  const results = await Promise.all(Array.from({ length: 4 }, () => start(found)));
  expect(results.map(({ kind }) => kind).toSorted()).toEqual([
    'already-started',
    'already-started',
    'already-started',
    'started',
  ]);
  expect(new Set(results.map((one) => 'batchId' in one && one.batchId)).size).toBe(1);
  expect([await count('batches'), await count('migrations')]).toEqual([1, 3]);
  expect(commands.filter(({ kind }) => kind === 'job')).toHaveLength(3);
  expect((await start(found)).kind).toBe('already-started');
  expect((await start({ ...found, hash: 'no such plan' })).kind).toBe('plan-unknown');

  const own = await api.migrationsOfPerson(anna.id);
  expect(own.map((one) => [one.targetMailbox, one.sourceAddress, one.person.displayName])).toEqual([
    ['anna@contoso.example', 'a@icloud.com', 'anna'],
    ['anna@contoso.example', 'b@icloud.com', 'anna'],
    ['info@contoso.example', 'c@icloud.com', 'info'],
  ]);
  expect(own.map(({ submitter }) => submitter.id)).toEqual([anna.id, anna.id, anna.id]);
});

test('what is being moved is not moved twice; another account of the same person is', async () => {
  add('anna');
  add('ben');
  await start(await plan(csv('anna@contoso.example,a@icloud.com,')));
  expect(
    words(
      await plan(
        csv('anna@contoso.example,A@me.com,', 'anna@contoso.example,b,', 'ben@contoso.example,c,'),
      ),
    ),
  ).toEqual([
    'anna member from A@me.com people.already-moving',
    'anna member from b by anna ready ready imap',
    'ben member from c by ben ready ready imap',
  ]);
  expect(words(await plan({ kind: 'names', text: 'anna' }))).toEqual([
    'anna member people.already-moving',
  ]);
});

test('two plans that overlap: the second that is started is shown anew', async () => {
  add('anna');
  add('ben');
  const both = await plan({ kind: 'names', text: 'anna; ben' });
  const one = await plan({ kind: 'names', text: 'anna' });
  expect((await start(one)).kind).toBe('started');
  const result = await start(both);
  expect(result.kind === 'plan-changed' ? words(result.plan) : result).toEqual([
    'anna member people.already-moving',
    'ben member by ben ready ready imap',
  ]);
  expect(await count('batches')).toBe(1);
});

test('what changed in the tenant since the plan was shown starts nothing', async () => {
  const anna = add('anna');
  const found = await plan({ kind: 'names', text: 'anna' });
  (anna.mailbox ?? fail()).imapEnabled = false;
  const result = await start(found);
  expect(result.kind === 'plan-changed' ? words(result.plan) : result).toEqual([
    'anna member by anna ready ready no-imap',
  ]);
  expect(await count('migrations')).toBe(0);
  expect(result.kind === 'plan-changed' && (await start(result.plan)).kind).toBe('started');
});

test('a batch of which one migration cannot be queued is no batch', async () => {
  const people = Array.from({ length: 4 }, (_none, index) => add(`kim${index}`));
  const found = await plan({ kind: 'people', personIds: people.map(({ id }) => id) });
  failAfter = 4;
  await expect(start(found)).rejects.toThrow('The queue is gone.');
  expect([await count('batches'), await count('migrations'), await count('audit')]).toEqual([
    0,
    0,
    auditedBefore,
  ]);
  failAfter = Number.POSITIVE_INFINITY;
  expect((await start(found)).kind).toBe('started');
  expect(await count('migrations')).toBe(4);
});

test('new people are made once; their passwords are in the answer and nowhere else', async () => {
  const lines = csv(
    'dora.neu@contoso.example,dora@icloud.com,',
    'taken@contoso.example,t@icloud.com,',
  );
  const found = await plan(lines);
  expect(words(found)).toEqual([
    'Dora Neu new from dora@icloud.com seat people.not-created',
    'Taken new from t@icloud.com seat people.not-created',
  ]);
  expect([found.obstacle?.code, world.server.changes]).toEqual(['people.nobody-ready', []]);
  expect((await start(found)).kind).toBe('plan-changed');
  world.server.faults.push({
    operation: 'POST /users',
    skip: 1,
    action: {
      kind: 'answer',
      status: 400,
      body: {
        error: {
          code: 'Request_BadRequest',
          message:
            'Another object with the same value for property userPrincipalName already exists.',
        },
      },
    },
  });
  const input = { planHash: found.hash, actor: ACTOR };
  const [first, second] = await Promise.all([
    api.createPeople(input, never),
    api.createPeople(input, never),
  ]);
  const made = first.kind === 'done' ? first : second;
  const other = first.kind === 'done' ? second : first;
  expect(other.kind).toBe('plan-changed');
  const people = made.kind === 'done' ? made.people : [];
  expect(people).toMatchObject([
    { kind: 'created', address: 'dora.neu@contoso.example', displayName: 'Dora Neu' },
    { kind: 'failed', problem: { code: 'graph.address-taken' } },
  ]);
  const password = people.flatMap((one) =>
    one.kind === 'created' ? [one.initialPassword] : [],
  )[0];
  expect(password).toMatch(/^.{16}$/);
  const { leaks, bytes } = await searchForLeaks({
    roots: [],
    texts: [{ name: 'database', text: await dump() }],
    secrets: [{ name: 'initial password', text: password ?? '' }],
  });
  expect([leaks, bytes > 1000]).toEqual([[], true]);
  const { rows } = await database.pool.query(
    'select subject, outcome, after from audit order by id offset $1',
    [auditedBefore],
  );
  expect(rows).toMatchObject([
    { subject: 'dora.neu@contoso.example', outcome: 'done', after: 'to be created' },
    { subject: 'dora.neu@contoso.example', outcome: 'done' },
    { subject: 'taken@contoso.example', outcome: 'done', after: 'to be created' },
    { subject: 'taken@contoso.example', outcome: 'refused', after: 'graph.address-taken' },
  ]);
  expect(words(await plan(lines))).toEqual([
    'Dora Neu member from dora@icloud.com by Dora Neu seat ready none no-imap',
    'Taken new from t@icloud.com seat people.not-created',
  ]);
});

test('200 people of a group are planned in 40 exchanges, as many from a file in 50', async () => {
  const people = Array.from({ length: 200 }, (_none, index) => add(`kim${index}`, {}, index < 30));
  const group = addGroup(
    world.directory,
    'Everybody',
    people.map(({ id }) => id),
  );
  await plan({ kind: 'names', text: 'kim0' });
  let before = world.server.journal.exchanges();
  const found = await plan({ kind: 'group', groupId: group.id });
  expect(found.moves).toHaveLength(200);
  expect(world.server.journal.exchanges() - before).toBeLessThanOrEqual(40);
  before = world.server.journal.exchanges();
  const lines = people.map(({ userPrincipalName }, index) => `${userPrincipalName},kim${index},`);
  expect((await plan(csv(...lines))).moves).toHaveLength(200);
  expect(world.server.journal.exchanges() - before).toBeLessThanOrEqual(50);
});

function fail(): never {
  throw new Error('The world lacks somebody.');
}

test('what an admin leaves out is part of the plan: set anew meanwhile, the plan is shown again; started, each move keeps it', async () => {
  const admin = { personId: 'admin', tenantId: 'contoso' };
  add('anna', { displayName: 'Anna 100%' });
  add('bert');
  const before = await plan({ kind: 'names', text: 'anna@contoso.example; bert@contoso.example' });
  const rules = [{ kind: 'junk', olderThanDays: 30 }] as const;
  await api.changeSetting({ name: 'skipRules', value: rules }, admin);
  const stale = await api.startBatch({ planHash: before.hash, actor: admin }, never);
  expect(stale).toMatchObject({ kind: 'plan-changed', plan: { rules } });
  const shown = stale.kind === 'plan-changed' ? stale.plan.hash : '';
  const started = await api.startBatch({ planHash: shown, actor: admin }, never);
  expect(started.kind).toBe('started');
  await api.changeSetting({ name: 'skipRules', value: [] }, admin);
  const batch = await api.latestBatch();
  expect(batch?.migrations.map((move) => move.rules.admin)).toEqual([rules, rules]);
  expect(await api.batches()).toMatchObject([
    { id: batch?.id, size: 2, open: 2, reports: 0, firstName: 'Anna 100%', startedBy: admin },
  ]);
  const found = async (query: string): Promise<readonly string[]> =>
    (await api.findMoves(query, 5)).map(({ person }) => person.displayName);
  expect(await found('ANNA')).toEqual(['Anna 100%']);
  expect(await found('100%')).toEqual(['Anna 100%']);
  expect(await found('0_%')).toEqual([]);
  expect(await found('contoso')).toHaveLength(2);
});
