import type { FolderRow } from '../ledger.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import { foldName } from './exchange-names.ts';

/** What is noted of a folder whose class could not be read. */
export const CLASS_UNKNOWN = 'unknown';

/** Outlook takes mail from folders of this class, of those below it, and of none. */
export function isMailClass(folderClass: string): boolean {
  return folderClass === '' || /^IPF\.(?:Note|Imap)(?:\.|$)/i.test(folderClass);
}

/**
 * True for a folder that Outlook may hide or show as something else. IPF.Imap, which folders made over
 * IMAP may get, is such a class. Pure.
 */
export function isHiddenClass(folderClass: string | null): boolean {
  return (
    folderClass !== null &&
    folderClass !== '' &&
    folderClass !== CLASS_UNKNOWN &&
    !/^IPF\.Note(?:\.|$)/i.test(folderClass)
  );
}

/** Notes the class of each folder once it was made; of folders that were asked for before only when `again`. */
export async function noteFolderClasses(
  deps: Pick<CopyDeps, 'target' | 'ledger'>,
  input: Pick<CopyInput, 'turn'> & { readonly again: boolean },
  folders: readonly FolderRow[],
  signal: AbortSignal,
): Promise<void> {
  const asked = folders.filter(({ targetClass }) => input.again || targetClass === null);
  if (asked.length === 0) {
    return;
  }
  const classes = await deps.target.folderClasses(signal);
  const byPath = new Map([...(classes ?? [])].map(([path, found]) => [foldName(path), found]));
  await deps.ledger.noteClasses(
    input.turn,
    asked.map(({ id, targetPath }) => ({
      id,
      targetClass: byPath.get(foldName(targetPath)) ?? CLASS_UNKNOWN,
    })),
  );
}
