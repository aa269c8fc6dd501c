import type pg from 'pg';
import type { MessageState } from '../ledger.ts';
import type { FolderTally } from '../tally.ts';

interface CountRow {
  readonly folderId: number;
  readonly state: MessageState | null;
  readonly reason: string | null;
  readonly count: number;
  readonly bytes: number;
}

const SETTLED: readonly (MessageState | null)[] = ['done', 'adopted', 'skipped', 'failed', 'gone'];

/** Adds up the ledger of a migration, folder by folder. */
export async function tallyFolders(
  pool: pg.Pool,
  migrationId: string,
): Promise<readonly FolderTally[]> {
  const [folders, counts, repairs] = await Promise.all([
    pool.query<Omit<FolderTally, 'tally' | 'bytes' | 'repaired'>>(
      `select id as "folderId", source_path as "sourcePath", target_path as "targetPath", reason,
              special_use as "specialUse", problem, messages, pass_listed >= 0 as listed,
              target_class as "targetClass"
         from folders where migration_id = $1 order by id`,
      [migrationId],
    ),
    pool.query<CountRow>(
      `select m.folder_id as "folderId", m.state, m.reason, count(*)::int as count,
              sum(m.size_bytes)::bigint as bytes
         from messages m join folders f on f.id = m.folder_id
        where f.migration_id = $1 group by 1, 2, 3`,
      [migrationId],
    ),
    pool.query<{ folderId: number; code: string; count: number }>(
      `select m.folder_id as "folderId", code, count(*)::int as count
         from messages m join folders f on f.id = m.folder_id, unnest(m.repairs) as code
        where f.migration_id = $1 and m.state in ('done', 'adopted') and code <> '' group by 1, 2`,
      [migrationId],
    ),
  ]);
  return folders.rows.map((folder) => ({
    ...folder,
    ...addUp(counts.rows.filter((row) => row.folderId === folder.folderId)),
    repaired: Object.fromEntries(
      repairs.rows
        .filter((row) => row.folderId === folder.folderId)
        .map((row) => [row.code, row.count]),
    ),
  }));
}

function addUp(rows: readonly CountRow[]): Pick<FolderTally, 'tally' | 'bytes'> {
  const sum = (pick: (row: CountRow) => boolean, of: 'count' | 'bytes' = 'count'): number =>
    rows.filter(pick).reduce((total, row) => total + row[of], 0);
  const byReason = (state: MessageState): Record<string, number> =>
    Object.fromEntries(
      rows
        .filter((row) => row.state === state)
        .map((row) => [row.reason ?? 'unknown', row.count] as const),
    );
  return {
    tally: {
      source: sum(() => true),
      copied: sum((row) => row.state === 'done'),
      alreadyThere: sum((row) => row.state === 'adopted'),
      skipped: byReason('skipped'),
      failed: byReason('failed'),
      gone: sum((row) => row.state === 'gone'),
      open: sum((row) => row.state === 'listed' || row.state === 'in-flight'),
    },
    bytes: {
      total: sum(() => true, 'bytes'),
      settled: sum((row) => SETTLED.includes(row.state), 'bytes'),
    },
  };
}
