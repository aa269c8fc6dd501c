/** The audit as a file: all of a span, in the order of its chain, harmless in a spreadsheet, and without secrets. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAudit } from '../../../src/app/audit-command.ts';
import { UsageError } from '../../../src/app/copy-arguments.ts';
import type { AuditEntry } from '../../../src/jobs/api.ts';
import { verifyAudit } from '../../../src/jobs/db/audit-chain.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { createMigrationStore } from '../../../src/jobs/db/migration-store.ts';
import { parseCsv } from '../../../src/jobs/people/parse-csv.ts';
import { silentLogger } from '../../../src/log.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let testDatabase: TestDatabase;
let database: Database;
const never = new AbortController().signal;

async function write(entry: Partial<AuditEntry>): Promise<void> {
  await createMigrationStore(database, async () => undefined).audit({
    actor: { personId: 'admin', tenantId: 'contoso' },
    action: 'setting.change',
    subject: 'window',
    outcome: 'done',
    before: null,
    after: null,
    ...entry,
  });
}

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.connectionString, silentLogger);
  await write({ before: 'null', after: '{"days":["Mon"],"note":"a, \\"quoted\\"\nline"}' });
  await write({ action: 'tenant.fix', outcome: 'refused', after: 'no-role' });
  await write({ actor: null, action: 'activity', outcome: 'refused', after: 'other-tenant' });
  await write({ subject: '=HYPERLINK("https://evil.example")', after: '@SUM(1+1)' });
  await write({ after: 'a folder named abcd-efgh-ijkl-mnop' });
  // Rows of an earlier day cannot be written as such: the table is append-only, and so is a test's.
  await database.pool.query(
    `insert into audit (at, action, subject, outcome) values ('2026-10-31T23:59:59Z', 'old', 's', 'done'), ('2026-11-01T00:00:00Z', 'first', 's', 'done')`,
  );
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

async function run(...words: readonly string[]): Promise<string> {
  let said = '';
  const config = { DATA_DIR: '/nowhere', DATABASE_URL: testDatabase.connectionString };
  const deps = { config, logger: silentLogger, print: (text: string) => void (said += text) };
  expect(await runAudit(deps, words, never)).toBe(0);
  return said;
}

const rowsOf = (csv: string): readonly Readonly<Record<string, string>>[] => {
  const [header, ...rows] = parseCsv(csv.replace('\uFEFF', '')) ?? [];
  const names = header?.cells ?? [];
  return rows.map(({ cells }) =>
    Object.fromEntries(names.map((name, at) => [name, cells[at] ?? ''])),
  );
};

test('as a table: every row with who, what, before and after, and refused ones too', async () => {
  const rows = rowsOf(await run('--csv'));
  expect(rows).toHaveLength(7);
  expect(rows[0]).toMatchObject({
    Position: '1',
    ActorObjectId: 'admin',
    ActorTenantId: 'contoso',
    Action: 'setting.change',
    Before: 'null',
    After: '{"days":["Mon"],"note":"a, \\"quoted\\"\nline"}',
  });
  expect(rows.slice(1, 3)).toMatchObject([
    { Action: 'tenant.fix', Outcome: 'refused', After: 'no-role' },
    { ActorObjectId: '', Action: 'activity', Outcome: 'refused', After: 'other-tenant' },
  ]);
});

test('no cell runs in a spreadsheet, and nothing that looks like a password leaves', async () => {
  const csv = await run('--csv');
  const cells = rowsOf(csv).flatMap((row) => Object.values(row));
  expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
  expect(cells).toContain(`'=HYPERLINK("https://evil.example")`);
  expect(cells).toContain("'@SUM(1+1)");
  expect(cells).toContain('a folder named (withheld)');
  expect(`${csv}${await run('--json')}`).not.toContain('abcd-efgh');
});

test('as objects: one a line, with the same hashes as the chain, whose end is its head', async () => {
  const lines = (await run('--json')).trimEnd().split('\n');
  const records = lines.map((line) => Object(JSON.parse(line)));
  const { head } = await verifyAudit(database.pool, null, never);
  expect(records.map(({ Position }) => Position)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(records.at(-1)).toMatchObject({ Position: head.position, ChainHash: head.hash });
  expect(records[3].Subject).toBe('=HYPERLINK("https://evil.example")');
});

test('a span has the rows from the first moment of its first day to the last before its end', async () => {
  const actions = async (...words: readonly string[]): Promise<readonly string[]> =>
    rowsOf(await run(...words)).map(({ Action = '' }) => Action);
  expect(await actions('--since', '2026-11-01', '--until', '2026-11-02')).toEqual(['first']);
  expect(await actions('--until', '2026-11-01')).toEqual(['old']);
  expect(await actions('--since', '2199-01-01')).toEqual([]);
});

test.for([
  [['--since', 'yesterday']],
  [['--csv', '--json']],
  [['--format', 'xml']],
  [['purge']],
  [[]],
] as const)('%j is no way to ask for it', async ([words]) => {
  await expect(run(...words)).rejects.toThrow(UsageError);
});
