import { errorCodeOf } from '../../errors.ts';
import type { FolderRow, OpenRow, Settlement } from '../ledger.ts';
import type { FolderState } from '../ports.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import { type PlannedBatch, planBatches } from './plan-batches.ts';
import { type PreparedMessage, prepareMessage } from './prepare-message.ts';

/** After this many attempts a message is named as one that breaks the connection, and left. */
const MAX_ATTEMPTS = 4;

const RENUMBERED = { state: 'failed', reason: 'copy.source-renumbered' } as const;

/** A message in memory, ready to be sent. */
export interface PreparedRow extends PreparedMessage {
  readonly row: OpenRow;
  /** Held in the byte budget until the append is answered. */
  readonly heldBytes: number;
}

/** A row for which the message already stands in the target folder. */
export interface Adopted extends Pick<PreparedMessage, 'key' | 'sha256'> {
  readonly row: OpenRow;
  readonly targetUid: number;
}

/** Messages of one folder whose intents are committed together. */
export interface ReadBatch {
  readonly targetFolderId: number;
  /** Answered before the batch's first octet leaves on any connection: a look for its suspects begins here. */
  readonly state: FolderState;
  readonly messages: readonly PreparedRow[];
  readonly adopted: readonly Adopted[];
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

/** So that a FETCH is under way while the one before is being answered, across folders too. */
const READS_AT_ONCE = 2;

/** Reads what is open of the folders, batch by batch in order; whoever takes a batch releases its bytes. */
export async function* readBatches(
  context: ReadContext,
  folders: readonly FolderRow[],
): AsyncGenerator<ReadBatch, void, void> {
  const planned = planBatches(context, folders);
  const reading: Promise<ReadBatch | null>[] = [];
  const startNext = async (): Promise<ReadBatch | null> => {
    const { value: plan, done } = await planned.next();
    return done === true ? null : readPlanned(context, plan);
  };
  try {
    for (;;) {
      while (reading.length < READS_AT_ONCE) {
        const started = startNext();
        // Should it fail while nobody looks, whoever takes it hears of it.
        started.catch(() => undefined);
        reading.push(started);
      }
      const batch = await takeOldest(reading);
      if (batch === null) {
        return;
      }
      yield batch;
    }
  } finally {
    for (const left of await Promise.allSettled(reading)) {
      if (left.status === 'fulfilled' && left.value !== null) {
        releaseBatch(context.deps.budget, left.value);
      }
    }
  }
}

/** Taken out only when it is read: what failed stays, for whoever cleans up. */
async function takeOldest(reading: Promise<ReadBatch | null>[]): Promise<ReadBatch | null> {
  const [oldest] = reading;
  if (oldest === undefined) {
    throw new RangeError('nothing is being read');
  }
  const batch = await oldest;
  void reading.shift();
  return batch;
}

/** Gives back what a batch that is not sent holds in memory. */
export function releaseBatch(budget: ByteBudget, { messages }: ReadBatch): void {
  budget.release(messages.reduce((sum, { heldBytes }) => sum + heldBytes, 0));
}

/** The batch, and UIDNEXT of its target folder from before any octet of it leaves. */
async function readPlanned(context: ReadContext, plan: PlannedBatch): Promise<ReadBatch> {
  const { deps, input, settle, signal } = context;
  const { folder, rows, targetFolderId } = plan;
  const [state, read] = await Promise.all([
    deps.target.folderState(folder.targetPath, signal),
    readBatch(context, plan).catch(async (error: unknown) => {
      if (errorCodeOf(error) !== 'imap.uid-validity-changed') {
        throw error;
      }
      // Renumbered since it was listed: its UIDs name other messages now, and nothing is read blindly.
      await deps.ledger.markFolderProblem(input.turn, folder.id, RENUMBERED.reason);
      rows.forEach((row) => settle(row, { id: row.id, ...RENUMBERED }));
      return { messages: [], adopted: [] };
    }),
  ]);
  return { targetFolderId, state, ...read, wasTried: rows.some((row) => row.attempts > 0) };
}

/** Reads and prepares a batch; what cannot be sent is settled at once. */
async function readBatch(
  { deps, settle, signal }: ReadContext,
  { folder, from, adoption, rows: batch }: PlannedBatch,
): Promise<Pick<ReadBatch, 'messages' | 'adopted'>> {
  const worthTrying = batch.filter((row) => row.attempts < MAX_ATTEMPTS);
  for (const row of batch.filter((candidate) => candidate.attempts >= MAX_ATTEMPTS)) {
    settle(row, { id: row.id, state: 'failed', reason: 'copy.breaks-connection' });
  }
  if (worthTrying.length === 0) {
    return { messages: [], adopted: [] };
  }
  let heldBytes = worthTrying.reduce((sum, row) => sum + row.sizeBytes, 0);
  await deps.budget.acquire(heldBytes, signal);
  const drop = (row: OpenRow): void => {
    heldBytes -= row.sizeBytes;
    deps.budget.release(row.sizeBytes);
  };
  const leave = (row: OpenRow, settlement: Settlement): void => {
    settle(row, settlement);
    drop(row);
  };
  const rowOf = new Map(worthTrying.map((row) => [row.uid, row]));
  const messages: PreparedRow[] = [];
  const adopted: Adopted[] = [];
  try {
    for await (const { uid, bytes } of deps.source.readMessages(from, [...rowOf.keys()], signal)) {
      const row = rowOf.get(uid);
      rowOf.delete(uid);
      if (row === undefined) {
        continue;
      }
      const { traits } = deps;
      const result = prepareMessage(row, bytes, { folderPath: folder.targetPath, traits });
      if (result.kind === 'refused') {
        leave(row, { id: row.id, state: 'failed', reason: result.reason });
        continue;
      }
      const { message } = result;
      // What was tried before is no stranger's: it is looked for as a suspect.
      const targetUid = row.attempts === 0 ? adoption.take(row, message) : null;
      if (targetUid === null) {
        messages.push({ ...message, row, heldBytes: row.sizeBytes });
      } else {
        adopted.push({ row, targetUid, key: message.key, sha256: message.sha256 });
        drop(row);
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
  return { messages, adopted };
}
