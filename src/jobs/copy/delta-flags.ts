import { errorCodeOf } from '../../errors.ts';
import { allowFlags, sameFlags } from '../../mail/flags.ts';
import type { FlagRow, FlagSettlement } from '../ledger.ts';
import type { FlagChange, FlagOutcome, NumberedFolder, TargetTraits } from '../ports.ts';
import type { CopyDeps, CopyInput } from './deps.ts';

/**
 * Brings flags that changed at the source since the copy to the target, and those that could not go out with
 * their message, where the target still shows what we wrote. What the person changed there wins, and is not
 * asked about again. Setting a flag twice is setting it once: it may end anywhere and run again.
 */
export async function applyFlagChanges(
  deps: CopyDeps,
  input: CopyInput,
  signal: AbortSignal,
): Promise<void> {
  const rows = await deps.ledger.changedFlags(input.turn.migrationId);
  const plans = rows.map((row) => planFlagChange(row, deps.traits));
  await deps.ledger.recordFlags(
    input.turn,
    plans.flatMap((plan) => (plan.kind === 'left' ? [plan.settlement] : [])),
  );
  const changes = plans.flatMap((plan) => (plan.kind === 'change' ? [plan] : []));
  const groups = Map.groupBy(changes, ({ folder }) => `${folder.uidValidity} ${folder.path}`);
  for (const group of groups.values()) {
    await applyGroup(deps, input, group, signal);
  }
}

type FlagPlan =
  | { readonly kind: 'left'; readonly settlement: FlagSettlement }
  | {
      readonly kind: 'change';
      readonly id: number;
      readonly folder: NumberedFolder;
      readonly change: FlagChange;
    };

/** What is to be done for one row. Pure. */
function planFlagChange(
  row: FlagRow,
  { allowedFlags }: Pick<TargetTraits, 'allowedFlags'>,
): FlagPlan {
  const { id, targetUid: uid, writtenFlags: written, targetPath: path, targetUidValidity } = row;
  const wanted = allowFlags(row.flags, allowedFlags);
  if (written !== null && sameFlags(wanted, written)) {
    return { kind: 'left', settlement: { id, written: null, repair: null } };
  }
  // Without a UID, or from before the flags were noted, nobody can tell ours from the person's.
  if (uid === null || written === null) {
    return { kind: 'left', settlement: { id, written: null, repair: 'flags-left' } };
  }
  const folder = { path, uidValidity: targetUidValidity };
  return { kind: 'change', id, folder, change: { uid, written, wanted } };
}

async function applyGroup(
  deps: CopyDeps,
  input: CopyInput,
  group: readonly Extract<FlagPlan, { kind: 'change' }>[],
  signal: AbortSignal,
): Promise<void> {
  const [first] = group;
  if (first === undefined) {
    return;
  }
  const outcomes = await changeOrLeave(
    deps,
    first.folder,
    group.map(({ change }) => change),
    signal,
  );
  await deps.ledger.recordFlags(
    input.turn,
    group.map(({ id, change }): FlagSettlement => {
      const outcome = outcomes.get(change.uid);
      return {
        id,
        written: outcome === 'changed' ? change.wanted : null,
        // What the person touched or deleted there is their own choice.
        repair: outcome === undefined ? 'flags-left' : null,
      };
    }),
  );
  const changed = [...outcomes.values()].filter((outcome) => outcome === 'changed').length;
  // The first pass changes nothing that was copied before: its flags complete the copy.
  const flags = input.pass === 0 ? 0 : changed;
  input.onProgress({ kind: 'updated', flags, moved: 0 });
}

/** A folder that the target renumbered, or the person removed, is left as it is: nothing is answered. */
async function changeOrLeave(
  { target, logger }: Pick<CopyDeps, 'target' | 'logger'>,
  folder: NumberedFolder,
  changes: readonly FlagChange[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, FlagOutcome>> {
  try {
    return await target.changeFlags(folder, changes, signal);
  } catch (error) {
    const code = errorCodeOf(error);
    if (code !== 'imap.uid-validity-changed' && code !== 'imap.folder-missing') {
      throw error;
    }
    logger.info({ code, changes: changes.length }, 'flag changes left out');
    return new Map();
  }
}
