import { errorCodeOf, isAppError } from '../../errors.ts';
import type { FolderRow } from '../ledger.ts';
import type { SurveyedFolder } from '../ports.ts';
import { copyFolders } from './copy-folders.ts';
import type { CopyDeps, CopyInput, CopyResult } from './deps.ts';
import { mapFolders } from './folder-map.ts';
import { proveStamp } from './prove-stamp.ts';
import { resolveSuspects } from './resolve-suspects.ts';

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
  const folders = await planFolders(
    deps,
    input,
    await discoverFolders(deps, input, signal),
    signal,
  );
  // A folder that cannot be copied leaves no empty one behind.
  const copied = folders.filter(({ problem }) => problem === null);
  await deps.target.ensureFolders(
    copied.map(({ targetPath }) => targetPath),
    signal,
  );
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const open = await openFolders(deps, folders);
    if (open.length === 0) {
      break;
    }
    if ((await copyRound(deps, input, open, signal)) === 'yielded') {
      return { kind: 'yielded', resumeAt: null };
    }
    await resolveSuspects(deps, input, signal);
  }
  return finishPass(deps, input, folders, signal);
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
  const open = new Set(await deps.ledger.foldersWithOpenRows(folders.map(({ id }) => id)));
  return folders.filter(({ id }) => open.has(id));
}

/** Saves where each folder goes; a mapping, once saved, stays. Nothing is made at the target yet. */
export async function discoverFolders(
  deps: CopyDeps,
  input: Pick<CopyInput, 'turn' | 'onlyFolders'>,
  signal: AbortSignal,
): Promise<readonly FolderRow[]> {
  const [sourceFolders, targetFolders] = await Promise.all([
    deps.source.listFolders(signal),
    deps.target.listFolders(signal),
  ]);
  const saved = new Map(
    (await deps.ledger.folders(input.turn.migrationId)).map((row) => [
      row.sourcePath,
      row.targetPath,
    ]),
  );
  const selectable = new Set(sourceFolders.filter((f) => f.selectable).map((f) => f.path));
  const mapping = { source: sourceFolders, target: targetFolders, traits: deps.traits, saved };
  for (const mapped of mapFolders(mapping)) {
    if (selectable.has(mapped.sourcePath)) {
      await deps.ledger.saveFolder(input.turn, mapped);
    }
  }
  const rows = await deps.ledger.folders(input.turn.migrationId);
  return rows.filter((row) => input.onlyFolders?.includes(row.sourcePath) ?? true);
}

/**
 * Lists every folder of this pass, so that the totals are known before the first message moves; returns
 * the folders as they are then.
 */
async function planFolders(
  deps: CopyDeps,
  input: CopyInput,
  folders: readonly FolderRow[],
  signal: AbortSignal,
): Promise<readonly FolderRow[]> {
  const unlisted = folders.filter((row) => row.passListed < input.pass);
  const byPath = new Map(unlisted.map((folder) => [folder.sourcePath, folder]));
  for await (const surveyed of deps.source.surveyFolders([...byPath.keys()], signal)) {
    const folder = byPath.get(surveyed.path);
    if (folder !== undefined) {
      await recordSurvey(deps, input, folder, surveyed);
    }
  }
  input.onProgress({ kind: 'planned', ...(await deps.ledger.planned(input.turn.migrationId)) });
  const wanted = new Set(folders.map(({ id }) => id));
  return (await deps.ledger.folders(input.turn.migrationId)).filter(({ id }) => wanted.has(id));
}

/** Notes what a folder holds; one that was renumbered is named: its rows mean other messages now. */
async function recordSurvey(
  deps: CopyDeps,
  input: CopyInput,
  folder: FolderRow,
  surveyed: SurveyedFolder,
): Promise<void> {
  if ('error' in surveyed) {
    await nameFolderProblem(deps, input, folder, surveyed.error);
    return;
  }
  const { state, messages } = surveyed;
  if (folder.uidValidity !== null && folder.uidValidity !== state.uidValidity) {
    await deps.ledger.markFolderProblem(input.turn, folder.id, 'copy.source-renumbered');
    return;
  }
  const { uidValidity } = state;
  const listing = { pass: input.pass, uidValidity, messages };
  await deps.ledger.recordListing(input.turn, folder.id, listing);
}

/** A folder that cannot be opened is named and left; anything wider than one folder ends the pass. */
async function nameFolderProblem(
  deps: CopyDeps,
  input: CopyInput,
  folder: FolderRow,
  error: unknown,
): Promise<void> {
  if (!isAppError(error) || !FOLDER_PROBLEMS.has(error.code)) {
    throw error;
  }
  await deps.ledger.markFolderProblem(input.turn, folder.id, errorCodeOf(error));
}

/** What concerns one folder alone: iCloud lists Notes and does not open it. */
const FOLDER_PROBLEMS = new Set(['imap.folder-missing']);

/** The pass is through when nothing is open and no suspect is left; else it names when to look again. */
async function finishPass(
  deps: CopyDeps,
  input: CopyInput,
  folders: readonly FolderRow[],
  signal: AbortSignal,
): Promise<CopyResult> {
  const { nextLookAt } = await resolveSuspects(deps, input, signal);
  const open = await openFolders(deps, folders);
  if (nextLookAt !== null || open.length > 0) {
    return { kind: 'yielded', resumeAt: open.length > 0 ? null : nextLookAt };
  }
  for (const folder of folders.filter((row) => row.passDone < input.pass)) {
    await deps.ledger.finishFolder(input.turn, folder.id, input.pass);
  }
  return { kind: 'finished' };
}
