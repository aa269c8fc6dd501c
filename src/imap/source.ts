/** Reads a mailbox and never changes it: EXAMINE and PEEK alone. */

import type { SpooledMessage } from '../mail/message-bytes.ts';
import { type ExamineOptions, examine } from './commands/examine.ts';
import { type FetchQuery, type FetchRow, fetchRows } from './commands/fetch-rows.ts';
import { type ListedFolder, listFolders } from './commands/list-folders.ts';
import { listMessages } from './commands/list-messages.ts';
import { surveyFolders } from './commands/survey-folders.ts';
import {
  type ControlConnection,
  ControlSession,
  type ControlSessionDeps,
  isLinkLoss,
} from './control-session.ts';
import { FolderInternalError, FolderMissingError, UidValidityChangedError } from './errors.ts';
import { mailboxOfPath } from './mailbox-name.ts';
import { readBodies } from './read-bodies.ts';
import { readLarge } from './read-large.ts';
import type { Spool } from './spool.ts';
import type {
  ImapFolder,
  ImapFolderState,
  ImapListedMessage,
  ImapMessageBody,
  NumberedFolder,
} from './types.ts';
import type { CommandWire } from './wire/command-wire.ts';

/** One folder of a survey: what is in it, or why it could not be listed. */
export type ImapSurveyed =
  | {
      readonly path: string;
      readonly state: ImapFolderState;
      /** Null where the folder is as it was known. */
      readonly messages: readonly ImapListedMessage[] | null;
    }
  | { readonly path: string; readonly error: unknown };

/** A folder to be listed, unless it is as it was known. */
export interface FolderToSurvey {
  readonly path: string;
  readonly known: ImapFolderState | null;
}

/** A person's mailbox; one connection, on which commands are sent ahead of the answers. */
export interface ImapSource {
  listFolders(signal: AbortSignal): Promise<readonly ImapFolder[]>;
  /** Throws FolderMissingError for one that does not open. */
  openFolder(path: string, signal: AbortSignal): Promise<ImapFolderState>;
  /** Throws ListingIncompleteError where the server lists fewer than it counts. */
  listMessages(folder: NumberedFolder, signal: AbortSignal): Promise<readonly ImapListedMessage[]>;
  /** Lists many folders in few round trips, each once, in any order; those that did not change are not listed. */
  surveyFolders(
    folders: readonly FolderToSurvey[],
    signal: AbortSignal,
  ): AsyncIterable<ImapSurveyed>;
  /**
   * Whole messages; a UID that is no longer in the folder yields nothing, one without a body throws, and so
   * does a folder that was renumbered. Called again before the last call has ended, it reads on without a pause.
   */
  readMessages(
    folder: NumberedFolder,
    uids: readonly number[],
    signal: AbortSignal,
  ): AsyncIterable<ImapMessageBody>;
  /** One large message, on disk; null where it is no longer in the folder. Whoever takes it closes it. */
  readLarge(
    folder: NumberedFolder,
    uid: number,
    signal: AbortSignal,
  ): Promise<SpooledMessage | null>;
  close(): Promise<void>;
}

/** The last folder for which an EXAMINE was sent: what is sent behind it is about this folder. */
interface OpenFolder {
  readonly path: string;
  readonly wire: CommandWire;
  readonly state: Promise<ImapFolderState>;
}

function examineOptions({ capabilities }: ControlConnection): ExamineOptions {
  return { condstore: capabilities.has('CONDSTORE') };
}

/** The state of a folder that was opened; throws where it is not the one that was listed. */
async function sameFolder(
  { uidValidity }: NumberedFolder,
  opened: Promise<ImapFolderState>,
): Promise<ImapFolderState> {
  const state = await opened;
  if (state.uidValidity !== uidValidity) {
    throw new UidValidityChangedError(uidValidity, state.uidValidity);
  }
  return state;
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

/** A folder that does not open is told apart from one that never holds mail. */
function namedError(path: string, { profile }: ControlConnection, error: unknown): unknown {
  return error instanceof FolderMissingError && profile.internalFolders?.test(path) === true
    ? new FolderInternalError({ cause: error })
    : error;
}

export interface ImapSourceDeps extends ControlSessionDeps {
  /** Where large messages are kept on their way. */
  readonly spool: Spool;
}

/** A source over one connection that `connect` opens, and opens again when it was lost. */
export function createImapSource(deps: ImapSourceDeps): ImapSource {
  const session = new ControlSession(deps);
  let listed: readonly ListedFolder[] = [];
  let open: OpenFolder | null = null;

  /** Sends EXAMINE at once; whoever sends more behind it must wait for `state` before trusting the answers. */
  function examineHere(
    path: string,
    connection: ControlConnection,
    signal: AbortSignal,
  ): OpenFolder {
    const state = examine(
      connection.wire,
      wireNameOf(path, listed, connection),
      examineOptions(connection),
      signal,
    ).catch((error: unknown) => {
      throw namedError(path, connection, error);
    });
    const opened = { path, wire: connection.wire, state };
    open = opened;
    state.catch(() => {
      // No folder is open now; who waits for the state hears why.
      open = open === opened ? null : open;
    });
    return opened;
  }

  /** Every message of the folder as it is now; it must still be the one that was listed. */
  async function listAgain(
    folder: NumberedFolder,
    connection: ControlConnection,
    signal: AbortSignal,
  ): Promise<readonly ImapListedMessage[]> {
    const { state } = examineHere(folder.path, connection, signal);
    const same = sameFolder(folder, state);
    // Some servers refuse to fetch from an empty folder.
    return (await same).exists === 0 ? [] : listMessages(connection.wire, same, signal);
  }

  async function listUids(
    folder: NumberedFolder,
    signal: AbortSignal,
  ): Promise<ReadonlySet<number>> {
    const messages = await listAgain(folder, await session.connection(signal), signal);
    return new Set(messages.map(({ uid }) => uid));
  }

  /** FETCH right behind EXAMINE, or alone where the folder is open: no round trip is waited for. */
  async function* fetchIn(
    folder: NumberedFolder,
    query: FetchQuery,
    signal: AbortSignal,
  ): AsyncGenerator<FetchRow, void, void> {
    const connection = await session.connection(signal);
    // From here to the FETCH nothing may be awaited: another EXAMINE could come between.
    const isOpen = open?.wire === connection.wire && open.path === folder.path;
    const { state } = isOpen && open ? open : examineHere(folder.path, connection, signal);
    const ready = sameFolder(folder, state);
    yield* fetchRows(connection.wire, { ...query, ready }, signal);
  }

  /** One connection's worth of a survey; a lost link ends it, a folder's own trouble is a result. */
  async function* surveyOnce(
    folders: readonly FolderToSurvey[],
    signal: AbortSignal,
  ): AsyncGenerator<ImapSurveyed, void, void> {
    const release = await session.reserve();
    try {
      open = null;
      const connection = await session.connection(signal);
      const named = folders.map(({ path, known }) => ({
        folder: path,
        mailbox: wireNameOf(path, listed, connection),
        known,
      }));
      const { wire } = connection;
      const survey = surveyFolders(wire, named, examineOptions(connection), signal);
      for await (const { folder: path, ...found } of survey) {
        // iCloud's "Please select a mailbox first" leaves the link up, and no folder can be opened on it.
        if ('error' in found && (wire.link.endedBy || isLinkLoss(found.error))) {
          throw found.error;
        }
        yield 'error' in found
          ? { path, error: namedError(path, connection, found.error) }
          : { path, ...found };
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
      session.run((connection) => examineHere(path, connection, signal).state, signal),

    listMessages: (folder, signal) =>
      session.run((connection) => listAgain(folder, connection, signal), signal),

    async *surveyFolders(folders, signal) {
      const left = new Map(folders.map((folder) => [folder.path, folder]));
      for (let losses = 1; left.size > 0; losses += 1) {
        const before = left.size;
        try {
          for await (const surveyed of surveyOnce([...left.values()], signal)) {
            left.delete(surveyed.path);
            yield surveyed;
          }
        } catch (error) {
          session.noteFailure(error);
          losses = left.size < before ? 1 : losses;
          await session.pauseBeforeRetry(error, losses, signal);
        }
      }
    },

    readMessages: (folder, uids, signal) =>
      readBodies({
        uids,
        session,
        fetch: (query) => fetchIn(folder, query, signal),
        listUids: () => listUids(folder, signal),
        signal,
      }),

    readLarge: (folder, uid, signal) =>
      readLarge({
        uid,
        session,
        spool: deps.spool,
        fetch: (query) => fetchIn(folder, query, signal),
        listUids: () => listUids(folder, signal),
        signal,
      }),

    close: () => Promise.resolve(session.close()),
  };
}
