import type pg from 'pg';
import type {
  DeliveredRow,
  FolderRow,
  LeftRow,
  OpenRow,
  SuspectRow,
  Turn,
  UnnumberedRow,
} from '../ledger.ts';

/** What the ledger knows; reading needs no turn. */
export interface LedgerReads {
  folders(migrationId: string): Promise<readonly FolderRow[]>;
  openRows(folderId: number): Promise<readonly OpenRow[]>;
  /** Those of the folders in which something is still to be copied. */
  foldersWithOpenRows(folderIds: readonly number[]): Promise<readonly number[]>;
  /** Rows in flight that no earlier epoch can answer for any more. */
  suspects(turn: Turn): Promise<readonly SuspectRow[]>;
  /** Those of `uids` that already settle a row of any migration. */
  claimedUids(
    targetFolderId: number,
    uidValidity: number,
    uids: readonly number[],
  ): Promise<ReadonlySet<number>>;
  /** What settled rows have of these bytes in the folder, under UIDs that are not known in this numbering. */
  unnumberedRows(
    targetFolderId: number,
    uidValidity: number,
    sha256s: readonly string[],
  ): Promise<readonly UnnumberedRow[]>;
  /** The last message written to a folder of which the UID is known. */
  newestDone(folderId: number): Promise<{ readonly id: number; readonly targetUid: number } | null>;
  /** What a folder's ledger says is at the target, for the verification. */
  deliveredRows(folderId: number): Promise<readonly DeliveredRow[]>;
  /** What was not copied, with its reason. */
  leftRows(migrationId: string): Promise<readonly LeftRow[]>;
  /** What the listed folders hold, for a progress bar: all of it, and what of it is settled. */
  planned(migrationId: string): Promise<Planned>;
}

export interface Planned {
  readonly folders: number;
  readonly messages: number;
  readonly bytes: number;
  readonly messagesSettled: number;
  readonly bytesSettled: number;
}

/** Reads on a pool of connections. */
export function createLedgerReads(pool: pg.Pool): LedgerReads {
  return {
    async folders(migrationId) {
      const { rows } = await pool.query<FolderRow>(
        `select id, source_path as "sourcePath", target_path as "targetPath", special_use as "specialUse",
                messages, uid_validity as "uidValidity",
                source_uid_next as "sourceUidNext", source_mod_seq as "sourceModSeq", pass_listed as "passListed", pass_done as "passDone", problem,
                target_class as "targetClass"
           from folders where migration_id = $1 order by id`,
        [migrationId],
      );
      return rows;
    },

    async openRows(folderId) {
      const { rows } = await pool.query<OpenRow>(
        `select m.id, m.uid, m.size_bytes as "sizeBytes", m.received_at as "receivedAt", m.flags, m.attempts,
                m.stamp_id as "stampId", m.withheld
           from messages m join folders f on f.id = m.folder_id
          where m.folder_id = $1 and m.state = 'listed' and m.uid_validity = f.uid_validity order by m.uid`,
        [folderId],
      );
      return rows;
    },

    async foldersWithOpenRows(folderIds) {
      const { rows } = await pool.query<{ id: number }>(
        `select distinct folder_id as id from messages
          where folder_id = any($1::bigint[]) and state = 'listed'`,
        [folderIds],
      );
      return rows.map(({ id }) => id);
    },

    async suspects(turn) {
      const { rows } = await pool.query<SuspectRow>(
        `select m.id, m.folder_id as "folderId", m.uid, m.key, m.sha256, m.sent_bytes as "sentBytes",
                m.received_at as "receivedAt", m.flags, m.target_uid_validity as "targetUidValidity",
                m.target_folder_id as "targetFolderId", t.path as "targetPath",
                m.look_from as "lookFrom", m.attempts, m.link_died_at as "linkDiedAt",
                m.empty_looks as "emptyLooks", m.stamp_id as "stampId"
           from messages m join folders f on f.id = m.folder_id join target_folders t on t.id = m.target_folder_id
          where f.migration_id = $1 and m.state = 'in-flight' order by m.folder_id, m.id`,
        [turn.migrationId],
      );
      return rows;
    },

    async claimedUids(targetFolderId, uidValidity, uids) {
      const { rows } = await pool.query<{ uid: number }>(
        `select target_uid as uid from messages
          where target_folder_id = $1 and target_uid_validity = $2 and target_uid = any($3::bigint[])`,
        [targetFolderId, uidValidity, uids],
      );
      return new Set(rows.map((row) => row.uid));
    },

    async unnumberedRows(targetFolderId, uidValidity, sha256s) {
      const { rows } = await pool.query<UnnumberedRow>(
        `select sha256, received_at as "receivedAt", target_uid_validity as "targetUidValidity",
                coalesce(look_from, 1) as "lookFrom"
           from messages
          where target_folder_id = $1 and state in ('done', 'adopted') and sha256 = any($3::text[])
            and (target_uid is null or target_uid_validity <> $2)`,
        [targetFolderId, uidValidity, sha256s],
      );
      return rows;
    },

    async newestDone(folderId) {
      const { rows } = await pool.query<{ id: number; targetUid: number }>(
        `select id, target_uid as "targetUid" from messages
          where folder_id = $1 and state = 'done' and target_uid is not null
          order by target_uid desc limit 1`,
        [folderId],
      );
      return rows[0] ?? null;
    },

    async deliveredRows(folderId) {
      const { rows } = await pool.query<DeliveredRow>(
        `select id, uid, key, size_bytes as "sizeBytes", received_at as "receivedAt", flags,
                target_uid as "targetUid"
           from messages where folder_id = $1 and state in ('done', 'adopted') order by uid`,
        [folderId],
      );
      return rows;
    },

    async leftRows(migrationId) {
      const { rows } = await pool.query<LeftRow>(
        `select f.source_path as folder, m.uid, m.size_bytes as "sizeBytes",
                m.received_at as "receivedAt", m.state as outcome, coalesce(m.reason, '') as reason
           from messages m join folders f on f.id = m.folder_id
          where f.migration_id = $1 and m.state in ('skipped', 'failed') order by f.id, m.uid`,
        [migrationId],
      );
      return rows;
    },

    async planned(migrationId) {
      const { rows } = await pool.query<Planned>(
        `select count(distinct f.id)::int as folders, count(m.id)::int as messages,
                coalesce(sum(m.size_bytes), 0)::bigint as bytes,
                count(m.id) filter (where m.state not in ('listed', 'in-flight'))::int as "messagesSettled",
                coalesce(sum(m.size_bytes) filter (where m.state not in ('listed', 'in-flight')), 0)::bigint
                  as "bytesSettled"
           from folders f left join messages m on m.folder_id = f.id where f.migration_id = $1`,
        [migrationId],
      );
      return rows[0] ?? { folders: 0, messages: 0, bytes: 0, messagesSettled: 0, bytesSettled: 0 };
    },
  };
}
