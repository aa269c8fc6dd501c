/**
 * What one folder alone cannot tell: a message that is missing in its folder and stands in another, and
 * one that stands twice in its own.
 */
import { type LedgerListing, likenessOf, type TargetListing } from './compare.ts';

/** What found no partner in one folder. */
export interface FolderUnpaired {
  readonly targetPath: string;
  readonly missing: readonly LedgerListing[];
  readonly others: readonly Other[];
}

/** A message of the target that is not the ledger's; `again`: its like is paired with a row in this folder. */
export interface Other {
  readonly uid: number;
  readonly likeness: string;
  readonly again: number | null;
}

export type Misplaced =
  | { readonly kind: 'missing' | 'twice'; readonly rowId: number }
  | {
      readonly kind: 'elsewhere';
      readonly rowId: number;
      /** The target folder where it stands. */
      readonly foundIn: string;
    };

/** Keeps of the strangers in a folder what another folder's missing mail is looked for by. Pure. */
export function othersOf(
  expected: readonly LedgerListing[],
  others: readonly TargetListing[],
): readonly Other[] {
  if (others.length === 0) {
    return [];
  }
  const rows = new Map(expected.map((row) => [likenessOf(row), row.rowId]));
  return others.map((other) => {
    const likeness = likenessOf(other);
    return { uid: other.uid, likeness, again: rows.get(likeness) ?? null };
  });
}

/** Looks for what is missing among the strangers of all folders; each stranger answers once. Pure. */
export function findMisplaced(folders: readonly FolderUnpaired[]): readonly Misplaced[] {
  const places = new Map<string, { readonly path: string; readonly other: Other }[]>();
  for (const { targetPath, others } of folders) {
    for (const other of others) {
      const there = places.get(other.likeness) ?? [];
      there.push({ path: targetPath, other });
      places.set(other.likeness, there);
    }
  }
  const taken = new Set<Other>();
  const lost = folders.flatMap(({ missing }) =>
    missing.map((row): Misplaced => {
      const place = places.get(likenessOf(row))?.find(({ other }) => !taken.has(other));
      if (place === undefined) {
        return { kind: 'missing', rowId: row.rowId };
      }
      taken.add(place.other);
      return { kind: 'elsewhere', rowId: row.rowId, foundIn: place.path };
    }),
  );
  const twice = folders.flatMap(({ others }) =>
    others.flatMap((other): readonly Misplaced[] =>
      other.again === null || taken.has(other) ? [] : [{ kind: 'twice', rowId: other.again }],
    ),
  );
  return [...lost, ...twice];
}
