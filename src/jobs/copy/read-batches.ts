import { errorCodeOf } from '../../errors.ts';
import { closeBytes } from '../../mail/message-bytes.ts';
import { SourceFolderLostError } from '../errors.ts';
import type { FolderRow, OpenRow, Settlement } from '../ledger.ts';
import type { FolderState } from '../ports.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import { folderProblemOf } from './folder-problem.ts';
import type { MovedRow } from './move-vanished.ts';
import { type PlannedBatch, planBatches } from './plan-batches.ts';
import type { PreparedMessage } from './prepare-message.ts';
import { readBatch } from './read-batch.ts';

/** A message in memory, ready to be sent. */
export interface PreparedRow extends PreparedMessage {
  readonly row: OpenRow;
  /** Sent mail that may hold a calendar invitation. */
  readonly mayInvite: boolean;
  /** Held in the byte budget until the append is answered. */
  readonly heldBytes: number;
}

/** A row for which the message already stands in the target folder. */
export interface Adopted extends Pick<PreparedMessage, 'key' | 'sha256'> {
  readonly row: OpenRow;
  readonly flags: readonly string[];
  readonly targetUid: number;
}

/** Messages of one folder whose intents are committed together. */
export interface ReadBatch {
  readonly sourcePath: string;
  readonly targetFolderId: number;
  readonly targetPath: string;
  /** Answered before the batch's first octet leaves on any connection: a look for its suspects begins here. */
  readonly state: FolderState;
  readonly messages: readonly PreparedRow[];
  readonly adopted: readonly Adopted[];
  readonly moves: readonly MovedRow[];
  /** Some were tried before: they share the wire with nobody else. */
  readonly wasTried: boolean;
}

export interface ReadContext {
  readonly deps: CopyDeps;
  readonly input: CopyInput;
  /** Takes what cannot be sent, with its reason; `folder` is its path at the source. */
  readonly settle: (row: OpenRow, settlement: Settlement, folder: string) => void;
  readonly signal: AbortSignal;
}

/** So that FETCHes are under way while one is being answered, across folders too. */
const READS_AT_ONCE = 3;

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

/** Gives back what a batch that is not sent holds. */
export function releaseBatch(budget: ByteBudget, { messages }: ReadBatch): void {
  messages.forEach((message) => letGo(budget, message));
}

/** Gives back what a message holds in memory or on disk. */
export function letGo(budget: ByteBudget, { heldBytes, outgoing }: PreparedRow): void {
  budget.release(heldBytes);
  // A file that is not closed now is closed by whoever reads the last of it.
  void closeBytes(outgoing.bytes);
}

/** The batch, and UIDNEXT of its target folder from before any octet of it leaves. */
async function readPlanned(context: ReadContext, plan: PlannedBatch): Promise<ReadBatch> {
  const { deps, input, signal } = context;
  const { folder, rows, targetFolderId } = plan;
  const [state, read] = await Promise.all([
    plan.state ?? deps.target.folderState(folder.targetPath, signal),
    readBatch(context, plan).catch(async (error: unknown) => {
      const isLost = folderProblemOf(error, true) !== null;
      if (!isLost && errorCodeOf(error) !== 'imap.uid-validity-changed') {
        throw error;
      }
      // Renumbered since it was listed, its UIDs name other messages, and nothing is read blindly; renamed or
      // deleted, it is no longer there.
      await deps.ledger.listAgain(input.turn, folder.id);
      throw isLost
        ? new SourceFolderLostError('A source folder is gone.', { cause: error })
        : error;
    }),
  ]);
  return {
    sourcePath: folder.sourcePath,
    targetFolderId,
    targetPath: folder.targetPath,
    state,
    ...read,
    wasTried: rows.some((row) => row.attempts > 0),
  };
}
