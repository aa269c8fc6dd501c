/** Changes through Graph to mail that was written before, each only where nobody has touched it since. */
import type { ListedMessage, MailboxMessages } from '../../graph/mailbox-messages.ts';
import { UidValidityChangedError } from '../../imap/errors.ts';
import { sameFlags } from '../../mail/flags.ts';
import type {
  FlagOutcome,
  MailChanges,
  MoveOutcome,
  NumberedFolder,
  WrittenMessage,
} from '../ports.ts';
import { numberOfFolder, numberOfMessage } from './graph-numbers.ts';
import { flagsOf, stateOf } from './graph-shown.ts';
import type { GraphTargetFolders } from './graph-target-folders.ts';

export function createGraphChanges({
  folders,
  messages,
}: {
  readonly folders: GraphTargetFolders;
  readonly messages: MailboxMessages;
}): MailChanges {
  /** Those of a folder that are there still, by their numbers. */
  const find = async (
    { path, uidValidity }: NumberedFolder,
    wanted: readonly WrittenMessage[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, ListedMessage>> => {
    const folderId = await folders.idOf(path, signal);
    if (numberOfFolder(folderId) !== uidValidity) {
      throw new UidValidityChangedError(uidValidity, numberOfFolder(folderId));
    }
    const uids = new Set(wanted.map(({ uid }) => uid));
    const found = new Map<number, ListedMessage>();
    for await (const page of messages.list(folderId, signal)) {
      for (const message of page) {
        const uid = numberOfMessage(message.id);
        if (uids.has(uid)) {
          found.set(uid, message);
        }
      }
      if (found.size === uids.size) {
        break;
      }
    }
    return found;
  };

  /** Calls `act` for each that shows what was written. */
  const each = async <T extends WrittenMessage>(
    folder: NumberedFolder,
    wanted: readonly T[],
    act: (message: T, seen: ListedMessage | 'touched' | 'gone') => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> => {
    const found = await find(folder, wanted, signal);
    for (const message of wanted) {
      const seen = found.get(message.uid);
      if (seen === undefined) {
        await act(message, 'gone');
      } else {
        await act(message, sameFlags(flagsOf(seen), message.written) ? seen : 'touched');
      }
    }
  };

  return {
    async changeFlags(folder, changes, signal) {
      const outcomes = new Map<number, FlagOutcome>();
      await each(
        folder,
        changes,
        async ({ uid, wanted }, seen) => {
          if (typeof seen === 'string') {
            outcomes.set(uid, seen);
            return;
          }
          const changed = await messages.change(seen.id, stateOf(wanted), signal);
          outcomes.set(uid, changed ? 'changed' : 'gone');
        },
        signal,
      );
      return outcomes;
    },

    async moveMessages(folder, toPath, wanted, signal) {
      const to = await folders.idOf(toPath, signal);
      const outcomes = new Map<number, MoveOutcome>();
      await each(
        folder,
        wanted,
        async ({ uid }, seen) => {
          if (typeof seen === 'string') {
            outcomes.set(uid, { kind: seen === 'gone' ? 'gone' : 'kept' });
            return;
          }
          const moved = await messages.move(seen.id, to, signal);
          // Its new id is not that of the answer: it is found again by its stamp.
          const outcome = { kind: 'moved', uidValidity: numberOfFolder(to), uid: null } as const;
          outcomes.set(uid, moved ? outcome : { kind: 'gone' });
        },
        signal,
      );
      return outcomes;
    },

    async removeMessages(folder, wanted, signal) {
      const removed = new Set<number>();
      await each(
        folder,
        wanted,
        async ({ uid }, seen) => {
          if (seen === 'touched') {
            return;
          }
          if (seen !== 'gone') {
            await messages.remove(seen.id, signal);
          }
          removed.add(uid);
        },
        signal,
      );
      return removed;
    },
  };
}
