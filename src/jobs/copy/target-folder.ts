/** Folders at the target that the person renames or deletes while mail is written to them. */
import { errorCodeOf } from '../../errors.ts';
import { TargetFolderLostError } from '../errors.ts';
import type { FolderState, MailTarget } from '../ports.ts';

const MISSING = 'imap.folder-missing';

/** True where a server said that there is no such folder. */
export function saysMissing(error: unknown): boolean {
  return errorCodeOf(error) === MISSING;
}

/** Null where there is no such folder any more. */
export async function stateIfThere(
  target: Pick<MailTarget, 'folderState'>,
  path: string,
  signal: AbortSignal,
): Promise<FolderState | null> {
  try {
    return await target.folderState(path, signal);
  } catch (error) {
    if (saysMissing(error)) {
      return null;
    }
    throw error;
  }
}

/**
 * What an error means for mail that goes to these folders: one that the target does not list any more is
 * made anew by the next round, and that is all; one that is listed and does not open stays what it is.
 */
export async function asFolderLost(
  target: Pick<MailTarget, 'listFolders'>,
  { error, paths }: { readonly error: unknown; readonly paths: readonly string[] },
  signal: AbortSignal,
): Promise<unknown> {
  if (!saysMissing(error)) {
    return error;
  }
  const folders = await target.listFolders(signal);
  // Servers that tell names by their case list both; to call one of them there is the careful side.
  const listed = new Set(folders.map(({ path }) => path.toLowerCase()));
  return paths.every((path) => listed.has(path.toLowerCase()))
    ? error
    : new TargetFolderLostError('A folder at the target is gone.', { cause: error });
}
