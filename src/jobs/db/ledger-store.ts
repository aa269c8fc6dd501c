import type pg from 'pg';
import { TurnLostError } from '../errors.ts';
import type {
  DeliveredRow,
  FolderRow,
  Intent,
  LeftRow,
  OpenRow,
  Settlement,
  SuspectRow,
  Turn,
} from '../ledger.ts';
import type { SourceMessage } from '../ports.ts';
import { inTransaction } from './connect.ts';

/** The ledger in PostgreSQL. Every write is refused once another worker has taken the turn. */
export interface LedgerStore {
  /** Takes the turn with a migration: every earlier turn can write nothing any more. */
  takeTurn(migrationId: string): Promise<Turn>;
  targetFolderId(mailbox: string, path: string): Promise<number>;
  saveFolder(turn: Turn, folder: NewFolder): Promise<void>;
  folders(migrationId: string): Promise<readonly FolderRow[]>;
  /** Notes how many messages the server counts in a folder that is not listed yet. */
  noteCount(turn: Turn, folderId: number, messages: number): Promise<void>;
  finishFolder(turn: Turn, folderId: number, pass: number): Promise<void>;
  /** Stays until the folder is listed again. */
  markFolderProblem(turn: Turn, folderId: number, problem: string): Promise<void>;
  /** Adds what is new in a listing; rows that vanished at the source before they were copied are `gone`. */
  recordListing(turn: Turn, folderId: number, listing: Listing): Promise<void>;
  openRows(folderId: number): Promise<readonly OpenRow[]>;
  /** Those of the folders in which something is still to be copied. */
  foldersWithOpenRows(folderIds: readonly number[]): Promise<readonly number[]>;
  /** Committed, and flushed to disk, before the first octet of the batch leaves. */
  recordIntents(turn: Turn, intents: readonly Intent[]): Promise<void>;
  settle(turn: Turn, settlements: readonly Settlement[]): Promise<void>;
  /** Rows in flight that no earlier epoch can answer for any more. */
  suspects(turn: Turn): Promise<readonly SuspectRow[]>;
  /** Those of `uids` that already settle a row of any migration. */
  claimedUids(
    targetFolderId: number,
    uidValidity: number,
    uids: readonly number[],
  ): Promise<ReadonlySet<number>>;
  /** The last message written to a folder of which the UID is known. */
  newestDone(folderId: number): Promise<{ readonly id: number; readonly targetUid: number } | null>;
  /** What a folder's ledger says is at the target, for the verification. */
  deliveredRows(folderId: number): Promise<readonly DeliveredRow[]>;
  /** What was not copied, with its reason. */
  leftRows(migrationId: string): Promise<readonly LeftRow[]>;
  setStampProven(turn: Turn): Promise<void>;
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

export interface Listing {
  readonly pass: number;
  readonly uidValidity: number;
  readonly messages: readonly SourceMessage[];
}

export interface NewFolder {
  readonly sourcePath: string;
  readonly targetPath: string;
  readonly reason: string | null;
  readonly specialUse: string | null;
}

/** The ledger on a pool of connections. */
export function createLedgerStore(pool: pg.Pool): LedgerStore {
  /** Runs a write in a transaction that holds the turn; throws TurnLostError when it was lost. */
  const whileHolding = <T>(turn: Turn, work: (client: pg.PoolClient) => Promise<T>): Promise<T> =>
    inTransaction(pool, async (client) => {
      const held = await client.query(
        'select 1 from migrations where id = $1 and epoch = $2 for share',
        [turn.migrationId, turn.epoch],
      );
      if (held.rowCount !== 1) {
        throw new TurnLostError('Another worker has taken over this migration.');
      }
      return work(client);
    });

  return {
    async takeTurn(migrationId) {
      const { rows } = await pool.query<{ epoch: number }>(
        'update migrations set epoch = epoch + 1 where id = $1 returning epoch',
        [migrationId],
      );
      return { migrationId, epoch: rows[0]?.epoch ?? 0 };
    },

    async targetFolderId(mailbox, path) {
      const { rows } = await pool.query<{ id: number }>(
        `insert into target_folders (mailbox, path) values ($1, $2)
         on conflict (mailbox, path) do update set path = excluded.path returning id`,
        [mailbox, path],
      );
      return rows[0]?.id ?? 0;
    },

    saveFolder: (turn, folder) =>
      whileHolding(turn, async (client) => {
        await client.query(
          `insert into folders (migration_id, source_path, target_path, reason, special_use)
           values ($1, $2, $3, $4, $5) on conflict (migration_id, source_path) do nothing`,
          [
            turn.migrationId,
            folder.sourcePath,
            folder.targetPath,
            folder.reason,
            folder.specialUse,
          ],
        );
      }),

    async folders(migrationId) {
      const { rows } = await pool.query<FolderRow>(
        `select id, source_path as "sourcePath", target_path as "targetPath", special_use as "specialUse",
                messages, uid_validity as "uidValidity", pass_listed as "passListed", pass_done as "passDone", problem
           from folders where migration_id = $1 order by id`,
        [migrationId],
      );
      return rows;
    },

    noteCount: (turn, folderId, messages) =>
      whileHolding(turn, async (client) => {
        await client.query('update folders set messages = $2 where id = $1 and pass_listed < 0', [
          folderId,
          messages,
        ]);
      }),

    finishFolder: (turn, folderId, pass) =>
      whileHolding(turn, async (client) => {
        await client.query('update folders set pass_done = $2 where id = $1', [folderId, pass]);
      }),

    markFolderProblem: (turn, folderId, problem) =>
      whileHolding(turn, async (client) => {
        await client.query('update folders set problem = $2 where id = $1', [folderId, problem]);
      }),

    recordListing: (turn, folderId, listing) =>
      whileHolding(turn, async (client) => {
        await insertListing(client, folderId, listing);
        await client.query(
          `update messages set state = 'gone'
            where folder_id = $1 and state = 'listed'
              and (uid_validity <> $2 or not (uid = any($3::bigint[])))`,
          [folderId, listing.uidValidity, listing.messages.map((message) => message.uid)],
        );
        await client.query(
          `update folders set uid_validity = $2, messages = $3, pass_listed = $4, problem = null where id = $1`,
          [folderId, listing.uidValidity, listing.messages.length, listing.pass],
        );
      }),

    async openRows(folderId) {
      const { rows } = await pool.query<OpenRow>(
        `select id, uid, size_bytes as "sizeBytes", received_at as "receivedAt", flags, attempts
           from messages where folder_id = $1 and state = 'listed' order by uid`,
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

    recordIntents: (turn, intents) =>
      whileHolding(turn, (client) => updateIntents(client, turn, intents)),

    settle: (turn, settlements) => whileHolding(turn, (client) => updateRows(client, settlements)),

    async suspects(turn) {
      const { rows } = await pool.query<SuspectRow>(
        `select m.id, m.folder_id as "folderId", m.uid, m.key, m.sha256, m.sent_bytes as "sentBytes",
                m.received_at as "receivedAt", m.flags, m.target_uid_validity as "targetUidValidity",
                m.target_folder_id as "targetFolderId", t.path as "targetPath",
                m.look_from as "lookFrom", m.attempts, m.link_died_at as "linkDiedAt",
                m.empty_looks as "emptyLooks"
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

    async newestDone(folderId) {
      const { rows } = await pool.query<{ id: number; targetUid: number }>(
        `select id, target_uid as "targetUid" from messages
          where folder_id = $1 and state = 'done' and target_uid is not null
          order by target_uid desc limit 1`,
        [folderId],
      );
      return rows[0] ?? null;
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

    setStampProven: (turn) =>
      whileHolding(turn, async (client) => {
        await client.query('update migrations set stamp_proven = true where id = $1', [
          turn.migrationId,
        ]);
      }),
  };
}

async function insertListing(
  client: pg.PoolClient,
  folderId: number,
  { uidValidity, messages: listing }: Listing,
): Promise<void> {
  // Flags travel as one string a row: unnest would flatten an array of arrays. IMAP flags hold no space.
  await client.query(
    `insert into messages (folder_id, uid_validity, uid, size_bytes, received_at, flags, state)
     select $1, $2, uid, size, received, string_to_array(flags, ' '), 'listed'
       from unnest($3::bigint[], $4::bigint[], $5::timestamptz[], $6::text[]) as t(uid, size, received, flags)
     on conflict (folder_id, uid_validity, uid) do nothing`,
    [
      folderId,
      uidValidity,
      listing.map((message) => message.uid),
      listing.map((message) => message.sizeBytes),
      listing.map((message) => message.receivedAt),
      listing.map((message) => message.flags.join(' ')),
    ],
  );
}

async function updateIntents(
  client: pg.PoolClient,
  turn: Turn,
  intents: readonly Intent[],
): Promise<void> {
  await client.query(
    `update messages m set state = 'in-flight', key = t.key, sha256 = t.sha256, sent_bytes = t.sent,
            repairs = string_to_array(t.repairs, ' '), attempts = m.attempts + 1,
            target_folder_id = t.folder, epoch = $1, empty_looks = 0, link_died_at = null,
            look_from = case when m.target_uid_validity = t.validity and m.target_folder_id = t.folder
                             then least(coalesce(m.look_from, t.next), t.next) else t.next end,
            target_uid_validity = t.validity
       from unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[])
            as t(id, key, sha256, sent, repairs, folder, validity, next)
      where m.id = t.id and m.state = 'listed'`,
    [
      turn.epoch,
      intents.map((intent) => intent.id),
      intents.map((intent) => intent.key),
      intents.map((intent) => intent.sha256),
      intents.map((intent) => intent.sentBytes),
      intents.map((intent) => intent.repairs.join(' ')),
      intents.map((intent) => intent.targetFolderId),
      intents.map((intent) => intent.targetUidValidity),
      intents.map((intent) => intent.uidNext),
    ],
  );
}

async function updateRows(
  client: pg.PoolClient,
  settlements: readonly Settlement[],
): Promise<void> {
  await client.query(
    `update messages m set state = t.state, reason = t.reason,
            target_uid = t.uid, target_uid_validity = coalesce(t.validity, m.target_uid_validity),
            link_died_at = case when t.state = 'in-flight' then coalesce(m.link_died_at, now()) end,
            empty_looks = coalesce(t.looks, 0), attempts = m.attempts - t.refund
       from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::int[], $7::int[])
            as t(id, state, reason, validity, uid, looks, refund)
      where m.id = t.id and m.state in ('listed', 'in-flight')`,
    [
      settlements.map((row) => row.id),
      settlements.map((row) => row.state),
      settlements.map((row) => ('reason' in row ? row.reason : null)),
      settlements.map((row) => ('uidValidity' in row ? row.uidValidity : null)),
      settlements.map((row) => ('uid' in row ? row.uid : null)),
      settlements.map((row) => ('emptyLooks' in row ? row.emptyLooks : null)),
      settlements.map((row) => (row.state === 'listed' && !row.suspected ? 1 : 0)),
    ],
  );
}
