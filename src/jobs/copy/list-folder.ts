import { SourceRenumberedError } from '../errors.ts';
import type { FolderRow } from '../ledger.ts';
import type { CopyDeps, CopyInput } from './deps.ts';

/**
 * Lists one folder of the source into the ledger.
 *
 * @throws SourceRenumberedError when the server renumbered the folder: nothing is sent blindly.
 */
export async function listFolder(
  deps: CopyDeps,
  input: CopyInput,
  folder: FolderRow,
  signal: AbortSignal,
): Promise<void> {
  const state = await deps.source.openFolder(folder.sourcePath, signal);
  if (folder.uidValidity !== null && folder.uidValidity !== state.uidValidity) {
    throw new SourceRenumberedError('The source renumbered a folder during the move.');
  }
  const messages = state.exists === 0 ? [] : await deps.source.listMessages(signal);
  await deps.ledger.recordListing(input.turn, folder.id, {
    pass: input.pass,
    uidValidity: state.uidValidity,
    messages,
  });
}
