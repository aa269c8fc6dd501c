import type { Tally } from './api.ts';

/** The sum of one folder, or of all of them. */
export interface FolderTally {
  readonly folderId: number;
  readonly sourcePath: string;
  readonly targetPath: string;
  readonly reason: string | null;
  readonly specialUse: string | null;
  /** Why the folder could not be opened, where it could not. */
  readonly problem: string | null;
  /** Class of the target folder; `unknown` where it could not be read, null before it was asked for. */
  readonly targetClass: string | null;
  /** Messages that the server counts in it. */
  readonly messages: number;
  /** Its messages are in the ledger; before that only their number is known. */
  readonly listed: boolean;
  readonly tally: Tally;
  readonly bytes: { readonly total: number; readonly settled: number };
  /** Messages that were changed so that the target takes them, by code. */
  readonly repaired: Readonly<Record<string, number>>;
}

/** The total of several tallies. Pure. */
export function addTallies(tallies: readonly Tally[]): Tally {
  const total = (pick: (tally: Tally) => number): number =>
    tallies.reduce((sum, tally) => sum + pick(tally), 0);
  const merged = (
    pick: (tally: Tally) => Readonly<Record<string, number>>,
  ): Record<string, number> => {
    const sums: Record<string, number> = {};
    for (const [reason, count] of tallies.flatMap((tally) => Object.entries(pick(tally)))) {
      sums[reason] = (sums[reason] ?? 0) + count;
    }
    return sums;
  };
  return {
    source: total((tally) => tally.source),
    copied: total((tally) => tally.copied),
    alreadyThere: total((tally) => tally.alreadyThere),
    skipped: merged((tally) => tally.skipped),
    failed: merged((tally) => tally.failed),
    gone: total((tally) => tally.gone),
    open: total((tally) => tally.open),
  };
}
