import type pg from 'pg';
import type {
  FlagRow,
  FlagSettlement,
  Renumbering,
  Transfer,
  Turn,
  VanishedRow,
} from '../ledger.ts';

/** What later passes find changed, and what came of it. */
export interface LedgerDelta {
  /** Copied messages whose flags changed at the source since. */
  changedFlags(migrationId: string): Promise<readonly FlagRow[]>;
  /** A remark that flags could not be brought goes once they are. */
  recordFlags(turn: Turn, settlements: readonly FlagSettlement[]): Promise<void>;
  /** These messages bear other numbers now than when they were written. */
  renumber(turn: Turn, found: readonly Renumbering[]): Promise<void>;
  /** Messages of ours that the source no longer shows where it listed them. */
  vanishedRows(migrationId: string): Promise<readonly VanishedRow[]>;
  /** Each vanished row is gone then, and its place at the target belongs to the new row. */
  transfer(turn: Turn, transfers: readonly Transfer[]): Promise<void>;
  /** These rows were moved to: the vanished rows that they come from hold no place any more. */
  releaseMoved(turn: Turn, ids: readonly number[]): Promise<void>;
}

type WhileHolding = (turn: Turn, work: (client: pg.PoolClient) => Promise<void>) => Promise<void>;

/** On a pool of connections; writes go through the holder's turn. */
export function createLedgerDelta(pool: pg.Pool, whileHolding: WhileHolding): LedgerDelta {
  return {
    async changedFlags(migrationId) {
      const { rows } = await pool.query<FlagRow>(
        `select m.id, coalesce(m.stamp_id, m.id) as "stampId", m.key, m.flags,
                m.target_folder_id as "targetFolderId", t.path as "targetPath",
                m.target_uid_validity as "targetUidValidity", m.target_uid as "targetUid",
                m.look_from as "lookFrom", m.written_flags as "writtenFlags"
           from messages m join folders f on f.id = m.folder_id
                           join target_folders t on t.id = m.target_folder_id
          where f.migration_id = $1 and m.flags_changed and m.state in ('done', 'adopted') order by m.id`,
        [migrationId],
      );
      return rows;
    },

    recordFlags: (turn, settlements) =>
      whileHolding(turn, async (client) => {
        await client.query(
          `update messages m
              set flags_changed = t.again, written_flags = coalesce(string_to_array(t.written, ' '), m.written_flags),
                  repairs = case when t.written is not null then array_remove(m.repairs, 'flags-left')
                                 when t.repair is null or t.repair = any(m.repairs) then m.repairs
                                 else array_append(m.repairs, t.repair) end
             from unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[]) as t(id, written, repair, again)
            where m.id = t.id`,
          [
            settlements.map(({ id }) => id),
            settlements.map(({ written }) => written?.join(' ') ?? null),
            settlements.map(({ repair }) => repair),
            settlements.map(({ again }) => again),
          ],
        );
      }),

    renumber: (turn, found) =>
      whileHolding(turn, async (client) => {
        // What an attempt was to be looked for from was a number of the old numbering.
        await client.query(
          `update messages m
              set look_from = case when m.target_uid_validity = t.validity then m.look_from else 1 end,
                  target_uid_validity = t.validity, target_uid = t.uid
             from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as t(id, validity, uid)
            where m.id = t.id and m.state in ('done', 'adopted')`,
          [
            found.map(({ id }) => id),
            found.map(({ uidValidity }) => uidValidity),
            found.map(({ uid }) => uid),
          ],
        );
      }),

    async vanishedRows(migrationId) {
      const { rows } = await pool.query<VanishedRow>(
        `select m.id, m.state, coalesce(m.stamp_id, m.id) as "stampId", m.sha256,
                m.received_at as "receivedAt", t.path as "targetPath",
                m.target_uid_validity as "targetUidValidity", m.target_uid as "targetUid",
                m.written_flags as "writtenFlags"
           from messages m join folders f on f.id = m.folder_id
                           join target_folders t on t.id = m.target_folder_id
          where f.migration_id = $1 and m.vanished and m.state in ('in-flight', 'done', 'adopted') order by m.id`,
        [migrationId],
      );
      return rows;
    },

    transfer: (turn, transfers) =>
      whileHolding(turn, async (client) => {
        const { rows } = await client.query<PlaceRow>(
          `select id, coalesce(stamp_id, id) as stamp, target_folder_id as folder, target_uid_validity as validity,
                  target_uid as uid, array_to_string(written_flags, ' ') as written
             from messages where id = any($1::bigint[]) for update`,
          [transfers.map(({ from }) => from)],
        );
        // First the old rows let go: one UID of the target settles one row.
        await client.query(
          `update messages set state = 'gone', target_uid = null where id = any($1::bigint[])`,
          [transfers.map(({ from }) => from)],
        );
        await takePlaces(client, transfers, new Map(rows.map((row) => [row.id, row])));
      }),

    releaseMoved: (turn, ids) =>
      whileHolding(turn, async (client) => {
        await client.query(
          `update messages old set state = 'gone', target_uid = null from messages new
            where new.id = any($1::bigint[]) and new.stamp_id is not null and old.vanished and old.id <> new.id
              and coalesce(old.stamp_id, old.id) = new.stamp_id and old.state in ('done', 'adopted')`,
          [ids],
        );
      }),
  };
}

interface PlaceRow {
  readonly id: number;
  readonly stamp: number;
  readonly folder: number;
  readonly validity: number;
  readonly uid: number | null;
  readonly written: string | null;
}

async function takePlaces(
  client: pg.PoolClient,
  transfers: readonly Transfer[],
  places: ReadonlyMap<number, PlaceRow>,
): Promise<void> {
  const taken = transfers.flatMap((transfer) => {
    const old = places.get(transfer.from);
    return old === undefined ? [] : [{ ...transfer, old }];
  });
  // A move has noted its destination with its intent; a row that stays has the old row's place.
  await client.query(
    `update messages m
        set state = case t.kind when 'deleted' then 'skipped' else 'done' end,
            reason = t.reason,
            key = t.key, sha256 = t.sha256, stamp_id = t.stamp, empty_looks = 0, link_died_at = null,
            written_flags = string_to_array(t.written, ' '), flags_changed = t.kind <> 'deleted',
            target_folder_id = case t.kind when 'moved' then m.target_folder_id else t.folder end,
            target_uid_validity = t.validity, target_uid = t.uid
       from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
                   $8::bigint[], $9::text[], $10::text[])
            as t(id, kind, key, sha256, stamp, folder, validity, uid, written, reason)
      where m.id = t.id and m.state in ('listed', 'in-flight')`,
    [
      taken.map(({ to }) => to),
      taken.map(({ place }) => place.kind),
      taken.map(({ key }) => key),
      taken.map(({ sha256 }) => sha256),
      taken.map(({ old }) => old.stamp),
      taken.map(({ old }) => old.folder),
      taken.map(({ place, old }) => (place.kind === 'moved' ? place.uidValidity : old.validity)),
      taken.map((one) => uidOf(one)),
      taken.map(({ old }) => old.written),
      taken.map(({ place }) => (place.kind === 'deleted' ? place.reason : null)),
    ],
  );
}

function uidOf({ place, old }: Transfer & { readonly old: PlaceRow }): number | null {
  if (place.kind === 'deleted') {
    return null;
  }
  return place.kind === 'moved' ? place.uid : old.uid;
}
