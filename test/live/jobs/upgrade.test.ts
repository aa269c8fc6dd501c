/**
 * Moves that began on an earlier schema end on this one. The dump (test/golden/upgrade) is a database as that
 * version left it: two copies that a power cut ended in the middle, with the mailboxes of that moment beside it,
 * and a batch of three, one of which waits for a password, one copies, and one was cancelled.
 */
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { verifyAudit } from '../../../src/jobs/db/audit-chain.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { createConversationStore } from '../../../src/jobs/db/conversation-store.ts';
import { createMigrationStore, type MigrationRow } from '../../../src/jobs/db/migration-store.ts';
import { startQueue } from '../../../src/jobs/db/queue.ts';
import type { MigrationEvent } from '../../../src/jobs/migration/state.ts';
import { silentLogger } from '../../../src/log.ts';
import { createWorld, EXCHANGE, GENERIC, withoutStamp } from '../../support/copy-world.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { FakeMailbox } from '../../support/fakes/mail-servers.ts';
import { dumpSchema } from '../../support/schema-dump.ts';
import { asServiceRole } from '../../support/service-role.ts';

const OLD = 'test/golden/upgrade/0008_conversation_language';

const boxSchema = z.array(
  z.object({
    path: z.string(),
    uidValidity: z.number(),
    uidNext: z.number(),
    messages: z.array(
      z.object({
        uid: z.number(),
        flags: z.array(z.string()),
        receivedAt: z.string(),
        text: z.string(),
      }),
    ),
  }),
);
const boxesSchema = z.record(z.string(), z.object({ source: boxSchema, target: boxSchema }));

let testDatabase: TestDatabase;
let fresh: TestDatabase;
let database: Database;
let auditedBefore = 0;
beforeAll(async () => {
  testDatabase = await asServiceRole(await createTestDatabase());
  fresh = await createTestDatabase();
  const client = new pg.Client(testDatabase.connectionString);
  await client.connect();
  await client.query(await readFile(`${OLD}.sql`, 'utf8'));
  const { rows } = await client.query<{ count: string }>(
    'select count(*) as count from public.audit',
  );
  auditedBefore = Number(rows[0]?.count);
  await client.end();
  database = await openDatabase(testDatabase.connectionString, silentLogger);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
  await fresh.drop();
});

const never = new AbortController().signal;

function mailboxOf(folders: z.infer<typeof boxSchema>): FakeMailbox {
  const mailbox = new FakeMailbox();
  for (const { path, messages, ...numbers } of folders) {
    mailbox.folders.set(path, {
      ...numbers,
      messages: messages.map(({ uid, flags, receivedAt, text }) => ({
        uid,
        flags,
        receivedAt: new Date(receivedAt),
        bytes: Buffer.from(text, 'latin1'),
      })),
    });
  }
  return mailbox;
}

test('the schema is then the same as that of a new database', async () => {
  const made = await openDatabase(fresh.connectionString, silentLogger, 2);
  const expected = await dumpSchema(made.pool);
  await made.close();
  expect(await dumpSchema(database.pool)).toBe(expected);
});

test('what was audited before is chained, and what comes after goes on from it', async () => {
  expect(auditedBefore).toBeGreaterThan(10);
  expect(await verifyAudit(database.pool, null, never)).toMatchObject({
    head: { position: auditedBefore },
    faults: [],
  });
  await expect(database.pool.query(`update audit set action = 'x'`)).rejects.toMatchObject({
    code: '42501',
  });
});

test.for([GENERIC, EXCHANGE])(
  'a copy to $name that was cut off on the old schema ends exact on the new one',
  async (traits) => {
    const states = async (): Promise<Readonly<Record<string, number>>> => {
      const { rows } = await database.pool.query<{ state: string; count: number }>(
        `select m.state, count(*) as count from messages m join folders f on f.id = m.folder_id
           join migrations g on g.id = f.migration_id where g.source_address = $1 group by 1`,
        [traits.name],
      );
      return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
    };
    expect(await states()).toEqual({ done: 17, listed: 12, 'in-flight': 7 });
    const boxes = boxesSchema.parse(JSON.parse(await readFile(`${OLD}.json`, 'utf8')));
    const { source, target } = boxes[traits.name] ?? { source: [], target: [] };
    const world = await createWorld(database, traits.name, traits, {
      source: mailboxOf(source),
      target: mailboxOf(target),
    });
    await world.run();
    expect(world.target.contents(withoutStamp)).toEqual(world.source.contents());
    expect(await states()).toEqual({ done: 36 });
    await world.run();
    expect(world.target.contents(withoutStamp)).toEqual(world.source.contents());
  },
);

test('a batch goes on: who waits is found, who copies comes to the end, and all is put back', async () => {
  const queue = await startQueue({
    connectionString: testDatabase.connectionString,
    logger: silentLogger,
    concurrency: 1,
    soleWorker: true,
  });
  const store = createMigrationStore(database, queue.sink);
  try {
    await queue.ensureSteps();
    const moves = await store.ofBatch((await store.latestBatch()) ?? '');
    const named = (name: string): MigrationRow => {
      const found = moves.find(({ person }) => person?.id === name);
      if (found === undefined) {
        throw new Error(`${name} is gone`);
      }
      return found;
    };
    expect(moves.map(({ state }) => state)).toEqual(['WaitingForUser', 'Syncing', 'Cancelled']);
    const [anna, ben, carl] = [named('anna'), named('ben'), named('carl')];
    expect((await store.ofSubmitter('anna')).map(({ id }) => id)).toEqual([anna.id]);
    const conversations = createConversationStore(database.pool);
    expect(await conversations.findLanguage('personal:anna')).toBe('de');
    expect(await conversations.findPosted(`person:${anna.id}`)).toMatchObject({ activityId: 'a' });
    expect([await store.credential(ben.id), await store.isAccepted(ben.id)]).toEqual([
      'sealed',
      true,
    ]);

    const apply = async (id: string, event: MigrationEvent): Promise<void> => {
      const changed = await store.apply({ migrationId: id, event, actor: null, onlyAtStep: null });
      expect(changed?.id).toBe(id);
    };
    const way = ['pass-finished', 'finish-requested', 'pass-finished'] as const;
    for (const type of way) {
      await apply(ben.id, { type });
    }
    await apply(ben.id, { type: 'verified', explained: true });
    for (const move of [ben, carl]) {
      for (const change of await store.openChanges(move.id)) {
        await store.closeChange(change, { outcome: 'put-back', present: null });
      }
      await store.purgeCredential(move.id);
      await apply(move.id, { type: 'cleaned-up' });
    }
    expect((await store.openChanges(ben.id)).length).toBe(0);
    expect((await store.changes(ben.id)).map(({ what, outcome }) => [what, outcome])).toEqual([
      ['imap', 'put-back'],
      ['mailbox-access', 'put-back'],
    ]);
    const ended = await store.ofBatch(ben.batchId ?? '');
    expect(ended.map(({ state, cleanedUp }) => [state, cleanedUp])).toEqual([
      ['WaitingForUser', false],
      ['Completed', true],
      ['Cancelled', true],
    ]);
  } finally {
    await queue.stop();
  }
  const { head, faults } = await verifyAudit(database.pool, null, never);
  expect(faults).toEqual([]);
  expect(head.position).toBeGreaterThan(auditedBefore + 6);
});
