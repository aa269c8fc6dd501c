import type pg from 'pg';
import { TurnLostError } from '../errors.ts';
import type { AdoptedRow, Intent, Settlement, Turn } from '../ledger.ts';
import type { FolderState, SourceFolderState, SourceMessage } from '../ports.ts';
import { inTransaction } from './connect.ts';
import { createLedgerDelta, type LedgerDelta } from './ledger-delta.ts';
import { writeListing } from './ledger-listing.ts';
import { createLedgerReads, type LedgerReads } from './ledger-reads.ts';
import { applyRules } from './ledger-rules.ts';
import { createLedgerSurplus, type LedgerSurplus } from './ledger-surplus.ts';
import { createLedgerVerify, type LedgerVerify } from './ledger-verify.ts';

/** The ledger in PostgreSQL. Every write is refused once another worker has taken the turn. */
export interface LedgerStore extends LedgerReads, LedgerDelta, LedgerSurplus, LedgerVerify {
  /** Takes the turn with a migration: every earlier turn can write nothing any more. */
  takeTurn(migrationId: string): Promise<Turn>;
  targetFolderId(mailbox: string, path: string): Promise<number>;
  /** Adds folders; those that are there already stay as they are. */
  saveFolders(turn: Turn, folders: readonly NewFolder[]): Promise<void>;
  /** Notes how many messages the server counts in a folder that is not listed yet. */
  noteCount(turn: Turn, folderId: number, messages: number): Promise<void>;
  finishFolder(turn: Turn, folderId: number, pass: number): Promise<void>;
  /** Stays until the folder is listed again. */
  markFolderProblem(turn: Turn, folderId: number, problem: string): Promise<void>;
  noteClasses(
    turn: Turn,
    folders: readonly { readonly id: number; readonly targetClass: string }[],
  ): Promise<void>;
  /** Adds what is new in a listing; rows that vanished at the source before they were copied are `gone`. */
  recordListing(turn: Turn, folderId: number, listing: Listing): Promise<void>;
  /** These folders are as they were listed last. */
  recordUnchanged(turn: Turn, folderIds: readonly number[], pass: number): Promise<void>;
  /** Committed, and flushed to disk, before the first octet of the batch leaves. */
  recordIntents(turn: Turn, intents: readonly Intent[]): Promise<void>;
  /** The target folder as it was when this migration first saw it; `now` is noted the first time. */
  targetBefore(turn: Turn, folderId: number, now: FolderState): Promise<FolderState>;
  adopt(turn: Turn, rows: readonly AdoptedRow[]): Promise<void>;
  /** Throws where the turn is lost; what the server has answered with a UID is written down all the same. */
  settle(turn: Turn, settlements: readonly Settlement[]): Promise<void>;
  setStampProven(turn: Turn): Promise<void>;
  /** The folder was renumbered since it was listed: it is listed again before anything of it is read. */
  listAgain(turn: Turn, folderId: number): Promise<void>;
}

export interface Listing {
  readonly pass: number;
  readonly state: SourceFolderState;
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
    ...createLedgerReads(pool),
    ...createLedgerDelta(pool, whileHolding),
    ...createLedgerSurplus(pool, whileHolding),
    ...createLedgerVerify(pool),

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

    saveFolders: (turn, found) =>
      whileHolding(turn, async (client) => {
        await client.query(
          `insert into folders (migration_id, source_path, target_path, reason, special_use)
           select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[])
           on conflict (migration_id, source_path) do nothing`,
          [
            turn.migrationId,
            found.map(({ sourcePath }) => sourcePath),
            found.map(({ targetPath }) => targetPath),
            found.map(({ reason }) => reason),
            found.map(({ specialUse }) => specialUse),
          ],
        );
      }),

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

    noteClasses: (turn, found) =>
      whileHolding(turn, async (client) => {
        await client.query(
          `update folders f set target_class = c.target_class
             from unnest($1::bigint[], $2::text[]) as c (id, target_class) where f.id = c.id`,
          [found.map(({ id }) => id), found.map(({ targetClass }) => targetClass)],
        );
      }),

    recordListing: (turn, folderId, listing) =>
      whileHolding(turn, (client) => writeListing(client, folderId, listing)),

    recordUnchanged: (turn, folderIds, pass) =>
      whileHolding(turn, async (client) => {
        await client.query(
          'update folders set pass_listed = $2, problem = null where id = any($1::bigint[])',
          [folderIds, pass],
        );
        await applyRules(client, folderIds, new Date());
      }),

    recordIntents: (turn, intents) =>
      whileHolding(turn, (client) => updateIntents(client, turn, intents)),

    targetBefore: (turn, folderId, now) =>
      whileHolding(turn, async (client) => {
        const { rows } = await client.query<FolderState>(
          `update folders
              set target_uid_validity = coalesce(target_uid_validity, $2),
                  target_uid_next = coalesce(target_uid_next, $3),
                  target_exists = coalesce(target_exists, $4)
            where id = $1
            returning target_uid_validity as "uidValidity", target_uid_next as "uidNext",
                      target_exists as "exists"`,
          [folderId, now.uidValidity, now.uidNext, now.exists],
        );
        return rows[0] ?? now;
      }),

    adopt: (turn, adopted) =>
      whileHolding(turn, async (client) => {
        await client.query(
          `update messages m set state = 'adopted', key = t.key, sha256 = t.sha256,
                  target_folder_id = t.folder, target_uid_validity = t.validity, target_uid = t.uid,
                  written_flags = string_to_array(t.flags, ' ')
             from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
                  as t(id, key, sha256, folder, validity, uid, flags)
            where m.id = t.id and m.state = 'listed'`,
          [
            adopted.map((row) => row.id),
            adopted.map((row) => row.key),
            adopted.map((row) => row.sha256),
            adopted.map((row) => row.targetFolderId),
            adopted.map((row) => row.targetUidValidity),
            adopted.map((row) => row.targetUid),
            adopted.map((row) => row.flags.join(' ')),
          ],
        );
      }),

    async settle(turn, settlements) {
      try {
        await whileHolding(turn, (client) => updateRows(client, settlements));
      } catch (error) {
        if (error instanceof TurnLostError) {
          // Whoever has the turn now, or nobody: a message that was answered is there.
          await noteStored(pool, turn, settlements);
          await noteLate(pool, turn, settlements);
        }
        throw error;
      }
    },

    setStampProven: (turn) =>
      whileHolding(turn, async (client) => {
        await client.query('update migrations set stamp_proven = true where id = $1', [
          turn.migrationId,
        ]);
      }),

    listAgain: (turn, folderId) =>
      whileHolding(turn, async (client) => {
        await client.query('update folders set pass_listed = pass_listed - 1 where id = $1', [
          folderId,
        ]);
      }),
  };
}

async function updateIntents(
  client: pg.PoolClient,
  turn: Turn,
  intents: readonly Intent[],
): Promise<void> {
  await client.query(
    `update messages m set state = 'in-flight', key = t.key, sha256 = t.sha256, sent_bytes = t.sent,
            repairs = string_to_array(t.repairs, ' '), attempts = m.attempts + 1,
            written_flags = string_to_array(t.flags, ' '), flags_changed = t.lack, stamp_id = t.stamp,
            invitation = t.invitation,
            target_folder_id = t.folder, epoch = $1, empty_looks = 0, link_died_at = null,
            look_from = case when m.target_uid_validity = t.validity and m.target_folder_id = t.folder
                             then least(coalesce(m.look_from, t.next), t.next) else t.next end,
            target_uid_validity = t.validity
       from unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[],
                   $10::text[], $11::bigint[], $12::boolean[], $13::boolean[])
            as t(id, key, sha256, sent, repairs, folder, validity, next, flags, stamp, lack, invitation)
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
      intents.map((intent) => intent.flags.join(' ')),
      intents.map((intent) => intent.stampId),
      intents.map((intent) => intent.flagsLack),
      intents.map((intent) => intent.mayInvite),
    ],
  );
}

async function updateRows(
  client: pg.PoolClient,
  settlements: readonly Settlement[],
): Promise<void> {
  await client.query(
    `update messages m
        set state = case when t.state = 'listed' and m.vanished then 'gone' else t.state end, reason = t.reason,
            target_uid = t.uid, target_uid_validity = coalesce(t.validity, m.target_uid_validity),
            target_folder_id = coalesce(t.folder, m.target_folder_id),
            link_died_at = case when t.state = 'in-flight' then coalesce(m.link_died_at, now()) end,
            empty_looks = coalesce(t.looks, 0), attempts = m.attempts - t.refund
       from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::int[], $7::int[],
                   $8::bigint[])
            as t(id, state, reason, validity, uid, looks, refund, folder)
      where m.id = t.id and m.state in ('listed', 'in-flight')`,
    [
      settlements.map((row) => row.id),
      settlements.map((row) => row.state),
      settlements.map((row) => ('reason' in row ? row.reason : null)),
      settlements.map((row) => ('uidValidity' in row ? row.uidValidity : null)),
      settlements.map((row) => ('uid' in row ? row.uid : null)),
      settlements.map((row) => ('emptyLooks' in row ? row.emptyLooks : null)),
      settlements.map((row) => (row.state === 'listed' && !row.suspected ? 1 : 0)),
      settlements.map((row) => ('targetFolderId' in row ? (row.targetFolderId ?? null) : null)),
    ],
  );
}

/** Only rows that are in flight from that very turn, and UIDs that nobody has taken since. */
async function noteStored(
  pool: pg.Pool,
  turn: Turn,
  settlements: readonly Settlement[],
): Promise<void> {
  const stored = settlements.flatMap((row) =>
    row.state === 'done' && row.uid !== null && row.targetFolderId === undefined ? [row] : [],
  );
  await pool.query(
    `update messages m set state = 'done', target_uid = t.uid, target_uid_validity = t.validity
       from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as t(id, validity, uid)
      where m.id = t.id and m.state = 'in-flight' and m.epoch = $4
        and not exists (select 1 from messages o where o.target_folder_id = m.target_folder_id
                         and o.target_uid_validity = t.validity and o.target_uid = t.uid)`,
    [
      stored.map(({ id }) => id),
      stored.map(({ uidValidity }) => uidValidity),
      stored.map(({ uid }) => uid),
      turn.epoch,
    ],
  );
}

/**
 * A process that was held up wakes to appends whose messages another has sent again: a second copy may
 * arrive after that one has looked for it. The next look for second copies takes these rows once more.
 */
async function noteLate(
  pool: pg.Pool,
  turn: Turn,
  settlements: readonly Settlement[],
): Promise<void> {
  const sent = settlements.filter(({ state }) => state === 'in-flight' || state === 'done');
  await pool.query(
    `update messages set surplus_checked = false, attempts = greatest(attempts, 2)
      where id = any($1::bigint[]) and epoch > $2`,
    [sent.map(({ id }) => id), turn.epoch],
  );
}
