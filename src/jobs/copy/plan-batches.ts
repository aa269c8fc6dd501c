import type { FolderRow, OpenRow } from '../ledger.ts';
import type { FolderState, NumberedFolder } from '../ports.ts';
import { type Adoption, openAdoption } from './adoption.ts';
import { cutBatches } from './batches.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import { indexVanished, type Vanished } from './vanished.ts';

/** Rows of one folder that are read, and whose intents are committed, together. */
export interface PlannedBatch {
  readonly folder: FolderRow;
  readonly from: NumberedFolder;
  readonly targetFolderId: number;
  /** Of the target folder, before any octet of its first batch left; null for the batches behind. */
  readonly state: FolderState | null;
  readonly adoption: Adoption;
  readonly vanished: Vanished;
  readonly rows: readonly OpenRow[];
}

export interface PlanContext {
  readonly deps: CopyDeps;
  readonly input: CopyInput;
  readonly signal: AbortSignal;
}

/** Folders that are asked about while those before are copied: small ones would else wait for each answer. */
const FOLDERS_AHEAD = 8;

/** What is open of the folders, cut into batches; nothing of it is read yet. */
export async function* planBatches(
  context: PlanContext,
  folders: readonly FolderRow[],
): AsyncGenerator<PlannedBatch, void, void> {
  const { deps, input } = context;
  const vanished = indexVanished(await deps.ledger.vanishedRows(input.turn.migrationId));
  const ahead: Promise<FolderPlan | null>[] = [];
  let next = 0;
  const planNext = (): void => {
    const folder = folders[next];
    next += 1;
    if (folder !== undefined) {
      const plan = planFolder(context, folder);
      // Should it fail while nobody looks, whoever takes it hears of it.
      plan.catch(() => undefined);
      ahead.push(plan);
    }
  };
  for (let n = 0; n < FOLDERS_AHEAD; n += 1) {
    planNext();
  }
  try {
    for (let plan = ahead.shift(); plan; plan = ahead.shift()) {
      const found = await plan;
      planNext();
      if (found !== null) {
        yield* batchesOf(context, found, vanished);
      }
    }
  } finally {
    await Promise.allSettled(ahead);
  }
}

interface FolderPlan {
  readonly folder: FolderRow;
  readonly uidValidity: number;
  readonly rows: readonly OpenRow[];
  readonly targetFolderId: number;
  readonly state: FolderState;
}

/** Null where nothing is open. */
async function planFolder(
  { deps, input, signal }: PlanContext,
  folder: FolderRow,
): Promise<FolderPlan | null> {
  const { uidValidity } = folder;
  if (uidValidity === null) {
    return null;
  }
  const [rows, targetFolderId, state] = await Promise.all([
    deps.ledger.openRows(folder.id),
    deps.ledger.targetFolderId(input.targetMailbox, folder.targetPath),
    deps.target.folderState(folder.targetPath, signal),
  ]);
  return rows.length === 0 ? null : { folder, uidValidity, rows, targetFolderId, state };
}

async function* batchesOf(
  { deps, input, signal }: PlanContext,
  { folder, uidValidity, rows, targetFolderId, state }: FolderPlan,
  vanished: Vanished,
): AsyncGenerator<PlannedBatch, void, void> {
  input.onProgress({ kind: 'folder', path: folder.sourcePath, open: rows.length });
  const from = { path: folder.sourcePath, uidValidity };
  const adoption = await openAdoption(deps, input, { folder, targetFolderId, state, rows }, signal);
  let isFirst = true;
  for (const batch of cutBatches(rows)) {
    yield {
      folder,
      from,
      targetFolderId,
      state: isFirst ? state : null,
      adoption,
      vanished,
      rows: batch,
    };
    isFirst = false;
  }
}
