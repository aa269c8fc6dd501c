/** What is kept of finished moves goes when its time is over: never before all is put back, and never the audit. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAuditHead, verifyAudit } from '../../../src/jobs/db/audit-chain.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { createRetentionStore } from '../../../src/jobs/db/retention-store.ts';
import { type HousekeepingDeps, keepHouse } from '../../../src/jobs/housekeeping.ts';
import { createReportStore } from '../../../src/jobs/report/report-store.ts';
import { type LogFields, silentLogger } from '../../../src/log.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let dir = '';
let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'skybridge-retention-'));
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.connectionString, silentLogger);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
  await rm(dir, { recursive: true, force: true });
});

const NOW = new Date('2026-11-22T10:00:00Z');
const OLD = '2026-08-01T10:00:00Z';
const RECENT = '2026-11-20T10:00:00Z';
const never = new AbortController().signal;
const said: LogFields[] = [];

const house = (keepDays: number | null): HousekeepingDeps => ({
  retention: createRetentionStore(database.pool),
  reports: createReportStore(dir, { reason: String, bytes: String, count: String }),
  auditHead: () => readAuditHead(database.pool),
  keepDays,
  clock: { now: () => NOW },
  logger: { ...silentLogger, info: (fields) => void said.push(fields) },
});

interface Move {
  readonly state?: string;
  readonly since?: string;
  readonly cleanedUp?: boolean;
  readonly mailbox?: string;
  /** A change that is not put back. */
  readonly open?: boolean;
}

/** A batch of these moves, each with all that hangs on one. */
async function addBatch(moves: readonly Move[]): Promise<readonly string[]> {
  const { pool } = database;
  const batchId = randomUUID();
  await pool.query(
    `insert into batches (id, started_by_person, started_by_tenant) values ($1, 'p', 't')`,
    [batchId],
  );
  await pool.query(`insert into plans (hash, selection, batch_id) values ($1, '{}', $2)`, [
    batchId,
    batchId,
  ]);
  const ids: string[] = [];
  for (const move of moves) {
    const id = randomUUID();
    ids.push(id);
    const mailbox = move.mailbox ?? `${id}@contoso.example`;
    await pool.query(
      `insert into migrations (id, run_id, batch_id, target_mailbox, source_host, state, state_since, cleaned_up)
       values ($1, $1, $2, $3, 'host', $4, $5, $6)`,
      [id, batchId, mailbox, move.state ?? 'Completed', move.since ?? OLD, move.cleanedUp ?? true],
    );
    await pool.query(
      `with folder as (insert into folders (migration_id, source_path, target_path) values ($1, 'INBOX', 'Inbox') returning id),
            target as (insert into target_folders (mailbox, path) values ($2, 'Inbox')
                       on conflict (mailbox, path) do update set path = excluded.path returning id)
       insert into messages (folder_id, uid_validity, uid, size_bytes, flags, state, target_folder_id)
       select folder.id, 1, n, 10, '{}', 'done', target.id from folder, target, generate_series(1, 3) n`,
      [id, mailbox],
    );
    await pool.query(
      `insert into tenant_changes (migration_id, what, person_id, before, after, made_at, undone_at)
       values ($1, 'imap', 'p', 'off', 'on', now(), $2)`,
      [id, move.open === true ? null : OLD],
    );
    await pool.query(
      `insert into nonces (hash, person_id, tenant_id, subject, expires_at) values ($1, 'p', 't', $1, $2)`,
      [id, '2999-01-01'],
    );
    for (const key of [`person:${id}`, `channel:${batchId}:${id}:Done`, `admin:${batchId}`]) {
      await pool.query(
        `insert into posted_cards (key, posted) values ($1, '{}') on conflict do nothing`,
        [key],
      );
    }
    await pool.query(
      `insert into audit (action, subject, outcome) values ('migration.started', $1, 'done')`,
      [id],
    );
    await mkdir(path.join(dir, 'reports', id), { recursive: true });
    await writeFile(path.join(dir, 'reports', id, 'report.html'), 'report');
  }
  return ids;
}

/** Every row of every table that names one of them, by table; the audit apart. */
async function traces(ids: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const { rows: tables } = await database.pool.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename not in ('audit', 'audit_chain')`,
  );
  const found: Record<string, number> = {};
  for (const { name } of tables) {
    const { rowCount } = await database.pool.query(
      `select from ${name} t where exists (select from unnest($1::text[]) id where t::text like '%' || id || '%')`,
      [ids],
    );
    if ((rowCount ?? 0) > 0) {
      found[name] = rowCount ?? 0;
    }
  }
  return found;
}

test('a move whose time is over is forgotten with all that hangs on it; one that is not done, or not old, stays whole', async () => {
  const over = await addBatch([{}, { state: 'Cancelled' }, { state: 'Failed' }]);
  const kept = [
    await addBatch([{ since: RECENT }]),
    await addBatch([{ cleanedUp: false }]),
    await addBatch([{ open: true }]),
    await addBatch([{ state: 'Synced' }]),
    // A batch is shown as a whole, and goes as a whole.
    await addBatch([{}, { since: RECENT }]),
    await addBatch([{}, { state: 'Paused' }]),
  ].flat();
  await database.pool.query(
    `insert into migrations (id, run_id, plan_hash, target_mailbox, source_host, state, state_since)
     values ($1, $1, 'copy a b c', 'c', 'b', 'Syncing', $2)`,
    [randomUUID(), OLD],
  );
  const before = await traces(kept);
  const audited = await database.pool.query('select * from audit order by id');

  await keepHouse(house(null), never);
  expect(Object.keys(await traces(over))).not.toEqual([]);
  await keepHouse(house(100), never);

  expect(await traces(over)).toEqual({});
  expect(await traces(kept)).toEqual(before);
  expect(
    (await database.pool.query('select from migrations where batch_id is null')).rowCount,
  ).toBe(1);
  expect((await database.pool.query('select from batches')).rowCount).toBe(6);
  expect((await readdir(path.join(dir, 'reports'))).toSorted()).toEqual(kept.toSorted());
  // The audit has all that it had, and who was forgotten.
  const after = await database.pool.query('select * from audit order by id');
  expect(after.rows.slice(0, audited.rows.length)).toEqual(audited.rows);
  expect(after.rows.slice(audited.rows.length)).toMatchObject(
    [...over].map(() => ({ action: 'move-forgotten', outcome: 'done' })),
  );
  expect((await verifyAudit(database.pool, null, never)).faults).toEqual([]);
  const head = await readAuditHead(database.pool);
  expect(said).toContainEqual({ moves: 3 });
  await keepHouse(house(100), never);
  expect(await readAuditHead(database.pool)).toEqual(head);
  expect(said).toContainEqual(head);
});

test('two workers at once forget each move once, and both remove their reports of it', async () => {
  const ids = await addBatch(Array.from({ length: 12 }, () => ({})));
  await Promise.all([keepHouse(house(100), never), keepHouse(house(100), never)]);
  expect(await traces(ids)).toEqual({});
  const { rows } = await database.pool.query(
    `select subject from audit where action = 'move-forgotten' and subject = any($1)`,
    [ids],
  );
  expect(rows).toHaveLength(12);
});

test('while another move goes into the same mailbox, its folders are not forgotten', async () => {
  const mailbox = 'shared@contoso.example';
  await addBatch([{ mailbox }]);
  const [still = ''] = await addBatch([{ mailbox, state: 'Syncing' }]);
  await keepHouse(house(100), never);
  const { rows } = await database.pool.query(
    `select count(*)::int as count from messages m join target_folders t on t.id = m.target_folder_id
       join folders f on f.id = m.folder_id where f.migration_id = $1 and t.mailbox = $2`,
    [still, mailbox],
  );
  expect(rows).toEqual([{ count: 3 }]);
});

test('nothing else hangs on a move or a batch than what is forgotten with it', async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select distinct conrelid::regclass::text as name from pg_constraint
      where contype = 'f' and confrelid in ('migrations'::regclass, 'batches'::regclass, 'folders'::regclass)`,
  );
  expect(rows.map(({ name }) => name).toSorted()).toEqual([
    'credentials',
    'folders',
    'leases',
    'messages',
    'migrations',
    'plans',
    'tenant_changes',
  ]);
});
