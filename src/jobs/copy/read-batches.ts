import { errorCodeOf } from '../../errors.ts';
import { type FolderRow, type OpenRow, type Settlement, WITHHELD } from '../ledger.ts';
import type { FolderState } from '../ports.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import type { MovedRow } from './move-vanished.ts';
import { type PlannedBatch, planBatches } from './plan-batches.ts';
import { type PreparedMessage, prepareMessage } from './prepare-message.ts';

/** After this many attempts a message is named as one that breaks the connection, and left. */
const MAX_ATTEMPTS = 4;

/** A message in memory, ready to be sent. */
export interface PreparedRow extends PreparedMessage {
  readonly row: OpenRow;
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
  const { deps, input, signal } = context;
  const { folder, rows, targetFolderId } = plan;
  const [state, read] = await Promise.all([
    deps.target.folderState(folder.targetPath, signal),
    readBatch(context, plan).catch(async (error: unknown) => {
      if (errorCodeOf(error) !== 'imap.uid-validity-changed') {
        throw error;
      }
      // Renumbered since it was listed: its UIDs name other messages now, and nothing is read blindly.
      await deps.ledger.listAgain(input.turn, folder.id);
      throw error;
    }),
  ]);
  return {
    targetFolderId,
    targetPath: folder.targetPath,
    state,
    ...read,
    wasTried: rows.some((row) => row.attempts > 0),
  };
}

/** Reads and prepares a batch; what cannot be sent is settled at once. */
async function readBatch(context: ReadContext, plan: PlannedBatch): Promise<SortedBatch> {
  const { deps, settle, signal } = context;
  const worthTrying = plan.rows.filter((row) => row.attempts < MAX_ATTEMPTS);
  for (const row of plan.rows.filter((candidate) => candidate.attempts >= MAX_ATTEMPTS)) {
    settle(row, { id: row.id, state: 'failed', reason: 'copy.breaks-connection' });
  }
  const sorted: SortedBatch = { messages: [], adopted: [], moves: [] };
  if (worthTrying.length === 0) {
    return sorted;
  }
  let heldBytes = worthTrying.reduce((sum, row) => sum + row.sizeBytes, 0);
  await deps.budget.acquire(heldBytes, signal);
  const drop = (row: OpenRow): void => {
    heldBytes -= row.sizeBytes;
    deps.budget.release(row.sizeBytes);
  };
  const rowOf = new Map(worthTrying.map((row) => [row.uid, row]));
  const { traits } = deps;
  try {
    for await (const { uid, bytes } of deps.source.readMessages(
      plan.from,
      [...rowOf.keys()],
      signal,
    )) {
      const row = rowOf.get(uid);
      rowOf.delete(uid);
      if (row === undefined) {
        continue;
      }
      const result = prepareMessage(row, bytes, { folderPath: plan.folder.targetPath, traits });
      if (result.kind === 'refused') {
        settle(row, { id: row.id, state: 'failed', reason: result.reason });
        drop(row);
      } else if (sortMessage(sorted, row, result.message, plan) !== 'send') {
        drop(row);
      }
    }
  } catch (error) {
    const withheld = withheldOf(error, rowOf, worthTrying);
    if (withheld.length === 0) {
      deps.budget.release(heldBytes);
      throw error;
    }
    const left = await leaveWithheld(context, withheld);
    if (left < withheld.length && withheld.length === worthTrying.length) {
      // Alone: asked for again after a wait.
      deps.budget.release(heldBytes);
      throw error;
    }
    withheld.forEach((row) => {
      rowOf.delete(row.uid);
      drop(row);
    });
  }
  // The source answered for every UID that was asked: what is left no longer exists there.
  for (const row of rowOf.values()) {
    settle(row, { id: row.id, state: 'gone' });
    drop(row);
  }
  return sorted;
}

/** That often, with others delivered meanwhile or alone, and a message is named and left to a later pass. */
const MAX_WITHHELD = 6;

/**
 * Rows that the source lists and does not hand over. None where nothing was delivered at all: that is a
 * server that wants a rest, and says nothing about any message.
 */
function withheldOf(
  error: unknown,
  rowOf: ReadonlyMap<number, OpenRow>,
  asked: readonly OpenRow[],
): readonly OpenRow[] {
  const delivered = asked.length - rowOf.size;
  const wereAlone = asked.every(({ withheld }) => withheld > 0);
  return errorCodeOf(error) === 'imap.body-missing' && (delivered > 0 || wereAlone)
    ? [...rowOf.values()]
    : [];
}

/** Counts it, and names those that were held back too often; returns how many these are. */
async function leaveWithheld(
  { deps, input, settle }: ReadContext,
  rows: readonly OpenRow[],
): Promise<number> {
  const counts = await deps.ledger.noteWithheld(
    input.turn,
    rows.map(({ id }) => id),
  );
  const given = rows.filter(({ id }) => (counts.get(id) ?? 0) >= MAX_WITHHELD);
  given.forEach((row) => settle(row, { id: row.id, ...WITHHELD }));
  return given.length;
}

interface SortedBatch {
  readonly messages: PreparedRow[];
  readonly adopted: Adopted[];
  readonly moves: MovedRow[];
}

/** Sent, unless it is at the target already; `later` while nobody knows whether it is. */
function sortMessage(
  sorted: SortedBatch,
  row: OpenRow,
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
    sorted.adopted.push({ row, targetUid, key, sha256, flags: message.outgoing.flags });
    return 'keep';
  }
  sorted.messages.push({ ...message, row, heldBytes: row.sizeBytes });
  return 'send';
}
