import type { FolderRow, OpenRow } from '../ledger.ts';
import type { NumberedFolder } from '../ports.ts';
import { type Adoption, openAdoption } from './adoption.ts';
import { cutBatches } from './batches.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import { indexVanished, type Vanished } from './vanished.ts';

/** Rows of one folder that are read, and whose intents are committed, together. */
export interface PlannedBatch {
  readonly folder: FolderRow;
  readonly from: NumberedFolder;
  readonly targetFolderId: number;
  readonly adoption: Adoption;
  readonly vanished: Vanished;
  readonly rows: readonly OpenRow[];
}

export interface PlanContext {
  readonly deps: CopyDeps;
  readonly input: CopyInput;
  readonly signal: AbortSignal;
}

/** What is open of the folders, cut into batches; nothing of it is read yet. */
export async function* planBatches(
  { deps, input, signal }: PlanContext,
  folders: readonly FolderRow[],
): AsyncGenerator<PlannedBatch, void, void> {
  const vanished = indexVanished(await deps.ledger.vanishedRows(input.turn.migrationId));
  for (const folder of folders) {
    const rows = await deps.ledger.openRows(folder.id);
    if (rows.length === 0 || folder.uidValidity === null) {
      continue;
    }
    input.onProgress({ kind: 'folder', path: folder.sourcePath, open: rows.length });
    const [targetFolderId, state] = await Promise.all([
      deps.ledger.targetFolderId(input.targetMailbox, folder.targetPath),
      deps.target.folderState(folder.targetPath, signal),
    ]);
    const from = { path: folder.sourcePath, uidValidity: folder.uidValidity };
    const adoption = await openAdoption(
      deps,
      input,
      { folder, targetFolderId, state, rows },
      signal,
    );
    for (const batch of cutBatches(rows)) {
      yield { folder, from, targetFolderId, adoption, vanished, rows: batch };
    }
  }
}
