/** One batch: read, prepared, and sorted by what is to be done with each message. */
import type { Logger } from '../../log.ts';
import { mayHoldInvitation } from '../../mail/may-hold-invitation.ts';
import { closeBytes, freeBytes, type MessageBytes } from '../../mail/message-bytes.ts';
import type { OpenRow, Settlement } from '../ledger.ts';
import { budgetOf, isWorthTrying } from './batches.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { MovedRow } from './move-vanished.ts';
import type { PlannedBatch } from './plan-batches.ts';
import {
  type Destination,
  type PreparedMessage,
  type PrepareResult,
  prepareMessage,
} from './prepare-message.ts';
import { prepareSpooled } from './prepare-spooled.ts';
import type { Adopted, PreparedRow, ReadContext } from './read-batches.ts';
import { readContents } from './read-contents.ts';
import { leaveWithheld } from './withheld.ts';

/** The same for the messages of one folder. */
export interface BatchContext extends Omit<ReadContext, 'settle'> {
  readonly settle: (row: OpenRow, settlement: Settlement) => void;
}

export interface SortedBatch {
  readonly messages: PreparedRow[];
  readonly adopted: Adopted[];
  readonly moves: MovedRow[];
}

/** Reads and prepares a batch; what cannot be sent is settled at once. */
export async function readBatch(read: ReadContext, plan: PlannedBatch): Promise<SortedBatch> {
  const { deps, signal } = read;
  const settle: BatchContext['settle'] = (row, settlement) =>
    read.settle(row, settlement, plan.folder.sourcePath);
  const context = { ...read, settle };
  const rows = worthTrying(context, plan.rows);
  const sorted: SortedBatch = { messages: [], adopted: [], moves: [] };
  if (rows.length === 0) {
    return sorted;
  }
  const hold = await holdFor(deps.budget, rows, signal);
  const open = new Map(rows.map((row) => [row.uid, row]));
  try {
    for await (const { uid, content } of readContents(deps.source, plan.from, rows, signal)) {
      const row = open.get(uid);
      open.delete(uid);
      const isSent = row && (await take(sorted, { row, content, plan }, context));
      if (!isSent) {
        await closeBytes(content);
        hold.drop(row);
      }
    }
    // The source answered for every UID that was asked: what is left no longer exists there.
    for (const row of open.values()) {
      settle(row, { id: row.id, state: 'gone' });
      hold.drop(row);
    }
  } catch (error) {
    const withheld = await leaveWithheld(context, { error, rows, open }).catch(() => []);
    if (withheld.length === 0) {
      hold.dropAll();
      throw error;
    }
    withheld.forEach(hold.drop);
  }
  return sorted;
}

/** All but those that were tried too often, which are named. */
function worthTrying(
  { settle }: Pick<BatchContext, 'settle'>,
  rows: readonly OpenRow[],
): readonly OpenRow[] {
  for (const row of rows.filter((one) => !isWorthTrying(one))) {
    settle(row, { id: row.id, state: 'failed', reason: 'copy.breaks-connection' });
  }
  return rows.filter(isWorthTrying);
}

interface Hold {
  readonly drop: (row: OpenRow | undefined) => void;
  readonly dropAll: () => void;
}

/** Memory for a batch, given back row by row; what is sent is given back by the sender. */
async function holdFor(
  budget: ByteBudget,
  rows: readonly OpenRow[],
  signal: AbortSignal,
): Promise<Hold> {
  let heldBytes = rows.reduce((sum, row) => sum + budgetOf(row, budget), 0);
  await budget.acquire(heldBytes, signal);
  const drop = (bytes: number): void => {
    heldBytes -= bytes;
    budget.release(bytes);
  };
  return {
    drop: (row) => drop(row ? budgetOf(row, budget) : 0),
    dropAll: () => drop(heldBytes),
  };
}

interface ReadMessage {
  readonly row: OpenRow;
  readonly content: MessageBytes;
  readonly plan: PlannedBatch;
}

/** True where it is to be sent. */
async function take(
  sorted: SortedBatch,
  { row, content, plan }: ReadMessage,
  { deps: { traits, clock, budget, logger }, settle }: BatchContext,
): Promise<boolean> {
  const destination = { folderPath: plan.folder.targetPath, traits, now: clock.now() };
  let result: PrepareResult;
  if (Buffer.isBuffer(content)) {
    result = prepareOrName(row, { content, destination, logger });
  } else {
    try {
      result = await prepareSpooled(row, content, destination);
    } catch (error) {
      await closeBytes(content);
      throw error;
    }
  }
  if (result.kind === 'refused') {
    settle(row, { id: row.id, state: 'failed', reason: result.reason });
    return false;
  }
  // What is large enough to be on disk is no invitation.
  const mayInvite =
    plan.folder.specialUse === 'sent' && Buffer.isBuffer(content) && mayHoldInvitation(content);
  const { bytes } = result.message.outgoing;
  if (Buffer.isBuffer(content) && Buffer.isBuffer(bytes) && bytes.buffer !== content.buffer) {
    // What goes out is a copy, stamped or repaired.
    freeBytes(content);
  }
  const heldBytes = budgetOf(row, budget);
  return sortMessage(sorted, { row, mayInvite, heldBytes }, result.message, plan) === 'send';
}

/** A message that our own code fails on must not stop its mailbox: it is named, and the place of the defect logged. */
function prepareOrName(
  row: OpenRow,
  {
    content,
    destination,
    logger,
  }: {
    readonly content: Buffer;
    readonly destination: Destination;
    readonly logger: Logger;
  },
): PrepareResult {
  try {
    return prepareMessage(row, content, destination);
  } catch (error) {
    // Its text might quote the message.
    const stack = error instanceof Error ? error.stack?.replace(error.message, '') : undefined;
    logger.error({ message: row.id, stack }, 'a message could not be prepared');
    return { kind: 'refused', reason: 'copy.not-understood' };
  }
}

/** Sent, unless it is at the target already; `later` while nobody knows whether it is. */
function sortMessage(
  sorted: SortedBatch,
  { row, mayInvite, heldBytes }: Pick<PreparedRow, 'row' | 'mayInvite' | 'heldBytes'>,
  message: PreparedMessage,
  { adoption, vanished }: Pick<PlannedBatch, 'adoption' | 'vanished'>,
): 'send' | 'keep' | 'later' {
  const { key, sha256 } = message;
  // What was sent before is looked for as a suspect; what was moved before is moved again.
  const origin = row.attempts === 0 || row.stampId !== null ? vanished.take(row, message) : null;
  if (origin === 'unsettled') {
    return 'later';
  }
  if (origin !== null) {
    sorted.moves.push({ row, key, sha256, origin });
    return 'keep';
  }
  // What was tried before is no stranger's.
  const targetUid = row.attempts === 0 ? adoption.take(row, message) : null;
  if (targetUid !== null) {
    sorted.adopted.push({ row, targetUid, key, sha256, flags: message.flags });
    return 'keep';
  }
  sorted.messages.push({ ...message, row, mayInvite, heldBytes });
  return 'send';
}
