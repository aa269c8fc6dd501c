import type pg from 'pg';
import { RULE_REASON } from '../copy/skip-rules.ts';
import { WITHHELD } from '../ledger.ts';
import { applyRules } from './ledger-rules.ts';
import type { Listing } from './ledger-store.ts';

/** Brings a folder's rows up to a listing; runs inside the caller's transaction. */
export async function writeListing(
  client: pg.PoolClient,
  folderId: number,
  { pass, state, messages }: Listing,
): Promise<void> {
  await insertListed(client, folderId, { state, messages });
  const uids = messages.map(({ uid }) => uid);
  // What vanished at the source before it was copied is gone; what was copied stays at the target.
  await client.query(
    `update messages set state = case when state in ('listed', 'skipped') then 'gone' else state end,
            reason = case state when 'skipped' then null else reason end,
            vanished = state not in ('listed', 'skipped')
      where folder_id = $1 and not vanished
        and (state in ('listed', 'in-flight', 'done', 'adopted')
             or state = 'skipped' and starts_with(reason, $4))
        and (uid_validity <> $2 or uid <> all($3::bigint[]))`,
    [folderId, state.uidValidity, uids, RULE_REASON],
  );
  // Held back by the source in an earlier pass: asked for again in each later one.
  await client.query(
    `update messages set state = 'listed', reason = null, withheld = 0
      where folder_id = $1 and state = 'failed' and reason = $2`,
    [folderId, WITHHELD.reason],
  );
  await applyRules(client, [folderId], new Date());
  await client.query(
    `update folders set uid_validity = $2, messages = $3, pass_listed = $4, problem = null,
            source_uid_next = $5, source_mod_seq = $6
      where id = $1`,
    [folderId, state.uidValidity, messages.length, pass, state.uidNext, state.modSeq],
  );
}

async function insertListed(
  client: pg.PoolClient,
  folderId: number,
  { state, messages }: Pick<Listing, 'state' | 'messages'>,
): Promise<void> {
  // Flags travel as one string a row: unnest would flatten an array of arrays. IMAP flags hold no space.
  // They are sorted, so that another order is no change. What was gone and is back begins anew.
  await client.query(
    `insert into messages (folder_id, uid_validity, uid, size_bytes, received_at, flags, state)
     select $1, $2, uid, size, received, string_to_array(flags, ' '), 'listed'
       from unnest($3::bigint[], $4::bigint[], $5::timestamptz[], $6::text[]) as t(uid, size, received, flags)
     on conflict (folder_id, uid_validity, uid) do update
        set flags = excluded.flags, vanished = false,
            flags_changed = messages.state in ('in-flight', 'done', 'adopted'),
            state = case messages.state when 'gone' then 'listed' else messages.state end,
            attempts = case messages.state when 'gone' then 0 else messages.attempts end,
            stamp_id = case messages.state when 'gone' then null else messages.stamp_id end
      where messages.flags is distinct from excluded.flags or messages.vanished or messages.state = 'gone'`,
    [
      folderId,
      state.uidValidity,
      messages.map(({ uid }) => uid),
      messages.map(({ sizeBytes }) => sizeBytes),
      messages.map(({ receivedAt }) => receivedAt),
      messages.map(({ flags }) => flags.toSorted().join(' ')),
    ],
  );
}
