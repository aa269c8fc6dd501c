/**
 * The audit as a chain: the database links each row to the one before it (migration `audit_chain`),
 * and this reads the chain with its own means, so that a row which was changed, removed or put in by a
 * way around the database's triggers shows. What was cut off at the end shows against a head that was
 * noted elsewhere.
 */
import { createHash } from 'node:crypto';
import type pg from 'pg';

/** A row of the audit, and its place in the chain. */
export interface ChainedAuditRow {
  readonly position: number;
  /** Hash over the row and all before it, sha256 in hex. */
  readonly hash: string;
  readonly previous: string;
  readonly id: number;
  /** Microseconds since 1970, in decimal. */
  readonly atMicros: string;
  readonly actorPerson: string | null;
  readonly actorTenant: string | null;
  readonly action: string;
  readonly subject: string;
  readonly outcome: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** How long a chain is, and the hash at its end. */
export interface ChainHead {
  readonly position: number;
  readonly hash: string;
}

/**
 * `changed`: the row is not the one that was chained · `removed`: a chained row, or a link of the chain,
 * is gone · `inserted`: a row that the chain does not know · `relinked`: this link does not follow the one
 * before it · `not-the-head`: the chain does not have the head that was noted.
 */
export interface ChainFault {
  readonly kind: 'changed' | 'removed' | 'inserted' | 'relinked' | 'not-the-head';
  /** Where in the chain; null for a row outside of it. */
  readonly position: number | null;
  /** `id` of the audit row, where it is known. */
  readonly id: number | null;
}

export interface ChainCheck {
  readonly head: ChainHead;
  readonly faults: readonly ChainFault[];
  /** More faults than are listed. */
  readonly more: number;
}

const EMPTY: ChainHead = { position: 0, hash: '' };
const ROWS_AT_ONCE = 2000;
const FAULTS_LISTED = 100;

const COLUMNS = `
  c.position, c.hash, c.previous, c.audit_id as "auditId", a.id,
  (extract(epoch from a.at) * 1000000)::bigint::text as "atMicros",
  a.actor_person as "actorPerson", a.actor_tenant as "actorTenant",
  a.action, a.subject, a.outcome, a.before, a.after`;

/** The hash that follows `previous` with this row. Pure; the twin of `audit_text` in the migration. */
function chainHash(
  previous: string,
  row: Omit<ChainedAuditRow, 'position' | 'hash' | 'previous'>,
): string {
  const fields = [
    String(row.id),
    row.atMicros,
    row.actorPerson,
    row.actorTenant,
    row.action,
    row.subject,
    row.outcome,
    row.before,
    row.after,
  ].map((field) => (field === null ? '-' : `${Buffer.byteLength(field)}:${field}`));
  return createHash('sha256')
    .update([previous, ...fields].join(','))
    .digest('hex');
}

/** The end of the chain now. */
export async function readAuditHead(client: pg.Pool | pg.ClientBase): Promise<ChainHead> {
  const { rows } = await client.query<ChainHead>(
    'select position, hash from audit_chain order by position desc limit 1',
  );
  return rows[0] ?? EMPTY;
}

type JoinedRow = Pick<ChainedAuditRow, 'position' | 'hash' | 'previous'> & {
  readonly auditId: number;
  readonly id: number | null;
} & Omit<ChainedAuditRow, 'id' | 'position' | 'hash' | 'previous'>;

/** All links of the chain in their order, each with its row where that is there. */
async function* readLinks(client: pg.ClientBase, signal: AbortSignal): AsyncIterable<JoinedRow> {
  for (let after = 0; ; ) {
    signal.throwIfAborted();
    const { rows } = await client.query<JoinedRow>(
      `select ${COLUMNS} from audit_chain c left join audit a on a.id = c.audit_id
        where c.position > $1 order by c.position limit ${ROWS_AT_ONCE}`,
      [after],
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) {
      return;
    }
    after = last.position;
  }
}

/** What is wrong at one link, after `before`. Pure. */
function faultOf(link: JoinedRow, before: ChainHead): ChainFault | null {
  const { position, auditId, id } = link;
  const at = { position, id: auditId };
  if (position !== before.position + 1) {
    return { kind: 'removed', position: before.position + 1, id: null };
  }
  if (id === null) {
    return { kind: 'removed', ...at };
  }
  if (link.previous !== before.hash) {
    return { kind: 'relinked', ...at };
  }
  return chainHash(link.previous, { ...link, id }) === link.hash
    ? null
    : { kind: 'changed', ...at };
}

/** Reads the whole chain in one snapshot; `noted`: a head of an earlier day that must still be in it. */
export async function verifyAudit(
  pool: pg.Pool,
  noted: ChainHead | null,
  signal: AbortSignal,
): Promise<ChainCheck> {
  const client = await pool.connect();
  const faults: ChainFault[] = [];
  try {
    await client.query('begin isolation level repeatable read read only');
    let head = EMPTY;
    let seen = noted === null;
    for await (const link of readLinks(client, signal)) {
      const fault = faultOf(link, head);
      if (fault !== null) {
        faults.push(fault);
      }
      seen ||= link.position === noted?.position && link.hash === noted.hash;
      head = { position: link.position, hash: link.hash };
    }
    const { rows: strangers } = await client.query<{ id: number }>(
      `select id from audit a where not exists (select from audit_chain where audit_id = a.id) order by id`,
    );
    faults.push(
      ...strangers.map(({ id }) => ({ kind: 'inserted' as const, position: null, id })),
      ...(seen
        ? []
        : [{ kind: 'not-the-head' as const, position: noted?.position ?? null, id: null }]),
    );
    await client.query('commit');
    return {
      head,
      faults: faults.slice(0, FAULTS_LISTED),
      more: Math.max(0, faults.length - FAULTS_LISTED),
    };
  } finally {
    // Whatever a failed query left open goes with the connection's transaction.
    await client.query('rollback').catch(() => undefined);
    client.release();
  }
}
