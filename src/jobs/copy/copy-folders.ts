import { isAppError } from '../../errors.ts';
import { sameFlags } from '../../mail/flags.ts';
import { freeBytes } from '../../mail/message-bytes.ts';
import type { FolderRow, Intent, OpenRow, Settlement } from '../ledger.ts';
import type { AppendOutcome } from '../ports.ts';
import { decideSettlement } from './decide-settlement.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import { moveVanished } from './move-vanished.ts';
import {
  letGo,
  type PreparedRow,
  type ReadBatch,
  readBatches,
  releaseBatch,
} from './read-batches.ts';
import { createSettler } from './settler.ts';
import { asFolderLost, saysMissing } from './target-folder.ts';

/**
 * No further intents while more than this wait for their answer: what has an intent when the process
 * is killed must be looked for, waited for and sent again with care. Deeper than any server needs.
 */
const MAX_UNANSWERED = 512;

/** How it ended: gone through, or stopped for the slice's end. */
export type FoldersOutcome = 'through' | 'yielded';

/**
 * Copies what is open of the folders: while one batch is on its way to the target, the next is read.
 * An intent is on disk before the first octet of its message leaves; an answer is written down whoever
 * gives up. Rows that come back as not stored stay open for the next round.
 */
export async function copyFolders(
  deps: CopyDeps,
  input: CopyInput,
  folders: readonly FolderRow[],
  signal: AbortSignal,
): Promise<FoldersOutcome> {
  const sender = createSender(deps, input, signal);
  const batches = readBatches({ deps, input, settle: sender.settle, signal }, folders);
  let ahead = readAhead(batches);
  try {
    for (;;) {
      const { value: batch, done } = await ahead;
      if (done === true) {
        break;
      }
      ahead = readAhead(batches);
      if (input.mustYield()) {
        releaseBatch(deps.budget, batch);
        return 'yielded';
      }
      await sender.send(batch);
    }
  } finally {
    // What was read ahead and not sent goes back; it has no intent, so nothing of it has left.
    const [unsent] = await Promise.allSettled([ahead]);
    if (unsent.status === 'fulfilled' && unsent.value.done !== true) {
      releaseBatch(deps.budget, unsent.value.value);
    }
    await batches.return();
    await sender.settleAll();
  }
  sender.throwIfStopped();
  return 'through';
}

/** The next batch, on its way; should it fail while nobody looks, whoever takes it hears of it. */
function readAhead(batches: ReturnType<typeof readBatches>): ReturnType<typeof batches.next> {
  const next = batches.next();
  next.catch(() => undefined);
  return next;
}

interface Sender {
  readonly settle: (row: OpenRow, settlement: Settlement, folder: string) => void;
  /** Commits the batch's intents, then appends it; returns before the answers. */
  send(batch: ReadBatch): Promise<void>;
  /** Throws the first error that must stop the copy: a full mailbox, a throttle, a lost login. */
  throwIfStopped(): void;
  settleAll(): Promise<void>;
}

/** Of a batch what its appends need: the batch itself would keep all its messages. */
type Place = Pick<ReadBatch, 'state' | 'sourcePath'>;

function createSender(deps: CopyDeps, input: CopyInput, signal: AbortSignal): Sender {
  const settler = createSettler(deps.ledger, input.turn);
  const pending = new Set<Promise<void>>();
  /** By path: asked once, however many of its messages were refused. */
  const lostFolders = new Map<string, Promise<unknown>>();
  let stop: { readonly error: unknown } | null = null;
  let wake: () => void = () => undefined;

  const settle: Sender['settle'] = (row, settlement, folder) => {
    settler.add(settlement);
    const { sizeBytes } = row;
    input.onProgress({ kind: 'message', folder, sizeBytes, state: settlement.state });
  };

  /** A folder that is gone is no fault of its messages: the pass begins anew, and makes it again. */
  const whereLost = async (
    { outgoing: { folderPath } }: PreparedRow,
    outcome: AppendOutcome,
  ): Promise<AppendOutcome> => {
    if (outcome.kind !== 'refused' || !saysMissing(outcome.error)) {
      return outcome;
    }
    const { error } = outcome;
    const lost =
      lostFolders.get(folderPath) ??
      asFolderLost(deps.target, { error, paths: [folderPath] }, signal);
    lostFolders.set(folderPath, lost);
    const meant = await lost;
    return isAppError(meant) ? { kind: 'refused', error: meant } : outcome;
  };

  const appendOne = async (message: PreparedRow, place: Place): Promise<void> => {
    const outcome = await whereLost(message, await deps.target.append(message.outgoing, signal));
    if (outcome.kind === 'stored') {
      // The server has the last octet: nobody is still writing it.
      freeBytes(message.outgoing.bytes);
    }
    const { uidValidity } = place.state;
    const { settlement, stops } = decideSettlement(message.row, outcome, uidValidity);
    if (stops !== null) {
      stop ??= { error: stops };
    }
    settle(message.row, settlement, place.sourcePath);
  };

  const adopt = async ({
    adopted,
    targetFolderId,
    state,
    sourcePath: folder,
  }: ReadBatch): Promise<void> => {
    if (adopted.length === 0) {
      return;
    }
    await deps.ledger.adopt(
      input.turn,
      adopted.map(({ row, ...found }) => ({
        id: row.id,
        ...found,
        targetFolderId,
        targetUidValidity: state.uidValidity,
      })),
    );
    for (const { row } of adopted) {
      const { sizeBytes } = row;
      input.onProgress({ kind: 'message', folder, sizeBytes, state: 'adopted' });
    }
  };

  const start = (message: PreparedRow, place: Place): void => {
    const appended = appendOne(message, place)
      .catch((error: unknown) => {
        // An append rejects for a defect alone; its row stays a suspect.
        stop ??= { error };
      })
      .finally(() => {
        letGo(deps.budget, message);
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

  const throwIfStopped = (): void => {
    if (stop !== null) {
      throw stop.error;
    }
  };

  return {
    settle,
    throwIfStopped,
    async send(batch) {
      try {
        await answeredTo(batch.wasTried ? 0 : MAX_UNANSWERED);
        throwIfStopped();
        await adopt(batch);
        await moveVanished(deps, input, { moves: batch.moves, destination: batch }, signal);
        await deps.ledger.recordIntents(input.turn, intentsOf(batch));
      } catch (error) {
        releaseBatch(deps.budget, batch);
        throw error;
      }
      const { state, sourcePath } = batch;
      for (const message of batch.messages) {
        start(message, { state, sourcePath });
      }
      if (batch.wasTried) {
        await answeredTo(0);
      }
    },
    async settleAll() {
      await Promise.all(pending);
      await settler.flush();
    },
  };
}

function intentsOf({ messages, state, targetFolderId }: ReadBatch): readonly Intent[] {
  return messages.map(({ row, key, sha256, outgoing, flags, repairs, mayInvite }) => ({
    id: row.id,
    key,
    sha256,
    sentBytes: outgoing.bytes.length,
    repairs,
    flags: outgoing.flags,
    flagsLack: !sameFlags(outgoing.flags, flags),
    mayInvite,
    stampId: null,
    targetFolderId,
    targetUidValidity: state.uidValidity,
    uidNext: state.uidNext,
  }));
}
