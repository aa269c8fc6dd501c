import type pg from 'pg';

/** How much waits, and how much is under way. */
export interface QueueDepth {
  /** Jobs by queue: `waiting` may be taken now, `later` not yet. */
  readonly jobs: readonly {
    readonly queue: string;
    readonly state: 'waiting' | 'later' | 'active';
    readonly count: number;
  }[];
  readonly migrations: readonly { readonly state: string; readonly count: number }[];
  /** How long the oldest job has been waiting that may be taken. */
  readonly oldestSeconds: number;
}

/** Counts, in one look; ids and addresses stay where they are. */
export async function readQueueDepth(pool: pg.Pool): Promise<QueueDepth> {
  const known = await pool.query<{ there: boolean }>(
    `select to_regclass('pgboss.job') is not null as there`,
  );
  const jobs = known.rows[0]?.there === true ? await readJobs(pool) : [];
  const migrations = await pool.query<{ state: string; count: number }>(
    'select state, count(*) as count from migrations where batch_id is not null group by state',
  );
  return {
    jobs: jobs.map(({ queue, state, count }) => ({ queue, state, count })),
    migrations: migrations.rows,
    oldestSeconds: Math.max(0, ...jobs.map(({ oldest }) => oldest ?? 0)),
  };
}

type JobRow = QueueDepth['jobs'][number] & { readonly oldest: number | null };

async function readJobs(pool: pg.Pool): Promise<readonly JobRow[]> {
  const jobs = await pool.query<JobRow>(
    `select name as queue, count(*) as count,
            extract(epoch from max(case when state <> 'active' and start_after <= now() then now() - start_after end))::float8 as oldest,
            case when state = 'active' then 'active' when start_after <= now() then 'waiting' else 'later' end as state
       from pgboss.job where state in ('created', 'retry', 'active') and name not like '\\_\\_pgboss%'
      group by name, 4`,
  );
  return jobs.rows;
}
