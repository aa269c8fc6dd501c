import type pg from 'pg';
import { END_STATES } from '../migration/state.ts';
import { inTransaction } from './connect.ts';

/** A move that ended, was cleaned up, and belongs to a batch of which that is true all over. */
export interface FinishedMove {
  readonly id: string;
  readonly batchId: string;
}

/** What is kept of finished moves, and for how long. The audit is not its business: that stays. */
export interface RetentionStore {
  /** Moves of batches whose last move ended before `before`, the oldest first. */
  finishedBefore(before: Date, limit: number): Promise<readonly FinishedMove[]>;
  /** Removes all that is kept of it but the audit, with an audit row that says so; false where it may not be. */
  forget(move: FinishedMove): Promise<boolean>;
  /** Those of `ids` that were forgotten, as the audit has it. */
  forgotten(ids: readonly string[]): Promise<readonly string[]>;
  /** One-time tokens that nobody can use any more. */
  dropExpired(): Promise<void>;
}

const FORGOTTEN = 'move-forgotten';

/** Ended, with nothing left to put back. */
const IS_DONE = `m.state = any($1) and m.cleaned_up
  and not exists (select from tenant_changes c where c.migration_id = m.id and c.undone_at is null)`;

const FINISHED = `
  select m.id, m.batch_id as "batchId" from migrations m
   where m.batch_id in (
     select b.id from batches b join migrations m on m.batch_id = b.id
      group by b.id having bool_and(${IS_DONE}) and max(m.state_since) < $2)
   order by m.state_since, m.id limit $3`;

/** What hangs on a move, what others hang on last; a test holds it to the schema. */
const OF_A_MOVE: readonly string[] = [
  'delete from messages where folder_id in (select id from folders where migration_id = $1)',
  'delete from folders where migration_id = $1',
  // As long as another move goes into the same mailbox, its folders are known for that one.
  `delete from target_folders t using migrations m
    where m.id = $1 and t.mailbox = m.target_mailbox
      and not exists (select from migrations o where o.target_mailbox = m.target_mailbox and o.id <> m.id)
      and not exists (select from messages where target_folder_id = t.id)`,
  'delete from tenant_changes where migration_id = $1',
  'delete from credentials where migration_id = $1',
  'delete from leases where migration_id = $1',
  'delete from nonces where subject = $1::text',
  `delete from posted_cards where position($1::text in key) > 0`,
  'delete from migrations where id = $1',
];

/** Once its last move is gone. */
const OF_A_BATCH: readonly string[] = [
  'delete from plans where batch_id = $1',
  'delete from posted_cards where position($1::text in key) > 0',
  'delete from batches where id = $1',
];

export function createRetentionStore(pool: pg.Pool): RetentionStore {
  return {
    async finishedBefore(before, limit) {
      const { rows } = await pool.query<FinishedMove>(FINISHED, [[...END_STATES], before, limit]);
      return rows;
    },

    forget: ({ id, batchId }) =>
      inTransaction(pool, async (client) => {
        // Two that remove the last two moves of a batch take turns, so that one of them sees that it is empty.
        await client.query('select from batches where id = $1 for update', [batchId]);
        const { rowCount } = await client.query(
          `select from migrations m where ${IS_DONE} and m.id = $2 for update`,
          [[...END_STATES], id],
        );
        if (rowCount === 0) {
          return false;
        }
        await client.query(
          `insert into audit (action, subject, outcome, before)
           select $2, id::text, 'done', state from migrations where id = $1`,
          [id, FORGOTTEN],
        );
        for (const statement of OF_A_MOVE) {
          await client.query(statement, [id]);
        }
        const left = await client.query('select from migrations where batch_id = $1 limit 1', [
          batchId,
        ]);
        for (const statement of left.rowCount === 0 ? OF_A_BATCH : []) {
          await client.query(statement, [batchId]);
        }
        return true;
      }),

    async forgotten(ids) {
      const { rows } = await pool.query<{ subject: string }>(
        'select distinct subject from audit where action = $1 and subject = any($2)',
        [FORGOTTEN, ids],
      );
      return rows.map(({ subject }) => subject);
    },

    async dropExpired() {
      await pool.query(`delete from nonces where expires_at < now() - interval '1 day'`);
    },
  };
}
