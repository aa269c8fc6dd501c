/**
 * The listing of many folders in few round trips: first every folder is opened, all in flight at once; then
 * those that changed are opened again and fetched, a few in flight at a time.
 */
import { CommandRefusedError } from '../errors.ts';
import type { ImapFolderState, ImapListedMessage } from '../types.ts';
import type { CommandWire } from '../wire/command-wire.ts';
import { type ExamineOptions, examine } from './examine.ts';
import { listMessages } from './list-messages.ts';

export interface FolderToSurvey<T> {
  readonly folder: T;
  readonly mailbox: string;
  /** As it was when it was last listed; a folder that still is needs no listing. */
  readonly known: ImapFolderState | null;
}

/** One folder of a survey: what is in it, that nothing changed, or why it could not be listed. */
export type SurveyedFolder<T> =
  | {
      readonly folder: T;
      readonly state: ImapFolderState;
      /** Null where the folder is as it was known. */
      readonly messages: readonly ImapListedMessage[] | null;
    }
  | { readonly folder: T; readonly error: unknown };

/** EXAMINE alone is answered in a line or six. */
const OPENINGS_IN_FLIGHT = 64;
/** A listing may be megabytes: enough in flight that no round trip is waited for. */
const LISTINGS_IN_FLIGHT = 12;

/** Yields every folder, those first that need no listing; nothing is left open that may be relied on. */
export async function* surveyFolders<T>(
  wire: CommandWire,
  folders: readonly FolderToSurvey<T>[],
  options: ExamineOptions,
  signal: AbortSignal,
): AsyncGenerator<SurveyedFolder<T>, void, void> {
  const changed: FolderToSurvey<T>[] = [];
  const open = ({ mailbox }: FolderToSurvey<T>): Promise<ImapFolderState> =>
    examine(wire, mailbox, options, signal);
  for await (const [one, opened] of inFlight(folders, OPENINGS_IN_FLIGHT, open)) {
    if (opened.status === 'rejected') {
      yield { folder: one.folder, error: opened.reason };
    } else if (isUnchanged(one.known, opened.value)) {
      yield { folder: one.folder, state: opened.value, messages: null };
    } else if (opened.value.exists === 0) {
      yield { folder: one.folder, state: opened.value, messages: [] };
    } else {
      changed.push(one);
    }
  }
  const list = async (one: FolderToSurvey<T>): Promise<Listed> => {
    // Sent together: what FETCH lists is held against the count that EXAMINE gives just before it.
    const opening = open(one);
    const [state, messages] = await Promise.all([
      opening,
      listMessages(wire, opening, signal).catch(async (error: unknown) => {
        const { exists } = await opening;
        return emptiedMeanwhile(exists, error);
      }),
    ]);
    return { state, messages };
  };
  for await (const [{ folder }, listed] of inFlight(changed, LISTINGS_IN_FLIGHT, list)) {
    yield listed.status === 'fulfilled'
      ? { folder, ...listed.value }
      : { folder, error: listed.reason };
  }
}

interface Listed {
  readonly state: ImapFolderState;
  readonly messages: readonly ImapListedMessage[];
}

/** Some servers refuse to fetch from an empty folder. */
function emptiedMeanwhile(exists: number, error: unknown): readonly ImapListedMessage[] {
  if (exists === 0 && error instanceof CommandRefusedError) {
    return [];
  }
  throw error;
}

/** Flags may change under the same UIDs: only HIGHESTMODSEQ (RFC 7162) proves that they did not. */
function isUnchanged(known: ImapFolderState | null, now: ImapFolderState): boolean {
  return (
    known !== null &&
    now.modSeq !== null &&
    known.modSeq === now.modSeq &&
    known.uidValidity === now.uidValidity &&
    known.uidNext === now.uidNext &&
    known.exists === now.exists
  );
}

/** Starts `width` at a time, hands over in order; each start sends at once. */
async function* inFlight<I, R>(
  items: readonly I[],
  width: number,
  start: (item: I) => Promise<R>,
): AsyncGenerator<readonly [I, PromiseSettledResult<R>], void, void> {
  const started: Promise<readonly [I, PromiseSettledResult<R>]>[] = [];
  const settle = async (item: I): Promise<readonly [I, PromiseSettledResult<R>]> => {
    const [settled] = await Promise.allSettled([start(item)]);
    return [item, settled];
  };
  for (const item of items) {
    started.push(settle(item));
    const oldest = started.length >= width ? started.shift() : undefined;
    if (oldest !== undefined) {
      yield await oldest;
    }
  }
  for (const left of started) {
    yield await left;
  }
}
