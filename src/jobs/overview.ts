import type { BatchOverview, MoveSummary } from './api.ts';
import type { MigrationRow, MigrationStore } from './db/migration-store.ts';
import type { FolderTally } from './tally.ts';
import { type FolderSums, headOf, type MoveRow, sumFolders, summarizeMove } from './views.ts';

/** The columns that an overview reads. */
export type OverviewRow = Pick<MigrationRow, keyof MoveRow | 'step'>;

export interface OverviewDeps {
  readonly store: Pick<MigrationStore, 'batch'> & {
    readonly ofBatch: (batchId: string) => Promise<readonly OverviewRow[]>;
  };
  readonly tallies: (migrationId: string) => Promise<readonly FolderTally[]>;
  /** False before anything is counted. */
  readonly hasFolders: (row: Pick<MigrationRow, 'state' | 'interrupted'>) => boolean;
}

/** So many moves are counted at once: more would keep the copies themselves from the database. */
const COUNTED_AT_ONCE = 4;

/** What is remembered is forgotten beyond this many moves, the oldest first. */
const REMEMBERED = 5000;

/**
 * Reads batches for cards that are brought up to date every few seconds. The messages of a move are counted
 * anew only when its step has changed: a slice that ends is a step, so nothing is missed for longer than one.
 */
export function createOverviews({
  store,
  tallies,
  hasFolders,
}: OverviewDeps): (batchId: string) => Promise<BatchOverview | null> {
  const counted = new Map<string, { readonly step: number; readonly sums: FolderSums }>();

  const sumsOf = async (row: OverviewRow): Promise<FolderSums> => {
    if (!hasFolders(row)) {
      return sumFolders([]);
    }
    const known = counted.get(row.id);
    if (known?.step === row.step) {
      return known.sums;
    }
    const sums = sumFolders(await tallies(row.id));
    counted.delete(row.id);
    counted.set(row.id, { step: row.step, sums });
    for (const id of [...counted.keys()].slice(0, Math.max(0, counted.size - REMEMBERED))) {
      counted.delete(id);
    }
    return sums;
  };

  return async (batchId) => {
    const batch = await store.batch(batchId);
    if (batch === null) {
      return null;
    }
    const rows = await store.ofBatch(batchId);
    const migrations: MoveSummary[] = [];
    for (let start = 0; start < rows.length; start += COUNTED_AT_ONCE) {
      const some = rows.slice(start, start + COUNTED_AT_ONCE);
      const sums = await Promise.all(some.map(sumsOf));
      for (const [n, row] of some.entries()) {
        const { person } = row;
        if (person !== null) {
          migrations.push(summarizeMove({ ...row, person, batchId }, sums[n] ?? sumFolders([])));
        }
      }
    }
    return { ...headOf(batch), migrations };
  };
}
