/** Rules against a real ledger: every message is copied or left out by exactly one rule that is named. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AdminRule,
  countRuledOut,
  cutsOf,
  type OwnRule,
  type SkipRules,
  skipReason,
} from '../../../src/jobs/copy/skip-rules.ts';
import { tallyFolders } from '../../../src/jobs/db/tally-store.ts';
import { addTallies } from '../../../src/jobs/tally.ts';
import { createWorld, GENERIC } from '../../support/copy-world.ts';
import { FakeMailbox } from '../../support/fakes/mail-servers.ts';
import { useDatabase } from '../../support/use-database.ts';

const database = useDatabase();

const SPECIAL = { Junk: 'junk', 'Deleted Messages': 'trash' } as const;
const FOLDERS = ['INBOX', 'Junk', 'Deleted Messages', 'Work', 'Work/2019', 'Workshop'] as const;

const day = fc.constantFrom('2018-06-01', '2020-01-01', '2023-12-31');
const ownRule: fc.Arbitrary<OwnRule> = fc.oneof(
  fc.record({ kind: fc.constant('folder' as const), path: fc.constantFrom(...FOLDERS) }),
  fc.record({ kind: fc.constant('before' as const), date: day }),
);
const adminRule: fc.Arbitrary<AdminRule> = fc.oneof(
  ownRule,
  fc.record({
    kind: fc.constant('junk' as const),
    olderThanDays: fc.constantFrom(null, 30, 2000),
  }),
  fc.constant({ kind: 'deleted' } as const),
);
const rules: fc.Arbitrary<SkipRules> = fc.record({
  admin: fc.array(adminRule, { maxLength: 3 }),
  person: fc.array(ownRule, { maxLength: 2 }),
});
const message = fc.record({
  folder: fc.constantFrom(...FOLDERS),
  receivedAt: fc.option(
    fc.constantFrom('2017-02-03', '2018-06-01', '2019-05-05', '2022-01-01', '2026-11-01'),
  ),
});

interface Row {
  readonly folder: string;
  readonly uid: number;
  readonly state: string;
  readonly reason: string | null;
}

async function rowsOf(migrationId: string): Promise<readonly Row[]> {
  const { rows } = await database.pool.query<Row>(
    `select f.source_path as folder, m.uid::int as uid, m.state, m.reason
       from messages m join folders f on f.id = m.folder_id where f.migration_id = $1`,
    [migrationId],
  );
  return rows;
}

async function give(name: string, { admin, person }: SkipRules): Promise<string> {
  const { rows } = await database.pool.query<{ id: string }>(
    `update migrations set skip_rules = $2, left_out = $3 where source_address = $1 returning id`,
    [name, JSON.stringify(admin), JSON.stringify(person)],
  );
  return rows[0]?.id ?? '';
}

let worlds = 0;

test('each pass follows the rules of its time; what was copied before stays, and the sums explain the source', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { minLength: 1, maxLength: 14 }),
      fc.array(rules, { minLength: 1, maxLength: 3 }),
      async (messages, passes) => {
        worlds += 1;
        const name = `rules ${worlds}`;
        const source = new FakeMailbox();
        const target = new FakeMailbox();
        FOLDERS.forEach((folder) => source.folder(folder));
        Object.entries(SPECIAL).forEach(([path, use]) => source.specialUse.set(path, use));
        target.folder('INBOX');
        const dates = new Map<string, Date | null>();
        for (const [n, { folder, receivedAt }] of messages.entries()) {
          const bytes = Buffer.from(`Message-ID: <${n}@example.com>\r\n\r\nBody ${n}\r\n`);
          const at = receivedAt === null ? null : new Date(`${receivedAt}T00:00:00Z`);
          source.add(folder, { bytes, flags: [], receivedAt: at });
          dates.set(`${folder} ${source.folder(folder).messages.length}`, at);
        }
        const world = await createWorld(database, name, GENERIC, { source, target });
        const copied = new Set<string>();
        for (const now of passes) {
          const id = await give(name, now);
          await world.run();
          const rows = await rowsOf(id);
          expect(rows).toHaveLength(messages.length);
          for (const row of rows) {
            const key = `${row.folder} ${row.uid}`;
            const specialUse = Object.entries(SPECIAL).find(([path]) => path === row.folder)?.[1];
            const folder = { path: row.folder, specialUse: specialUse ?? null };
            const reason = skipReason(cutsOf(now, folder, new Date()), dates.get(key) ?? null);
            if (reason === null) {
              copied.add(key);
            }
            const wanted = copied.has(key)
              ? { state: 'done', reason: null }
              : { state: 'skipped', reason };
            expect(row).toMatchObject(wanted);
          }
          const tally = addTallies((await tallyFolders(database.pool, id)).map((f) => f.tally));
          expect(tally).toMatchObject({ source: messages.length, copied: copied.size, open: 0 });
          expect(countRuledOut(tally.skipped)).toBe(messages.length - copied.size);
          const stored = Object.values(target.contents()).flat();
          expect(stored).toHaveLength(copied.size);
        }
      },
    ),
    { numRuns: 6 },
  );
});

test('a message that is left out and then deleted at the source is gone, and does not come back with the rule', async () => {
  const source = new FakeMailbox();
  const target = new FakeMailbox();
  target.folder('INBOX');
  const bytes = Buffer.from('Message-ID: <1@example.com>\r\n\r\nBody\r\n');
  source.add('Work', { bytes, flags: [], receivedAt: new Date('2019-05-05T00:00:00Z') });
  const world = await createWorld(database, 'gone', GENERIC, { source, target });
  const id = await give('gone', { admin: [], person: [{ kind: 'folder', path: 'Work' }] });
  await world.run();
  expect(await rowsOf(id)).toMatchObject([{ state: 'skipped', reason: 'rule.own-folder' }]);
  source.folder('Work').messages.splice(0);
  await world.run();
  await give('gone', { admin: [], person: [] });
  await world.run();
  expect(await rowsOf(id)).toMatchObject([{ state: 'gone', reason: null }]);
  expect(target.contents()['Work']).toEqual([]);
});
