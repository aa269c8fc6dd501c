import type pg from 'pg';
import type { DeliveredRow } from '../ledger.ts';
import type { KnownUid } from '../verify/reconcile.ts';

/** A message that is opened on both sides. */
export interface SampleRow extends DeliveredRow {
  readonly folderId: number;
}

/** What the verification asks the ledger. */
export interface LedgerVerify {
  /** Every UID that was ever listed in the folder's present numbering. */
  knownUids(folderId: number): Promise<readonly KnownUid[]>;
  /**
   * The messages to open: three of each year, the largest of each folder, what was changed on the way (at
   * most 50), and of sent mail each invitation; always the same ones for one migration.
   */
  sampleRows(migrationId: string): Promise<readonly SampleRow[]>;
}

/** The same on a pool of connections. */
export function createLedgerVerify(pool: pg.Pool): LedgerVerify {
  return {
    async knownUids(folderId) {
      const { rows } = await pool.query<KnownUid>(
        `select m.uid, m.vanished or m.state = 'gone' as vanished
           from messages m join folders f on f.id = m.folder_id
          where m.folder_id = $1 and m.uid_validity = f.uid_validity`,
        [folderId],
      );
      return rows;
    },

    async sampleRows(migrationId) {
      // Ordered by a hash of the id, so that a year's three are spread over it.
      const { rows } = await pool.query<SampleRow>(
        `with delivered as (
           select m.*, coalesce(cardinality(array_remove(m.repairs, '')), 0) > 0 as repaired
             from messages m join folders f on f.id = m.folder_id
            where f.migration_id = $1 and m.state in ('done', 'adopted') and m.target_uid is not null
              and f.problem is null and not m.vanished),
         ranked as (
           select *,
                  row_number() over (partition by extract(year from received_at) order by md5(id::text)) as of_year,
                  row_number() over (partition by folder_id order by size_bytes desc, id) as by_size,
                  row_number() over (partition by repaired order by md5(id::text)) as of_repaired
             from delivered)
         select id, folder_id as "folderId", uid, key, size_bytes as "sizeBytes", received_at as "receivedAt",
                flags, target_uid as "targetUid"
           from ranked
          where of_year <= 3 or by_size = 1 or (repaired and of_repaired <= 50) or invitation
          order by folder_id, uid`,
        [migrationId],
      );
      return rows;
    },
  };
}
