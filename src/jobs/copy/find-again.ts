import { errorCodeOf } from '../../errors.ts';
import type { LostRow, Renumbering } from '../ledger.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import { bearsStampOf } from './match-suspects.ts';
import { stateIfThere } from './target-folder.ts';

/** For all folders together: a large one takes half a minute, and nobody waits for more than this. */
const FIND_WITHIN_MS = 2 * 60_000;

/**
 * Finds messages that we wrote, and whose numbers nobody knows: the target named none (no UIDPLUS), or has
 * renumbered the folder since. They are told by their stamps, and their rows get the numbers of today.
 * Returns the rows that were not looked for in time; without stamps nothing is found.
 */
export async function findAgain(
  deps: CopyDeps,
  { turn }: Pick<CopyInput, 'turn'>,
  rows: readonly LostRow[],
  signal: AbortSignal,
): Promise<readonly LostRow[]> {
  if (!deps.traits.stamps || rows.length === 0) {
    return [];
  }
  const within = AbortSignal.any([signal, AbortSignal.timeout(FIND_WITHIN_MS)]);
  const waiting = new Map(Map.groupBy(rows, (row) => row.targetFolderId));
  try {
    for (const [folderId, group] of waiting) {
      const found = await findInOne(deps, group, within);
      await deps.ledger.renumber(turn, found);
      waiting.delete(folderId);
      deps.logger.info({ lost: group.length, found: found.length }, 'numbers found again by stamp');
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!within.aborted) {
      throw error;
    }
    deps.logger.warn({ code: errorCodeOf(error) }, 'no time to find numbers again');
  }
  return [...waiting.values()].flat();
}

/** Where a stamp is there twice, the first is the row's own. */
async function findInOne(
  { target, ledger }: Pick<CopyDeps, 'target' | 'ledger'>,
  rows: readonly LostRow[],
  signal: AbortSignal,
): Promise<readonly Renumbering[]> {
  const [first] = rows;
  if (first === undefined) {
    return [];
  }
  const { targetPath: path, targetFolderId } = first;
  const state = await stateIfThere(target, path, signal);
  if (state === null) {
    // The person removed the folder, with what was in it.
    return [];
  }
  const { uidValidity, exists } = state;
  const from = Math.min(
    ...rows.map((row) => (row.targetUidValidity === uidValidity ? (row.lookFrom ?? 1) : 1)),
  );
  const seen = exists === 0 ? [] : await target.look(path, from, signal);
  const claimed = await ledger.claimedUids(
    targetFolderId,
    uidValidity,
    seen.map(({ uid }) => uid),
  );
  const free = seen.filter(({ uid }) => !claimed.has(uid));
  return rows.flatMap((row) => {
    const uid = free.find((message) => bearsStampOf(message, row))?.uid;
    return uid === undefined ? [] : [{ id: row.id, uidValidity, uid }];
  });
}
