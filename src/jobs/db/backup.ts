/**
 * A logical copy of the database, for servers of any kind: PostgreSQL's own pg_dump does not come with the
 * one that npm installs. A file of lines, compressed:
 *
 *   {"format":"skybridge-backup-1","schema":…}   then for each table {"table":"…"} and its rows, one JSON a line,
 *   and at last {"end":true,"rows":…}            without which it is not whole
 *
 * Taken in one snapshot beside a running service. Passwords are in it as they are in the database, sealed; the
 * key that opens them is not in the database. What belongs to processes, browsers and cards of the moment is
 * left out, and jobs are sent anew by the states that need them.
 */
import pg from 'pg';
import { inTransaction } from './connect.ts';

/** Of no use to whoever takes over: held by processes that are gone, or valid for minutes. */
const LEFT_OUT: readonly string[] = ['workers', 'leases', 'nonces', 'web_sessions'];

const FORMAT = 'skybridge-backup-1';
const ROWS_AT_ONCE = 2000;

/** What a backup's first line says. */
export interface BackupHeader {
  readonly format: typeof FORMAT;
  /** Which migrations of the schema it has, as a number that grows. */
  readonly schema: number;
  readonly madeAt: string;
}

/** `not-empty`: there are moves or an audit already · `other-schema`: made by another version · `not-whole`. */
export type RestoreResult =
  | { readonly kind: 'restored'; readonly rows: number }
  | { readonly kind: 'not-empty' | 'other-schema' | 'not-whole' };

/** The lines of a backup, in one snapshot. */
export async function* readBackup(
  pool: pg.Pool,
  now: Date,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const header: BackupHeader = {
      format: FORMAT,
      schema: await schemaOf(client),
      madeAt: now.toISOString(),
    };
    yield JSON.stringify(header);
    let rows = 0;
    for (const table of await tablesInOrder(client)) {
      yield JSON.stringify({ table });
      await client.query(
        `declare backup_rows no scroll cursor for select row_to_json(t)::text as line from ${pg.escapeIdentifier(table)} t`,
      );
      for (let more = true; more; ) {
        signal.throwIfAborted();
        const { rows: page } = await client.query<{ line: string }>(
          `fetch ${ROWS_AT_ONCE} from backup_rows`,
        );
        yield* page.map(({ line }) => line);
        rows += page.length;
        more = page.length > 0;
      }
      await client.query('close backup_rows');
    }
    yield JSON.stringify({ end: true, rows });
    await client.query('commit');
  } finally {
    await client.query('rollback').catch(() => undefined);
    client.release();
  }
}

/** Fills an empty database with a backup, all or nothing. */
export function writeBackup(
  pool: pg.Pool,
  lines: AsyncIterable<string>,
  signal: AbortSignal,
): Promise<RestoreResult> {
  return inTransaction(pool, async (client): Promise<RestoreResult> => {
    const { rows: used } = await client.query(
      'select from migrations union all select from audit union all select from batches limit 1',
    );
    if (used.length > 0) {
      return { kind: 'not-empty' };
    }
    // The chain comes with the rows, as it was: it is not to be made anew.
    await client.query('alter table audit disable trigger audit_chained');
    const result = await fillTables(client, lines, signal);
    await client.query('alter table audit enable trigger audit_chained');
    if (result.kind === 'restored') {
      await moveSequences(client);
      await settleRestored(client);
    }
    return result;
  }).catch((error: unknown) => {
    if (error instanceof NotWholeError || isBadRow(error)) {
      return { kind: 'not-whole' };
    }
    throw error;
  });
}

/** SQLSTATE classes 22 and 23: a row that PostgreSQL cannot read, or that another one is missing for. */
function isBadRow(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? '');
}

/** Rolls the transaction back. */
class NotWholeError extends Error {
  override readonly name = 'NotWholeError';
}

async function fillTables(
  client: pg.PoolClient,
  lines: AsyncIterable<string>,
  signal: AbortSignal,
): Promise<RestoreResult> {
  const known = new Set(await tablesInOrder(client));
  let table: string | null = null;
  let page: string[] = [];
  let rows = 0;
  let isFirst = true;
  const flush = async (): Promise<void> => {
    if (table !== null && page.length > 0) {
      const name = pg.escapeIdentifier(table);
      await client.query(
        `insert into ${name} select * from json_populate_recordset(null::${name}, $1::json)`,
        [`[${page.join(',')}]`],
      );
      rows += page.length;
      page = [];
    }
  };
  for await (const line of lines) {
    signal.throwIfAborted();
    if (isFirst) {
      isFirst = false;
      if (!isHeader(line, await schemaOf(client))) {
        return { kind: 'other-schema' };
      }
      continue;
    }
    const mark = parseMark(line);
    if (mark === null) {
      page.push(line);
      if (page.length >= ROWS_AT_ONCE) {
        await flush();
      }
      continue;
    }
    await flush();
    if (mark.kind === 'end') {
      if (mark.rows !== rows) {
        break;
      }
      return { kind: 'restored', rows };
    }
    if (!known.has(mark.table)) {
      break;
    }
    ({ table } = mark);
  }
  throw new NotWholeError('The backup ends before its end, or is none.');
}

function isHeader(line: string, schema: number): boolean {
  const header = parseObject(line);
  return header?.['format'] === FORMAT && header['schema'] === schema;
}

type Mark =
  | { readonly kind: 'table'; readonly table: string }
  | { readonly kind: 'end'; readonly rows: number };

/** Short enough to be one of our own lines; a row is not looked into. */
const MARK = /^\{"(?:table":"[a-z_]{1,63}"|end":true,"rows":\d+)\}$/;

function parseMark(line: string): Mark | null {
  if (!MARK.test(line)) {
    return null;
  }
  const { table, rows } = parseObject(line) ?? {};
  return typeof table === 'string' ? { kind: 'table', table } : { kind: 'end', rows: Number(rows) };
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

/**
 * The database is older than the mailboxes, by whatever means it came back: what was written since is in no row.
 * Each target folder is taken for one that had mail in it before, which is recognised and adopted.
 */
export async function settleRestored(client: pg.ClientBase): Promise<void> {
  await client.query('update migrations set epoch = epoch + 1');
  await client.query(
    `update folders set target_uid_validity = null, target_uid_next = null, target_exists = null`,
  );
  // What was tried before is not adopted; a suspect is looked for, and what was not found is as good as new.
  await client.query(`update messages set attempts = 0, stamp_id = null where state = 'listed'`);
  await client.query(
    `insert into audit (action, subject, outcome) values ('database-restored', 'service', 'done')`,
  );
}

async function schemaOf(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ newest: string }>(
    'select max(created_at)::text as newest from drizzle.__drizzle_migrations',
  );
  return Number(rows[0]?.newest);
}

/** Every table of ours, each after those that it refers to. */
async function tablesInOrder(client: pg.ClientBase): Promise<readonly string[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by tablename`,
  );
  const { rows: references } = await client.query<{ from: string; to: string }>(
    `select f.relname as "from", t.relname as "to" from pg_constraint c
       join pg_class f on f.oid = c.conrelid join pg_class t on t.oid = c.confrelid
      where c.contype = 'f' and f.relname <> t.relname`,
  );
  const ordered: string[] = [];
  const visit = (name: string): void => {
    if (!ordered.includes(name)) {
      for (const { to } of references.filter(({ from }) => from === name)) {
        visit(to);
      }
      ordered.push(name);
    }
  };
  for (const { name } of tables) {
    visit(name);
  }
  return ordered.filter((name) => !LEFT_OUT.includes(name));
}

/** New rows get numbers behind those that came back. */
async function moveSequences(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string }>(
    `select table_name as "table", column_name as "column" from information_schema.columns
      where table_schema = 'public' and column_default like 'nextval(%'`,
  );
  for (const { table, column } of rows) {
    await client.query(
      `select setval(pg_get_serial_sequence($1, $2), coalesce(max(${pg.escapeIdentifier(column)}), 0) + 1, false)
         from ${pg.escapeIdentifier(table)}`,
      [table, column],
    );
  }
}
