import type { AppError } from '../../errors.ts';
import { SourceRenumberedError } from '../errors.ts';
import type { FolderRow, Intent, OpenRow, Settlement } from '../ledger.ts';
import type { AppendOutcome, FolderState, OutgoingMessage } from '../ports.ts';
import { cutBatches } from './batches.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import { prepareMessage } from './prepare-message.ts';
import { createSettler, type Settler } from './settler.ts';

/** After this many attempts a message is named as one that breaks the connection, and left. */
const MAX_ATTEMPTS = 4;

/**
 * No further intents while more than this wait for their answer: what has an intent when the process
 * is killed must be looked for, waited for and sent again with care. Deeper than any server needs.
 */
const MAX_UNANSWERED = 256;

/** How a folder's copy ended: gone through, or stopped for the slice's end. */
export type FolderOutcome = 'through' | 'yielded';

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

/**
 * Copies what is open of one folder: read a batch, commit its intents, then append. An intent is on
 * disk before the first octet of its message leaves; an answer is written down whoever gives up.
 */
export async function copyFolder(
  deps: CopyDeps,
  input: CopyInput,
  folder: FolderRow,
  signal: AbortSignal,
): Promise<FolderOutcome> {
  const rows = await deps.ledger.openRows(folder.id);
  if (rows.length === 0) {
    return 'through';
  }
  input.onProgress({ kind: 'folder', path: folder.sourcePath, open: rows.length });
  const run = await startRun(deps, input, folder, signal);
  try {
    for (const batch of cutBatches(rows)) {
      if (input.mustYield()) {
        return 'yielded';
      }
      run.throwIfStopped();
      await run.copyBatch(batch);
    }
  } finally {
    await run.settleAll();
  }
  run.throwIfStopped();
  return 'through';
}

interface FolderRun {
  copyBatch(batch: readonly OpenRow[]): Promise<void>;
  /** Throws the first error that must stop the folder: a full mailbox, a throttle, a lost login. */
  throwIfStopped(): void;
  settleAll(): Promise<void>;
}

async function startRun(
  deps: CopyDeps,
  input: CopyInput,
  folder: FolderRow,
  signal: AbortSignal,
): Promise<FolderRun> {
  const settler = createSettler(deps.ledger, input.turn);
  const pending = new Set<Promise<void>>();
  let stop: AppError | null = null;
  let wake: () => void = () => undefined;
  const targetFolderId = await deps.ledger.targetFolderId(input.targetMailbox, folder.targetPath);
  await deps.source.openFolder(folder.sourcePath, signal);

  const send = (prepared: Prepared, state: FolderState): void => {
    const appended = appendOne(prepared, state).finally(() => {
      deps.budget.release(prepared.heldBytes);
      pending.delete(appended);
      wake();
    });
    pending.add(appended);
  };

  /** Resolves when at most `count` appends are unanswered. */
  const answeredTo = async (count: number): Promise<void> => {
    while (pending.size > count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };

  const appendOne = async (prepared: Prepared, state: FolderState): Promise<void> => {
    const outcome = await deps.target.append(prepared.outgoing, signal);
    const { settlement, stops } = decideSettlement(prepared.row, outcome, state.uidValidity);
    stop ??= stops;
    settler.add(settlement);
    const { sizeBytes } = prepared.row;
    input.onProgress({ kind: 'message', sizeBytes, state: settlement.state });
  };

  const throwIfStopped = (): void => {
    if (stop !== null) {
      throw stop;
    }
  };

  return {
    async copyBatch(batch) {
      // Answered before the batch's first octet on any connection: a look for its suspects begins here.
      const [state, prepared] = await Promise.all([
        deps.target.folderState(folder.targetPath, signal),
        readBatch(deps, folder, batch, { settler, signal, onProgress: input.onProgress }),
      ]);
      // Rows that were tried before share the wire with nobody else.
      const wasTried = batch.some((row) => row.attempts > 0);
      try {
        await answeredTo(wasTried ? 0 : MAX_UNANSWERED);
        throwIfStopped();
        await deps.ledger.recordIntents(
          input.turn,
          prepared.map((message) => intentOf(message, targetFolderId, state)),
        );
      } catch (error) {
        deps.budget.release(prepared.reduce((sum, message) => sum + message.heldBytes, 0));
        throw error;
      }
      for (const message of prepared) {
        send(message, state);
      }
      if (wasTried) {
        await answeredTo(0);
      }
    },
    throwIfStopped,
    async settleAll() {
      await Promise.all(pending);
      await settler.flush();
    },
  };
}

interface Prepared {
  readonly row: OpenRow;
  readonly outgoing: OutgoingMessage;
  readonly key: string;
  readonly sha256: string;
  readonly repairs: readonly string[];
  /** Held in the byte budget until the append is answered. */
  readonly heldBytes: number;
}

interface ReadContext {
  readonly settler: Settler;
  readonly signal: AbortSignal;
  readonly onProgress: CopyInput['onProgress'];
}

/** Reads and prepares a batch; what cannot be sent is settled at once with its reason. */
async function readBatch(
  deps: CopyDeps,
  folder: FolderRow,
  batch: readonly OpenRow[],
  { settler, signal, onProgress }: ReadContext,
): Promise<readonly Prepared[]> {
  const settle = (row: OpenRow, settlement: Settlement): void => {
    settler.add(settlement);
    onProgress({ kind: 'message', sizeBytes: row.sizeBytes, state: settlement.state });
  };
  const worthTrying = batch.filter((row) => row.attempts < MAX_ATTEMPTS);
  for (const row of batch.filter((candidate) => candidate.attempts >= MAX_ATTEMPTS)) {
    settle(row, { id: row.id, state: 'failed', reason: 'copy.breaks-connection' });
  }
  const heldBytes = worthTrying.reduce((sum, row) => sum + row.sizeBytes, 0);
  await deps.budget.acquire(heldBytes, signal);
  const rowOf = new Map(worthTrying.map((row) => [row.uid, row]));
  const prepared: Prepared[] = [];
  try {
    const uids = worthTrying.map((row) => row.uid);
    for await (const { uid, bytes } of uids.length === 0
      ? []
      : deps.source.readMessages(uids, signal)) {
      const row = rowOf.get(uid);
      rowOf.delete(uid);
      if (row === undefined) {
        continue;
      }
      const result = prepareMessage(row, bytes, {
        folderPath: folder.targetPath,
        traits: deps.traits,
      });
      if (result.kind === 'refused') {
        settle(row, { id: row.id, state: 'failed', reason: result.reason });
        deps.budget.release(row.sizeBytes);
        continue;
      }
      prepared.push({ ...result.message, row, heldBytes: row.sizeBytes });
    }
  } catch (error) {
    deps.budget.release(heldBytes);
    throw error;
  }
  // The source answered for every UID that was asked: what is left no longer exists there.
  for (const row of rowOf.values()) {
    settle(row, { id: row.id, state: 'gone' });
    deps.budget.release(row.sizeBytes);
  }
  return prepared;
}

function intentOf(message: Prepared, targetFolderId: number, state: FolderState): Intent {
  return {
    id: message.row.id,
    key: message.key,
    sha256: message.sha256,
    sentBytes: message.outgoing.bytes.length,
    repairs: message.repairs,
    targetFolderId,
    targetUidValidity: state.uidValidity,
    uidNext: state.uidNext,
  };
}

/** What an append's outcome means for its row, and whether the folder can go on. Pure. */
export function decideSettlement(
  row: Pick<OpenRow, 'id'>,
  outcome: AppendOutcome,
  uidValidity: number,
): { readonly settlement: Settlement; readonly stops: AppError | null } {
  const { id } = row;
  if (outcome.kind === 'stored') {
    const { uid } = outcome;
    const settlement: Settlement =
      uid === null
        ? { id, state: 'done', uidValidity: null, uid }
        : { id, state: 'done', uidValidity: outcome.uidValidity ?? uidValidity, uid };
    return { settlement, stops: null };
  }
  const { kind, error } = outcome;
  if (kind === 'unknown') {
    return { settlement: { id, state: 'in-flight', emptyLooks: 0 }, stops: null };
  }
  if (kind === 'refused' && error.disposition === 'stop') {
    return { settlement: { id, state: 'failed', reason: reasonOf(error) }, stops: null };
  }
  // Certainly not stored. A dead link is replaced by the target itself; what only a wait or a person
  // can mend is not.
  const stops = kind === 'unsent' && error.disposition === 'retry' ? null : error;
  return { settlement: { id, state: 'listed', suspected: false }, stops };
}

/** The error's code, and after it what the server found in the message, where it said so. */
function reasonOf(error: AppError): string {
  return 'reason' in error && typeof error.reason === 'string'
    ? `${error.code}.${error.reason}`
    : error.code;
}
