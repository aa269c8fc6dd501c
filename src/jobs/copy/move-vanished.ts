import { errorCodeOf } from '../../errors.ts';
import type { Intent, OpenRow, Transfer, VanishedRow } from '../ledger.ts';
import type { FolderState, MoveOutcome, NumberedFolder } from '../ports.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import type { PreparedMessage } from './prepare-message.ts';
import { saysMissing, stateIfThere } from './target-folder.ts';

/** A new row whose message is already at the target, under a row that vanished. */
export interface MovedRow extends Pick<PreparedMessage, 'key' | 'sha256'> {
  readonly row: OpenRow;
  readonly origin: VanishedRow;
}

/** Messages, and where they belong now. */
export interface MovesTo {
  readonly moves: readonly MovedRow[];
  readonly destination: Destination;
}

/** A folder of the target; its state was answered before anything is moved to it. */
export interface Destination {
  /** Where the messages are at the source now. */
  readonly sourcePath: string;
  readonly targetFolderId: number;
  readonly targetPath: string;
  readonly state: FolderState;
}

/**
 * Moves messages at the target as they were moved at the source. What the person touched there stays where
 * it is, what the person deleted is not sent again. A move is an intent before it leaves: when its answer is
 * lost, the row is a suspect that is looked for in the destination, and if it is not there, moved again.
 */
export async function moveVanished(
  deps: CopyDeps,
  input: CopyInput,
  { moves, destination }: MovesTo,
  signal: AbortSignal,
): Promise<void> {
  const staying = moves.filter(({ origin }) => staysThere(origin, destination));
  await transfer(deps, input, { moves: staying, destination }, () => ({ kind: 'as-before' }));
  const going = moves.filter(({ origin }) => !staysThere(origin, destination));
  const groups = Map.groupBy(
    going,
    ({ origin }) => `${origin.targetUidValidity} ${origin.targetPath}`,
  );
  for (const group of groups.values()) {
    await moveGroup(deps, input, { moves: group, destination }, signal);
  }
}

/** The same folder under new numbers, or a message whose UID nobody knows. */
function staysThere({ targetPath, targetUid }: VanishedRow, destination: Destination): boolean {
  return targetPath === destination.targetPath || targetUid === null;
}

async function moveGroup(
  deps: CopyDeps,
  input: CopyInput,
  { moves: group, destination }: MovesTo,
  signal: AbortSignal,
): Promise<void> {
  const [first] = group;
  if (first === undefined) {
    return;
  }
  const { targetPath: path, targetUidValidity: uidValidity } = first.origin;
  await deps.ledger.recordIntents(
    input.turn,
    group.map((move) => intentOf(move, destination)),
  );
  const from = { path, uidValidity };
  const outcomes = await askToMove(deps, input, { moves: group, destination, from }, signal);
  await transfer(deps, input, { moves: group, destination }, ({ origin }) =>
    placeOf(outcomes.get(origin.targetUid ?? 0), destination),
  );
}

async function askToMove(
  deps: CopyDeps,
  input: CopyInput,
  { moves: group, destination, from }: MovesTo & { readonly from: NumberedFolder },
  signal: AbortSignal,
): Promise<ReadonlyMap<number, MoveOutcome>> {
  const messages = group.map(({ origin }) => ({
    uid: origin.targetUid ?? 0,
    written: origin.writtenFlags ?? [],
  }));
  try {
    return await deps.target.moveMessages(from, destination.targetPath, messages, signal);
  } catch (error) {
    const isGone =
      saysMissing(error) && (await stateIfThere(deps.target, from.path, signal)) === null;
    if (isGone || errorCodeOf(error) === 'imap.uid-validity-changed') {
      // The target renumbered the folder, or the person took it elsewhere: the messages stay where they are.
      return new Map(messages.map(({ uid }) => [uid, { kind: 'kept' }]));
    }
    await deps.ledger.settle(
      input.turn,
      group.map(({ row }) => ({ id: row.id, state: 'in-flight', emptyLooks: 0 })),
    );
    throw error;
  }
}

function placeOf(outcome: MoveOutcome | undefined, { state }: Destination): Transfer['place'] {
  if (outcome === undefined || outcome.kind === 'kept') {
    return { kind: 'as-before' };
  }
  return outcome.kind === 'gone'
    ? { kind: 'deleted', reason: 'copy.deleted-at-target' }
    : { kind: 'moved', uidValidity: outcome.uidValidity ?? state.uidValidity, uid: outcome.uid };
}

async function transfer(
  { ledger }: Pick<CopyDeps, 'ledger'>,
  input: CopyInput,
  { moves, destination: { sourcePath: folder } }: MovesTo,
  placeFor: (move: MovedRow) => Transfer['place'],
): Promise<void> {
  if (moves.length === 0) {
    return;
  }
  const transfers = moves.map((move) => ({
    from: move.origin.id,
    to: move.row.id,
    key: move.key,
    sha256: move.sha256,
    place: placeFor(move),
  }));
  await ledger.transfer(input.turn, transfers);
  for (const [i, { row }] of moves.entries()) {
    const state = transfers[i]?.place.kind === 'deleted' ? 'skipped' : 'done';
    input.onProgress({ kind: 'message', folder, sizeBytes: row.sizeBytes, state });
  }
  const moved = transfers.filter(({ place }) => place.kind === 'moved').length;
  input.onProgress({ kind: 'updated', flags: 0, moved });
}

function intentOf(
  { row, key, sha256, origin }: MovedRow,
  { targetFolderId, state }: Destination,
): Intent {
  return {
    id: row.id,
    key,
    sha256,
    sentBytes: row.sizeBytes,
    repairs: [],
    flags: origin.writtenFlags ?? [],
    flagsLack: false,
    mayInvite: false,
    stampId: origin.stampId,
    targetFolderId,
    targetUidValidity: state.uidValidity,
    uidNext: state.uidNext,
  };
}
