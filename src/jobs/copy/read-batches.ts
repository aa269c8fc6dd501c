import type { FolderRow, OpenRow, Settlement } from '../ledger.ts';
import type { FolderState, OutgoingMessage } from '../ports.ts';
import { cutBatches } from './batches.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import { prepareMessage } from './prepare-message.ts';

/** After this many attempts a message is named as one that breaks the connection, and left. */
const MAX_ATTEMPTS = 4;

const RENUMBERED = 'copy.source-renumbered';

/** A message in memory, ready to be sent. */
export interface PreparedMessage {
  readonly row: OpenRow;
  readonly outgoing: OutgoingMessage;
  readonly key: string;
  readonly sha256: string;
  readonly repairs: readonly string[];
  /** Held in the byte budget until the append is answered. */
  readonly heldBytes: number;
}

/** Messages of one folder whose intents are committed together. */
export interface ReadBatch {
  readonly targetFolderId: number;
  /** Answered before the batch's first octet leaves on any connection: a look for its suspects begins here. */
  readonly state: FolderState;
  readonly messages: readonly PreparedMessage[];
  /** Some were tried before: they share the wire with nobody else. */
  readonly wasTried: boolean;
}

export interface ReadContext {
  readonly deps: CopyDeps;
  readonly input: CopyInput;
  /** Takes what cannot be sent, with its reason. */
  readonly settle: (row: OpenRow, settlement: Settlement) => void;
  readonly signal: AbortSignal;
}

/** Reads what is open of the folders, batch by batch; whoever takes a batch releases its bytes. */
export async function* readBatches(
  context: ReadContext,
  folders: readonly FolderRow[],
): AsyncGenerator<ReadBatch, void, void> {
  const { deps, input, settle, signal } = context;
  for (const folder of folders) {
    const rows = await deps.ledger.openRows(folder.id);
    if (rows.length === 0) {
      continue;
    }
    input.onProgress({ kind: 'folder', path: folder.sourcePath, open: rows.length });
    const targetFolderId = await deps.ledger.targetFolderId(input.targetMailbox, folder.targetPath);
    const { uidValidity } = await deps.source.openFolder(folder.sourcePath, signal);
    if (uidValidity !== folder.uidValidity) {
      // Renumbered since it was listed: its UIDs name other messages now, and nothing is read blindly.
      await deps.ledger.markFolderProblem(input.turn, folder.id, RENUMBERED);
      rows.forEach((row) => settle(row, { id: row.id, state: 'failed', reason: RENUMBERED }));
      continue;
    }
    for (const batch of cutBatches(rows)) {
      const [state, messages] = await Promise.all([
        deps.target.folderState(folder.targetPath, signal),
        readBatch(context, folder, batch),
      ]);
      yield { targetFolderId, state, messages, wasTried: batch.some((row) => row.attempts > 0) };
    }
  }
}

/** Reads and prepares a batch; what cannot be sent is settled at once. */
async function readBatch(
  { deps, settle, signal }: ReadContext,
  folder: FolderRow,
  batch: readonly OpenRow[],
): Promise<readonly PreparedMessage[]> {
  const worthTrying = batch.filter((row) => row.attempts < MAX_ATTEMPTS);
  for (const row of batch.filter((candidate) => candidate.attempts >= MAX_ATTEMPTS)) {
    settle(row, { id: row.id, state: 'failed', reason: 'copy.breaks-connection' });
  }
  if (worthTrying.length === 0) {
    return [];
  }
  let heldBytes = worthTrying.reduce((sum, row) => sum + row.sizeBytes, 0);
  await deps.budget.acquire(heldBytes, signal);
  const leave = (row: OpenRow, settlement: Settlement): void => {
    settle(row, settlement);
    heldBytes -= row.sizeBytes;
    deps.budget.release(row.sizeBytes);
  };
  const rowOf = new Map(worthTrying.map((row) => [row.uid, row]));
  const prepared: PreparedMessage[] = [];
  try {
    for await (const { uid, bytes } of deps.source.readMessages([...rowOf.keys()], signal)) {
      const row = rowOf.get(uid);
      rowOf.delete(uid);
      if (row === undefined) {
        continue;
      }
      const { traits } = deps;
      const result = prepareMessage(row, bytes, { folderPath: folder.targetPath, traits });
      if (result.kind === 'refused') {
        leave(row, { id: row.id, state: 'failed', reason: result.reason });
      } else {
        prepared.push({ ...result.message, row, heldBytes: row.sizeBytes });
      }
    }
  } catch (error) {
    deps.budget.release(heldBytes);
    throw error;
  }
  // The source answered for every UID that was asked: what is left no longer exists there.
  for (const row of rowOf.values()) {
    leave(row, { id: row.id, state: 'gone' });
  }
  return prepared;
}
