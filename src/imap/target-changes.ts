/** Changes to mail that was written before: flags, moves, removals; each only where nobody has touched it since. */
import { allowFlags, sameFlags } from '../mail/flags.ts';
import { examine, leaveFolder } from './commands/examine.ts';
import { expungeMessages } from './commands/expunge-messages.ts';
import { canMove, moveMessages } from './commands/move-messages.ts';
import { readFlags } from './commands/read-flags.ts';
import { storeFlags } from './commands/store-flags.ts';
import type { ControlConnection, ControlSession } from './control-session.ts';
import { UidValidityChangedError } from './errors.ts';
import type { MailboxNaming } from './mailbox-name.ts';
import type { NumberedFolder } from './types.ts';
import { formatUidSet, splitUids } from './uid-set.ts';

/** A message that we wrote, and the flags that we gave it. */
export interface ImapWrittenMessage {
  readonly uid: number;
  readonly written: readonly string[];
}

export interface ImapFlagChange extends ImapWrittenMessage {
  readonly wanted: readonly string[];
}

export type ImapFlagOutcome = 'changed' | 'touched' | 'gone';

export type ImapMoveOutcome =
  | { readonly kind: 'moved'; readonly uidValidity: number | null; readonly uid: number | null }
  | { readonly kind: 'kept' }
  | { readonly kind: 'gone' };

export interface ImapTargetChanges {
  /** Applies each change whose message still shows what was written; every UID is answered. */
  changeFlags(
    folder: NumberedFolder,
    changes: readonly ImapFlagChange[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, ImapFlagOutcome>>;
  /**
   * Moves what was not touched; every UID is answered. A lost link throws and leaves open which were moved.
   * Without MOVE and UIDPLUS all is kept: a copy whose original cannot be removed would be there twice.
   */
  moveMessages(
    folder: NumberedFolder,
    toPath: string,
    messages: readonly ImapWrittenMessage[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, ImapMoveOutcome>>;
  /** Removes what was not touched; returns the UIDs that are gone now, none without UIDPLUS. */
  removeMessages(
    folder: NumberedFolder,
    messages: readonly ImapWrittenMessage[],
    signal: AbortSignal,
  ): Promise<ReadonlySet<number>>;
}

const UIDS_PER_COMMAND = 500;

/** One group of messages in the folder that is selected. */
interface Selected<T extends ImapWrittenMessage> {
  readonly connection: ControlConnection;
  readonly messages: readonly T[];
  /** What the server shows of them now; what is missing is gone. */
  readonly flags: ReadonlyMap<number, readonly string[]>;
}

/** The changes on a target's control connection. */
export function createTargetChanges({
  session,
  mailboxOf,
}: {
  readonly session: ControlSession;
  readonly mailboxOf: (path: string, naming: MailboxNaming) => string;
}): ImapTargetChanges {
  /** Selects the folder, hands over the messages in groups with what they show now, and leaves it. */
  const inSelected = async <T extends ImapWrittenMessage>(
    connection: ControlConnection,
    { folder, messages }: { readonly folder: NumberedFolder; readonly messages: readonly T[] },
    work: (selected: Selected<T>) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> => {
    const { wire, naming } = connection;
    const mailbox = mailboxOf(folder.path, naming);
    const { uidValidity, exists } = await examine(wire, mailbox, SELECT, signal);
    try {
      if (uidValidity !== folder.uidValidity) {
        throw new UidValidityChangedError(folder.uidValidity, uidValidity);
      }
      const byUid = new Map(messages.map((message) => [message.uid, message]));
      for (const uids of splitUids([...byUid.keys()], UIDS_PER_COMMAND)) {
        const flags = await readFlags(wire, { uids, exists }, signal);
        const group = uids.flatMap((uid) => byUid.get(uid) ?? []);
        await work({ connection, messages: group, flags });
      }
    } finally {
      if (wire.link.endedBy === null) {
        await leaveSelected(connection, mailbox, signal);
      }
    }
  };

  return {
    changeFlags: (folder, changes, signal) =>
      session.run(async (connection) => {
        const outcomes = new Map<number, ImapFlagOutcome>();
        await inSelected(
          connection,
          { folder, messages: changes },
          async ({ messages, flags }) => {
            const applicable = messages.filter((change) => {
              const outcome = judgeChange(change, flags.get(change.uid));
              outcomes.set(change.uid, outcome);
              return outcome === 'changed';
            });
            await applyChanges(connection, applicable, flags, signal);
          },
          signal,
        );
        return outcomes;
      }, signal),

    moveMessages: (folder, toPath, messages, signal) =>
      session.runOnce(async (connection) => {
        const outcomes = new Map<number, ImapMoveOutcome>();
        const { wire, capabilities, naming } = connection;
        const mailbox = mailboxOf(toPath, naming);
        await inSelected(
          connection,
          { folder, messages },
          async ({ messages: group, flags }) => {
            const movable: number[] = [];
            for (const { uid, written } of group) {
              const now = flags.get(uid);
              const isOurs = now !== undefined && sameFlags(now, written) && canMove(capabilities);
              if (isOurs) {
                movable.push(uid);
              } else {
                outcomes.set(uid, { kind: now === undefined ? 'gone' : 'kept' });
              }
            }
            if (movable.length === 0) {
              return;
            }
            const moved = await moveMessages(
              wire,
              capabilities,
              { uids: movable, mailbox },
              signal,
            );
            for (const uid of movable) {
              const { uidValidity } = moved;
              outcomes.set(uid, { kind: 'moved', uidValidity, uid: moved.uids.get(uid) ?? null });
            }
          },
          signal,
        );
        return outcomes;
      }, signal),

    removeMessages: (folder, messages, signal) =>
      session.run(async (connection) => {
        const removed = new Set<number>();
        if (!connection.capabilities.has('UIDPLUS')) {
          return removed;
        }
        await inSelected(
          connection,
          { folder, messages },
          async ({ messages: group, flags }) => {
            const present = group.filter(({ uid, written }) => {
              const now = flags.get(uid);
              // \Deleted alone beside what we wrote: an earlier try of this that broke off.
              return now !== undefined && sameFlags(withoutDeleted(now), withoutDeleted(written));
            });
            if (present.length > 0) {
              const set = formatUidSet(present.map(({ uid }) => uid));
              await expungeMessages(connection.wire, set, signal);
            }
            const gone = group.filter(({ uid }) => !flags.has(uid));
            [...gone, ...present].forEach(({ uid }) => removed.add(uid));
          },
          signal,
        );
        return removed;
      }, signal),
  };
}

const SELECT = { condstore: false, readWrite: true } as const;

function withoutDeleted(flags: readonly string[]): readonly string[] {
  return flags.filter((flag) => flag.toLowerCase() !== '\\deleted');
}

/** What is as wanted already counts as changed: an earlier try may have broken off behind it. Pure. */
function judgeChange(
  { written, wanted }: ImapFlagChange,
  now: readonly string[] | undefined,
): ImapFlagOutcome {
  if (now === undefined) {
    return 'gone';
  }
  return sameFlags(now, written) || sameFlags(now, wanted) ? 'changed' : 'touched';
}

/** One STORE for all messages whose flags change alike. */
async function applyChanges(
  { wire }: ControlConnection,
  changes: readonly ImapFlagChange[],
  flags: ReadonlyMap<number, readonly string[]>,
  signal: AbortSignal,
): Promise<void> {
  const alike = Map.groupBy(changes, ({ uid, wanted }) => {
    const now = flags.get(uid) ?? [];
    return JSON.stringify({ add: without(wanted, now), remove: without(now, wanted) });
  });
  for (const [change, group] of alike) {
    const set = formatUidSet(group.map(({ uid }) => uid));
    const { add, remove }: Record<'add' | 'remove', string[]> = JSON.parse(change);
    await storeFlags(
      wire,
      set,
      { add: allowFlags(add, null), remove: allowFlags(remove, null) },
      signal,
    );
  }
}

function without(flags: readonly string[], others: readonly string[]): readonly string[] {
  const lower = new Set(others.map((flag) => flag.toLowerCase()));
  return flags.filter((flag) => !lower.has(flag.toLowerCase())).toSorted();
}

/** Never CLOSE on a folder that was selected for writing: it would expunge what the person marked. */
async function leaveSelected(
  { wire, capabilities }: ControlConnection,
  mailbox: string,
  signal: AbortSignal,
): Promise<void> {
  if (!capabilities.has('UNSELECT')) {
    await examine(wire, mailbox, { condstore: false }, signal);
  }
  await leaveFolder(wire, capabilities, signal);
}
