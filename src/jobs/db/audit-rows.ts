import type pg from 'pg';
import type { AuditRecord } from '../audit/audit-file.ts';

/** A span of time; `until` null: up to now. */
export interface AuditSpan {
  readonly since: Date | null;
  readonly until: Date | null;
}

const ROWS_AT_ONCE = 2000;

/** All rows of the span in the order of the chain, as they were when the first was read. */
export async function* readAudit(
  pool: pg.Pool,
  { since, until }: AuditSpan,
  signal: AbortSignal,
): AsyncIterable<AuditRecord> {
  const { rows: heads } = await pool.query<{ head: number }>(
    'select coalesce(max(position), 0) as head from audit_chain',
  );
  for (let after = 0; ; ) {
    signal.throwIfAborted();
    const { rows } = await pool.query<AuditRecord>(
      `select c.position, c.hash, a.at, a.actor_person as "actorPerson", a.actor_tenant as "actorTenant",
              a.action, a.subject, a.outcome, a.before, a.after
         from audit_chain c join audit a on a.id = c.audit_id
        where c.position > $1 and c.position <= $2
          and ($3::timestamptz is null or a.at >= $3) and ($4::timestamptz is null or a.at < $4)
        order by c.position limit ${ROWS_AT_ONCE}`,
      [after, heads[0]?.head ?? 0, since, until],
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) {
      return;
    }
    after = last.position;
  }
}
