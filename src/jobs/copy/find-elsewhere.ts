import type { Settlement, SuspectRow } from '../ledger.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import { bearsStampOf } from './match-suspects.ts';
import { stateIfThere } from './target-folder.ts';

/** What arrived, or was moved, lately: of each folder that many UIDs from the top. */
const NEWEST = 500;

/**
 * Before suspects are sent again: the person, or a rule, may have moved them out of the folder that they
 * were written to. Their stamps are looked for in all other folders; what is found is done where it stands.
 */
export async function findElsewhere(
  deps: CopyDeps,
  input: CopyInput,
  suspects: readonly SuspectRow[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Settlement>> {
  const found = new Map<number, Settlement>();
  if (!deps.traits.stamps || suspects.length === 0) {
    return found;
  }
  const wanted = new Map(suspects.map((row) => [String(stampOf(row).stampId), row]));
  for (const { path, selectable } of await deps.target.listFolders(signal)) {
    if (!selectable || found.size === wanted.size) {
      continue;
    }
    for (const [stamp, place] of await stampsIn(deps, input, { path, wanted }, signal)) {
      const row = wanted.get(stamp);
      if (row !== undefined && !found.has(row.id) && path !== row.targetPath) {
        found.set(row.id, { id: row.id, state: 'done', ...place });
      }
    }
  }
  return found;
}

function stampOf({ id, stampId, key }: SuspectRow): { stampId: number; key: string } {
  return { stampId: stampId ?? id, key };
}

interface Place {
  readonly uidValidity: number;
  readonly uid: number;
  readonly targetFolderId: number;
}

/** The wanted stamps among the newest messages of a folder that settle no other row. */
async function stampsIn(
  { target, ledger }: CopyDeps,
  { targetMailbox }: CopyInput,
  { path, wanted }: { readonly path: string; readonly wanted: ReadonlyMap<string, SuspectRow> },
  signal: AbortSignal,
): Promise<readonly (readonly [string, Place])[]> {
  const state = await stateIfThere(target, path, signal);
  if (state === null) {
    return [];
  }
  const { uidValidity, uidNext, exists } = state;
  const seen = exists === 0 ? [] : await target.look(path, Math.max(1, uidNext - NEWEST), signal);
  const ours = seen.flatMap((message) => {
    const row = message.stamp === null ? undefined : wanted.get(message.stamp);
    const isOurs = row !== undefined && bearsStampOf(message, stampOf(row));
    return isOurs ? [{ uid: message.uid, stamp: String(stampOf(row).stampId) }] : [];
  });
  if (ours.length === 0) {
    return [];
  }
  const targetFolderId = await ledger.targetFolderId(targetMailbox, path);
  const claimed = await ledger.claimedUids(
    targetFolderId,
    uidValidity,
    ours.map(({ uid }) => uid),
  );
  return ours
    .filter(({ uid }) => !claimed.has(uid))
    .map(({ uid, stamp }) => [stamp, { uidValidity, uid, targetFolderId }] as const);
}
