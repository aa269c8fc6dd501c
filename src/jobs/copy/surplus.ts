import { sameFlags, withoutFlags } from '../../mail/flags.ts';
import type { ResentRow, SurplusFinding } from '../ledger.ts';
import type { TargetMessage, TargetTraits } from '../ports.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import { stateIfThere } from './target-folder.ts';

/**
 * The last look of a pass: an append of a dead link may have been completed after the message was sent
 * again. A second copy that bears our row id, and that nobody touched, is removed and counted; one that
 * bears none may be the person's own, and is left and named.
 */
export async function removeSurplus(
  deps: CopyDeps,
  input: CopyInput,
  signal: AbortSignal,
): Promise<void> {
  const rows = await deps.ledger.resentRows(input.turn.migrationId);
  for (const group of Map.groupBy(rows, (row) => row.targetFolderId).values()) {
    const findings = await removeFrom(deps, group, signal);
    await deps.ledger.recordSurplus(input.turn, findings);
    const found = findings.filter(({ repair }) => repair !== null).length;
    deps.logger.info({ resent: group.length, found }, 'looked for second copies');
  }
}

async function removeFrom(
  deps: CopyDeps,
  rows: readonly ResentRow[],
  signal: AbortSignal,
): Promise<readonly SurplusFinding[]> {
  const [first] = rows;
  if (first === undefined) {
    return [];
  }
  const { targetPath: path, targetFolderId } = first;
  const state = await stateIfThere(deps.target, path, signal);
  if (state === null) {
    return rows.map(({ id }) => ({ id, repair: null }));
  }
  const { uidValidity } = state;
  const from = Math.min(
    ...rows.map((row) => (row.targetUidValidity === uidValidity ? row.lookFrom : 1)),
  );
  const seen = await deps.target.look(path, from, signal);
  const claimed = await deps.ledger.claimedUids(
    targetFolderId,
    uidValidity,
    seen.map(({ uid }) => uid),
  );
  const free = seen.filter(({ uid }) => !claimed.has(uid));
  const isNumbered = (row: ResentRow): boolean =>
    row.targetUid !== null && row.targetUidValidity === uidValidity;
  const second = deps.traits.stamps
    ? findByStamp(rows, free, isNumbered)
    : await findByBytes(deps, { path, rows: rows.filter(isNumbered), free }, signal);
  const removable = deps.traits.stamps
    ? second.filter((copy) => isUntouched(copy, deps.traits))
    : [];
  const removed =
    removable.length === 0
      ? new Set<number>()
      : await deps.target.removeMessages(
          { path, uidValidity },
          removable.map(({ seen: { uid, flags } }) => ({ uid, written: flags })),
          signal,
        );
  return rows.map((row) => judge(row, second, removed));
}

/** It shows what was written; the flags that come behind a message were set on the first copy alone. */
function isUntouched(
  { row: { writtenFlags }, seen: { flags } }: SecondCopy,
  { lateFlags }: Pick<TargetTraits, 'lateFlags'>,
): boolean {
  const written = writtenFlags ?? [];
  return sameFlags(flags, written) || sameFlags(flags, withoutFlags(written, lateFlags));
}

interface SecondCopy {
  readonly row: ResentRow;
  readonly seen: TargetMessage;
}

function judge(
  { id }: ResentRow,
  second: readonly SecondCopy[],
  removed: ReadonlySet<number>,
): SurplusFinding {
  const copies = second.filter(({ row }) => row.id === id);
  if (copies.length === 0) {
    return { id, repair: null };
  }
  const isGone = copies.every(({ seen }) => removed.has(seen.uid));
  return { id, repair: isGone ? 'second-copy-removed' : 'second-copy-left' };
}

/**
 * A row that is not known by its number (no UIDPLUS, or the folder was renumbered) owns one of what bears its
 * stamp, of which nobody can say which: the first.
 */
function findByStamp(
  rows: readonly ResentRow[],
  free: readonly TargetMessage[],
  isNumbered: (row: ResentRow) => boolean,
): readonly SecondCopy[] {
  const byStamp = Map.groupBy(free, ({ stamp }) => stamp);
  return rows.flatMap((row) => {
    const copies = byStamp.get(String(row.stampId)) ?? [];
    return copies.slice(isNumbered(row) ? 0 : 1).map((seen) => ({ row, seen }));
  });
}

/** The same bytes and date, beyond what the ledger claims. */
async function findByBytes(
  { target }: Pick<CopyDeps, 'target'> & { readonly traits: TargetTraits },
  {
    path,
    rows,
    free,
  }: {
    readonly path: string;
    readonly rows: readonly ResentRow[];
    readonly free: readonly TargetMessage[];
  },
  signal: AbortSignal,
): Promise<readonly SecondCopy[]> {
  const alike = free.filter(({ sizeBytes }) => rows.some((row) => row.sentBytes === sizeBytes));
  if (alike.length === 0) {
    return [];
  }
  const hashes = await target.hashBodies(
    path,
    alike.map(({ uid }) => uid),
    signal,
  );
  return alike.flatMap((seen) => {
    const row = rows.find(
      ({ sha256, receivedAt }) =>
        hashes.get(seen.uid) === sha256 && seen.receivedAt?.getTime() === receivedAt?.getTime(),
    );
    return row === undefined ? [] : [{ row, seen }];
  });
}
