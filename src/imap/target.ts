/** Writes a mailbox: folders and looks on one control connection, messages through the appender. */
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { createAppender } from './appender.ts';
import { createFolder } from './commands/create-folder.ts';
import { examine, leaveFolder, readStatus } from './commands/examine.ts';
import { hashBodies } from './commands/hash-bodies.ts';
import { type ListedFolder, listFolders } from './commands/list-folders.ts';
import { lookInto } from './commands/look-into.ts';
import type { ImapLink } from './connect.ts';
import { type ControlConnection, ControlSession, isLinkLoss } from './control-session.ts';
import { FolderMissingError, FolderRefusedError, UidValidityChangedError } from './errors.ts';
import type { Governor } from './governor.ts';
import { type MailboxNaming, mailboxOfPath } from './mailbox-name.ts';
import { createTargetChanges, type ImapTargetChanges } from './target-changes.ts';
import type {
  ImapAppendOutcome,
  ImapFolder,
  ImapFolderState,
  ImapOutgoingMessage,
  ImapStoredMessage,
} from './types.ts';

export interface ImapTargetDeps {
  /** Opens and logs in a connection; called for the control connection and for each lane. */
  readonly connect: (signal: AbortSignal) => Promise<ImapLink>;
  /** How hard the account may be worked. */
  readonly governor: Governor;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Appending connections, beside the control connection. */
  readonly maxConnections?: number;
}

/** A mailbox that takes mail. Appends are pipelined inside: call `append` without awaiting the last one. */
export interface ImapTarget extends ImapTargetChanges {
  listFolders(signal: AbortSignal): Promise<readonly ImapFolder[]>;
  /** Creates and subscribes the folders and their parents where they are missing. */
  ensureFolders(paths: readonly string[], signal: AbortSignal): Promise<void>;
  folderState(path: string, signal: AbortSignal): Promise<ImapFolderState>;
  /** So many appends will come: connections for them are opened meanwhile. */
  expectAppends(count: number): void;
  /** Resolves when the server has answered or the link died. */
  append(message: ImapOutgoingMessage, signal: AbortSignal): Promise<ImapAppendOutcome>;
  /** Messages with UID ≥ `fromUid`, oldest first; changes nothing. */
  look(path: string, fromUid: number, signal: AbortSignal): Promise<readonly ImapStoredMessage[]>;
  /** sha256 (hex) of the whole stored message, by UID; a UID that is gone is left out. */
  hashBodies(
    path: string,
    uids: readonly number[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, string>>;
  close(): Promise<void>;
}

/** `a/b/c` → `a`, `a/b`, `a/b/c`. */
function lineageOf(path: string): readonly string[] {
  const levels = path.split('/');
  return levels.map((_, i) => levels.slice(0, i + 1).join('/'));
}

/** The folders that the server is known to have. */
class KnownFolders {
  #byKey = new Map<string, string>();
  #foldsCase = false;
  loaded = false;

  #keyOf(path: string): string {
    return this.#foldsCase ? path.toLowerCase() : path;
  }

  load(folders: readonly ListedFolder[], foldsCase: boolean): void {
    this.#foldsCase = foldsCase;
    this.#byKey = new Map(folders.map(({ path, mailbox }) => [this.#keyOf(path), mailbox]));
    this.loaded = true;
  }

  add(path: string, mailbox: string): void {
    this.#byKey.set(this.#keyOf(path), mailbox);
  }

  has(path: string): boolean {
    return this.#byKey.has(this.#keyOf(path));
  }

  /** The server's own name; derived where the folder was never listed. */
  mailboxOf(path: string, naming: MailboxNaming): string {
    const mailbox = this.#byKey.get(this.#keyOf(path)) ?? mailboxOfPath(path, naming);
    if (mailbox === null) {
      throw new FolderMissingError();
    }
    return mailbox;
  }
}

async function nameRefused(creation: Promise<void>, folder: string): Promise<void> {
  try {
    await creation;
  } catch (cause) {
    throw cause instanceof FolderRefusedError ? new FolderRefusedError({ folder, cause }) : cause;
  }
}

/** All that is missing in one flight, parents before children: a server takes commands in their order. */
async function createMissing(
  paths: readonly string[],
  { known, connection }: { readonly known: KnownFolders; readonly connection: ControlConnection },
  signal: AbortSignal,
): Promise<void> {
  const created: Promise<void>[] = [];
  for (const level of paths.flatMap(lineageOf).filter((path) => !known.has(path))) {
    const mailbox = mailboxOfPath(level, connection.naming);
    if (mailbox === null) {
      throw new FolderRefusedError({ folder: level });
    }
    created.push(nameRefused(createFolder(connection.wire, mailbox, signal), level));
    known.add(level, mailbox);
  }
  const refused = (await Promise.allSettled(created)).find(({ status }) => status === 'rejected');
  if (refused?.status === 'rejected') {
    // What is there now is asked of the server again.
    known.loaded = false;
    throw refused.reason;
  }
}

/** A target whose connections `connect` opens, and opens again when they were lost. */
export function createImapTarget(deps: ImapTargetDeps): ImapTarget {
  const session = new ControlSession(deps);
  const known = new KnownFolders();
  const mailboxOf = (path: string, naming: MailboxNaming): string => known.mailboxOf(path, naming);
  const appender = createAppender({ ...deps, mailboxOf });

  async function loadFolders(
    connection: ControlConnection,
    signal: AbortSignal,
  ): Promise<readonly ListedFolder[]> {
    const folders = await listFolders(connection.wire, connection, signal);
    known.load(folders, connection.profile.foldsCase);
    return folders;
  }

  /** Opens a folder read-only for one piece of work, and leaves it. */
  function inFolder<T>(
    path: string,
    work: (connection: ControlConnection, state: ImapFolderState) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    return session.run(async (connection) => {
      const mailbox = mailboxOf(path, connection.naming);
      const state = await examine(connection.wire, mailbox, { condstore: false }, signal);
      const result = await work(connection, state);
      await leaveFolder(connection.wire, connection.capabilities, signal);
      return result;
    }, signal);
  }

  return {
    ...createTargetChanges({ session, mailboxOf }),

    listFolders: (signal) =>
      session.run(async (connection) => {
        const folders = await loadFolders(connection, signal);
        return folders.map(({ path, specialUse, selectable }) => ({
          path,
          specialUse,
          selectable,
        }));
      }, signal),

    ensureFolders: (paths, signal) =>
      session.run(async (connection) => {
        if (!known.loaded) {
          await loadFolders(connection, signal);
        }
        await createMissing(paths, { known, connection }, signal);
      }, signal),

    folderState: (path, signal) =>
      session.runTogether(
        (connection) => readStatus(connection.wire, mailboxOf(path, connection.naming), signal),
        signal,
      ),

    expectAppends: (count) => appender.expect(count),

    append: (message, signal) => appender.append(message, signal),

    look: (path, fromUid, signal) =>
      inFolder(path, ({ wire }, { exists }) => lookInto(wire, { fromUid, exists }, signal), signal),

    async hashBodies(path, uids, signal) {
      const hashes = new Map<number, string>();
      let numbering: number | null = null;
      for (;;) {
        const before = hashes.size;
        try {
          await inFolder(
            path,
            ({ wire }, { exists, uidValidity }) => {
              if (numbering !== null && numbering !== uidValidity) {
                throw new UidValidityChangedError(numbering, uidValidity);
              }
              numbering = uidValidity;
              return hashBodies(wire, { uids, exists, hashes }, signal);
            },
            signal,
          );
          return hashes;
        } catch (error) {
          // What was read stays: a link that breaks after so many octets would else never read all of it.
          if (!isLinkLoss(error) || hashes.size === before) {
            throw error;
          }
        }
      }
    },

    async close() {
      await appender.close();
      session.close();
    },
  };
}
