/** The audit is append-only for the service's own role, and chained: what is tampered with shows. */
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAudit } from '../../../src/app/audit-command.ts';
import { UsageError } from '../../../src/app/copy-arguments.ts';
import { readAuditHead, verifyAudit } from '../../../src/jobs/db/audit-chain.ts';
import { type Database, inTransaction, openDatabase } from '../../../src/jobs/db/connect.ts';
import { createMigrationStore } from '../../../src/jobs/db/migration-store.ts';
import { silentLogger } from '../../../src/log.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { asServiceRole } from '../../support/service-role.ts';

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await asServiceRole(await createTestDatabase());
  database = await openDatabase(testDatabase.connectionString, silentLogger);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const never = new AbortController().signal;
const noSink = async (): Promise<void> => undefined;

const write = (action: string, after: string | null = null): Promise<void> =>
  createMigrationStore(database, noSink).audit({
    actor: { personId: 'person', tenantId: 'tenant' },
    action,
    subject: 'subject',
    outcome: 'done',
    before: null,
    after,
  });

const check = (): ReturnType<typeof verifyAudit> => verifyAudit(database.pool, null, never);

/** Does what only somebody can who takes the rights and triggers away on purpose, and puts all back after. */
async function tamper(statements: readonly string[], look: () => Promise<void>): Promise<void> {
  const client = new pg.Client(testDatabase.connectionString);
  await client.connect();
  const tables = ['audit', 'audit_chain'];
  try {
    await client.query('grant update, delete, truncate on audit, audit_chain to current_user');
    for (const table of tables) {
      await client.query(`create table ${table}_kept as table ${table}`);
      await client.query(`alter table ${table} disable trigger user`);
    }
    for (const statement of statements) {
      await client.query(statement);
    }
    await look();
  } finally {
    for (const table of tables) {
      await client.query(`truncate ${table}`);
      await client.query(`insert into ${table} select * from ${table}_kept`);
      await client.query(`drop table ${table}_kept`);
      await client.query(`alter table ${table} enable trigger user`);
    }
    await client.query('revoke update, delete, truncate on audit, audit_chain from current_user');
    await client.end();
  }
}

test('rows are chained as they are committed, whatever is in them', async () => {
  await write('first');
  await write('second', 'é — 3:abc, "quoted"\n\u{1F4E8}');
  await write('third', '');
  const { head, faults } = await check();
  expect(faults).toEqual([]);
  expect(head).toEqual(await readAuditHead(database.pool));
  expect(head.position).toBe(3);
});

test.for(['audit', 'audit_chain'])(
  'the service’s own role can neither change nor remove rows of %s, with the rights it has and without the trigger',
  async (table) => {
    const { rows } = await database.pool.query<{ owns: boolean; superuser: string }>(
      `select pg_get_userbyid(relowner) = current_user as owns, current_setting('is_superuser') as superuser
         from pg_class where oid = $1::regclass`,
      [table],
    );
    expect(rows).toEqual([{ owns: true, superuser: 'off' }]);
    const before = await check();
    const column = table === 'audit' ? 'outcome' : 'hash';
    for (const statement of [
      `update ${table} set ${column} = 'x'`,
      `delete from ${table}`,
      `truncate ${table}`,
      `insert into ${table} select * from ${table} on conflict do nothing; delete from ${table}`,
    ]) {
      await expect(database.pool.query(statement)).rejects.toMatchObject({
        code: '42501',
      });
      // Each of the two is enough: as it is for a role that has all rights.
      await expect(
        inTransaction(database.pool, async (client) => {
          await client.query(`grant update, delete, truncate on ${table} to current_user`);
          await client.query(statement);
        }),
        `${statement}, with the rights`,
      ).rejects.toMatchObject({
        code: '42501',
        message: expect.stringContaining('only ever added'),
      });
      await expect(
        inTransaction(database.pool, async (client) => {
          await client.query(`alter table ${table} disable trigger user`);
          await client.query(statement);
        }),
        `${statement}, without the trigger`,
      ).rejects.toMatchObject({
        code: '42501',
        message: expect.stringContaining('permission denied'),
      });
    }
    expect(await check()).toEqual(before);
  },
);

test('many writers at once make one chain, and none waits for what another holds', async () => {
  await database.pool.query('create table if not exists contested (id int primary key, n int)');
  await database.pool.query('insert into contested values (1, 0), (2, 0) on conflict do nothing');
  const { position } = await readAuditHead(database.pool);
  // Each writes its row first and then locks what the others want, in both orders.
  await Promise.all(
    Array.from({ length: 24 }, (_, n) =>
      inTransaction(database.pool, async (client) => {
        await client.query(
          `insert into audit (action, subject, outcome) select 'many', $1, 'done' from generate_series(1, 3)`,
          [String(n)],
        );
        await client.query('update contested set n = n + 1 where id = $1', [1 + (n % 2)]);
      }),
    ),
  );
  const { head, faults } = await check();
  expect({ faults, added: head.position - position }).toEqual({ faults: [], added: 72 });
});

test('a transaction that fails leaves neither row nor gap', async () => {
  const before = await check();
  await expect(
    inTransaction(database.pool, async (client) => {
      await client.query(
        `insert into audit (action, subject, outcome) values ('undone', 's', 'done')`,
      );
      throw new Error('not this time');
    }),
  ).rejects.toThrow('not this time');
  await write('after it');
  const { head, faults } = await check();
  expect({ faults, position: head.position }).toEqual({
    faults: [],
    position: before.head.position + 1,
  });
});

test.for([
  [
    'a changed row',
    `update audit set actor_person = 'somebody else' where id = 2`,
    { kind: 'changed', position: 2, id: 2 },
  ],
  [
    'a row whose time was changed',
    `update audit set at = at + interval '1 microsecond' where id = 3`,
    { kind: 'changed', position: 3, id: 3 },
  ],
  [
    'a text made null',
    `update audit set after = null where id = 3`,
    { kind: 'changed', position: 3, id: 3 },
  ],
  ['a removed row', 'delete from audit where id = 2', { kind: 'removed', position: 2, id: 2 }],
  [
    'a row removed with its link',
    'delete from audit where id = 2; delete from audit_chain where position = 2',
    { kind: 'removed', position: 2, id: null },
  ],
  [
    'the first row removed with its link',
    'delete from audit where id = 1; delete from audit_chain where position = 1',
    { kind: 'removed', position: 1, id: null },
  ],
  [
    'an inserted row',
    `insert into audit (id, action, subject, outcome) values (-5, 'never', 'was', 'done')`,
    { kind: 'inserted', position: null, id: -5 },
  ],
  [
    'a removed row whose gap was closed',
    `delete from audit where id = 2; delete from audit_chain where position = 2;
     update audit_chain set position = -position where position > 2;
     update audit_chain set position = -position - 1 where position < 0`,
    { kind: 'relinked', position: 2, id: 3 },
  ],
] as const)('%s is found', async ([, statement, fault]) => {
  await tamper([statement], async () => {
    const { faults } = await check();
    expect(faults).toContainEqual(fault);
  });
  expect((await check()).faults).toEqual([]);
});

test('an end that was cut off, and a chain written anew, show against a head that was noted', async () => {
  const noted = await readAuditHead(database.pool);
  await write('one more');
  expect((await verifyAudit(database.pool, noted, never)).faults).toEqual([]);
  const fault = { kind: 'not-the-head', position: noted.position, id: null };
  const cut = `where position > ${noted.position - 2}`;
  await tamper(
    [
      `delete from audit where id in (select audit_id from audit_chain ${cut})`,
      `delete from audit_chain ${cut}`,
    ],
    async () => {
      expect((await check()).faults).toEqual([]);
      expect((await verifyAudit(database.pool, noted, never)).faults).toEqual([fault]);
    },
  );
  await tamper(
    [
      `update audit set after = 'better' where id = 1`,
      'truncate audit_chain',
      'select chain_audit(a) from (select * from audit order by id) a',
    ],
    async () => {
      expect((await check()).faults).toEqual([]);
      expect((await verifyAudit(database.pool, noted, never)).faults).toEqual([fault]);
    },
  );
});

test('the command says what it found, and its exit code too', async () => {
  const run = async (...words: readonly string[]): Promise<{ code: number; said: string }> => {
    let said = '';
    const config = { DATA_DIR: '/nowhere', DATABASE_URL: testDatabase.connectionString };
    const deps = { config, logger: silentLogger, print: (text: string) => void (said += text) };
    return { code: await runAudit(deps, words, never), said };
  };
  const { position, hash } = await readAuditHead(database.pool);
  const whole = await run('verify', '--head', `${position}:${hash}`);
  expect(whole).toEqual({
    code: 0,
    said: `The service’s audit: ${position} rows, whole. Its head: ${position}:${hash}\nSetup’s audit: nothing is in it yet.\n`,
  });
  await tamper([`update audit set action = 'x' where id = 2`], async () => {
    const { code, said } = await run('verify');
    expect({ code, said }).toMatchObject({
      code: 2,
      said: expect.stringContaining('not whole.\n  row 2, id 2 was changed\n'),
    });
  });
  await expect(run('verify', '--head', 'abc')).rejects.toThrow(UsageError);
  await expect(run('purge')).rejects.toThrow(UsageError);
});
