import type pg from 'pg';
import type { SkipRules } from '../copy/skip-rules.ts';
import { cutsOf, RULE_REASON } from '../copy/skip-rules.ts';

interface RuledRow {
  readonly id: number;
  readonly path: string;
  readonly specialUse: string | null;
  readonly admin: SkipRules['admin'];
  readonly person: SkipRules['person'];
}

/**
 * Brings listed folders in line with the rules as they are now: what a rule takes is skipped in its name,
 * what none takes any more is listed again. What was sent, or may have been, is left as it is.
 */
export async function applyRules(
  client: pg.PoolClient,
  folderIds: readonly number[],
  now: Date,
): Promise<void> {
  const { rows } = await client.query<RuledRow>(
    `select f.id, f.source_path as path, f.special_use as "specialUse",
            m.skip_rules as admin, m.left_out as person
       from folders f join migrations m on m.id = f.migration_id where f.id = any($1::bigint[])`,
    [folderIds],
  );
  for (const { id, admin, person, ...folder } of rows) {
    const cuts = cutsOf({ admin, person }, folder, now);
    // Without a rule the rows that wait to be copied, which may be many, need no look.
    const states = cuts.length > 0 ? ['listed', 'skipped'] : ['skipped'];
    await client.query(
      `update messages m set state = case when w.reason is null then 'listed' else 'skipped' end,
              reason = w.reason
         from (select id, state, reason as had,
                      (select c.reason
                         from unnest($2::text[], $3::timestamptz[]) with ordinality as c (reason, before, place)
                        where c.before is null or o.received_at < c.before
                        order by c.place limit 1) as reason
                 from messages o
                where folder_id = $1 and state = any($4::text[])
                  and (state = 'listed' or starts_with(reason, $5))) as w
        where m.id = w.id and w.had is distinct from w.reason`,
      [id, cuts.map(({ reason }) => reason), cuts.map(({ before }) => before), states, RULE_REASON],
    );
  }
}
