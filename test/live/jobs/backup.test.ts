/** A backup brings all of it back, and a copy that went on meanwhile ends exact: nothing lost, nothing twice. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BackupError, runBackup, runRestore } from '../../../src/app/backup-command.ts';
import { UsageError } from '../../../src/app/copy-arguments.ts';
import { verifyAudit } from '../../../src/jobs/db/audit-chain.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { silentLogger } from '../../../src/log.ts';
import { createSealOpener } from '../../../src/secrets/open.ts';
import { createSealer } from '../../../src/secrets/seal.ts';
import {
  createWorld,
  EXCHANGE,
  GENERIC,
  RECEIVED,
  type World,
  withoutStamp,
} from '../../support/copy-world.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { FakeMailbox } from '../../support/fakes/mail-servers.ts';

const never = new AbortController().signal;
const PASSWORD = 'abcdefghijklmnop';
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const BINDING = {
  tenantId: 'tenant',
  personId: 'person',
  migrationId: '0e9b2c9a-52c7-4a93-8f0f-0d7a2f7f7a11',
  sourceHost: 'imap.mail.me.com',
  purpose: 'icloud-app-password',
} as const;

let dir = '';
let file = '';
const open: { readonly test: TestDatabase; readonly database: Database }[] = [];
let first: Database;
const worlds: { readonly name: string; readonly world: World }[] = [];

async function newDatabase(): Promise<{ readonly url: string; readonly database: Database }> {
  const made = await createTestDatabase();
  const database = await openDatabase(made.connectionString, silentLogger);
  open.push({ test: made, database });
  return { url: made.connectionString, database };
}

const run = (
  command: typeof runBackup,
  url: string,
  ...words: readonly string[]
): Promise<number> =>
  command(
    { config: { DATA_DIR: dir, DATABASE_URL: url }, logger: silentLogger, print: () => undefined },
    words,
    never,
  );

/** Some messages without a Message-ID, and twins: what is hard to recognise. */
function mailboxes(): { readonly source: FakeMailbox; readonly target: FakeMailbox } {
  const source = new FakeMailbox();
  const target = new FakeMailbox();
  target.folder('INBOX');
  const add = (folder: string, n: number, id: string): void => {
    const bytes = Buffer.from(`${id}Subject: Message ${n}\r\n\r\nBody ${n}\r\n`);
    source.add(folder, { bytes, flags: [], receivedAt: RECEIVED });
  };
  for (let n = 1; n <= 8; n += 1) {
    add('INBOX', n, `Message-ID: <${n}@example.com>\r\n`);
    add('With\u2028line', n, n % 2 === 0 ? '' : `Message-ID: <b${n}@example.com>\r\n`);
    add('Later', n, `Message-ID: <c${n}@example.com>\r\n`);
  }
  add('INBOX', 1, 'Message-ID: <1@example.com>\r\n');
  return { source, target };
}

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'skybridge-backup-'));
  file = path.join(dir, 'backup.gz');
  const { url, database } = await newDatabase();
  first = database;
  for (const traits of [GENERIC, EXCHANGE]) {
    const world = await createWorld(first, traits.name, traits, mailboxes());
    // The middle of a copy.
    await world.runSlice();
    worlds.push({ name: traits.name, world });
  }
  const { pool } = first;
  await pool.query(
    `insert into batches (id, started_by_person, started_by_tenant) values ($1, 'p', 't')`,
    [BINDING.migrationId],
  );
  await pool.query(
    `insert into migrations (id, run_id, batch_id, target_mailbox, source_host, state)
     values ($1, $1, $1, 'someone', 'host', 'Testing')`,
    [BINDING.migrationId],
  );
  const sealer = await createSealer(keys.publicKey);
  const sealed = await sealer.seal(PASSWORD, { ...BINDING, expiresAt: new Date('2999-01-01') });
  await pool.query('insert into credentials (migration_id, sealed) values ($1, $2)', [
    BINDING.migrationId,
    sealed,
  ]);
  for (const text of ['one', 'two "quoted"\n\u2029', '{"end":true,"rows":0}']) {
    await pool.query(
      `insert into audit (action, subject, outcome, after) values ('a', 's', 'done', $1)`,
      [text],
    );
  }
  await run(runBackup, url, '--out', file);
});
afterAll(async () => {
  for (const { test: made, database } of open) {
    await database.close();
    await made.drop();
  }
  await rm(dir, { recursive: true, force: true });
});

test('the file is its owner’s alone, holds passwords sealed, and not the key that opens them', async () => {
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const text = gunzipSync(await readFile(file)).toString();
  const pem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const secret = keys.privateKey.export({ format: 'jwk' }).d ?? '';
  const sealed = /"sealed":"([^"]+)"/.exec(text)?.[1] ?? '';
  expect(sealed.split('.')).toHaveLength(5);
  for (const word of [PASSWORD, 'PRIVATE KEY', pem.split('\n')[1] ?? '', secret]) {
    expect(word.length).toBeGreaterThan(8);
    expect(text).not.toContain(word);
  }
  // With the key, which was kept elsewhere, the restored password can be used; with another it cannot.
  const { url, database } = await newDatabase();
  expect(await run(runRestore, url, '--from', file)).toBe(0);
  const { rows } = await database.pool.query<{ sealed: string }>('select sealed from credentials');
  const restored = rows[0]?.sealed ?? '';
  expect(await createSealOpener(keys.privateKey).open(restored, BINDING, new Date())).toBe(
    PASSWORD,
  );
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await expect(
    createSealOpener(other.privateKey).open(restored, BINDING, new Date()),
  ).rejects.toMatchObject({ code: 'secrets.not-for-this' });
});

test('a copy that went on after the backup ends exact on the restored database', async () => {
  for (const { world } of worlds) {
    await world.run();
    expect(world.target.contents(withoutStamp)).toEqual(world.source.contents());
  }
  const { url, database } = await newDatabase();
  expect(await run(runRestore, url, '--from', file)).toBe(0);
  for (const { name, world } of worlds) {
    const traits = name === GENERIC.name ? GENERIC : EXCHANGE;
    const again = await createWorld(database, name, traits, world);
    await again.run();
    expect(world.target.contents(withoutStamp)).toEqual(world.source.contents());
    await again.run();
    expect(world.target.contents(withoutStamp), `${name}, once more`).toEqual(
      world.source.contents(),
    );
  }
});

test('rows come back as they were, the audit is whole and goes on, and new rows get new numbers', async () => {
  const { url, database } = await newDatabase();
  await run(runRestore, url, '--from', file);
  const rowsOf = async ({ pool }: Database, table: string): Promise<readonly unknown[]> =>
    (await pool.query<{ row: string }>(`select t::text as row from ${table} t order by 1`)).rows;
  const { rows } = await first.pool.query('select * from audit order by id');
  const restored = await database.pool.query('select * from audit order by id');
  expect(restored.rows.slice(0, rows.length)).toEqual(rows);
  expect(restored.rows.slice(rows.length)).toMatchObject([{ action: 'database-restored' }]);
  for (const table of ['credentials', 'batches', 'plans', 'conversations', 'target_folders']) {
    expect(await rowsOf(database, table)).toEqual(await rowsOf(first, table));
  }
  await database.pool.query(
    `insert into audit (action, subject, outcome) values ('b', 's', 'done')`,
  );
  await database.pool.query(`insert into target_folders (mailbox, path) values ('new', 'new')`);
  const { head, faults } = await verifyAudit(database.pool, null, never);
  expect({ position: head.position, faults }).toEqual({ position: rows.length + 2, faults: [] });
});

test('a database that came back by other means is told so, and nothing else of it changes', async () => {
  const { url, database } = await newDatabase();
  await run(runRestore, url, '--from', file);
  const epochs = async (): Promise<readonly number[]> =>
    (
      await database.pool.query<{ epoch: number }>('select epoch from migrations order by id')
    ).rows.map(({ epoch }) => epoch);
  const before = await epochs();
  const messages = await database.pool.query('select * from messages order by id');
  expect(await run(runRestore, url, '--in-place')).toBe(0);
  // Whoever still works on what was there before may write nothing any more.
  expect(await epochs()).toEqual(before.map((epoch) => epoch + 1));
  expect((await database.pool.query('select * from messages order by id')).rows).toEqual(
    messages.rows,
  );
  const { rows } = await database.pool.query(
    `select from audit where action = 'database-restored'`,
  );
  expect(rows).toHaveLength(2);
  expect((await verifyAudit(database.pool, null, never)).faults).toEqual([]);
  await expect(run(runRestore, url)).rejects.toThrow(UsageError);
  await expect(run(runRestore, url, '--in-place', '--from', file)).rejects.toThrow(UsageError);
});

test('what is not whole, not ours or not for an empty database changes nothing', async () => {
  const { url, database } = await newDatabase();
  const refused = async (from: string): Promise<unknown> =>
    await run(runRestore, url, '--from', from).catch((error: unknown) =>
      error instanceof BackupError ? error.code : error,
    );
  const bytes = await readFile(file);
  const cut = path.join(dir, 'cut.gz');
  await writeFile(cut, bytes);
  await truncate(cut, bytes.length - 20);
  expect(await refused(cut)).toBe('backup.file');
  const lines = gunzipSync(bytes).toString().trimEnd().split('\n');
  const asBackup = async (name: string, kept: readonly string[]): Promise<string> => {
    const made = path.join(dir, name);
    await writeFile(made, gzipSync(`${kept.join('\n')}\n`));
    return made;
  };
  expect(await refused(await asBackup('short.gz', lines.slice(0, -1)))).toBe('backup.not-whole');
  const aRow = lines.findIndex((line) => line.includes('"target_path"'));
  expect(await refused(await asBackup('less.gz', lines.toSpliced(aRow, 1)))).toBe(
    'backup.not-whole',
  );
  const [header = '', ...rest] = lines;
  const older = header.replace(/"schema":\d+/, '"schema":1');
  expect(await refused(await asBackup('older.gz', [older, ...rest]))).toBe('backup.other-schema');
  expect(await refused(path.join(dir, 'none.gz'))).toBe('backup.file');
  await writeFile(path.join(dir, 'plain.gz'), 'not compressed');
  expect(await refused(path.join(dir, 'plain.gz'))).toBe('backup.file');
  for (const table of ['migrations', 'audit', 'audit_chain', 'messages']) {
    expect((await database.pool.query(`select from ${table}`)).rowCount).toBe(0);
  }
  expect(await run(runRestore, url, '--from', file)).toBe(0);
  expect(await refused(file)).toBe('backup.not-empty');
  await expect(run(runBackup, url, '--out', file)).rejects.toThrow(BackupError);
});
