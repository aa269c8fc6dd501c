import { NoProgressError } from '../errors.ts';
import type { FolderRow } from '../ledger.ts';
import { copyFolders } from './copy-folders.ts';
import { applyFlagChanges, finishFlagChanges } from './delta-flags.ts';
import {
  type CopyDeps,
  type CopyInput,
  type CopyProgress,
  type CopyResult,
  isSettled,
} from './deps.ts';
import { noteFolderClasses } from './folder-class.ts';
import { discoverFolders, listFolders } from './list-folders.ts';
import { proveStamp } from './prove-stamp.ts';
import { resolveSuspects } from './resolve-suspects.ts';
import { removeSurplus } from './surplus.ts';
import { asFolderLost } from './target-folder.ts';

/** Rounds through the folders: a link that dies leaves rows to send again. */
const MAX_ROUNDS = 8;

/**
 * One pass over all folders, or the rest of one: suspects of earlier turns first, then list, copy
 * folder by folder, and look for new suspects until none is left. Safe to end anywhere and to run again.
 */
export async function copyPass(
  deps: CopyDeps,
  input: CopyInput,
  signal: AbortSignal,
): Promise<CopyResult> {
  await resolveSuspects(deps, input, signal);
  const discovered = await discoverFolders(deps, input, signal);
  const folders = await listFolders(deps, input, discovered, signal);
  // A folder that cannot be copied leaves no empty one behind.
  const copied = folders.filter(({ problem }) => problem === null);
  await deps.target.ensureFolders(
    copied.map(({ targetPath }) => targetPath),
    signal,
  );
  try {
    await noteFolderClasses(deps, { turn: input.turn, again: false }, copied, signal);
    return await copyAll(deps, input, folders, signal);
  } catch (error) {
    const paths = copied.map(({ targetPath }) => targetPath);
    throw await asFolderLost(deps.target, { error, paths }, signal);
  }
}

/** Round after round, until nothing is open or the slice is over. */
async function copyAll(
  deps: CopyDeps,
  input: CopyInput,
  folders: readonly FolderRow[],
  signal: AbortSignal,
): Promise<CopyResult> {
  let hasMoved = false;
  const onProgress = (event: CopyProgress): void => {
    hasMoved ||= isSettled(event);
    input.onProgress(event);
  };
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const open = await openFolders(deps, folders);
    if (open.length === 0) {
      break;
    }
    if ((await copyRound(deps, { ...input, onProgress }, open, signal)) === 'yielded') {
      await applyFlagChanges(deps, input, signal);
      return { kind: 'yielded', resumeAt: null };
    }
    await resolveSuspects(deps, input, signal);
  }
  return finishPass(deps, input, { folders, hasMoved }, signal);
}

/** All open folders in one stream; until the stamp is proven, the first of them alone. */
async function copyRound(
  deps: CopyDeps,
  input: CopyInput,
  folders: readonly FolderRow[],
  signal: AbortSignal,
): Promise<'through' | 'yielded'> {
  const [first, ...rest] = folders;
  if (first === undefined) {
    return 'through';
  }
  if (input.stampProven || !deps.traits.stamps) {
    return copyFolders(deps, input, folders, signal);
  }
  if ((await copyFolders(deps, input, [first], signal)) === 'yielded') {
    return 'yielded';
  }
  const proven = await proveStamp(deps, input, first, signal);
  return proven.stampProven
    ? copyFolders(deps, proven, rest, signal)
    : copyRound(deps, proven, rest, signal);
}

async function openFolders(
  deps: CopyDeps,
  folders: readonly FolderRow[],
): Promise<readonly FolderRow[]> {
  // What is open of a folder that does not open stays open, and is told as such.
  const opening = folders.filter(({ problem }) => problem === null);
  const open = new Set(await deps.ledger.foldersWithOpenRows(opening.map(({ id }) => id)));
  return opening.filter(({ id }) => open.has(id));
}

/** The pass is through when nothing is open and no suspect is left; else it names when to look again. */
async function finishPass(
  deps: CopyDeps,
  input: CopyInput,
  { folders, hasMoved }: { readonly folders: readonly FolderRow[]; readonly hasMoved: boolean },
  signal: AbortSignal,
): Promise<CopyResult> {
  const { nextLookAt } = await resolveSuspects(deps, input, signal);
  const open = await openFolders(deps, folders);
  if (nextLookAt !== null || open.length > 0) {
    await applyFlagChanges(deps, input, signal);
    if (nextLookAt === null && !hasMoved) {
      throw new NoProgressError('Nothing that is open could be sent.');
    }
    // What waits for a suspect's fate, such as its twin, is not tried again before that is looked for.
    return { kind: 'yielded', resumeAt: open.length > 0 && hasMoved ? null : nextLookAt };
  }
  await finishFlagChanges(deps, input, signal);
  await removeSurplus(deps, input, signal);
  for (const folder of folders.filter((row) => row.passDone < input.pass)) {
    await deps.ledger.finishFolder(input.turn, folder.id, input.pass);
  }
  return { kind: 'finished' };
}
