import { errorCodeOf } from '../../errors.ts';
import { allowFlags, sameFlags } from '../../mail/flags.ts';
import type { FlagRow, FlagSettlement } from '../ledger.ts';
import type { FlagChange, FlagOutcome, NumberedFolder, TargetTraits } from '../ports.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import { findAgain } from './find-again.ts';
import { saysMissing } from './target-folder.ts';

/**
 * Brings flags that changed at the source since the copy to the target, and those that could not go out with
 * their message, where the target still shows what we wrote. What the person changed there wins, and is not
 * asked about again. Setting a flag twice is setting it once: it may end anywhere and run again. What bears
 * another number today, or never had one, waits for the end of the pass.
 */
export async function applyFlagChanges(
  deps: CopyDeps,
  input: CopyInput,
  signal: AbortSignal,
): Promise<void> {
  await changeNumbered(deps, input, signal);
}

/** The same at the end of a pass: what has no number is found again by its stamp; what is not found is named. */
export async function finishFlagChanges(
  deps: CopyDeps,
  input: CopyInput,
  signal: AbortSignal,
): Promise<void> {
  const lost = await changeNumbered(deps, input, signal);
  if (lost.length === 0) {
    return;
  }
  const late = new Set((await findAgain(deps, input, lost, signal)).map(({ id }) => id));
  const left = await changeNumbered(deps, input, signal);
  await deps.ledger.recordFlags(
    input.turn,
    left.map(({ id }) => ({ id, written: null, repair: 'flags-left', again: late.has(id) })),
  );
}

/** Changes what is known by its number, and returns what is not. */
async function changeNumbered(
  deps: CopyDeps,
  input: CopyInput,
  signal: AbortSignal,
): Promise<readonly FlagRow[]> {
  const rows = await deps.ledger.changedFlags(input.turn.migrationId);
  const plans = rows.map((row) => planFlagChange(row, deps.traits));
  await deps.ledger.recordFlags(
    input.turn,
    plans.flatMap((plan) => (plan.kind === 'left' ? [plan.settlement] : [])),
  );
  const lost = plans.flatMap((plan) => (plan.kind === 'lost' ? [plan.row] : []));
  const changes = plans.flatMap((plan) => (plan.kind === 'change' ? [plan] : []));
  const groups = Map.groupBy(changes, ({ folder }) => `${folder.uidValidity} ${folder.path}`);
  for (const group of groups.values()) {
    lost.push(...(await applyGroup(deps, input, group, signal)));
  }
  return lost;
}

type FlagPlan =
  | { readonly kind: 'left'; readonly settlement: FlagSettlement }
  | { readonly kind: 'lost'; readonly row: FlagRow }
  | {
      readonly kind: 'change';
      readonly row: FlagRow;
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
  if (written === null) {
    // From before the flags were noted: nobody can tell ours from the person's.
    return { kind: 'left', settlement: { id, written, repair: 'flags-left', again: false } };
  }
  if (sameFlags(wanted, written)) {
    return { kind: 'left', settlement: { id, written, repair: null, again: false } };
  }
  if (uid === null) {
    return { kind: 'lost', row };
  }
  const folder = { path, uidValidity: targetUidValidity };
  return { kind: 'change', row, folder, change: { uid, written, wanted } };
}

/** Returns those of a folder that bears other numbers now, or is gone. */
async function applyGroup(
  deps: CopyDeps,
  input: CopyInput,
  group: readonly Extract<FlagPlan, { kind: 'change' }>[],
  signal: AbortSignal,
): Promise<readonly FlagRow[]> {
  const [first] = group;
  if (first === undefined) {
    return [];
  }
  const outcomes = await changeOrLeave(
    deps,
    first.folder,
    group.map(({ change }) => change),
    signal,
  );
  const answered = group.flatMap(({ row: { id }, change }): readonly FlagSettlement[] => {
    const outcome = outcomes.get(change.uid);
    // What the person touched or deleted there is their own choice.
    const written = outcome === 'changed' ? change.wanted : null;
    return outcome === undefined ? [] : [{ id, written, repair: null, again: false }];
  });
  await deps.ledger.recordFlags(input.turn, answered);
  const changed = [...outcomes.values()].filter((outcome) => outcome === 'changed').length;
  // The first pass changes nothing that was copied before: its flags complete the copy.
  const flags = input.pass === 0 ? 0 : changed;
  input.onProgress({ kind: 'updated', flags, moved: 0 });
  return group.flatMap(({ row, change }) => (outcomes.has(change.uid) ? [] : [row]));
}

/** Nothing is answered for a folder that the target renumbered, or the person removed. */
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
    if (code !== 'imap.uid-validity-changed' && !saysMissing(error)) {
      throw error;
    }
    logger.info({ code, changes: changes.length }, 'flag changes wait for new numbers');
    return new Map();
  }
}
