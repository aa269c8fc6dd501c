/** Reads a mailbox and never changes it: EXAMINE and PEEK alone. */

import { examine } from './commands/examine.ts';
import { type ListedFolder, listFolders } from './commands/list-folders.ts';
import { listMessages } from './commands/list-messages.ts';
import { surveyFolders } from './commands/survey-folders.ts';
import {
  type ControlConnection,
  ControlSession,
  type ControlSessionDeps,
} from './control-session.ts';
import { ConnectionLostError, FolderMissingError, UidValidityChangedError } from './errors.ts';
import { mailboxOfPath } from './mailbox-name.ts';
import { readBodies } from './read-bodies.ts';
import type { ImapFolder, ImapFolderState, ImapListedMessage, ImapMessageBody } from './types.ts';
import type { CommandWire } from './wire/command-wire.ts';

/** One folder of a survey: what is in it, or why it could not be listed. */
export type ImapSurveyed =
  | {
      readonly path: string;
      readonly state: ImapFolderState;
      readonly messages: readonly ImapListedMessage[];
    }
  | { readonly path: string; readonly error: unknown };

/** A person's mailbox, one folder open at a time. */
export interface ImapSource {
  listFolders(signal: AbortSignal): Promise<readonly ImapFolder[]>;
  /** Throws FolderMissingError for one that does not open. */
  openFolder(path: string, signal: AbortSignal): Promise<ImapFolderState>;
  /** Throws ListingIncompleteError where the server lists fewer than it counts. */
  listMessages(signal: AbortSignal): Promise<readonly ImapListedMessage[]>;
  /** Lists many folders in few round trips, in their order; none is open afterwards. */
  surveyFolders(paths: readonly string[], signal: AbortSignal): AsyncIterable<ImapSurveyed>;
  /** Whole messages; a UID that is no longer in the folder yields nothing, one without a body throws. */
  readMessages(uids: readonly number[], signal: AbortSignal): AsyncIterable<ImapMessageBody>;
  close(): Promise<void>;
}

/** The folder that is open, and the wire on which it was opened last. */
interface OpenFolder {
  readonly path: string;
  state: ImapFolderState;
  wire: CommandWire;
}

/** Finds the server's own name for a path; the listing knows names that cannot be derived. */
function wireNameOf(
  path: string,
  listed: readonly ListedFolder[],
  connection: ControlConnection,
): string {
  const known = listed.find((folder) => folder.path === path);
  const mailbox = known?.mailbox ?? mailboxOfPath(path, connection.naming);
  if (mailbox === null) {
    throw new FolderMissingError();
  }
  return mailbox;
}

/** A source over one connection that `connect` opens, and opens again when it was lost. */
export function createImapSource(deps: ControlSessionDeps): ImapSource {
  const session = new ControlSession(deps);
  let listed: readonly ListedFolder[] = [];
  let open: OpenFolder | null = null;
  let refreshing: Promise<OpenFolder> | null = null;

  async function examineHere(
    path: string,
    connection: ControlConnection,
    signal: AbortSignal,
  ): Promise<OpenFolder> {
    const mailbox = wireNameOf(path, listed, connection);
    const state = await examine(connection.wire, mailbox, signal);
    return { path, state, wire: connection.wire };
  }

  /** Opens the folder again, for the count of this moment; it must still be the same one. */
  async function refresh(connection: ControlConnection, signal: AbortSignal): Promise<OpenFolder> {
    if (!open) {
      throw new FolderMissingError();
    }
    const before = open.state.uidValidity;
    const again = await examineHere(open.path, connection, signal);
    if (again.state.uidValidity !== before) {
      throw new UidValidityChangedError(before, again.state.uidValidity);
    }
    open = again;
    return again;
  }

  /** One connection's worth of a survey; a lost link ends it, a folder's own trouble is a result. */
  async function* surveyOnce(
    paths: readonly string[],
    signal: AbortSignal,
  ): AsyncGenerator<ImapSurveyed, void, void> {
    const release = await session.reserve();
    try {
      open = null;
      const connection = await session.connection(signal);
      const folders = paths.map((path) => ({
        folder: path,
        mailbox: wireNameOf(path, listed, connection),
      }));
      for await (const { folder: path, ...found } of surveyFolders(
        connection.wire,
        folders,
        signal,
      )) {
        if ('error' in found && connection.wire.link.endedBy) {
          throw found.error;
        }
        yield { path, ...found };
      }
    } finally {
      release();
    }
  }

  return {
    listFolders: (signal) =>
      session.run(async (connection) => {
        listed = await listFolders(connection.wire, connection, signal);
        return listed.map(({ path, specialUse, selectable }) => ({ path, specialUse, selectable }));
      }, signal),

    openFolder: (path, signal) =>
      session.run(async (connection) => {
        open = null;
        open = await examineHere(path, connection, signal);
        return open.state;
      }, signal),

    listMessages: (signal) =>
      session.run(async (connection) => {
        const { state } = await refresh(connection, signal);
        return listMessages(connection.wire, state.exists, signal);
      }, signal),

    async *surveyFolders(paths, signal) {
      const left = [...paths];
      for (let losses = 1; left.length > 0; losses += 1) {
        const before = left.length;
        try {
          for await (const surveyed of surveyOnce(left, signal)) {
            left.shift();
            yield surveyed;
          }
        } catch (error) {
          session.dropIfUseless(error);
          losses = left.length < before ? 1 : losses;
          await session.pauseBeforeRetry(error, losses, signal);
        }
      }
    },

    readMessages: (uids, signal) =>
      readBodies({
        uids,
        session,
        openWire: async () => {
          const connection = await session.connection(signal);
          if (open?.wire !== connection.wire) {
            // Readers that share the connection open the folder again once.
            refreshing ??= refresh(connection, signal).finally(() => {
              refreshing = null;
            });
            await refreshing;
          }
          return connection.wire;
        },
        listUids: async (wire) => {
          const connection = await session.connection(signal);
          if (connection.wire !== wire) {
            throw new ConnectionLostError();
          }
          const { state } = await refresh(connection, signal);
          const messages = await listMessages(wire, state.exists, signal);
          return new Set(messages.map(({ uid }) => uid));
        },
        signal,
      }),

    close: () => Promise.resolve(session.close()),
  };
}
