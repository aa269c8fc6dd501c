import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { WorkerRoster } from '../lease/worker-lease.ts';
import { END_STATES, type StateName } from '../migration/state.ts';
import { inTransaction } from './connect.ts';

/** Connections that all processes together may have. Each is set apart before it is opened. */
export interface ConnectionLimits {
  /** At the source, from all processes: nobody can tell from inside which of them share an address. */
  readonly source: number;
  /** At the target, for the whole tenant and from all processes. */
  readonly target: number;
  readonly targetPerMailbox: number;
}

/** What one claim asks for. */
export interface ClaimInput {
  readonly workerId: string;
  readonly states: readonly StateName[];
  /** Target connections that are of use, and those that it cannot do without. */
  readonly wanted: { readonly most: number; readonly least: number };
  readonly limits: ConnectionLimits;
}

export interface Claim {
  readonly migrationId: string;
  readonly targetConnections: number;
}

/**
 * Who has which mailbox. The rows of migrations are the queue: the next is taken by priority, then by the
 * batch that has the fewest mailboxes under way, then by who waits longest.
 */
export interface LeaseStore extends WorkerRoster {
  /** The next mailbox, its lease taken; null where none is due, or no connection is left. */
  claim(input: ClaimInput): Promise<Claim | null>;
  /** True when a mailbox is due that no worker has. */
  isAnyWaiting(states: readonly StateName[]): Promise<boolean>;
  release(workerId: string, migrationId: string): Promise<void>;
  /** Steps of migrations by now, for those who work at an earlier one. */
  stepsOf(migrationIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Another try at this step, not before `at`. */
  retryAt(migration: { readonly id: string; readonly step: number }, at: Date): Promise<void>;
  /** Where nobody else can be at work: what is held belongs to the dead. */
  releaseAll(): Promise<void>;
}

/** Any number: claims are made one after another, so that no two of them count the same connection. */
const CLAIM_LOCK = 7_352_003;

/** A lease that ends later than any can was made by a clock that was set back since. */
const ALIVE = `w.alive_until >= now() and w.alive_until < now() + interval '10 minutes'`;

const HELD = `held as (
  select l.*, m.batch_id from leases l
    join workers w on w.id = l.worker_id and ${ALIVE}
    join migrations m on m.id = l.migration_id)`;

/** The account at the source, or the row itself where none was named. */
const ACCOUNT = `coalesce(m.source_host || ' ' || lower(m.source_address), m.id::text)`;

/** Due, and nobody has it or its account; only what copies waits for the start of a batch. */
const DUE = `m.batch_id is not null and m.state = any($1) and not m.cleaned_up
  and (m.until is null or m.until <= now()) and (m.retry_at is null or m.retry_at <= now())
  and (m.state = 'Testing' or m.state = any(array[${END_STATES.map((state) => `'${state}'`).join(', ')}])
       or b.start_at is null or b.start_at <= now())
  and not exists (select 1 from held h where h.migration_id = m.id or h.source_account = ${ACCOUNT})`;

/** In the last day before it should be through, a batch goes before its equals. */
const RANK = `b.priority + case when b.finish_by < now() + interval '1 day' then 1 else 0 end desc,
  (select count(*) from held h where h.batch_id = m.batch_id),
  m.given_back_at nulls first, m.created_at, m.line`;

interface Candidate {
  readonly id: string;
  readonly account: string;
  readonly mailbox: string;
  readonly ofMailbox: number;
}

export function createLeaseStore(pool: pg.Pool): LeaseStore {
  return {
    async register(leaseMs) {
      const id = randomUUID();
      await pool.query(
        `insert into workers (id, alive_until) values ($1, now() + $2 * interval '1 ms')`,
        [id, leaseMs],
      );
      await pool.query(`delete from workers where alive_until < now() - interval '1 hour'`);
      return id;
    },

    async beat(workerId, leaseMs) {
      const { rowCount } = await pool.query(
        `update workers w set alive_until = now() + $2 * interval '1 ms' where id = $1 and ${ALIVE}`,
        [workerId, leaseMs],
      );
      return rowCount === 1;
    },

    async retire(workerId) {
      await pool.query(
        `with freed as (select migration_id from leases where worker_id = $1)
         update migrations set given_back_at = now() where id in (select migration_id from freed)`,
        [workerId],
      );
      await pool.query('delete from workers where id = $1', [workerId]);
    },

    claim: (input) => inTransaction(pool, (client) => claimNext(client, input)),

    async isAnyWaiting(states) {
      const { rows } = await pool.query<{ waits: boolean }>(
        `with ${HELD} select exists (
           select 1 from migrations m join batches b on b.id = m.batch_id where ${DUE}) as waits`,
        [states],
      );
      return rows[0]?.waits ?? false;
    },

    async release(workerId, migrationId) {
      await pool.query(
        `with gone as (delete from leases where migration_id = $1 and worker_id = $2 returning migration_id)
         update migrations set given_back_at = now() where id in (select migration_id from gone)`,
        [migrationId, workerId],
      );
    },

    async stepsOf(migrationIds) {
      const { rows } = await pool.query<{ id: string; step: number }>(
        'select id, step from migrations where id = any($1::uuid[])',
        [migrationIds],
      );
      return new Map(rows.map(({ id, step }) => [id, step]));
    },

    async retryAt({ id, step }, at) {
      await pool.query(
        'update migrations set retry_at = $3, tries = tries + 1 where id = $1 and step = $2',
        [id, step, at],
      );
    },

    async releaseAll() {
      await pool.query('delete from workers');
    },
  };
}

async function claimNext(client: pg.PoolClient, input: ClaimInput): Promise<Claim | null> {
  const { states, wanted, limits, workerId } = input;
  await client.query('select pg_advisory_xact_lock($1)', [CLAIM_LOCK]);
  // Kept as it is until the commit: who dies meanwhile would else find its own mailbox free.
  const self = await client.query(
    `select 1 from workers w where w.id = $1 and ${ALIVE} for share`,
    [workerId],
  );
  const { rows: totals } = await client.query<{ source: number; target: number }>(
    `with ${HELD} select coalesce(sum(source_connections), 0)::int as source,
            coalesce(sum(target_connections), 0)::int as target from held`,
  );
  const [used] = totals;
  if (self.rowCount !== 1 || used === undefined || used.source + 1 > limits.source) {
    return null;
  }
  const left = limits.target - used.target;
  if (left < wanted.least) {
    return null;
  }
  const { rows } = await client.query<Candidate>(
    `with ${HELD}, due as (
       select m.*, ${ACCOUNT} as account, lower(m.target_mailbox) as mailbox, coalesce((
           select sum(h.target_connections) from held h where h.target_mailbox = lower(m.target_mailbox)
         ), 0)::int as of_mailbox
         from migrations m join batches b on b.id = m.batch_id where ${DUE})
     select m.id, m.account, m.mailbox, m.of_mailbox as "ofMailbox"
       from due m join batches b on b.id = m.batch_id
      where m.of_mailbox + $2 <= $3 order by ${RANK} limit 1`,
    [states, wanted.least, limits.targetPerMailbox],
  );
  const [next] = rows;
  if (next === undefined) {
    return null;
  }
  const targetConnections = Math.min(wanted.most, left, limits.targetPerMailbox - next.ofMailbox);
  await client.query(
    `insert into leases (migration_id, worker_id, source_account, target_mailbox, source_connections, target_connections)
     values ($1, $2, $3, $4, 1, $5)
     on conflict (migration_id) do update set worker_id = excluded.worker_id, taken_at = now(),
       source_account = excluded.source_account, target_mailbox = excluded.target_mailbox,
       target_connections = excluded.target_connections`,
    [next.id, workerId, next.account, next.mailbox, targetConnections],
  );
  return { migrationId: next.id, targetConnections };
}
