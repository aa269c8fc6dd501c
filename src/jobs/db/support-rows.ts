import type pg from 'pg';

/** What the rows of moves say to somebody who looks for a fault; addresses and folders are still in it. */
export interface SupportRows {
  readonly server: string;
  readonly schemaVersions: number;
  readonly moves: readonly Row[];
  readonly messages: readonly Row[];
  readonly folders: readonly Row[];
  readonly changes: readonly Row[];
  readonly workers: readonly Row[];
}

/** One row as PostgreSQL gave it: whoever shows it decides what may be shown. */
export type Row = Readonly<Record<string, unknown>>;

const ROWS_AT_MOST = 20_000;

const QUERIES = {
  moves: `
    select id, batch_id, person->>'id' as person, submitter->>'id' as submitter, target_mailbox, source_address,
           state, resume, interrupted, until, problem->>'code' as problem, pass, step, epoch, cleaned_up,
           put_back_problem->>'code' as put_back_problem, stamp_proven, tries, retry_at, state_since, created_at
      from migrations order by state_since desc limit ${ROWS_AT_MOST}`,
  messages: `
    select f.migration_id, m.state, m.reason, count(*) as count, sum(m.size_bytes)::bigint as bytes,
           max(m.attempts) as attempts
      from messages m join folders f on f.id = m.folder_id
     group by 1, 2, 3 limit ${ROWS_AT_MOST}`,
  // Only where something is to be explained.
  folders: `
    select f.migration_id, f.source_path, f.target_path, f.reason, f.problem, f.messages, f.pass_listed, f.pass_done,
           count(m.id) filter (where m.state = 'failed') as failed,
           count(m.id) filter (where m.state in ('listed', 'in-flight')) as open
      from folders f left join messages m on m.folder_id = f.id and m.state in ('failed', 'listed', 'in-flight')
     group by f.id having f.problem is not null or count(m.id) > 0 limit ${ROWS_AT_MOST}`,
  changes: `
    select migration_id, what, planned_at, made_at, undone_at, outcome
      from tenant_changes order by id desc limit ${ROWS_AT_MOST}`,
  workers: `
    select w.id, w.alive_until, w.started_at, count(l.migration_id) as mailboxes
      from workers w left join leases l on l.worker_id = w.id group by w.id`,
} as const;

/** Reads it all in one snapshot. */
export async function readSupportRows(pool: pg.Pool): Promise<SupportRows> {
  const client = await pool.connect();
  const rowsOf = async (text: string): Promise<readonly Row[]> =>
    (await client.query<Row>(text)).rows;
  try {
    await client.query('begin isolation level repeatable read read only');
    const [version] = await rowsOf('show server_version');
    const [applied] = await rowsOf('select count(*) as count from drizzle.__drizzle_migrations');
    const rows = {
      server: String(version?.['server_version']),
      schemaVersions: Number(applied?.['count']),
      moves: await rowsOf(QUERIES.moves),
      messages: await rowsOf(QUERIES.messages),
      folders: await rowsOf(QUERIES.folders),
      changes: await rowsOf(QUERIES.changes),
      workers: await rowsOf(QUERIES.workers),
    };
    await client.query('commit');
    return rows;
  } finally {
    await client.query('rollback').catch(() => undefined);
    client.release();
  }
}
