import type { FolderRow } from '../ledger.ts';
import type { SourceFolderState, SurveyedFolder } from '../ports.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import { mapFolders } from './folder-map.ts';
import { folderProblemOf } from './folder-problem.ts';

/** A folder of the ledger, and whether the source lists it now. */
export interface DiscoveredFolder extends FolderRow {
  readonly isListed: boolean;
}

/** Saves where each folder goes; a mapping, once saved, stays. Nothing is made at the target yet. */
export async function discoverFolders(
  deps: CopyDeps,
  input: Pick<CopyInput, 'turn' | 'onlyFolders'>,
  signal: AbortSignal,
): Promise<readonly DiscoveredFolder[]> {
  const [sourceFolders, targetFolders, known] = await Promise.all([
    deps.source.listFolders(signal),
    deps.target.listFolders(signal),
    deps.ledger.folders(input.turn.migrationId),
  ]);
  const saved = new Map(known.map((row) => [row.sourcePath, row.targetPath]));
  const selectable = new Set(sourceFolders.filter((f) => f.selectable).map((f) => f.path));
  // What holds no mail is told by its class, too, where somebody can read it.
  const classes = [...selectable].some((path) => !saved.has(path))
    ? ((await deps.target.folderClasses(signal)) ?? new Map<string, string>())
    : new Map<string, string>();
  const { traits } = deps;
  const mapping = { source: sourceFolders, target: targetFolders, traits, saved, classes };
  const found = mapFolders(mapping).filter(({ sourcePath }) => selectable.has(sourcePath));
  if (found.length > 0) {
    await deps.ledger.saveFolders(input.turn, found);
  }
  const rows = found.length > 0 ? await deps.ledger.folders(input.turn.migrationId) : known;
  return rows
    .filter((row) => input.onlyFolders?.includes(row.sourcePath) ?? true)
    .map((row) => ({ ...row, isListed: selectable.has(row.sourcePath) }));
}

/**
 * Lists every folder of this pass that changed since it was listed last, so that the totals are known
 * before the first message moves; returns the folders as they are then.
 */
export async function listFolders(
  deps: CopyDeps,
  input: CopyInput,
  folders: readonly DiscoveredFolder[],
  signal: AbortSignal,
): Promise<readonly FolderRow[]> {
  const unlisted = folders.filter((row) => row.passListed < input.pass);
  const byPath = new Map(unlisted.map((folder) => [folder.sourcePath, folder]));
  const asked = unlisted.map((row) => ({ path: row.sourcePath, known: knownState(row) }));
  const unchanged: number[] = [];
  // Written down while the next folder is on its way; one after the other, since they hold one turn.
  let recording: Promise<void> = Promise.resolve();
  try {
    for await (const surveyed of deps.source.surveyFolders(asked, signal)) {
      const folder = byPath.get(surveyed.path);
      if (folder !== undefined && 'messages' in surveyed && surveyed.messages === null) {
        unchanged.push(folder.id);
      } else if (folder !== undefined) {
        recording = recording.then(() => recordSurvey(deps, input, folder, surveyed));
        recording.catch(() => undefined);
      }
    }
  } finally {
    await recording;
  }
  if (unchanged.length > 0) {
    await deps.ledger.recordUnchanged(input.turn, unchanged, input.pass);
  }
  const planned = await deps.ledger.planned(input.turn.migrationId);
  deps.target.expectAppends(planned.messages - planned.messagesSettled);
  input.onProgress({ kind: 'planned', ...planned });
  const wanted = new Set(folders.map(({ id }) => id));
  return (await deps.ledger.folders(input.turn.migrationId)).filter(({ id }) => wanted.has(id));
}

function knownState({
  uidValidity,
  sourceUidNext,
  messages,
  sourceModSeq,
}: FolderRow): SourceFolderState | null {
  return uidValidity === null || sourceUidNext === null
    ? null
    : { uidValidity, uidNext: sourceUidNext, exists: messages, modSeq: sourceModSeq };
}

/** Notes what a folder holds; under another UIDVALIDITY all that was listed before has vanished from it. */
async function recordSurvey(
  deps: CopyDeps,
  input: CopyInput,
  folder: DiscoveredFolder,
  surveyed: SurveyedFolder,
): Promise<void> {
  if ('error' in surveyed) {
    await nameFolderProblem(deps, input, folder, surveyed.error);
    return;
  }
  const { state, messages } = surveyed;
  const listing = { pass: input.pass, state, messages: messages ?? [] };
  await deps.ledger.recordListing(input.turn, folder.id, listing);
}

/**
 * A folder that cannot be opened is named and left; anything wider than one folder ends the pass. One that
 * opened before and is neither listed nor there any more was renamed or deleted: its messages have vanished
 * from it, and are found where they are now.
 */
async function nameFolderProblem(
  deps: CopyDeps,
  input: CopyInput,
  folder: DiscoveredFolder,
  error: unknown,
): Promise<void> {
  const known = knownState(folder);
  const problem = folderProblemOf(error, known !== null);
  if (problem === null) {
    throw error;
  }
  if (known !== null && !folder.isListed) {
    const state = { ...known, exists: 0, modSeq: null };
    await deps.ledger.recordListing(input.turn, folder.id, {
      pass: input.pass,
      state,
      messages: [],
    });
    return;
  }
  await deps.ledger.markFolderProblem(input.turn, folder.id, problem);
}
