import type pg from 'pg';
import type { ResentRow, SurplusFinding, Turn } from '../ledger.ts';

/** The last look of a pass at what was sent more than once. */
export interface LedgerSurplus {
  /** Delivered after more than one attempt, and not looked at since. */
  resentRows(migrationId: string): Promise<readonly ResentRow[]>;
  recordSurplus(turn: Turn, findings: readonly SurplusFinding[]): Promise<void>;
  /** The source listed these, gave others, and held these back once more; returns how often by now. */
  noteWithheld(turn: Turn, ids: readonly number[]): Promise<ReadonlyMap<number, number>>;
}

type WhileHolding = <T>(turn: Turn, work: (client: pg.PoolClient) => Promise<T>) => Promise<T>;

/** On a pool of connections; writes go through the holder's turn. */
export function createLedgerSurplus(pool: pg.Pool, whileHolding: WhileHolding): LedgerSurplus {
  return {
    async resentRows(migrationId) {
      const { rows } = await pool.query<ResentRow>(
        `select m.id, coalesce(m.stamp_id, m.id) as "stampId", m.sha256, m.sent_bytes as "sentBytes",
                m.received_at as "receivedAt", m.written_flags as "writtenFlags",
                m.target_folder_id as "targetFolderId", t.path as "targetPath",
                m.target_uid_validity as "targetUidValidity", m.target_uid as "targetUid",
                m.look_from as "lookFrom"
           from messages m join folders f on f.id = m.folder_id
                           join target_folders t on t.id = m.target_folder_id
          where f.migration_id = $1 and m.state = 'done' and m.attempts > 1 and not m.surplus_checked
            and m.look_from is not null order by m.id`,
        [migrationId],
      );
      return rows;
    },

    recordSurplus: (turn, findings) =>
      whileHolding(turn, async (client) => {
        await client.query(
          `update messages m set surplus_checked = true, repairs = array_append(m.repairs, t.repair)
             from unnest($1::bigint[], $2::text[]) as t(id, repair) where m.id = t.id and t.repair is not null`,
          [findings.map(({ id }) => id), findings.map(({ repair }) => repair)],
        );
        await client.query(
          'update messages set surplus_checked = true where id = any($1::bigint[])',
          [findings.map(({ id }) => id)],
        );
      }),

    noteWithheld: (turn, ids) =>
      whileHolding(turn, async (client) => {
        const { rows } = await client.query<{ id: number; withheld: number }>(
          `update messages set withheld = withheld + 1 where id = any($1::bigint[]) and state = 'listed'
           returning id, withheld`,
          [ids],
        );
        return new Map(rows.map(({ id, withheld }) => [id, withheld]));
      }),
  };
}
